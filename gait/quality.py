"""What the data can carry.

Lives here: losses, clipping, rate, a clip that crept, a place that is no trunk.
Remembers the ends of the ranges seen so far.
Not here: what follows for a measure (measures/) or a trait (traits/).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from gait.bouts import Bouts
from gait.motion import Motion
from gait.recording import Samples
from gait.rotations import Floats
from gait.slip import Slip
from gait.torso import Cycles
from gait.units import DEG, RAD, G

#: Readings this near to the largest of an axis, relative to it, are the same number.  [1]
#: Chosen: rounding of units; the end of a range repeats to the last digit, impacts never do.
SAME = 1e-6

#: Ends of range are looked for above this.  [m/s²]  Source: the smallest range of any such sensor is ±2 g,
#: with a scale error of 3 % and a bias of 0.08 g.
LEAST_RANGE = 1.85 * G

#: ... and for the gyroscope above this.  [rad/s]  Source: the smallest range is ±250 °/s, as above.
LEAST_TURN = 240.0 * RAD

#: The widest ranges of such a sensor.  [g], [°/s]  Source: PS-MPU-6000A rev 3.4, tables 6.1 and 6.2.
WIDEST_G, WIDEST_DPS = 16.0, 2000.0

#: An end of range beyond this share of the widest is the widest, and no wider one is advised.  [1]
#: Source: a scale error of 3 % and a bias of 0.08 g; the next range is half as wide.
IS_WIDEST = 0.9

#: Fewest repeats of a largest value that are an end of range.  [samples]  Chosen: two may meet by chance.
FEWEST_CLIPPED = 5

#: Standings that differ by more: the clip moved, or one was no upright standing.  [°]
#: Chosen: a person repeats standing to 1°, so two differ by 1.4° (1 sd); twice that.
CREPT_DEG = 3.0

#: Shares below this are not worth a sentence.  [1]  Chosen: they would read 0.0 %.
LEAST_SAID = 0.0005

#: Missing time beyond this share is said.  [1]  Chosen: a minute of an hour is a traffic light.
PAUSED_SHARE = 0.02

#: Below this rate contacts and waveforms suffer.  [Hz]  Source: 50 Hz doubles the stride error against 100.
LOW_RATE = 75.0

#: A trunk that runs tips to and fro by less than this in a stride.  [°]
#: Source: motion capture, nod 1.5-4° and roll 2-6° to either side, wobble on top; a phone in a trouser pocket
#: tips by 40-70° (MotionSense).
MOST_TIP_DEG = 32.0

#: ... and swings at stride frequency by less than this.  [°]
#: Source: 3-12° on the real recordings; an armband swings by 25° and more, the pocket by 50°.
MOST_SWING_DEG = 20.0

#: Fewest strides that tell.  [strides]  Chosen.
FEWEST_STRIDES = 5

#: Below this rate a step has so few samples that its angles are believed no more.  [Hz]  Chosen: 12 a step.
POOR_RATE = 32.0

#: Below this rate nothing is heard.  [Hz]  Chosen: loggers set to 20 Hz give 19 to 20; 7 samples a step.
LEAST_RATE = 18.0

#: Sensor axes, as clipping is told of.
AXES = ("ax", "ay", "az", "gx", "gy", "gz")


@dataclass(frozen=True)
class Quality:
    """Facts about the recording, never about the runner.

    Attributes
    ----------
    lost_share : float
        Share of the expected samples that are not there, 0 to 1.
    clipped_share : float
        Share of samples while running in which an axis sits at the end of its range, 0 to 1.
    notes : tuple of str
        One sentence each, for people.
    rate_low, rate_poor : bool
        The rate is below LOW_RATE, below POOR_RATE.
    events_lost : str
        Why contact and toe-off cannot be told apart (too low a rate), "" when they can.
    clipped_axes : mapping of str to float
        Share of the running in which each axis sat at an end of its range, for those that did.
    clipped_steps : float or None
        Share of the steps with such a moment in them, None without steps.
    slip : Slip or None
        When the clip moved on the body.
    dead_axes : tuple of str
        Axes that said the same all along while somebody ran.
    not_trunk : str
        Why the angles are no trunk's (a pocket, a dead axis), "" when nothing speaks against it.
    clipped_t : (c,) array
        When an axis was at the end of its range. [s]
    """

    lost_share: float
    clipped_share: float
    notes: tuple[str, ...]
    rate_low: bool
    not_trunk: str
    clipped_t: Floats
    rate_poor: bool = False
    events_lost: str = ""
    clipped_axes: Mapping[str, float] = field(default_factory=dict)
    clipped_steps: float | None = None
    slip: Slip | None = None
    dead_axes: tuple[str, ...] = ()


def assess(
    motion: Motion,
    bouts: Bouts,
    *,
    lost_share: float,
    cycles: Cycles,
    range_end: RangeEnd,
    faced: bool = True,
    crept_deg: float | None = None,
    contradicted_deg: float | None = None,
    slip: Slip | None = None,
    steps: Floats | None = None,
) -> Quality:
    """Gather what is known of the recording.

    Parameters
    ----------
    motion : Motion
        n samples.
    bouts : Bouts
    lost_share : float
        As in Quality.
    cycles : Cycles
        Strides in torso axes, to see whether they can be a trunk's.
    range_end : RangeEnd
        That was pushed all samples.
    faced : bool
        A fore-aft axis stood out.
    crept_deg : float or None
        Angle between quiet standings. [°]
    contradicted_deg : float or None
        How far a stated forward axis lies from what the running tells. [°]
    slip : Slip or None
    steps : (c,) array, optional
        Contacts, to count the clipped ones among them. [s]
    """
    dead = _dead_axes(motion, cycles)
    not_trunk = _no_trunk(cycles, faced, dead)
    clipped = range_end.times()
    share = max(_share(times, motion, bouts) for times in clipped)
    said: list[str] = []
    sensors = (
        ("accelerometer", range_end.top(0) / G, WIDEST_G, " g"),
        ("gyroscope", range_end.top(3) * DEG, WIDEST_DPS, " °/s"),
    )
    for times, (name, top, widest, unit) in zip(clipped, sensors, strict=True):
        part = _share(times, motion, bouts)
        if part < LEAST_SAID:
            continue
        end = f"The {name} reached the end of its range (about {top:.0f}{unit}) in {100 * part:.1f} % of the samples"
        wider = f"; a wider range (±{widest:.0f}{unit}) hears those moments whole."
        said.append(end + (wider if top < IS_WIDEST * widest else "."))
    if lost_share > 0.001:
        said.append(f"{100 * lost_share:.1f} % of the samples were lost.")
    said += _paused(motion)
    low = motion.rate_hz < LOW_RATE
    events_lost = ""
    if low:
        said.append(
            f"{motion.rate_hz:.0f} samples a second are few for a running step; 100 or more hear it well."
        )
    if motion.rate_hz < POOR_RATE:
        events_lost = (
            f"With {motion.rate_hz:.0f} samples a second cadence is heard, and not when a foot lands or leaves, nor how the "
            "trunk moves within a step."
        )
        said.append(events_lost)
    if slip is not None:
        said.append(
            f"The clip moved at minute {slip.minute(float(motion.t[0]))}, by about {slip.by_deg:.0f}°; lean"
            f"{', sway and turn' if slip.far else ' and sway'} are taken from the part that the quiet standing belongs to."
        )
    if crept_deg is not None and crept_deg > CREPT_DEG:
        said.append(
            f"The quiet standings in this recording differ by {crept_deg:.1f}°: the clip moved on the way, or they "
            "were not all upright."
        )
    if contradicted_deg is not None:
        said.append(
            f"The forward axis that was stated is {contradicted_deg:.0f}° from what the running itself tells; "
            "without --facing the recording's own answer is taken."
        )
    if not_trunk:
        said.append(not_trunk)
    every = np.union1d(*clipped)
    return Quality(
        lost_share,
        share,
        tuple(said),
        low,
        not_trunk,
        every,
        motion.rate_hz < POOR_RATE,
        events_lost,
        {
            axis: part
            for axis, times in range_end.by_axis().items()
            if (part := _share(times, motion, bouts)) > 0
        },
        _of_steps(every, steps),
        slip,
        dead,
    )


def _paused(motion: Motion) -> list[str]:
    """A sentence on time of which there are no samples at all, where it is much."""
    at = np.flatnonzero(motion.gap)
    missing = np.diff(motion.t)[at[at > 0] - 1]
    whole = float(motion.t[-1] - motion.t[0])
    if missing.sum() <= PAUSED_SHARE * whole:
        return []
    holes = "a hole" if len(missing) == 1 else f"{len(missing)} holes"
    share = 100 * missing.sum() / whole
    return [f"{share:.0f} % of the time has no samples at all, in {holes} of up to {missing.max():.1f} s."]


def _share(times: Floats, motion: Motion, bouts: Bouts) -> float:
    """Share of the samples while running (of all when nobody ran) at these times."""
    runs = np.flatnonzero(bouts.kind == "run")
    if len(runs) == 0:
        return len(times) / max(1, len(motion))
    inside, total = 0, 0
    for i in runs:
        span = [bouts.start[i], bouts.stop[i]]
        inside += int(np.diff(np.searchsorted(times, span))[0])
        total += int(np.diff(np.searchsorted(motion.t, span))[0])
    return inside / max(1, total)


def _of_steps(times: Floats, steps: Floats | None) -> float | None:
    """Share of the steps, from contact to contact, that hold one of these times."""
    if steps is None or len(steps) < 2:
        return None
    held = np.searchsorted(times, steps)
    return float(np.mean(held[1:] > held[:-1]))


def _dead_axes(motion: Motion, cycles: Cycles) -> tuple[str, ...]:
    """Axes that say the same in every sample, where there are strides in which none can."""
    if len(cycles.strides) < FEWEST_STRIDES:
        return ()
    span = np.concatenate([np.ptp(motion.acc, axis=0), np.ptp(motion.gyr, axis=0)])
    return tuple(axis for axis, size in zip(AXES, span, strict=True) if size == 0.0)


def _no_trunk(cycles: Cycles, faced: bool, dead: tuple[str, ...]) -> str:
    """Why the strides cannot be a trunk's, "" when they can."""
    if dead:
        return f"The sensor said the same all along in {', '.join(dead)}, so nothing is said of the trunk."
    whole = np.isfinite(cycles["up"][:, 0])
    if whole.sum() < FEWEST_STRIDES:
        return ""
    tilt = np.stack([cycles["lean"][whole], cycles["sway"][whole]])
    tip = float(np.median(np.ptp(tilt, axis=2).max(axis=0))) * DEG
    # A trunk nods with each step and rolls a little with each stride; a limb swings with each stride.
    first = np.abs(np.fft.rfft(tilt, axis=2)[:, :, 1]) * 4.0 / tilt.shape[2]
    swing = float(np.median(np.hypot(first[0], first[1]))) * DEG
    if tip > MOST_TIP_DEG or swing > MOST_SWING_DEG:
        return (
            f"The sensor tipped by {max(tip, swing):.0f}° in every stride, which a trunk does not: it may have been "
            "in a pocket or on a limb, so nothing is said of the trunk."
        )
    if not faced:
        return (
            "How the sensor moved shows no fore and aft as a trunk's does, so nothing is said of the trunk."
        )
    return ""


