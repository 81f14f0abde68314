"""How far the torso turns to and fro in a stride.

Lives here: its peak-to-peak azimuth.
Not here: how it meets the landing (togetherness.py), the heading (torso.py).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gait.calibration.uncertainty import turn_sigma
from gait.measures.context import View
from gait.measures.measure import Measure, measured
from gait.rotations import Floats, inverse, rotate
from gait.units import DEG, RAD

#: Gyro scale error (3 % of a range of about 20°) and soft tissue.  [°, 1 sd]
#: Source: the traits' catalogue (u = 0.7) and tests/accuracy/targets.py.
SYSTEMATIC_DEG = 0.7

#: What soft tissue and the direction of "up" leave when the gyro's scale is known.  [°, 1 sd]
#: Source: 100 synthetic runs calibrated by six rests, 0.17° (tests/accuracy/targets.py, seeds 3000-3099); twice that,
#: for a trunk's tissue differs from the one that is simulated.
CALIBRATED_DEG = 0.35

#: How far the trunk may lean when no standing says; sideways tipping then shows as turning by its sine.  [°, 1 sd]
#: Source: lean of groups of runners 3.6 and 10.8°, Teng & Powers 2015.
UNKNOWN_LEAN_DEG = 8.0

#: A pause of this many strides may have cost the thread of which foot is which.  [1]  Chosen: less than one stride.
SAME_THREAD = 0.75


def rotation(view: View) -> Measure:
    """Peak-to-peak azimuth of the torso within a stride, drift and curves removed.

    Returns
    -------
    Measure
        Key ``rotation``, per stride (k,). [°], 0 or more.
    """
    trust, why = view.trust(trunk=True)
    per_stride = range_deg(view)
    sensor = _sensor_sigma(view, per_stride)
    systematic = sensor
    if view.mounting.standing is None:
        tip = float(np.nanmedian(np.ptp(view.cycles["sway"], axis=1))) * DEG if view.counted.any() else 0.0
        systematic = float(np.hypot(sensor, tip * np.sin(UNKNOWN_LEAN_DEG * RAD)))
        why = (*why, "Without standing the turn is taken about the trunk as it was held in running.")
    return measured(
        "rotation",
        "deg",
        per_stride,
        view.counted,
        systematic=systematic,
        column="rotation_deg",
        trust=trust,
        why=why,
    )


def _sensor_sigma(view: View, per_stride: Floats) -> float:
    """What scale of the gyro and soft tissue leave, 1 sd. [°]"""
    up = rotate(inverse(view.mounting.q_torso_sensor), [0.0, 0.0, 1.0])
    share = None if view.calibration is None else turn_sigma(view.calibration, up)
    if share is None or not np.isfinite(per_stride).any():
        return SYSTEMATIC_DEG
    # No calibration makes a sensor worse than none.
    return float(min(SYSTEMATIC_DEG, np.hypot(CALIBRATED_DEG, share * np.nanmedian(per_stride))))


def drift_free(view: View) -> Floats:
    """Rotation over the stride (k, POINTS) without its mean; the heading has taken slow turning out. [rad]"""
    wave = view.cycles["rotation"]
    return np.asarray(wave - wave.mean(axis=1, keepdims=True))


def range_deg(view: View) -> Floats:
    """Peak-to-peak of the turn of each stride (k,). [°]"""
    return np.asarray(np.ptp(drift_free(view), axis=1) * DEG)


def unsure_of_shape(turned_deg: Floats, over_turn: float, most: float) -> float:
    """How unsure the shape of a turn is for its smallness: ``over_turn`` by its usual range, and ``most`` at most.

    ``turned_deg`` is the range of each stride that counts (n,). [°]
    """
    turn = float(np.nanmedian(turned_deg)) if np.isfinite(turned_deg).any() else 0.0
    return min(most, over_turn / turn) if turn > 0.0 else most


def opens_other(view: View) -> NDArray[np.bool_]:
    """Strides that open with the other foot than the rest (k,): right among left, B among A.

    Where feet have no name they may be named anew wherever they could not be followed; there turn and sway themselves,
    the larger of them most, say whether a stretch of strides began with the foot that the named ones, or the longest
    stretch, began with.
    """
    s = view.strides
    other = np.isin(s.side, ("right", "B"))
    unnamed = ~np.isin(s.side, ("left", "right"))
    if not unnamed.any():
        return other
    waves = (drift_free(view), view.cycles["sway"])
    first = np.stack([np.fft.rfft(wave, axis=1)[:, 1] for wave in waves], axis=1)
    first *= np.where(other, -1.0, 1.0)[:, None]
    first = np.where(view.counted[:, None] & np.isfinite(first), first, 0.0)
    anew = (np.diff(s.bout) != 0) | (s.start[1:] - s.stop[:-1] > SAME_THREAD * s.duration[1:])
    stretch = np.concatenate([[0], np.cumsum(anew)])
    sums = np.zeros((stretch[-1] + 1, len(waves)), complex)
    np.add.at(sums, stretch, first)
    named = first[~unnamed].sum(axis=0)
    known = named if np.abs(named).any() else sums[np.argmax(np.abs(sums).sum(axis=1))]
    flipped = np.real(sums @ np.conj(known)) < 0
    return np.where(unnamed, other ^ flipped[stretch], other)
