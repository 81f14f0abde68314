"""A gyroscope's scale, from the turning of gravity.

Lives here: how fast gravity turns in the sensor's axes against what the gyroscope says.
Not here: which unit follows from it (infer.py).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gait.rotations import Floats
from gait.units import G

#: The turning of gravity gives the gyroscope's scale when it fits this well and turns this much. Chosen: below, drift and
#: true acceleration make the scale wrong by more than the factor 1.3 that tells neighbouring raw ranges apart.
TILT_CORRELATION = 0.9
TILT_LEAST_DEG = 8.0


def scale_by_tilt(
    acc: Floats, gyr: Floats, rate_hz: float, pieces: Sequence[slice], acc_worth: float
) -> float | None:
    """The gyroscope's scale [rad/s per file unit] from the turning of gravity, None when it hardly turned.

    In the sensor's axes gravity g moves as dg/dt = -s (w - b) x g, with s and s b unknown. Both sides are averaged
    over a second, which takes out the steps, and added up over one more.
    """
    second = max(round(rate_hz), 4)
    rows: list[Floats] = []
    sides: list[Floats] = []
    tilt = 0.0
    for part in pieces:
        force, rate = acc[part] * acc_worth / G, gyr[part]
        if len(force) < 4 * second:
            continue
        g, w = _smooth(force, second), _smooth(rate, second)
        turned = np.cross(w, g)
        total = np.concatenate([np.zeros((1, 3)), np.cumsum(turned, axis=0)]) / rate_hz
        lever = np.concatenate([np.zeros((1, 3)), np.cumsum(g, axis=0)]) / rate_hz
        at = np.arange(0, len(g) - second, max(second // 2, 1))
        change = g[at + second] - g[at]
        moved = -(total[at + second] - total[at])
        arm = lever[at + second] - lever[at]
        # b x g as a matrix on the three unknowns of s b
        for k in range(len(at)):
            x, y, z = arm[k]
            rows.append(np.column_stack([moved[k], [[0.0, z, -y], [-z, 0.0, x], [y, -x, 0.0]]]))
            sides.append(change[k])
        unit = g / np.linalg.norm(g, axis=1, keepdims=True)
        cosine = np.clip(unit[at + second] @ unit[0], -1.0, 1.0)
        tilt = max(tilt, float(np.degrees(np.arccos(cosine)).max())) if len(at) else tilt
    if tilt < TILT_LEAST_DEG or len(rows) < 8:
        return None
    return _robust_scale(rows, sides)


def _robust_scale(rows: Sequence[Floats], sides: Sequence[Floats]) -> float | None:
    """Least squares in which outliers weigh little; None when the fit does not explain the change."""
    a, y = np.concatenate(rows), np.concatenate(sides)
    weight = np.ones(len(y))
    solution: Floats = np.zeros(4)
    for _ in range(8):
        solution = np.asarray(np.linalg.lstsq(a * weight[:, None], y * weight, rcond=None)[0], float)
        rest = np.abs(y - a @ solution)
        spread = 1.5 * float(np.median(rest)) + 1e-9
        weight = np.sqrt(1.0 / (1.0 + (rest / spread) ** 2))
    fitted = a @ solution
    weighted = np.corrcoef(fitted * weight, y * weight)[0, 1]
    scale = float(solution[0])
    return scale if weighted > TILT_CORRELATION and scale > 0 else None


def _smooth(values: Floats, width: int) -> Floats:
    """Running mean over ``width`` samples."""
    total = np.concatenate([np.zeros((1, values.shape[1])), np.cumsum(values, axis=0)])
    mean: Floats = (total[width:] - total[:-width]) / width
    return mean
