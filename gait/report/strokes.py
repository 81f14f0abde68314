"""The strokes pictures are made of: dots, circles, bars, a curve over the stride.

Lives here: one stroke a function, on axes in picture units or over the phase of a stride.
Not here: what a picture shows (charts.py), its SVG (svg.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from gait.measures.measure import Cycle
from gait.report.svg import HUE, INK, SOFT, TEXT
from gait.rotations import Floats
from gait.units import RAD

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: A dotted line with round dots, for a patch and for a line.
DOTTED: dict[str, Any] = {"ls": (0, (0.1, 2.6)), "capstyle": "round"}
DOTTED_LINE: dict[str, Any] = {"ls": DOTTED["ls"], "dash_capstyle": "round"}


def plain_space(axes: Axes, width: float, height: float) -> Axes:
    """Axes in picture units, so that an angle drawn is an angle meant."""
    axes.set_xlim(0, width)
    axes.set_ylim(0, height)
    return axes


def circle(
    axes: Axes,
    middle: tuple[float, float],
    radius: float,
    *,
    face: str = "none",
    edge: str = "none",
    **style: Any,
) -> None:
    """A circle in front of lines."""
    from matplotlib.patches import Circle

    axes.add_patch(Circle(middle, radius, facecolor=face, edgecolor=edge, zorder=3, **style))


def dots(axes: Axes, x: Floats, y: Floats, size: float, **style: Any) -> None:
    """Dots as the round ends of lines of almost no length: one path instead of an element for each."""
    tiny = 1e-3 * np.ptp(axes.transData.inverted().transform([(0, 0), (10, 0)])[:, 0])
    ends = np.stack([x, x + tiny, np.full(len(x), np.nan)], axis=1).ravel()
    axes.plot(ends, np.repeat(y, 3), color=HUE, lw=size, solid_capstyle="round", **style)


def bar(axes: Axes, middle: tuple[float, float], reach: float, angle: float, **style: Any) -> None:
    """A line across the body, seen from above, turned to the left by an angle [°]."""
    x, y = reach * np.cos(angle * RAD), reach * np.sin(angle * RAD)
    axes.plot([middle[0] - x, middle[0] + x], [middle[1] - y, middle[1] + y], **style)


def bow_tie(axes: Axes, middle: tuple[float, float], reach: float, half: float) -> None:
    """The area a turning line sweeps through, half to each side."""
    arc = np.linspace(-half, half, 31) * RAD
    for sign in (-1, 1):
        x = np.concatenate([[0.0], sign * reach * np.cos(arc)])
        y = np.concatenate([[0.0], sign * reach * np.sin(arc)])
        axes.fill(middle[0] + x, middle[1] + y, facecolor=HUE, edgecolor="none", alpha=0.14)


def cycle_curve(axes: Axes, cycle: Cycle) -> None:
    """The mean over the stride with its band."""
    # The stride closes on itself: its end is its beginning.
    phase = np.append(cycle.phase, 1.0)
    low, mean, high = (np.append(y, y[0]) for y in (cycle.low, cycle.mean, cycle.high))
    axes.fill_between(phase, low, high, color=HUE, alpha=0.2, lw=0)
    axes.plot(phase, mean, color=HUE, lw=3, solid_capstyle="round")
    axes.set_xlim(0, 1)


def landing_ticks(axes: Axes, middle: float, first: str, second: str) -> None:
    """Upright hairlines where feet land, named below."""
    for name, x, where in ((first, 0.0, "left"), (second, middle, "center"), (first, 1.0, "right")):
        axes.axvline(x, color=SOFT, lw=1, alpha=0.6)
        axes.text(
            x, -0.06, name, transform=axes.get_xaxis_transform(), color=INK, fontsize=TEXT, ha=where, va="top"
        )
    axes.set_axis_off()
