"""Whether sensor, clip and link are ready for a run, judged from a short try: stand, some steps, stand.

Lives here: the points that are looked at, each with a plain sentence.
Not here: leading somebody through it (commands/check.py), what a run shows (pipeline.py).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from gait import bouts as bouts_room
from gait import quality as quality_room
from gait import rotations
from gait.bouts import Bouts
from gait.calibration.calibration import Calibration
from gait.gravity import Settled, settle
from gait.motion import MotionFilter
from gait.quality import CREPT_DEG, LOW_RATE, MOST_TIP_DEG, POOR_RATE
from gait.recording import Placement, Recording
from gait.rotations import Floats
from gait.standing import MOST_OFFSET, SHORTEST_STANDING, angle_deg
from gait.timeline import EvenClock
from gait.units import DEG, G

#: A smaller range of the accelerometer clips landings.  [g]  Source: ±8 g is marginal, ±16 g carries hard impacts.
GOOD_RANGE_G = 16.0

#: A smaller range of the gyroscope clips a wobbling clip.  [°/s]  Chosen: trunks turn by 300 °/s, straps shake by more.
GOOD_RANGE_DPS = 500.0

#: A greater share of lost samples is worth a look before a run.  [1]  Chosen: 2 % are survived, five times 0.2 % usual.
MOST_LOST = 0.01

#: An axis farther from the vertical than this hangs askew.  [°]  Chosen: a chest slopes by 20°.
ASKEW_DEG = 35.0

#: Steps are heard when they last so long.  [s]  Chosen: as walking in bouts.
LEAST_STEPS_S = 3.0

#: About a stride of walking.  [s]  Source: 1.9 steps/s.
STRIDE_S = 1.1

#: Standing that reads farther from g than this is worth a calibration.  [share of g]  Chosen: a quarter of the datasheet's
#: worst, ±80 mg.
WORTH_CALIBRATING = 0.02

#: A standing in which less is felt has no direction.  [g]  Chosen: noise of a dead accelerometer is below.
LEAST_FELT = 0.1

State = Literal["ready", "look", "open"]
Stage = Literal["stand", "steps", "again", "done"]


@dataclass(frozen=True)
class Point:
    """One thing that was looked at: ready, worth a look, or open because it could not be heard."""

    name: str
    state: State
    says: str


def stage_of(recording: Recording) -> Stage:
    """How far a try has come."""
    _, bouts = _heard(recording)
    before, moved, after = _parts(bouts)
    if before is None:
        return "stand"
    if not moved:
        return "steps"
    return "again" if after is None else "done"


def look_at(
    recording: Recording,
    *,
    ranges: tuple[float, float] | None = None,
    damaged: int = 0,
    placement: Placement = "unknown",
    calibration: Calibration | None = None,
) -> tuple[Point, ...]:
    """All points, in the order of the way from chip to runner.

    Parameters
    ----------
    recording : Recording
        As measured.
    ranges : (float, float), optional
        Of accelerometer [g] and gyroscope [°/s], where the sensor tells.
    damaged : int
        Bytes that came damaged.
    placement : Placement
        Where it is worn, as it was said.
    calibration : Calibration, optional
        What is known of this sensor.

    Returns
    -------
    tuple of Point
    """
    settled, bouts = _heard(recording)
    before, moved, after = _parts(bouts)
    up = _ups(settled, [s for s in (before, after) if s is not None])
    if any(np.linalg.norm(u) < LEAST_FELT * G for u in up):
        up = []
    return (
        _link(recording, damaged),
        _rate(recording),
        _range(recording, ranges),
        _gravity(settled, before),
        *_stood(before, after, up),
        _mounted(up),
        _carried(settled, moved, up),
        _placed(placement),
        _calibrated(calibration, recording.device),
    )


def _heard(recording: Recording) -> tuple[Settled, Bouts]:
    """Settled motion and its kinds."""
    motion = MotionFilter(recording.rate_hz).push(EvenClock(recording.rate_hz).push(recording.samples))
    still = bouts_room.find_still(motion)
    settled = settle(replace(motion, acc_offset=np.zeros(3)))
    return settled, bouts_room.find_bouts(settled, still)


Span = tuple[float, float]


def _parts(bouts: Bouts) -> tuple[Span | None, list[Span], Span | None]:
    """The first standing that steps follow, these steps, and the last standing after them."""
    spans = [
        (float(a), float(b), str(k)) for a, b, k in zip(bouts.start, bouts.stop, bouts.kind, strict=True)
    ]
    stood = [(a, b) for a, b, kind in spans if kind == "still" and b - a >= SHORTEST_STANDING]
    moved = [(a, b) for a, b, kind in spans if kind != "still"]
    first = next((s for s in stood if any(a >= s[1] - 1.0 for a, _ in moved)), stood[-1] if stood else None)
    if first is None:
        return None, moved, None
    moved = [m for m in moved if m[0] >= first[1] - 1.0]
    after = [s for s in stood if moved and s[0] >= moved[0][1] - 1.0]
    return first, moved, (after[-1] if after else None)


def _ups(settled: Settled, spans: list[Span]) -> list[Floats]:
    """Mean specific force of each standing, in the sensor's axes (3,). [m/s²]"""
    motion = settled.motion
    out = []
    for start, stop in spans:
        a, b = np.searchsorted(motion.t, [start, stop])
        out.append(motion.acc[a : b + 1].mean(axis=0, dtype=float))
    return out


