"""``gait runs``: the runs that are remembered, and all that is known of one.

Lives here: the list, and one run in full.
Not here: what grew over them (growth.py), the store (history/).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gait.commands.command import DONE, UsageError, tell
from gait.commands.remembered import RUN, STORE, add_store, by_file, find, nothing_yet, opened, plain, when
from gait.errors import ReadError

if TYPE_CHECKING:
    from gait.history.run import Run
    from gait.history.store import Store

#: Name and version of the layout of ``--json``.
LIST_SCHEMA, RUN_SCHEMA = "gait.runs/1", "gait.run/1"

PURPOSE = """\
List the runs that `gait analyze RUN --keep` remembered, or show one of them with its measures and traits.
"""

EPILOG = f"""\
{RUN}
{STORE}
examples
  gait runs
  gait runs --surface trail --json
  gait runs show last
  gait runs show 2026-05-17 --json
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Flags and manual page."""
    parser.description, parser.epilog = PURPOSE, EPILOG
    parser.usage = "gait runs [show RUN] [options]"
    parser.add_argument("what", metavar="show", nargs="?", help="show one run in full")
    parser.add_argument("run", metavar="RUN", nargs="?", help="the run to show")
    parser.add_argument("--surface", metavar="TEXT", help="list only runs on this surface")
    parser.add_argument("--shoes", metavar="TEXT", help="list only runs in these shoes")
    parser.add_argument("--placement", metavar="WHERE", help="list only runs with the sensor there")
    add_store(parser)
    parser.add_argument("--json", action="store_true", help="print JSON and nothing else")


def run(args: argparse.Namespace) -> int:
    """Do it."""
    if args.what not in (None, "show"):
        raise UsageError(f"One run is shown by: gait runs show {args.what}")
    if (args.what is None) != (args.run is None):
        raise UsageError("Say which run to show: gait runs show RUN.")
    if args.placement is not None:
        from gait.readers.words import parse_placement

        try:
            args.placement = parse_placement(args.placement)
        except ReadError as error:
            raise UsageError(str(error)) from error
    filters = {
        name: value
        for name in ("surface", "shoes", "placement")
        if (value := getattr(args, name)) is not None
    }
    if args.run is not None and filters:
        raise UsageError(f"--{next(iter(filters))} chooses from the list; gait runs show RUN shows one run.")
    with opened(args) as store:
        runs = store.runs()
        if not runs and args.run is None and not args.json:
            raise nothing_yet(store.path)
        text = _one(store, find(runs, args.run, store.path), args.json) if args.run is not None else None
    if text is None:
        text = _list([r for r in runs if all(getattr(r, k) == v for k, v in filters.items())], args.json)
    tell(text)
    return DONE


def _list(runs: Sequence[Run], as_json: bool) -> str:
    """All of them, oldest first."""
    if as_json:
        return _json({"schema": LIST_SCHEMA, "runs": [plain(run) for run in runs]})
    if not runs:
        return "No remembered run is like that."
    rows = [("run", "began", "running", "strides", "sensor", "surface", "shoes", "recording")]
    for r in runs:
        rows.append(
            (
                str(r.number),
                when(r),
                _minutes(r.running_s),
                str(r.strides),
                r.placement,
                r.surface,
                r.shoes,
                r.source,
            )
        )
    lines = _table(rows)
    for i in range(len(runs), 0, -1):
        if runs[i - 1].feel:
            lines.insert(
                i + 1,
                f"      \N{LEFT DOUBLE QUOTATION MARK}{runs[i - 1].feel}\N{RIGHT DOUBLE QUOTATION MARK}",
            )
    return "\n".join([*lines, *_noted(runs)])


def _one(store: Store, run: Run, as_json: bool) -> str:
    """One of them in full."""
    heard, units, why = store.heard(run.number)
    if as_json:
        measures = {
            key: {
                "value": m.value, "unit": units.get(key, ""), "low": m.low, "high": m.high, "systematic": m.systematic,
                "n": m.n, "trust": m.trust, "why": list(m.why),
            }
            for key, m in heard.measures.items()
        }  # fmt: skip
        traits = [
            {"key": key, "state": state, "why": list(why.get(key, ()))} for key, state in run.states.items()
        ]
        return _json({"schema": RUN_SCHEMA, **plain(run), "measures": measures, "traits": traits})
    facts = {
        "run": str(run.number),
        "began": when(run),
        "recording": run.source,
        "sensor": run.placement,
        "surface": run.surface,
        "shoes": run.shoes,
        "running": f"{_minutes(run.running_s)}, {run.strides} steady strides",
        "felt": run.feel,
    }
    lines = [f"{name:<10}{value}" for name, value in facts.items() if value]
    rows = [("measure", "value", "90 % interval", "systematic", "strides")]
    for key, m in heard.measures.items():
        unit = units.get(key, "")
        if m.value is not None:
            interval = "" if m.low is None or m.high is None else f"{m.low:.4g} to {m.high:.4g}"
            spread = "" if m.systematic is None else f"{m.systematic:.2g}"
            rows.append((key, f"{m.value:.4g} {unit}".rstrip(), interval, spread, str(m.n)))
    states = [("trait", "state"), *((key, state.replace("_", " ")) for key, state in run.states.items())]
    judged = f"Judged by catalogue {run.catalogue}."
    return "\n".join([*lines, "", *_table(rows), "", *_table(states), "", judged, *_noted([run])])


def _noted(runs: Sequence[Run]) -> list[str]:
    note = by_file(runs)
    return ["", note] if note else []


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= 90 else f"{seconds:.0f} s"


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows in columns as wide as they need; a column with nothing but its name is left out."""
    filled = [i for i in range(len(rows[0])) if any(row[i] for row in rows[1:])]
    rows = [[row[i] for i in filled] for row in rows]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]


def _json(plain_data: Mapping[str, Any]) -> str:
    return json.dumps(plain_data, ensure_ascii=False, allow_nan=False, indent=2)
