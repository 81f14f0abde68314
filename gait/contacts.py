"""When feet meet the ground and leave it.

Lives here: contact and toe-off times between samples.
Not here: which foot it is (facing.py), strides (strides.py).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from gait import dsp
from gait.bouts import Bouts
from gait.gravity import Settled
from gait.recording import Placement
from gait.rotations import Floats
from gait.units import G

#: Low-pass on the vertical specific force.  [Hz]
#: Source: 42 motion-capture clips with force plates were read at about 13 Hz (design note on signals).
FORCE_CUT = 13.0

#: The foot is down where the low-passed vertical specific force is above this.  [m/s²]  Source: as above; misses no step.
CONTACT_FORCE = 2.0

#: Where flight does not get that light, the level is this far above the typical lightest moment.  [m/s²]  Chosen.
ABOVE_LIGHTEST = 1.5

#: The rise is late by this and rise-to-fall is short by this, against force plates.  [s]
#: Source: sternum and sacrum, 811 steps: rise 15 ms late (sd 8.5 ms), rise to fall 40 ms short.
RISE_LATE = 0.015
CONTACT_SHORT = 0.040

#: Spread of those between clips: the error bands of event and contact times, 1 sd.  [s]  Source: as above.
CONTACT_SIGMA = 0.0085
CONTACT_TIME_SIGMA = 0.0175

#: The smooth force that counts steps keeps this many times the step frequency.  [1]
#: Chosen: passes the step, drops its second harmonic (double-peaked stance).
STEP_KEEP = 1.4

#: Steps of one foot over which the shape of landing is taken as one.  [steps]
#: Chosen: 10 s; timing by body weight had sd 5-11 ms against motion capture, by the level 9-33 ms.
STEADIED = 15

#: Steps closer than this share of the bout's median step are one.  [1]  Chosen.
APART = 0.6


@dataclass(frozen=True)
class Contacts:
    """c foot contacts in order of time.

    Attributes
    ----------
    contact : (c,) array
        When the foot meets the ground. [s]
    toe_off : (c,) array
        When that same foot leaves it, NaN when not seen. [s]
    bout : (c,) int array
        Index into the bouts; always a run.
    side : (c,) array of str
        "left", "right", "A", "B" or "" while not known.
    """

    contact: Floats
    toe_off: Floats
    bout: NDArray[np.intp]
    side: NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.contact)

    def with_sides(self, side: NDArray[np.str_]) -> Contacts:
        """The same contacts with their feet named."""
        return replace(self, side=side)


def find_contacts(settled: Settled, bouts: Bouts, placement: Placement = "unknown") -> Contacts:
    """Contacts and toe-offs of every running bout.

    Parameters
    ----------
    settled : Settled
    bouts : Bouts
    placement : Placement
        Kept for constants by placement; those known so far are the same at sternum and sacrum.

    Returns
    -------
    Contacts
        ``side`` is empty.
    """
    contact, toe_off, index = [], [], []
    motion = settled.motion
    for i in np.flatnonzero(bouts.kind == "run"):
        # A stance around the bout's edges is read whole: its filter needs a second of what lies outside.
        a, b = np.searchsorted(motion.t, [bouts.start[i] - 1.0, bouts.stop[i] + 1.0])
        inside = int(np.searchsorted(motion.t, bouts.start[i]))
        gaps = np.flatnonzero(motion.gap[a:b]) + a
        a = max([int(a), *[int(g) for g in gaps if g <= inside]])
        b = min([int(b), *[int(g) for g in gaps if g > inside]])
        down, up = _events(settled.up_force(slice(a, b)), motion.rate_hz)
        t0 = motion.t[a]
        down, up = t0 + down / motion.rate_hz - RISE_LATE, t0 + up / motion.rate_hz - RISE_LATE + CONTACT_SHORT
        keep = (down >= bouts.start[i] - 0.05) & (down <= bouts.stop[i] + 0.05)
        contact.append(down[keep])
        toe_off.append(up[keep])
        index.append(np.full(int(keep.sum()), i, np.intp))
    if not contact:
        none = np.zeros(0)
        return Contacts(none, none, np.zeros(0, np.intp), np.zeros(0, "<U5"))
    c = np.concatenate(contact)
    return Contacts(c, np.concatenate(toe_off), np.concatenate(index), np.full(len(c), "", "<U5"))


def _events(force: Floats, rate_hz: float) -> tuple[Floats, Floats]:
    """Rises and falls of one bout's force through the contact level, one pair a step, in samples."""
    none = np.zeros(0)
    if len(force) < rate_hz:
        return none, none
    hz, _ = dsp.local_period(force, rate_hz, np.array([len(force) / 2.0]), len(force) / rate_hz, (1.9, 4.8))
    slow = dsp.lowpass(force, STEP_KEEP * float(hz[0]), rate_hz)
    trough = dsp.troughs(slow, APART * rate_hz / float(hz[0]))
    if len(trough) < 2:
        return none, none
    light = dsp.lowpass(force, FORCE_CUT, rate_hz)
    lightest = float(np.median(np.minimum.reduceat(light, trough)[:-1])) if len(trough) > 2 else 0.0
    level = max(CONTACT_FORCE, lightest + ABOVE_LIGHTEST)
    # A clip that bounces in flight crosses the level too (SisFall D04), and so does a ripple after impact.
    # The rise that belongs to a stance is the last one before the smooth force passes body weight, its fall
    # the first one after the smooth force peaks.
    rise, fall = dsp.crossings(light, level, True), dsp.crossings(light, level, False)
    heavy = dsp.crossings(slow, min(G, float(slow.mean())), True)
    if not (len(rise) and len(fall) and len(heavy)):
        return none, none
    i = np.searchsorted(heavy, trough[:-1])
    beat = heavy[np.minimum(i, len(heavy) - 1)]
    peak = np.array([a + np.argmax(slow[a:b]) for a, b in zip(trough[:-1], trough[1:], strict=True)])
    r = np.searchsorted(rise, beat, side="right") - 1
    f = np.searchsorted(fall, peak)
    whole = (i < len(heavy)) & (beat < trough[1:]) & (r >= 0) & (f < len(fall))
    beat, down, up = beat[whole], rise[r[whole]], fall[f[whole]]
    good = up > down
    beat, down, up = beat[good], down[good], up[good]
    # A slow jogger's force crosses the level on a long shoulder, 40 ms to and fro; body weight it crosses
    # steeply. So the steep crossing times the step and the level only says how much earlier contact is.
    down = beat - _steadied(beat - down)
    up = down + _steadied(up - down)
    fresh = np.concatenate([[True], np.diff(down) > 0]) if len(down) else np.zeros(0, bool)
    return down[fresh], up[fresh]


def _steadied(lag: Floats) -> Floats:
    """Running median of a lag over STEADIED steps of the same foot."""
    out = np.empty_like(lag)
    for foot in (0, 1):
        mine = lag[foot::2]
        out[foot::2] = ndimage.median_filter(mine, min(STEADIED, max(1, len(mine))), mode="nearest")
    return out
