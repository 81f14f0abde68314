"""How the trunk goes over one foot and then over the other.

Lives here: its peak-to-peak sideways inclination, and whether its sideways way belongs to the stride.
Not here: turning about its long axis (rotation.py).
"""

from __future__ import annotations

import numpy as np

from gait.measures.context import View
from gait.measures.curves import Loop
from gait.measures.measure import Measure, measured
from gait.measures.rotation import UNKNOWN_LEAN_DEG
from gait.measures.spring import bounce, integrated_twice
from gait.torso import POINTS
from gait.units import DEG, RAD

#: Soft tissue, and turning that leaks in through the forward axis' uncertainty.  [°, 1 sd]
#: Source: synthetic runners with an MPU-6050's errors, RMS 1.0° over 20 seeds.
SYSTEMATIC_DEG = 1.1

#: Highest harmonic of the stride in the sideways velocity.  [1]  Chosen: 10 is 14 Hz, all that is read from a stride.
HIGHEST = 10

#: Soft tissue, and forward motion that leaks in through the forward axis' uncertainty.  [1, 1 sd]
#: Source: the study of the traits.
SHARE_SYSTEMATIC = 0.03

#: Beyond this uncertainty sideways is not told from forward.  [°, 1 sd]  Chosen: half of a right angle.
UNKNOWN_FORWARD_DEG = 45.0


def sway(view: View) -> Measure:
    """Peak-to-peak sideways inclination of the trunk within a stride.

    Returns
    -------
    Measure
        Key ``sway``, per stride (k,). [°], 0 or more.
    """
    trust, why = view.trust(trunk=True, forward=True)
    if view.mounting.forward_sigma_deg > UNKNOWN_FORWARD_DEG:
        trust, why = 0.0, (*why, "Sideways could not be told from forward.")
    wave = view.cycles["sway"]
    systematic = SYSTEMATIC_DEG
    if view.mounting.standing is None:
        # Turning about a trunk that leans unknown shows as tipping by the sine of its lean.
        turn = np.ptp(view.cycles["rotation"][view.counted], axis=1) * DEG
        leak = float(np.nanmedian(turn)) * np.sin(UNKNOWN_LEAN_DEG * RAD) if np.isfinite(turn).any() else 0.0
        systematic = float(np.hypot(SYSTEMATIC_DEG, leak))
        why = (*why, "Without standing the tipping is taken about the trunk as it was held in running.")
    return measured(
        "sway",
        "deg",
        np.ptp(wave, axis=1) * DEG,
        view.counted,
        systematic=systematic,
        column="sway_deg",
        trust=trust,
        why=why,
    )


def lateral_share(view: View) -> Measure:
    """Share of the power of the trunk's sideways velocity that lies at stride frequency.

    Near 1 it moves over one foot and then over the other; near 0 it moves with each landing alike. The velocity, since
    in acceleration the shocks of landing outweigh the way.

    Returns
    -------
    Measure
        Key ``lateral_share``, per stride (k,), 0 to 1.
    """
    trust, why = view.trust(trunk=True, forward=True)
    if view.mounting.forward_sigma_deg > UNKNOWN_FORWARD_DEG:
        trust, why = 0.0, (*why, "Sideways could not be told from forward.")
    number = np.arange(1, HIGHEST + 1)
    power = np.abs(np.fft.rfft(view.cycles["left"], axis=1)[:, 1 : HIGHEST + 1] / number) ** 2
    whole = power.sum(axis=1)
    return measured(
        "lateral_share",
        "",
        power[:, 0] / np.where(whole > 0, whole, np.nan),
        view.counted,
        systematic=SHARE_SYSTEMATIC,
        column="lateral_share_1",
        trust=trust,
        why=why,
    )


def loop(view: View) -> Loop | None:
    """The mean way of the sensor over the stride, from behind; None where sideways, or behind, is not known."""
    m = view.mounting
    if m.forward_sigma_deg > UNKNOWN_FORWARD_DEG or not m.sign_known or len(view.strides) == 0:
        return None
    right = -100.0 * integrated_twice(view.cycles["left"], view.strides.duration)
    up = 100.0 * bounce(view)
    phase = np.arange(POINTS) / POINTS
    return Loop(phase, right.mean(axis=0), up.mean(axis=0), right.std(axis=0), up.std(axis=0))
