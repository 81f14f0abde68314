"""Stamps as a file has them, to stamps that rise.

Lives here: dropping duplicate, backward and far-off stamps, the nominal rate, the gaps.
Not here: an even clock (timeline.py), which unit a clock is in (infer.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gait.rotations import Floats

#: A hole of more missing samples than this is a gap; up to it may be interpolated. [samples]  Source: LAYOUT of
#: issue 2, "gaps are found, never interpolated over more than 3 samples".
MOST_MISSING = 3

#: A stamp this many steps ahead of both its neighbours is a damaged stamp and not a gap. [steps]
#: Chosen: a gap is never undone by the next stamp, so any number well above MOST_MISSING does.
FAR_AHEAD = 10.0

#: A 32-bit counter begins again after this many counts.  Source: Arduino's micros() and millis() are uint32.
WRAP = 2.0**32

#: Over a wrap no more than this many usual steps may be missing. [steps]  Chosen: a minute of loss at 100 Hz.
MOST_ACROSS = 6000.0

#: Stamps come in packets when this share of the steps are holes, evenly spaced. [1]
#: Chosen: packets of 3 to 50 rows, as wireless links and loggers make them.
PACKETED = (0.02, 0.35)
FEWEST_PACKETED = 200

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


def unrolled(t: Floats) -> tuple[Floats, int]:
    """Stamps of a 32-bit counter that began again at nought, and how often it did.

    A single step back by nearly 2**32 counts, after which stamps go on as before, is a wrap of `micros()` or
    `millis()` and no damage.
    """
    step = np.diff(t)
    back = np.flatnonzero(step < -0.5 * WRAP)
    if len(back) == 0 or not len(step[step > 0]):
        return t, 0
    usual = float(np.median(step[step > 0]))
    real = back[(step[back] + WRAP > 0) & (step[back] + WRAP < MOST_ACROSS * usual)]
    out = np.array(t, float)
    for i in real:
        out[i + 1 :] += WRAP
    return out, len(real)


def in_packets(t: Floats) -> float | None:
    """Rows a second of stamps that come in packets (many close together, then a hole), None when they do not."""
    step = np.diff(t)
    if len(step) < FEWEST_PACKETED:
        return None
    usual = float(np.median(step))
    holes = step > FAR_AHEAD * usual
    share, even = float(holes.mean()), float((len(t) - 1) / (t[-1] - t[0]))
    between = np.diff(np.flatnonzero(holes))
    if (
        not PACKETED[0] < share < PACKETED[1]
        or len(between) < 20
        or np.ptp(np.percentile(between, [10, 90])) > 2
    ):
        return None
    return even


def usual_step(t: Floats) -> float:
    """The nominal step of rising stamps: the mean of the ordinary ones, so that coarse stamps do not bias it."""
    step = np.diff(t)
    usual = float(np.median(step))
    low, high = ORDINARY_STEP
    ordinary = step[(step > low * usual) & (step < high * usual)]
    return float(ordinary.mean()) if len(ordinary) else usual


def gaps(t: Floats, step: float) -> Floats:
    """Stretches (g, 2) in which more than ``MOST_MISSING`` samples are missing, by the stamps beside them."""
    holes = np.flatnonzero(np.diff(t) > (MOST_MISSING + 1.5) * step)
    return np.column_stack([t[holes], t[holes + 1]])
