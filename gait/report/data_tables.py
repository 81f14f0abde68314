"""The data of a picture as a table of text.

Lives here: one function a kind of picture.
Not here: the pictures (pictures/), the analyst's tables (analyst.html).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from gait.analysis import Analysis
from gait.measures.curves import Loop, Settling, Starts
from gait.measures.measure import Cycle, Measure
from gait.report.pictures.chart import Table
from gait.report.pictures.run import Stretch
from gait.report.words import Words
from gait.rotations import Floats

#: Rows of a table over the stride.  Chosen: each 5 % of the stride.
PHASE_ROWS = 20

#: Most rows of a table over time.  Chosen: a minute's scrolling.
MOST_ROWS = 60


def of_strides(at: NDArray[np.intp], measures: Sequence[Measure], analysis: Analysis, words: Words) -> Table:
    """Some strides: when, and their values."""
    start = analysis.measures.strides.start[at] - analysis.recording.start_s
    names = [words.measure(m.key) for m in measures]
    rows = [
        (_clock(t, words), *(words.amount(m.per_stride[i], m.unit, 1) for m in measures))
        for t, i in zip(start, at.tolist(), strict=True)
    ]
    return Table((words.say("analyst.at"), *names), tuple(rows))


def of_cycle(cycle: Cycle, words: Words) -> Table:
    """A curve over the stride: mean and band."""
    columns = tuple(words.say(f"analyst.{name}") for name in ("phase", "mean", "low", "high"))
    return _over_phase(cycle.phase, (cycle.mean, cycle.low, cycle.high), cycle.unit, columns, words)


def of_halves(first: Floats, second: Floats, names: tuple[str, str], unit: str, words: Words) -> Table:
    """Two halves of a stride beside each other."""
    share = np.linspace(0, 1, len(first))
    return _over_phase(share, (first, second), unit, (words.say("analyst.half"), *names), words)


def of_overlay(phase: Floats, rows: Floats, words: Words) -> Table:
    """Strides beside each other, one a column."""
    names = [f"{words.say('analyst.stride')} {i + 1}" for i in range(len(rows))]
    return _over_phase(phase, rows, "mps2", (words.say("analyst.phase"), *names), words)


def of_loop(loop: Loop, sway: Cycle | None, words: Words) -> Table:
    """A way over the stride, to the right and up; and how the trunk tips meanwhile, where that is known."""
    columns = tuple(words.say(f"analyst.{name}") for name in ("phase", "right_way", "up_way"))
    way = _over_phase(loop.phase, (loop.right, loop.up), "cm", columns, words)
    if sway is None:
        return way
    tipping = _over_phase(sway.phase, (sway.mean,), sway.unit, (columns[0], words.say("analyst.tips")), words)
    rows = tuple((*one, *other[1:]) for one, other in zip(way.rows, tipping.rows, strict=True))
    return Table((*way.columns, *tipping.columns[1:]), rows)


def of_beats(rows: Sequence[Floats], begin: float, words: Words) -> Table:
    """Stride times, a row of the picture in a row."""
    longest = max(len(times) for times in rows) - 1
    columns = (words.say("analyst.at"), *(str(i + 1) for i in range(longest)))
    cells = [
        (_clock(times[0] - begin, words), *(words.number(step, 3) + " s" for step in np.diff(times)))
        for times in rows
    ]
    return Table(columns, tuple(cells))


def of_starts(starts: Starts, words: Words) -> Table:
    """Lean around set-offs, one a column."""
    some = _thinned(len(starts.t), PHASE_ROWS)
    names = [f"{words.say('analyst.set_off')} {i + 1}" for i in range(len(starts.lean_deg))]
    rows = [
        (
            words.number(starts.t[i], 2) + " s",
            *(
                words.amount(v, "deg", 1) if np.isfinite(v) else words.say("analyst.nothing")
                for v in starts.lean_deg[:, i]
            ),
        )
        for i in some
    ]
    return Table((words.say("analyst.at"), *names), tuple(rows))


def of_strip(stretches: Iterable[Stretch], settling: Settling | None, begin: float, words: Words) -> Table:
    """The run in time: its stretches, or how far its parts are from the run's own pattern."""
    if settling is not None and len(settling.t):
        distances = [
            (_clock(settling.t[i] - begin, words), words.number(settling.distance[i], 2))
            for i in _thinned(len(settling.t), MOST_ROWS)
        ]
        return Table((words.say("analyst.at"), words.say("analyst.distance")), tuple(distances))
    rows = [
        (words.say(f"analyst.{s.kind}_kind"), _clock(s.start, words), _clock(s.stop, words))
        for s in stretches
    ]
    columns = tuple(words.say(f"analyst.{name}") for name in ("kind", "start", "stop"))
    return Table(columns, tuple(rows[:MOST_ROWS]))


def _over_phase(
    phase: Floats, values: Iterable[Floats], unit: str, columns: tuple[str, ...], words: Words
) -> Table:
    grid = np.arange(PHASE_ROWS) / PHASE_ROWS if phase[-1] < 1 else np.linspace(0, 1, PHASE_ROWS + 1)
    period = 1.0 if phase[-1] < 1 else None  # a whole stride closes on itself, half of one does not
    waves = [np.interp(grid, phase, wave, period=period) for wave in values]
    rows = [
        (words.amount(100 * share, "percent"), *(words.amount(wave[i], unit, 1) for wave in waves))
        for i, share in enumerate(grid)
    ]
    return Table(columns, tuple(rows))


def _thinned(n: int, most: int) -> list[int]:
    """Indices of at most so many of n, evenly from the first on."""
    return sorted({round(i) for i in np.linspace(0, max(n - 1, 0), min(n, most)).tolist()})


def _clock(seconds: float, words: Words) -> str:
    """Minutes and seconds."""
    minutes, rest = divmod(max(0.0, round(float(seconds), 1)), 60.0)
    return words.say(
        "unit.clock", m=f"{minutes:.0f}", s=f"{rest:04.1f}".replace(".", words.text["language.point"])
    )
