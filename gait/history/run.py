"""What is remembered of one run.

Lives here: Run, the few facts that a list or the growth of runs needs.
Not here: its measures and how they are kept (store.py), what grew over several runs (growth.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from gait.traits.trait import State

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
        When it began, UTC.
    dated : str
        "recording", or "file" when the recording does not tell and the time of its file stands in.
    source : str
        Name of the file, for people.
    placement : str
        Where the sensor was worn.
    running_s : float
        How much of it was running. [s]
    strides : int
        Steady strides in it.
    states : mapping of str to State
        What came of each trait of the catalogue, by its key.
    catalogue : str
        Version of the catalogue that they were judged by.
    surface, shoes : str
        As the runner named them, "" when not.
    feel : str
        The runner's own line of how it felt, "" when there is none.
    """

    number: int
    content: str
    started_at: datetime
    dated: Dated
    source: str
    placement: str
    running_s: float
    strides: int
    states: Mapping[str, State] = field(default_factory=dict)
    catalogue: str = ""
    surface: str = ""
    shoes: str = ""
    feel: str = ""
