"""Whether the turn of the torso arrives with the landing of the foot.

Lives here: the concentration of its phase, and what chance would give.
Not here: how far it turns (rotation.py).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gait.measures.context import View
from gait.measures.curves import StrideClock
from gait.measures.evenness import extremes
from gait.measures.measure import NO_STRIDE, Measure, measured, nothing
from gait.measures.rotation import drift_free, opens_other, range_deg, unsure_of_shape
from gait.rotations import Floats

#: Fewest strides for a concentration.  [strides]  Chosen: one block.
FEWEST = 10

#: Surrogate runs, and strides of each; the seed makes them the same every time.  [1]
#: Chosen: the 99th percentile of 400 is its 4th largest, stable to 0.01; 600 strides are 7 minutes.
SURROGATES, MOST_STRIDES, SEED = 400, 600, 20260101

#: Share of surrogates the run must exceed.  [1]  Source: the traits' catalogue.
ABOVE = 0.99

#: Soft tissue and jitter of contacts, and what they do to a small turn: this over the turn in °.  [1, 1 sd]
#: Source: the traits' catalogue (u = 0.02); the study of the traits, 0.21, 0.13 and 0.08 at turns of 0.5, 1.1 and 2.0°.
SYSTEMATIC, OVER_TURN = 0.02, 0.12

#: Nothing is known of a concentration then.  [1, 1 sd]  Source: evenly between 0 and 1.
UNKNOWN = 0.29


def togetherness(view: View) -> Measure:
    """Circular concentration of the turn's phase against the landing, 0 (anywhere) to 1 (always the same).

    Returns
    -------
    Measure
        Key ``togetherness``; per stride (k,) the cosine of the phase's distance from the mean phase, whose
        mean is the value. Trust is 0 unless it exceeds the 99th percentile of surrogates in which the
        turn keeps its own rhythm but forgets the landings.
    """
    return of_phase(turn_phase(view), range_deg(view), view)


def of_phase(phase: Floats, turned_deg: Floats, view: View) -> Measure:
    """The same from phases (k,) [rad] and ranges (k,) [°] of the turn that are known already; asks for no waveform."""
    counted = view.counted & np.isfinite(phase)
    trust, why = view.trust(trunk=True)
    if counted.sum() < FEWEST:
        return nothing(
            "togetherness",
            "",
            phase,
            ("Too few steady strides for a concentration.",) if counted.any() else (NO_STRIDE,),
        )
    centre = np.angle(np.mean(np.exp(1j * phase[counted])))
    per_stride = np.cos(phase - centre)
    level = surrogate_level(phase, view, counted)
    value = float(per_stride[counted].mean())
    if not value > level:
        trust = 0.0
        why = (*why, f"Not above what turning by its own rhythm gives by chance ({level:.2f}).")
    return measured(
        "togetherness",
        "",
        per_stride,
        counted,
        systematic=float(np.hypot(SYSTEMATIC, unsure_of_shape(turned_deg[counted], OVER_TURN, UNKNOWN))),
        column="togetherness_1",
        trust=trust,
        why=why,
    )


def clock(view: View) -> StrideClock | None:
    """When in the stride the other foot landed and the turn was furthest; None without strides that count."""
    left, right = extremes(view)
    known = np.flatnonzero(view.counted & np.isfinite(left) & np.isfinite(right))
    if not len(known):
        return None
    s = view.strides
    other = (s.middle - s.start) / s.duration
    # Strides that open with the right foot begin where the others are about half way.
    turned = opens_other(view)
    left, right = (np.where(turned, np.mod(x - other, 1.0), x) for x in (left, right))
    other = np.where(turned, 1.0 - other, other)
    return StrideClock(s.start[known], other[known], left[known], right[known])


def turn_phase(view: View) -> Floats:
    """Phase of the turn's first harmonic at the opening contact (k,). [rad]"""
    phase = np.angle(np.fft.rfft(drift_free(view), axis=1)[:, 1])
    # Strides that open with the other foot are one step on, which need not be half a stride.
    s = view.strides
    return np.where(opens_other(view), phase + 2 * np.pi * (s.middle - s.start) / s.duration, phase)


def surrogate_level(phase: Floats, view: View, counted: NDArray[np.bool_]) -> float:
    """Concentration that turns with shuffled cycle times reach in 99 % of surrogates.

    The turn's own cycles (from its phase and the landings) are put in another order, so that it keeps its
    rhythm but not its landings; what stays in phase then does so by regularity alone.
    """
    keep = np.flatnonzero(counted)[:MOST_STRIDES]
    start, time = view.strides.start[keep], view.strides.duration[keep]
    usual = float(np.median(time))
    joined = np.diff(start) < 1.5 * usual
    arrive = start - np.unwrap(phase[keep]) / (2 * np.pi) * time
    own = np.diff(arrive)[joined]
    if len(own) < FEWEST:
        return 1.0
    landing = np.diff(start)[joined]
    rng = np.random.default_rng(SEED)
    shuffled = rng.permuted(np.tile(own, (SURROGATES, 1)), axis=1)
    behind = np.cumsum(shuffled - landing, axis=1)
    # The same total time: a surrogate never runs away from the landings by a different mean rate.
    turned = 2 * np.pi * behind / usual
    together = np.abs(np.exp(1j * turned).mean(axis=1))
    return float(np.quantile(together, ABOVE))
