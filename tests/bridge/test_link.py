"""Ports: a virtual sensor on a pseudo-terminal, URLs, handshakes, unplugging, and what cannot be opened."""

from __future__ import annotations

import contextlib
import os
import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import serial
from serial import rfc2217

from firmware_bridge import frames
from firmware_bridge.capture import Capture, read
from firmware_bridge.decoder import Decoder
from firmware_bridge.errors import LinkLost
from firmware_bridge.events import Ack, Damage, Data, Event, Info, Pong
from firmware_bridge.link import Link, ports
from firmware_bridge.recorder import Heard, greet, notes_for, record
from firmware_bridge.sensor_stream import Faults
from firmware_bridge.virtual_sensor import VirtualSensor, running
from tests.bridge.made import counts, frame_list

pytest.importorskip("pty")

#: Nothing here takes so long; it ends a test that hangs. [s]
PATIENCE = 20.0

ROWS = counts(4000)


@pytest.fixture
def sensor() -> Iterator[VirtualSensor]:
    with VirtualSensor(ROWS, speed=20.0) as made:
        yield made


def until(link: Link, wanted: type[Event]) -> Event:
    machine, stop = Decoder(), time.monotonic() + PATIENCE
    for chunk in link.chunks(0.1):
        for event in machine.feed(chunk.data):
            if isinstance(event, wanted):
                return event
        assert time.monotonic() < stop, f"no {wanted.__name__}"
    raise AssertionError("the link ended")


def test_handshake_and_samples_in_order(sensor: VirtualSensor, tmp_path: Path) -> None:
    with Link(sensor.path) as link:
        greeting = greet(link)
        assert greeting.wire == "gait"
        assert greeting.info is not None
        assert greeting.info.rate_hz == 200.0
        got: list[Data] = []
        with Capture(tmp_path / "run.gaitcap", notes_for(link, greeting)) as capture:
            for heard in record(link, capture, Decoder(), greeting.heard):
                got += [event for event in heard.events if isinstance(event, Data)]
                if sum(len(data) for data in got) > 2000:
                    break
    everything = Data.join(got)
    assert (everything.seq == range(len(everything))).all()
    assert (everything.counts == ROWS[: len(everything)]).all()
    # Saved before understood: the file holds at least what was yielded.
    saved = Data.join(e for e in read(tmp_path / "run.gaitcap", Decoder()) if isinstance(e, Data))
    assert (saved.counts[: len(everything)] == everything.counts).all()


def test_commands_are_answered(sensor: VirtualSensor) -> None:
    with Link(sensor.path) as link:
        greet(link)
        assert link.send(frames.command(frames.PING, 77))
        pong = until(link, Pong)
        assert isinstance(pong, Pong)
        assert pong.token == 77
        assert link.send(frames.command(frames.STOP))
        assert until(link, Ack) == Ack(frames.STOP, 0)
        assert link.send(frames.command(frames.SET_ID, *b"chest-01"))
        info = until(link, Info)
        assert isinstance(info, Info)
        assert "chest-01" in info.device


def test_opening_resets_and_starts_anew(sensor: VirtualSensor) -> None:
    for _ in range(2):
        with Link(sensor.path) as link:
            info = greet(link).info
            assert info is not None
            assert info.chip is not None
            assert info.chip.tick < 60_000_000
    assert sensor.resets >= 2


