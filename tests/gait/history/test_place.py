"""Where the history is kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from gait.history.place import VARIABLE, store_path


def test_what_is_asked_for_comes_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "environment.sqlite"))
    assert store_path(tmp_path / "asked.sqlite") == tmp_path / "asked.sqlite"
    assert store_path() == tmp_path / "environment.sqlite"


@pytest.mark.parametrize("empty", ["", "  "])
def test_else_it_is_in_the_users_data_folder(monkeypatch: pytest.MonkeyPatch, empty: str) -> None:
    monkeypatch.setenv(VARIABLE, empty)
    found = store_path()
    assert found.name == "history.sqlite"
    assert found.is_absolute()
    assert "gait" in found.parts


def test_a_tilde_is_the_home_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "~/mine.sqlite")
    assert store_path() == Path.home() / "mine.sqlite"
