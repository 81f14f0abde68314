"""Which strides count: steady running, wholly recorded.

Lives here: the choice among the strides found.
Not here: finding them (strides.py), what is measured on them (measures/).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gait.rotations import Floats
from gait.torso import Cycles
from gait.units import DEG

#: A stride that turns more than this is not straight enough to count.  [°/s]
#: Chosen: a 400 m track's bend at 5 m/s is 7.8°/s and counts, a hairpin does not.
STRAIGHT_DPS = 20.0


def steady(cycles: Cycles, clipped_t: Floats) -> NDArray[np.bool_]:
    """Strides that count (k,): regular, their motion known, straight enough, without a clipped sample.

    Parameters
    ----------
    cycles : Cycles
    clipped_t : array
        Times of clipped samples, ascending. [s]
    """
    known = np.isfinite(cycles["up"][:, 0])
    return np.asarray(cycles.strides.regular & known & _straight(cycles) & _whole(cycles, clipped_t))


def _straight(cycles: Cycles) -> NDArray[np.bool_]:
    """Strides whose heading turns slowly enough, against the usual turning (a bias of the gyro)."""
    if not np.isfinite(cycles["heading"]).any():
        return np.zeros(len(cycles.strides), bool)
    heading = cycles["heading"]
    rate = (heading[:, -1] - heading[:, 0]) / cycles.strides.duration * DEG
    return np.asarray(np.abs(rate - np.nanmedian(rate)) < STRAIGHT_DPS)


def _whole(cycles: Cycles, clipped: Floats) -> NDArray[np.bool_]:
    """Strides without a clipped sample inside."""
    strides = cycles.strides
    return np.asarray(np.searchsorted(clipped, strides.start) == np.searchsorted(clipped, strides.stop))
