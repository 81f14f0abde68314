"""The tables of all runs: runs.csv, strides.csv, failures.csv, in the order of the list.

Lives here: their columns, and writing them whole.
Not here: a single run's row (row.py) and strides (gait/tables.py), Parquet and SQL (sql.py).
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gait.batch.task import Entry, Outcome
from gait.folder import OutputError, whole_file

#: How a table that we wrote begins.
MARKS: Mapping[str, bytes] = {
    "runs.csv": b"run,path,",
    "strides.csv": b"run,start_s,stop_s,side,bout,",
    "failures.csv": b"path,sentence\n",
    "runs.parquet": b"PAR1",
    "strides.parquet": b"PAR1",
}

#: Columns of runs.csv that come first; labels of the manifest follow, then what was measured.
FIRST = ("run", "path", "copies", "runner", "tags")

#: What joins the paths in ``copies``.
JOIN = " | "


@dataclass(frozen=True)
class Line:
    """One run of the study: its key, where it came from, what it says."""

    run: str
    cells: Mapping[str, Any]


def lines_of(entries: Sequence[Entry], outcomes: Sequence[Outcome]) -> list[Line]:
    """Runs that were done, each once.

    The same recording under the same name in two places, asked for in the same way, is one run: the first of the list.
    The other paths stand in its ``copies``, so that nothing is counted twice and nothing goes missing.
    """
    places: dict[str, list[Entry]] = {}
    rows: dict[str, Mapping[str, Any]] = {}
    for entry, outcome in zip(entries, outcomes, strict=True):
        if outcome.row is not None:
            places.setdefault(outcome.run, []).append(entry)
            rows.setdefault(outcome.run, outcome.row)
    lines = []
    for run, same in places.items():
        first = same[0]
        row = rows[run]
        # A label that bears the name of something measured keeps its cell under another name.
        labels = {f"{k}_label" if k in row or k in FIRST[:3] else k: v for k, v in first.labels.items()}
        cells = {
            "run": run,
            "path": first.place,
            "copies": JOIN.join(entry.place for entry in same[1:]),
            "runner": "",
            "tags": "",
        }
        lines.append(Line(run, {**cells, **labels, **row}))
    return lines


def write_tables(
    out: Path, lines: Sequence[Line], failures: Iterable[tuple[str, str]]
) -> tuple[dict[str, str], dict[str, str]]:
    """Write the three tables, each whole or not at all.

    Returns
    -------
    runs, strides : dict
        SQL type of each column.

    Raises
    ------
    OutputError
        If the folder cannot be written to, or a run's strides are gone.
    """
    try:
        for name in ("runs.parquet", "strides.parquet"):  # never older than the CSV they were made from
            (out / name).unlink(missing_ok=True)
        runs = _write_runs(out / "runs.csv", lines)
        strides = _write_strides(out / "strides.csv", out, lines)
        _write_csv(out / "failures.csv", ("path", "sentence"), failures)
    except OSError as error:
        raise OutputError(
            f"{error.filename or out} cannot be read or written: {error.strerror or error}. The runs that are done stay done."
        ) from error
    return runs, strides


def _write_runs(target: Path, lines: Sequence[Line]) -> dict[str, str]:
    columns = _union([FIRST, *(tuple(line.cells) for line in lines)])
    _write_csv(target, columns, ([_cell(line.cells.get(name)) for name in columns] for line in lines))
    return {name: _sql_type([line.cells.get(name) for line in lines]) for name in columns}


def _write_strides(target: Path, out: Path, lines: Sequence[Line]) -> dict[str, str]:
    """All strides in one table, with the run before each; a run's file at a time is in memory."""
    heads = [_head(out / line.run / "strides.csv") for line in lines]
    columns = _union([("start_s", "stop_s", "side", "bout"), *heads])
    with whole_file(target) as passing, passing.open("w", encoding="utf-8", newline="") as file:
        file.write(",".join(("run", *columns)) + "\n")
        for line, head in zip(lines, heads, strict=True):
            key = _quoted(line.run)
            with (out / line.run / "strides.csv").open(encoding="utf-8", newline="") as strides:
                next(strides)
                if head == columns:
                    # As text: what is written once is not parsed and rounded again.
                    file.writelines(f"{key},{row}" for row in strides)
                else:
                    place = [head.index(name) if name in head else None for name in columns]
                    cells = ([row[i] if i is not None else "" for i in place] for row in csv.reader(strides))
                    csv.writer(file, lineterminator="\n").writerows([line.run, *row] for row in cells)
    types = {"run": "VARCHAR", "side": "VARCHAR", "bout": "BIGINT", "regular": "BOOLEAN"}
    return {name: types.get(name, "DOUBLE") for name in ("run", *columns)}


def _head(strides: Path) -> tuple[str, ...]:
    with strides.open(encoding="utf-8", newline="") as file:
        return tuple(next(csv.reader(file)))


def _union(heads: Iterable[Sequence[str]]) -> tuple[str, ...]:
    """All names, in the order they are first met."""
    return tuple(dict.fromkeys(name for head in heads for name in head))


def _write_csv(target: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with (
        whole_file(target) as passing,
        passing.open("w", encoding="utf-8", errors="replace", newline="") as file,
    ):
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def _cell(value: object) -> object:
    """A cell of CSV: nothing for None, words for truth."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else value


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if set(text) & set(',"\r\n') else text


def _sql_type(values: Sequence[object]) -> str:
    """The type that holds all of a column's values."""
    kinds = {type(value) for value in values if value is not None}
    if kinds == {bool}:
        return "BOOLEAN"
    if kinds == {int}:
        return "BIGINT"
    return "DOUBLE" if kinds <= {int, float} else "VARCHAR"
