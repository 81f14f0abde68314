"""From one contact of a foot to its next.

Lives here: following the two feet through the contacts, pairing contacts into strides, which are steady.
Not here: when feet land (contacts.py), which foot is left (facing.py), what a stride shows (measures/).
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from gait.contacts import Contacts
from gait.rotations import Floats

#: Around how many steps the usual step time is taken.  [steps]  Chosen: 5 s.
AROUND = 15

#: A step this many usual steps long ends the thread of which foot is which.  [1]
#: Chosen: after one or two unseen contacts the feet can still be followed by the clock, after more not.
THREAD_ENDS = 3.4

#: A stride is steady when its time is within this share of the running median.  [1]
#: Source: the evidence rule of the traits (15 %).
STEADY = 0.15

#: Strides over which that median runs.  [strides]  Chosen: about 30 s.
MEDIAN_STRIDES = 41


@dataclass(frozen=True)
class Strides:
    """k strides, in order of time; two steps each, never overlapping.

    Attributes
    ----------
    start, middle, stop : (k,) array
        Contact that opens the stride, contact of the other foot, next contact of the first. [s]
    toe_off_first, toe_off_second : (k,) array
        When the first and the second foot leave the ground, NaN when not seen. [s]
    side : (k,) array of str
        Foot of the first contact: "left", "right", "A", "B" or "".
    bout : (k,) int array
        Index into the bouts.
    regular : (k,) bool array
        Steady, straight enough, unclipped: the strides that count for traits.
    """

    start: Floats
    middle: Floats
    stop: Floats
    toe_off_first: Floats
    toe_off_second: Floats
    side: NDArray[np.str_]
    bout: NDArray[np.intp]
    regular: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.start)

    def with_swapped(self, swapped: NDArray[np.bool_]) -> Strides:
        """The same strides with left and right exchanged in some."""
        return replace(self, side=np.where(swapped, other_foot(self.side), self.side))

    def at(self, index: NDArray[np.intp]) -> Strides:
        """Only some of the strides."""
        return Strides(**{f.name: getattr(self, f.name)[index] for f in fields(self)})

    def ran(self) -> Floats:
        """Running time at the end of each stride, from the first stride of each bout on, without what lies between bouts (k,). [s]"""
        first = np.searchsorted(self.bout, self.bout)
        into = self.stop - self.start[first]
        ends = np.flatnonzero(np.diff(self.bout) != 0)
        before = np.zeros(len(self))
        before[ends + 1] = into[ends]
        return np.asarray(into + np.cumsum(before))

    @property
    def duration(self) -> Floats:
        """Stride times (k,). [s]"""
        return self.stop - self.start


@dataclass(frozen=True)
class Threads:
    """Which contacts follow each other foot by foot.

    Attributes
    ----------
    thread : (c,) int array
        Contacts of one thread can be told apart as two feet; a new thread starts where that is lost.
    foot : (c,) int array
        0 or 1 within a thread; which of them is left is not known here.
    """

    thread: NDArray[np.intp]
    foot: NDArray[np.intp]


def follow_feet(contacts: Contacts) -> Threads:
    """Alternate the feet along the contacts, over single unseen ones by the clock.

    Parameters
    ----------
    contacts : Contacts
        c contacts.

    Returns
    -------
    Threads
    """
    c = len(contacts)
    if c == 0:
        return Threads(np.zeros(0, np.intp), np.zeros(0, np.intp))
    step = np.diff(contacts.contact)
    usual = ndimage.median_filter(step, min(AROUND, max(1, len(step))), mode="reflect") if c > 1 else step
    ratio = step / usual
    ends = (ratio > THREAD_ENDS) | (np.diff(contacts.bout) != 0)
    # A step twice as long hides one contact: the foot after it is the same as the one before.
    moved = np.where(ends, 0, np.maximum(1, np.round(ratio))).astype(np.intp)
    thread = np.concatenate([[0], np.cumsum(ends)])
    count = np.concatenate([[0], np.cumsum(moved)])
    first = np.searchsorted(thread, thread)
    return Threads(thread.astype(np.intp), ((count - count[first]) % 2).astype(np.intp))


def pair(contacts: Contacts, threads: Threads, opens: NDArray[np.intp] | None = None) -> Strides:
    """Strides from contacts, each opened by the same foot of its thread.

    Parameters
    ----------
    contacts : Contacts
        c contacts; their sides become the strides'.
    threads : Threads
    opens : (c,) int array, optional
        The foot (0 or 1) that opens strides at each contact's thread; 0 when not given.

    Returns
    -------
    Strides
        Only whole ones: two steps of usual length with the other foot between. ``regular`` is set by time alone.
    """
    c = len(contacts)
    foot = np.zeros(c, np.intp) if opens is None else opens
    t = contacts.contact
    if c < 3:
        i = np.zeros(0, np.intp)
    else:
        step = np.diff(t)
        usual = ndimage.median_filter(step, min(AROUND, len(step)), mode="reflect")
        single = step < 1.5 * usual
        same = np.diff(threads.thread) == 0
        i = np.flatnonzero(
            (threads.foot[:-2] == foot[:-2]) & same[:-1] & same[1:] & single[:-1] & single[1:]
        ).astype(np.intp)
    strides = Strides(
        start=t[i],
        middle=t[i + 1],
        stop=t[i + 2],
        toe_off_first=_before(contacts.toe_off[i], t[i], t[i + 2]),
        toe_off_second=_before(contacts.toe_off[i + 1], t[i + 1], np.inf),
        side=contacts.side[i],
        bout=contacts.bout[i],
        regular=np.ones(len(i), bool),
    )
    return replace(strides, regular=steady(strides))


def other_foot(side: NDArray[np.str_]) -> NDArray[np.str_]:
    """Left for right and right for left; anything else stays."""
    return np.where(side == "left", "right", np.where(side == "right", "left", side))


def steady(strides: Strides) -> NDArray[np.bool_]:
    """Strides whose time is within STEADY of the running median of their bout (k,)."""
    ok = np.ones(len(strides), bool)
    for b in np.unique(strides.bout):
        mine = strides.bout == b
        time = strides.duration[mine]
        usual = ndimage.median_filter(time, min(MEDIAN_STRIDES, len(time)), mode="reflect")
        ok[mine] = np.abs(time / usual - 1.0) < STEADY
    return ok


def _before(time: Floats, low: Floats, high: Floats | float) -> Floats:
    """Times inside (low, high), NaN elsewhere."""
    return np.where((time > low) & (time < high), time, np.nan)
