"""Velocity gained when a runner sets off, and lost at a stop: it points forward.

Lives here: the one cue for forward that needs no placement.
Not here: what is made of it (feet.py, find.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gait import torso
from gait.bouts import Bouts
from gait.gravity import Settled
from gait.motion import CARRIED_GAP
from gait.rotations import Floats

#: Velocity gained around a start, and lost around a stop, is summed over this long.  [s]
#: Chosen: setting off to a jog takes 2-3 s; longer only adds drift.
BEFORE_START, AFTER_START = 1.0, 3.0

#: A start must gain at least this to say where forward is.  [m/s]  Chosen: on a treadmill drift stays below.
LEAST_GAIN = 1.0

#: Where less than this share of starts and stops does, running is heard in pieces at whose edges nobody sets off, and drift
#: makes some of them look so: then only those count that gain so much.  [1], [m/s]  Chosen: in nine such made-up runs, 5 to 128
#: edges each, drift reached 1.4 and those who did set off or stop 2.1 to 4.3.
LEAST_SHARE, CLEAR_GAIN = 0.5, 1.8

#: Motion around that, and the stride over which its heading is smoothed.  [s]  Chosen: nearly three strides of 0.7 s.
MARGIN, HEADING_OVER = 2.0, 0.7

#: Uncertainty of the direction gained, one standard deviation; it grows where less speed was gained.  [°]
#: Source: synthetic runners, tests/accuracy/targets.py.
SET_OFF_SIGMA_DEG = 6.0

#: ... than this.  [m/s]  Chosen: the slowest simulated jog sets off to 2.7.
FULL_GAIN = 2.5


@dataclass(frozen=True)
class Gain:
    """Velocity gained at starts and lost at stops: azimuth in level axes [rad], sigma [°], size [m/s]."""

    azimuth: float
    sigma_deg: float
    size: float


def speed_gained(
    settled: Settled, bouts: Bouts, q_level: Floats, heard: tuple[float, float] = (-np.inf, np.inf)
) -> Gain | None:
    """Sum of velocity changes around the edges of running from and to ``heard`` [s], along the heading of level axes."""

    def inside(edges: Floats) -> Floats:
        return np.asarray(edges[(bouts.kind == "run") & (edges >= heard[0]) & (edges <= heard[1])])

    starts = [_gained(settled, q_level, edge, BEFORE_START, AFTER_START) for edge in inside(bouts.start)]
    stops = [_gained(settled, q_level, edge, AFTER_START, BEFORE_START) for edge in inside(bouts.stop)]
    edges = [g for g in starts if g is not None] + [-g for g in stops if g is not None]
    gains = [g for g in edges if np.hypot(*g) >= LEAST_GAIN]
    if len(gains) < LEAST_SHARE * len(edges):
        gains = [g for g in gains if np.hypot(*g) >= CLEAR_GAIN]
    if not gains or np.hypot(*np.sum(gains, axis=0)) < LEAST_GAIN * np.sqrt(len(gains)):
        return None
    x, y = np.mean(gains, axis=0)
    size = float(np.hypot(x, y))
    return Gain(float(np.arctan2(y, x)), SET_OFF_SIGMA_DEG * max(1.0, FULL_GAIN / size), size)


def _gained(settled: Settled, q_level: Floats, edge: float, before: float, after: float) -> Floats | None:
    """Velocity gained (2,) in level axes around an edge of running [m/s], None where the recording has a hole."""
    motion = settled.motion
    a, b = np.searchsorted(motion.t, [edge - before - MARGIN, edge + after + MARGIN])
    if b - a < (before + after) * motion.rate_hz or np.diff(motion.t[a:b]).max() > CARRIED_GAP:
        return None
    t = motion.t[a:b]
    if t[0] > edge - before or t[-1] < edge + after:
        return None
    m = torso.torso_motion(settled, slice(int(a), int(b)), q_level, np.full(len(t), HEADING_OVER))
    inside = (t >= edge - before) & (t <= edge + after)
    return np.array([m["forward"][inside].sum(), m["left"][inside].sum()]) / motion.rate_hz
