"""What a live run may cost. Short versions of bench_live; run alone by `make bench`."""

from __future__ import annotations

import statistics
import sys

import pytest

from tests.speed.bench_live import latency_ms, recorder_pace, soak, update_ms

pytest.importorskip("pty")
pytest.importorskip("starlette")

pytestmark = pytest.mark.speed

#: One look at a full window at 200 Hz, CPU time. [ms]  Claim of the design; measured 16.6.
UPDATE_MS = 50.0

#: From a sample's arrival to the screen. [ms]  Claim of the design; measured 880.
LATE_MS = 1500.0

#: Growth of memory once everything is loaded. [MB]  Claim of the design for two hours; measured 0.3.
GROWTH_MB = 5.0

#: More CPU with ten viewers. [share of a core]  Measured 0.004.
TEN_VIEWERS = 0.05


def test_one_look_at_a_window() -> None:
    assert statistics.median(update_ms()) < UPDATE_MS


def test_from_arrival_to_screen() -> None:
    assert statistics.median(latency_ms(10.0)) < LATE_MS


def test_ten_viewers_cost_the_recorder_nothing() -> None:
    alone, _, _ = recorder_pace(0)
    looked_at, _, got = recorder_pace(10)
    assert looked_at < alone + TEN_VIEWERS
    assert min(got) > 0.8 * max(got)


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_twenty_minutes_of_recording_grow_no_memory() -> None:
    found = soak(1200.0, 20.0)
    assert found.lost == 0
    early = statistics.median(
        m for t, m in zip(found.times, found.memory_mb, strict=True) if 540.0 < t < 660.0
    )
    assert found.memory_mb[-1] - early < GROWTH_MB
    late = [x for t, x in found.late_s if t > 1000.0]
    begin = [x for t, x in found.late_s if 60.0 < t < 260.0]
    assert (statistics.median(late) - statistics.median(begin)) / 20.0 < 0.25