def _link(recording: Recording, damaged: int) -> Point:
    t = recording.samples.t
    missing = np.maximum(np.round(np.diff(t) * recording.rate_hz) - 1, 0)
    share = float(missing.sum() / (missing.sum() + len(t)))
    longest = float(np.diff(t).max())
    if share > MOST_LOST:
        return Point(
            "link",
            "look",
            f"{100 * share:.1f} % of the samples were lost, {longest:.1f} s at the longest: a shorter cable, a nearer "
            "receiver, another plug?",
        )
    if damaged:
        return Point(
            "link", "look", f"{damaged} bytes came damaged: is the plug tight, is the speed the sensor's?"
        )
    lost = (
        "no sample was lost"
        if share == 0
        else f"{100 * share:.2f} % of the samples were lost, which is survived"
    )
    return Point("link", "ready", lost)


def _rate(recording: Recording) -> Point:
    rate = recording.rate_hz
    if rate < POOR_RATE:
        return Point("rate", "look", f"{rate:.0f} samples a second carry no angles; 100 to 200 do.")
    if rate < LOW_RATE:
        return Point(
            "rate",
            "look",
            f"{rate:.0f} samples a second are few for a running step; 100 to 200 hear it well.",
        )
    return Point("rate", "ready", f"{rate:.0f} samples a second")


def _range(recording: Recording, ranges: tuple[float, float] | None) -> Point:
    end = quality_room.RangeEnd()
    end.push(recording.samples)
    clipped = sum(len(times) for times in end.times())
    if clipped:
        return Point(
            "range",
            "look",
            f"It reached the end of its range in {clipped} samples already: set ±16 g, ±2000 °/s.",
        )
    if ranges is None:
        return Point("range", "open", "the sensor does not tell its range; nothing was cut off in this try")
    acc, gyr = ranges
    told = f"±{acc:.0f} g, ±{gyr:.0f} °/s"
    if acc < GOOD_RANGE_G or gyr < GOOD_RANGE_DPS:
        return Point(
            "range", "look", f"{told}: landings reach beyond that; ±16 g and ±2000 °/s hear them whole."
        )
    return Point("range", "ready", told)


def _gravity(settled: Settled, before: Span | None) -> Point:
    if before is None:
        return Point("units", "open", "no standing was heard, so gravity could not be weighed")
    force = float(np.linalg.norm(_ups(settled, [before])[0]))
    off = force / G - 1.0
    motion = settled.motion
    a, b = np.searchsorted(motion.t, before)
    turning = float(np.abs(motion.gyr[a : b + 1].mean(axis=0, dtype=float)).max() * DEG)
    if abs(off) > MOST_OFFSET:
        return Point(
            "units", "look", f"Standing it feels {1 + off:.2f} g, which is no gravity: say its units."
        )
    if turning > 30.0:
        return Point("units", "look", f"Standing it tells of turning by {turning:.0f} °/s: say its units.")
    much = " (a calibration would take that out)" if abs(off) > WORTH_CALIBRATING else ""
    return Point(
        "units",
        "ready",
        f"{1 + off:.3f} g when you stood{much}; it tells of turning by {turning:.1f} °/s at rest, which your standing takes out",
    )


