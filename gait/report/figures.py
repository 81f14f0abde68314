"""Pictures for a publication: any measure over time and over the stride.

Lives here: what such a figure shows, drawn with matplotlib.
Not here: where its numbers come from (figure_data.py), the page's pictures (pictures/), files (commands/plot.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from gait.report.figure_data import OverStride, OverTime
from gait.rotations import Floats

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Size of a figure: the width of a column of most journals doubled, and a calm height. [inch]  Chosen.
SIZE = (7.0, 3.2)

#: Letters. [points]  Chosen: 8 to 9 after reduction to one column and a half.
LETTERS = 9.0

#: Strides in the running mean, and its band.  Chosen: about 30 s.
RUNNING = 41

#: Colours that stay apart in print, in grey and for eyes that see no red or no green.
#: Source: Okabe and Ito 2008, blue and vermilion.
LINE, BAND, SECOND = "#0072B2", "#56B4E9", "#D55E00"

#: Percentiles of the strides that are in sight for certain, with a third of their range to either side.  Chosen.
OUTER = (1, 99)

#: Most bouts whose borders are drawn.  Chosen by looking.
MOST_BORDERS = 40


def draw_over_time(data: OverTime) -> Figure:
    """Single strides over time with a running mean, and the mean of all with its 90 % interval."""
    figure = _figure()
    axes = figure.subplots()
    counted = data.counted
    dots: dict[str, Any] = {"ls": "none", "marker": ".", "ms": 2.0, "mew": 0.0}
    if (~counted).any():
        axes.plot(
            data.t[~counted], data.value[~counted], color="0.7", label="strides that do not count", **dots
        )
    axes.plot(data.t[counted], data.value[counted], color=BAND, label="strides that count", **dots)
    label: str | None = f"mean of {RUNNING} strides ± 1 sd"
    for bout in np.unique(data.bout[counted]):
        mine = counted & (data.bout == bout)
        if mine.sum() >= RUNNING:
            middle, sd = _running(data.value[mine])
            at = data.t[mine][RUNNING // 2 : -(RUNNING // 2)]
            axes.fill_between(at, middle - sd, middle + sd, color=LINE, alpha=0.18, lw=0)
            axes.plot(at, middle, color=LINE, lw=1.3, label=label)
            label = None
    if data.mean is not None:
        axes.axhline(data.mean, color=SECOND, lw=1, label=_mean_label(data))
        if data.low is not None and data.high is not None:
            axes.axhspan(data.low, data.high, color=SECOND, alpha=0.15, lw=0)
    # A stumble, or the first strides, do not flatten the rest; how many are out of sight is said.
    low, high = np.percentile(data.value[counted], OUTER) if counted.any() else (0.0, 1.0)
    room = 0.35 * (high - low) + 1e-9
    outside = int(((data.value < low - room) | (data.value > high + room)).sum())
    axes.set_ylim(low - room, high + room)
    for edge in data.borders[:MOST_BORDERS]:
        axes.axvline(edge, color="0.6", lw=0.6, ls=":")
    out = f" ({outside} of {len(data.value)} strides lie outside)" if outside else ""
    axes.set_xlabel(f"time since the recording began [s]{out}")
    _finish(axes, data.name, data.unit)
    return figure


def draw_over_stride(data: OverStride) -> Figure:
    """The mean over the stride, the 10th and 90th percentile of single strides, and where feet land and leave."""
    figure = _figure()
    axes = figure.subplots()
    phase = np.append(data.phase, 1.0) * 100
    mean, low, high = (np.append(y, y[0]) for y in (data.mean, data.low, data.high))
    label = f"10th to 90th percentile of {data.n} strides" if data.n else "10th to 90th percentile of strides"
    axes.fill_between(phase, low, high, color=BAND, alpha=0.35, lw=0, label=label)
    axes.plot(phase, mean, color=LINE, lw=1.6, label="mean")
    for name, share in data.moments:
        leaves = "toe" in name
        axes.axvline(100 * share, color="0.5", lw=0.8, ls=":" if leaves else "-")
        # A toe-off comes before a contact, so their names stand apart.
        axes.text(
            100 * share, 1.01, name, transform=axes.get_xaxis_transform(), ha="right" if leaves else "left", va="bottom",
            fontsize=LETTERS - 2,
        )  # fmt: skip
    axes.set_xlim(0, 100)
    axes.set_xlabel(f"share of the stride, from {data.opens} contact [%]")
    _finish(axes, data.name, data.unit)
    return figure


def _figure() -> Figure:
    from matplotlib.figure import Figure

    return Figure(figsize=SIZE, layout="constrained")


def _finish(axes: Axes, name: str, unit: str) -> None:
    axes.set_ylabel(f"{name} [{unit}]" if unit else name, fontsize=LETTERS)
    axes.xaxis.label.set_fontsize(LETTERS)
    axes.tick_params(labelsize=LETTERS - 1)
    axes.spines[["top", "right"]].set_visible(False)
    # Beside the data, where it hides none of it.
    axes.legend(
        fontsize=LETTERS - 2, frameon=False, loc="upper left", bbox_to_anchor=(1.0, 1.0), markerscale=3
    )


def _running(values: Floats) -> tuple[Floats, Floats]:
    """Running mean and standard deviation."""
    windows = np.lib.stride_tricks.sliding_window_view(values, RUNNING)
    return windows.mean(axis=1), windows.std(axis=1, ddof=1)


def _mean_label(data: OverTime) -> str:
    if data.low is None or data.high is None:
        return f"mean {data.mean:.3g}"
    return f"mean {data.mean:.4g}\n(90 %: {data.low:.4g} to {data.high:.4g})"
