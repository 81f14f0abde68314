"""What a sensor said on its wire, as a Recording: live and from a capture alike.

Lives here: events of the bridge to samples in SI with times; what was lost; recognising a capture or a raw log.
Not here: bytes (firmware_bridge), when a sample was taken (sample_times.py), units nobody said (infer.py).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from firmware_bridge import capture, mpu6050
from firmware_bridge.dialects import detect
from firmware_bridge.dialects.text import TICKS, worded
from firmware_bridge.events import AFTER_RESET, MOMENT, REINIT, Damage, Data, Event, Info, Mark, Note, Status
from gait.errors import ReadError
from gait.readers import clock, infer
from gait.readers.sample_times import (
    SEQUENCE,
    UNKNOWN_PAUSE_S,
    Frames,
    Times,
    counted_times,
    numbered,
    times_of,
)
from gait.readers.words import Units, mps2, parse_columns, parse_units, radps, seconds
from gait.recording import Recording, Samples
from gait.rotations import Floats

#: Bytes looked at to recognise a wire. [B]
HEAD_BYTES = 1 << 16

#: Fewer samples are no recording. Chosen: as for tables.
LEAST_SAMPLES = 10

#: Silence while the numbers went on is said from this on. [s]  Chosen: jitter of stamps stays far below.
LEAST_SILENCE_S = 0.05

#: The dialect a Recording of our own wire bears.
DIALECT = "gait-wire"

#: Clocks that differ by more are worth a sentence. [1]
WORTH_SAYING = 50e-6


@dataclass
class _Heard:
    """Events gathered: frames, whose they are, and what was said between them."""

    data: list[Data] = field(default_factory=list)
    infos: list[tuple[int, Info]] = field(default_factory=list)  # frames before it
    marks: list[tuple[int, int]] = field(default_factory=list)  # frames before it, host ns
    began: list[int] = field(default_factory=list)  # frames before a reset
    moments: list[int] = field(default_factory=list)  # frames before it
    statuses: list[Status] = field(default_factory=list)
    status_at: list[int] = field(default_factory=list)  # frames before each
    damaged: int = 0
    places: int = 0
    frames: int = 0

    def take(self, event: Event) -> None:
        """One more."""
        if isinstance(event, Data):
            self.data.append(event)
            self.frames += len(event)
        elif isinstance(event, Mark):
            self.marks.append((self.frames, event.host_ns))
        elif isinstance(event, Damage):
            if event.why != "torn":  # the end of a file falls into a frame, as ends do
                self.damaged += event.count
                self.places += 1
        elif isinstance(event, Info):
            if event.chip is not None and event.chip.state & AFTER_RESET and self.frames:
                self.began.append(self.frames)
            self.infos.append((self.frames, event))
        elif isinstance(event, Note):
            if event.key == MOMENT:
                self.moments.append(self.frames)
        elif isinstance(event, Status):
            self.statuses.append(event)
            self.status_at.append(self.frames)


def recognise(path: Path) -> str | None:
    """The wire a file holds, None when it is none: a table, say."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if head[:2] == b"\x1f\x8b" or not head:
        return None
    if b"\0" not in head and b"\x55\x51" not in head and b"\x55\x61" not in head and b"\xc9" not in head:
        # Text: a table, unless its lines are of a kind that no table has.
        if worded(head) or head[:2] == b"I,":
            return detect.detect(head).wire or None
        return None
    found = detect.detect(head)
    if found.wire == "text" and not (found.marked or worded(head)):
        return None
    return found.wire or None


