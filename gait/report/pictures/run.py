"""The run in time: its beat, and the whole of it as a strip.

Lives here: rows of beats, the runner's strip.
Not here: curves over a stride (stride.py), the analyst's small plots (small_plots.py).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from gait.report.pictures.svg import HUE, INK, SOFT, TEXT, WIDTH, Picture, number
from gait.rotations import Floats

#: Minutes between the marks of a strip, the first that leaves at most eight.  Chosen: what people count in.
MARKS = (1, 2, 5, 10, 15, 30, 60, 120, 240)

#: Distance between hairlines of a strip. [picture units]  Chosen: closer they run together.
HAIR = 3.0

#: Half the strip's width where a runner runs as usual, walks and stands, and its widest. [picture units]
HALF = {"run": 14.0, "walk": 4.5, "still": 1.0}
WIDEST = 30.0


class Stretch(NamedTuple):
    """A part of the recording: "run", "walk" or "still", from and to. [s since its beginning]"""

    kind: str
    start: float
    stop: float


class Band(NamedTuple):
    """How far strides are from the run's own pattern: times [s since the beginning] and distances, (m,) each."""

    t: Floats
    distance: Floats


class Flow(NamedTuple):
    """Where the run has found its flow: from and to [s since the beginning], and the name of it."""

    start: float
    stop: float
    name: str


def beat(rows: Sequence[Floats], *, early: str, late: str) -> Picture:
    """Each stride a dot, in rows of equally many from early to late; an even beat makes columns.

    Parameters
    ----------
    rows : sequence of (m,) arrays
        Times at which strides of a row began. [s]
    early, late : str
        Names of the first and the last row.
    """
    row, top = 27.0, 22.0
    height = row * len(rows) + 2 * top
    picture = Picture(WIDTH, height)
    columns = len(rows[0])
    left, right = 66.0, WIDTH - 22
    at = np.linspace(left, right, columns)
    for x in at:
        picture.line([(x, top - 6), (x, height - top + 6)], stroke=SOFT, stroke_width=1, opacity=0.4)
    for i, times in enumerate(rows):
        y = top + row * (i + 0.5)
        x = left + (times - times[0]) / (times[-1] - times[0]) * (right - left)
        picture.dots(np.stack([x, np.full(columns, y)], axis=1), 12)
    for name, i in ((early, 0), (late, len(rows) - 1)):
        picture.text(2, top + row * (i + 0.5) + 5, name, fill=SOFT)
    return picture


def strip(
    width: float,
    length: float,
    stretches: Sequence[Stretch],
    heard: Floats,
    band: Band | None,
    flow: Flow | None,
    *,
    marks: Callable[[int], str] | None,
    ends: tuple[str, str],
) -> Picture:
    """The whole run from left to right.

    Parameters
    ----------
    width : float
        [picture units]
    length : float
        Of the recording. [s]
    stretches : sequence of Stretch
    heard : (k,) array
        Strides that were listened to; each, or each of so many, is a hairline. [s since the beginning]
    band : Band or None
        Makes the strip as wide as the strides are far from the run's own pattern.
    flow : Flow or None
    marks : callable or None
        Gives the name of a minute; None without numbers.
    ends : (begin, end)
        Names of the ends, where there are no marks.
    """
    top = 0.0 if flow is None else 30.0  # room for the name of the flow
    picture = Picture(width, top + 100)
    middle, left, right = top + 34.0, 12.0, width - 12.0

    def x(t: Floats | float) -> Floats:
        return left + np.asarray(t, float) / max(length, 1e-9) * (right - left)

    every = max(1, -(-len(heard) // int(width / HAIR)))
    for kind, start, stop in stretches:
        t = np.linspace(start, stop, max(2, int((float(x(stop)) - float(x(start))) / 2)))
        half = np.full(len(t), HALF.get(kind, 1.0))
        if kind == "run" and band is not None:
            inside = (band.t >= start) & (band.t <= stop)
            if inside.any():
                half = _half_width(np.interp(t, band.t[inside], band.distance[inside]), band.distance)
        _ribbon(picture, x(t), middle, half, opacity=0.2)
        if kind == "run":
            mine = heard[::every][(heard[::every] >= start) & (heard[::every] <= stop)]
            reach = np.interp(mine, t, half)
            within = np.zeros(len(mine), bool) if flow is None else (mine >= flow.start) & (mine <= flow.stop)
            for some, opacity in ((~within, 0.5 if flow is None else 0.35), (within, 0.85)):
                hairs = (
                    f"M{number(at)} {number(middle - h)}v{number(2 * h)}"
                    for at, h in zip(x(mine[some]), reach[some], strict=True)
                )
                picture.path("".join(hairs), stroke=HUE, stroke_width=1.1, opacity=opacity)
    if flow is not None:
        a, b = float(x(flow.start)), float(x(flow.stop))
        picture.path(f"M{a:.1f} 30v-6H{b:.1f}v6", stroke=HUE, stroke_width=1.6, stroke_linecap="round")
        at = "start" if a < width * 0.6 else "end"
        picture.text(a if at == "start" else b, 15, flow.name, at=at, fill=HUE, font_weight=600)
    foot = middle + 60
    small = {"fill": SOFT, "font_size": f"{TEXT - 1:g}px"}
    step = next((m for m in MARKS if length / 60 / m <= width / 60), MARKS[-1])
    if marks is None or length < 120 * step:  # one mark alone says little
        picture.text(left, foot, ends[0], **small)
        picture.text(right, foot, ends[1], at="end", **small)
        return picture
    for n in range(step, int(length // 60) + 1, step):
        at_n = float(x(60.0 * n))
        picture.line([(at_n, middle + 38), (at_n, middle + 43)], stroke=SOFT, opacity=0.8)
        anchor = "end" if at_n > width - 30 else "middle"
        picture.text(at_n, foot, marks(n), at=anchor, **small)
    return picture


def _half_width(distance: Floats, of: Floats) -> Floats:
    """Half the strip's width for distances, against those of the whole run."""
    usual = float(np.median(of)) or 1.0
    return np.asarray(np.clip(HALF["run"] * distance / usual, 3.0, WIDEST))


def _ribbon(picture: Picture, x: Floats, middle: float, half: Floats, **style: Any) -> None:
    upper, lower = np.stack([x, middle - half], axis=1), np.stack([x, middle + half], axis=1)
    picture.area(np.concatenate([upper, lower[::-1]]), stroke=INK, stroke_width=0, **style)
