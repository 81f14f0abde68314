"""Runs that the tests of the live rooms share."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from gait.live.listening import Listening, Look
from gait.recording import Placement, Recording
from gait.synthetic import Course, Runner, Sensor, Stretch, Truth, simulate

#: Samples pushed at a time: half a second at 100 Hz.
HALF_S = 50

STAND, RUN = Stretch("still", 7.0, 0.0), Stretch("run", 50.0)


@lru_cache
def a_run(*stretches: Stretch, seed: int = 1, rate_hz: float = 100.0) -> tuple[Recording, Truth]:
    sensor = Sensor.mpu6050(np.random.default_rng(seed), rate_hz)
    return simulate(Runner(placement="sternum"), Course(stretches=stretches or (STAND, RUN)), sensor, seed)


@lru_cache
def listened(
    *stretches: Stretch, seed: int = 1, placement: Placement = "sternum"
) -> tuple[Listening, list[Look]]:
    """A run listened to as if it happened now, and what was seen each half second."""
    recording, _ = a_run(*stretches, seed=seed)
    listening, looks = Listening(recording.rate_hz, placement=placement), []
    s = recording.samples
    for a in range(0, len(s), HALF_S):
        listening.push(s[a : a + HALF_S])
        looks.append(listening.look())
    return listening, looks


def phases(looks: list[Look]) -> list[str]:
    """The phases in order, each once."""
    out: list[str] = []
    for look in looks:
        if not out or out[-1] != look.phase:
            out.append(look.phase)
    return out
