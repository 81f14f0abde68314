"""The made-up sensor's bytes: what was asked to go wrong goes wrong, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from firmware_bridge.decoder import Decoder
from firmware_bridge.events import CLIPPED, LINE_DROP, Chip, Damage, Data, Event, Info
from firmware_bridge.mpu6050 import G
from firmware_bridge.sensor_stream import Faults, stream, to_counts
from tests.bridge.made import counts

ROWS = counts(2000)


def events_of(faults: Faults | None = None, chip: Chip | None = None) -> list[Event]:
    machine = Decoder()
    return machine.feed(b"".join(data for _, data in stream(ROWS, chip, faults))) + machine.close()


def data_of(events: list[Event]) -> Data:
    return Data.join(event for event in events if isinstance(event, Data))


@pytest.mark.parametrize("per_frame", [1, 2, 4])
def test_without_faults_all_arrives(per_frame: int) -> None:
    events = events_of(chip=Chip(per_frame=per_frame))
    assert isinstance(events[0], Info)
    assert not any(isinstance(event, Damage) for event in events)
    assert (data_of(events).counts == ROWS).all()


def test_clipping_is_in_the_status() -> None:
    data = data_of(events_of())
    ends = ((ROWS == 32767) | (ROWS == -32768)).any(axis=1)
    assert ((data.status & CLIPPED > 0) == ends).all()


def test_drops_leave_holes_in_the_numbers_and_a_bit() -> None:
    data = data_of(events_of(Faults(drop=0.1)))
    assert 0.85 * len(ROWS) < len(data) < 0.95 * len(ROWS)
    assert (data.counts == ROWS[data.seq]).all()
    behind = np.diff(data.seq.astype(int)) > 1
    assert ((data.status[1:] & LINE_DROP > 0) == behind).all()


def test_damage_and_garbage_make_nothing_false() -> None:
    events = events_of(Faults(damage=0.2, garbage=0.2, seed=1))
    data = data_of(events)
    assert (data.counts == ROWS[data.seq]).all()
    assert any(isinstance(event, Damage) for event in events)


def test_clock_and_wrap() -> None:
    faults = Faults(clock_ppm=1000.0, first_tick=2**32 - 1_000_000)
    due = [when for when, _ in stream(ROWS, None, faults)]
    assert due[-1] == pytest.approx(1999 * 0.005 / 1.001)
    assert data_of(events_of(faults)).tick[200] == 0


def test_readings_become_counts_and_clip() -> None:
    acc = np.array([[G, -20 * G, 0.0]])
    assert to_counts(acc, np.zeros((1, 3)))[0, :3].tolist() == [2048, -32768, 0]
