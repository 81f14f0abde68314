"""Sensor Logger exports, written here from what the app's own pages say of them."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from gait.errors import ReadError
from gait.readers import read
from gait.rotations import Floats
from tests.gait.readers.made import table

EPOCH = 1_700_000_000
NEW = "time,seconds_elapsed,z,y,x"
ANDROID = "version,device name,platform,standardisation\n3,Phone A,android,false\n"
IPHONE = "version,device name,platform,standardisation\n3,Phone B,ios,false\n"


def part(t: Floats, xyz: Floats, header: str = NEW) -> str:
    rows = [
        f"{round((EPOCH + s) * 1e9)},{s:.9f},{z:.9f},{y:.9f},{x:.9f}"
        for s, (x, y, z) in zip(t, xyz, strict=True)
    ]
    return "\n".join([header, *rows]) + "\n"


def export(**changed: str | None) -> dict[str, str]:
    """Files of an export; None leaves one out."""
    t, acc, gyr = table(10.0)
    gravity = np.tile([0.0, 0.0, 9.80665], (len(t), 1))
    late = t + 0.0037
    files: dict[str, str | None] = {
        "TotalAcceleration": part(t, acc),
        "Accelerometer": part(t, acc - gravity),
        "Gravity": part(t, gravity),
        "Gyroscope": part(late, np.column_stack([np.interp(late, t, gyr[:, k]) for k in range(3)])),
        "Metadata": ANDROID,
        **changed,
    }
    return {f"{name}.csv": text for name, text in files.items() if text is not None}


def zipped(path: Path, files: Mapping[str, str], folder: str = "") -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(folder + name, text)
    return path


def folder(path: Path, files: Mapping[str, str]) -> Path:
    path.mkdir()
    for name, text in files.items():
        (path / name).write_text(text, encoding="utf-8")
    return path


def check(path: Path, sign: float = 1.0, **how: str) -> None:
    t, acc, gyr = table(10.0)
    recording = read(path, **how)  # type: ignore[arg-type]
    assert recording.dialect == "sensor-logger"
    assert recording.samples.t[0] >= EPOCH
    at = np.round((recording.samples.t - EPOCH) * 100).astype(int)
    np.testing.assert_allclose(recording.samples.acc, sign * acc[at], atol=1e-6)
    # A straight line between samples of 100 Hz misses a 2.7 Hz sine of 0.5 rad/s by less than 0.5 (2 pi 2.7 / 200)^2 / 2.
    np.testing.assert_allclose(recording.samples.gyr, gyr[at], atol=0.01)
    assert len(at) >= len(t) - 2


def test_a_zip_and_a_folder_are_the_same(tmp_path: Path) -> None:
    check(zipped(tmp_path / "a.zip", export()))
    check(zipped(tmp_path / "b.zip", export(), folder="2026-05-01_07-00-00/"))
    check(folder(tmp_path / "export", export()))


def test_what_the_metadata_say(tmp_path: Path) -> None:
    recording = read(zipped(tmp_path / "a.zip", export()))
    assert recording.device == "Phone A"
    assert recording.started_at is not None
    assert recording.started_at.timestamp() == pytest.approx(EPOCH, abs=0.1)


def test_acceleration_without_gravity_gets_its_gravity_back(tmp_path: Path) -> None:
    check(zipped(tmp_path / "a.zip", export(TotalAcceleration=None)))


def test_ios_reports_the_opposite_sign(tmp_path: Path) -> None:
    check(zipped(tmp_path / "a.zip", export(TotalAcceleration=None, Metadata=IPHONE)), sign=-1.0)
    standard = IPHONE.replace("false", "true")
    check(zipped(tmp_path / "b.zip", export(TotalAcceleration=None, Metadata=standard)))


def test_without_metadata_the_sign_is_asked_for(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", export(TotalAcceleration=None, Metadata=None))
    with pytest.raises(ReadError, match="--dialect sensor-logger-ios or --dialect sensor-logger-android"):
        read(path)
    check(path, dialect="sensor-logger-android")
    check(path, sign=-1.0, dialect="sensor-logger-ios")
    # TotalAcceleration is written on Android alone, so with it nothing is open.
    check(zipped(tmp_path / "b.zip", export(Metadata=None)))


def test_the_old_header(tmp_path: Path) -> None:
    t, acc, gyr = table(10.0)
    old = "time,seconds_elapsed,{0} Z ({1}),{0} Y ({1}),{0} X ({1})"
    files = export(
        TotalAcceleration=None,
        Accelerometer=part(t, acc - [0, 0, 9.80665], old.format("ACCELEROMETER", "m/s²")),
        Gravity=part(t, 0 * acc + [0, 0, 9.80665], old.format("GRAVITY", "m/s²")),
        Gyroscope=part(t, gyr, old.format("GYROSCOPE", "rad/s")),
    )
    check(zipped(tmp_path / "a.zip", files))


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"Gyroscope": None}, "has no Gyroscope.csv"),
        ({"TotalAcceleration": None, "Accelerometer": None}, "no accelerometer"),
        ({"TotalAcceleration": None, "Gravity": None}, "without gravity alone"),
        ({"Gyroscope": NEW + "\n"}, "holds 0 usable rows"),
        ({"Gyroscope": "time,value\n1,2\n"}, "should have the columns"),
        ({"Gyroscope": ""}, "is empty"),
    ],
)
def test_an_export_that_cannot_do_says_why(tmp_path: Path, changed: dict[str, str | None], says: str) -> None:
    with pytest.raises(ReadError, match=says):
        read(zipped(tmp_path / "a.zip", export(**changed)))


def test_a_hole_in_the_gyroscope_is_not_bridged(tmp_path: Path) -> None:
    rows = export()["Gyroscope.csv"].splitlines()
    recording = read(zipped(tmp_path / "a.zip", export(Gyroscope="\n".join(rows[:300] + rows[400:]) + "\n")))
    assert len(recording.gaps) == 1
    assert recording.gaps[0] == pytest.approx([EPOCH + 2.99, EPOCH + 4.0], abs=0.02)


def test_two_recordings_in_one_zip(tmp_path: Path) -> None:
    files = {f"{day}/{name}": text for day in ("mon", "tue") for name, text in export().items()}
    with pytest.raises(ReadError, match="more than one recording"):
        read(zipped(tmp_path / "a.zip", files))


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", export(Gyroscope=NEW + "\n" + "0" * 40_000_000))
    with pytest.raises(ReadError, match="times its size"):
        read(path)


def test_a_zip_of_one_csv_is_that_csv(tmp_path: Path) -> None:
    from tests.gait.readers.made import lines

    recording = read(zipped(tmp_path / "run.zip", {"run.csv": lines(*table())}))
    assert recording.dialect == "plain"
    assert len(recording.samples) == 2400
