"""How far forward the trunk is held, against the runner's own standing line.

Lives here: the mean inclination in the plane of progression, and how far it can be wrong.
Not here: angles per sample (torso.py), whether it may be spoken of (traits/).
"""

from __future__ import annotations

import numpy as np

from gait.calibration.uncertainty import lean_sigma_deg
from gait.measures.context import View
from gait.measures.measure import NO_STRIDE, Measure, measured, nothing
from gait.quality import CREPT_DEG
from gait.rotations import inverse, rotate
from gait.slip import find_jump
from gait.units import DEG, RAD

#: A person repeats quiet standing to about this.  [°, 1 sd]  Source: design note on signals and traits.
STANDING_SIGMA_DEG = 1.0

#: What an uncalibrated accelerometer and soft tissue leave in a run's mean lean.  [°, 1 sd]
#: Source: synthetic runners with an MPU-6050's errors, tests/accuracy/targets.py: 95 % of runs within 0.87°;
#: after a six-position calibration within 0.20°.
SENSOR_SIGMA_DEG, CALIBRATED_SIGMA_DEG = 0.45, 0.12

#: Lean beyond this is no trunk's; the sensor was turned or faced otherwise.  [°]  Chosen: see the catalogue.
PLAUSIBLE_DEG = 45.0

#: What is left of the trust when the clip slipped on the way.  [1]  Chosen: below the half that a claim asks for.
SLIPPED_TRUST = 0.4


def lean(view: View) -> Measure:
    """Mean inclination of the trunk's long axis in the plane of progression, relative to standing.

    Parameters
    ----------
    view : View

    Returns
    -------
    Measure
        Key ``lean``, per stride (k,). [°], positive forward. Empty with a reason when there is no standing or
        when forward and backward cannot be told apart.
    """
    per_stride = view.cycles["lean"].mean(axis=1) * DEG
    m = view.mounting
    if not (view.counted & np.isfinite(per_stride)).any():
        return nothing("lean", "deg", per_stride, (NO_STRIDE,), column="lean_deg")
    if m.standing is None or not m.sign_known:
        return nothing("lean", "deg", per_stride, m.why, column="lean_deg")
    trust, why = view.trust(trunk=True, forward=True)
    standing = STANDING_SIGMA_DEG / np.sqrt(m.standing_count or 1)
    value = float(np.nanmean(per_stride))
    sensor = _sensor_sigma(view, value)
    turned = abs(value) * (1.0 - np.cos(m.forward_sigma_deg * RAD))
    # An axis that is off sees some of how the trunk is held sideways.
    across = abs(float(np.nanmean(view.cycles["sway"]))) * DEG * np.sin(m.forward_sigma_deg * RAD)
    crept = m.crept_deg or 0.0
    if crept > CREPT_DEG:
        trust *= 0.5 if crept < 2 * CREPT_DEG else 0.25
        why += (f"The standing before and after differ by {crept:.1f}°: the clip moved on the way.",)
    jump = find_jump(view.strides.start, np.where(view.counted, per_stride, np.nan))
    if jump is not None:
        trust *= SLIPPED_TRUST
        why += (
            f"Between two strides, at {jump.at:.0f} s, the lean jumped by {jump.by_deg:.1f}°: the clip slipped.",
        )
    return measured(
        "lean",
        "deg",
        per_stride,
        view.counted & (np.abs(per_stride) < PLAUSIBLE_DEG),
        systematic=float(np.sqrt(standing**2 + sensor**2 + turned**2 + across**2 + crept**2 / 12)),
        column="lean_deg",
        trust=trust,
        why=why,
    )


def _sensor_sigma(view: View, lean_deg: float) -> float:
    """What the sensor leaves in the mean lean, 1 sd: by its calibration, or by what such sensors leave. [°]"""
    if view.calibration is not None:
        up, forward = rotate(inverse(view.mounting.q_torso_sensor), [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]])
        left = lean_sigma_deg(view.calibration, up, forward, lean_deg)
        if left is not None:
            # No calibration makes a sensor worse than none.
            return float(min(SENSOR_SIGMA_DEG, np.hypot(CALIBRATED_SIGMA_DEG, left)))
    return CALIBRATED_SIGMA_DEG if view.calibrated else SENSOR_SIGMA_DEG
