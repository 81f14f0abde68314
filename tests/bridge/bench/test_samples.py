"""The real sketch on the bench: what it sends is what the chip had ready."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from firmware_bridge import frames
from firmware_bridge.bench import build, run
from firmware_bridge.events import CLIPPED, CONFIG, LINE_DROP, Ack
from tests.bridge.bench.wire_stream import TICK_WITHIN_US, Stream, all_of, check_against, streams

pytestmark = pytest.mark.bench

#: The chip's clock is off by up to 1 %; also moves data-ready past every other interrupt. [ppm]
CLOCKS_PPM = (-7000.0, 4321.0)


def one(sent: bytes) -> Stream:
    lives = streams(sent)
    assert len(lives) == 1
    assert len(lives[0].damages) <= 1  # the frame that was under way at the end
    return lives[0]


@pytest.mark.parametrize(("rate_hz", "per_frame"), [(100.0, 1), (200.0, 1), (200.0, 3), (500.0, 4)])
@pytest.mark.parametrize("chip_ppm", CLOCKS_PPM)
def test_nothing_is_lost_and_every_sample_is_the_chips(
    uno: build.Built, swings: Path, rate_hz: float, per_frame: int, chip_ppm: float
) -> None:
    sent, truth = run.play(
        swings, rate_hz=rate_hz, per_frame=per_frame, seconds=6.0, chip_ppm=chip_ppm, built=uno
    )
    stream = one(sent)
    # Settings change at a quarter of a second; what was ready just then is left out and counted.
    settled = Stream(frames=stream.frames[-int((5.2 * rate_hz) // per_frame) :])
    assert settled.lost == 0
    assert not settled.seen & ~CONFIG
    assert stream.lost == stream.statuses[-1].missed <= 1
    deviation = check_against(stream, truth)
    print(
        f"{rate_hz:g} Hz, {per_frame} a frame: {len(stream.number)} samples, ticks within {deviation:.1f} us"
    )
    assert stream.infos[-1].rate_hz == rate_hz
    ready = int((truth.us > 1e6).sum())
    assert abs(ready - (stream.number > stream.number[-1] - ready).sum()) <= 8
    status = stream.statuses[-1]
    assert (status.i2c_errors, status.line_drops, status.reinits, status.fifo_overflows) == (0, 0, 0, 0)
    assert status.reset_cause == 1


def test_1_khz_fits_a_line_of_1_megabaud(builds: Path | None, swings: Path) -> None:
    fast = build.build(build.Board(baud=1_000_000), builds)
    sent, truth = run.play(swings, rate_hz=1000.0, per_frame=4, seconds=3.0, chip_ppm=-7000.0, built=fast)
    stream = one(sent)
    assert stream.lost == stream.statuses[-1].missed <= 1
    check_against(stream, truth)


def test_an_8_mhz_board_keeps_up_at_57600_baud(builds: Path | None, swings: Path) -> None:
    slow = build.build(build.PRO_MINI_8MHZ, builds)
    sent, truth = run.play(swings, seconds=4.0, chip_ppm=4321.0, built=slow)
    stream = one(sent)
    chip = stream.infos[0].chip
    assert chip is not None
    assert (chip.f_cpu_hz, chip.baud, chip.per_frame) == (8_000_000, 57_600, 4)
    assert all_of(stream, truth)
    check_against(stream, truth, within_us=2 * TICK_WITHIN_US)  # everything takes twice as long there


def test_it_compiles_for_a_mega_without_a_warning(builds: Path | None, uno: build.Built) -> None:
    assert uno.warnings == ""
    assert build.build(build.MEGA, builds).warnings == ""


def test_a_line_that_is_too_slow_loses_samples_and_says_which(uno: build.Built, swings: Path) -> None:
    sent, truth = run.play(swings, rate_hz=500.0, per_frame=1, seconds=6.0, built=uno)
    stream = one(sent)
    check_against(stream, truth)
    drops = stream.statuses[-1].line_drops
    print(f"500 Hz, 1 a frame: {drops} of {stream.statuses[-1].samples + drops} samples did not fit the line")
    assert drops > 0
    gaps = np.diff(stream.data.seq).astype(np.uint16) > 1
    said = (stream.data.status[1:] & LINE_DROP) > 0
    settled = np.flatnonzero(stream.data.status & CONFIG)[-1]  # the change of settings leaves one out, too
    np.testing.assert_array_equal(said[settled:], gaps[settled:])
    assert said.any()


def test_answers_do_not_wait_behind_data_on_a_full_line(uno: build.Built, swings: Path) -> None:
    ping = frames.encode(frames.PING, (77).to_bytes(4, "little")).hex()
    faults = [(2.0 + 0.1 * i, f"send {ping}") for i in range(10)]
    sent, _ = run.play(swings, rate_hz=500.0, per_frame=1, faults=faults, seconds=4.0, built=uno)
    stream = one(sent)
    assert [pong.token for pong in stream.pongs] == [77] * 10
    order = [frames.unpack(frame)[0] for frame in sent.split(b"\0") if len(frame) > 4]
    pongs = [i for i, kind in enumerate(order) if kind == frames.PONG]
    data = [frames.parse_data(frames.unpack(f)[1]).tick[0] for f in sent.split(b"\0")[:-1] if len(f) == 25]  # type: ignore[arg-type]
    for pong, at in zip(stream.pongs, pongs, strict=True):
        sent_before = sum(kind == frames.DATA for kind in order[:at])
        # The frame before it was ready some 25 ms ago, for the queue is full; were the answer behind the queue, the
        # frame before it would be a new one.
        assert pong.t_rx - int(data[sent_before - 1]) > 10_000
        assert pong.t_tx - pong.t_rx < 1_000


def test_a_value_at_the_end_of_its_range_is_marked(uno: build.Built, tmp_path: Path) -> None:
    t = [0.005 * i for i in range(401)]
    acc = [(0.0, 0.0, 200.0 if 1.0 <= s < 1.2 else 9.81) for s in t]
    gyr = [(0.0, -40.0 if 1.5 <= s < 1.6 else 0.1, 0.0) for s in t]
    run.write_readings(tmp_path / "hard.csv", t, acc, gyr)
    stream = one(run.play(tmp_path / "hard.csv", built=uno)[0])
    at_end = (np.abs(stream.data.counts.astype(int)) >= 32767).any(axis=1)
    assert at_end.sum() > 50
    np.testing.assert_array_equal((stream.data.status & CLIPPED) > 0, at_end)


@pytest.mark.parametrize("who_am_i", [0x70, 0x71, 0x72, 0x98])
def test_a_clone_is_taken_and_reported(uno: build.Built, swings: Path, who_am_i: int) -> None:
    sent, truth = run.play(swings, seconds=0.6, who_am_i=who_am_i, built=uno)
    stream = one(sent)
    assert stream.infos[0].chip is not None
    assert stream.infos[0].chip.who_am_i == who_am_i
    check_against(stream, truth)


def test_the_same_run_gives_the_same_bytes(uno: build.Built, swings: Path) -> None:
    faults = [(0.5, "nack 0.05"), (0.8, "stuck-sda"), (1.0, "reset")]
    runs = [run.play(swings, faults=faults, seconds=1.5, chip_ppm=99.0, built=uno)[0] for _ in range(2)]
    assert runs[0] == runs[1]


def send(at: float, kind: int, payload: bytes = b"") -> tuple[float, str]:
    return at, f"send {frames.encode(kind, payload).hex()}"


def test_commands_are_obeyed_and_answered(uno: build.Built, swings: Path) -> None:
    faults = [
        send(0.5, frames.RANGES, b"\1\2"),
        send(0.8, frames.FILTER, b"\3"),
        send(1.0, frames.SET_ID, b"waist-02"),
        send(1.2, frames.ASK_INFO),
        send(1.3, frames.FILTER, b"\0"),
        send(1.4, frames.BATCH, b"\5"),
        send(1.5, frames.START, b"\1"),
        send(1.6, 0x9F),
        send(1.7, frames.PING, b"abcd"),
    ]
    sent, truth = run.play(swings, faults=faults, seconds=2.0, built=uno)
    stream = one(sent)
    check_against(stream, truth)  # before and after the change of ranges
    assert stream.acks == [
        Ack(frames.RANGES, 0),
        Ack(frames.FILTER, 0),
        Ack(frames.SET_ID, 0),
        Ack(frames.FILTER, 3),
        Ack(frames.BATCH, 3),
        Ack(frames.START, 2),
        Ack(0x9F, 1),
    ]
    chips = [info.chip for info in stream.infos if info.chip]
    assert [(c.acc_range, c.gyr_range, c.dlpf, c.device_id) for c in chips] == [
        (3, 3, 2, bytes(8)),
        (1, 2, 2, bytes(8)),
        (1, 2, 3, bytes(8)),
        (1, 2, 3, b"waist-02"),
        (1, 2, 3, b"waist-02"),
    ]
    assert stream.pongs[0].token == int.from_bytes(b"abcd", "little")


def test_info_stands_where_the_counts_change_their_worth(uno: build.Built, tmp_path: Path) -> None:
    t = [0.01 * i for i in range(201)]
    run.write_readings(tmp_path / "still.csv", t, [(0.0, 0.0, 9.80665)] * 201, [(0.0, 0.0, 0.0)] * 201)
    faults = [send(0.5 + 0.1 * k, frames.RANGES, bytes([k % 4, 3])) for k in range(10)]
    faults.insert(0, send(0.4, frames.BATCH, b"\4"))
    sent, _ = run.play(tmp_path / "still.csv", rate_hz=500.0, faults=faults, built=uno)
    worth = 2048
    for frame in sent.split(b"\0"):
        match frames.unpack(frame):
            case (frames.INFO, payload):
                worth = 16384 >> payload[12]
            case (frames.DATA, payload):
                assert (frames.parse_data(payload).counts[:, 2] == worth).all()


def test_garbage_on_the_line_is_no_command(uno: build.Built, swings: Path) -> None:
    noise = np.random.default_rng(5).integers(0, 256, 150, dtype=np.uint8).tobytes()
    torn = frames.encode(frames.STOP, b"")[:-2] + b"\x77\0"
    ping = frames.encode(frames.PING, b"1234")
    faults = [
        (0.5, f"send {noise.hex()}"),
        (0.7, f"send {(b'x' * 150).hex()}"),
        (0.8, f"send {torn.hex()}"),
        (0.9, f"send 00{ping.hex()}"),
    ]
    sent, truth = run.play(swings, faults=faults, seconds=1.5, built=uno)
    stream = one(sent)
    assert not stream.acks
    assert len(stream.pongs) == 1
    assert all_of(stream, truth)


def test_a_silence_that_was_asked_for_is_no_loss(uno: build.Built, swings: Path) -> None:
    faults = [send(0.5, frames.STOP), send(1.5, frames.START)]
    sent, _ = run.play(swings, faults=faults, seconds=2.5, built=uno)
    stream = one(sent)
    assert stream.acks == [Ack(frames.STOP, 0), Ack(frames.START, 0)]
    assert stream.lost <= 1
    assert np.diff(stream.data.tick).max() > 990_000
    assert [status.state & 1 for status in stream.statuses] == [0, 1]
