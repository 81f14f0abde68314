"""What a row of the catalogue is.

Lives here: TraitRule, the bounds it holds, Catalogue.
Not here: reading the file (rules.py, rows.py), applying a rule (trait.py).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Gate = Literal["trunk", "standing", "sign"]
Unproven = Literal["could_not_listen", "not_spoken_of"]

#: What a trait is judged by: this run alone; this run against the runner's own earlier ones; the end of the run
#: against its middle; what was not seen in earlier runs; what was seen in most of them.
Kind = Literal["run", "own", "late", "new", "kept"]

#: What a measure counts: strides (in blocks), set-offs from standing, or parts of a run.
Counts = Literal["strides", "starts", "windows"]


@dataclass(frozen=True)
class Bound:
    """What the evidence of one measure has to clear.

    Attributes
    ----------
    measure, unit : str
        As in analysis.json.
    floor, ceiling : float or None
        The lower bound lies above the floor, the upper bound below the ceiling; with both the whole
        interval lies between them, which shows equivalence. At least one of them is a number.
    systematic : (uncalibrated, six_position)
        Least 1 sd that is believed, in ``unit``.
    range : (low, high)
        What the measure can be at all.
    """

    measure: str
    unit: str
    floor: float | None
    ceiling: float | None
    systematic: tuple[float, float]
    range: tuple[float, float] = (-math.inf, math.inf)


@dataclass(frozen=True)
class ShareRule:
    """Strides that have to show a trait one by one.

    Attributes
    ----------
    measure : str
        The measure looked at.
    above : float
        A stride shows it above this, in the measure's unit.
    least : float
        Share of the strides that count which have to, 0 to 1.
    """

    measure: str
    above: float
    least: float


@dataclass(frozen=True)
class TraitRule:
    """One row of the catalogue; the comments of catalogue.toml say what each field does.

    Attributes
    ----------
    key, title, source : str
    kind : Kind
    bound : Bound or None
        None where no measure of this run is held against a number: ``own``, ``late``, ``new``, ``kept``.
    also : tuple of Bound
        Further bounds, each of which has to be cleared.
    measure, unit : str
        Those of ``bound``, or of the measure compared with the runner's own; "" without.
    counts : Counts
    least : int
        Fewest of what is counted.
    least_minutes : float
        Shortest running. [min]
    share : ShareRule or None
    needs : tuple of Gate
    after : str or None
    most_clipped : float
    low_trust : Unproven
    typical, plausible : (low, high) or None
    runs : int
        Earlier runs it takes; 0 where none.
    of_runs : float
        ``own``: the quantile of the own runs to clear. ``kept``: least share of the runs that could hear it. 0 to 1.
    sure : float
        ``new``: one-sided level at which the change from before has to stand out, 0 to 1.
    margins : mapping
        ``late``: by trait, how far the end may lie from the middle, in the unit of that trait's measure.
    """

    key: str
    title: str
    kind: Kind
    source: str
    bound: Bound | None = None
    also: tuple[Bound, ...] = ()
    measure: str = ""
    unit: str = ""
    counts: Counts = "strides"
    least: int = 1
    least_minutes: float = 0.0
    share: ShareRule | None = None
    needs: tuple[Gate, ...] = ()
    after: str | None = None
    most_clipped: float = 1.0
    low_trust: Unproven = "could_not_listen"
    typical: tuple[float, float] | None = None
    plausible: tuple[float, float] | None = None
    runs: int = 0
    of_runs: float = 0.0
    sure: float = 0.0
    margins: Mapping[str, float] = field(default_factory=dict)

    @property
    def bounds(self) -> tuple[Bound, ...]:
        """Every bound it holds, the leading one first."""
        return (() if self.bound is None else (self.bound,)) + self.also


@dataclass(frozen=True)
class Catalogue:
    """All traits that can be spoken of, in the order they are judged."""

    version: str
    rules: tuple[TraitRule, ...]

    def __getitem__(self, key: str) -> TraitRule:
        for rule in self.rules:
            if rule.key == key:
                return rule
        raise KeyError(key)
