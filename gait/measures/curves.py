"""What pictures are drawn from where a number is not enough.

Lives here: the shapes of that data, by what they show. Mean waveforms over the stride are Cycles (measure.py).
Not here: how any of it is made (beside its measure), how it is drawn (report/).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gait.rotations import Floats


@dataclass(frozen=True)
class Loop:
    """The mean way of the sensor over a stride, seen from behind: a loop that closes.

    Attributes
    ----------
    phase : (m,) array
        0 to 1, from the contact that opens the stride (the left foot where sides are known).
    right, up : (m,) array
        Around the middle of the loop. [cm]
    right_spread, up_spread : (m,) array
        Standard deviation from stride to stride. [cm]
    """

    phase: Floats
    right: Floats
    up: Floats
    right_spread: Floats
    up_spread: Floats


@dataclass(frozen=True)
class StrideClock:
    """When in the stride things happened, one entry a stride that counts, as a share of the stride from 0 to 1.

    Phase 0 is the contact of the left foot where sides are known, else of foot A.

    Attributes
    ----------
    start : (k,) array
        When the stride began. [s]
    other_contact : (k,) array
        Contact of the other foot.
    furthest_left, furthest_right : (k,) array
        Where the turn was furthest to either side.
    """

    start: Floats
    other_contact: Floats
    furthest_left: Floats
    furthest_right: Floats


@dataclass(frozen=True)
class Beats:
    """Stride after stride, those that count.

    Attributes
    ----------
    start : (k,) array
        [s]
    interval, usual : (k,) array
        Stride time, and its running median over 30 s. [s]
    bout : (k,) int array
    """

    start: Floats
    interval: Floats
    usual: Floats
    bout: NDArray[np.intp]


@dataclass(frozen=True)
class Overlay:
    """Some strides evenly over the run, one row a stride.

    Attributes
    ----------
    phase : (m,) array
    rows : (r, m) array
        Vertical acceleration without gravity. [m/s²]
    """

    phase: Floats
    rows: Floats


@dataclass(frozen=True)
class Settling:
    """How far each part of the run was from the pattern of the run's own last half.

    Attributes
    ----------
    t : (w,) array
        Middle of each part. [s]
    distance : (w,) array
        1 is the usual distance of parts of the last half; 0 or more.
    level : float
        Small is below this.
    settled_s : float or None
        From when on the distance stays small; None when no such moment stands clear. [s]
    """

    t: Floats
    distance: Floats
    level: float
    settled_s: float | None


@dataclass(frozen=True)
class Starts:
    """Lean around each set-off from standing, against the mean of the second before its first contact.

    Attributes
    ----------
    t : (m,) array
        Against the first contact. [s]
    lean_deg : (s, m) array
        One row a set-off. [°]
    first_contact : (s,) array
        [s]
    """

    t: Floats
    lean_deg: Floats
    first_contact: Floats


@dataclass(frozen=True)
class Curves:
    """All of them; None where the recording does not hold it."""

    loop: Loop | None = None
    clock: StrideClock | None = None
    beats: Beats | None = None
    overlay: Overlay | None = None
    settling: Settling | None = None
    starts: Starts | None = None
