"""Which stretches are running, walking or standing still.

Lives here: telling them apart by flight and rhythm.
Not here: exact times of contacts (contacts.py), which foot (facing.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from gait import dsp
from gait.gravity import Settled
from gait.motion import Motion
from gait.rotations import Floats
from gait.units import G

#: Low-pass under which a step's lightest moment is read.  [Hz]
#: Source: motion capture of real runners falls to 0.08-0.4 g there in every step; clip wobble is above it.
LIGHT_CUT = 15.0

#: A window this long holds a lightest and a heaviest moment of every running step.  [s]
#: Source: below 1.9 steps/s nobody was seen to run (Van Oeveren 2017), 0.53 s; most run above 2.3.
STEP_WINDOW = 0.45

#: A window is running when its lightest moment falls below this share of g, at these step rates.
#: [Hz], [1]  Chosen: quick walking (SisFall D02, 1.85 /s) stays above 0.42, fast walking at 2.3 /s above 0.45;
#: running (SisFall D03/D04, RBDS, 2.5-2.9 /s) stays below 0.3, slow joggers with little flight at 2.4-2.8 /s
#: below 0.5.
FLIGHT_RATE = (1.9, 2.2, 2.6)
FLIGHT_SHARE = (0.25, 0.33, 0.50)

#: ... and its heaviest exceeds this share of g.  [1]  Chosen: walking at 1.9 /s peaks at 1.2-1.6, running >= 1.7.
HEAVY_SHARE = 1.45

#: ... and the step rate is at least this.  [Hz]  Source: Van Oeveren 2017, as above.
SLOWEST_RUN = 1.9

#: Shortest run, about eight steps, and shortest walk.  [s]  Chosen: a hop is no run, three steps are no walk.
SHORTEST_RUN, SHORTEST_WALK = 2.5, 3.0

#: Pauses shorter than this do not split a bout.  [s]  Chosen: a stumble, a kerb.
SHORTEST_PAUSE = 1.0

#: Walking shows vertical waves at least this large, one standard deviation.  [g]  Chosen: slow walking has 0.08.
WALK_WAVE = 0.05

#: What is looked at for kinds of motion, about so often, at every so many-th sample.  [Hz]  Chosen: edges to 40 ms.
LOOKS = 25.0

#: Looks worked on at a time.  [1]  Chosen: 40 min, so that memory does not grow with the run.
PIECE_LOOKS = 60_000

#: Standing still: turning and force vary less than this within STILL_WINDOW.  [rad/s], [m/s²], [s]
#: Source: quiet standing at the trunk, 0.02-0.05 rad/s and 0.05-0.15 m/s² (RBDS, SIE); thrice the larger.
STILL_GYR, STILL_ACC, STILL_WINDOW = 0.15, 0.45, 1.0

#: Blocks in that window; edges of standing are found to one of them.  [1]  Chosen: 0.2 s.
STILL_BLOCKS = 5

#: Shortest standing that is listed.  [s]  Chosen.
SHORTEST_STILL = 2.0


@dataclass(frozen=True)
class Bouts:
    """b stretches in order of time; what lies between them is neither.

    Attributes
    ----------
    start, stop : (b,) array
        [s]
    kind : (b,) array of str
        "run", "walk" or "still".
    """

    start: Floats
    stop: Floats
    kind: NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.start)


def find_bouts(settled: Settled, still: list[tuple[float, float]] | None = None) -> Bouts:
    """Stretches of running, walking and standing; each lies within one passage without long gaps.

    Parameters
    ----------
    settled : Settled
    still : list of (start, stop), optional
        As ``find_still`` gave them; found here when not given. [s]

    Returns
    -------
    Bouts
    """
    found: list[tuple[float, float, str]] = []
    motion = settled.motion
    for part in motion.passages():
        if not settled.settled[part.start]:
            continue
        t = motion.t[part]
        runs, walks = _moving(settled, part)
        for spans, kind in ((runs, "run"), (walks, "walk")):
            found += [(float(t[a]), float(t[b]), kind) for a, b in spans]
    found += [(a, b, "still") for a, b in (find_still(motion) if still is None else still)]
    found = _apart(sorted(found))
    return Bouts(
        np.array([f[0] for f in found], float),
        np.array([f[1] for f in found], float),
        np.array([f[2] for f in found], dtype="<U5"),
    )


def _apart(found: list[tuple[float, float, str]]) -> list[tuple[float, float, str]]:
    """The same bouts without overlap: standing gives way, then what comes later."""
    out: list[tuple[float, float, str]] = []
    for start, stop, kind in found:
        if out and start < out[-1][1]:
            a, b, before = out[-1]
            if before == "still":
                out[-1] = (a, start, before)
            else:
                start = b
        if stop > start:
            out.append((start, stop, kind))
    return out


Span = tuple[int, int]


def _moving(settled: Settled, part: slice) -> tuple[list[Span], list[Span]]:
    """Spans of running and of walking, as first and last sample of the passage."""
    motion = settled.motion
    looked, lightest, heaviest, spread = _looks(settled, part)
    looks_hz = motion.rate_hz / _every(motion.rate_hz)
    t = motion.t[part][looked]
    near = np.clip(np.searchsorted(settled.node_t, t), 0, max(len(settled.node_t) - 1, 0))
    hz = settled.step_hz[near] if len(settled.node_t) else np.full(len(t), np.nan)
    rhythmic = np.isfinite(hz)
    hz = np.where(rhythmic, hz, 0.0)
    # On a leg the stride is louder than the step; half the step rate still says running when flight is deep.
    allowed = np.interp(hz, FLIGHT_RATE, FLIGHT_SHARE)
    step = np.where(hz > SLOWEST_RUN, hz, 2 * hz)
    run = (lightest < allowed) & (heaviest > HEAVY_SHARE) & (step > SLOWEST_RUN)
    run_spans = _spans(run, SHORTEST_RUN, looks_hz)
    running = np.zeros(len(looked), bool)
    for a, b in run_spans:
        running[a : b + 1] = True
    walk_spans = _spans(rhythmic & ~running & (spread > WALK_WAVE), SHORTEST_WALK, looks_hz)
    return (
        [(int(looked[a]), int(looked[b])) for a, b in run_spans],
        [(int(looked[a]), int(looked[b])) for a, b in walk_spans],
    )


def _looks(settled: Settled, part: slice) -> tuple[NDArray[np.intp], Floats, Floats, Floats]:
    """Samples looked at; lightest, heaviest and spread of the vertical force around each, in g. In pieces."""
    rate = settled.motion.rate_hz
    size = max(3, round(STEP_WINDOW * rate))
    every = _every(rate)
    length, margin = part.stop - part.start, int(2 * rate)
    found: list[tuple[NDArray[np.intp], Floats, Floats, Floats]] = []
    for a in range(0, length, every * PIECE_LOOKS):
        b = min(a + every * PIECE_LOOKS, length)
        low, high = max(0, a - margin), min(length, b + margin)
        light = dsp.lowpass(settled.up_force(slice(part.start + low, part.start + high)), LIGHT_CUT, rate) / G
        at = np.arange(a, b, every)
        spread = np.sqrt(np.maximum(ndimage.uniform_filter1d((light - 1.0) ** 2, 2 * size), 0.0))
        found.append(
            (
                at,
                ndimage.minimum_filter1d(light, size)[at - low],
                ndimage.maximum_filter1d(light, size)[at - low],
                spread[at - low],
            )
        )
    looked, lightest, heaviest, wide = (np.concatenate(x) for x in zip(*found, strict=True))
    return looked, lightest, heaviest, wide


def _every(rate_hz: float) -> int:
    """Samples from one look to the next. [samples]"""
    return max(1, round(rate_hz / LOOKS))


def _spans(yes: NDArray[np.bool_], shortest: float, looks_hz: float) -> list[Span]:
    """First and last look of each true stretch, pauses closed, those below ``shortest`` [s] dropped."""
    change = np.flatnonzero(np.diff(np.concatenate([[0], yes.astype(np.int8), [0]])))
    merged: list[list[int]] = []
    for a, b in zip(change[::2], change[1::2], strict=True):
        if merged and a - merged[-1][1] < SHORTEST_PAUSE * looks_hz:
            merged[-1][1] = int(b) - 1
        else:
            merged.append([int(a), int(b) - 1])
    return [(a, b) for a, b in merged if (b - a) / looks_hz >= shortest]


def find_still(motion: Motion) -> list[tuple[float, float]]:
    """Spans [s] in which neither turning nor force varies within any STILL_WINDOW; no gravity is needed."""
    out = []
    for part in motion.passages():
        out += [(float(motion.t[part][a]), float(motion.t[part][b])) for a, b in _still(motion, part)]
    return out


def _still(motion: Motion, part: slice) -> list[Span]:
    """Still spans of one passage, as its first and last sample."""
    gyr, acc = motion.gyr[part], motion.acc[part]
    size = max(1, int(motion.rate_hz * STILL_WINDOW / STILL_BLOCKS))
    count = len(acc) // size
    if count < STILL_BLOCKS:
        return []
    quiet = np.ones(count - STILL_BLOCKS + 1, bool)
    for x, most in ((gyr, STILL_GYR), (acc, STILL_ACC)):
        rows = x[: count * size].reshape(count, size, 3)
        mean = np.einsum("ijk->ik", rows) / size
        square = np.einsum("ijk,ijk->i", rows, rows) / size
        # Variance of a window from its blocks' means; forces are below 200, so 1e-12 of them is lost.
        centre = _over_blocks(mean)
        quiet &= _over_blocks(square) - np.einsum("ik,ik->i", centre, centre) < most**2
    change = np.flatnonzero(np.diff(np.concatenate([[0], quiet.astype(np.int8), [0]])))
    spans = []
    for a, b in zip(change[::2], change[1::2], strict=True):
        # The last quiet window ends STILL_BLOCKS later; the rest of an unfinished block belongs to the end.
        first, last = int(a) * size, (int(b) - 1 + STILL_BLOCKS) * size - 1
        if last >= count * size - 1:
            last = len(acc) - 1
        if (last - first) / motion.rate_hz >= SHORTEST_STILL:
            spans.append((first, last))
    return spans


def _over_blocks(x: Floats) -> Floats:
    """Mean of STILL_BLOCKS neighbours along axis 0."""
    count = len(x) - STILL_BLOCKS + 1
    return np.asarray(sum(x[i : i + count] for i in range(STILL_BLOCKS)) / STILL_BLOCKS)
