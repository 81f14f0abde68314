"""Whether the trunk turns one way as it turns the other.

Lives here: the odd-harmonic share of the yaw rate, and how the stride is split between the two ways.
Not here: how far it turns (rotation.py); how far to either side is equal by construction once drift is removed.
"""

from __future__ import annotations

import numpy as np

from gait.measures.context import View
from gait.measures.measure import Measure, measured
from gait.measures.rotation import drift_free, range_deg, unsure_of_shape
from gait.rotations import Floats
from gait.torso import POINTS

#: Highest harmonic of the stride that is looked at.  [1]
#: Chosen: 8 is 11 Hz, below the resonance of skin and strap.
HIGHEST = 8

#: Highest harmonic that decides where the turn is furthest.  [1]  Chosen: a ripple on a flat top would move it.
SMOOTH = 3

#: Soft tissue, and what it does to a small turn: this over the turn in °.  [1, 1 sd]  Source: the traits' catalogue (u = 0.03);
#: the study of the traits, 0.15, 0.11, 0.04 and 0.02 at turns of 1.1, 2.0, 3.2 and 5.2°.
SYMMETRY_SYSTEMATIC, SYMMETRY_OVER_TURN = 0.03, 0.15

#: The same for the split.  [percent of the stride, 1 sd]  Source: the study, 8.5, 7.2, 3.9, 2.0 and 0.6 at 1.1, 2.0, 3.2, 5.2
#: and 9°.
SPLIT_SYSTEMATIC, SPLIT_OVER_TURN = 0.8, 12.0

#: No share of the stride and no split is less sure than one of which nothing is known.  [1], [percent, 1 sd]
#: Source: evenly between 0 and 1, and within a quarter of the stride.
SYMMETRY_UNKNOWN, SPLIT_UNKNOWN = 0.29, 14.4


def turn_symmetry(view: View) -> Measure:
    """Share of the power of the yaw rate that lies in the odd harmonics of the stride.

    In odd harmonics the second half of the stride is the first with its sign changed: to the right as it was
    to the left. It is the harmonic ratio of gait laboratories (Gage 1964; Bellanca 2013 as a share), for turning.

    Returns
    -------
    Measure
        Key ``turn_symmetry``, per stride (k,), 0 to 1.
    """
    number = np.arange(HIGHEST + 1)
    rate = np.abs(np.fft.rfft(drift_free(view), axis=1)[:, : HIGHEST + 1] * number) ** 2
    whole = rate.sum(axis=1)
    per_stride = rate[:, 1::2].sum(axis=1) / np.where(whole > 0, whole, np.nan)
    small = unsure_of_shape(range_deg(view)[view.counted], SYMMETRY_OVER_TURN, SYMMETRY_UNKNOWN)
    systematic = float(np.hypot(SYMMETRY_SYSTEMATIC, small))
    return _measure(view, "turn_symmetry", "", per_stride, systematic, "turn_symmetry_1")


def turn_split(view: View) -> Measure:
    """Share of the stride from the turn furthest to the left to the turn furthest to the right.

    Returns
    -------
    Measure
        Key ``turn_split``, per stride (k,). [percent], 50 when both ways take as long.
    """
    left, right = extremes(view)
    per_stride = 100.0 * np.mod(right - left, 1.0)
    small = unsure_of_shape(range_deg(view)[view.counted], SPLIT_OVER_TURN, SPLIT_UNKNOWN)
    systematic = float(np.hypot(SPLIT_SYSTEMATIC, small))
    return _measure(view, "turn_split", "percent", per_stride, systematic, "turn_split_percent")


def extremes(view: View) -> tuple[Floats, Floats]:
    """Phases (k,) at which the turn is furthest left and furthest right, 0 to 1, from the opening contact."""
    harmonics = np.fft.rfft(drift_free(view), axis=1)
    harmonics[:, SMOOTH + 1 :] = 0.0
    wave = np.fft.irfft(harmonics, POINTS, axis=1)
    known = np.isfinite(wave[:, 0])
    left, right = (np.where(known, _peak(sign * wave), np.nan) for sign in (1.0, -1.0))
    return left, right


def _peak(wave: Floats) -> Floats:
    """Phase of the largest value of each row (k, m) of a periodic wave, between points by a parabola."""
    m = wave.shape[1]
    at = np.argmax(np.where(np.isfinite(wave), wave, -np.inf), axis=1)
    rows = np.arange(len(wave))
    before, top, after = (wave[rows, (at + d) % m] for d in (-1, 0, 1))
    bend = before - 2.0 * top + after
    shift = np.where(bend < 0, 0.5 * (before - after) / np.where(bend < 0, bend, -1.0), 0.0)
    return np.asarray(np.mod((at + shift) / m, 1.0))


def _measure(view: View, key: str, unit: str, per_stride: Floats, systematic: float, column: str) -> Measure:
    trust, why = view.trust(trunk=True)
    return measured(
        key, unit, per_stride, view.counted, systematic=systematic, column=column, trust=trust, why=why
    )
