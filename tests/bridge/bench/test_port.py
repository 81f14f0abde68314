"""The bench as a program sees it: a serial port that resets the board when it is opened."""

from __future__ import annotations

import os
import select
import shutil
import time
import tty
from pathlib import Path

import pytest

from firmware_bridge import frames
from firmware_bridge.bench import build, run
from tests.bridge.bench.wire_stream import check_against, streams

pytestmark = pytest.mark.bench

#: So long nothing has come: something is stuck. [s]  Chosen: far beyond what a loaded machine takes.
STUCK = 20.0

#: The bench runs ahead of its reader by what a pty holds, some 15 s of samples; a test that talks to it has more. [s]
LONG = 1000.0


class Port:
    """The port's other end, without the link: raw bytes."""

    def __init__(self, path: str) -> None:
        self.fd = os.open(path, os.O_RDWR | os.O_NOCTTY)
        tty.setraw(self.fd)
        self.got = b""

    def read(self, size: int = 4096) -> bytes:
        """What is there; waits for something. Empty when the bench is gone."""
        ready, _, _ = select.select([self.fd], [], [], STUCK)
        assert ready, "nothing came"
        try:
            data = os.read(self.fd, size)
        except OSError:
            return b""
        self.got += data
        return data

    def read_until(self, kind: int) -> bytes:
        """Payload of the next frame of this kind."""
        while True:
            for frame in self.got.split(b"\0")[:-1]:
                match frames.unpack(frame):
                    case (found, payload) if found == kind:
                        self.got = self.got.partition(frame)[2]
                        return payload
            assert self.read(), "the bench ended"

    def close(self) -> None:
        os.close(self.fd)


def test_opening_resets_and_commands_are_answered(uno: build.Built, swings: Path) -> None:
    with run.start(swings, real_time=False, seconds=LONG, built=uno) as bench:
        for life in (1, 2):
            port = Port(bench.port)
            info = frames.parse_info(port.read_until(frames.INFO)).chip
            assert info is not None
            assert info.state & 4, f"life {life} does not begin with a reset"
            os.write(port.fd, frames.encode(frames.PING, b"%04d" % life))
            assert port.read_until(frames.PONG)[:4] == b"%04d" % life
            assert frames.STATUS_LAYOUT.unpack(port.read_until(frames.STATUS))[-2] == 2
            port.close()


def test_time_waits_for_a_slow_reader(uno: build.Built, swings: Path) -> None:
    with run.start(swings, real_time=False, seconds=6.0, built=uno) as bench:
        port = Port(bench.port)
        while port.read(700):
            time.sleep(0.005)  # 700 bytes in at least 5 ms: slower than the bench, which makes them in 1 or 2
        port.close()
        bench.process.wait(STUCK)
        (stream,) = streams(port.got)
        check_against(stream, bench.truth(), boot=1)
        assert stream.lost == 0
        assert len(stream.number) > 6.0 * 200 - 30  # up to the end: the boot takes 22 samples' time


def test_orders_are_taken_while_it_runs(uno: build.Built, swings: Path) -> None:
    with run.start(swings, real_time=False, seconds=LONG, built=uno) as bench:
        port = Port(bench.port)
        port.read_until(frames.DATA)
        bench.tell("power-off")
        while frames.STATUS_LAYOUT.unpack(port.read_until(frames.STATUS))[-1] & 2:
            pass
        bench.tell("power-on")
        while not frames.STATUS_LAYOUT.unpack(port.read_until(frames.STATUS))[-1] & 2:
            pass
        port.close()


def test_in_real_time_nobody_need_listen(uno: build.Built, swings: Path) -> None:
    began = time.monotonic()
    with run.start(swings, real_time=True, seconds=1.0, built=uno) as bench:
        assert bench.process.wait(STUCK) == 0
        assert len(bench.truth().us) > 150
    assert time.monotonic() - began > 0.9


def test_what_is_missing_is_said_in_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(shutil, "which", lambda tool: None)
    monkeypatch.setenv("GAIT_ARDUINO_AVR", str(tmp_path))
    sentence = build.missing_tools()
    assert "avr-gcc" in sentence
    assert "apt-get install" in sentence
    assert "\n" not in sentence
    with pytest.raises(build.BenchError, match="avr-gcc"):
        build.build(folder=tmp_path)


def test_a_mistake_in_the_script_is_said(uno: build.Built, swings: Path) -> None:
    with pytest.raises(build.BenchError, match="no such order"):
        run.play(swings, faults=[(0.1, "explode")], seconds=0.5, built=uno)


def test_a_rate_that_the_chip_cannot_do_is_refused(uno: build.Built, swings: Path) -> None:
    with pytest.raises(build.BenchError, match="1000 / "):
        run.play(swings, rate_hz=3.0, built=uno)
