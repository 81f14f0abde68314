"""Stamps as a file has them, to stamps that rise.

Lives here: dropping duplicate, backward and far-off stamps, wraps and restarts, bunches of rows, the nominal rate,
the gaps.
Not here: an even clock (timeline.py), which unit a clock is in (infer.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import savgol_filter

from gait.rotations import Floats

#: A hole of more missing samples than this is a gap; up to it may be interpolated. [samples]  Chosen: 15 ms at
#: 200 Hz, in which a trunk turns evenly.
MOST_MISSING = 3

#: A stamp this many steps ahead of both its neighbours is a damaged stamp and not a gap. [steps]
#: Chosen: a gap is never undone by the next stamp, so any number well above MOST_MISSING does.
FAR_AHEAD = 10.0

#: A 32-bit counter begins again after this many counts.  Source: Arduino's micros() and millis() are uint32.
WRAP = 2.0**32

#: Over a wrap no more than this many usual steps may be missing. [steps]  Chosen: a minute of loss at 100 Hz.
MOST_ACROSS = 6000.0

#: A clock that goes back by more than this many usual steps at once, and then goes on, began anew. [steps]
#: Chosen: more than rows that a link delivers out of order.
RESTART_STEPS = 50

#: ... and at least this many rows follow, or it is damage. [rows]  Chosen: half a second at 100 Hz.
RESTART_ROWS = 50

#: A clock that goes back more often is damaged. Chosen: bounds the time that looking at each costs.
MOST_BACKWARD = 2000

#: Stamps are bunched when this share of the steps is shorter than that share of an even one. [1]
#: Chosen: jitter of phones stays below 3 % of such steps, packets of two rows have 50 %.
BUNCHED, SHORT_STEP = 0.15, 0.3

#: Rows in a look. Chosen: minutes at any rate, so many packets.
LOOKED_AT = 20_000

#: Fewer rows do not tell. [rows]
FEWEST_BUNCHED = 40

#: Stamps are evened over this many packets, and this many rows at least. Chosen: leaves a twentieth of a packet.
PACKETS_EVENED, LEAST_EVENED = 8, 15

#: Steps within this share of the median step are ordinary ones. Chosen: leaves out single losses (2 steps) and bursts.
ORDINARY_STEP = (0.5, 1.5)


@dataclass(frozen=True)
class Rising:
    """Which stamps rise.

    Attributes
    ----------
    keep : (n,) bool array or None
        None when all of them do.
    duplicate, backward, far : int
        Stamps left out because they repeat the one before, lie before it, or jump ahead and back.
    """

    keep: NDArray[np.bool_] | None
    duplicate: int = 0
    backward: int = 0
    far: int = 0


def rising(t: Floats) -> Rising:
    """Choose stamps that rise strictly, losing as few as possible to a single damaged one.

    Parameters
    ----------
    t : (n,) array
        Finite stamps in any unit.
    """
    step = np.diff(t)
    if len(t) < 2 or bool((step > 0).all()):
        return Rising(None)
    ordinary = step[step > 0]
    usual = float(np.median(ordinary)) if len(ordinary) else 0.0
    keep = np.ones(len(t), dtype=bool)
    # A stamp far ahead that the next one takes back is itself wrong; without this it would outshine all that follow.
    ahead = np.flatnonzero(step < 0)
    before = np.maximum(ahead - 1, 0)
    back_in_line = (ahead == 0) | (t[np.minimum(ahead + 1, len(t) - 1)] > t[before])
    jumped = (ahead == 0) | (t[ahead] - t[before] > FAR_AHEAD * usual)
    far = ahead[back_in_line & jumped]
    keep[far] = False
    kept = np.flatnonzero(keep)
    stamps = t[kept]
    highest = np.maximum.accumulate(stamps)
    fine = np.ones(len(stamps), dtype=bool)
    fine[1:] = stamps[1:] > highest[:-1]
    repeats = int((~fine[1:] & (stamps[1:] == stamps[:-1])).sum())
    backward = int((~fine).sum()) - repeats
    keep[kept[~fine]] = False
    return Rising(keep, repeats, backward, len(far))


def unrolled(t: Floats, wrap: float = WRAP) -> tuple[Floats, int]:
    """Stamps of a counter that began again at nought after ``wrap`` counts, and how often it did.

    A single step back by nearly the whole span, after which stamps go on as before, is a wrap and no damage.
    """
    step = np.diff(t)
    back = np.flatnonzero(step < -0.5 * wrap)
    forth = step[(step > 0) & (step < 0.5 * wrap)]
    if len(back) == 0 or not len(forth):
        return t, 0
    usual = float(np.median(forth))
    most = min(MOST_ACROSS * usual, 0.5 * wrap)
    real = back[(step[back] + wrap > 0) & (step[back] + wrap < most)]
    # A damaged stamp from beyond the wrap goes there and comes back.
    ahead = np.flatnonzero(step > 0.5 * wrap)
    ahead = ahead[np.abs(step[ahead] - wrap) < most]
    rolls = np.zeros(len(t))
    rolls[real + 1] = 1.0
    rolls[ahead + 1] = -1.0
    rolled = np.cumsum(rolls)
    return t + wrap * rolled, int(rolled.max())


def restarts(t: Floats) -> NDArray[np.intp]:
    """First rows of further recordings in the same table: the clock goes far back once and then goes on from there."""
    step = np.diff(t)
    back = np.flatnonzero(step < 0)
    if not 0 < len(back) <= MOST_BACKWARD or len(t) < 2 * RESTART_ROWS:
        return np.zeros(0, np.intp)
    usual = float(np.median(np.abs(step)))
    out = []
    for i in back[step[back] < -RESTART_STEPS * usual]:
        after = t[i + 1 : i + 1 + RESTART_ROWS]
        before = t[max(0, i + 1 - RESTART_ROWS) : i + 1]
        goes_on = len(after) == RESTART_ROWS and after.max() < t[i] and np.mean(np.diff(after) > 0) > 0.5
        came = abs(before[-1] - before[0]) < 4 * RESTART_ROWS * usual
        # Rows delivered late fill a hole that the clock had left; a clock that began anew tells times that were told.
        earlier = t[: i + 1]
        told = np.count_nonzero((earlier >= after.min()) & (earlier <= after.max())) if goes_on else 0
        if goes_on and came and (told > 0.3 * len(after) or after.max() < earlier[0]):
            out.append(i + 1)
    return np.array(out, np.intp)


def bunched(t: Floats) -> bool:
    """Whether stamps come in bunches, with repeats or next to no time between rows, so that they tell when rows arrived."""
    if len(t) > 10 * LOOKED_AT:
        # Packets do not come and go: ten looks tell, at a tenth of the time.
        looks = np.linspace(0, len(t) - LOOKED_AT, 10).astype(int)
        step = np.concatenate([np.diff(t[a : a + LOOKED_AT]) for a in looks])
    else:
        step = np.diff(t)
    if len(step) < FEWEST_BUNCHED:
        return False
    pause = _pause(step)
    inside = step[(step >= 0) & (step < pause)]
    return bool(len(inside) and np.mean(inside < SHORT_STEP * inside.mean()) > BUNCHED)


def evened(t: Floats) -> Floats:
    """Bunched stamps spread evenly: between pauses, each is where the straight line through its neighbours has it.

    Parameters
    ----------
    t : (n,) array
        Stamps that never run backward.

    Returns
    -------
    (n,) array
        Strictly rising.
    """
    step = np.diff(t)
    pause = _pause(step)
    inside = step[(step >= 0) & (step < pause)]
    arrivals = max(int(np.count_nonzero(inside > inside.mean())), 1)
    width = max(PACKETS_EVENED * round(len(inside) / arrivals), LEAST_EVENED) | 1
    cuts = np.flatnonzero(step >= pause) + 1
    out = np.array(t, float)
    for start, stop in zip([0, *cuts], [*cuts, len(t)], strict=True):
        n = stop - start
        w = min(width, n if n % 2 else n - 1)
        if w < 3:
            continue
        for _ in range(2):
            out[start:stop] = savgol_filter(out[start:stop], w, 1)
    # A straight line through few rows may still stand still where the clock jumped.
    least = 1e-3 * float(inside.mean())
    return np.asarray(np.maximum.accumulate(out - least * np.arange(len(t))) + least * np.arange(len(t)))


def _pause(step: Floats) -> float:
    """Steps at least this long are pauses and no wait for the next packet."""
    some = step[:: max(len(step) // 100_000, 1)]
    rising_steps = some[some > 0]
    return 5.0 * float(np.percentile(rising_steps, 99)) if len(rising_steps) else float("inf")


def usual_step(t: Floats) -> float:
    """The nominal step of rising stamps: the mean of the ordinary ones, so that coarse stamps do not bias it."""
    step = np.diff(t)
    usual = float(np.median(step[:: max(len(step) // (10 * LOOKED_AT), 1)]))
    low, high = ORDINARY_STEP
    ordinary = (step > low * usual) & (step < high * usual)
    if ordinary.all():  # as in most files, and ten hours need not be copied
        return float(t[-1] - t[0]) / len(step) if len(step) else usual
    return float(step[ordinary].mean()) if ordinary.any() else usual


def gaps(t: Floats, step: float) -> Floats:
    """Stretches (g, 2) in which more than ``MOST_MISSING`` samples are missing, by the stamps beside them."""
    holes = np.flatnonzero(np.diff(t) > (MOST_MISSING + 1.5) * step)
    return np.column_stack([t[holes], t[holes + 1]])
