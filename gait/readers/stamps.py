"""When each row of a table was: from its clock, a counter of rows, or a stated rate.

Lives here: which column is the clock, wraps, midnights, recordings that follow each other, rows that came in bunches.
Not here: numbers from bytes (rows.py), what rising means (clock.py), the unit of a clock that nobody said (infer.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gait.errors import ReadError
from gait.readers import clock, wall_clock
from gait.readers.head import Head, is_row
from gait.readers.layout import Layout
from gait.readers.wall_clock import WallClock
from gait.rotations import Floats

#: A logger's stated rate and its clock may differ by this share. Chosen: twice what phones miss theirs by.
RATE_NEAR = 0.05

#: Stamps that repeat while the numbers go on are a coarse clock or packets and no damage from this share on. [1]
#: Chosen: well above single repeated stamps.
REPEATED = 0.03

#: Of bunched rows, more than this share has one sensor's numbers unchanged: a row for each sensor's news. [1]
NEWS_SHARE = 0.5

#: ... and each of the two does so in this share of them. [1]  Chosen: neither by chance.
LEAST_NEWS = 0.1


@dataclass(frozen=True)
class ClockColumn:
    """The column that is the clock.

    Attributes
    ----------
    place : int or None
        None when there is none, or none that holds stamps.
    wall : WallClock or None
        How its stamps are written where they are words.
    """

    place: int | None
    wall: WallClock | None = None


@dataclass(frozen=True)
class Timed:
    """Rows with stamps that rise.

    Attributes
    ----------
    t : (n,) array
        In the clock's unit, or in seconds where ``seconds`` says so.
    keep : (n,) int array
        Which rows of the table they are.
    seconds : bool
    rose : clock.Rising
        What was wrong with stamps.
    notes : tuple of str
    """

    t: Floats
    keep: NDArray[np.intp]
    seconds: bool
    rose: clock.Rising
    notes: tuple[str, ...] = ()


def choose_clock(layout: Layout, head: Head, name: str) -> ClockColumn:
    """The first clock that holds numbers, else the first that holds times in words.

    Raises
    ------
    ReadError
        If the only ones hold other words.
    """
    words: ClockColumn | None = None
    for place in layout.clocks:
        column = [row[place] for row in head.table if place < len(row)]
        wall = wall_clock.recognise(next((cell for cell in column if wall_clock.recognise(cell)), ""))
        cell = next((cell for cell in column if is_row((cell,), head.shape.decimal)), "")
        cell = "" if wall is not None else cell
        if wall is not None:
            words = words or ClockColumn(place, wall)
        elif cell and is_row((cell,), head.shape.decimal):
            return ClockColumn(place)
    if words is None and not layout.clocks and layout.counter is None and layout.rate_hz is None:
        words = _unnamed(layout, head)
    if words is not None or not layout.clocks:
        return words or ClockColumn(None)
    cell = head.first[layout.clocks[0]] if layout.clocks[0] < len(head.first) else ""
    if not cell:
        return ClockColumn(None)
    raise ReadError(
        f"{name}: its clock reads {cell[:40]!r}, which is no number and no time of day. Leave it out and say the rate: "
        f"--columns {','.join('-' if i == layout.clocks[0] else '...' for i in range(min(layout.clocks[0] + 2, 4)))} --rate 100."
    )


def _unnamed(layout: Layout, head: Head) -> ClockColumn | None:
    """A column of times in words whose name nobody knows; words are times in any language."""
    used = {place for triple in (*layout.acc, layout.gyr) for place in triple}
    for place in range(head.shape.width):
        found = [wall_clock.recognise(row[place]) for row in head.table if place not in used]
        if found and all(found):
            return ClockColumn(place, found[0])
    return None


def counted(
    place: Floats, counter: Floats | None, acc: Floats, gyr: Floats, *, rate_hz: float, wrap: float
) -> Timed:
    """Times of rows that only their order, or a counter, tells.

    Parameters
    ----------
    place : (n,) array
        Which row of the file each one was.
    counter : (n,) array or None
        What a column that counts rows says.
    acc, gyr : (n, 3) arrays
    rate_hz : float
    wrap : float
        Where the counter begins again.
    """
    rows, keep = place, np.arange(len(place))
    notes: list[str] = []
    if counter is None:
        notes.append(
            f"There is no clock in it: times are counted, {rate_hz:g} rows in a second, and rows that were lost or doubled before "
            "the file was written cannot be told."
        )
    if counter is not None and len(counter) > 1:
        unwound, _ = clock.unrolled(counter, wrap)
        steps = np.diff(unwound)
        usual = float(np.median(steps))
        if usual == 1.0 or (usual > 0 and bool((steps == np.round(steps)).all())):
            rows, keep, said = _joined(unwound - unwound[0], keep, acc, gyr, False)
            notes += said
            lost = int(np.maximum(steps - 1, 0)[steps < 1e6].sum()) if usual == 1.0 else 0
            if lost:
                notes.append(f"Its counter of rows skips {lost}, which were lost before they were written.")
    rose = clock.rising(rows)
    if rose.keep is not None:
        rows, keep = rows[rose.keep], keep[rose.keep]
    return Timed(rows / rate_hz, keep, True, rose, tuple(notes))


def clocked(stamps: Floats, acc: Floats, gyr: Floats, *, wall: WallClock | None) -> Timed:
    """Rows of a clock, as it has them, to stamps that rise.

    Parameters
    ----------
    stamps : (n,) array
    acc, gyr : (n, 3) arrays
    wall : WallClock or None
        When the stamps were words they are seconds by now.
    """
    notes: list[str] = []
    keep = np.arange(len(stamps))
    if bool((np.diff(stamps) > 0).all()) and not clock.bunched(stamps):
        return Timed(stamps, keep, wall is not None, clock.Rising(None))
    t, wraps = clock.unrolled(stamps, wall_clock.DAY if wall is not None and not wall.dated else clock.WRAP)
    if wraps:
        times = "once" if wraps == 1 else f"{wraps} times"
        notes.append(
            f"The time of day passed midnight {times}; the times go on."
            if wall is not None
            else f"The clock's 32-bit counter began again {times}; the times were joined."
        )
    t, keep, said = _joined(t, keep, acc, gyr, wall is not None)
    notes += said
    if clock.bunched(t) or _coarse(t, acc[keep]):
        t, keep, said = _unbunched(t, keep, acc, gyr)
        notes += said
    rose = clock.rising(t)
    if rose.keep is not None:
        t, keep = t[rose.keep], keep[rose.keep]
    return Timed(t, keep, wall is not None, rose, tuple(notes))


def _coarse(t: Floats, acc: Floats) -> bool:
    """Whether stamps repeat while the numbers go on."""
    again = np.flatnonzero(np.diff(t) == 0)
    return bool((acc[again + 1] != acc[again]).any(axis=1).sum() > REPEATED * len(t))


def _joined(
    t: Floats, keep: NDArray[np.intp], acc: Floats, gyr: Floats, seconds: bool
) -> tuple[Floats, NDArray[np.intp], list[str]]:
    """Recordings that follow each other in one table, one behind the other."""
    begins = clock.restarts(t)
    if not len(begins):
        return t, keep, []
    usual = float(np.median(np.abs(np.diff(t))))
    out, kept, shifts = [t[: begins[0]]], [keep[: begins[0]]], []
    notes: list[str] = []
    again = 0
    for start, stop in zip(begins, [*begins[1:], len(t)], strict=True):
        if _seen_before(t, acc, gyr, int(start), int(stop)):
            again += int(stop - start)
            continue
        # The pause in file units: the usual step tells what a second is once the unit is known, so rows stand for it.
        by = float(out[-1].max() - t[start]) + PAUSE_ROWS * usual
        out.append(t[start:stop] + by)
        kept.append(keep[start:stop])
        shifts.append((int(start), by))
    if shifts:
        which = "one more recording follows" if len(shifts) == 1 else f"{len(shifts)} more recordings follow"
        rows = ", ".join(str(row + 1) for row, _ in shifts[:5])
        notes.append(
            f"The clock began anew in the middle: {which} in the same file, from row {rows} on. Each is analysed as a stretch of "
            f"its own; its times are told behind those before it, by {', '.join(f'{by:.6g}' for _, by in shifts[:5])} later "
            f"{'[s] ' if seconds else ''}than its clock says."
        )
    if again:
        notes.append(f"{again} rows at the end are the same as rows before and were left out.")
    return np.concatenate(out), np.concatenate(kept), notes


#: Rows of pause that are put between two recordings. Chosen: 2 s at 1000 Hz, 20 s at 100, so that they are a
#: pause of the logger and no loss.
PAUSE_ROWS = 2000.0


def _seen_before(t: Floats, acc: Floats, gyr: Floats, start: int, stop: int) -> bool:
    """Whether a stretch repeats earlier rows to the last digit."""
    n = min(stop - start, 200)
    at = (
        np.searchsorted(t[: clock.RESTART_ROWS], t[start])
        if t[start] <= t[min(clock.RESTART_ROWS, start) - 1]
        else None
    )
    first = int(at) if at is not None else int(np.argmin(np.abs(t[:start] - t[start])))
    if first + n > start:
        return False
    rows, before = slice(start, start + n), slice(first, first + n)
    return bool(
        np.array_equal(t[rows], t[before])
        and np.array_equal(acc[rows], acc[before])
        and np.array_equal(gyr[rows], gyr[before])
    )


def _unbunched(
    t: Floats, keep: NDArray[np.intp], acc: Floats, gyr: Floats
) -> tuple[Floats, NDArray[np.intp], list[str]]:
    """Rows in bunches: spread evenly when they are samples, one for each bunch when they are one sample's parts."""
    forward = np.concatenate([[True], np.diff(t) >= 0])
    if not forward.all():
        ahead = np.maximum.accumulate(t) <= t
        t, keep = t[ahead], keep[ahead]
    step = np.diff(t)
    even = float(step[step < 5 * np.percentile(step[step > 0], 99)].mean()) if (step > 0).any() else 0.0
    short = np.flatnonzero(step < clock.SHORT_STEP * even)
    a, w = acc[keep], gyr[keep]
    acc_same = (a[short + 1] == a[short]).all(axis=1)
    gyr_same = (w[short + 1] == w[short]).all(axis=1)
    if np.mean(acc_same & gyr_same) > NEWS_SHARE and float(np.mean(step == 0)) > 0.0:
        last = np.concatenate([step > 0, [True]])
        if not clock.bunched(t[last]):
            return (
                t[last],
                keep[last],
                [f"{int((~last).sum())} rows that repeat the one before were left out."],
            )
    # Either sensor stands still while the other one moves on; a gyroscope at rest that reads nought is no such thing.
    news = min(np.mean(acc_same & ~gyr_same), np.mean(gyr_same & ~acc_same)) > LEAST_NEWS
    if news and np.mean(acc_same | gyr_same) > NEWS_SHARE:
        last = np.concatenate([step >= clock.SHORT_STEP * even, [True]])
        said = "Rows come whenever one sensor has news; those at next to the same time were taken as one."
        return t[last], keep[last], [said]
    share = float(np.mean(step < clock.SHORT_STEP * even))
    note = (
        f"Rows came in bunches ({share:.0%} of them at next to the same time as the one before), so their stamps tell when "
        "they arrived; their times were spread evenly between."
    )
    return clock.evened(t), keep, [note]
