"""Real exports of loggers, where they are here: read right, alone or with their partner, or refused with the true reason.

Nothing of them is in the project. `pytest -s tests/gait/readers/test_excerpts.py` prints the table.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from gait.errors import ReadError
from gait.readers import read_with_units
from gait.units import G

#: File -> format, units, rows in a second, and the largest part of gravity in the first row: axis, sign.
READ: dict[str, tuple[str, str, float, str]] = {
    "androsensor.csv": ("androsensor", "ms,mps2,radps", 2.0, "+z"),
    "androsensor_renamed.csv": ("androsensor", "ms,mps2,radps", 2.0, "+z"),
    "motionsense_sensingkit.csv": ("sensingkit", "s,g,radps", 50.0, "-y"),
    "ngimu_sensors.csv": ("x-io", "s,g,dps", 49.9, "+z"),
    "physicstoolbox_multirecord.csv": ("physics-toolbox", "s,g,radps", 457.0, "+z"),
    "polulu.txt": ("pololu", "ms,raw:2g,raw:286.72dps", 150.0, "+x"),
    "shimmer_consensys.csv": ("shimmer", "ms,mps2,dps", 51.4, "+y"),
    "sisfall_raw_counts.txt": ("sisfall", "s,raw:128g,raw:2000dps", 200.0, "-y"),
    "witmotion.txt": ("witmotion", "s,g,dps", 201.5, "+z"),
    "ximu3_inertial.csv": ("x-io", "us,g,dps", 49.9, "+z"),
    "xiofusion_sensor_data.csv": ("x-io", "s,g,dps", 100.1, "+z"),
    "xsens_mtmanager.txt": ("xsens-mt", "s,mps2,radps", 50.0, "+y"),
    "xsens_mtmanager2.txt": ("xsens-mt", "s,mps2,radps", 120.0, "-x"),
    "yei.txt": ("yei", "us,g,radps", 110.0, "+z"),
}

#: Folder of partners -> the same, with the files in it by the names they had.
TOGETHER: dict[str, tuple[dict[str, str], tuple[str, str, float, str], dict[str, str]]] = {
    "sensorlogger, total": (
        {
            "sensorlogger_totalacceleration.csv": "TotalAcceleration.csv",
            "sensorlogger_accelerometer.csv": "Accelerometer.csv",
            "sensorlogger_gravity.csv": "Gravity.csv",
            "sensorlogger_gyroscope.csv": "Gyroscope.csv",
            "sensorlogger_metadata.csv": "Metadata.csv",
        },
        ("sensor-logger", "s,mps2,radps", 49.1, "+z"),
        {},
    ),
    "sensorlogger, gravity added": (
        {
            "sensorlogger_accelerometer.csv": "Accelerometer.csv",
            "sensorlogger_gravity.csv": "Gravity.csv",
            "sensorlogger_gyroscope.csv": "Gyroscope.csv",
            "sensorlogger_metadata.csv": "Metadata.csv",
        },
        ("sensor-logger", "s,mps2,radps", 49.1, "+z"),
        {},
    ),
    "sensorlogger, old": (
        {
            "sensorlogger_old_accelerometer.csv": "Accelerometer.csv",
            "sensorlogger_old_gravity.csv": "Gravity.csv",
            "sensorlogger_old_gyroscope.csv": "Gyroscope.csv",
        },
        ("sensor-logger", "s,mps2,radps", 99.8, "+z"),
        {"dialect": "sensor-logger-ios"},
    ),
    "phyphox": (
        {"phyphox_accelerometer.csv": "Accelerometer.csv", "phyphox_gyroscope.csv": "Gyroscope.csv"},
        ("phyphox", "s,mps2,radps", 49.7, "+x"),
        {},
    ),
    "polar": (
        {"polar_acc.txt": "Sense_ACC.txt", "polar_gyro.txt": "Sense_GYRO.txt"},
        ("polar", "s,mg,dps", 51.7, "-x"),
        {},
    ),
    "sensorkinetics": (
        {"sensorkinetics_acc.csv": "x_accm.csv", "sensorkinetics_gyr.csv": "x_gyrm.csv"},
        ("sensor-kinetics", "s,mps2,radps", 257.0, "+z"),
        {},
    ),
}

#: File -> what its refusal says.
REFUSED = {
    "ios_motion_g_running.csv": "It has no gyroscope; from an accelerometer alone",
    "mbientlab_metawear.csv": "It has no gyroscope; from an accelerometer alone",
    "phyphox_edited_gyroscope_degs.csv": "one file of a logger .*the gyroscope's",
    "phyphox_linear_acceleration.csv": "acceleration without gravity alone",
    "sensorlogger_export.zip": "has no Gyroscope.csv",
    "sensorlogger_metadata.csv": "no table of numbers",
    "umafall_sensortag.csv": "has no gyroscope",
    "ximu3_quaternion.csv": "has no gyroscope.*orientation was worked out",
    "ximu_calinertialandmag.csv": "counts its rows.*--rate",
    "xsens_mtw_awinda.txt": "has no gyroscope.*orientation was worked out",
    "xsensdot_decimalcomma.csv": "has no gyroscope.*orientation was worked out",
    "xsensdot_pcsdk.csv": "has no gyroscope.*orientation was worked out",
    "xsensdot_realtime.csv": "has no gyroscope.*orientation was worked out",
    "phyphox_accelerometer.csv": "one file of a logger .*Give the folder",
    "phyphox_gyroscope.csv": "one file of a logger .*Give the folder",
    "polar_acc.txt": "one file of a logger .*Give the folder",
    "polar_gyro.txt": "one file of a logger .*Give the folder",
    **{
        f"sensorlogger_{name}.csv": "one file of a logger .*Give the folder"
        for name in ("accelerometer", "gravity", "gyroscope", "totalacceleration", "old_accelerometer", "old_gravity", "old_gyroscope")
    },
    "sensorkinetics_acc.csv": "one file of a logger .*Give the folder",
    "sensorkinetics_gyr.csv": "one file of a logger .*Give the folder",
}  # fmt: skip


def check(path: Path, expected: tuple[str, str, float, str], **said: str) -> None:
    recording, units = read_with_units(path, **said)  # type: ignore[arg-type]
    dialect, words, rate, up = expected
    mean = recording.samples.acc.mean(axis=0)
    print(
        f"{path.name:36} {dialect:16} {units!s:26} {recording.rate_hz:6.1f} Hz  |mean| {np.linalg.norm(mean) / G:.2f} g  {up}"
    )
    assert (recording.dialect, str(units)) == (dialect, words)
    assert recording.rate_hz == pytest.approx(rate, rel=0.02)
    first = recording.samples.acc[:20].mean(axis=0)
    axis = "xyz".index(up[1])
    assert np.abs(first).argmax() == axis
    assert np.sign(first[axis]) == (1 if up[0] == "+" else -1)


@pytest.mark.shared
def test_every_excerpt_is_in_one_of_the_lists(shared_data: Path) -> None:
    there = {path.name for path in (shared_data / "csv_dialects").iterdir()} - {"README.md"}
    assert there == set(READ) | set(REFUSED)


@pytest.mark.shared
@pytest.mark.parametrize("name", READ)
def test_an_excerpt_is_read_right(shared_data: Path, name: str) -> None:
    if name == "androsensor_renamed.csv":  # a phone thrown about: its gravity is where it lay at first
        recording, units = read_with_units(shared_data / "csv_dialects" / name)
        assert (recording.dialect, str(units)) == READ[name][:2]
        assert np.linalg.norm(recording.samples.acc[:3], axis=1) == pytest.approx(10.3, abs=0.7)
        return
    check(shared_data / "csv_dialects" / name, READ[name])


@pytest.mark.shared
@pytest.mark.parametrize("name", TOGETHER)
def test_partners_are_read_together(shared_data: Path, tmp_path: Path, name: str) -> None:
    files, expected, said = TOGETHER[name]
    folder = tmp_path / name
    folder.mkdir()
    for source, target in files.items():
        shutil.copy(shared_data / "csv_dialects" / source, folder / target)
    check(folder, expected, **said)


@pytest.mark.shared
@pytest.mark.parametrize("name", REFUSED)
def test_an_excerpt_is_refused_with_the_true_reason(shared_data: Path, name: str) -> None:
    with pytest.raises(ReadError, match=REFUSED[name]) as refused:
        read_with_units(shared_data / "csv_dialects" / name)
    print(refused.value)


@pytest.mark.shared
def test_a_header_that_was_changed_is_found_out(shared_data: Path, tmp_path: Path) -> None:
    shutil.copy(shared_data / "csv_dialects" / "phyphox_accelerometer.csv", tmp_path / "Accelerometer.csv")
    shutil.copy(
        shared_data / "csv_dialects" / "phyphox_edited_gyroscope_degs.csv", tmp_path / "Gyroscope.csv"
    )
    with pytest.raises(
        ReadError, match=r"turning is in dps, and phyphox \(phone\) writes radps; 1\.\d s are too short"
    ):
        read_with_units(tmp_path)