def read_wire(
    path: Path,
    wire: str,
    *,
    columns: str | None = None,
    units: Units | None = None,
    otherwise: Units | None = None,
    rate_hz: float | None = None,
) -> tuple[Recording, Units]:
    """Read a capture, or a logger's raw file, torn or whole, also while it is being written.

    Parameters
    ----------
    path : Path
    wire : str
        As `recognise` says.
    columns, units, otherwise, rate_hz
        For text lines, as for tables.

    Raises
    ------
    ReadError
        If there is too little, or units are left open.
    """
    notes = _notes(path)
    named = columns or notes.get("columns")
    if units is None and notes.get("units"):
        units = parse_units(notes["units"])
    decoder = detect.decoder_of(wire, columns=parse_columns(named) if named else None)
    return recording_of(
        capture.read(path, decoder), path.name, units=units, otherwise=otherwise, rate_hz=rate_hz
    )


def recording_of(
    events: Iterable[Event],
    source: str,
    *,
    units: Units | None = None,
    otherwise: Units | None = None,
    rate_hz: float | None = None,
) -> tuple[Recording, Units]:
    """Events of one run as a Recording.

    Parameters
    ----------
    events : iterable of Event
    source : str
        File or port, for people.
    units, otherwise, rate_hz
        What the caller knows better, see `gait.readers.read_with_units`.

    Returns
    -------
    Recording
        Device seconds, in the host's pace where marks tell it; gaps kept as gaps.
    Units
        As read.
    """
    heard = _Heard()
    for event in events:
        heard.take(event)
    count = sum(len(d.counts) for d in heard.data)
    if count < LEAST_SAMPLES:
        raise ReadError(_too_few(heard, source, count))
    data = Data.join(heard.data)
    info = heard.infos[-1][1] if heard.infos else Info("gait")
    frames = Frames(
        data.tick,
        data.seq.astype(np.int64),
        data.n.astype(np.int64),
        tuple(heard.marks),
        tuple(heard.began),
        info.tick_wrap,
        info.rate_hz if info.wire == "gait" else None,
    )
    tick_s = _tick_seconds(heard, data, info, source, units or Units())
    times = counted_times(frames, rate_hz, source) if tick_s is None else times_of(frames, tick_s)
    acc, gyr, known = _in_si(heard, data)
    said = list(_said(heard, data, frames, times, info))
    told = units or Units()
    if known and not (told.acc or told.gyr):
        found = Units("s", "mps2", "radps")
        if told.time:
            found = Units(told.time, found.acc, found.gyr)
    else:
        told = Units("s", told.acc or ("mps2" if known else None), told.gyr or ("radps" if known else None))
        if known:
            # The sensor said what a count is worth, and the caller knows better: back to counts.
            acc, gyr = data.counts[:, :3].astype(float), data.counts[:, 3:].astype(float)
        found, factors, more = infer.settle(
            times.t,
            acc,
            gyr,
            told.over(otherwise or Units()),
            source,
            rate_hz=rate_hz,
            asked=None if units is None else Units("s", units.acc, units.gyr),  # the clock is unrolled
        )
        acc, gyr = acc * factors.acc, gyr * factors.gyr
        said += more
    rose = clock.rising(times.t)
    t = times.t
    if rose.keep is not None:
        t, acc, gyr = t[rose.keep], acc[rose.keep], gyr[rose.keep]
    step = clock.usual_step(t)
    recording = Recording(
        samples=Samples(t, acc, gyr),
        rate_hz=1.0 / step,
        source=source,
        dialect=DIALECT if info.wire == "gait" else info.wire,
        rows=count,
        gaps=clock.gaps(t, step),
        started_at=times.started_at,
        device=info.device,
        notes=tuple(said),
        temperature=_temperature(heard, data, times.t),
    )
    return recording, found


def _temperature(heard: _Heard, data: Data, t: Floats) -> Floats:
    """Times [s] and °C (m, 2), as the sensor told them between its samples."""
    chip = next((info.chip for _, info in reversed(heard.infos) if info.chip is not None), None)
    if chip is None or not heard.statuses:
        return np.empty((0, 2))
    first = np.concatenate([[0], np.cumsum(data.n, dtype=np.int64)])
    at = np.clip(first[np.array(heard.status_at)], 0, len(t) - 1)
    told = [mpu6050.temperature_c(s.temperature, chip.who_am_i) for s in heard.statuses]
    return np.column_stack([t[at], told])


