"""Samples of a run that goes on: the same as of the whole capture, however the events were cut."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_bridge.decoder import Decoder
from firmware_bridge.dialects.text import TextDecoder
from firmware_bridge.events import AFTER_RESET, Chip, Event, Info, Mark
from firmware_bridge.sensor_stream import Faults, stream
from gait.readers.arrivals import Arrivals
from gait.readers.wire import recording_of
from gait.readers.words import parse_units
from gait.recording import Samples
from gait.units import G
from tests.bridge.made import counts

HOST_NS = 1_767_225_600_000_000_000

#: Stamps are whole microseconds. [s]
TICK = 1.5e-6


def chunks(
    n: int, *, every_s: float = 0.02, faults: Faults | None = None, chip: Chip | None = None
) -> list[tuple[list[Event], int]]:
    """Events of n samples as they would arrive, with the host's time."""
    decoder, out, data, last = Decoder(), [], b"", 0.0
    for due, piece in stream(counts(n), chip, faults):
        data += piece
        if due - last >= every_s:
            out.append((decoder.feed(data), HOST_NS + round(due * 1e9)))
            data, last = b"", due
    out.append((decoder.feed(data), HOST_NS + round((last + every_s) * 1e9)))
    return out


def arrived(parts: list[tuple[list[Event], int]], ask_every: int = 7) -> Samples:
    """All samples of arrivals that are asked now and then."""
    arrivals, out = Arrivals("port"), []
    for i, (events, host_ns) in enumerate(parts):
        arrivals.take(events, host_ns)
        if i % ask_every == 0 and (samples := arrivals.samples()) is not None:
            out.append(samples)
    if (samples := arrivals.samples()) is not None:
        out.append(samples)
    return Samples.join(out)


def whole(parts: list[tuple[list[Event], int]], *, marked: bool = False) -> Samples:
    """The same as the reader of files has it; without marks in the sensor's own seconds."""
    events = [e for found, at in parts for e in (*found, *([Mark(at)] if marked else []))]
    return recording_of(events, "file")[0].samples


@given(st.integers(1, 40), st.floats(0.004, 0.3), st.sampled_from([1, 2, 4]))
@settings(max_examples=15, deadline=None)
def test_any_cut_gives_the_samples_of_the_whole_file(ask_every: int, every_s: float, per_frame: int) -> None:
    parts = chunks(1200, every_s=every_s, chip=Chip(per_frame=per_frame))
    live, file = arrived(parts, ask_every), whole(parts)
    np.testing.assert_array_equal(live.acc, file.acc)
    np.testing.assert_array_equal(live.gyr, file.gyr)
    np.testing.assert_allclose(live.t, file.t, atol=TICK)


def test_losses_and_the_wrap_of_the_tick_leave_every_sample_at_its_time() -> None:
    parts = chunks(3000, faults=Faults(drop=0.05, first_tick=(1 << 32) - 7_000_000))
    live, file = arrived(parts), whole(parts)
    assert len(live) == len(file) < 2900
    np.testing.assert_allclose(live.t, file.t, atol=TICK)


def test_after_a_reset_time_goes_on_by_the_hosts_clock() -> None:
    """The sensor was unplugged at 5 s and came back 4 s later with its clock at 0."""
    first, second = chunks(1000), chunks(1000)
    moved = second[0][1] - first[-1][1] + int(-9e9) + (first[-1][1] - HOST_NS)
    again = [(events, at - moved) for events, at in second]
    assert any(isinstance(e, Info) and e.chip and e.chip.state & AFTER_RESET for e in again[0][0])
    arrivals = Arrivals("port")
    for events, at in first + again:
        arrivals.take(events, at)
    live = arrivals.samples()
    assert live is not None
    assert arrivals.restarts == 1
    step = np.diff(live.t)
    assert len(live) == 2000
    away = (again[0][1] - first[-1][1]) * 1e-9
    assert step.max() == pytest.approx(away, abs=0.06)
    assert np.sort(step)[-2] < 0.006
    file = whole(first + again, marked=True)
    assert abs(live.t - file.t).max() < 0.06  # the file has the least delayed arrival, here it is the first


def test_a_range_that_was_changed_on_the_way_is_heeded() -> None:
    parts = chunks(1200)
    middle = len(parts) // 2
    info = next(e for e in parts[0][0] if isinstance(e, Info))
    assert info.acc_worth is not None
    halved = replace(info, acc_worth=info.acc_worth / 2, chip=None)
    parts.insert(middle, ([halved], parts[middle][1]))
    live, file = arrived(parts), whole(parts)
    np.testing.assert_allclose(live.acc, file.acc)


def test_lines_of_text_are_understood_by_their_first_seconds() -> None:
    decoder = TextDecoder(columns=("t", "ax", "ay", "az", "gx", "gy", "gz"))
    rng = np.random.default_rng(1)
    arrivals = Arrivals("port", units=parse_units("ms,raw:16g,raw:2000dps"))
    out = []
    for i in range(600):
        a = rng.normal(0, 20, 6)
        line = (
            f"{10 * i},{a[0]:.0f},{a[1]:.0f},{2048 + a[2]:.0f},{a[3] / 4:.0f},{a[4] / 4:.0f},{a[5] / 4:.0f}\n"
        )
        arrivals.take(decoder.feed(line.encode()), HOST_NS + 10_000_000 * i)
        if i % 50 == 49 and (samples := arrivals.samples()) is not None:
            out.append(samples)
        assert i > 240 or not out  # held until it is clear
    live = Samples.join(out)
    assert arrivals.rate_hz == pytest.approx(100.0)
    assert len(live) == 600
    assert live.acc[:, 2].mean() == pytest.approx(G, rel=0.01)


def test_numbers_that_nobody_understands_are_said_so_and_not_hoarded() -> None:
    decoder = TextDecoder(columns=("t", "ax", "ay", "az", "gx", "gy", "gz"))
    arrivals = Arrivals("port")
    for i in range(9000):
        arrivals.take(decoder.feed(f"{10 * i},1,2,7,1,1,1\n".encode()), HOST_NS + 10_000_000 * i)
        if i % 50 == 0:
            assert arrivals.samples() is None
    assert arrivals.why
    assert len(arrivals._held) < 3200
