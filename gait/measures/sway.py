"""How far the trunk tips from side to side in a stride.

Lives here: its peak-to-peak sideways inclination.
Not here: turning about its long axis (rotation.py).
"""

from __future__ import annotations

import numpy as np

from gait.measures.context import View
from gait.measures.measure import Measure, measured
from gait.units import DEG

#: Soft tissue, and turning that leaks in through the forward axis' uncertainty.  [°, 1 sd]
#: Source: synthetic runners with an MPU-6050's errors, RMS 1.0° over 20 seeds.
SYSTEMATIC_DEG = 1.1


def sway(view: View) -> Measure:
    """Peak-to-peak sideways inclination of the trunk within a stride.

    Returns
    -------
    Measure
        Key ``sway``, per stride (k,). [°], 0 or more.
    """
    trust, why = view.trust(trunk=True)
    if view.mounting.forward_sigma_deg > 45.0:
        trust, why = 0.0, (*why, "Sideways could not be told from forward.")
    wave = view.cycles["sway"]
    return measured(
        "sway",
        "deg",
        np.ptp(wave, axis=1) * DEG,
        view.counted,
        systematic=SYSTEMATIC_DEG,
        column="sway_deg",
        trust=trust,
        why=why,
    )
