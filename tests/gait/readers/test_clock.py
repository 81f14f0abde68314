"""Stamps that wrap, and stamps that come in packets.

Truth: an even clock, written as a counter or sent in packets.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest

from gait.errors import ReadError
from gait.readers import read
from gait.readers.clock import WRAP, in_packets, unrolled
from gait.rotations import Floats

RATE = 200.0


def running(n: int = 3000) -> tuple[Floats, Floats]:
    """Made-up readings with a trunk's gravity and turning."""
    t = np.arange(n) / RATE
    acc = np.stack([1.0 * np.sin(17 * t), 0.8 * np.sin(8.5 * t), 9.81 + 9.0 * np.sin(17 * t)], axis=1)
    gyr = np.stack([1.0 * np.sin(8.5 * t), 0.6 * np.sin(17 * t), 1.8 * np.cos(8.5 * t)], axis=1)
    return acc, gyr


def write(path: Path, stamps: Floats, scale: float = 1.0) -> Path:
    acc, gyr = running(len(stamps))
    rows = np.column_stack([stamps, acc, gyr * scale])
    np.savetxt(
        path, rows, fmt=["%d", *["%.5f"] * 6], delimiter=",", header="t,ax,ay,az,gx,gy,gz", comments=""
    )
    return path


@pytest.mark.parametrize("at", [1, 700, 1500, 2998])
def test_a_counter_that_wraps_is_unrolled(tmp_path: Path, at: int) -> None:
    counts = (np.arange(3000) - at) * 5000.0 % WRAP
    found = read(write(tmp_path / "wrapped.csv", counts), units="us,mps2,radps")
    assert len(found.samples) == 3000
    np.testing.assert_allclose(np.diff(found.samples.t), 1 / RATE, atol=1e-9)
    assert any("began again once" in note for note in found.notes)


def test_a_clock_that_restarts_is_no_wrap() -> None:
    restarted = np.concatenate([np.arange(1000) * 5000.0, np.arange(500) * 5000.0])
    joined, wraps = unrolled(restarted)
    assert wraps == 0
    np.testing.assert_array_equal(joined, restarted)


def test_stamps_of_packets_are_not_taken_for_a_fast_sensor(tmp_path: Path) -> None:
    packet, row = np.divmod(np.arange(3000), 10)
    with pytest.raises(ReadError, match=r"come in packets.*--rate 100"):
        read(write(tmp_path / "packets.csv", packet * 100.0 + row), units="ms,mps2,radps")


@pytest.mark.parametrize("jitter", [0.0, 0.2])
def test_jitter_and_losses_are_no_packets(jitter: float) -> None:
    rng = np.random.default_rng(0)
    t = np.arange(4000) + jitter * rng.normal(size=4000)
    assert in_packets(t) is None
    assert in_packets(t[rng.random(4000) > 0.1]) is None
    assert in_packets(np.concatenate([t, t + 1e6])) is None


def test_what_is_said_of_a_zipped_table_is_obeyed(tmp_path: Path) -> None:
    table = write(tmp_path / "run.csv", np.arange(3000) * 5000.0, scale=57.29578)
    with zipfile.ZipFile(tmp_path / "run.zip", "w") as packed:
        packed.write(table, "run.csv")
    plain = read(table, units="us,mps2,dps")
    packed_too = read(tmp_path / "run.zip", units="us,mps2,dps")
    np.testing.assert_allclose(packed_too.samples.gyr, plain.samples.gyr)
    assert np.abs(plain.samples.gyr).max() == pytest.approx(1.8, abs=0.01)
