"""Runners at random: the distribution the project's targets are measured on.

Lives here: draw(), one seeded run.
Not here: what is measured on them (tests/accuracy).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

import numpy as np

from gait.recording import Recording
from gait.synthetic.course import Course, Road
from gait.synthetic.runner import Runner
from gait.synthetic.sensor import Sensor, any_rotation
from gait.synthetic.truth import Truth, simulate
from gait.synthetic.waveform import Waveform, Worn

Grade = Literal["mpu6050", "calibrated", "ideal"]


def draw(
    seed: int,
    *,
    path: Road | None = None,
    sensor: Grade = "mpu6050",
    course: Course | None = None,
    rate_hz: float = 200.0,
    standing_s: float = 8.0,
    running_s: float = 80.0,
    grid_hz: float | None = None,
    **overrides: Any,
) -> tuple[Recording, Truth]:
    """One run from the distribution that docs/accuracy.md is about.

    Parameters
    ----------
    seed : int
        Same seed, same runner and mounting, whatever the sensor's grade.
    path : str or None
        "straight", "track", "surges"; None takes them in turn by seed.
    sensor : str
        "mpu6050", "calibrated" or "ideal".
    course : Course or None
        Instead of path and the two times.
    rate_hz, standing_s, running_s : float
    grid_hz : float or None
        Instead of the sensor's own inner grid; coarser is faster. [Hz]
    **overrides
        Fields of Runner that shall not be drawn.

    Returns
    -------
    Recording, Truth
    """
    rng = np.random.default_rng([seed, 6050])
    roads: tuple[Road, ...] = ("straight", "track", "surges")
    placement: Worn = "sternum" if rng.random() < 0.5 else "sacrum"
    placement = overrides.get("placement", placement)
    turn_deg = float(overrides.get("turn_deg", rng.uniform(6.0, 20.0)))
    speed = float(rng.uniform(2.7, 5.0))
    own = Runner(speed_mps=float(overrides.get("speed_mps", speed)))
    drawn: dict[str, Any] = {
        "placement": placement,
        "speed_mps": speed,
        # Chosen: people differ by 4 % in cadence and 5 % in contact at the same speed.
        "cadence_spm": float(
            60.0 / own.step_time(own.speed_mps) * np.clip(1 + 0.04 * rng.normal(), 0.9, 1.1)
        ),
        "contact_s": float(own.contact_time(own.speed_mps) * np.clip(1 + 0.05 * rng.normal(), 0.88, 1.12)),
        "lean_deg": float(rng.uniform(3.0, 15.0)),
        "lean_drift_deg": float(rng.uniform(-3.0, 3.0)),
        "nod_deg": float(rng.uniform(1.5, 4.0)),
        "turn_deg": turn_deg,
        "roll_deg": float(rng.uniform(2.0, 6.0)),
        "impact_g": float(rng.uniform(1.0, 4.5)),
        "timing_asymmetry": float(0.008 * rng.normal()),
        "step_time_cv": float(rng.uniform(0.010, 0.025)),
        "stride_cv": float(rng.uniform(0.04, 0.09)),
        "tissue_wobble": float(rng.uniform(0.3, 1.3)),
        "waveform": Waveform.varied(placement, rng, turn_deg),
    }
    drawn.update(overrides)
    mount = any_rotation(rng)
    make = {"mpu6050": Sensor.mpu6050, "calibrated": Sensor.calibrated}
    worn = make[sensor](rng, rate_hz, mount) if sensor in make else Sensor.ideal(rate_hz, mount)
    if grid_hz is not None:
        worn = replace(worn, grid_hz=grid_hz)
    road = course or Course(path or roads[seed % 3], standing_s, running_s)
    return simulate(Runner(**drawn), road, worn, seed)
