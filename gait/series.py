"""Torso terms of every sample while running.

Lives here: the columns of series.csv, and laying strides' waveforms end to end.
Not here: the terms themselves (torso.py), the file (tables.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gait import torso
from gait.bouts import Bouts
from gait.facing import Mounting
from gait.gravity import Settled
from gait.rotations import Floats
from gait.units import DEG


@dataclass(frozen=True)
class Series:
    """One row per sample while running; n samples, NaN where not known."""

    t: Floats
    lean_deg: Floats
    rotation_deg: Floats
    sway_deg: Floats
    vertical_acceleration_mps2: Floats
    bout: NDArray[np.intp]


def series_of(settled: Settled, bouts: Bouts, mounting: Mounting, cycles: torso.Cycles) -> Series:
    """Torso terms of every sample while running."""
    strides = cycles.strides
    t, columns, index = [], [], []
    motion = settled.motion
    lean_known = mounting.standing is not None and mounting.sign_known
    for i in np.flatnonzero(bouts.kind == "run"):
        a, b = (int(x) for x in np.searchsorted(motion.t, [bouts.start[i], bouts.stop[i]]))
        mine = strides.bout == i
        if b - a < 8 or not mine.any():
            continue
        mids = 0.5 * (strides.start[mine] + strides.stop[mine])
        time = np.interp(motion.t[a:b], mids, strides.duration[mine])
        span = (float(strides.start[mine][0]), float(strides.stop[mine][-1]))
        m = torso.torso_motion(settled, slice(a, b), mounting.q_torso_sensor, time, span)
        lean = m["lean"] * DEG if lean_known else np.full(b - a, np.nan)
        sway = m["sway"] * DEG
        whole = np.flatnonzero(mine & np.isfinite(cycles["up"][:, 0]))
        if len(whole):  # none on the other side of where the clip moved
            middle = 0.5 * (strides.start[whole] + strides.stop[whole])
            nearest = whole[np.searchsorted(0.5 * (middle[1:] + middle[:-1]), m.t)]
            lean[~np.isfinite(cycles["lean"][nearest, 0])] = np.nan
            sway[~np.isfinite(cycles["sway"][nearest, 0])] = np.nan
        t.append(m.t)
        columns.append(np.stack([lean, m["rotation"] * DEG, sway, m["up"]]))
        index.append(np.full(b - a, i, np.intp))
    if not t:
        none = np.zeros(0)
        return Series(none, none, none, none, none, np.zeros(0, np.intp))
    c = np.concatenate(columns, axis=1)
    return Series(np.concatenate(t), c[0], c[1], c[2], c[3], np.concatenate(index))
