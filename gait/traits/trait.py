"""A rule meets the measures of a run: seen, not spoken of, or could not listen.

Lives here: the evidence rule.
Not here: the words (report/), the thresholds (catalogue.toml).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from gait.blocks import STRIDES_PER_BLOCK, block_count, student_95
from gait.facing import Mounting
from gait.measures.measure import NO_STRIDE, Measure, Measures
from gait.quality import Quality
from gait.traits.rules import Catalogue, TraitRule

State = Literal["seen", "not_spoken_of", "could_not_listen"]

#: Fewest blocks a claim rests on.  Chosen: with fewer, t(.95) grows past 1.9 and one odd block decides.
LEAST_BLOCKS = 8

#: Shortest quiet standing that gives lean its zero. [s]  5 s are asked for; a tenth is lost to its edges.
LEAST_STANDING = 4.9

#: Least trust in a measure that a claim may rest on.  Chosen: the middle of its scale.
LEAST_TRUST = 0.5

#: Standard normal quantile at .95, for the systematic part of a bound.
Z95 = 1.645

#: How units are written after a number.
UNIT_SIGNS = {"deg": "°", "percent": " %", "cm": " cm", "ms": " ms", "spm": " spm", "": ""}


@dataclass(frozen=True)
class Evidence:
    """The measure a trait rests on, and the bound that cleared the floor or did not.

    ``low`` and ``high`` combine the statistical and the systematic part, each one-sided at 95 %; the
    measure's own ``low`` and ``high`` hold the statistical part alone.
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


@dataclass(frozen=True)
class Trait:
    """What may be said of one thing that is there. There is no type for a fault.

    ``clarity`` is (m - floor) / sqrt(SE² + u²), None unless measured; ``why`` holds the reasons unless seen.
    """

    rule: TraitRule
    state: State
    clarity: float | None
    evidence: Evidence
    why: tuple[str, ...]


def judge(
    measures: Measures,
    mounting: Mounting,
    quality: Quality,
    catalogue: Catalogue,
    *,
    six_position: bool = False,
) -> tuple[Trait, ...]:
    """Hold every rule of the catalogue against what was measured.

    Parameters
    ----------
    measures : Measures
    mounting : Mounting
    quality : Quality
    catalogue : Catalogue
    six_position : bool
        Whether the sensor was calibrated in six positions, which lets a smaller systematic part be believed.

    Returns
    -------
    tuple of Trait
        One for each rule, in the catalogue's order.

    Notes
    -----
    With m the mean and s the standard deviation of B block means of the strides that count, SE = s/sqrt(B)
    and u the systematic part (1 sd):

    1. LCB = m - sqrt((t(.95, B-1) SE)² + (1.645 u)²), UCB alike;
       neither beyond what the measure can be at all (the rule's ``range``);
    2. *seen* when LCB > floor (or UCB < ceiling), the share of strides is reached and every gate passed;
    3. clarity = (m - floor) / sqrt(SE² + u²).

    A measure's ``low`` and ``high`` are m -+ t(.95, B-1) SE already, so that every page and every bound
    speaks of one and the same interval.
    """
    traits: dict[str, Trait] = {}
    for rule in catalogue.rules:
        earlier = traits.get(rule.after) if rule.after else None
        traits[rule.key] = _judge_one(rule, measures, mounting, quality, six_position, earlier)
    return tuple(traits.values())


def _judge_one(
    rule: TraitRule,
    measures: Measures,
    mounting: Mounting,
    quality: Quality,
    six_position: bool,
    earlier: Trait | None,
) -> Trait:
    measure = measures.get(rule.measure)
    evidence, clarity = _weigh(rule, measures, measure, six_position)

    deaf = _deaf_reasons(rule, measure, mounting, quality)
    if not measures.strides.regular.any():
        deaf = [NO_STRIDE, *deaf]
    if not deaf and evidence.low is None:
        deaf = ["The spread of this measure from stride to stride is not known in this recording."]
    if not deaf and earlier is not None and earlier.state == "could_not_listen":
        deaf = [f'This rests on "{earlier.rule.title}", which could not be listened to.', *earlier.why]
    if deaf:
        return Trait(rule, "could_not_listen", clarity, evidence, tuple(dict.fromkeys(deaf)))

    unclear = _unclear_reasons(rule, measure, evidence, earlier)
    state: State = "not_spoken_of" if unclear else "seen"
    return Trait(rule, state, clarity, evidence, tuple(unclear))


