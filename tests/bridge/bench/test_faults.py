"""What goes wrong on a real chest: each is survived, and each is to be seen in what the sensor says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from firmware_bridge import frames
from firmware_bridge.bench import build, run
from firmware_bridge.events import I2C_ERROR, REINIT
from tests.bridge.bench.wire_stream import Stream, check_against, streams

pytestmark = pytest.mark.bench

SENDING_AND_CHIP = 3

#: Timer 0 of the core counts to 2^22 before micros() wraps: 2^32 us at 1024 us each.
OVERFLOWS_OF_A_WRAP = 1 << 22


def played(
    uno: build.Built, swings: Path, *faults: tuple[float, str], seconds: float = 3.2
) -> tuple[Stream, run.Truth]:
    sent, truth = run.play(swings, faults=faults, seconds=seconds, chip_ppm=-3000.0, built=uno)
    lives = streams(sent)
    assert len(lives) == 1
    return lives[0], truth


def pauses(stream: Stream) -> list[float]:
    """Times without samples, from one tick to the next. [s]."""
    steps = np.diff(stream.data.tick) * 1e-6
    return [float(step) for step in steps if step > 0.0075]


def fine_again(stream: Stream) -> bool:
    """The last stretch is as if nothing had been."""
    last = Stream(frames=stream.frames[-100:])
    return last.lost == 0 and last.seen == 0 and stream.statuses[-1].state == SENDING_AND_CHIP


def test_a_chip_that_does_not_acknowledge_for_a_while(uno: build.Built, swings: Path) -> None:
    stream, truth = played(uno, swings, (1.3, "nack 0.1"))
    check_against(stream, truth)
    status = stream.statuses[-1]
    assert fine_again(stream)
    assert 18 <= status.i2c_errors == status.missed == stream.lost <= 22
    assert status.reinits == 0
    assert [(data.status[0] & I2C_ERROR) > 0 for data in stream.frames].count(True) == 1
    assert len(pauses(stream)) == 1


def test_a_clock_line_that_is_held_for_half_a_second(uno: build.Built, swings: Path) -> None:
    stream, truth = played(uno, swings, (1.3, "stuck-scl 0.5"))
    check_against(stream, truth)
    status = stream.statuses[-1]
    assert fine_again(stream)
    assert status.i2c_errors > 0
    assert status.missed == stream.lost
    (pause,) = pauses(stream)
    assert 0.5 < pause < 0.7
    assert stream.seen & I2C_ERROR
    assert status.reinits == 0  # the chip never lost its settings


def test_a_data_line_that_is_held_is_clocked_free_at_once(uno: build.Built, swings: Path) -> None:
    stream, truth = played(uno, swings, (1.3, "stuck-sda"))
    check_against(stream, truth)
    status = stream.statuses[-1]
    assert fine_again(stream)
    assert (status.i2c_errors, status.missed, stream.lost, status.reinits) == (1, 1, 1, 0)
    assert stream.seen == I2C_ERROR


@pytest.mark.parametrize("without", [0.002, 1.1])
def test_a_chip_that_lost_its_power_is_set_up_again(uno: build.Built, swings: Path, without: float) -> None:
    stream, truth = played(uno, swings, (1.2, "power-off"), (1.2 + without, "power-on"), seconds=4.6)
    check_against(stream, truth)
    status = stream.statuses[-1]
    assert fine_again(stream)
    assert status.reinits == 1
    assert stream.lost == 0  # no data-ready came, so the sequence has no gap ...
    (pause,) = pauses(stream)  # ... but the tick has
    assert without < pause < without + 1.0 + 0.3
    assert stream.seen & REINIT
    assert len(stream.infos) == (3 if without > 1.0 else 2)  # gone, back; or only back


def test_a_chip_that_is_not_there_at_the_start_is_found_later(uno: build.Built, swings: Path) -> None:
    stream, truth = played(uno, swings, (0.0, "power-off"), (1.5, "power-on"))
    check_against(stream, truth)
    chips = [info.chip for info in stream.infos if info.chip]
    assert [(chip.who_am_i, chip.state & 2) for chip in chips] == [(0, 0), (0x68, 2)]
    assert stream.statuses[0].state == 1
    assert fine_again(stream)
    assert stream.data.tick[0] < 1_900_000


def test_the_tick_wraps(uno: build.Built, swings: Path) -> None:
    where = uno.address("timer0_overflow_count")
    to_go = OVERFLOWS_OF_A_WRAP - 1000  # wraps after 1.02 s
    stream, truth = played(uno, swings, (0.7, f"poke {where:x} {to_go.to_bytes(4, 'little').hex()}"))
    tick = stream.data.tick
    jump = int(np.argmax(np.diff(tick) > 1 << 30))
    after = tick[jump + 1 :]
    assert stream.lost == 0
    assert (np.diff(after) < 0).sum() == 1
    assert fine_again(stream)
    wrapped = Stream(frames=stream.frames[jump + 1 :])
    for frame in wrapped.frames:
        frame.tick[0] += (1 << 32) * int(frame.tick[0] < 1 << 31)
    check_against(wrapped, truth)
    assert len(stream.statuses) >= 3  # the second hand went on over the jump and the wrap


def test_a_reset_begins_a_new_life_and_says_so(uno: build.Built, swings: Path) -> None:
    sent, truth = run.play(swings, faults=[(1.3, "reset")], seconds=3.0, rate_hz=100.0, built=uno)
    first, second = streams(sent)
    assert (first.statuses[-1].reset_cause, second.statuses[-1].reset_cause) == (1, 2)
    assert second.infos[0].chip is not None
    assert second.infos[0].chip.state & 4
    assert second.data.seq[0] == 0
    assert second.data.tick[0] < 300_000
    check_against(first, truth, boot=0)
    check_against(second, truth, boot=1)
    assert fine_again(second)


def test_the_id_outlives_a_reset(uno: build.Built, swings: Path) -> None:
    name = frames.encode(frames.SET_ID, b"chest-07").hex()
    sent, _ = run.play(swings, faults=[(0.3, f"send {name}"), (0.6, "reset")], seconds=1.0, built=uno)
    _, second = streams(sent)
    assert second.infos[0].chip is not None
    assert second.infos[0].chip.device_id == b"chest-07"


def test_everything_at_once(uno: build.Built, swings: Path) -> None:
    faults = [
        (0.5, "nack 0.03"),
        (0.8, "stuck-sda"),
        (1.1, "power-off"),
        (1.2, "stuck-scl 0.3"),
        (1.3, "power-on"),
        (1.9, "send 0102030405"),
        (2.0, "stuck-sda"),
        (2.0, "power-off"),
        (2.1, "power-on"),
    ]
    stream, truth = played(uno, swings, *faults, seconds=5.0)
    check_against(stream, truth)
    assert fine_again(stream)
    assert stream.lost == stream.statuses[-1].missed


@pytest.mark.parametrize("gone", [1e-5, 0.02])
@pytest.mark.parametrize("moment", range(0, 700, 70))
def test_power_that_fails_while_a_sample_is_read_makes_no_false_sample(
    uno: build.Built, swings: Path, moment: int, gone: float
) -> None:
    # The 100th data-ready comes at 0.6 s or so; its sample is read in the half millisecond after it.
    _, truth = run.play(swings, seconds=0.7, built=uno)
    at = float(truth.us[100]) * 1e-6 + moment * 1e-6
    sent, truth = run.play(
        swings, faults=[(at, "power-off"), (at + gone, "power-on")], seconds=1.4, built=uno
    )
    (stream,) = streams(sent)
    check_against(stream, truth)
    assert stream.statuses[-1].reinits == 1


@pytest.mark.parametrize("seed", range(8))
def test_whatever_happens_no_sample_is_false_and_it_recovers(
    uno: build.Built, swings: Path, seed: int
) -> None:
    dice = np.random.default_rng(seed)
    faults: list[tuple[float, str]] = [(4.1, "power-on")]
    for at in dice.uniform(0.3, 4.0, 10):
        match dice.integers(6):
            case 0:
                faults.append((at, f"nack {dice.uniform(0, 0.3):.4f}"))
            case 1:
                faults.append((at, f"stuck-scl {dice.uniform(0, 0.3):.4f}"))
            case 2:
                faults.append((at, "stuck-sda"))
            case 3:
                faults += [(at, "power-off"), (at + dice.uniform(0, 0.5), "power-on")]
            case 4:
                faults.append((at, "reset"))
            case _:
                faults.append((at, f"send {dice.integers(0, 256, 40, dtype=np.uint8).tobytes().hex()}"))
    sent, truth = run.play(swings, faults=faults, seconds=7.0, chip_ppm=1500.0, built=uno)
    stream = streams(sent)[-1]
    check_against(stream, truth, boot=int(truth.boot.max()))
    assert fine_again(stream)