@dataclass(frozen=True)
class Worth:
    """What a sensor's numbers are worth: a count of each kind [m/s²] [rad/s], a tick [s] (None without a clock), the rate [Hz]."""

    acc: float
    gyr: float
    tick_s: float | None
    rate_hz: float


def worth_of(
    events: Sequence[Event],
    source: str,
    *,
    units: Units | None = None,
    rate_hz: float | None = None,
) -> Worth:
    """What the numbers of a run that goes on are worth, by its first seconds, read as `recording_of` reads a whole one.

    Raises
    ------
    ReadError
        As `recording_of`.
    """
    recording, found = recording_of(events, source, units=units, rate_hz=rate_hz)
    heard = _Heard()
    for event in events:
        heard.take(event)
    info = heard.infos[-1][1] if heard.infos else Info("gait")
    tick_s = _tick_seconds(heard, Data.join(heard.data), info, source, units or Units())
    told = units or Units()
    acc, gyr = info.acc_worth, info.gyr_worth
    if acc is None or gyr is None or told.acc or told.gyr:
        acc, gyr = mps2(found.acc or "mps2"), radps(found.gyr or "radps")
    return Worth(acc, gyr, tick_s, recording.rate_hz)


def _tick_seconds(heard: _Heard, data: Data, info: Info, source: str, units: Units) -> float | None:
    """Seconds in a tick: as said, or by the host's clock, or as the steps leave one reading; None without a clock."""
    if info.tick_s is None or not math.isnan(info.tick_s):
        return info.tick_s
    if units.time:
        return seconds(units.time) / TICKS
    span = float(data.tick[-1] - data.tick[0]) / TICKS
    if len(heard.marks) > 1 and span > 0:
        passed = (heard.marks[-1][1] - heard.marks[0][1]) * 1e-9
        for unit in (1.0, 1e-3, 1e-6):
            if passed > 1 and 0.5 < span * unit / passed < 2.0:
                return unit / TICKS
    told = Units(None, "mps2", "radps")
    _, factors, _ = infer.settle(data.tick.astype(float) / TICKS, *_raw(data), told, source)
    return factors.time / TICKS


def _raw(data: Data) -> tuple[Floats, Floats]:
    """Counts as they came."""
    return data.counts[:, :3].astype(float), data.counts[:, 3:].astype(float)


def _in_si(heard: _Heard, data: Data) -> tuple[Floats, Floats, bool]:
    """Counts in SI by what was said last before them; False when nobody said what a count is worth."""
    acc, gyr = _raw(data)
    worths: list[tuple[int, float, float]] = []
    for frame, info in heard.infos:
        if info.acc_worth is None or info.gyr_worth is None:
            return acc, gyr, False
        worths.append((frame, info.acc_worth, info.gyr_worth))
    if not worths:
        return acc, gyr, False
    sample = np.concatenate([[0], np.cumsum(data.n, dtype=np.int64)])
    at = [0, *(frame for frame, _, _ in worths[1:]), len(data)]
    for (_, a, g), start, stop in zip(worths, at[:-1], at[1:], strict=True):
        acc[sample[start] : sample[stop]] *= a
        gyr[sample[start] : sample[stop]] *= g
    return acc, gyr, True


