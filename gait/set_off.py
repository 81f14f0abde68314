"""What the trunk does when running begins out of quiet standing.

Lives here: finding set-offs, and the lean around them.
Not here: the forward axis (facing/), what is gained over a start (measures/).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gait import torso
from gait.bouts import Bouts
from gait.contacts import Contacts
from gait.gravity import Settled
from gait.rotations import Floats

#: Around the first contact that is looked at.  [s]  Chosen: a quiet second before, and three steps after.
BEFORE, AFTER = 2.0, 2.5

#: Grid of it.  [s]  Chosen: 50 Hz; the nod of a step is at 2.5-3.
GRID = 0.02

#: The first contact comes at most this long after the standing.  [s]
#: Chosen: the foot that was lifted comes down after 0.3 s; a first step that went unheard is half a second more.
AT_ONCE = 0.75

#: Standing before it lasts at least this long.  [s]  Chosen: a red light, not a stumble.
SHORTEST_STAND = 2.0

#: Contacts it takes to see three steps.
CONTACTS = 4

#: Heading is averaged over a stride of this length.  [s]  Source: strides of 0.65-0.75 s at 160-180 steps/min.
HEADING_OVER = 0.72


@dataclass(frozen=True)
class SetOffs:
    """Starts of running from quiet standing.

    Attributes
    ----------
    t : (m,) array
        Against the first contact. [s]
    lean : (s, m) array
        Inclination forward, one row a start. [rad]
    contacts : (s, 4) array
        The first ones of each start. [s]
    """

    t: Floats
    lean: Floats
    contacts: Floats

    def __len__(self) -> int:
        return len(self.contacts)


def find_set_offs(settled: Settled, bouts: Bouts, contacts: Contacts, q_torso_sensor: Floats) -> SetOffs:
    """Starts whose standing, first contacts and way between them are all there.

    Parameters
    ----------
    settled : Settled
    bouts : Bouts
    contacts : Contacts
    q_torso_sensor : (4,) array

    Returns
    -------
    SetOffs
    """
    grid = np.arange(-BEFORE, AFTER, GRID)
    lean: list[Floats] = []
    first: list[Floats] = []
    motion = settled.motion
    gap = motion.t[motion.gap]
    for i in np.flatnonzero(bouts.kind == "run"):
        mine = contacts.contact[contacts.bout == i][:CONTACTS]
        still = np.flatnonzero((bouts.kind == "still") & (bouts.stop <= bouts.start[i] + 0.1))
        if len(mine) < CONTACTS or not len(still):
            continue
        stand = still[-1]
        if (
            mine[0] - bouts.stop[stand] > AT_ONCE
            or bouts.stop[stand] - bouts.start[stand] < SHORTEST_STAND
            or mine[0] - BEFORE < motion.t[0]
            or mine[0] + AFTER > min(motion.t[-1], bouts.stop[i])
            or np.any((gap > mine[0] - BEFORE) & (gap < mine[0] + AFTER))
        ):
            continue
        a, b = (int(x) for x in np.searchsorted(motion.t, [mine[0] - BEFORE - 0.1, mine[0] + 2 * AFTER]))
        b = min(b, int(np.searchsorted(motion.t, bouts.stop[i])))
        span = (float(mine[0]), float(motion.t[b - 1]))
        seen = torso.torso_motion(settled, slice(a, b), q_torso_sensor, np.full(b - a, HEADING_OVER), span)
        lean.append(np.interp(mine[0] + grid, seen.t, seen["lean"]))
        first.append(mine)
    if not first:
        return SetOffs(grid, np.zeros((0, len(grid))), np.zeros((0, CONTACTS)))
    return SetOffs(grid, np.stack(lean), np.stack(first))
