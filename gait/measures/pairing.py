"""How one step resembles the other.

Lives here: the difference of their times, and the likeness of their vertical acceleration.
Not here: how a stride resembles the next (regularity.py), the variability of its time (rhythm.py).
"""

from __future__ import annotations

import numpy as np

from gait.blocks import ratio_statistics
from gait.measures.context import View
from gait.measures.measure import NO_STRIDE, Measure, measured, nothing
from gait.measures.rotation import SAME_THREAD
from gait.measures.spring import grounded, usual_flight
from gait.rotations import Floats

#: How far contacts of the two feet may be off against each other where steps have clear air between them.
#: [percent of a step, 1 sd]  Source: the study of the traits, 0.4-0.6 at flight times read as 80-130 ms.
DIFFERENCE_SYSTEMATIC = 0.7

#: ... and where they have none: the force then rises softly, and where it is said to begin depends on the foot.
#: [percent of a step, 1 sd]  Source: the study, 2.5 at flight times read as 20-50 ms.
GROUNDED_SYSTEMATIC = 2.5

#: Soft tissue and noise.  [1, 1 sd]  Source: as for regularity.
LIKENESS_SYSTEMATIC = 0.03

#: Below this stride regularity there is nothing a step could be like.  [1]  Chosen.
LEAST_REGULAR = 0.1


def step_time_difference(view: View) -> Measure:
    """Time of the first step of a stride minus that of the second, over their mean.

    Where sides are known the first step is from the left contact to the right one. Where they are not, each stretch of strides
    has its own sign, taken so that its mean is positive: feet named anew after a pause would cancel a difference.

    Returns
    -------
    Measure
        Key ``step_time_difference``, per stride (k,). [percent] Nothing where the rate is too low to hear when a foot lands.
    """
    s = view.strides
    if view.quality.events_lost:
        lost, column = (view.quality.events_lost,), "step_time_difference_percent"
        return nothing("step_time_difference", "percent", np.zeros(len(s)), lost, column=column)
    first, second = s.middle - s.start, s.stop - s.middle
    per_stride = 200.0 * (first - second) / (first + second)
    per_stride = np.where(np.isin(s.side, ("right", "B")), -per_stride, per_stride)
    if len(s) and not np.isin(s.side, ("left", "right")).all():
        anew = (np.diff(s.bout) != 0) | (s.start[1:] - s.stop[:-1] > SAME_THREAD * s.duration[1:])
        stretch = np.concatenate([[0], np.cumsum(anew)])
        sums = np.bincount(stretch, np.where(view.counted, per_stride, 0.0))
        named = np.isin(s.side, ("left", "right")) & view.counted
        usual = -1.0 if per_stride[named].sum() < 0 else 1.0
        sign = np.where(sums * usual < 0, -1.0, 1.0)[stretch]
        per_stride = np.where(np.isin(s.side, ("left", "right")), per_stride, per_stride * sign)
    trust, why = view.trust(trunk=False)
    if not np.isin(s.side[view.counted], ("left", "right")).all():
        why = (*why, "Some feet have no name here: the sign of theirs says nothing.")
    return measured(
        "step_time_difference",
        "percent",
        per_stride,
        view.counted,
        systematic=difference_systematic(usual_flight(view)),
        column="step_time_difference_percent",
        trust=trust,
        why=why,
    )


def difference_systematic(flight_ms: float) -> float:
    """Systematic uncertainty of the difference of step times, by the usual flight time. [percent, 1 sd]"""
    return float(np.hypot(DIFFERENCE_SYSTEMATIC, GROUNDED_SYSTEMATIC * grounded(flight_ms)))


def step_likeness(view: View) -> Measure:
    """Step regularity over stride regularity: 1 when a step is as like the other as a stride is like the next.

    Returns
    -------
    Measure
        Key ``step_likeness``, from blocks of strides.

    References
    ----------
    .. [1] Moe-Nilssen & Helbostad, "Estimation of gait cycle characteristics by trunk accelerometry,"
       J Biomech 37 (2004) 121-126, doi 10.1016/S0021-9290(03)00233-1.
    """
    step, stride = view.cycles.again_step, view.cycles.again_stride
    counted = view.counted & np.isfinite(step) & np.isfinite(stride)
    none: Floats = np.zeros(0)
    if not counted.any():
        return nothing("step_likeness", "", none, (NO_STRIDE,))
    stats = ratio_statistics(step, stride, counted)
    if not float(stride[counted].mean()) > LEAST_REGULAR:
        return nothing("step_likeness", "", none, ("One stride is too little like the next for it.",))
    trust, why = view.trust(trunk=False)
    return Measure(
        key="step_likeness",
        unit="",
        value=stats.m,
        low=stats.low,
        high=stats.high,
        systematic=LIKENESS_SYSTEMATIC,
        n=stats.n,
        per_stride=none,
        column="",
        trust=trust,
        why=why,
        counted=np.zeros(0, bool),
        blocks=stats.blocks,
    )
