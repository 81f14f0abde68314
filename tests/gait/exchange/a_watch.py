"""A made-up watch that ran along: what it would have written, from what is true of the run."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from fit_tool.fit_file_builder import FitFileBuilder
from fit_tool.profile.messages.file_id_message import FileIdMessage
from fit_tool.profile.messages.record_message import RecordMessage
from fit_tool.profile.profile_type import FileType, Manufacturer
from scipy import signal

from gait.rotations import Floats

#: Grid of the made-up run. [s]
DT = 0.1


@dataclass(frozen=True)
class Pair:
    """A recording's strides and a watch's samples of one run, with the true difference of their clocks."""

    start: Floats
    stop: Floats
    recorded: tuple[float, float]
    watch_t: Floats
    watch_cadence: Floats
    offset: float


def pair(seed: int, *, steady: bool = False, forgets: bool = False) -> Pair:
    """A run of 15 to 60 minutes at somebody's own cadence.

    Natural ones wander by some spm within minutes, hold a few changes of pace, begin and end, and may stop in between;
    in some the recording holds only a part. Steady ones do not even begin. The watch shows the mean of the last 2 to 6 s
    (or forgets exponentially), with an error of 0.7 spm, rounded, stamped with whole seconds, 2 % of them left out.
    """
    rng = np.random.default_rng(seed)
    lasts = rng.uniform(15.0, 60.0) * 60.0
    t = np.arange(0.0, lasts, DT)

    def wander(tau: float, sd: float) -> Floats:
        a = np.exp(-DT / tau)
        return np.asarray(signal.lfilter([sd * np.sqrt(1 - a * a)], [1, -a], rng.normal(size=len(t))))

    cadence = rng.uniform(155.0, 185.0) + wander(0.7, 1.0)
    running = np.ones(len(t), bool)
    if steady:
        cadence += wander(5.0, 0.3)
    else:
        cadence += wander(60.0, 2.0) + wander(600.0, 2.0)
        for _ in range(rng.integers(0, 4)):
            at = rng.integers(0, len(t))
            cadence[at : at + int(rng.uniform(200, 2000))] += rng.uniform(-8.0, 10.0)
        running &= (t > rng.uniform(0, 60)) & (t < lasts - rng.uniform(0, 60))
        for _ in range(rng.integers(0, 3)):
            at = rng.uniform(0, lasts)
            running &= ~((t > at) & (t < at + rng.uniform(5, 60)))
    walked = np.where(running, cadence, rng.choice([0.0, 110.0]))
    contacts = np.cumsum(np.where(running, cadence, 0.0)) / 120.0 * DT
    at = np.interp(np.arange(1, contacts[-1]), contacts, t)
    start, stop = at[:-1], at[1:]
    whole = stop - start < 1.2
    start, stop, recorded = start[whole], stop[whole], (0.0, lasts)
    if not steady and rng.random() < 0.3:
        recorded = (rng.uniform(0, 0.2) * lasts, rng.uniform(0.75, 1.0) * lasts)
        inside = (start >= recorded[0]) & (stop <= recorded[1])
        start, stop = start[inside], stop[inside]
    over = float(rng.choice([2.0, 3.0, 4.0, 5.0, 6.0]))
    at = np.arange(rng.uniform(0, 120), lasts - rng.uniform(0, 120), 1.0)
    if forgets:
        a = np.exp(-2.0 * DT / over)
        shown = np.interp(at, t, signal.lfilter([1 - a], [1, -a], walked))
    else:
        total, ends = np.concatenate([[0.0], np.cumsum(walked)]) * DT, np.concatenate([t, [lasts]])
        shown = (np.interp(at, ends, total) - np.interp(np.maximum(at - over, 0), ends, total)) / over
    shown = np.round(shown + rng.normal(0, 0.7, len(at)))
    kept = rng.random(len(at)) > 0.02
    offset = 1.7e9 + rng.uniform(-3000, 3000)
    return Pair(start, stop, recorded, np.floor(at[kept] + offset), np.maximum(shown[kept], 0.0), offset)


def fit_file(
    t: Floats, cadence_spm: Floats, speed: Floats | None = None, heart: Floats | None = None
) -> bytes:
    """What the watch writes: strides a minute, as FIT has it for running, in whole and in halves."""
    builder = FitFileBuilder(auto_define=True)
    head = FileIdMessage()
    head.type, head.manufacturer, head.product = FileType.ACTIVITY, Manufacturer.DEVELOPMENT.value, 0
    builder.add(head)
    way = np.cumsum(np.zeros(len(t)) if speed is None else speed)
    for i, second in enumerate(t):
        record = RecordMessage()
        record.timestamp = round(1000.0 * float(second))
        record.cadence = int(cadence_spm[i] // 2)
        record.fractional_cadence = float(cadence_spm[i] / 2 - cadence_spm[i] // 2)
        if speed is not None:
            record.enhanced_speed, record.distance = float(speed[i]), float(way[i])
        if heart is not None:
            record.heart_rate = int(heart[i])
        builder.add(record)
    return bytes(builder.build().to_bytes())
