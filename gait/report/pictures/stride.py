"""What runs over a stride: curves, loops, and the stride as a clock.

Lives here: strokes over the phase of a stride, 0 where its first foot lands.
Not here: the trunk (body.py), the run (run.py), which curves (charts.py).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from gait.report.pictures.svg import DOTTED, HUE, INK, PAPER, SOFT, TEXT, WIDTH, Picture
from gait.rotations import Floats

#: A sole seen from above, toes up, about 12 wide and 26 high, of a right foot; of a left one mirrored.
SOLE = "M-1-13C5-13 7-7 6-1C5 4 5 7 4 10C3 14-4 14-4 10C-4 5-6 2-6-4C-6-9-4-13-1-13Z"


#: The marks of a clock where the turn is furthest left, and furthest right.
FIRST: dict[str, Any] = {"fill": HUE, "stroke": HUE, "stroke_width": 2.2}
SECOND: dict[str, Any] = {"fill": PAPER, "stroke": HUE, "stroke_width": 2.6}

#: Half the width and height of the way of the sensor, and how long its ruler may be. [picture units]  Chosen by looking.
LOOP, LONGEST_RULER = (78.0, 88.0), 84.0

#: Lengths of that ruler. [cm]
RULERS = (0.5, 1.0, 2.0, 5.0, 10.0)


class Landings(NamedTuple):
    """The two landings of a stride: names, feet ("left", "right" or "") and where the second is, 0 to 1."""

    first: str
    second: str
    feet: tuple[str, str]
    middle: float


class Curve(NamedTuple):
    """A mean over the stride with its band, (m,) each; phase from 0 to below 1."""

    phase: Floats
    mean: Floats
    low: Floats
    high: Floats

    def closed(self) -> Curve:
        """The stride closes on itself: its end is its beginning."""
        ends = (np.append(y, y[0]) for y in (self.mean, self.low, self.high))
        return Curve(np.append(self.phase, 1.0), *ends)


class Box(NamedTuple):
    """Where in a picture a curve is drawn, and the values at its lower and upper edge."""

    left: float
    top: float
    width: float
    height: float
    low: float
    high: float

    def at(self, phase: ArrayLike, value: ArrayLike) -> Floats:
        """Points (m, 2) of phases and values."""
        x = self.left + np.asarray(phase, float) * self.width
        y = self.top + (self.high - np.asarray(value, float)) / (self.high - self.low) * self.height
        return np.stack(np.broadcast_arrays(x, y), axis=-1)

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.top + self.height


def sole(picture: Picture, x: float, y: float, foot: str, scale: float = 1.0) -> None:
    """A footprint; without a side a plain dot."""
    if not foot:
        picture.circle(x, y, 5 * scale, fill=INK)
        return
    flip = -scale if foot == "left" else scale
    picture.begin(f"translate({x:.1f} {y:.1f}) scale({flip:g} {scale:g})")
    picture.path(SOLE, fill=INK, opacity=0.85)
    picture.end()


def curve(picture: Picture, box: Box, over: Curve, **style: Any) -> None:
    """A mean with its band."""
    whole = over.closed()
    band = np.concatenate([box.at(whole.phase, whole.high), box.at(whole.phase, whole.low)[::-1]])
    picture.area(band, opacity=0.2)
    picture.line(box.at(whole.phase, whole.mean), **{"stroke_width": 3, "stroke_linecap": "round", **style})


def landings(picture: Picture, box: Box, names: Landings) -> None:
    """Upright hairlines where feet land, a footprint and a name below each; needs 44 units of room."""
    ends = ((0.0, names.first, names.feet[0], "start", 0.0), (1.0, "", names.feet[0], "end", 0.0))
    for phase, name, foot, at, _ in (*ends, (names.middle, names.second, names.feet[1], "middle", 0.0)):
        x = float(box.at(phase, box.low)[0])
        picture.line([(x, box.top - 4), (x, box.bottom + 4)], stroke=SOFT, stroke_width=1, opacity=0.55)
        sole(picture, min(max(x, 8), picture.width - 8), box.bottom + 20, foot, 0.85)
        picture.text(x - 6 if at == "start" else x, box.bottom + 48, name, at=at, font_size=f"{TEXT - 1:g}px")


def turn_curve(picture: Picture, box: Box, over: Curve, names: Landings, left: str, right: str) -> None:
    """The turn over a stride; left is up."""
    zero = box.at([0.0, 1.0], 0.0)
    picture.line(zero, stroke=SOFT, stroke_width=1, opacity=0.5)
    landings(picture, box, names)
    curve(picture, box, over)
    picture.text(box.left + 6, box.top + 8, left, fill=SOFT, font_size=f"{TEXT - 1:g}px")
    picture.text(box.left + 6, box.bottom - 2, right, fill=SOFT, font_size=f"{TEXT - 1:g}px")


def bounce(
    over: Curve, names: Landings, air: Sequence[tuple[float, float]], *, in_air: str, told: str | None
) -> Picture:
    """How the body rises and sinks over a stride, with the time in the air shaded.

    Parameters
    ----------
    over : Curve
        Height. [cm]
    air : sequence of (start, stop)
        Phases without a foot on the ground.
    in_air : str
        Name of these.
    told : str or None
    """
    picture = Picture(WIDTH, 268)
    low, high = float(np.min(over.low)), float(np.max(over.high))
    room = 0.12 * (high - low)
    box = Box(16, 44, WIDTH - 32, 164, low - room, high + room)
    for start, stop in air:
        x0, x1 = (float(box.at(p, 0.0)[0]) for p in (start, stop))
        picture.path(
            f"M{x0:.1f} {box.bottom:.1f}V{box.top + 10:.1f}q0-16 16-16H{x1 - 16:.1f}q16 0 16 16V{box.bottom:.1f}Z"
            if x1 - x0 > 34
            else f"M{x0:.1f} {box.bottom:.1f}V{box.top:.1f}H{x1:.1f}V{box.bottom:.1f}Z",
            fill=HUE,
            fill_opacity=0.12,
        )
        picture.text((x0 + x1) / 2, box.top - 14, in_air, at="middle", fill=HUE, font_size=f"{TEXT - 1:g}px")
    picture.line(
        [(box.left, box.bottom + 4), (box.left + box.width, box.bottom + 4)], stroke=SOFT, stroke_width=1.2
    )
    landings(picture, box, names)
    curve(picture, box, over)
    if told is not None:
        whole = over.closed()
        at = int(np.argmin(np.where((whole.phase > 0.2) & (whole.phase < 0.8), whole.mean, np.inf)))
        x = float(box.at(whole.phase[at], 0.0)[0])
        top, bottom = (float(box.at(0.0, f(over.mean))[1]) for f in (np.max, np.min))
        picture.line([(x, top), (x, bottom)], stroke=HUE, stroke_width=1.6)
        for y in (top, bottom):
            picture.line([(x - 6, y), (x + 6, y)], stroke=HUE, stroke_width=1.6)
        picture.text(x, top - 9, told, at="middle", fill=HUE, font_size=f"{TEXT + 4:g}px", font_weight=600)
    return picture


def loop(
    picture: Picture,
    middle: tuple[float, float],
    right: Floats,
    up: Floats,
    spread: tuple[Floats, Floats],
    *,
    names: tuple[str, str],
    ruler: Callable[[float], str] | None,
) -> None:
    """Draw the way of the sensor over a stride seen from behind, side to side by up and down.

    Parameters
    ----------
    picture : Picture
    middle : (x, y)
        Where its middle is; it takes ``LOOP`` to either side, and its names and ruler stand below.
    right, up : (m,) array
        Around the middle of the way. [cm]
    spread : two (m,) arrays
        Standard deviation of both from stride to stride. [cm]
    names : (left, right)
    ruler : from centimetres to words, or None
        What the ruler beside it is called, where numbers are told.
    """
    scale = min(
        LOOP[0] / float(np.max(np.abs(right) + spread[0]) + 1e-9),
        LOOP[1] / float(np.max(np.abs(up) + spread[1]) + 1e-9),
    )
    x, y = middle[0] + right * scale, middle[1] - up * scale
    # The band: as far across the way as the strides scatter there.
    dx, dy = (np.roll(v, -1) - np.roll(v, 1) for v in (x, y))
    length = np.hypot(dx, dy) + 1e-9
    across = np.stack([-dy, dx], axis=1) / length[:, None]
    reach = np.hypot(across[:, 0] * spread[0], across[:, 1] * spread[1]) * scale
    (left, end), bottom = (middle[0] - LOOP[0], middle[0] + LOOP[0]), middle[1] + LOOP[1]
    picture.line(
        [(middle[0], middle[1] - LOOP[1] - 8), (middle[0], bottom + 8)],
        stroke=INK, stroke_width=1.4, opacity=0.7, **DOTTED,
    )  # fmt: skip
    picture.begin(opacity=0.2)
    for i in range(len(x)):
        j = (i + 1) % len(x)
        picture.line([(x[i], y[i]), (x[j], y[j])], stroke_width=2 * float(reach[i]), stroke_linecap="round")
    picture.end()
    picture.line(np.stack([x, y], axis=1), closed=True, stroke_width=3.4)
    picture.text(left, bottom + 28, names[0], fill=SOFT)
    picture.text(end, bottom + 28, names[1], at="end", fill=SOFT)
    if ruler is not None:
        centimetres = max((n for n in RULERS if n * scale <= LONGEST_RULER), default=RULERS[0])
        a, b, y0 = left, left + centimetres * scale, bottom + 50
        for ends in ([(a, y0), (b, y0)], [(a, y0 - 5), (a, y0 + 5)], [(b, y0 - 5), (b, y0 + 5)]):
            picture.line(ends, stroke=INK, stroke_width=1.4)
        picture.text(b + 10, y0 + 5, ruler(centimetres))


def overlaid(waves: Floats, names: Landings) -> Picture:
    """Strides laid over one another.

    Parameters
    ----------
    waves : (k, m) array
        One stride a row, over its phase.
    """
    picture = Picture(WIDTH, 240)
    low, high = float(np.min(waves)), float(np.max(waves))
    box = Box(16, 16, WIDTH - 32, 170, low, high + 1e-9)
    phase = np.arange(waves.shape[1]) / waves.shape[1]
    landings(picture, box, names)
    for wave in waves:
        picture.line(box.at(phase, wave), stroke_width=1.5, opacity=0.32)
    picture.line(box.at(phase, np.mean(waves, axis=0)), stroke_width=3)
    return picture


def halves(first: Floats, second: Floats, *, one: str, other: str) -> Picture:
    """The two halves of a stride laid over one another, one solid, one dotted.

    Parameters
    ----------
    first, second : (m,) array
    one, other : str
        Their names.
    """
    picture = Picture(WIDTH, 232)
    both = np.concatenate([first, second])
    room = 0.08 * float(np.ptp(both)) or 1.0
    box = Box(16, 16, WIDTH - 32, 156, float(np.min(both)) - room, float(np.max(both)) + room)
    phase = np.linspace(0, 1, len(first))
    between = np.concatenate([box.at(phase, first), box.at(phase, second)[::-1]])
    picture.area(between, opacity=0.18)
    picture.line(box.at(phase, first), stroke_width=3, stroke_linecap="round")
    picture.line(box.at(phase, second), stroke=INK, stroke_width=3, **DOTTED)
    picture.line([(16, 196), (44, 196)], stroke_width=3)
    picture.text(52, 201, one, fill=HUE)
    picture.line([(16, 220), (44, 220)], stroke=INK, stroke_width=3, **DOTTED)
    picture.text(52, 225, other)
    return picture


def clock(
    over: Curve,
    names: Landings,
    extremes: tuple[tuple[str, float], tuple[str, float]],
    concentration: float,
    moments: tuple[Floats, Floats] = (np.zeros(0), np.zeros(0)),
) -> Picture:
    """One stride as a clock: landings on its rim, the turn as a way around it, and where it is furthest.

    Parameters
    ----------
    over : Curve
        The turn. [°], positive to the left
    names : Landings
    extremes : pairs of name and phase
        Where the turn is furthest left and right.
    concentration : float
        Circular concentration of these moments, above 0 and up to 1. The arc around each holds 19 strides of
        20, by the spread that belongs to the concentration.
    moments : two (m,) arrays
        Phases at which the turn of some strides was furthest left and right.
    """
    picture = Picture(WIDTH, 368)
    middle, rim = (WIDTH / 2, 172.0), 108.0

    def on(phase: Floats | float, radius: Floats | float) -> Floats:
        turn = 2 * np.pi * np.atleast_1d(np.asarray(phase, float))
        return np.stack([middle[0] + radius * np.sin(turn), middle[1] - radius * np.cos(turn)], axis=1)

    picture.circle(*middle, rim + 15, fill=PAPER, opacity=0.6)
    picture.circle(*middle, rim, fill="none", stroke=SOFT, stroke_width=1.2, opacity=0.7)
    for tick in np.arange(48) / 48:
        inner = 7 if round(tick * 48) % 4 == 0 else 3.5
        picture.line(np.concatenate([on(tick, rim), on(tick, rim - inner)]), stroke=SOFT, opacity=0.6)
    # The turn as a way around the middle: outward is left, inward right; scaled to its own size.
    whole = over.closed()
    size = float(np.max(np.abs([whole.low, whole.high]))) or 1.0
    ring = {name: 56.0 + 24.0 * getattr(whole, name) / size for name in ("low", "mean", "high")}
    band = np.concatenate([on(whole.phase, ring["high"]), on(whole.phase, ring["low"])[::-1]])
    picture.circle(*middle, 56, fill="none", stroke=SOFT, stroke_width=1, opacity=0.8, **DOTTED)
    picture.area(band, opacity=0.2, fill_rule="evenodd")
    picture.line(on(whole.phase, ring["mean"]), stroke_width=2.6)
    half = min(2 * float(np.sqrt(-2 * np.log(concentration))) / (2 * np.pi), 0.24)
    for (name, phase), own in zip(extremes, moments, strict=True):
        for one in own:
            picture.line(np.concatenate([on(one, rim - 9), on(one, rim + 9)]), stroke_width=1.3, opacity=0.22)
        picture.line(
            on(np.linspace(phase - half, phase + half, 41), rim),
            stroke_width=24, stroke_linecap="round", opacity=0.22,
        )  # fmt: skip
        reach = float(np.interp(phase % 1.0, whole.phase, ring["mean"]))
        picture.line(np.concatenate([on(phase, reach), on(phase, rim)]), stroke_width=1.4, opacity=0.8)
        look = FIRST if name == extremes[0][0] else SECOND
        x, y = on(phase, rim)[0]
        picture.circle(x, y, 6.5, **look)
    for phase, name, foot in ((0.0, names.first, names.feet[0]), (names.middle, names.second, names.feet[1])):
        x, y = on(phase, rim)[0]
        picture.circle(x, y, 14, fill=PAPER, opacity=0.85)
        sole(picture, x, y, foot, 0.9)
        up = y < middle[1]
        picture.text(x, y - 26 if up else y + 36, name, at="middle")
    for (name, _), x, look in zip(extremes, (18.0, WIDTH / 2 + 12), (FIRST, SECOND), strict=True):
        picture.circle(x, 348, 6, **look)
        picture.text(x + 14, 353, name, fill=HUE)
    return picture
