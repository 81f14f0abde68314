"""Recordings at URLs: fetched by whoever needs them, missing ones told of."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from gait.batch.remote import at_hand, expand, is_there, is_url
from gait.errors import MissingExtra, ReadError


@pytest.mark.parametrize(
    ("place", "url"),
    [("s3://b/run.csv", True), ("file:///x/run.csv", True), ("C:\\x\\run.csv", False), ("C:/x", False), ("a/run.csv", False),
     ("zip://run.csv::s3://b/x.zip", True)],
)  # fmt: skip
def test_a_drive_letter_is_no_protocol(place: str, url: bool) -> None:
    assert is_url(place) is url


def test_a_url_is_a_path_for_as_long_as_it_is_needed(tmp_path: Path) -> None:
    (tmp_path / "run.csv").write_bytes(b"t,ax\n")
    url = (tmp_path / "run.csv").as_uri()
    with at_hand(url) as path:
        assert path.read_bytes() == b"t,ax\n"
        assert path.name == "run.csv"
    assert not path.exists()
    assert is_there(url)


def test_a_url_where_nothing_is_has_its_sentence(tmp_path: Path) -> None:
    url = (tmp_path / "gone.csv").as_uri()
    assert not is_there(url)
    with pytest.raises(ReadError, match=r"There is no file file://.*gone\.csv"), at_hand(url):
        pass


def test_a_protocol_nobody_knows_has_its_sentence() -> None:
    with pytest.raises(ReadError, match="cannot be fetched"), at_hand("nosuch://x/run.csv"):
        pass


def test_folders_and_patterns_of_a_store_are_listed(tmp_path: Path) -> None:
    for name in ("a/1.csv", "a/2.csv", "b/3.csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    base = tmp_path.as_uri()
    assert [Path(url).name for url, _ in expand(f"{base}/a/*.csv")] == ["1.csv", "2.csv"]
    assert [(Path(url).name, size) for url, size in expand(base)] == [
        ("1.csv", 1),
        ("2.csv", 1),
        ("3.csv", 1),
    ]
    assert expand(f"{base}/a/1.csv") == [(f"{base}/a/1.csv", None)]


def test_without_fsspec_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    with pytest.raises(MissingExtra, match=r"gait-traits\[remote\]"), at_hand("s3://b/run.csv"):
        pass
