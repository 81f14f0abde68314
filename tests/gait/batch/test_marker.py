"""Done is known by what the recording is, what was asked, and that every file is as it was written."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from gait.batch.marker import (
    NAME,
    Marker,
    asked_digest,
    bytes_digest,
    content_digest,
    find_done,
    forget_done,
    write_done,
)
from gait.errors import ReadError
from gait.results import Asked

WANTED = ["a.json", "b.csv"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in WANTED:
        (tmp_path / name).write_bytes(name.encode())
    files = {name: bytes_digest(name.encode()) for name in WANTED}
    write_done(tmp_path, Marker("content", "asked", files, {"lean_deg": 1.5, "why": None}))
    return tmp_path


def test_what_was_done_is_found_again(folder: Path) -> None:
    found = find_done(folder, "content", "asked", WANTED)
    assert found is not None
    assert found.row == {"lean_deg": 1.5, "why": None}


def test_other_content_or_other_asking_is_not_done(folder: Path) -> None:
    assert find_done(folder, "other", "asked", WANTED) is None
    assert find_done(folder, "content", "other", WANTED) is None
    assert find_done(folder, "content", "asked", [*WANTED, "report.html"]) is None
    assert find_done(folder, "content", "asked", WANTED[:1]) is not None


@pytest.mark.parametrize("damage", ["cut", "gone", "other", "marker cut", "marker other", "forgotten"])
def test_a_damaged_result_is_done_again(folder: Path, damage: str) -> None:
    file = folder / (NAME if damage.startswith("marker") else WANTED[1])
    if damage.endswith("cut"):
        file.write_bytes(file.read_bytes()[:-1])
    elif damage.endswith("other"):
        file.write_bytes(b"[1, 2]")
    elif damage == "gone":
        file.unlink()
    else:
        forget_done(folder)
        forget_done(folder)  # it is no error that it is gone
    if damage == "marker cut":  # a line end is no loss; half a marker is
        file.write_bytes(file.read_bytes()[:-30])
    assert find_done(folder, "content", "asked", WANTED) is None


def test_the_digest_of_a_file_is_what_sha256sum_says(tmp_path: Path) -> None:
    (tmp_path / "run.csv").write_bytes(b"t,ax\n")
    assert content_digest(tmp_path / "run.csv") == hashlib.sha256(b"t,ax\n").hexdigest()


def test_the_digest_of_a_folder_is_of_names_and_contents(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"1")
    before = content_digest(tmp_path)
    (tmp_path / "a").rename(tmp_path / "b")
    assert content_digest(tmp_path) != before


def test_a_recording_that_is_not_there_is_said_to_be(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match=r"There is no file or folder .*run\.csv"):
        content_digest(tmp_path / "run.csv")


def test_what_is_asked_counts_with_the_content_of_its_files(tmp_path: Path) -> None:
    standing = tmp_path / "stand.csv"
    standing.write_bytes(b"1")
    asked = Asked(placement="waist", standing=str(standing))
    before = asked_digest(asked)
    assert asked_digest(replace(asked, placement="sternum")) != before
    standing.write_bytes(b"2")
    assert asked_digest(asked) != before


def test_a_calibration_that_was_made_since_is_not_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A kept one is used by itself, so what was done without it is not what is asked now."""
    monkeypatch.setenv("GAIT_CALIBRATIONS", str(tmp_path / "kept"))
    before, none = asked_digest(Asked()), asked_digest(Asked(calibration="none"))
    (tmp_path / "kept").mkdir()
    assert asked_digest(Asked()) == before
    (tmp_path / "kept" / "chest.json").write_bytes(b"{}")
    assert asked_digest(Asked()) != before
    assert asked_digest(Asked(calibration="none")) == none
    assert asked_digest(Asked(calibration=str(tmp_path / "kept" / "chest.json"))) != none
