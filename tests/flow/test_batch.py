"""``gait batch`` and ``gait query`` as a person meets them: real processes, killed ones too."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gait.cli import main
from tests.gait.batch.runs import write_runs

REPOSITORY = Path(__file__).resolve().parents[2]
TABLES = ("runs.csv", "strides.csv", "failures.csv")

#: Longest that anything here may take. [s]  Chosen: far beyond what a loaded machine needs.
PATIENCE = 120


#: A row is its own recording's: the runners lean 4, 5 and 6°. [°]  25 s at 50 Hz read 1.2° off; twice that.
LEAN_TOLERANCE_DEG = 2.4


def _hear_ctrl_c() -> None:
    """Tests that a shell runs in the background inherit a SIGINT that is ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def start(*words: str | Path) -> subprocess.Popen[str]:
    """``gait batch`` in a process of its own, in a group of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "gait", "batch", *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": str(REPOSITORY), "PYTHONUTF8": "1"},
        start_new_session=True,
        preexec_fn=_hear_ctrl_c if os.name == "posix" else None,
    )


def batch(*words: str | Path) -> tuple[int, str, str]:
    """Run it to its end: status, stdout, stderr."""
    running = start(*words)
    out, err = running.communicate(timeout=PATIENCE)
    return running.returncode, out, err


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def tables(out: Path) -> dict[str, bytes]:
    return {name: (out / name).read_bytes() for name in TABLES}


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three recordings, one that is none, and a batch over them with two processes."""
    base = tmp_path_factory.mktemp("study")
    write_runs(base / "in", 3)
    (base / "in" / "shopping.txt").write_text("milk\n")
    status, said, err = batch(
        base / "in", "--out", base / "out", "--no-report", "--jobs", "2", "--placement", "waist"
    )
    assert status == 1, err
    assert said.startswith("3 of 4 recordings are done.\n")
    assert err.count("\n") == 1
    assert "shopping.txt" in err
    assert "Traceback" not in err
    return base


def test_tables_hold_every_run_and_the_failures(study: Path) -> None:
    runs, strides = rows(study / "out" / "runs.csv"), rows(study / "out" / "strides.csv")
    assert [Path(row["path"]).name for row in runs] == ["run_0.csv", "run_1.csv", "run_2.csv"]
    assert {row["placement"] for row in runs} == {"waist"}
    for row in runs:
        mine = [stride for stride in strides if stride["run"] == row["run"]]
        assert len(mine) == int(row["strides"]) > 20
    for lean, row in zip((4.0, 5.0, 6.0), runs, strict=True):
        assert abs(float(row["lean_deg"]) - lean) < LEAN_TOLERANCE_DEG
    (failure,) = rows(study / "out" / "failures.csv")
    assert failure["path"].endswith("shopping.txt")
    assert failure["sentence"]


def test_a_folder_holds_what_analyze_writes(study: Path, tmp_path: Path) -> None:
    run = rows(study / "out" / "runs.csv")[1]
    assert (
        main(
            [
                "analyze",
                run["path"],
                "--placement",
                "waist",
                "--no-report",
                "--quiet",
                "--out",
                str(tmp_path / "o"),
            ]
        )
        == 0
    )
    folder = study / "out" / run["run"]
    names = sorted(path.name for path in (tmp_path / "o").iterdir())
    assert sorted(path.name for path in folder.iterdir()) == sorted([*names, "batch.json"])
    for name in names:
        assert (folder / name).read_bytes() == (tmp_path / "o" / name).read_bytes(), name


