"""Which way is up on this runner: the quiet standing that gives lean its zero.

Lives here: finding standing that can be the runner's, up in the sensor's axes, what the accelerometer reads too
much along it.
Not here: which way is forward (facing.py), what stands still (bouts.py).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from gait import rotations
from gait.bouts import Bouts
from gait.gravity import Settled
from gait.motion import Motion
from gait.rotations import Floats
from gait.units import DEG, G

#: Shortest quiet standing that gives "up"; 4.9 s counts as 5.  [s]  Source: the output contract.
SHORTEST_STANDING = 4.9

#: Standing farther than this from how the trunk is held in running is no standing (a sensor on a table).  [°]
#: Chosen: the leanest runners lean 25° (traits' plausibility), 15° more for sway of the clip.
FARTHEST_STANDING_DEG = 40.0

#: Standings before the run that are compared with each other.  [1]  Chosen: the last few, by then it is worn.
AROUND = 3

#: A standing that reads farther from g than this is no standing of a sensor in SI units.  [share of g]
#: Source: MPU-6050, bias of 80 mg and scale of 3 % at most; a little more for clones.
MOST_OFFSET = 0.15


@dataclass(frozen=True)
class Standing:
    """Up in the sensor's axes from quiet standing: unit vector, when, how many stretches, how far apart.

    ``acc_offset`` is what the accelerometer read too much along it, see standing_offset. [m/s²]
    """

    up: Floats
    span: tuple[float, float]
    count: int
    crept_deg: float | None
    acc_offset: Floats = field(default_factory=lambda: np.zeros(3))


def standing_offset(motion: Motion, still: list[tuple[float, float]]) -> Floats:
    """What the accelerometer reads too much along up while standing (3,). [m/s²]

    Quiet standing must read g. What it reads more is taken along the standing axis, be it bias or scale: left
    in, it tilts the trunk by that share of its lean (0.08 g of bias on 10° of lean is 0.8°). Zero without
    standing, and for rests that cannot be the runner's.
    """
    moved, count = motion.acc.sum(axis=0, dtype=float), len(motion)
    rests = []
    for start, stop in still:
        a, b = np.searchsorted(motion.t, [start, stop])
        total = motion.acc[a : b + 1].sum(axis=0, dtype=float)
        moved, count = moved - total, count - (b + 1 - a)
        mean = total / (b + 1 - a)
        if stop - start >= SHORTEST_STANDING and abs(np.linalg.norm(mean) / G - 1.0) < MOST_OFFSET:
            rests.append(mean)
    if not rests:
        return np.zeros(3)
    if count > 0:
        rests = [r for r in rests if angle_deg(r, moved / count) < FARTHEST_STANDING_DEG]
    if not rests:
        return np.zeros(3)
    sizes = np.linalg.norm(rests, axis=1)
    mean = np.mean(rests, axis=0)
    return np.asarray(mean / np.linalg.norm(mean) * (sizes.mean() - G))


def _reads_gravity(settled: Settled, start: float, stop: float) -> bool:
    """Whether what is felt from start to stop can be gravity at rest."""
    motion = settled.motion
    a, b = np.searchsorted(motion.t, [start, stop])
    return bool(abs(np.linalg.norm(motion.acc[a : b + 1].mean(axis=0)) / G - 1.0) < MOST_OFFSET)


def angle_deg(a: Floats, b: Floats) -> float:
    """Angle between two vectors. [°]"""
    return float(np.arccos(np.clip(np.dot(a, b) / (np.linalg.norm(a) * np.linalg.norm(b)), -1.0, 1.0)) * DEG)


def find_standing(settled: Settled, bouts: Bouts, slipped_at: float | None = None) -> Standing | None:
    """Quiet standing nearest before the first run, and after the last one where there is one too.

    Standing that cannot be the runner's, because the trunk in running is held more than
    FARTHEST_STANDING_DEG from it, is a sensor lying about and is passed over. Where the clip moved on the way
    (``slipped_at`` [s]), standings of one side of that moment count: those before it, or after it where there are none.
    """
    still = np.flatnonzero((bouts.kind == "still") & (bouts.stop - bouts.start >= SHORTEST_STANDING))
    felt = [_reads_gravity(settled, bouts.start[i], bouts.stop[i]) for i in still]
    still = still[np.array(felt, bool)]
    if slipped_at is not None and len(still):
        early = bouts.stop[still] <= slipped_at
        still = still[early] if early.any() else still[~early]
    runs = np.flatnonzero(bouts.kind == "run")
    if len(still) == 0:
        return None
    motion = settled.motion
    ups = []
    for i in still:
        a, b = np.searchsorted(motion.t, [bouts.start[i], bouts.stop[i]])
        mean = motion.acc[a : b + 1].mean(axis=0)
        ups.append(mean / np.linalg.norm(mean))
    if len(runs) == 0:
        longest = int(np.argmax(bouts.stop[still] - bouts.start[still]))
        span = (float(bouts.start[still[longest]]), float(bouts.stop[still[longest]]))
        return Standing(ups[longest], span, 1, None, motion.acc_offset)
    held = mean_up(settled, bouts)
    near = [j for j in range(len(still)) if angle_deg(ups[j], held) < FARTHEST_STANDING_DEG]
    before = [j for j in near if bouts.stop[still[j]] <= bouts.start[runs[0]] + 1.0]
    after = [j for j in near if bouts.start[still[j]] >= bouts.stop[runs[-1]] - 1.0]
    if not near:
        return None
    # With none before the first run, one from a pause or the end tells the same.
    first = before[-1] if before else near[0]
    span = (float(bouts.start[still[first]]), float(bouts.stop[still[first]]))
    chosen = [first, *(after[:1] if before else [])]
    around = {*before[-AROUND:], *chosen}
    apart = [angle_deg(ups[i], ups[j]) for i in around for j in around if i < j]
    up = np.sum([ups[i] for i in chosen], axis=0)
    crept = max(apart) if apart else None
    return Standing(up / np.linalg.norm(up), span, len(chosen), crept, motion.acc_offset)


def mean_up(settled: Settled, bouts: Bouts) -> Floats:
    """Mean direction of up in the sensor's axes over all running, or over all there is where nobody ran; (3,), unit length."""
    runs = np.flatnonzero(bouts.kind == "run")
    total = np.zeros(3) if len(runs) else settled.motion.acc.sum(axis=0, dtype=float)
    for i in runs:
        a, b = np.searchsorted(settled.motion.t, [bouts.start[i], bouts.stop[i]])
        q = settled.q_earth_sensor[a:b:4]
        total += rotations.rotate(rotations.inverse(q), [0.0, 0.0, 1.0]).sum(axis=0)
    size = np.linalg.norm(total)
    return np.asarray(total / size) if size > 0 else np.array([0.0, 0.0, 1.0])
