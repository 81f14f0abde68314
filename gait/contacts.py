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
FALL_ABOVE, FALL_EARLIER = 3.0, 0.016

#: Spread of contact times between clips: their error band, 1 sd.  [s]  Source: as above.
CONTACT_TIME_SIGMA = 0.0175

#: The smooth force that counts steps keeps this many times the step frequency.  [1]
#: Chosen: passes the step, drops its second harmonic (double-peaked stance).
STEP_KEEP = 1.4

#: Steps of one foot over which the shape of landing is taken as one.  [steps]
#: Chosen: 10 s; timing by body weight had sd 5-11 ms against motion capture, by the level 9-33 ms.
STEADIED = 15

#: Lags of the two feet that differ by more are not how they land: the level met a ripple of one and not of the other.  [s]
#: Chosen: near twice the 8.5 ms above. One lag for both then takes 10 % and more off a false difference of step times and leaves
#: all others as they are; a chest clip whose landings were 34 ms apart in lateness has 4 left.
LAG_APART = 0.015

#: A fall this far from the foot's usual contact time is not one.  [s]  Source: thrice the spread of 17.5 ms.
FAR_FALL = 0.05

#: Steps closer than this share of the bout's usual step are one.  [1]  Chosen.
APART = 0.6

#: A stance of running presses at least this much at its smooth peak.  [g]
#: Chosen: slow jogs reach 1.6, the last landing into standing 1.1-1.3.
LEAST_PEAK = 1.4

#: From contact to body weight takes at most this share of a step.  [1]  Chosen: 0.05-0.25 in motion capture.
LONGEST_RISE = 0.45

#: The force passes body weight this near to where the smooth force does.  [share of a step]
#: Chosen: 0.05-0.15 in motion capture; a clip that bounces in flight (SisFall D04) does so at 0.4.
RISE_AROUND = 0.25

#: Steps a second that are looked for.  [Hz]  Source: as in bouts.py.
STEP_RATES = (1.9, 4.8)


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


def find_contacts(settled: Settled, bouts: Bouts) -> Contacts:
    """Contacts and toe-offs of every running bout.

    Parameters
    ----------
    settled : Settled
    bouts : Bouts

    Returns
    -------
    Contacts
        ``side`` is empty.
    """
    contact, toe_off, index = [], [], []
    motion = settled.motion
    t = motion.t
    for i in np.flatnonzero(bouts.kind == "run"):
        a, b = (int(x) for x in np.searchsorted(t, [bouts.start[i], bouts.stop[i]]))
        # Stances at the edges of the bout are read whole: a second of what lies outside goes with them.
        outer = np.searchsorted(t, [bouts.start[i] - 1.0, bouts.stop[i] + 1.0])
        parts = [
            s for s in motion.stretches(slice(int(outer[0]), int(outer[1]))) if s.stop > a and s.start < b
        ]
        force = [settled.up_force(s) for s in parts]
        if b - a < motion.rate_hz:
            continue
        whole = np.concatenate(force)
        middle = np.array([len(whole) / 2.0])
        hz, _ = dsp.local_period(whole, motion.rate_hz, middle, len(whole) / motion.rate_hz, STEP_RATES)
        light = [dsp.lowpass(f, FORCE_CUT, motion.rate_hz) for f in force]
        level = _level(np.concatenate(light), motion.rate_hz / float(hz[0]))
        found = [
            _events(f, g, level, float(hz[0]), motion.rate_hz) for f, g in zip(force, light, strict=True)
        ]
        beat, down, up = (
            np.concatenate([t[s.start] + e[j] / motion.rate_hz for s, e in zip(parts, found, strict=True)])
            for j in range(3)
        )
        # A slow jogger's force crosses the level on a long shoulder, 40 ms to and fro; body weight it crosses
        # steeply. So the steep crossing times the step and the level only says how much earlier contact is.
        down = beat - _steadied(beat - down)
        # A fall far from that foot's usual one crossed a ripple.
        usual = down + _steadied(up - down)
        up = np.where(np.abs(up - usual) < FAR_FALL, up, np.nan)
        down, up = down - RISE_LATE, up - RISE_LATE + CONTACT_SHORT + FALL_EARLIER
        keep = (down >= bouts.start[i] - 0.05) & (down <= bouts.stop[i] + 0.05)
        contact.append(down[keep])
        toe_off.append(up[keep])
        index.append(np.full(int(keep.sum()), i, np.intp))
    if not contact:
        none = np.zeros(0)
        return Contacts(none, none, np.zeros(0, np.intp), np.zeros(0, "<U5"))
    c = np.concatenate(contact)
    return Contacts(c, np.concatenate(toe_off), np.concatenate(index), np.full(len(c), "", "<U5"))


