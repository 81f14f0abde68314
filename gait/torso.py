"""Angles and accelerations of the torso, per sample and laid over the stride.

Lives here: the one definition of lean, rotation and sway that everything above uses.
Not here: which way the torso faces in the sensor (facing.py), what a stride's value is (measures/).

Definitions. The heading is the azimuth of the torso's forward axis averaged over whole strides. *Lean* is the
inclination of the torso's long axis in the vertical plane along the heading, positive forward. *Sway* is its
inclination in the plane across, positive to the right. *Rotation* is the azimuth of the forward axis relative
to the heading, positive to the left. All relative to the standing line when that is known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gait import dsp, rotations
from gait.gravity import Settled
from gait.rotations import Floats
from gait.strides import Strides

#: Points on a stride.  [1]  Chosen: 64 of 0.7 s are 91 Hz, above all that is read from a stride (15 Hz).
POINTS = 64

#: Samples worked on at a time.  [samples]  Chosen: bounded memory, whatever the length.
PIECE = 60_000

#: The columns of TorsoMotion.values.
CHANNELS = (
    "lean",
    "rotation",
    "sway",
    "forward",
    "left",
    "up",
    "roll_rate",
    "pitch_rate",
    "turning",
    "heading",
)

#: Those that measures look at, and those that tell which way the torso faces.
MEASURED = ("lean", "rotation", "sway", "left", "up", "turning", "heading")
FACING = ("lean", "rotation", "sway", "forward", "left", "up", "roll_rate", "pitch_rate")


@dataclass(frozen=True)
class TorsoMotion:
    """n samples in torso terms.

    Attributes
    ----------
    t : (n,) array
        [s]
    values : (n, 10) array
        By CHANNELS: lean, rotation, sway [rad]; acceleration without gravity forward, left, up along the
        heading [m/s²]; angular rate about the torso's x and y, and its size about all [rad/s]; heading,
        unwrapped [rad].
    """

    t: Floats
    values: Floats

    def __getitem__(self, channel: str) -> Floats:
        return np.asarray(self.values[:, CHANNELS.index(channel)])


@dataclass(frozen=True)
class Cycles:
    """k strides, each laid over POINTS phases from its opening contact on.

    Attributes
    ----------
    strides : Strides
    values : mapping of (k, POINTS) float32 arrays
        Some of CHANNELS; NaN for a stride with a gap inside.
    again_step, again_stride : (k,) array
        Correlation of the stride's vertical acceleration with itself one step and one stride later;
        NaN where the later one is not there.
    """

    strides: Strides
    values: Mapping[str, Floats]
    again_step: Floats
    again_stride: Floats

    def __getitem__(self, channel: str) -> Floats:
        return self.values[channel]


def torso_motion(
    settled: Settled,
    part: slice,
    q_torso_sensor: Floats,
    stride_s: Floats,
    span: tuple[float, float] | None = None,
) -> TorsoMotion:
    """Torso terms of some samples of one passage.

    Parameters
    ----------
    settled : Settled
    part : slice
        n samples without a long gap inside.
    q_torso_sensor : (4,) array
    stride_s : (n,) array
        Stride time around each sample, over which the heading is averaged. [s]
    span : (start, stop), optional
        The heading is averaged from motion inside this alone and goes on evenly outside. [s]
    """
    motion = settled.motion
    n = part.stop - part.start
    q = settled.q_earth_sensor[part]
    to_sensor = rotations.inverse(q_torso_sensor)
    x = rotations.rotate(q, rotations.rotate(to_sensor, [1.0, 0.0, 0.0]))
    z = rotations.rotate(q, rotations.rotate(to_sensor, [0.0, 0.0, 1.0]))
    azimuth = np.unwrap(np.arctan2(x[:, 1], x[:, 0]))
    low, high = (0.0, n - 1.0) if span is None else np.interp(span, motion.t[part], np.arange(n, dtype=float))
    heading = _heading(azimuth, stride_s * motion.rate_hz, float(low), float(high))
    c, s = np.cos(heading), np.sin(heading)
    acc = settled.acc_earth(part)
    out = np.empty((n, len(CHANNELS)))
    out[:, 0] = np.arctan2(z[:, 0] * c + z[:, 1] * s, z[:, 2])
    out[:, 1] = azimuth - heading
    out[:, 2] = np.arctan2(z[:, 0] * s - z[:, 1] * c, z[:, 2])
    out[:, 3] = acc[:, 0] * c + acc[:, 1] * s
    out[:, 4] = acc[:, 1] * c - acc[:, 0] * s
    out[:, 5] = acc[:, 2]
    rate = motion.gyr[part] - settled.gyr_bias
    out[:, 6:8] = rotations.rotate(q_torso_sensor, rate)[:, :2]
    out[:, 8] = np.sqrt(np.einsum("ij,ij->i", rate, rate))
    out[:, 9] = heading
    return TorsoMotion(motion.t[part], out)


def _heading(azimuth: Floats, width: Floats, low: float, high: float) -> Floats:
    """Azimuth (n,) averaged over strides inside low to high; near their ends it goes on with its slope there."""
    n = len(azimuth)
    at = np.arange(n, dtype=float)
    if high - low < 3.0 * width.max():
        return dsp.double_box(azimuth[:, None], at, width)[:, 0]
    centre = np.clip(at, low + width, high - width)
    heading = dsp.double_box(azimuth[:, None], centre, width)[:, 0]
    outside = np.flatnonzero(centre != at)
    if len(outside):
        inward = np.where(at[outside] < centre[outside], 1.0, -1.0)
        reach = 0.5 * width[outside]
        further = dsp.double_box(azimuth[:, None], centre[outside] + inward * reach, width[outside])[:, 0]
        slope = (further - heading[outside]) * inward / reach
        heading[outside] += slope * (at[outside] - centre[outside])
    return heading


def cycles(
    settled: Settled, strides: Strides, q_torso_sensor: Floats, channels: tuple[str, ...] = MEASURED
) -> Cycles:
    """Lay every stride over POINTS phases.

    Parameters
    ----------
    settled : Settled
    strides : Strides
        k strides, in order of time.
    q_torso_sensor : (4,) array
    channels : tuple of str
        Which of CHANNELS are wanted; "up" is always there.

    Returns
    -------
    Cycles
    """
    k = len(strides)
    values = {c: np.full((k, POINTS), np.nan, np.float32) for c in {*channels, "up"}}
    again_step, again_stride = np.full(k, np.nan), np.full(k, np.nan)
    phase = np.arange(POINTS) / POINTS
    for mine, part, span in _pieces(settled, strides):
        start, time = strides.start[mine], strides.duration[mine]
        t = settled.motion.t[part]
        mids = 0.5 * (start + strides.stop[mine])
        torso = torso_motion(settled, part, q_torso_sensor, np.interp(t, mids, time), span)
        at = np.interp(start[:, None] + phase * time[:, None], t, np.arange(len(t)))
        for channel, wave in values.items():
            wave[mine] = dsp.at_index(torso[channel], at)
        now = values["up"][mine]
        for out, share in ((again_step, 0.5), (again_stride, 1.0)):
            later = start[:, None] + (phase + share) * time[:, None]
            r = _correlation(now, dsp.at_index(torso["up"], np.interp(later, t, np.arange(len(t)))))
            out[mine] = np.where(later[:, -1] <= t[-1], r, np.nan)
    gone = holed(settled, strides.start, strides.stop)
    for wave in values.values():
        wave[gone] = np.nan
    again_step[gone | holed(settled, strides.start, strides.stop + 0.5 * strides.duration)] = np.nan
    again_stride[gone | holed(settled, strides.start, strides.stop + strides.duration)] = np.nan
    return Cycles(strides, values, again_step, again_stride)


def holed(settled: Settled, start: Floats, stop: Floats) -> NDArray[np.bool_]:
    """Spans (k,) with a gap inside."""
    at = np.flatnonzero(settled.motion.gap)
    edge = settled.motion.t[at]
    return np.asarray(np.searchsorted(edge, start, side="right") != np.searchsorted(edge, stop, side="right"))


def _pieces(settled: Settled, strides: Strides) -> list[tuple[slice, slice, tuple[float, float]]]:
    """Strides of one bout with the samples they need, two strides around, and where the bout's strides lie."""
    motion = settled.motion
    out: list[tuple[slice, slice, tuple[float, float]]] = []
    begin = np.searchsorted(motion.t, strides.start, side="right") - 1
    end = np.searchsorted(motion.t, strides.stop)
    passages = motion.passages()
    # By its end: a contact may be told some hundredths before the first sample after a gap.
    passage = np.searchsorted([p.start for p in passages], end - 1, side="right") - 1
    apart = 10.0 * motion.rate_hz
    first = 0
    while first < len(strides):
        p = passages[passage[first]]
        bout = np.flatnonzero(strides.bout == strides.bout[first])
        span = (float(strides.start[bout[0]]), float(strides.stop[bout[-1]]))
        last = first + 1
        # Strides far apart (some of a run) are pieces of their own.
        while last <= bout[-1] and end[last] - begin[first] < PIECE and begin[last] - end[last - 1] < apart:
            last += 1
        mine = slice(first, last)
        margin = int(2.5 * strides.duration[mine].max() * motion.rate_hz) + 2
        low, high = max(p.start, int(begin[first]) - margin), min(p.stop, int(end[last - 1]) + margin)
        out.append((mine, slice(low, high), span))
        first = last
    return out


def _correlation(a: Floats, b: Floats) -> Floats:
    """Pearson correlation of the rows of a and b (k, m)."""
    a = a - a.mean(axis=1, keepdims=True)
    b = b - b.mean(axis=1, keepdims=True)
    size = np.sqrt((a * a).sum(axis=1) * (b * b).sum(axis=1))
    return np.asarray((a * b).sum(axis=1) / np.where(size > 0, size, np.nan))
