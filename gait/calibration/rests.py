"""Rests of a sensor that lies on something solid, and the turns between them.

Lives here: seeing a rest, naming the face that is up, telling a wobble from a rest.
Not here: what the rests say of the sensor (six_position.py), a runner's standing (standing.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from gait.recording import Samples
from gait.rotations import Floats
from gait.units import RAD

#: Means over so long are looked at; noise is small in them.  [s]  Chosen.
BLOCK_S = 0.1

#: Within this time a board that lies changes less than the next two.  [s]  Chosen.
WINDOW_S = 1.0

#: Turning and force change less in a rest.  [rad/s], [m/s²]
#: Chosen: an MPU-6050's noise in such means is 0.02 °/s and 0.01 m/s²; a hand that holds a board trembles by
#: 2-10 °/s and 0.1-0.5 m/s².
STILL_TURN, STILL_FORCE = 1.0 * RAD, 0.1

#: Shortest rest.  [s]  Chosen: leaves 2 s when its ends are cut.
SHORTEST_REST = 2.4

#: Cut from either end of a rest: the hand is still near.  [s]  Chosen.
MARGIN_S = 0.2

#: Of more rests the longest are taken.  [1]  Chosen: a day on a desk has hundreds, and they tell the same.
MOST_RESTS = 200

#: What differs more between the first and the last third of a rest creeps.  [m/s²]  Chosen: 0.6°.
MOST_CREEP = 0.1

#: A rest whose rate differs by more from the middle one of all rests is an even turning.  [rad/s]
#: Source: MPU-6050, 0.1 °/s/g and some °/s of drift with temperature.
MOST_BIAS_APART = 3.0 * RAD

#: Turning and force change less than this in a second: someone holds it, or it wobbles.  [rad/s], [m/s²]
#: Chosen: a trembling hand that means to be still reaches them seldom, turning a board goes beyond.
WOBBLE_TURN, WOBBLE_FORCE = 60.0 * RAD, 3.0

#: A rest nearer to an axis than this is a rest on that face.  [°]  Chosen: half way between two faces is 45.
NEAR_FACE_DEG = 35.0

#: Turning from rest to rest takes at most this.  [s]  Chosen: the gyro's drift stays below 0.1°.
LONGEST_TURN = 12.0

#: Time missing in a turn.  [s]  Chosen: at 200 °/s its angle is known to a tenth of a degree.
MOST_MISSING = 0.06

#: Repeats of the largest rate in a turn that are an end of range when it is this near to one.  [samples], [1]
#: Chosen: the top of a gentle turn repeats in whole counts, too, but seldom there.
FEWEST_CLIPPED, NEAR_RANGE = 3, 0.002

#: Ends of range of such gyroscopes.  [rad/s]  Source: MPU-6050 and its kin; 125 and 4000 °/s of others.
RANGES = np.array([125.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0]) * RAD

#: The six faces, as the axis that points up.
FACES = ("+x", "-x", "+y", "-y", "+z", "-z")


@dataclass(frozen=True)
class Rest:
    """A sensor that lies still from start to stop. [s]

    ``force``, ``turn``: means (3,) [m/s²] [rad/s]; ``sigma``: how far the mean force may be off, 1 sd [m/s²].
    """

    start: float
    stop: float
    force: Floats
    turn: Floats
    sigma: float

    @property
    def face(self) -> str | None:
        """The axis that points up, None when none does."""
        up = self.force / np.linalg.norm(self.force)
        axis = int(np.abs(up).argmax())
        if np.abs(up[axis]) < np.cos(NEAR_FACE_DEG * RAD):
            return None
        return ("+" if up[axis] > 0 else "-") + "xyz"[axis]


@dataclass(frozen=True)
class Turn:
    """The way from one rest to the next: index of the first rest, dt (m,) [s], rates (m, 3), bias out [rad/s]."""

    rest: int
    dt: Floats
    gyr: Floats


@dataclass(frozen=True)
class _Blocks:
    """Means (b, 6) of b blocks that hold samples, their first samples (b,), changes in the window that begins there."""

    first: NDArray[np.intp]
    mean: Floats
    turn_change: Floats
    force_change: Floats


def find_rests(samples: Samples) -> list[Rest]:
    """Rests in order of time.

    Parameters
    ----------
    samples : Samples
        As measured, in the sensor's axes.

    Returns
    -------
    list of Rest
        Touching a board in its rest gives two rests; see `turns`.
    """
    if len(samples) < 3:
        return []
    blocks = _blocked(samples)
    still = (blocks.turn_change < STILL_TURN) & (blocks.force_change < STILL_FORCE)
    found = []
    for a, b in _spans(still):
        rest = _rest(samples, blocks, a, b)
        if rest is not None:
            found.append(rest)
    if len(found) > MOST_RESTS:
        longest = sorted(found, key=lambda r: r.start - r.stop)[:MOST_RESTS]
        found = sorted(longest, key=lambda r: r.start)
    if len(found) > 2:
        turn = np.array([r.turn for r in found])
        near = np.abs(turn[:, None] - turn).max(axis=2) < MOST_BIAS_APART
        found = [r for r, like in zip(found, near[near.sum(axis=1).argmax()], strict=True) if like]
    return found


def wobbles(samples: Samples) -> bool:
    """Whether the last seconds are neither a rest nor a turning: the board is held, or rocks."""
    recent = samples.between(float(samples.t[-1]) - SHORTEST_REST, np.inf) if len(samples) else samples
    if len(recent) < 3 or recent.t[-1] - recent.t[0] < 0.9 * SHORTEST_REST:
        return False
    blocks = _blocked(recent)
    turn, force = (x[np.isfinite(x)] for x in (blocks.turn_change, blocks.force_change))
    if len(turn) == 0 or turn.max() > WOBBLE_TURN or force.max() > WOBBLE_FORCE:
        return False
    return bool(((turn > STILL_TURN) | (force > STILL_FORCE)).all())


def missing_faces(rests: list[Rest]) -> list[str]:
    """Faces no rest shows."""
    seen = {rest.face for rest in rests}
    return [face for face in FACES if face not in seen]


def turns(samples: Samples, rests: list[Rest]) -> list[Turn]:
    """The ways from rest to rest that the gyro followed whole."""
    out = []
    for i, (before, after) in enumerate(pairwise(rests)):
        way = samples.between(before.stop, after.start)
        if len(way) < 3 or after.start - before.stop > LONGEST_TURN:
            continue
        if np.diff(way.t).max() > MOST_MISSING or _clipped(way.gyr):
            continue
        share = ((way.t - before.stop) / (after.start - before.stop))[:, None]
        bias = before.turn + share * (after.turn - before.turn)
        gyr = way.gyr - bias
        out.append(Turn(i, np.diff(way.t), 0.5 * (gyr[1:] + gyr[:-1])))
    return out


def _blocked(samples: Samples) -> _Blocks:
    """Means of BLOCK_S, and how far they change within the window that begins with each; nan where it is not whole."""
    number = np.floor((samples.t - samples.t[0]) / BLOCK_S).astype(np.intp)
    first = np.flatnonzero(np.diff(number, prepend=-1))
    size = np.diff(np.append(first, len(samples)))[:, None]
    sums = [np.add.reduceat(x, first, axis=0) for x in (samples.acc, samples.gyr)]
    mean = np.concatenate(sums, axis=1) / size
    reach = _reach()
    change = np.full((len(first), 2), np.nan)
    if len(first) >= reach:
        origin = -(reach // 2)  # the window begins at its block
        high = ndimage.maximum_filter1d(mean, reach, axis=0, origin=origin)
        low = ndimage.minimum_filter1d(mean, reach, axis=0, origin=origin)
        spread = high - low
        whole = np.zeros(len(first), bool)
        whole[: len(first) - reach + 1] = (
            number[first][reach - 1 :] - number[first][: len(first) - reach + 1] < reach
        )
        change[whole] = np.stack([spread[whole, 3:].max(axis=1), spread[whole, :3].max(axis=1)], axis=1)
    return _Blocks(first, mean, change[:, 0], change[:, 1])


def _reach() -> int:
    """Blocks in a window."""
    return max(2, round(WINDOW_S / BLOCK_S))


def _spans(still: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First and last block of each stretch in which every window (by its first block) is still."""
    reach = _reach()
    # Block i and the next one belong together when a still window holds both.
    joined = np.convolve(still, np.ones(reach - 1))[: max(0, len(still) - 1)] > 0.5
    edges = np.flatnonzero(np.diff(np.concatenate([[0], joined.astype(np.int8), [0]])))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _rest(samples: Samples, blocks: _Blocks, a: int, b: int) -> Rest | None:
    """The rest of these blocks, None when it is short or creeps."""
    cut = round(MARGIN_S / BLOCK_S)
    a, b = a + cut, b - cut
    if (b - a + 1) * BLOCK_S < SHORTEST_REST - 2 * MARGIN_S - 1e-9:
        return None
    mean = blocks.mean[a : b + 1]
    third = max(1, len(mean) // 3)
    creep = float(np.abs(mean[:third, :3].mean(axis=0) - mean[-third:, :3].mean(axis=0)).max())
    if creep > MOST_CREEP:
        return None
    last = blocks.first[b + 1] if b + 1 < len(blocks.first) else len(samples)
    noise = float(mean[:, :3].std(axis=0).max()) / np.sqrt(len(mean))
    return Rest(
        float(samples.t[blocks.first[a]]),
        float(samples.t[last - 1]),
        mean[:, :3].mean(axis=0),
        mean[:, 3:].mean(axis=0),
        float(np.hypot(noise, creep / 2.0)),
    )


def _clipped(gyr: Floats) -> bool:
    """Whether a rate sat at the end of its range."""
    for column in gyr.T:
        for side in (column, -column):
            top = side.max()
            if np.abs(top / RANGES - 1.0).min() > NEAR_RANGE:
                continue
            if np.count_nonzero(side >= top * (1 - 1e-6)) >= FEWEST_CLIPPED:
                return True
    return False