def _level(light: Floats, step: float) -> float:
    """Force above which a foot is down in this bout; ``step`` in samples. [m/s²]"""
    size = max(2, int(step))
    count = len(light) // size
    lightest = np.median(light[: count * size].reshape(count, size).min(axis=1)) if count else 0.0
    return float(max(CONTACT_FORCE, lightest + ABOVE_LIGHTEST))


def _events(
    force: Floats, light: Floats, level: float, hz: float, rate_hz: float
) -> tuple[Floats, Floats, Floats]:
    """Steep rise, rise and fall of one stretch's force through the level, one each a step, in samples.

    A clip that bounces in flight crosses the level too (SisFall D04), and so does a ripple after impact. The
    rise that belongs to a stance is the last one before the force passes body weight where the smooth force
    does, its fall the first one after the smooth force peaks; a fall that is not in the stretch is NaN.
    """
    none = np.zeros(0)
    step = rate_hz / hz
    if len(force) < 0.5 * step:
        return none, none, none
    slow = dsp.lowpass(force, STEP_KEEP * hz, rate_hz)
    rise, fall = dsp.crossings(light, level, True), dsp.crossings(light, level + FALL_ABOVE, False)
    beat = dsp.crossings(slow, G, True)
    if not (len(rise) and len(beat)):
        return none, none, none
    beat = beat[np.concatenate([[True], np.diff(beat) > APART * step])]
    # With a short stance the smooth force begins to rise before contact: the steep rise may come after it.
    heavy = np.append(dsp.crossings(light, G, True), np.inf)
    steep = heavy[np.searchsorted(heavy, beat - RISE_AROUND * step)]
    r = np.searchsorted(rise, steep, side="right") - 1
    near = (steep < beat + RISE_AROUND * step) & (r >= 0)
    near &= beat - rise[np.maximum(r, 0)] < LONGEST_RISE * step
    beat, down = beat[near], rise[r[near]]
    if len(beat) == 0:
        return none, none, none
    following = np.append(beat[1:], len(slow))
    within = np.minimum(following, beat + step)
    peak = beat + dsp.highest_within(slow, beat.astype(np.intp), within.astype(np.intp))
    # Coming to a stand, the force rises to body weight and no further: no stance of running.
    landed = slow[np.minimum(peak.astype(np.intp), len(slow) - 1)] > LEAST_PEAK * G
    beat, down, peak, following = beat[landed], down[landed], peak[landed], following[landed]
    f = np.searchsorted(fall, peak)
    up = np.where(f < len(fall), fall[np.minimum(f, len(fall) - 1)] if len(fall) else np.nan, np.nan)
    return beat, down, np.where((up > down) & (up < following), up, np.nan)


def _steadied(lag: Floats) -> Floats:
    """Running median of a lag over STEADIED steps of the same foot, of both where they are further apart than feet are."""
    out = np.full(len(lag), np.nan)
    usual: list[float] = []
    for foot in (0, 1):
        seen = np.arange(foot, len(lag), 2)
        seen = seen[np.isfinite(lag[seen])]
        if len(seen):
            # The first lag stands for those before it: in setting off they change too fast to be mirrored
            # (that moved contacts by 4 ms instead of 2).
            out[seen] = ndimage.median_filter(lag[seen], min(STEADIED, len(seen)), mode="nearest")
            usual.append(float(np.median(out[seen])))
    if len(usual) == 2 and abs(usual[0] - usual[1]) > LAG_APART:
        both = np.flatnonzero(np.isfinite(lag))
        out[both] = ndimage.median_filter(lag[both], min(2 * STEADIED, len(both)), mode="nearest")
    return out
