"""Measures over time as small plots, one under the other, for the analyst.

Lives here: one picture.
Not here: the runner's strip (run.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from gait.report.pictures.svg import INK, SOFT, Picture
from gait.rotations import Floats

#: Most dots of a measure; more only blacken it.  Chosen by looking, and for the size of the page.
MOST_DOTS = 300

#: Strides in the running median.  Chosen: about 20 s.
STRIP_MEDIAN = 31

#: Percentiles between which strides are drawn: one stumble does not flatten the rest.  Chosen by looking.
OUTER = (1, 99)

#: Fewest strides of which the outermost are left out; of a few, every one is shown.  Chosen: one in 100 is outer.
OUTER_FROM = 100

#: Width of the picture, of what is left of it, height of a row, and room for the time below. [picture units]
ACROSS, MARGIN, ROW, FOOT = 720.0, 58.0, 68.0, 36.0

#: Letters. [picture units]
SMALL = {"font_size": "11px"}


class Plot(NamedTuple):
    """One measure: its name with the unit, times [s] and values of strides, (m,) each."""

    name: str
    t: Floats
    value: Floats


def over_time(plots: Sequence[Plot], span: tuple[float, float]) -> Picture:
    """Single strides as dots with a running median, each measure on its own axis, over one time."""
    picture = Picture(ACROSS, ROW * len(plots) + FOOT)
    left, right = MARGIN, ACROSS - 12.0
    bottom = ROW * len(plots) + 2

    def x(t: Floats | float) -> Floats:
        return left + (np.asarray(t, float) - span[0]) / max(span[1] - span[0], 1e-9) * (right - left)

    for i, plot in enumerate(plots):
        top = i * ROW + 22
        low, high = np.percentile(plot.value, OUTER if len(plot.value) >= OUTER_FROM else (0, 100))
        room = 0.1 * (high - low) + 1e-9
        scale = (ROW - 28) / (high - low + 2 * room)

        def y(value: Floats | float, foot: float = high + room, top: float = top, k: float = scale) -> Floats:
            return top + (foot - np.asarray(value, float)) * k

        picture.text(left, top - 7, plot.name, font_size="12px")
        for tick in ticks(low, high, 2):
            at = float(y(tick))
            picture.line([(left - 8, at), (left - 4, at)], stroke=SOFT)
            picture.text(left - 12, at + 4, _plain(tick), at="end", fill=SOFT, **SMALL)
        every = max(1, -(-len(plot.t) // MOST_DOTS))
        inside = (plot.value[::every] >= low) & (plot.value[::every] <= high)
        some = np.stack([x(plot.t[::every]), y(plot.value[::every])], axis=1)[inside]
        picture.dots(some, 2.5, opacity=0.5)
        if len(plot.value) >= STRIP_MEDIAN:
            windows = np.lib.stride_tricks.sliding_window_view(plot.value, STRIP_MEDIAN)[::every]
            middle = plot.t[STRIP_MEDIAN // 2 : len(plot.t) - STRIP_MEDIAN // 2][::every]
            picture.line(
                np.stack([x(middle), y(np.median(windows, axis=1))], axis=1), stroke=INK, stroke_width=1.3
            )
    for tick in ticks(*span, 8):
        at = float(x(tick))
        picture.line([(at, bottom), (at, bottom + 4)], stroke=SOFT)
        picture.text(at, bottom + 17, _plain(tick), at="middle", fill=SOFT, **SMALL)
    picture.text(right, bottom + 26, "s", at="end", fill=SOFT, **SMALL)
    return picture


def ticks(low: float, high: float, most: int) -> list[float]:
    """Round numbers inside low to high, at most so many and, where it can be, two at least."""
    span = max(high - low, 1e-9)
    power = 10.0 ** np.floor(np.log10(span / most))
    for step in (k * power for k in (1, 2, 5, 10, 20)):
        found = np.arange(np.ceil(low / step), np.floor(high / step) + 1) * step
        if len(found) <= most:
            return [float(v) for v in found]
    raise AssertionError("twice ten times a step that fits fits")


def _plain(value: float) -> str:
    return f"{value + 0.0:.6g}".replace("-", "\N{MINUS SIGN}")
