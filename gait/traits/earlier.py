"""Earlier runs of the same runner with the sensor in the same place.

Lives here: what is known of them when a run is judged, and nothing of how it is kept (history/).
Not here: what follows from them (ledger.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from gait.traits.heard import Number

State = Literal["seen", "not_spoken_of", "could_not_listen"]


@dataclass(frozen=True)
class EarlierRun:
    """One earlier run.

    Attributes
    ----------
    run : str
        What tells it from others, for people and programs.
    started : datetime or None
        None where nobody knows; the order in Earlier is what counts.
    catalogue : str
        Version of the catalogue the states were judged by.
    measures : mapping of Number
        Measures by key; ``Number.strides`` may be empty.
    states : mapping of State
        Traits by key, those that are judged by a run alone; a trait that is not in it could not be heard.
    """

    run: str
    started: datetime | None
    catalogue: str
    measures: Mapping[str, Number]
    states: Mapping[str, State]


@dataclass(frozen=True)
class Earlier:
    """Runs before the one that is judged, oldest first: same runner, same placement, without the run itself."""

    runs: tuple[EarlierRun, ...] = ()
