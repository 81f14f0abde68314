"""What a calibration leaves open, as degrees of an angle.

Lives here: how doubts about gains and offsets become doubts about lean and about turning.
Not here: where the doubts come from (six_position.py), what else makes an angle uncertain (measures/).
"""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np

from gait.calibration.calibration import Calibration
from gait.rotations import Floats
from gait.units import DEG, RAD, G

#: The lean for which a calibration's doubt is told. [°]  Source: typical values, 2-11.
USUAL_LEAN_DEG = 8.0


#: The sensor's axes and their diagonals, (13, 3).
WAYS = np.array([w for w in product((-1.0, 0.0, 1.0), repeat=3) if w > (0.0, 0.0, 0.0)])
WAYS = WAYS / np.linalg.norm(WAYS, axis=1)[:, None]


def told(calibration: Calibration | None) -> dict[str, Any] | None:
    """What analysis.json says of it: whose it is, and what it leaves open however the sensor is worn; None of none."""
    if calibration is None:
        return None
    share = worst_turn(calibration)
    return {
        "device": calibration.device,
        "made_at": calibration.made_at,
        "temperature_c": calibration.temperature_c,
        "lean_sigma_deg": worst_lean_deg(calibration),
        "turn_sigma_percent": None if share is None else 100.0 * share,
    }


def lean_sigma_deg(calibration: Calibration, up: Floats, forward: Floats, lean_deg: float) -> float | None:
    """How far a lean against standing is off by what the accelerometer's calibration leaves open.

    Parameters
    ----------
    calibration : Calibration
    up, forward : (3,) array
        The torso's axes in the sensor's. Unit vectors.
    lean_deg : float
        [°]

    Returns
    -------
    float or None
        One standard deviation; None when the calibration does not tell. [°]
    """
    if calibration.covariance is None:
        return None
    lean = lean_deg * RAD
    # Earth's up in sensor axes: standing, and leaning; and which way it moves when the lean grows.
    leaning = np.cos(lean) * up - np.sin(lean) * forward
    grows = -np.cos(lean) * forward - np.sin(lean) * up
    at_rest, moved = _per_unknown(up * G), _per_unknown(leaning * G)
    # What standing reads beyond g is taken off along it (standing.standing_offset).
    beyond = np.outer(up, up @ at_rest)
    row = (grows @ (moved - beyond) + forward @ (at_rest - beyond)) / G
    return float(np.sqrt(row @ calibration.covariance[:9, :9] @ row) * DEG)


def turn_sigma(calibration: Calibration, about: Floats) -> float | None:
    """How far a turn about an axis (3,) of the sensor is off, as a share of it, 1 sd; None when not told. [1]"""
    if calibration.covariance is None:
        return None
    row = np.outer(about, about).ravel()
    return float(np.sqrt(row @ calibration.covariance[9:, 9:] @ row))


def worst_lean_deg(calibration: Calibration, lean_deg: float = USUAL_LEAN_DEG) -> float | None:
    """The largest of `lean_sigma_deg` over many ways to wear the sensor, straight and askew. [°]"""
    found = [lean_sigma_deg(calibration, up, forward, lean_deg) for up in WAYS for forward in _across(up)]
    return max((f for f in found if f is not None), default=None)


def worst_turn(calibration: Calibration) -> float | None:
    """The largest of `turn_sigma` over the sensor's axes and their diagonals. [1]"""
    return max((f for f in (turn_sigma(calibration, about) for about in WAYS) if f is not None), default=None)


def _across(up: Floats) -> Floats:
    """Eight directions (8, 3) across ``up``, evenly round it."""
    one = np.cross(up, np.eye(3)[np.abs(up).argmin()])
    one = one / np.linalg.norm(one)
    angle = np.arange(8)[:, None] * np.pi / 4.0
    return np.asarray(np.cos(angle) * one + np.sin(angle) * np.cross(up, one))


def _per_unknown(true: Floats) -> Floats:
    """Change of a calibrated force (3,) with each of offset and symmetric gain (3, 9)."""
    x, y, z = true
    return np.array(
        [
            [-1, 0, 0, x, 0, 0, y, z, 0],
            [0, -1, 0, 0, y, 0, x, 0, z],
            [0, 0, -1, 0, 0, z, 0, x, y],
        ],
        float,
    )
