"""The fore-aft axis of the torso, mod 180 degrees, from how a stride is built.

Lives here: which strides are looked at, their mean waveforms, and the axis along which things come twice a stride.
Not here: which end of it is forward (set_off.py, feet.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gait import torso
from gait.contacts import Contacts
from gait.gravity import Settled
from gait.rotations import Floats
from gait.strides import Strides, Threads

#: Strides that are looked at to find the forward axis.  [strides]  Chosen: more changed it by less than 0.3°.
MOST_STRIDES = 400

#: ... and of each thread at least, to tell its feet; taken in groups of neighbours.  [strides]  Chosen.
STRIDES_A_THREAD, GROUP = 60, 20

#: Strides below which no axis is looked for.  [strides]  Chosen: two left and two right landings at least.
FEWEST_STRIDES = 4

#: Harmonics of the stride that are looked at, the first so many.  [1]  Chosen: four of each kind; above is impact.
HARMONICS = 8

#: The axis stands out when the shares of power along it and across it differ by this, of 4 at most.  [1]
#: Source: 3.0 to 3.8 in six recordings of running at the belt, the sacrum and the chest; 0.2 for a phone in a pocket.
LEAST_APART = 0.4


@dataclass(frozen=True)
class Look:
    """Mean waveforms of some strides in level axes that face nowhere in particular.

    Accelerations, rates: (2, POINTS) along level x and y, from foot 0's contact on, per stride averaged.
    """

    acc: Floats
    rate: Floats
    up: Floats
    cycles: torso.Cycles


def strides_to_look_at(settled: Settled, strides: Strides, contacts: Contacts, threads: Threads) -> Strides:
    """Steady, whole strides of every thread: all of a short one, STRIDES_A_THREAD or more of a long one.

    They are taken in groups of neighbours, so that the motion around them is prepared once.
    """
    keep = np.flatnonzero(strides.regular & ~torso.holed(settled, strides.start, strides.stop))
    if len(keep) > MOST_STRIDES:
        thread = threads.thread[np.searchsorted(contacts.contact, strides.start[keep])]
        edges = np.flatnonzero(np.diff(thread)) + 1
        chosen = []
        for mine in np.split(keep, edges):
            wanted = max(STRIDES_A_THREAD, round(MOST_STRIDES * len(mine) / len(keep)))
            groups = np.array_split(mine, max(1, len(mine) // GROUP))
            chosen += groups[:: max(1, len(mine) // wanted)]
        keep = np.concatenate(chosen)
    return strides.at(keep)


def look_at(settled: Settled, strides: Strides, q_level: Floats) -> Look:
    """Lay the strides over their phase in level axes."""
    c = torso.cycles(settled, strides, q_level, torso.FACING)
    acc = np.stack([c["forward"], c["left"]])
    rate = np.stack([c["roll_rate"], c["pitch_rate"]])
    return Look(acc, rate, c["up"], c)


def axis_of(look: Look) -> tuple[float, bool]:
    """Azimuth of the fore-aft axis (mod pi) in level axes [rad], and whether it stands out.

    Acceleration: even harmonics of the stride lie fore-aft, odd ones sideways. Angular rate: even ones nod
    about the sideways axis, odd ones roll about the fore-aft axis.
    """
    total = np.zeros((2, 2))
    for wave, fore_is_even in ((look.acc, True), (look.rate, False)):
        mean = wave.mean(axis=1)
        harmonics = np.fft.rfft(mean, axis=1)[:, 1 : HARMONICS + 1]
        even, odd = harmonics[:, 1::2], harmonics[:, 0::2]
        fore, side = (even, odd) if fore_is_even else (odd, even)
        power = [np.real(h @ h.conj().T) for h in (fore, side)]
        size = [np.trace(p) for p in power]
        if min(size) <= 0:
            continue
        total += power[0] / size[0] - power[1] / size[1]
    values, vectors = np.linalg.eigh(total)
    best = vectors[:, 1]
    return float(np.arctan2(best[1], best[0])), bool(values[1] - values[0] > LEAST_APART)


def wrap(angle: float) -> float:
    """Angle within ±pi."""
    return float((angle + np.pi) % (2 * np.pi) - np.pi)
