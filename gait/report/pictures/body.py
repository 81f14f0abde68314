"""The trunk as it is seen from the side, from behind and from above.

Lives here: lean, tipping and turn, drawn to scale from angles.
Not here: curves over the stride (stride.py), which angles (charts.py).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from gait.report.pictures.svg import DOTTED, HUE, INK, PAPER, SOFT, TEXT, WIDTH, Picture
from gait.rotations import Floats
from gait.units import RAD

#: Outlines with the hip (from the side) or the body's middle (from above) at 0, 0, forward right or up.
TRUNK = (
    "M-9-160C-10-151-14-146-18-138C-25-126-28-112-26-96C-24-78-17-68-17-52C-18-36-26-26-26-10C-25 4-20 12-16 18L15 18"
    "C19 6 21-10 20-26C20-42 19-52 20-66C21-80 28-90 27-106C26-124 18-136 12-142C9-146 8-152 8-160Z"
)
THIGHS = ("M-25-4L-54 66L-26 72L6 12Z", "M-12 10L14 76L42 66L19 0Z")
BACK = (
    "M-10-164C-11-154-18-150-30-147C-45-143-51-136-51-122C-50-98-34-82-33-58C-32-38-39-24-39-6C-39 8-31 16-22 18"
    "L22 18C31 16 39 8 39-6C39-24 32-38 33-58C34-82 50-98 51-122C51-136 45-143 30-147C18-150 11-154 10-164Z"
)
LEGS = ("M-38 0L-33 70L-8 70L-3 10Z", "M38 0L33 70L8 70L3 10Z")
SHOULDERS = "M-98 0C-98-19-72-25 0-25C72-25 98-19 98 0C98 17 62 22 0 21C-62 22-98 17-98 0Z"
HIPS = "M-74 0C-78-27-50-33-32-25C-14-18 14-18 32-25C50-33 78-27 74 0C70 25 34 29 0 27C-34 29-70 25-74 0Z"

#: Radius of the fan of strides from the side, of the tipping from behind, and of the swing from above. [picture units]
FAN, TIP, SWING = 236.0, 224.0, 152.0


def from_side(
    angles: Floats, value: float, *, whole: bool, standing: str, running: str, told: str | None
) -> Picture:
    """A trunk that leans, its strides as a fan, and the own standing line.

    Parameters
    ----------
    angles : (m,) array
        Lean of some strides. [°], positive forward
    value : float
        Their mean. [°]
    whole : bool
        The trunk with its head; else it fades away above the hips.
    standing, running : str
        Names of the two lines.
    told : str or None
        The number, where there is one to tell.
    """
    height = 330.0
    picture = Picture(WIDTH, height)
    hip = (WIDTH * 0.4, height - 62)

    def along(angle: float, length: float) -> tuple[float, float]:
        return hip[0] + length * float(np.sin(angle * RAD)), hip[1] - length * float(np.cos(angle * RAD))

    def body(angle: float, **style: Any) -> None:
        picture.begin(f"translate({hip[0]:.1f} {hip[1]:.1f}) rotate({angle:.2f})")
        picture.path(TRUNK, **style)
        if whole:
            picture.circle(4, -182, 22, **style)
        picture.end()

    below = picture.fade("below", 0, 62, HUE)
    picture.begin(f"translate({hip[0]:.1f} {hip[1]:.1f})")
    for thigh in THIGHS:  # where the legs begin, of which the sensor says nothing
        picture.path(thigh, fill=below, opacity=0.28)
    picture.end()
    # Where the sensor sits at the hips, the rest of the trunk fades away.
    colour = HUE if whole else picture.fade("above", -20, -130, HUE)
    paper = PAPER if whole else picture.fade("veil", -20, -130, PAPER)
    for angle in angles:
        picture.line([along(angle, 62), along(angle, FAN)], stroke_width=2, opacity=0.1)
    if whole:
        body(0, fill="none", stroke=SOFT, stroke_width=1.3, opacity=0.55, **DOTTED)
    picture.line([along(0, 40), along(0, FAN + 8)], stroke=INK, stroke_width=1.8, **DOTTED)
    body(value, fill=paper, opacity=0.72)
    # Filled and outlined by themselves: on paper a fill that fades forgets its fill-opacity and is solid.
    body(value, fill=colour, opacity=0.16)
    body(value, fill="none", stroke=colour, stroke_width=2.6)
    picture.line([along(value, 0), along(value, FAN)], stroke_width=2.6, stroke_linecap="round")
    picture.circle(*hip, 4.5, fill=HUE)
    (x, y), right = along(0, FAN + 18), value >= 0
    picture.text(x - 8 if right else x + 8, y + 8, standing, at="end" if right else "start")
    x, y = along(value, FAN + 18)
    picture.text(
        x + 8 if right else x - 8, y + 8, running, at="start" if right else "end", fill=HUE, font_weight=600
    )
    if told is not None:
        side = 46 if right else -46
        x, y = along(value, 128)
        picture.text(
            x + side, y, told, at="start" if right else "end", fill=HUE, font_size=f"{TEXT + 8:g}px",
            font_weight=600,
        )  # fmt: skip
    return picture


def from_behind(
    picture: Picture, x: float, y: float, value: float, ranges: Floats, *, whole: bool, told: str | None
) -> None:
    """Draw a trunk seen from behind that tips half of ``value`` to each side about the hip.

    Parameters
    ----------
    picture : Picture
    x, y : float
        Where the hip is.
    value : float
        Range of the tipping. [°]
    ranges : (m,) array
        Ranges of some strides. [°]
    whole : bool
        The trunk with its head; else it fades away above the hips.
    told : str or None
        The number, where there is one to tell.
    """
    half = value / 2

    def along(angle: Floats | float, length: float) -> Floats:
        turn = np.atleast_1d(np.asarray(angle, float)) * RAD
        return np.stack([x + length * np.sin(turn), y - length * np.cos(turn)], axis=1)

    below = picture.fade("legs", 0, 62, HUE)
    for leg in LEGS:  # where the legs begin, of which the sensor says nothing
        picture.begin(f"translate({x:.1f} {y:.1f})")
        picture.path(leg, fill=below, opacity=0.28)
        picture.end()
    colour = HUE if whole else picture.fade("back", -20, -130, HUE)
    picture.area([(x, y), *along(np.linspace(-half, half, 31), TIP)], opacity=0.12)
    for extent in ranges:
        for end in (-extent / 2, extent / 2):
            picture.line(
                np.concatenate([along(end, TIP - 10), along(end, TIP + 6)]), stroke_width=1.4, opacity=0.16
            )
    for angle in (-half, half):
        picture.begin(f"translate({x:.1f} {y:.1f}) rotate({angle:.2f})")
        picture.path(BACK, fill=colour, opacity=0.14)
        picture.path(BACK, fill="none", stroke=colour, stroke_width=2.2)
        if whole:
            picture.circle(0, -188, 21, fill=HUE, fill_opacity=0.14, stroke=HUE, stroke_width=2.2)
        picture.end()
        picture.line([(x, y), *along(angle, TIP)], stroke_width=2.2, stroke_linecap="round")
    picture.line([*along(0, -14), *along(0, TIP + 8)], stroke=INK, stroke_width=1.4, opacity=0.8, **DOTTED)
    picture.circle(x, y, 4.5, fill=HUE)
    if told is not None:
        picture.text(
            x + 34, y - TIP + 14, told, at="start", fill=HUE, font_size=f"{TEXT + 8:g}px", font_weight=600
        )


def from_above(
    picture: Picture, y: float, value: float, ranges: Floats, *, whole: bool, ahead: str, told: str | None
) -> None:
    """Draw a body seen from above that swings half of ``value`` to each side, ahead being up.

    Parameters
    ----------
    picture : Picture
    y : float
        Height of the body's middle.
    value : float
        Range of the turn. [°]
    ranges : (m,) array
        Ranges of some strides. [°]
    whole : bool
        Shoulders and head; else hips.
    ahead : str
        Name of the direction.
    told : str or None
    """
    x, half = picture.width / 2, value / 2

    def on(angle: Floats | float, radius: float, side: int) -> Floats:
        turn = np.atleast_1d(np.asarray(angle, float)) * RAD
        return np.stack([x + side * radius * np.cos(turn), y - side * radius * np.sin(turn)], axis=1)

    arc = np.linspace(-half, half, 31)
    for side in (-1, 1):
        picture.area([(x, y), *on(arc, SWING, side)], opacity=0.12)
        for extent in ranges:
            for end in (-extent / 2, extent / 2):
                picture.line(
                    np.concatenate([on(end, SWING - 16, side), on(end, SWING + 4, side)]),
                    stroke_width=1.4, opacity=0.16,
                )  # fmt: skip
        picture.line([(x, y), *on(0, SWING + 6, side)], stroke=INK, stroke_width=1.4, opacity=0.8, **DOTTED)
    outline = SHOULDERS if whole else HIPS
    for angle in (-half, half):
        picture.begin(f"translate({x:.1f} {y:.1f}) rotate({-angle:.2f})")
        picture.path(outline, fill=HUE, fill_opacity=0.17, stroke=HUE, stroke_width=2.2)
        picture.end()
    if whole:
        picture.area([(x - 9, y - 24), (x, y - 39), (x + 9, y - 24)])
        picture.circle(x, y - 2, 27, fill=PAPER, stroke=HUE, stroke_width=2.6)
    else:
        picture.circle(x, y, 5, fill=HUE)
    picture.line([(x, y - 50), (x, y - 76)], stroke=SOFT, stroke_width=1.2)
    picture.text(x, y - 83, ahead, at="middle", fill=SOFT)
    if told is not None:
        picture.text(
            picture.width - 6, y - 70, told, at="end", fill=HUE, font_size=f"{TEXT + 8:g}px", font_weight=600
        )


def setting_off(t: Floats, lean: Floats, *, first_step: str, forward: str, told: str | None) -> Picture:
    """Lean around set-offs from standing, with the trunk before, at and after the first contact.

    Parameters
    ----------
    t : (m,) array
        Against the first contact. [s]
    lean : (s, m) array
        One set-off a row. [°], positive forward
    first_step, forward : str
        Names of the moment and of the way.
    told : str or None
    """
    picture = Picture(WIDTH, 270)
    left, right, top, bottom = 20.0, WIDTH - 16.0, 118.0, 236.0
    mean = np.nanmean(lean, axis=0)
    low, high = min(0.0, float(np.nanmin(lean))), float(np.nanmax(lean))
    scale = (bottom - top) / max(high - low, 1e-6)

    def at(time: Floats, value: Floats) -> Floats:
        return np.stack(
            [left + (time - t[0]) / (t[-1] - t[0]) * (right - left), bottom - (value - low) * scale], axis=1
        )

    x0 = float(at(np.zeros(1), np.zeros(1))[0, 0])
    picture.line([(left, bottom + low * scale), (right, bottom + low * scale)], stroke=SOFT, opacity=0.6)
    picture.line([(x0, 98), (x0, bottom + 8)], stroke=INK, stroke_width=1.4, opacity=0.7, **DOTTED)
    picture.text(x0, bottom + 26, first_step, at="middle")
    for row in lean:
        seen = np.isfinite(row)
        picture.line(at(t[seen], row[seen]), stroke_width=1.6, opacity=0.3)
    seen = np.isfinite(mean)
    picture.line(at(t[seen], mean[seen]), stroke_width=3.2, stroke_linecap="round")
    for share in (0.1, 0.45, 0.8):
        time = t[0] + share * (t[-1] - t[0])
        angle = float(np.interp(time, t[seen], mean[seen]))
        x = float(at(np.array([time]), np.zeros(1))[0, 0])
        picture.begin(f"translate({x:.1f} 84) rotate({angle:.2f}) scale(.38)")
        picture.path(TRUNK, fill=HUE, fill_opacity=0.16, stroke=HUE, stroke_width=5)
        picture.circle(4, -182, 22, fill=HUE, fill_opacity=0.16, stroke=HUE, stroke_width=5)
        picture.end()
    picture.text(right, top - 6, forward if told is None else told, at="end", fill=HUE, font_weight=600)
    return picture
