"""Remembering analysed runs, and judging them again."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from gait.history.memory import Identity, earlier_than, growth_of, identify, remember, runs_of
from gait.history.store import Store, open_store
from gait.recording import Recording, Samples
from gait.traits.rule import Catalogue
from gait.traits.rules import load_catalogue
from gait.traits.trait import judge
from tests.gait.an_analysis import a_mounting, an_analysis, some_measures
from tests.gait.history import made

CATALOGUE = load_catalogue()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "history.sqlite", begin=True, tell=pytest.fail) as opened:
        yield opened


def the(day: int) -> Identity:
    return Identity(f"{day:064x}", made.BEGINNING + timedelta(days=day), "recording", f"{day}.csv")


def a_recording(t0: float = 0.0, started_at: datetime | None = None) -> Recording:
    t = t0 + np.arange(200) / 100.0
    return Recording(
        Samples(t, np.zeros((200, 3)), np.zeros((200, 3))), 100.0, "run.csv", started_at=started_at
    )


def changed(version: str, **floors: float) -> Catalogue:
    """Our catalogue with other floors."""
    rules = [
        replace(r, bound=replace(r.bound, floor=floors[r.key])) if r.key in floors and r.bound else r
        for r in CATALOGUE.rules
    ]
    return Catalogue(version, tuple(rules))


def test_the_states_of_a_run_are_kept(store: Store) -> None:
    analysis = an_analysis()
    remember(store, the(0), analysis)
    (run,) = runs_of(store, CATALOGUE)
    alone = {t.rule.key: t.state for t in analysis.traits if t.rule.kind not in ("new", "kept")}
    assert run.states == alone
    assert "seen" in alone.values()


@pytest.mark.parametrize("rotation", [4.4, 5.2, 6.0, 9.0, 28.0])
@pytest.mark.parametrize("lean", [0.4, 2.0, 6.0])
def test_judged_again_from_the_store_as_from_the_run(store: Store, rotation: float, lean: float) -> None:
    """Another catalogue says of the stored measures what it says of the run itself."""
    analysis = an_analysis(some_measures(400, rotation=rotation, lean=lean))
    remember(store, the(0), analysis)
    newer = changed("newer", turn=2.0, lean=3.0, spring=7.5)
    (run,) = runs_of(store, newer)
    fresh = judge(analysis.measures, analysis.mounting, analysis.quality, newer)
    assert run.states == {t.rule.key: t.state for t in fresh if t.rule.kind not in ("new", "kept")}
    assert run.catalogue == "newer"


def test_a_newer_catalogue_changes_what_grew(store: Store) -> None:
    for day in range(4):
        remember(store, the(day), an_analysis(some_measures(400, rotation=28.0, seed=day)))
    before = growth_of(store, CATALOGUE)
    assert before is not None
    assert "turn" in [leaf.key for leaf in before.leaves]
    strict = growth_of(store, changed("strict", turn=60.0))
    assert strict is not None
    assert "turn" not in [leaf.key for leaf in strict.leaves]
    again = growth_of(store, CATALOGUE)
    assert again is not None
    assert [(leaf.key, leaf.states) for leaf in again.leaves] == [
        (leaf.key, leaf.states) for leaf in before.leaves
    ]


def test_traits_that_ask_for_earlier_runs_get_them_when_judged_again(store: Store) -> None:
    for day in range(8):
        remember(store, the(day), an_analysis(some_measures(400, seed=day)))
    states = [run.states["smooth"] for run in runs_of(store, changed("newer"))]
    assert states[:5] == ["could_not_listen"] * 5
    assert "could_not_listen" not in states[5:]


def test_earlier_runs_are_those_before_it_in_the_same_place(store: Store) -> None:
    for day in (0, 1, 3, 4):
        remember(store, the(day), an_analysis())
    remember(store, the(2), an_analysis(mounting=a_mounting("waist")))
    earlier = earlier_than(store, the(3), "sternum", CATALOGUE)
    assert [run.started for run in earlier.runs] == [the(0).started_at, the(1).started_at]
    assert set(earlier.runs[0].measures) >= {"lean", "rotation", "smoothness"}


def test_a_run_is_not_earlier_than_itself_in_another_file(store: Store) -> None:
    remember(store, replace(the(0), content="a" * 64), an_analysis())
    moment = timedelta(seconds=0.3)
    csv = replace(the(0), content="b" * 64, started_at=the(0).started_at + moment)
    assert earlier_than(store, csv, "sternum", CATALOGUE).runs == ()


def test_growth_is_told_up_to_the_run_asked_for(store: Store) -> None:
    for day in range(4):
        remember(store, the(day), an_analysis())
    growth = growth_of(store, CATALOGUE, content=the(2).content)
    assert growth is not None
    assert [run.source for run in growth.runs] == ["0.csv", "1.csv", "2.csv"]
    assert growth_of(store, CATALOGUE, placement="waist") is None


def test_a_recording_that_tells_its_beginning_is_believed(tmp_path: Path) -> None:
    told = datetime(2026, 5, 3, 7, tzinfo=UTC)
    found = identify(tmp_path, "c", a_recording(started_at=told))
    assert (found.started_at, found.dated) == (told, "recording")


def test_a_clock_in_seconds_since_1970_is_a_date(tmp_path: Path) -> None:
    found = identify(tmp_path, "c", a_recording(1_777_777_777.0))
    assert (found.started_at.year, found.dated) == (2026, "recording")


@pytest.mark.parametrize("year", [1, 1970, 9999])
def test_a_year_that_cannot_be_is_not_believed(tmp_path: Path, year: int) -> None:
    found = identify(tmp_path, "c", a_recording(started_at=datetime(year, 1, 1, tzinfo=UTC)))
    assert found.dated == "file"


def test_the_oldest_file_has_a_day_on_every_system(tmp_path: Path) -> None:
    file = tmp_path / "run.csv"
    file.touch()
    os.utime(file, (0, 0))
    assert identify(file, "c", a_recording()).started_at.year == 1970


def test_else_the_file_was_written_when_the_run_was_over(tmp_path: Path) -> None:
    file = tmp_path / "run.csv"
    file.touch()
    ended = datetime(2026, 5, 3, 8, tzinfo=UTC)
    os.utime(file, (ended.timestamp(), ended.timestamp()))
    recording = a_recording(5.0)
    found = identify(file, "c", recording)
    assert found.dated == "file"
    assert (ended - found.started_at).total_seconds() == pytest.approx(1.99)
