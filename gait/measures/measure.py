"""One measured quantity with all that is known of its uncertainty.

Lives here: Measure, Cycle, and Measures that holds them by key.
Not here: how any of them is measured (its own file each).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from gait.blocks import block_count, block_statistics
from gait.measures.curves import Curves
from gait.rotations import Floats
from gait.strides import Strides


@dataclass(frozen=True)
class Measure:
    """A quantity over the strides that count.

    Attributes
    ----------
    key : str
        Name in analysis.json, e.g. "lean".
    unit : str
        "deg", "cm", "ms", "spm", "percent" or "" for a ratio.
    value : float or None
        None when it could not be measured; then ``why`` says so.
    low, high : float or None
        90 % statistical bounds of ``value``, from blocks of strides.
    systematic : float or None
        One standard deviation of what no more strides would remove. Same unit.
    n : int
        Strides that count.
    per_stride : (k,) array
        One value a stride, NaN where there is none; empty (0,) when the measure has no per-stride sense.
    column : str
        Column in strides.csv with its unit last ("lean_deg"); "" when not per stride.
    trust : float
        0 (do not rely on it) to 1.
    why : tuple of str
        What lowered the trust or took the value away, about the recording.
    counted : (k,) bool array
        The strides that entered ``value``.
    blocks : int or None
        Independent parts behind ``low`` and ``high`` where they are no blocks of strides.
    """

    key: str
    unit: str
    value: float | None
    low: float | None
    high: float | None
    systematic: float | None
    n: int
    per_stride: Floats
    column: str
    trust: float
    why: tuple[str, ...]
    counted: NDArray[np.bool_]
    blocks: int | None = None

    @property
    def independent(self) -> int:
        """Parts behind ``low`` and ``high``: blocks of strides, unless ``blocks`` says otherwise."""
        return block_count(self.n) if self.blocks is None else self.blocks


@dataclass(frozen=True)
class Cycle:
    """How a quantity runs over the stride, from one contact of a foot to its next.

    Phase 0 is the contact that opens the stride (the left foot where sides are known).

    Attributes
    ----------
    key, unit : str
    phase : (m,) array
        0 to 1.
    mean, low, high : (m,) array
        Mean over the strides, and the 10th and 90th percentile.
    """

    key: str
    unit: str
    phase: Floats
    mean: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True)
class Measures(Mapping[str, Measure]):
    """All measures of a run by key, with the strides they belong to and what their pictures are drawn from."""

    strides: Strides
    by_key: Mapping[str, Measure]
    cycles: Mapping[str, Cycle]
    curves: Curves = field(default_factory=Curves)

    def __getitem__(self, key: str) -> Measure:
        return self.by_key[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.by_key)

    def __len__(self) -> int:
        return len(self.by_key)


#: Why nothing was measured where nobody ran steadily.
NO_STRIDE = "No steady stride was found."


def measured(
    key: str,
    unit: str,
    per_stride: Floats,
    counted: NDArray[np.bool_],
    *,
    systematic: float | None,
    column: str = "",
    trust: float = 1.0,
    why: tuple[str, ...] = (),
) -> Measure:
    """A measure that is the mean of its strides, with 90 % bounds from blocks of them.

    Parameters
    ----------
    per_stride : (k,) array
        NaN where a stride has no value.
    counted : (k,) bool array
        Strides that may enter; those without a value do not.
    systematic, column, trust, why
        As in Measure.
    """
    was_counted, counted = counted, counted & np.isfinite(per_stride)
    stats = block_statistics(per_stride, counted)
    if stats.n == 0:
        reason = "It was seen in no steady stride." if was_counted.any() else NO_STRIDE
        return nothing(key, unit, per_stride, (reason,), column=column)
    few = () if stats.blocks >= 2 else ("Too few strides for an interval.",)
    return Measure(
        key=key,
        unit=unit,
        value=stats.m,
        low=stats.low,
        high=stats.high,
        systematic=systematic,
        n=stats.n,
        per_stride=per_stride,
        column=column,
        trust=trust if not few else min(trust, 0.5),
        why=why + few,
        counted=counted,
    )


def nothing(key: str, unit: str, per_stride: Floats, why: tuple[str, ...], *, column: str = "") -> Measure:
    """A measure that could not be taken, with the reasons; per-stride values are withheld too."""
    k = len(per_stride)
    return Measure(
        key, unit, None, None, None, None, 0, np.full(k, np.nan), column, 0.0, why, np.zeros(k, bool)
    )