class RangeEnd:
    """Remembers which samples sit at the end of a range: the very largest value of an axis, again and again.

    Works on what the sensor wrote, before calibration and resampling move it. Any cut of the samples tells
    the same.
    """

    def __init__(self) -> None:
        self._top = np.zeros((6, 2))
        self._times: list[list[list[Floats]]] = [[[], []] for _ in range(6)]

    def push(self, samples: Samples) -> None:
        """Take the next samples, in the sensor's axes."""
        for axis in range(6):
            column = samples.acc[:, axis] if axis < 3 else samples.gyr[:, axis - 3]
            for side, value in enumerate((column, -column)):
                top = float(value.max())
                if top < (LEAST_RANGE if axis < 3 else LEAST_TURN):
                    continue
                if top > self._top[axis, side] * (1.0 + SAME):
                    self._top[axis, side] = top
                    self._times[axis][side].clear()
                if top >= self._top[axis, side] * (1.0 - SAME):
                    self._times[axis][side].append(samples.t[value >= self._top[axis, side] * (1.0 - SAME)])

    def forget(self, before: float) -> None:
        """Drop what happened earlier than ``before``. [s]"""
        for axis in self._times:
            for side in axis:
                side[:] = [t[t >= before] for t in side if len(t) and t[-1] >= before]

    def top(self, first: int) -> float:
        """Largest value seen on the three axes from ``first`` on (0 acc [m/s²], 3 gyr [rad/s])."""
        return float(self._top[first : first + 3].max())

    def by_axis(self) -> dict[str, Floats]:
        """When each axis was at an end of its range, rising, for those that were. [s]"""
        whole = {
            AXES[axis]: [
                np.concatenate(side) for side in sides if sum(len(t) for t in side) >= FEWEST_CLIPPED
            ]
            for axis, sides in enumerate(self._times)
        }
        return {axis: np.unique(np.concatenate(sides)) for axis, sides in whole.items() if sides}

    def times(self) -> tuple[Floats, Floats]:
        """When an axis of the accelerometer, and of the gyroscope, was at its end; each (c,), rising. [s]"""
        acc: list[Floats] = [np.zeros(0)]
        gyr: list[Floats] = [np.zeros(0)]
        for axis, sides in enumerate(self._times):
            for side in sides:
                if sum(len(t) for t in side) >= FEWEST_CLIPPED:
                    (acc if axis < 3 else gyr).extend(side)
        return np.unique(np.concatenate(acc)), np.unique(np.concatenate(gyr))
