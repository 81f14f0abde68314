"""The store: what was put in comes out, whoever else is at it and whatever befell the file."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gait.errors import HistoryError
from gait.history import schema, store
from gait.history.damage import set_aside
from gait.history.store import Store, open_store
from tests.gait.history import made

REPOSITORY = Path(__file__).resolve().parents[3]
OLD = REPOSITORY / "tests" / "golden" / "history_v1.sql"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "folder with ä" / "history.sqlite"


def kept(path: Path, *days: int) -> None:
    with open_store(path, begin=True, tell=pytest.fail) as opened:
        for day in days:
            opened.keep(made.a_run(day))


def test_what_is_kept_comes_back(path: Path) -> None:
    new = made.a_run(3, surface="trail", shoes="old blue")
    with open_store(path, begin=True, tell=pytest.fail) as opened:
        number, before = opened.keep(new)
    assert (number, before) == (1, None)
    with open_store(path, tell=pytest.fail) as opened:
        (run,) = opened.runs(None)
        heard, units, why = opened.heard(number)
    assert run.started_at == new.started_at
    assert (run.content, run.dated, run.source) == (new.content, new.dated, new.source)
    assert (run.surface, run.shoes, run.feel) == ("trail", "old blue", "")
    assert (run.states, run.catalogue) == (new.states, "test")
    assert (run.strides, run.running_s, run.placement) == (400, 290.0, "sternum")
    assert heard == new.heard
    assert units == new.units
    assert why["turn"] == list(new.why["turn"])
    assert {key: replace(n, strides=(), why=()) for key, n in new.heard.measures.items()} == run.measures


def test_measures_are_read_as_far_as_asked(path: Path) -> None:
    kept(path, 0)
    with open_store(path, tell=pytest.fail) as opened:
        assert opened.runs()[0].measures == {}
        assert set(opened.runs(["lean", "no such"])[0].measures) == {"lean"}


def test_runs_are_in_the_order_in_which_they_were_run(path: Path) -> None:
    kept(path, 5, 1, 3)
    with open_store(path, tell=pytest.fail) as opened:
        assert [run.source for run in opened.runs()] == ["run 1.csv", "run 3.csv", "run 5.csv"]


def test_the_same_recording_again_takes_its_place(path: Path) -> None:
    kept(path, 0, 1)
    with open_store(path, begin=True, tell=pytest.fail) as opened:
        opened.feel(1, "light")
        again = made.a_run(0, {"lean": "not_spoken_of"}, surface="road")
        assert opened.keep(again) == (1, "run 0.csv")
        runs = opened.runs()
    assert [run.number for run in runs] == [1, 2]
    assert (runs[0].feel, runs[0].surface, runs[0].states) == ("light", "road", {"lean": "not_spoken_of"})


def test_tags_stay_until_others_are_said(path: Path) -> None:
    with open_store(path, begin=True, tell=pytest.fail) as opened:
        opened.keep(made.a_run(0, surface="trail", shoes="blue"))
        opened.keep(made.a_run(0, shoes="red"))
        (run,) = opened.runs()
    assert (run.surface, run.shoes) == ("trail", "red")


def test_a_capture_and_the_csv_made_of_it_are_one_run(path: Path) -> None:
    with open_store(path, begin=True, tell=pytest.fail) as opened:
        opened.keep(made.a_run(0, content="a" * 64))
        csv = made.a_run(
            0, content="b" * 64, started_at=made.BEGINNING + timedelta(seconds=0.4), length_s=299.8
        )
        assert opened.keep(csv) == (1, "run 0.csv")
        assert len(opened.runs()) == 1


@pytest.mark.parametrize(
    "other",
    [
        {"what": made.heard(lean=4.0, cadence=167.0)},  # a clock that begins anew with each run
        {"length_s": 310.0},
        {"what": made.heard("waist", lean=4.0)},  # two sensors at once
        {"dated": "file"},
        {"started_at": made.BEGINNING + timedelta(hours=1)},
    ],
)
def test_another_run_is_another_run(path: Path, other: dict[str, object]) -> None:
    with open_store(path, begin=True, tell=pytest.fail) as opened:
        opened.keep(made.a_run(0, content="a" * 64))
        opened.keep(made.a_run(0, content="b" * 64, **other))  # type: ignore[arg-type]
        assert len(opened.runs()) == 2


def test_numbers_are_never_given_twice(path: Path) -> None:
    kept(path, 0, 1)
    with open_store(path, begin=True, tell=pytest.fail) as opened:
        opened.forget(2)
        assert opened.keep(made.a_run(2))[0] == 3


def test_what_is_forgotten_is_nowhere_in_the_folder(path: Path) -> None:
    secret, line = "the-recording-to-forget.csv", "a line nobody is to read"
    kept(path, *range(12))
    with open_store(path, begin=True, tell=pytest.fail) as opened:
        number, _ = opened.keep(
            made.a_run(99, source=secret, content="deadbeef" * 8, surface="a lane of mine")
        )
        opened.feel(number, line)
    words = [secret, line, "deadbeef" * 8, "a lane of mine"]
    assert all(word.encode() in path.read_bytes() for word in words)
    with open_store(path, tell=pytest.fail) as opened:
        opened.forget(number)
        for file in path.parent.iterdir():  # while it is still open, too
            assert not any(word.encode() in file.read_bytes() for word in words), file
        assert len(opened.runs()) == 12
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_it_is_for_its_owner_alone(path: Path) -> None:
    kept(path, 0)
    if os.name == "posix":
        assert path.stat().st_mode & 0o077 == 0


def test_without_a_store_it_says_how_to_start(path: Path) -> None:
    with pytest.raises(HistoryError, match="--keep"), open_store(path, tell=pytest.fail):
        pass
    assert not path.parent.exists()


# ------------------------------------------------------------------------------------------------- other versions


def test_a_file_of_the_first_version_is_read_by_this_one(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    with closing(sqlite3.connect(path)) as old:
        old.executescript(OLD.read_text(encoding="utf-8"))
    with open_store(path, tell=pytest.fail) as opened:
        runs = opened.runs(None)
        assert opened.heard(1)[0] == made.heard(lean=4.0), (
            "what a catalogue judges it by has to be whole, too"
        )
        opened.keep(made.a_run(9))
    assert [(run.source, run.feel, run.surface) for run in runs] == [
        ("run 0.csv", "light", "trail"),
        ("run 1.csv", "", ""),
    ]
    assert runs[0].states == {"lean": "seen", "turn": "not_spoken_of"}
    assert runs[0].measures["lean"].value == 4.0


def test_a_step_added_later_is_made_once_and_keeps_all(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept(path, 0, 1)
    later = (*schema.STEPS, ("ALTER TABLE runs ADD COLUMN weather TEXT NOT NULL DEFAULT 'dry'",))
    monkeypatch.setattr(store, "STEPS", later)
    monkeypatch.setattr(store, "VERSION", len(later))
    for _ in range(2):
        with open_store(path, tell=pytest.fail) as opened:
            assert len(opened.runs()) == 2
            assert opened._db.execute("SELECT weather FROM runs").fetchall() == [("dry",), ("dry",)]
            assert opened._marks() == (schema.APPLICATION_ID, len(later))


def test_a_step_that_fails_changes_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept(path, 0)
    before = path.read_bytes()
    monkeypatch.setattr(store, "STEPS", (*schema.STEPS, ("CREATE TABLE weather (a TEXT)", "no SQL at all")))
    monkeypatch.setattr(store, "VERSION", len(schema.STEPS) + 1)
    with pytest.raises(HistoryError, match="Nothing in it was changed"), open_store(path, tell=pytest.fail):
        pass
    assert path.read_bytes() == before


def test_a_file_of_a_newer_gait_is_left_alone(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept(path, 0)
    with monkeypatch.context() as newer:
        newer.setattr(store, "STEPS", (*schema.STEPS, ("CREATE TABLE weather (a TEXT)",)))
        newer.setattr(store, "VERSION", schema.VERSION + 1)
        with open_store(path, tell=pytest.fail):
            pass
    before = path.read_bytes()
    for begin in (False, True):
        with pytest.raises(HistoryError, match="newer gait"), open_store(path, begin=begin, tell=pytest.fail):
            pass
    assert path.read_bytes() == before


# --------------------------------------------------------------------------------------------------- other files


def test_the_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "photos.db"
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE a (b)")
    before = path.read_bytes()
    with pytest.raises(HistoryError, match="another program"), open_store(path, begin=True, tell=pytest.fail):
        pass
    assert path.read_bytes() == before


def test_a_recording_named_as_store_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "run.csv"
    path.write_text("t,ax,ay,az\n0,0,0,9.8\n")
    with pytest.raises(HistoryError, match="no history"), open_store(path, begin=True, tell=pytest.fail):
        pass
    assert path.read_text() == "t,ax,ay,az\n0,0,0,9.8\n"


def test_a_folder_named_as_store_says_so(tmp_path: Path) -> None:
    with pytest.raises(HistoryError, match="is a folder"), open_store(tmp_path, begin=True, tell=pytest.fail):
        pass


def test_an_empty_file_becomes_a_store(path: Path) -> None:
    path.parent.mkdir()
    path.touch()
    kept(path, 0)


# -------------------------------------------------------------------------------------------------------- damage


def broken(path: Path, how: str) -> bytes:
    """A store with some runs, damaged; what is left of it."""
    kept(path, *range(30))
    whole = bytearray(path.read_bytes())
    if how == "header":
        whole[:100] = b"\x00" * 100
    elif how == "torn":
        del whole[len(whole) // 2 :]
    elif how == "scribbled":
        for at in range(4096, len(whole), 8192):
            whole[at : at + 2048] = b"\xa5" * 2048
    elif how == "text":
        whole = bytearray(b"somebody saved a letter here\n" * 50)
    path.write_bytes(whole)
    return bytes(whole)


@pytest.mark.parametrize("how", ["header", "torn", "scribbled", "text"])
def test_a_damaged_store_is_set_aside_whole_and_a_new_one_begins(path: Path, how: str) -> None:
    left = broken(path, how)
    said: list[str] = []
    with open_store(path, begin=True, tell=said.append) as opened:
        opened.keep(made.a_run(40))
        assert len(opened.runs()) == 1
    (aside,) = [file for file in path.parent.iterdir() if file != path]
    assert aside.name.startswith("history.damaged-20")
    assert aside.suffix == ".sqlite"
    assert aside.read_bytes() == left
    assert len(said) == 1
    assert aside.name in said[0]


@pytest.mark.parametrize("how", ["header", "torn", "scribbled", "text"])
def test_damage_met_in_reading_is_set_aside_and_said(path: Path, how: str) -> None:
    left = broken(path, how)

    def look() -> None:
        with open_store(path, tell=pytest.fail) as opened:
            opened.runs(None)
            opened.heard(3)

    with pytest.raises(HistoryError, match=r"set aside whole as history\.damaged-"):
        look()
    assert not path.exists()
    (aside,) = path.parent.iterdir()
    assert aside.read_bytes() == left


def test_two_that_are_set_aside_in_one_second_keep_both(path: Path) -> None:
    for _ in range(3):
        broken(path, "text")
        with open_store(path, begin=True, tell=lambda _: None):
            pass
    assert len(list(path.parent.iterdir())) == 4


def test_what_sqlite_left_beside_a_damaged_store_goes_with_it(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    for end in ("", "-journal", "-wal", "-shm"):
        path.with_name(path.name + end).write_text(end)
    aside = set_aside(path, datetime(2026, 5, 1, 10, 15, tzinfo=UTC))
    assert aside.name == "history.damaged-2026-05-01-101500.sqlite"
    there = {file.name.removeprefix(aside.name): file.read_text() for file in tmp_path.iterdir()}
    assert there == {end: end for end in ("", "-journal", "-wal", "-shm")}


def test_what_is_not_understood_is_left_where_it_is(path: Path) -> None:
    kept(path, 0)
    with closing(sqlite3.connect(path)) as other:
        other.execute("UPDATE runs SET heard = '{}'")
        other.commit()
    before = path.read_bytes()

    def look() -> None:
        with open_store(path, begin=True, tell=pytest.fail) as opened:
            opened.runs()

    with pytest.raises(HistoryError, match="does not understand"):
        look()
    assert path.read_bytes() == before


def test_a_store_that_may_only_be_read_is_read(path: Path) -> None:
    kept(path, 0)
    path.chmod(0o444)
    path.parent.chmod(0o555)
    try:
        with open_store(path, tell=pytest.fail) as opened:
            assert len(opened.runs(None)) == 1
    finally:
        path.parent.chmod(0o755)


# ---------------------------------------------------------------------------------------------- several at once

KEEPER = """
import sys
from pathlib import Path
from gait.history.store import open_store
from tests.gait.history import made
path, first, count = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
print("ready", flush=True)
for day in range(first, first + count):
    with open_store(path, begin=True, tell=print) as opened:
        opened.keep(made.a_run(day))
        print(day, flush=True)