def test_the_same_command_again_does_nothing_twice(study: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    shutil.copytree(study / "out", out)
    before = {path: path.stat().st_mtime_ns for path in out.rglob("analysis.json")}
    damaged, *whole = sorted(before)
    damaged.write_bytes(damaged.read_bytes()[:100])  # by a power cut, say
    status, said, _ = batch(study / "in", "--out", out, "--no-report", "--jobs", "1", "--placement", "waist")
    assert status == 1
    assert said.startswith("3 of 4 recordings are done, 2 of them before.\n")
    assert tables(out) == tables(study / "out")
    assert all(path.stat().st_mtime_ns == before[path] for path in whole)
    assert damaged.stat().st_size > 100


def test_killed_at_any_moment_the_tables_are_those_of_an_undisturbed_run(study: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    words = (study / "in", "--out", out, "--no-report", "--jobs", "2", "--placement", "waist")
    running, workers = start(*words), set[int]()
    began = time.monotonic()
    while not list(out.glob("*/analysis.json")) and time.monotonic() - began < PATIENCE:
        workers |= below(running.pid)
        time.sleep(0.01)
    running.kill()
    running.communicate()
    assert not (out / "runs.csv").exists()
    status, _, _ = batch(*words)
    assert status == 1
    assert tables(out) == tables(study / "out")
    assert not list(out.rglob("*.part"))
    assert not [pid for pid in workers if Path(f"/proc/{pid}").exists()], "workers outlived their batch"


def test_no_calibration_is_a_word_and_no_file(study: Path, tmp_path: Path) -> None:
    status, said, err = batch(
        study / "in" / "run_0.csv", "--out", tmp_path, "--no-report", "--calibration", "none", "--jobs", "1"
    )
    assert (status, err) == (0, "")
    assert said.startswith("1 of 1 recordings are done.")


def below(pid: int) -> set[int]:
    """Processes that one started, where that can be asked."""
    try:
        return {int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()}
    except OSError:
        return set()


@pytest.mark.skipif(os.name != "posix", reason="a terminal's Ctrl-C reaches a whole group on POSIX")
def test_ctrl_c_says_what_is_done_and_ends_at_once(study: Path, tmp_path: Path) -> None:
    many, out_dir = tmp_path / "many", tmp_path / "out"
    many.mkdir()
    for i in range(40):  # two seconds of work, so that it is not done before it is stopped
        shutil.copy(study / "in" / "run_0.csv", many / f"run_{i}.csv")
    running = start(many, "--out", out_dir, "--no-report", "--jobs", "1", "--placement", "waist")
    began = time.monotonic()
    while not list(out_dir.glob("*/batch.json")) and time.monotonic() - began < PATIENCE:
        time.sleep(0.01)
    os.killpg(running.pid, signal.SIGINT)
    out, err = running.communicate(timeout=PATIENCE)
    assert running.returncode == 130, err
    assert out == ""
    assert err.startswith("gait: stopped; ")
    assert err.count("\n") == 1
    assert "40 recordings are done and stay done" in err


def test_a_file_of_others_is_not_written_over(
    study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "runs.csv").write_text("my,own\n")
    assert main(["batch", str(study / "in"), "--out", str(tmp_path)]) == 1
    assert "runs.csv that gait did not write" in capsys.readouterr().err
    assert (tmp_path / "runs.csv").read_text() == "my,own\n"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["x", "--out", "o", "--jobs", "0"], "--jobs takes 1 to 1024"),
        (["x", "--out", "o", "--cluster", "host:8786"], "--cluster takes tcp://"),
        (["x", "--out", "o", "--cluster", "tcp://h:1", "--jobs", "2"], "--jobs is for this machine"),
        (["x", "--out", "o", "--placement", "head"], "head"),
        (["x"], "--out"),
    ],
)
def test_wrong_usage_is_told(words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["batch", *words]) == 2
    assert sentence in capsys.readouterr().err


def test_nothing_found_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty").mkdir()
    assert main(["batch", str(tmp_path / "empty"), "--out", str(tmp_path / "out")]) == 1
    said = capsys.readouterr().err
    assert said.startswith("gait: There are no recordings in")
    assert said.count("\n") == 1


def test_query_answers_in_three_ways(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = "select run, lean_n, trait_lean, 0.5::decimal(3,2) half, null::double from runs order by run"
    folder = str(study / "out")
    assert main(["query", words, "--in", folder, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert [row["run"] for row in said] == sorted(row["run"] for row in rows(study / "out" / "runs.csv"))
    assert main(["query", words, "--in", folder, "--csv"]) == 0
    assert capsys.readouterr().out.splitlines()[1].startswith(f"{said[0]['run']},{said[0]['lean_n']},")
    assert main(["query", words, "--in", folder]) == 0
    assert capsys.readouterr().out.splitlines()[1].startswith(said[0]["run"])
    assert main(["query", "select * from nothing", "--in", folder]) == 1
    assert "The query cannot be answered" in capsys.readouterr().err
