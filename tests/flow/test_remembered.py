"""Runs remembered, as a runner meets it: twenty runs of somebody who grows, through the command line and the store."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gait.cli import main
from gait.readers import write_csv
from gait.report.words import load_words
from gait.synthetic import Course, Runner, Sensor, simulate

REPOSITORY = Path(__file__).resolve().parents[2]

#: From this run on (counted from 1) the upper body turns, and leans a little forward.
TURNS_FROM, LEANS_FROM = 9, 14

RUNS = 20

BEGINNING = datetime(2026, 3, 1, 6, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Story:
    """A folder with the recordings, the store and the results, and what was printed run by run."""

    folder: Path
    printed: list[str]

    @property
    def store(self) -> Path:
        return self.folder / "history.sqlite"

    def recording(self, number: int) -> Path:
        return self.folder / f"run{number:02d}.csv"


def write_run(path: Path, number: int, *, dated: bool = True) -> None:
    """The number-th run of somebody who grows."""
    rng = np.random.default_rng(500 + number)
    runner = Runner(
        turn_deg=6.0 if number >= TURNS_FROM else 1.0,
        lean_deg=(4.0 if number >= LEANS_FROM else -1.0) + 0.3 * rng.normal(),
        speed_mps=3.0 + 0.1 * rng.normal(),
    )
    course = Course(standing_s=8.0, running_s=80.0)
    recording, _ = simulate(runner, course, Sensor.mpu6050(rng, 100.0), 500 + number)
    when = BEGINNING + timedelta(days=3 * number) if dated else None
    write_csv(replace(recording, started_at=when), path)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    told = Story(tmp_path_factory.mktemp("story"), [])
    for number in range(1, RUNS + 1):
        write_run(told.recording(number), number)
        told.printed.append(analyze(told, number))
    return told


def analyze(story: Story, number: int, *more: str) -> str:
    """``gait analyze --keep`` in this process; what it printed."""
    printed = io.StringIO()
    page = [] if number in (1, TURNS_FROM + 1, RUNS) else ["--no-report"]
    out = story.folder / f"page{number:02d}"
    words = [
        "analyze",
        str(story.recording(number)),
        "--placement",
        "sternum",
        "--keep",
        "--store",
        str(story.store),
    ]
    with contextlib.redirect_stdout(printed):
        assert main([*words, "--out", str(out), *page, *more]) == 0
    return printed.getvalue()


@pytest.fixture
def ask(story: Story, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """A command about the story; what it printed."""

    def asked(*words: str, status: int = 0) -> str:
        capsys.readouterr()
        assert main([*words, "--store", str(story.store)]) == status
        said = capsys.readouterr()
        return said.out if status == 0 else said.err

    return asked


def leaves(growth: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {leaf["key"]: leaf for leaf in growth["leaves"]}


def text_of(page: Path) -> str:
    """The runner's part of a page, without the analyst's and without tags."""
    html = page.read_text(encoding="utf-8")
    html = re.sub(r"(?s)<style>.*?</style>|<details class=\"measured\".*?</main>", " ", html)
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_what_grew_is_told_when_it_grew_and_not_before(ask: Callable[..., str]) -> None:
    grown = json.loads(ask("growth", "--json"))
    assert grown["schema"] == "gait.growth/1"
    assert [run["number"] for run in grown["runs"]] == list(range(1, RUNS + 1))
    found = leaves(grown)
    for key, since in (("turn", TURNS_FROM), ("lean", LEANS_FROM)):
        assert found[key]["first_run"] == since
        assert found[key]["told"][since - 1] == "first_glimpse"
        assert found[key]["told"][since] == "newly_seen"
        assert set(found[key]["told"][since + 1 :]) <= {"still_there", "old_friend"}
    for key in ("spring", "shift"):
        assert found[key]["first_run"] == 1
        assert found[key]["stage"] == "friend"
        assert "newly_seen" not in found[key]["told"]
    new = {key for key, leaf in found.items() if "newly_seen" in leaf["told"]}
    assert new <= {"turn", "lean", "together", "even_turn"}, "the last two come with the turn"


def test_each_runs_own_traits_say_the_same_as_its_growth(story: Story, ask: Callable[..., str]) -> None:
    told = leaves(json.loads(ask("growth", "--json")))
    for number in range(1, RUNS + 1):
        document = json.loads((story.folder / f"page{number:02d}" / "analysis.json").read_text())
        new = next(trait for trait in document["traits"] if trait["key"] == "new")
        newly = [key for key, leaf in told.items() if leaf["told"][number - 1] == "newly_seen"]
        assert (new["state"] == "seen") == bool(newly)


def test_the_page_of_a_run_shows_what_grew_up_to_it(story: Story) -> None:
    turned = text_of(story.folder / f"page{TURNS_FROM + 1:02d}" / "report.html")
    assert "Something else is going right: the turn of your upper body" in turned
    assert "Old friends:" in turned
    assert "a little forward" not in turned
    last = text_of(story.folder / f"page{RUNS:02d}" / "report.html")
    assert "Something else" not in last
    assert "a little forward" in last


def test_no_word_of_loss_and_none_that_is_forbidden(story: Story, ask: Callable[..., str]) -> None:
    words = load_words()
    ask("growth", "--out", str(story.folder))
    pages = [*story.folder.glob("page*/report.html"), story.folder / "growth.html"]
    assert len(pages) == 4
    for text in [*map(text_of, pages), *story.printed, ask("growth", "--no-page")]:
        assert words.forbidden_in(" ".join(text.split())) == []
        assert not re.search(r"\b(less|more than|fewer|lost|gone|no longer|fell|dropped|than last)\b", text)


def test_the_words_say_how_many_runs_and_what(ask: Callable[..., str]) -> None:
    said = " ".join(ask("growth", "--no-page").split())
    assert "From 20 runs with the sensor on your upper body." in said
    assert "Old friends:" in said
    german = ask("growth", "--no-page", "--language", "de", "--words")
    assert not re.search(r"\d", german)


def test_the_list_and_one_run(ask: Callable[..., str]) -> None:
    lines = ask("runs").splitlines()
    assert len(lines) == RUNS + 1
    assert "run07.csv" in lines[7]
    listed = json.loads(ask("runs", "--json"))
    assert listed["schema"] == "gait.runs/1"
    assert listed["runs"][6]["started_at"] == (BEGINNING + timedelta(days=21)).isoformat()
    for meant in ("12", "run12.csv", f"{(BEGINNING + timedelta(days=36)).astimezone():%Y-%m-%d}"):
        one = json.loads(ask("runs", "show", meant, "--json"))
        assert (one["schema"], one["number"]) == ("gait.run/1", 12)
    assert one["measures"]["rotation"]["value"] == pytest.approx(12.0, abs=1.5)
    assert {trait["key"]: trait["state"] for trait in one["traits"]}["turn"] == "seen"
    assert "rotation" in ask("runs", "show", "last")


def test_the_same_recording_again_takes_its_place(story: Story, ask: Callable[..., str]) -> None:
    before = json.loads(ask("growth", "--json"))
    assert "run 5" in analyze(story, 5, "--surface", "a soft\ntrail")
    after = json.loads(ask("growth", "--json"))
    assert len(after["runs"]) == RUNS
    assert after["runs"][4]["surface"] == "a soft trail"
    assert after["leaves"] == before["leaves"]
    assert len(json.loads(ask("runs", "--surface", "a soft trail", "--json"))["runs"]) == 1


def test_how_it_felt_is_kept_and_shown(story: Story, ask: Callable[..., str]) -> None:
    line = "light, <b>as if</b> & by itself"
    assert "Run 20" in ask("feel", line)
    ask("feel", "3", "heavy, then warm")
    assert line in ask("runs", "show", "last")
    ask("growth", "--out", str(story.folder))
    page = (story.folder / "growth.html").read_text(encoding="utf-8")
    assert "light, &lt;b&gt;as if&lt;/b&gt; &amp; by itself" in page
    assert "heavy, then warm" in page
    ask("feel", "3", "")
    assert "heavy" not in ask("runs")


@pytest.mark.parametrize(
    "words",
    [["feel", "3"], ["feel", "last"], ["feel", "light", "and", "easy"], ["runs", "show"], ["runs", "3"]],
)
def test_a_word_that_is_missing_is_asked_for(ask: Callable[..., str], words: list[str]) -> None:
    assert ask(*words, status=2).count("\n") == 1


@pytest.mark.parametrize(
    "words",
    [
        ["runs", "show", "77"],
        ["forget", "nothing.csv"],
        ["feel", "2020-01-01", "x"],
        ["growth", "--placement", "waist"],
    ],
)
def test_a_run_that_is_not_there_is_one_sentence(ask: Callable[..., str], words: list[str]) -> None:
    said = ask(*words, status=1)
    assert said.count("\n") == 1
    assert "gait" in said


def test_forgotten_and_the_leaves_are_told_anew(
    tmp_path: Path, story: Story, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "history.sqlite"
    copy.write_bytes(story.store.read_bytes())
    for number in range(LEANS_FROM, RUNS + 1):
        assert main(["forget", str(number), "--store", str(copy), "--quiet"]) == 0
    capsys.readouterr()
    assert main(["growth", "--json", "--store", str(copy)]) == 0
    grown = json.loads(capsys.readouterr().out)
    assert len(grown["runs"]) == LEANS_FROM - 1
    assert "lean" not in leaves(grown)
    assert f"run{RUNS}.csv".encode() not in copy.read_bytes()


# ------------------------------------------------------------------------------------------------ without a story


def gait(*words: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "gait", *map(str, words)],
        capture_output=True, text=True, encoding="utf-8", timeout=120, check=False,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY), "PYTHONUTF8": "1", **environment},
    )  # fmt: skip


@pytest.mark.parametrize(
    "words", [["runs"], ["growth"], ["feel", "light"], ["forget", "last"], ["runs", "show", "1"]]
)
def test_without_a_store_every_command_says_how_to_start(tmp_path: Path, words: list[str]) -> None:
    done = gait(*words, GAIT_STORE=str(tmp_path / "none" / "history.sqlite"))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert "gait analyze RUN --keep" in done.stderr
    assert not (tmp_path / "none").exists()


def test_a_run_without_a_date_is_placed_by_its_file_and_said(tmp_path: Path) -> None:
    recording, store = tmp_path / "run.csv", tmp_path / "h.sqlite"
    write_run(recording, 1, dated=False)
    os.utime(recording, (1_777_000_000, 1_777_000_000))
    done = gait("analyze", recording, "--keep", "--no-report", "--out", tmp_path / "o", GAIT_STORE=str(store))
    assert done.returncode == 0, done.stderr
    assert "does not tell when it began" in done.stdout
    listed = gait("runs", GAIT_STORE=str(store)).stdout
    assert "~ The recording does not tell when it began" in listed
    assert "~" in listed.splitlines()[1]
    grown = gait("growth", "--no-page", "--language", "de", GAIT_STORE=str(store)).stdout
    assert "steht die Zeit ihrer Datei dafür" in " ".join(grown.split())
    assert "recording" not in grown


def test_a_run_named_without_a_line_takes_no_other_runs_line_away(tmp_path: Path) -> None:
    store = tmp_path / "h.sqlite"
    for number in (1, 2):
        write_run(tmp_path / f"run{number}.csv", number)
        words = ["--keep", "--no-report", "--store", store, "--out", tmp_path / "o", "--quiet"]
        assert gait("analyze", tmp_path / f"run{number}.csv", *words).returncode == 0
    assert gait("feel", "light as never", "--store", store).returncode == 0
    runs = json.loads(gait("runs", "--json", "--store", store).stdout)["runs"]
    day = datetime.fromisoformat(runs[0]["started_at"]).astimezone().date().isoformat()
    for only_a_run in ("last", "1", day, "run1.csv"):
        done = gait("feel", only_a_run, "--store", store)
        assert done.returncode == 2, only_a_run
        assert f"Say how run {only_a_run} felt" in done.stderr
    assert [run["feel"] for run in json.loads(gait("runs", "--json", "--store", store).stdout)["runs"]] == [
        None,
        "light as never",
    ]


def test_only_what_was_asked_for_is_remembered(tmp_path: Path) -> None:
    recording, store = tmp_path / "run.csv", tmp_path / "h.sqlite"
    write_run(recording, 1)
    quiet = ["analyze", recording, "--no-report", "--out", tmp_path / "o"]
    assert gait(*quiet, GAIT_STORE=str(store)).returncode == 0
    assert not store.exists()
    done = gait(*quiet, "--surface", "road", GAIT_STORE=str(store))
    assert done.returncode == 2
    assert "--keep" in done.stderr
    done = gait(*quiet, "--keep", "--json", GAIT_STORE=str(store))
    assert json.loads(done.stdout)["schema"] == "gait.analysis/1"
    assert store.exists()


def test_a_recording_without_running_is_not_remembered(tmp_path: Path) -> None:
    recording, _ = simulate(Runner(), Course.walk(), Sensor.ideal(100.0), 1)
    write_csv(recording, tmp_path / "walk.csv")
    store = tmp_path / "h.sqlite"
    done = gait(
        "analyze", tmp_path / "walk.csv", "--keep", "--store", store, "--no-report", "--out", tmp_path / "o"
    )
    assert done.returncode == 0
    assert "nothing was remembered" in done.stdout
    assert gait("runs", "--store", store).returncode == 1


def test_a_recording_named_as_store_is_not_touched(tmp_path: Path) -> None:
    recording = tmp_path / "run.csv"
    write_run(recording, 1)
    before = recording.read_bytes()
    done = gait("analyze", recording, "--keep", "--store", recording, "--no-report", "--out", tmp_path / "o")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert recording.read_bytes() == before


def test_a_damaged_store_is_said_in_one_sentence_and_the_run_is_kept(tmp_path: Path) -> None:
    recording, store = tmp_path / "run.csv", tmp_path / "h.sqlite"
    write_run(recording, 1)
    store.write_bytes(b"no database at all, but once it was" * 100)
    done = gait("analyze", recording, "--keep", "--store", store, "--no-report", "--out", tmp_path / "o")
    assert done.returncode == 0
    assert done.stderr.count("\n") == 1
    assert "set aside whole as h.damaged-" in done.stderr
    assert json.loads(gait("runs", "--json", "--store", store).stdout)["runs"]


def test_the_doctor_tells_of_the_history_and_leaves_a_damaged_one_where_it_is(tmp_path: Path) -> None:
    store = tmp_path / "h.sqlite"

    def line() -> str:
        said = gait("doctor", GAIT_STORE=str(store)).stdout
        return next(row for row in said.splitlines() if row.startswith("history"))

    assert re.match(r"history +open +no run is remembered", line())
    write_run(tmp_path / "run.csv", 1)
    kept = gait(
        "analyze", tmp_path / "run.csv", "--keep", "--store", store, "--no-report", "--out", tmp_path / "o"
    )
    assert kept.returncode == 0
    assert re.match(rf"history +ready +1 run: {re.escape(str(store))}", line())
    store.write_bytes(b"no database at all, but once it was" * 100)
    assert re.match(r"history +look +.*damaged.*begins a new one", line())
    assert store.read_bytes().startswith(b"no database")
    assert [file.name for file in tmp_path.glob("h*")] == ["h.sqlite"]