def _weigh(
    rule: TraitRule, measures: Measures, measure: Measure | None, six_position: bool
) -> tuple[Evidence, float | None]:
    """The bounds with the systematic part in them, the share of strides, and the clarity."""
    plain, fine = rule.systematic
    u = max(fine if six_position else plain, (measure.systematic or 0.0) if measure else 0.0)
    value = _finite(measure.value) if measure else None
    low = high = clarity = None
    if measure and value is not None and measure.low is not None and measure.high is not None:
        low = value - math.hypot(value - measure.low, Z95 * u)
        high = value + math.hypot(measure.high - value, Z95 * u)
        low, high = max(low, rule.range[0]), min(high, rule.range[1])
        blocks = max(2, block_count(measure.n))
        if rule.ceiling is not None:
            clarity = (rule.ceiling - value) / math.hypot((measure.high - value) / student_95(blocks), u)
        elif rule.floor is not None:
            clarity = (value - rule.floor) / math.hypot((value - measure.low) / student_95(blocks), u)
    evidence = Evidence(
        measure=rule.measure,
        unit=rule.unit,
        value=value,
        low=_finite(low),
        high=_finite(high),
        floor=rule.floor,
        ceiling=rule.ceiling,
        share=_share(rule, measures, measure),
        n=measure.n if measure else 0,
        systematic=u if measure and value is not None else None,
    )
    return evidence, _finite(clarity)


def _share(rule: TraitRule, measures: Measures, measure: Measure | None) -> float | None:
    """Share of the strides that count which show the trait; a stride without a value does not."""
    of = measures.get(rule.share.measure) if rule.share else None
    if rule.share is None or measure is None or of is None:
        return None
    counted = np.asarray(measure.counted, bool)
    if len(of.per_stride) != len(counted) or not counted.any():
        return None
    return float(np.mean(of.per_stride[counted] > rule.share.above))  # NaN compares as False


def _deaf_reasons(
    rule: TraitRule, measure: Measure | None, mounting: Mounting, quality: Quality
) -> list[str]:
    """Why the recording cannot answer, empty when it can."""
    if measure is None:
        return ["This was not measured in this recording."]
    if _finite(measure.value) is None:
        return list(measure.why) or ["This could not be measured in this recording."]
    assert measure.value is not None
    reasons: list[str] = []
    if "trunk" in rule.needs and quality.not_trunk:
        reasons.append(quality.not_trunk)
    if "standing" in rule.needs:
        reasons += _standing_reasons(mounting)
    if "sign" in rule.needs and not mounting.sign_known:
        reasons.append("Which way the sensor faced could not be told, so forward and backward stay open.")
    needed = max(rule.least_strides, LEAST_BLOCKS * STRIDES_PER_BLOCK)
    if measure.n < needed:
        reasons.append(f"{measure.n} steady strides were heard; it takes {needed}.")
    if quality.clipped_share > rule.most_clipped:
        reasons.append(
            f"{quality.clipped_share:.1%} of the samples sit at the end of the sensor's range; "
            f"up to {rule.most_clipped:.0%} can be heard through."
        )
    if measure.trust < LEAST_TRUST and rule.low_trust == "could_not_listen":
        reasons += measure.why or (
            f"The trust in this measure is {measure.trust:.2f}; it takes {LEAST_TRUST}.",
        )
    if not rule.plausible[0] <= measure.value <= rule.plausible[1]:
        low, high = (_with_unit(bound, rule.unit) for bound in rule.plausible)
        reasons.append(
            f"The recording reads {_with_unit(measure.value, rule.unit)}; beyond {low} to {high} "
            "the sensor or its fit is doubted."
        )
    return reasons


def _standing_reasons(mounting: Mounting) -> Sequence[str]:
    if mounting.standing is None:
        return ["No quiet standing was heard in the recording, so lean has no zero."]
    length = mounting.standing[1] - mounting.standing[0]
    if length < LEAST_STANDING:
        return [f"The quiet standing is {length:.1f} s long; lean gets its zero from 5 s."]
    return []


def _unclear_reasons(
    rule: TraitRule, measure: Measure | None, evidence: Evidence, earlier: Trait | None
) -> list[str]:
    """Why something measured does not stand clear, empty when it does."""
    reasons: list[str] = []
    if rule.floor is not None and evidence.low is not None and not evidence.low > rule.floor:
        reasons.append(
            f"The lower bound in this recording, {_with_unit(evidence.low, rule.unit)}, "
            f"does not clear {_with_unit(rule.floor, rule.unit)}."
        )
    if rule.ceiling is not None and evidence.high is not None and not evidence.high < rule.ceiling:
        reasons.append(
            f"The upper bound in this recording, {_with_unit(evidence.high, rule.unit)}, "
            f"does not stay under {_with_unit(rule.ceiling, rule.unit)}."
        )
    if rule.share is not None and evidence.share is None:
        reasons.append(f"The recording has no {rule.share.measure} stride by stride to go with it.")
    elif rule.share is not None and evidence.share is not None and evidence.share < rule.share.least:
        reasons.append(
            f"{evidence.share:.0%} of the strides in this recording show it one by one; "
            f"from {rule.share.least:.0%} on it is spoken of."
        )
    if measure is not None and measure.trust < LEAST_TRUST:
        reasons += measure.why or (
            f"The trust in this measure is {measure.trust:.2f}; it takes {LEAST_TRUST}.",
        )
    if earlier is not None and earlier.state != "seen":
        reasons.append(f'This rests on "{earlier.rule.title}", which is not clear in this recording.')
    return reasons


def _with_unit(value: float, unit: str) -> str:
    return f"{value:.2g}{UNIT_SIGNS[unit]}" if abs(value) < 10 else f"{value:.0f}{UNIT_SIGNS[unit]}"


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
