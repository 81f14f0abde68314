"""What a bound of the catalogue meets in a run's measures.

Lives here: Evidence, the lower and upper bound with the systematic part in them, whether they clear.
Not here: gates and states (trait.py).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from gait.blocks import student_95
from gait.traits.heard import Heard, Number
from gait.traits.rule import Bound

#: Standard normal quantile at .95, for the systematic part of a bound.
Z95 = 1.645

#: How units are written after a number.
UNIT_SIGNS = {"deg": "°", "percent": " %", "cm": " cm", "ms": " ms", "spm": " spm", "min": " min", "": ""}


@dataclass(frozen=True)
class Evidence:
    """The measure a trait rests on, and the bound that cleared the floor or did not.

    ``low`` and ``high`` combine the statistical and the systematic part, each one-sided at 95 %; the
    measure's own ``low`` and ``high`` hold the statistical part alone. With a floor and a ceiling the whole
    interval has to lie between them.
    """

    measure: str
    unit: str
    value: float | None
    low: float | None
    high: float | None
    floor: float | None
    ceiling: float | None
    share: float | None
    n: int
    systematic: float | None


#: Where a trait rests on no measure of this run.
NO_EVIDENCE = Evidence("", "", None, None, None, None, None, None, 0, None)


def weigh(bound: Bound, heard: Heard, share: float | None = None) -> tuple[Evidence, float | None]:
    """The bounds with the systematic part in them, and the clarity.

    Notes
    -----
    With m the mean of B independent parts (blocks of strides, set-offs), SE its standard error and u the
    systematic part (1 sd):

    1. LCB = m - sqrt((t(.95, B-1) SE)² + (1.645 u)²), UCB alike, neither beyond what the measure can be at all;
    2. clarity = (m - floor) / sqrt(SE² + u²), (ceiling - m) alike, the smaller of both where there are both.

    A measure's ``low`` and ``high`` are m -+ t(.95, B-1) SE already, so that every page and every bound
    speaks of one and the same interval.
    """
    number = heard.measures.get(bound.measure)
    plain, fine = bound.systematic
    u = max(fine if heard.six_position else plain, (number.systematic or 0.0) if number else 0.0)
    value = number.value if number else None
    low = high = clarity = None
    if number is not None and value is not None and number.low is not None and number.high is not None:
        below, above = value - number.low, number.high - value
        low = max(value - math.hypot(below, Z95 * u), bound.range[0])
        high = min(value + math.hypot(above, Z95 * u), bound.range[1])
        clarity = _clarity(bound, value, below, above, u, number)
    evidence = Evidence(
        measure=bound.measure,
        unit=bound.unit,
        value=value,
        low=low,
        high=high,
        floor=bound.floor,
        ceiling=bound.ceiling,
        share=share,
        n=number.n if number else 0,
        systematic=u if number and value is not None else None,
    )
    return evidence, clarity


def _clarity(
    bound: Bound, value: float, below: float, above: float, u: float, number: Number
) -> float | None:
    t95 = student_95(max(2, number.blocks))
    over = [] if bound.floor is None else [(value - bound.floor, below)]
    over += [] if bound.ceiling is None else [(bound.ceiling - value, above)]
    told = [distance / math.hypot(width / t95, u) for distance, width in over if math.hypot(width, u) > 0]
    return min(told) if told else None


def unclear(evidence: Evidence) -> list[str]:
    """Why something measured does not stand clear of its bounds, empty when it does."""
    reasons: list[str] = []
    unit = evidence.unit
    if evidence.floor is not None and evidence.low is not None and not evidence.low > evidence.floor:
        reasons.append(
            f"The lower bound in this recording, {with_unit(evidence.low, unit)}, "
            f"does not clear {with_unit(evidence.floor, unit)}."
        )
    if evidence.ceiling is not None and evidence.high is not None and not evidence.high < evidence.ceiling:
        reasons.append(
            f"The upper bound in this recording, {with_unit(evidence.high, unit)}, "
            f"does not stay under {with_unit(evidence.ceiling, unit)}."
        )
    return reasons


def with_unit(value: float, unit: str) -> str:
    """A number for a reason: two digits and its unit."""
    return f"{value:.2g}{UNIT_SIGNS[unit]}" if abs(value) < 10 else f"{value:.0f}{UNIT_SIGNS[unit]}"