def test_unplugged_and_plugged_in_twenty_times(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    finds, lost, total = 0, 0, 0
    path = tmp_path / "run.gaitcap"
    with VirtualSensor(ROWS, speed=5.0) as sensor, Link(sensor.path) as link:
        greeting = greet(link)
        stop = time.monotonic() + 4 * PATIENCE
        with Capture(path, notes_for(link, greeting)) as capture:
            since = 0
            for heard in record(link, capture, Decoder(), greeting.heard, timeout_s=0.05):
                assert time.monotonic() < stop
                got = sum(int(e.n.sum()) for e in heard.events if isinstance(e, Data))
                total, since = total + got, since + got
                if heard.change == "lost":
                    lost += 1
                    since = 0
                    sensor.replug()
                elif heard.change == "found":
                    finds += 1
                elif since > 20:
                    if finds == 20:
                        break
                    since = -(10**9)  # once
                    sensor.unplug()
        assert len([t for t in threading.enumerate() if t not in before]) == 2  # the link's and the sensor's
    assert (lost, finds) == (20, 20)
    assert set(threading.enumerate()) <= before
    saved = sum(int(e.n.sum()) for e in read(path, Decoder()) if isinstance(e, Data))
    assert saved >= total > 20 * 20


def test_a_bad_line_makes_no_false_sample(tmp_path: Path) -> None:
    faults = Faults(
        drop=0.02, garbage=0.05, damage=0.05, jitter_s=0.002, first_tick=2**32 - 1_000_000, seed=3
    )
    heard: list[Heard] = []
    with VirtualSensor(ROWS, faults=faults, speed=20.0, loop=False) as sensor, Link(sensor.path) as link:
        greeting = greet(link)
        with Capture(tmp_path / "run.gaitcap", {}) as capture:
            for item in record(link, capture, Decoder(), greeting.heard, timeout_s=0.2):
                heard.append(item)
                if sensor.finished and not item.size:
                    break
    data = Data.join(e for item in heard for e in item.events if isinstance(e, Data))
    assert (data.counts == ROWS[data.seq]).all()
    assert 0.75 * len(ROWS) < len(data) < len(ROWS)
    assert any(isinstance(e, Damage) for item in heard for e in item.events)


@contextlib.contextmanager
def talking(data: bytes) -> Iterator[str]:
    """A URL at which these bytes are said bit by bit."""
    server = socket.create_server(("127.0.0.1", 0))
    done = threading.Event()

    def serve() -> None:
        connection, _ = server.accept()
        with connection, contextlib.suppress(OSError):
            for at in range(0, len(data), 100):
                connection.sendall(data[at : at + 100])
                time.sleep(0.02)
            done.wait(PATIENCE)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"socket://127.0.0.1:{server.getsockname()[1]}"
    finally:
        done.set()
        thread.join(PATIENCE)
        server.close()


def test_a_url_is_a_port() -> None:
    with talking(b"".join(frame_list(1) * 200)) as url, Link(url, reconnect=False) as link:
        greeting = greet(link)
        assert greeting.wire == "gait"
        assert greeting.info is not None


@contextlib.contextmanager
def rfc2217_server(sensor: VirtualSensor) -> Iterator[str]:
    """A URL at which a real RFC 2217 server hands a port on, as ser2net or an ESP bridge does."""
    listening = socket.create_server(("127.0.0.1", 0))
    done = threading.Event()
    device = _Lineless(sensor.path, timeout=0)

    def serve() -> None:
        listening.settimeout(PATIENCE)
        connection, _ = listening.accept()
        with connection, contextlib.suppress(OSError):
            connection.settimeout(0.01)
            manager = rfc2217.PortManager(device, _Sender(connection))
            while not done.is_set():
                with contextlib.suppress(TimeoutError):
                    if not (said := connection.recv(1024)):
                        return
                    device.write(b"".join(manager.filter(said)))
                if data := device.read(4096):
                    connection.sendall(b"".join(manager.escape(data)))

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"rfc2217://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        done.set()
        thread.join(PATIENCE)
        listening.close()
        device.close()


class _Lineless(serial.Serial):
    """A pseudo-terminal has no modem lines, and the system says so with an error where a port would answer."""

    cts = dsr = ri = cd = property(lambda _: False)

    def _update_dtr_state(self) -> None:
        pass

    def _update_rts_state(self) -> None:
        pass


class _Sender:
    """What PortManager answers with."""

    def __init__(self, connection: socket.socket) -> None:
        self.write = connection.sendall


def test_an_rfc2217_url_is_a_port(sensor: VirtualSensor, tmp_path: Path) -> None:
    """Telnet escapes (255 is common in readings), settings agreed on, commands on the way back, no thread left."""
    before = set(threading.enumerate())
    with rfc2217_server(sensor) as url, Link(url) as link:
        assert link.has_speed
        greeting = greet(link)
        assert greeting.info is not None
        assert greeting.info.rate_hz == 200.0
        assert link.send(frames.command(frames.SET_ID, *b"far-away"))
        got: list[Data] = []
        said: list[Info] = []
        with Capture(tmp_path / "run.gaitcap", notes_for(link, greeting)) as capture:
            for heard in record(link, capture, Decoder(), greeting.heard):
                got += [event for event in heard.events if isinstance(event, Data)]
                said += [event for event in heard.events if isinstance(event, Info)]
                if sum(len(data) for data in got) > 3000 and "far-away" in said[-1].device:
                    break
    everything = Data.join(got)
    # The server had the port open before us, so the run had begun; from there on nothing is missing.
    number = everything.seq[0] + np.arange(len(everything))
    assert (everything.seq == number % 65536).all()
    assert (everything.counts == ROWS[number % len(ROWS)]).all()
    assert set(threading.enumerate()) <= before


def test_an_rfc2217_server_that_goes_away_is_a_lost_port(sensor: VirtualSensor) -> None:
    with contextlib.ExitStack() as server:
        url = server.enter_context(rfc2217_server(sensor))
        with Link(url, reconnect=False) as link:
            greet(link)
            server.close()
            stop = time.monotonic() + PATIENCE
            assert any(chunk.change == "lost" or time.monotonic() > stop for chunk in link.chunks(0.1))
            assert time.monotonic() < stop


def test_a_loop_url_gives_back_what_is_sent() -> None:
    with Link("loop://", reconnect=False, hello=False) as link:
        assert link.send(b"".join(frame_list(5)))
        assert isinstance(until(link, Data), Data)
    with Link("loop://", reconnect=False) as link, pytest.raises(LinkLost, match="no sensor was understood"):
        greet(link)


def test_text_lines_are_understood() -> None:
    data = b"".join(b"%d,1,2,16384,4,5,6\r\n" % (10 * i) for i in range(400))
    with talking(data) as url, Link(url, reconnect=False) as link:
        assert greet(link).wire == "text"


def test_a_wrong_speed_is_said() -> None:
    with talking(bytes(range(128, 256)) * 20) as url, Link(url, reconnect=False) as link:
        with pytest.raises(LinkLost, match="speed") as silent:
            greet(link)
        assert silent.value.reason == "silent"


def test_ports_that_cannot_be_opened(tmp_path: Path, sensor: VirtualSensor) -> None:
    with pytest.raises(LinkLost, match="gait ports") as absent:
        Link(str(tmp_path / "nothing"))
    assert absent.value.reason == "absent"
    with Link(sensor.path), pytest.raises(LinkLost, match="another program") as busy:
        Link(sensor.path)
    assert busy.value.reason == "busy"
    for url, said in (
        ("morse://somewhere", "cannot be opened"),
        ("socket://127.0.0.1", "socket://host:port"),
        ("rfc2217://127.0.0.1:1", "Nobody could be reached"),
    ):
        with pytest.raises(LinkLost, match=said):
            Link(url)
    file = tmp_path / "file"
    file.write_text("")
    for no_port in (file, tmp_path):
        with pytest.raises(LinkLost, match="no serial port"):
            Link(str(no_port))


def test_a_made_up_sensor_is_found_while_it_lives(sensor: VirtualSensor) -> None:
    assert sensor.path in running()
    sensor.close()
    assert sensor.path not in running()
    assert isinstance(ports(), list)


def test_a_sensor_that_somebody_else_made_up_is_not_taken_for_ones_own(
    sensor: VirtualSensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sensor.path in running()
    monkeypatch.setattr(os, "getuid", lambda: Path(sensor.path).parent.stat().st_uid + 1)
    assert sensor.path not in running()


def test_where_there_are_no_pseudo_terminals_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "termios", None)
    with pytest.raises(LinkLost, match="Use Linux, macOS or WSL") as absent:
        VirtualSensor(ROWS)
    assert absent.value.reason == "unsupported"


def test_a_capture_begins_with_what_the_sensor_says_of_itself(tmp_path: Path) -> None:
    torn = frame_list(3)[2][7:]
    with talking((torn + b"".join(frame_list(20))) * 30) as url, Link(url, reconnect=False) as link:
        (chunk,) = greet(link).heard
    assert isinstance(Decoder().feed(chunk.data)[0], Info)