def _stood(before: Span | None, after: Span | None, up: list[Floats]) -> tuple[Point, ...]:
    if before is None and after is None:
        return (
            Point(
                "standing",
                "look",
                f"no {SHORTEST_STANDING:.0f} s of quiet standing were heard: lean gets its zero there. Was it on, and worn?",
            ),
        )
    if before is None or after is None:
        which = "before" if before is None else "after"
        return (
            Point(
                "standing",
                "open",
                f"no quiet standing was heard {which} the steps; both together show a creeping clip",
            ),
        )
    if len(up) < 2:
        return (
            Point("standing", "open", "no gravity was felt in it, so nothing tells whether the clip stays"),
        )
    apart = angle_deg(up[0], up[1])
    if apart > CREPT_DEG:
        return (
            Point(
                "standing",
                "look",
                f"the two standings differ by {apart:.1f}°: the clip moved, or you stood otherwise. Fasten it and try again.",
            ),
        )
    return (Point("standing", "ready", f"before and after, {apart:.1f}° apart"),)


def _mounted(up: list[Floats]) -> Point:
    if not up:
        return Point("mounting", "open", "without gravity in a quiet standing nothing tells how it hangs")
    along = up[0] / np.linalg.norm(up[0])
    axis = int(np.abs(along).argmax())
    tilt = float(np.arccos(min(1.0, abs(along[axis]))) * DEG)
    name = ("+" if along[axis] > 0 else "-") + "xyz"[axis]
    if tilt > ASKEW_DEG:
        return Point(
            "mounting",
            "ready",
            f"no axis points up (nearest {name}, {tilt:.0f}° off); it works so, a straight clip is safer",
        )
    if axis == 2:
        return Point("mounting", "look", f"{name} points up: on most boards that is lying flat. Is it worn?")
    return Point("mounting", "ready", f"{name} points up, {tilt:.0f}° off the vertical")


def _carried(settled: Settled, moved: list[Span], up: list[Floats]) -> Point:
    length = sum(b - a for a, b in moved)
    if length < LEAST_STEPS_S:
        return Point(
            "steps", "look", "no steps were heard: walk or jog some ten of them between the two standings."
        )
    tip = _tip_deg(settled, moved)
    near = np.isfinite(settled.step_hz) & _inside(settled.node_t, moved)
    beat = f", {60 * np.median(settled.step_hz[near]):.0f} steps a minute" if near.any() else ""
    if tip > MOST_TIP_DEG:
        return Point(
            "steps", "look", f"it tipped by {tip:.0f}°, which a trunk does not: is it in a pocket, or loose?"
        )
    if not up:
        return Point("steps", "open", f"heard for {length:.0f} s{beat}")
    return Point("steps", "ready", f"heard for {length:.0f} s{beat}, tipping by {tip:.0f}° as a trunk does")


def _tip_deg(settled: Settled, moved: list[Span]) -> float:
    """How far it tips to and fro within a stride, the middle one of all; 0 when there is none. [°]"""
    motion = settled.motion
    size = round(STRIDE_S * motion.rate_hz)
    tips = []
    for start, stop in moved:
        a, b = np.searchsorted(motion.t, [start, stop])
        up = rotations.rotate(rotations.inverse(settled.q_earth_sensor[a:b]), [0.0, 0.0, 1.0])
        for k in range(0, len(up) - size + 1, size):
            part = up[k : k + size]
            tips.append(2.0 * np.linalg.norm(part - part.mean(axis=0), axis=1).max())
    return float(np.median(tips) * DEG) if tips else 0.0


def _inside(t: Floats, spans: list[Span]) -> Floats:
    out = np.zeros(len(t), bool)
    for a, b in spans:
        out |= (t >= a) & (t <= b)
    return out


def _placed(placement: Placement) -> Point:
    if placement == "unknown":
        return Point(
            "placement", "open", "nothing in walking tells chest from waist: say it with --placement"
        )
    return Point("placement", "ready", f"{placement}, as you say")


def _calibrated(calibration: Calibration | None, device: str) -> Point:
    if calibration is None:
        return Point("calibration", "open", "none is kept for this sensor; gait calibrate takes two minutes")
    when = f" of {calibration.made_at[:10]}" if calibration.made_at else ""
    if not calibration.six_position:
        return Point("calibration", "open", f"a part of one is kept{when}; gait calibrate makes it whole")
    return Point("calibration", "ready", f"six positions{when}" + (f", {device}" if device else ""))
