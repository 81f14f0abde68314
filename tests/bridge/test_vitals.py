"""Rate, losses, temperature and stillness from events alone."""

from __future__ import annotations

import numpy as np
import pytest

from firmware_bridge import frames, mpu6050
from firmware_bridge.decoder import Decoder
from firmware_bridge.dialects.text import TextDecoder
from firmware_bridge.events import AFTER_RESET, Chip, Status
from firmware_bridge.vitals import Vitals


def fed(rows: list[list[int]], skip: frozenset[int] = frozenset()) -> Vitals:
    """Samples at 200 Hz, each its own chunk."""
    vitals, machine = Vitals(), Decoder()
    vitals.take(machine.feed(frames.encode_info(Chip())), 0)
    for i, row in enumerate(rows):
        if i not in skip:
            vitals.take(machine.feed(frames.encode_data(i, 5000 * i, 0, [row])), 5_000_000 * i)
    return vitals


def test_rate_and_losses() -> None:
    vitals = fed([[0, 0, 2048, 0, 0, 0]] * 1000, skip=frozenset(range(100, 120)))
    assert vitals.rate_hz == pytest.approx(200.0, rel=0.01)
    assert (vitals.samples, vitals.lost) == (980, 20)


@pytest.mark.parametrize(
    ("row", "up"),
    [
        ([2048, 0, 0], "+x"),
        ([0, -2048, 0], "-y"),
        ([0, 0, 2048], "+z"),
        ([1400, 1400, 0], "none"),
        ([0, 0, 4096], ""),
    ],
)
def test_which_way_is_up(row: list[int], up: str) -> None:
    assert fed([[*row, 0, 0, 0]] * 300).resting() == (True, up)


def test_running_is_not_still() -> None:
    rng = np.random.default_rng(0)
    rows = (rng.normal(0, 600, (300, 6)) + np.array([0, 2048, 0, 0, 0, 0])).astype(int).tolist()
    resting = fed(rows).resting()
    assert resting is not None
    assert not resting[0]


def test_too_early_nothing_is_said() -> None:
    assert Vitals().resting() is None
    assert fed([[0, 0, 2048, 0, 0, 0]] * 10).resting() is None


def test_stillness_without_units() -> None:
    vitals = Vitals()
    vitals.take(TextDecoder().feed(b"5,-3,16384,1,2,3\n" * 200), 0)
    assert vitals.resting() == (True, "+z")


@pytest.mark.parametrize(
    ("who", "raw", "celsius"), [(0x68, -3920, 25.0), (0x70, 1335, 25.0), (0x72, -521, 35.0)]
)
def test_the_temperature_is_by_the_chips_own_formula(who: int, raw: int, celsius: float) -> None:
    vitals, machine = Vitals(), Decoder()
    vitals.take(
        machine.feed(frames.encode_info(Chip(who_am_i=who)) + frames.encode_status(Status(1, raw, 0))), 0
    )
    assert vitals.temperature_c == pytest.approx(celsius, abs=0.05)


def test_the_datasheet() -> None:
    assert mpu6050.acc_worth(3) * 2048 == pytest.approx(mpu6050.G)
    assert np.degrees(mpu6050.gyr_worth(3)) * 16.4 == pytest.approx(1.0)
    assert mpu6050.rate_hz(4) == 200.0
    assert mpu6050.name(0x42) == "unknown chip 0x42"


def test_a_board_that_starts_anew_is_not_said_to_have_lost_thousands() -> None:
    """A weak battery resets it; its numbers begin at 0 again, and INFO says why."""
    vitals, machine = Vitals(), Decoder()
    still = [[0, 0, 2048, 0, 0, 0]]
    before = [frames.encode_info(Chip()), *(frames.encode_data(i, 5000 * i, 0, still) for i in range(100))]
    anew = frames.encode_info(Chip(state=Chip().state | AFTER_RESET))
    after = [anew, *(frames.encode_data(i, 5000 * i, 0, still) for i in range(100) if i != 50)]
    vitals.take(machine.feed(b"".join((*before, *after))), 1)
    assert (vitals.samples, vitals.lost) == (199, 1)
