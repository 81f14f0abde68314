"""A run on its way into the store and out of it: the columns of its row.

Lives here: NewRun, what is kept of a run; a run as it was kept.
Not here: the tables (schema.py), the statements (store.py).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from gait.history.run import Dated, Run

if TYPE_CHECKING:
    from gait.traits.earlier import State
    from gait.traits.heard import Heard, Number


@dataclass(frozen=True)
class NewRun:
    """A run to be kept.

    Attributes
    ----------
    content, started_at, dated, source
        As in Run.
    length_s : float
        Of the recording. [s]
    heard : Heard
        Its measures, thinned, and what a catalogue asks beside them.
    units : mapping
        Unit of each measure.
    states, why : mapping
        State of each trait, and the reasons where it was not seen.
    gait, catalogue : str
        Versions that measured and judged it.
    surface, shoes : str or None
        None leaves what was said before.
    """

    content: str
    started_at: datetime
    dated: Dated
    source: str
    length_s: float
    heard: Heard
    units: Mapping[str, str]
    states: Mapping[str, State]
    why: Mapping[str, Sequence[str]]
    gait: str
    catalogue: str
    surface: str | None = None
    shoes: str | None = None


def run_of(
    row: Sequence[Any], states: Mapping[int, Mapping[str, State]], numbers: Mapping[int, Mapping[str, Number]]
) -> Run:
    """A row of the table of runs with what belongs to it."""
    number, content, started, dated, source, placement, heard, catalogue, surface, shoes, feel = row
    said = json.loads(heard)
    return Run(
        number, content, datetime.fromisoformat(started).astimezone(), dated, source, placement, said["running_s"],
        said["steady"], catalogue, surface, shoes, feel, states.get(number, {}), numbers.get(number, {}),
    )  # fmt: skip


def facts_of(run: NewRun) -> tuple[str | float, ...]:
    """Columns of a run that are written each time it is kept."""
    context = replace(run.heard, measures={}).as_dict()
    del context["measures"]
    return (
        run.started_at.astimezone(UTC).isoformat(), run.dated, datetime.now(UTC).isoformat(timespec="seconds"), run.source,
        run.length_s, run.heard.placement, run.gait, run.catalogue, as_json(context),
    )  # fmt: skip


def as_json(plain: Any) -> str:
    """A cell that holds more than one thing."""
    return json.dumps(plain, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
