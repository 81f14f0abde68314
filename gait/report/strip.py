"""The run as a quiet strip, for the analyst: every measure that has strides, over time.

Lives here: one picture.
Not here: the runner's pictures (charts.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gait.measures.measure import Measure
from gait.pipeline import Analysis
from gait.report.charts import Chart
from gait.report.strokes import dots
from gait.report.svg import INK, SOFT, canvas, to_svg
from gait.report.words import Words
from gait.rotations import Floats
from gait.strides import Strides

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Most dots of a measure; more only blacken it.  Chosen by looking, and for the size of the page.
MOST_DOTS = 300

#: Strides in the running median.  Chosen: about 20 s.
STRIP_MEDIAN = 31

#: Percentiles between which strides are drawn: one stumble does not flatten the rest.  Chosen by looking.
OUTER = (1, 99)

#: Fewest strides of which the outermost are left out; of a few, every one is shown.  Chosen: one in 100 is outer.
OUTER_FROM = 100

#: Width of the strip, height of a row, and room for the time below. [picture units]
WIDTH, ROW, FOOT = 720.0, 64.0, 26.0


def draw_run(analysis: Analysis, words: Words) -> Chart | None:
    """Every per-stride measure over the time of the recording, one small plot under the other."""
    strides = analysis.measures.strides
    shown = [m for m in analysis.measures.values() if _has_strides(m, strides)]
    if not shown:
        return None
    t = strides.middle - analysis.recording.start_s
    height = ROW * len(shown) + FOOT
    figure = canvas(WIDTH, height)
    for i, measure in enumerate(shown):
        bottom = FOOT + ROW * (len(shown) - 1 - i) + 6
        axes = figure.add_axes((0.07, bottom / height, 0.91, (ROW - 24) / height))
        _strip(axes, t, measure, _name(measure, words), last=i == len(shown) - 1, words=words)
    what = ", ".join(_name(m, words) for m in shown)
    title, text = words.say("analyst.run"), words.say("analyst.run_alt", what=what)
    return Chart("run", title, text, words.say("analyst.run_caption"), to_svg(figure, "run", title, text))


def _has_strides(measure: Measure, strides: Strides) -> bool:
    return (
        len(strides) > 0
        and len(measure.per_stride) == len(strides)
        and bool((measure.counted & np.isfinite(measure.per_stride)).any())
    )


def _name(measure: Measure, words: Words) -> str:
    key = f"measure.{measure.key}.name"
    return words.say(key) if words.has(key) else measure.key


def _strip(axes: Axes, t: Floats, measure: Measure, name: str, *, last: bool, words: Words) -> None:
    """One measure over time: dots for strides, a line for their running median."""
    keep = np.isfinite(measure.per_stride) & np.asarray(measure.counted, bool)
    x, y = t[keep], measure.per_stride[keep]
    low, high = np.percentile(y, OUTER if len(y) >= OUTER_FROM else (0, 100))
    axes.set_ylim(low - 0.2 * (high - low) - 1e-9, high + 0.2 * (high - low) + 1e-9)
    axes.set_xlim(t[0], t[-1])
    every = max(1, -(-len(x) // MOST_DOTS))
    shown = (y[::every] >= low) & (y[::every] <= high)
    dots(axes, x[::every][shown], y[::every][shown], 2.5, alpha=0.45)
    if len(y) >= STRIP_MEDIAN:
        windows = np.lib.stride_tricks.sliding_window_view(y, STRIP_MEDIAN)[::every]
        middle = x[STRIP_MEDIAN // 2 : len(x) - STRIP_MEDIAN // 2][::every]
        axes.plot(middle, np.median(windows, axis=1), color=INK, lw=1.2)
    unit = words.say(f"unit.{measure.unit or 'none'}", n="").strip()
    axes.text(0, 1.06, f"{name} [{unit}]" if unit else name, transform=axes.transAxes, color=INK, fontsize=11)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.tick_params(colors=SOFT, labelcolor=SOFT, labelsize=10, length=2, labelbottom=last)
    axes.locator_params(axis="y", nbins=3)
    axes.ticklabel_format(axis="y", useOffset=False)
    if last:
        axes.set_xlabel("s", color=SOFT, fontsize=10, labelpad=-2, x=1.0)
