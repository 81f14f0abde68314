"""When the clip moved on the body: by how gravity lies in the sensor, and by a lean that jumps.

Lives here: a sudden turn of the sensor on the trunk that stays.
Not here: what is no longer said because of it (measures/), standings compared (standing.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from gait import rotations
from gait.bouts import Bouts
from gait.gravity import Settled
from gait.rotations import Floats
from gait.standing import angle_deg
from gait.units import DEG

#: Running is looked at in pieces of this length. [s]  Chosen: two strides at least, so that nod and roll average out.
PIECE_S = 2.0

#: The pieces before and after a moment that are compared, and those left out around it. [pieces]
#: Chosen: 20 s hold the bend of a track and a surge less than a slipped clip; 4 s are longer than any slip takes.
BESIDE, LEFT_OUT = 10, 1

#: A turn of less is the runner's own: surges, bends and hills. [°]
#: Source: synthetic runners with surges and bends of a 400 m track stay below 3.5°; half as much again.
LEAST_DEG = 5.0

#: ... and stands out of how pieces differ beside it by this factor. [1]  Chosen.
STANDS_OUT = 3.0

#: A clip that moved further takes the turn with it.  [°]  Chosen: a turn taken about an axis 15° off is 3.4 % too small, some
#: of the sway joins it, and both stay below the turn's own uncertainty.
FAR_DEG = 15.0

#: Around such a move this much is left out.  [s]  Chosen: gravity takes some seconds to be believed again, 5.6 in a made-up
#: run whose sensor turned by 90° between two samples; a hand that puts a clip on anew takes as long.
FAR_AROUND_S = 10.0

#: Of the turn, this share stays to the end. [1]  Chosen: a hill ends.
STAYS = 0.6

#: A lean that jumps by more than this, and stays, is the clip's: people change theirs over many strides.  [°]
#: Chosen: five times the scatter of a single stride's lean; half of it moves the mean by less than its uncertainty.
JUMP_DEG = 2.5

#: Strides on either side that say where the lean was and where it stays, and those that say how sharply it went.
#: [strides]  Chosen: ten seconds, longer than a surge; two seconds.
JUMP_STAYS, JUMP_SHARP = 15, 3

#: Share of the jump that happens at once.  [1]  Chosen.
JUMP_AT_ONCE = 0.7


@dataclass(frozen=True)
class Slip:
    """A clip that moved: when [s], and by how much its tilt changed [°]."""

    at: float
    by_deg: float

    @property
    def far(self) -> bool:
        """Whether what the trunk does is read otherwise on the two sides of it."""
        return self.by_deg > FAR_DEG

    def minute(self, start: float) -> int:
        """In which minute after ``start`` [s], the first one being minute 1."""
        return int((self.at - start) // 60.0) + 1

    def heard(self, standing: tuple[float, float] | None, elsewhere: bool) -> tuple[float, float]:
        """From when to when the clip sat as in the standing that gives lean its zero. [s]

        Parameters
        ----------
        standing : (t0, t1) or None
        elsewhere : bool
            The standing is of another recording, taken to be from before this one.
        """
        after = standing is not None and not elsewhere and standing[0] >= self.at
        around = FAR_AROUND_S if self.far else PIECE_S
        return (self.at + around, np.inf) if after else (-np.inf, self.at - around)

    def spoiled(
        self, start: Floats, stop: Floats, standing: tuple[float, float] | None, elsewhere: bool
    ) -> NDArray[np.bool_]:
        """Which strides lie on the other side of it than that standing (k,); ``start`` and ``stop`` (k,) in s."""
        first, last = self.heard(standing, elsewhere)
        return np.asarray((start < first) | (stop > last))


def find_slip(settled: Settled, bouts: Bouts) -> Slip | None:
    """The largest sudden turn of the sensor on the trunk, None when there was none.

    Parameters
    ----------
    settled : Settled
    bouts : Bouts

    Notes
    -----
    Up in the sensor's axes, averaged over pieces of running, is compared before and after each moment: the median of
    BESIDE pieces to either side. It slipped where these differ by LEAST_DEG or more, by STANDS_OUT times what pieces
    beside each other differ by, and where most of the difference stays. Turning about up shows in no accelerometer.
    """
    t, up = _pieces(settled, bouts)
    if len(t) < 2 * (BESIDE + LEFT_OUT):
        return None
    # Row k of the running median is that of the BESIDE pieces from k - BESIDE // 2 on.
    usual_up = ndimage.median_filter(up, size=(BESIDE, 1), mode="nearest")
    at = np.arange(BESIDE, len(t) - BESIDE - LEFT_OUT + 1)
    before, after = usual_up[at - BESIDE + BESIDE // 2], usual_up[at + LEFT_OUT + BESIDE // 2]
    cosine = (before * after).sum(axis=1) / (np.linalg.norm(before, axis=1) * np.linalg.norm(after, axis=1))
    turned = np.zeros(len(t))
    turned[at] = np.arccos(np.clip(cosine, -1.0, 1.0)) * DEG
    k = int(np.argmax(turned))
    if turned[k] < LEAST_DEG:
        return None
    usual = np.median(np.linalg.norm(np.diff(up, axis=0), axis=1)) * DEG
    whole = angle_deg(np.median(up[:k], axis=0), np.median(up[k + LEFT_OUT :], axis=0))
    if turned[k] < STANDS_OUT * usual or whole < STAYS * turned[k]:
        return None
    # Among its neighbours the moment is where one piece differs most from the next.
    near = np.arange(max(k - BESIDE // 2, 1), min(k + BESIDE // 2, len(t) - 1))
    steps = np.linalg.norm(up[near] - up[near - 1], axis=1) + np.linalg.norm(up[near + 1] - up[near], axis=1)
    return Slip(float(t[near[int(np.argmax(steps))]]), float(turned[k]))


def find_jump(start: Floats, lean_deg: Floats) -> Slip | None:
    """The largest jump of the lean that stayed, smaller ones than `find_slip` can tell; None when there was none.

    Parameters
    ----------
    start : (k,) array
        Of the strides. [s]
    lean_deg : (k,) array
        Mean lean of each, NaN where it does not count. [°]

    Notes
    -----
    Once forward is known, strides are compared and not pieces, in one plane and not in all: a half as large turn stands
    out. A turn sideways of that size moves no lean.
    """
    known = np.flatnonzero(np.isfinite(lean_deg))
    if len(known) < 2 * JUMP_STAYS:
        return None
    x = lean_deg[known]
    jump, sharp = (_step(x, size) for size in (JUMP_STAYS, JUMP_SHARP))
    ok = (np.abs(jump) > JUMP_DEG) & (sharp * np.sign(jump) > JUMP_AT_ONCE * np.abs(jump))
    ok[: JUMP_STAYS - 1] = ok[len(x) - JUMP_STAYS :] = False
    if not ok.any():
        return None
    at = int(np.argmax(np.where(ok, np.abs(jump), 0.0)))
    return Slip(float(start[known[at]]), float(abs(jump[at])))


def _step(x: Floats, size: int) -> Floats:
    """Median of the ``size`` values after each one minus that of those up to it."""
    medians = ndimage.median_filter(x, size, mode="nearest")
    middle = size // 2
    after = np.append(medians[middle + 1 :], np.full(middle + 1, medians[-1]))
    before = np.append(np.full(middle, medians[0]), medians[: len(x) - middle])
    return np.asarray(after - before)


def _pieces(settled: Settled, bouts: Bouts) -> tuple[Floats, Floats]:
    """Middle of each piece of running [s] and mean up in the sensor's axes there (m, 3)."""
    motion = settled.motion
    times: list[Floats] = []
    ups: list[Floats] = []
    width = max(round(PIECE_S * motion.rate_hz / 4), 1)
    for i in np.flatnonzero(bouts.kind == "run"):
        a, b = np.searchsorted(motion.t, [bouts.start[i] + PIECE_S, bouts.stop[i] - PIECE_S])
        n = (b - a) // (4 * width)
        if n < 1:
            continue
        part = slice(a, a + n * 4 * width, 4)
        up = rotations.rotate(rotations.inverse(settled.q_earth_sensor[part]), [0.0, 0.0, 1.0])
        up = up[: n * width].reshape(n, width, 3).mean(axis=1)
        ups.append(up / np.linalg.norm(up, axis=1, keepdims=True))
        times.append(motion.t[part][: n * width].reshape(n, width).mean(axis=1))
    if not times:
        return np.zeros(0), np.zeros((0, 3))
    return np.concatenate(times), np.concatenate(ups)
