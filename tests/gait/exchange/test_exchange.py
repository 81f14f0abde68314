"""What is exported says the same numbers when independent programs read it back."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

import fitdecode
import numpy as np
import pandas as pd
import pytest

from gait import tables
from gait.analysis import Analysis
from gait.errors import ReadError, SignalError
from gait.exchange.activity import read_activity
from gait.exchange.bids import bids_files
from gait.exchange.fit import FIELDS, to_fit
from gait.exchange.parquet import to_parquet
from gait.pipeline import analyze
from gait.recording import Recording
from gait.synthetic import draw
from tests.conftest import missing
from tests.gait.exchange.a_watch import fit_file

STARTED = datetime(2026, 5, 1, 7, 30, tzinfo=UTC)

#: FIT keeps cadence in 1/128 strides a minute, vertical oscillation in 0.1 mm, contact time in 0.1 ms.
FIT_CADENCE, FIT_OSCILLATION, FIT_CONTACT = 1 / 64, 0.05, 0.05

#: Developer fields are 32-bit floats.
FLOAT32 = 1e-6


@lru_cache
def a_run() -> tuple[Recording, Analysis]:
    recording, _ = draw(3)
    return recording, analyze(recording, placement=recording.placement)


def records(content: bytes) -> list[dict[str, object]]:
    """Each record as fitdecode reads it."""
    with fitdecode.FitReader(io.BytesIO(content)) as frames:
        return [
            {field.name: field.value for field in frame.fields}
            for frame in frames
            if isinstance(frame, fitdecode.FitDataMessage) and frame.name == "record"
        ]


def test_fit_read_back_by_another_library_has_the_strides_own_numbers() -> None:
    _, found = a_run()
    rows = records(to_fit(found, STARTED))
    assert len(rows) == int(found.recording.stop_s - found.recording.start_s) + 1
    strides = found.measures.strides
    compared = 0
    for i, row in enumerate(rows):
        middle = found.recording.start_s + i + 0.5
        k = np.flatnonzero((strides.start <= middle) & (middle < strides.stop))
        assert row["timestamp"] == datetime.fromtimestamp(STARTED.timestamp() + i, UTC)
        for name, (key, _) in FIELDS.items():
            value = found.measures[key].per_stride[k[0]] if len(k) else np.nan
            if np.isfinite(value):
                assert row[name] == pytest.approx(value, rel=FLOAT32)
                compared += 1
            else:
                assert row.get(name) is None
        if row.get("cadence") is not None:
            spm = 2.0 * (row["cadence"] + row["fractional_cadence"])  # type: ignore[operator]
            assert spm == pytest.approx(row["step_cadence"], abs=FIT_CADENCE)
            shown = row.get("vertical_oscillation")
            assert (shown is None) == (row.get("bounce") is None)
            if shown is not None:
                assert shown == pytest.approx(10 * row["bounce"], abs=FIT_OSCILLATION)  # type: ignore[operator]
            contact = found.measures["contact_time"].per_stride[k[0]]
            if np.isfinite(contact):
                assert row["stance_time"] == pytest.approx(contact, abs=FIT_CONTACT)
            else:
                assert row.get("stance_time") is None
    assert compared > 200


def test_fits_mean_cadence_is_the_runs_and_not_a_step_less() -> None:
    _, found = a_run()
    with fitdecode.FitReader(io.BytesIO(to_fit(found, STARTED))) as frames:
        said = [f for f in frames if getattr(f, "name", "") in ("lap", "session") and hasattr(f, "get_value")]
    assert {message.name for message in said} == {"lap", "session"}
    for message in said:
        strides = message.get_value("avg_running_cadence", fallback=None) or message.get_value("avg_cadence")
        spm = 2.0 * (strides + message.get_value("avg_fractional_cadence"))
        assert spm == pytest.approx(found.measures["cadence"].value, abs=FIT_CADENCE)


def test_fit_claims_no_pace_and_no_distance() -> None:
    for row in records(to_fit(a_run()[1], STARTED)):
        assert not {"speed", "enhanced_speed", "distance"} & {k for k, v in row.items() if v is not None}


def test_fit_needs_a_moment_that_is_one() -> None:
    with pytest.raises(SignalError, match="time zone"):
        to_fit(a_run()[1], datetime(2026, 5, 1))  # noqa: DTZ001
    for year in (1970, 2200):
        with pytest.raises(SignalError, match=f"in {year} cannot be written"):
            to_fit(a_run()[1], datetime(year, 1, 1, tzinfo=UTC))
    assert to_fit(a_run()[1], datetime(2125, 12, 31, 23, tzinfo=UTC))


def test_our_own_fit_is_an_activity_to_us() -> None:
    _, found = a_run()
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "run.fit"
        file.write_bytes(to_fit(found, STARTED))
        activity = read_activity(file)
    running = np.isfinite(activity.cadence_spm)
    assert np.median(activity.cadence_spm[running]) == pytest.approx(
        found.measures["cadence"].value, rel=0.01
    )


@pytest.mark.parametrize("content", [b"", b"hello, I am no FIT", bytes(range(256)) * 20])
def test_what_is_no_activity_is_said_in_a_sentence(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "watch.fit"
    file.write_bytes(content)
    with pytest.raises(ReadError, match=r"watch\.fit"):
        read_activity(file)


def test_a_torn_activity_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    t = 1.7e9 + np.arange(600.0)
    whole = fit_file(t, np.full(600, 170.0))
    for cut in (len(whole) // 2, len(whole) - 3):
        (tmp_path / "torn.fit").write_bytes(whole[:cut])
        activity = read_activity(tmp_path / "torn.fit")
        assert 0.4 * 600 < len(activity.t) <= 600
        np.testing.assert_allclose(activity.cadence_spm, 170.0, atol=0.02)


def test_any_damage_to_an_activity_ends_in_a_sentence_or_in_samples(tmp_path: Path) -> None:
    whole = fit_file(1.7e9 + np.arange(30.0), np.full(30, 170.0))
    rng = np.random.default_rng(1)
    file = tmp_path / "hurt.fit"
    for _ in range(150):
        hurt = bytearray(whole)
        for place in rng.integers(0, len(hurt), rng.integers(1, 4)):
            hurt[place] = int(rng.integers(0, 256))
        file.write_bytes(hurt)
        with contextlib.suppress(ReadError):
            assert len(read_activity(file).t) <= 30


@pytest.mark.parametrize("factor", [1.0, 2.0])
def test_strides_and_steps_in_the_cadence_field_are_told_apart(tmp_path: Path, factor: float) -> None:
    """Some programs write steps of both legs where FIT has strides."""
    (tmp_path / "w.fit").write_bytes(fit_file(1.7e9 + np.arange(200.0), np.full(200, factor * 172.0)))
    np.testing.assert_allclose(read_activity(tmp_path / "w.fit").cadence_spm, 172.0, atol=0.02)


def test_the_bids_validator_finds_no_error(tmp_path: Path) -> None:
    recording, found = a_run()
    for name, content in bids_files(recording, found, subject="07", task="easyrun").items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    beside = str(Path(sys.executable).parent)
    program = shutil.which("bids-validator-deno", path=f"{beside}{os.pathsep}{os.environ.get('PATH', '')}")
    if program is None:
        missing("the validator of BIDS data sets (pip install bids-validator-deno)")
    done = subprocess.run(
        [str(program), str(tmp_path), "--json"], capture_output=True, text=True, timeout=300, check=False
    )
    issues = json.loads(done.stdout)["issues"]["issues"]
    assert [issue for issue in issues if issue["severity"] == "error"] == []


def test_bids_tables_read_back_are_the_samples() -> None:
    recording, found = a_run()
    files = bids_files(recording, found)
    stem = "sub-01/motion/sub-01_task-run"
    table = pd.read_csv(io.BytesIO(files[f"{stem}_tracksys-imu_motion.tsv"]), sep="\t", header=None)
    channels = pd.read_csv(io.BytesIO(files[f"{stem}_tracksys-imu_channels.tsv"]), sep="\t")
    assert table.shape == (len(recording.samples), len(channels))
    np.testing.assert_allclose(table[0], recording.samples.t - recording.samples.t[0], atol=1e-6)
    np.testing.assert_allclose(table.iloc[:, 1:4], recording.samples.acc, atol=1e-6)
    np.testing.assert_allclose(table.iloc[:, 4:7], recording.samples.gyr, atol=1e-6)
    events = pd.read_csv(io.BytesIO(files[f"{stem}_events.tsv"]), sep="\t")
    contacts = events[events.trial_type == "contact"]
    np.testing.assert_allclose(
        contacts.onset + recording.samples.t[0], np.sort(found.contacts.contact), atol=1e-5
    )


@pytest.mark.parametrize("label", ["", "a b", "../x", "ü"])
def test_a_bids_label_holds_letters_and_digits(label: str) -> None:
    with pytest.raises(SignalError, match="letters and digits"):
        bids_files(*a_run(), subject=label)


def test_parquet_read_back_is_the_table(tmp_path: Path) -> None:
    import duckdb

    table = tables.strides_table(a_run()[1])
    (tmp_path / "s.parquet").write_bytes(to_parquet(table))
    back = duckdb.read_parquet(str(tmp_path / "s.parquet")).df()
    assert list(back.columns) == list(table.columns)
    np.testing.assert_array_equal(back["lean_deg"], table["lean_deg"])
    assert list(back["side"]) == list(table["side"])
    # Strides are chosen by it, so it is no word that only looks like a truth.
    assert len(back[back["regular"]]) == a_run()[1].measures.strides.regular.sum() < len(back)
