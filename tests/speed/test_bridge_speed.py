"""The decoder's speed by processor time, which does not count what other programs take."""

from __future__ import annotations

import time

import pytest

from firmware_bridge.decoder import Decoder
from firmware_bridge.events import Data
from tests.speed.bench_bridge import capture_like

#: Frames a second. Claims of issue 3; a stream is fed as a fast port gives it, 4 KiB at a time.
STREAMING, FILES = 500_000, 2_000_000


@pytest.mark.speed
@pytest.mark.parametrize(("chunk", "least"), [(4096, STREAMING), (1 << 24, FILES)])
def test_frames_a_second(chunk: int, least: int) -> None:
    data, best = capture_like(200_000, 1), 1e9
    for _ in range(4):
        machine, begin, got = Decoder(), time.process_time(), 0
        for at in range(0, len(data), chunk):
            got += sum(len(event) for event in machine.feed(data[at : at + chunk]) if isinstance(event, Data))
        best = min(best, time.process_time() - begin)
        assert got == 200_000
    print(f"{chunk} B at a time: {200_000 / best / 1e6:.2f} M frames/s")
    assert 200_000 / best >= least
