"""A recording is known by what is in it."""

from __future__ import annotations

import gzip
import zipfile
from pathlib import Path

import pytest

from gait.errors import ReadError
from gait.history.content import content_hash

LINES = b"t,ax,ay,az,gx,gy,gz\n" + b"0.01,0,0,9.81,0,0,0\n" * 3000


def test_names_and_packing_do_not_matter(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(LINES)
    (tmp_path / "b.txt").write_bytes(LINES)
    (tmp_path / "c.csv.gz").write_bytes(gzip.compress(LINES, 1, mtime=5))
    (tmp_path / "d.gz").write_bytes(gzip.compress(LINES, 9, mtime=9))
    assert len({content_hash(file) for file in tmp_path.iterdir()}) == 1


def test_one_digit_makes_another_recording(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(LINES)
    (tmp_path / "b.csv").write_bytes(LINES.replace(b"9.81", b"9.82", 1))
    assert content_hash(tmp_path / "a.csv") != content_hash(tmp_path / "b.csv")


def test_a_folder_and_its_zip_are_one_recording(tmp_path: Path) -> None:
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / "Accelerometer.csv").write_bytes(LINES)
    (folder / "Gyroscope.csv").write_bytes(LINES[::-1])
    for name, members in (
        ("there.zip", ("Accelerometer", "Gyroscope")),
        ("back.zip", ("Gyroscope", "Accelerometer")),
    ):
        with zipfile.ZipFile(tmp_path / name, "w", zipfile.ZIP_DEFLATED) as packed:
            for member in members:
                packed.write(folder / f"{member}.csv", f"export/{member}.csv")
    before = content_hash(folder)
    (folder / ".DS_Store").write_bytes(b"of the system, not of the sensor")
    assert {
        content_hash(folder),
        content_hash(tmp_path / "there.zip"),
        content_hash(tmp_path / "back.zip"),
    } == {before}
    (folder / "Gyroscope.csv").rename(folder / "Gyroscope2.csv")
    assert content_hash(folder) != before


def test_a_torn_gzip_is_still_a_recording(tmp_path: Path) -> None:
    (tmp_path / "torn.csv.gz").write_bytes(gzip.compress(LINES)[:-20])
    assert content_hash(tmp_path / "torn.csv.gz") == content_hash(tmp_path / "torn.csv.gz")


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="cannot be read"):
        content_hash(tmp_path / "nothing.csv")
