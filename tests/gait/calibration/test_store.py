"""One file for each sensor, found again by its name alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gait.calibration import store
from gait.calibration.calibration import Calibration
from gait.errors import CalibrationError

FULL = Calibration("MPU-6050 kitchen", np.array([0.1, 0.0, -0.1]), six_position=True)


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv(store.VARIABLE, str(tmp_path / "kept"))
    return tmp_path / "kept"


def test_what_is_kept_is_found_by_the_sensors_name_and_by_no_other() -> None:
    store.keep(FULL)
    found = store.find("MPU-6050 kitchen")
    assert found is not None
    np.testing.assert_array_equal(found.gyr_bias, FULL.gyr_bias)
    for other in ("", "MPU-6050", "MPU-6050 Kitchen", "mpu-6050 kitchen "):
        assert store.find(other) is None


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "a/b", "ü°\n", "con", "." * 300, "x" * 500, "a b", "a-b"]
)
def test_any_name_makes_a_file_inside_the_folder(name: str, folder: Path) -> None:
    path = store.keep(replace(FULL, device=name))
    assert path.parent == folder
    assert len(path.name) < 100
    found = store.find(name)
    assert found is not None
    assert found.device == name


def test_names_that_look_alike_keep_files_of_their_own() -> None:
    assert store.path_of("a b") != store.path_of("a-b")


def test_a_sensor_without_a_name_needs_a_file(tmp_path: Path) -> None:
    with pytest.raises(CalibrationError, match="--device, or a file with --out"):
        store.keep(replace(FULL, device=""))
    assert store.keep(replace(FULL, device=""), tmp_path / "mine.json").exists()


def test_a_folder_that_is_a_file_is_said(folder: Path) -> None:
    folder.write_text("in the way")
    with pytest.raises(CalibrationError, match="cannot be written"):
        store.keep(FULL)


def test_everything_is_listed_with_what_cannot_be_read(folder: Path) -> None:
    assert store.everything() == []
    store.keep(FULL)
    (folder / "a-torn.json").write_text("{")
    assert {type(found) for _, found in store.everything()} == {Calibration, CalibrationError}


def test_writing_anew_leaves_no_scrap_behind(folder: Path) -> None:
    store.keep(FULL)
    store.keep(replace(FULL, six_position=False))
    assert len(list(folder.iterdir())) == 1
    found = store.find(FULL.device)
    assert found is not None
    assert not found.six_position