def _said(heard: _Heard, data: Data, frames: Frames, times: Times, info: Info) -> Iterable[str]:
    """What was noticed, one sentence each."""
    if info.wire == "gait":
        lost, silent_s = _lost(frames, times)
        got = int(data.n.sum())
        if lost:
            yield f"{lost} of {lost + got} samples ({_percent(lost / (lost + got))}) never arrived, by their numbers."
        if silent_s >= LEAST_SILENCE_S:
            yield f"The sensor said nothing for {silent_s:.1f} s in all beyond these losses, by its clock."
        full = _grown([s.line_drops for s in heard.statuses])
        if full:
            yield f"The line was too slow for {full} samples; more samples a frame or a lower rate would fit."
        again = int(np.count_nonzero(data.status & REINIT))
        if again:
            yield f"The chip lost its settings and was set up again {_often(again)}."
        if not heard.infos:
            yield "The file does not hold what the sensor says of itself; units were taken from the size of gravity."
        chip = info.chip
        if chip is not None and chip.who_am_i not in (0x68, 0):
            yield f"The chip is no MPU-6050 by its own word: {mpu6050.name(chip.who_am_i)}."
        errors = _grown([s.i2c_errors for s in heard.statuses])
        if errors:
            yield f"The sensor met {errors} error{'s' * (errors > 1)} on the way to its chip and went on."
    restarts = int(times.stretch[-1]) if len(times.stretch) else 0
    if restarts:
        how = (
            "the host's clock tells how long it was away"
            if heard.marks
            else f"nothing tells for how long it was away, {UNKNOWN_PAUSE_S:.0f} s is put there"
        )
        yield f"The sensor started anew {_often(restarts)}; {how}."
    if heard.moments:
        first = np.concatenate([[0], np.cumsum(frames.n)])
        at = [float(times.t[min(int(first[f]), len(times.t) - 1)]) for f in heard.moments]
        yield f"Marked on the way: {', '.join(f'{t:.1f} s' for t in at)}."
    if heard.damaged:
        yield (
            f"{heard.damaged} byte{'s' * (heard.damaged > 1)} in {heard.places} place{'s' * (heard.places > 1)} came damaged and {'were' if heard.damaged > 1 else 'was'} left out."
        )
    if times.drift is not None and abs(times.drift) > WORTH_SAYING:
        faster = "slow" if times.drift > 0 else "fast"
        yield f"The sensor's clock ran {abs(times.drift) * 1e6:.0f} millionths {faster}; its times were brought to the host's pace."


def _lost(frames: Frames, times: Times) -> tuple[int, float]:
    """Samples that the numbers say were lost, and seconds that only the clock says are missing."""
    same = np.diff(times.stretch) == 0
    by_number = numbered(frames) - frames.n[:-1]
    by_clock = np.diff(times.own_s) / times.step - frames.n[:-1]
    # Numbers wrap each 65536 samples; the clock tells how often.
    by_number = by_number + SEQUENCE * np.round((by_clock - by_number) / SEQUENCE).clip(0).astype(np.int64)
    lost = int(by_number[same & (by_number > 0)].sum())
    beyond = by_clock - by_number.clip(0)
    # A chip's clock that warms up is off by 1 % of a long loss; that is no silence.
    silent = same & (beyond > 1.5 + 0.02 * by_number.clip(0))
    return lost, float(beyond[silent].sum() * times.step)


def _grown(counter: Sequence[int]) -> int:
    """How far a 16-bit counter went, over restarts and wraps."""
    total, before = 0, None
    for value in counter:
        if before is not None:
            step = (value - before) % SEQUENCE
            total += step if step < SEQUENCE // 2 else value
        before = value
    return total


def _often(n: int) -> str:
    return "once" if n == 1 else "twice" if n == 2 else f"{n} times"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %" if share >= 0.001 else "less than 0.1 %"


def _too_few(heard: _Heard, source: str, count: int) -> str:
    what = f"{source} holds {count} sample{'s' * (count != 1)} of a sensor"
    damage = f" and {heard.damaged} damaged bytes" if heard.damaged else ""
    return f"{what}{damage}; a recording has at least {LEAST_SAMPLES}. Was the sensor sending when it was recorded?"


def _notes(path: Path) -> dict[str, str]:
    """What the recorder wrote at the head."""
    with path.open("rb") as file:
        return detect.notes_in(file.read(HEAD_BYTES))
