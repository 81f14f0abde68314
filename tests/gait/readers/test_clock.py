"""Stamps that wrap, and stamps that come in packets.

Truth: an even clock, written as a counter or sent in packets.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest

from gait.readers import read
from gait.readers.clock import WRAP, bunched, evened, restarts, unrolled, usual_step
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


@pytest.mark.parametrize("within", [0, 1])
def test_stamps_of_packets_are_spread_evenly(tmp_path: Path, within: int) -> None:
    packet, row = np.divmod(np.arange(3000), 10)
    found = read(write(tmp_path / "packets.csv", packet * 100.0 + within * row), units="ms,mps2,radps")
    assert len(found.samples) == 3000
    assert found.rate_hz == pytest.approx(100.0, rel=1e-3)
    np.testing.assert_allclose(np.diff(found.samples.t), 0.01, rtol=0.02)
    assert any("spread evenly" in note for note in found.notes)


def test_a_pause_between_packets_stays_a_gap() -> None:
    packet, _ = np.divmod(np.arange(3000), 10)
    t = packet * 100.0
    t[1500:] += 5000.0
    even = evened(t)
    assert np.diff(even).max() == pytest.approx(5000.0, rel=0.02)
    assert (np.diff(even) > 0).all()


def test_a_clock_that_begins_anew_opens_another_recording(tmp_path: Path) -> None:
    t = np.concatenate([np.arange(1800), np.arange(1200)]) * 5.0
    found = read(write(tmp_path / "two.csv", t), units="ms,mps2,radps")
    assert len(found.samples) == 3000
    assert len(found.gaps) == 1
    assert found.gaps[0, 1] - found.gaps[0, 0] == pytest.approx(10.0, rel=0.01)
    assert any("from row 1801 on" in note for note in found.notes)


def test_a_recording_pasted_twice_counts_once(tmp_path: Path) -> None:
    path = write(tmp_path / "run.csv", np.arange(1500) * 5.0)
    header, *rows = path.read_text().splitlines()
    path.write_text("\n".join([header, *rows, header, *rows]) + "\n")
    found = read(path, units="ms,mps2,radps")
    assert len(found.samples) == 1500
    assert any("1500 rows at the end are the same as rows before" in note for note in found.notes)


def test_rows_delivered_late_open_no_recording() -> None:
    t = np.arange(4000.0)
    t[1000:1200] = np.concatenate([t[1100:1200], t[1000:1100]])
    assert len(restarts(t)) == 0
    t[3000] = 5.0
    assert len(restarts(t)) == 0


@pytest.mark.parametrize("jitter", [0.0, 0.2])
def test_jitter_and_losses_are_no_packets(jitter: float) -> None:
    rng = np.random.default_rng(0)
    t = np.arange(4000) + jitter * rng.normal(size=4000)
    assert not bunched(t)
    assert not bunched(t[rng.random(4000) > 0.1])
    assert not bunched(np.concatenate([t, t + 1e6]))


def test_what_is_said_of_a_zipped_table_is_obeyed(tmp_path: Path) -> None:
    table = write(tmp_path / "run.csv", np.arange(3000) * 5000.0, scale=57.29578)
    with zipfile.ZipFile(tmp_path / "run.zip", "w") as packed:
        packed.write(table, "run.csv")
    plain = read(table, units="us,mps2,dps")
    packed_too = read(tmp_path / "run.zip", units="us,mps2,dps")
    np.testing.assert_allclose(packed_too.samples.gyr, plain.samples.gyr)
    assert np.abs(plain.samples.gyr).max() == pytest.approx(1.8, abs=0.01)


def test_one_stamp_of_another_age_does_not_hide_the_usual_step() -> None:
    """Found by the fuzzer: steps of 10 ms are lost beside one of 10^17 when all are taken from their sum."""
    t = np.arange(200) * 0.01
    assert usual_step(t) == pytest.approx(0.01)
    assert usual_step(np.append(t, 1e17)) == pytest.approx(0.01)