"""


def keeper(path: Path, first: int, count: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", KEEPER, str(path), str(first), str(count)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=REPOSITORY,
    )


def test_two_processes_at_once_lose_nothing(path: Path) -> None:
    both = [keeper(path, first, 25) for first in (0, 100)]
    for process in both:
        _, complaint = process.communicate(timeout=60)
        assert process.returncode == 0, complaint
    with open_store(path, begin=True, tell=pytest.fail) as opened:
        assert len(opened.runs()) == 50


def test_two_that_meet_one_damaged_store_set_it_aside_once(path: Path) -> None:
    left = broken(path, "scribbled")
    both = [keeper(path, first, 4) for first in (0, 100)]
    for process in both:
        _, complaint = process.communicate(timeout=60)
        assert process.returncode == 0, complaint
    (aside,) = [file for file in path.parent.iterdir() if file != path]
    assert aside.read_bytes() == left
    with open_store(path, begin=True, tell=pytest.fail) as opened:
        assert len(opened.runs()) == 8


def test_killed_while_it_keeps_the_store_is_whole(path: Path) -> None:
    kept(path, 5000)
    for kill in range(6):
        process = keeper(path, 1000 * kill, 900)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(0.05 + 0.037 * kill)
        process.send_signal(signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
        said, _ = process.communicate(timeout=30)
        done = [int(line) for line in said.split() if line.isdecimal()]
        with open_store(path, begin=True, tell=pytest.fail) as opened:
            runs = [
                run
                for run in opened.runs(None)
                if 1000 * kill <= (run.started_at - made.BEGINNING).days < 1000 * kill + 900
            ]
        assert {(run.started_at - made.BEGINNING).days for run in runs} >= set(done)
        assert all(len(run.states) == 2 and len(run.measures) == 2 for run in runs), "half a run was kept"


def test_one_that_holds_on_for_too_long_is_named(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept(path, 0)
    monkeypatch.setattr(store, "PATIENCE", 0.2)
    first = Store(path)
    first._db.execute("BEGIN EXCLUSIVE")
    try:
        with pytest.raises(HistoryError, match="in use"), open_store(path, tell=pytest.fail) as opened:
            opened.keep(made.a_run(1))
    finally:
        first.close()
    with open_store(path, tell=pytest.fail) as opened:
        assert len(opened.runs()) == 1


def test_times_are_this_machines(path: Path) -> None:
    kept(path, 0)
    with open_store(path, tell=pytest.fail) as opened:
        (run,) = opened.runs()
    assert run.started_at.utcoffset() == datetime(2026, 5, 1, 6, 30, tzinfo=UTC).astimezone().utcoffset()
