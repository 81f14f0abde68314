"""What is remembered of one run.

Lives here: Run, the few facts that a list or the growth of runs needs.
Not here: how they are kept (store.py), what grew over several runs (growth.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from gait.traits.earlier import State
    from gait.traits.heard import Number

#: Where the time of a run comes from: the recording itself, or the time stamp of its file.
Dated = Literal["recording", "file"]


@dataclass(frozen=True)
class Run:
    """One remembered run.

    Attributes
    ----------
    number : int
        By which it is called on the command line; never given twice.
    content : str
        SHA-256 of the recording, as hex digits.
    started_at : datetime
        When it began, in this machine's time zone.
    dated : str
        "recording", or "file" when the recording does not tell and the time of its file stands in.
    source : str
        Name of the file, for people.
    placement : str
        Where the sensor was worn.
    running_s : float
        Time in steady running. [s]
    strides : int
        Steady strides in it.
    catalogue : str
        Version of the catalogue that the states were judged by.
    surface, shoes : str
        As the runner named them, "" when not.
    feel : str
        The runner's own line of how it felt, "" when there is none.
    states : mapping of str to State
        What came of each trait of the catalogue, by its key. Those that speak of several runs are no part of it.
    measures : mapping of str to Number
        Its measures by key, without strides; those that were asked for.
    """

    number: int
    content: str
    started_at: datetime
    dated: Dated
    source: str
    placement: str
    running_s: float
    strides: int
    catalogue: str = ""
    surface: str = ""
    shoes: str = ""
    feel: str = ""
    states: Mapping[str, State] = field(default_factory=dict)
    measures: Mapping[str, Number] = field(default_factory=dict)

    @property
    def order(self) -> tuple[float, int]:
        """Its place among other runs: by time, then by number."""
        return self.started_at.timestamp(), self.number
