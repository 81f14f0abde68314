"""The command line as a person meets it: files, sentences, exit statuses. Real runs of ``python -m gait``."""

from __future__ import annotations

import csv
import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from gait.cli import main

REPOSITORY = Path(__file__).resolve().parents[2]

#: Columns that docs/output.md promises, in this order.
STRIDE_COLUMNS = [
    "start_s",
    "stop_s",
    "side",
    "bout",
    "regular",
    "cadence_spm",
    "lean_deg",
    "rotation_deg",
    "sway_deg",
    "vertical_oscillation_cm",
    "contact_time_ms",
    "flight_time_ms",
]

#: Measures that docs/output.md promises.
MEASURES = {
    "cadence", "lean", "rotation", "sway", "stride_time_cv", "vertical_oscillation", "contact_time", "flight_time",
    "step_regularity", "stride_regularity", "togetherness", "smoothness",
}  # fmt: skip


def gait(*words: str | Path, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "gait", *map(str, words)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY), "PYTHONUTF8": "1", **environment},
        timeout=120,
        check=False,
    )


def one_sentence(done: subprocess.CompletedProcess[str], status: int) -> str:
    """The error as a person sees it: one line, no traceback, nothing on stdout."""
    assert done.returncode == status, done.stderr
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1, done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder made by ``gait sample``."""
    folder = tmp_path_factory.mktemp("sample")
    done = gait("sample", folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def result(sample: Path) -> tuple[Path, str]:
    """A folder of results, and what was printed."""
    folder = sample / "out"
    done = gait("analyze", sample / "easy_run_chest.csv.gz", "--out", folder, "--series")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return folder, done.stdout


def test_bare_gait_explains_itself_and_offers_the_sample() -> None:
    done = gait()
    assert done.returncode == 0
    assert "gait sample" in done.stdout
    assert "gait analyze" in done.stdout


def test_the_manual_page() -> None:
    page = gait("analyze", "--help").stdout
    for part in (
        "files",
        "standing",
        "exit status",
        "examples",
        "--placement",
        "--units",
        "--force",
        "--debug",
    ):
        assert part in page
    assert max(map(len, page.splitlines())) <= 110


@pytest.mark.parametrize(
    "words",
    [
        ["analyse", "run.csv"],
        ["analyze"],
        ["analyze", "run.csv", "--units", "s,g"],
        ["analyze", "run.csv", "--units", "s,stone,dps"],
        ["analyze", "run.csv", "--placement", "nose"],
        ["analyze", "run.csv", "--language", "klingon"],
        ["analyze", "run.csv", "--facing", "up"],
        ["analyze", "run.csv", "--dialect", "klingon"],
        ["analyze", "run.csv", "--columns", "t,ax,ay"],
        ["analyze", "run.csv", "--rate", "-5"],
        ["analyze", "run.csv", "--rate", "often"],
        ["analyze", "run.csv", "--from", "9", "--to", "3"],
        ["analyze", "run.csv", "--nonsense"],
        ["analyze", "run.csv", "--to", "nan"],
        ["analyze", "run.csv", "--from", "inf"],
        ["analyze", "run.csv", "--out", ""],
        ["analyze", ""],
    ],
    ids=" ".join,
)
def test_a_wrong_way_to_ask_is_status_2(words: list[str], tmp_path: Path) -> None:
    done = gait(*words, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("empty.csv", b"", "is empty"),
        ("letter.txt", b"Dear runner,\nit was a lovely day.\n", "no table of numbers"),
        ("one.csv", b"t,ax,ay,az,gx,gy,gz\n0,0,0,9.81,0,0,0\n", "1 row"),
        ("nogyro.csv", b"t,ax,ay,az\n" + b"0.01,0,0,9.8\n" * 50, "gyroscope"),
        ("picture.png", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, "is no text"),
        ("broken.zip", b"PK\x03\x04broken", "cannot be unpacked"),
    ],
)
def test_what_is_no_recording_is_status_1_and_one_sentence(
    tmp_path: Path, name: str, content: bytes, says: str
) -> None:
    (tmp_path / name).write_bytes(content)
    said = one_sentence(gait("analyze", name, cwd=tmp_path), 1)
    assert said.startswith("gait: ")
    assert name in said
    assert says in said
    assert [file.name for file in tmp_path.iterdir()] == [name]


def test_a_missing_file_and_debug(tmp_path: Path) -> None:
    assert "There is no file or folder" in one_sentence(gait("analyze", "no.csv", cwd=tmp_path), 1)
    assert "Traceback" in gait("analyze", "no.csv", "--debug", cwd=tmp_path).stderr


def test_the_files_and_the_words(result: tuple[Path, str]) -> None:
    folder, printed = result
    assert {file.name for file in folder.iterdir()} == {
        "report.html",
        "analysis.json",
        "strides.csv",
        "steps.csv",
        "series.csv",
    }
    assert str(folder / "report.html") in printed
    assert len(printed.splitlines()) < 40


def test_analysis_json_keeps_its_promises(result: tuple[Path, str]) -> None:
    told = json.loads((result[0] / "analysis.json").read_text(encoding="utf-8"))
    assert told["schema"] == "gait.analysis/1"
    assert set(told) >= {"made_by", "recording", "quality", "calibration", "bouts", "measures", "traits"}
    assert told["made_by"]["version"]
    assert told["made_by"]["catalogue"]
    assert set(told["recording"]) >= {
        "source",
        "dialect",
        "rate_hz",
        "start_s",
        "stop_s",
        "rows",
        "gaps_s",
        "placement",
    }
    assert told["recording"]["placement"] == "sternum"
    assert set(told["measures"]) >= MEASURES
    for measure in told["measures"].values():
        assert set(measure) >= {"value", "unit", "low", "high", "systematic", "n", "trust", "why"}
        assert measure["value"] is not None or measure["why"]
    for trait in told["traits"]:
        assert trait["state"] in {"seen", "not_spoken_of", "could_not_listen"}
        assert trait["state"] == "seen" or trait["why"]


def test_the_tables_keep_their_promises(result: tuple[Path, str]) -> None:
    told = json.loads((result[0] / "analysis.json").read_text(encoding="utf-8"))
    with (result[0] / "strides.csv").open(encoding="utf-8") as file:
        strides = list(csv.DictReader(file))
    assert list(strides[0])[: len(STRIDE_COLUMNS)] == STRIDE_COLUMNS
    with (result[0] / "steps.csv").open(encoding="utf-8") as file:
        steps = list(csv.DictReader(file))
    assert list(steps[0]) == ["contact_s", "toe_off_s", "side", "bout"]
    with (result[0] / "series.csv").open(encoding="utf-8") as file:
        series = list(csv.DictReader(file))
    assert list(series[0]) == [
        "t_s",
        "lean_deg",
        "rotation_deg",
        "sway_deg",
        "vertical_acceleration_mps2",
        "bout",
    ]
    start, stop = told["recording"]["start_s"], told["recording"]["stop_s"]
    for rows, column in ((strides, "start_s"), (steps, "contact_s"), (series, "t_s")):
        times = [float(row[column]) for row in rows]
        assert times == sorted(times)
        assert start <= times[0] <= times[-1] <= stop
        for row in rows:
            assert told["bouts"][int(row["bout"])]["kind"] == "run"
            assert all(cell.lower() not in {"nan", "none", "inf"} for cell in row.values())


def test_json_alone_on_stdout(sample: Path, tmp_path: Path) -> None:
    done = gait(
        "analyze", sample / "easy_run_chest.csv.gz", "--json", "--no-report", "--to", "60", cwd=tmp_path
    )
    assert done.returncode == 0
    folder = tmp_path / "easy_run_chest-gait"
    assert done.stdout == (folder / "analysis.json").read_text(encoding="utf-8")
    assert json.loads(done.stdout)["recording"]["stop_s"] < 60
    assert not (folder / "report.html").exists()


def test_quiet_says_nothing(sample: Path, tmp_path: Path) -> None:
    done = gait(
        "analyze", sample / "easy_run_chest.csv.gz", "--quiet", "--no-report", "--to", "40", cwd=tmp_path
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_nothing_of_others_is_written_over(sample: Path, tmp_path: Path) -> None:
    run = sample / "easy_run_chest.csv.gz"
    short = ("--no-report", "--quiet", "--to", "40")
    (tmp_path / "steps.csv").write_text("my own steps\n")
    said = one_sentence(gait("analyze", run, "--out", tmp_path, *short), 1)
    assert "steps.csv" in said
    assert "--force" in said
    assert [file.name for file in tmp_path.iterdir()] == ["steps.csv"]
    done = gait("analyze", run, "--out", tmp_path, "--force", *short)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "steps.csv").read_text().startswith("contact_s")
    # What gait wrote itself it may write again.
    assert gait("analyze", run, "--out", tmp_path, *short).returncode == 0


def test_a_file_where_the_folder_should_be(sample: Path, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    said = one_sentence(
        gait("analyze", sample / "easy_run_chest.csv.gz", "--out", tmp_path / "out", "--force"), 1
    )
    assert "is a file" in said


def test_what_else_is_in_the_folder_stays(result: tuple[Path, str], sample: Path, tmp_path: Path) -> None:
    for file in result[0].iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "notes.txt").write_text("mine")
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    run = sample / "easy_run_chest.csv.gz"
    assert gait("analyze", run, "--out", tmp_path, "--no-report", "--to", "40").returncode == 0
    after = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    assert set(after) == set(before)
    assert {name for name in before if before[name] != after[name]} == {
        "analysis.json",
        "strides.csv",
        "steps.csv",
    }


def test_json_is_printed_even_when_the_rest_is_quiet(sample: Path, tmp_path: Path) -> None:
    run = sample / "easy_run_chest.csv.gz"
    found = gait("analyze", run, "--out", tmp_path, "--no-report", "--to", "30", "--json", "--quiet")
    assert found.returncode == 0
    assert json.loads(found.stdout)["schema"] == "gait.analysis/1"


def test_an_unknown_flag_shows_the_usage_of_its_command(tmp_path: Path) -> None:
    assert "usage: gait analyze RUN" in gait("analyze", "run.csv", "--nonsense", cwd=tmp_path).stderr


@pytest.mark.skipif(os.name != "posix", reason="closed streams and /dev/full are of POSIX")
@pytest.mark.parametrize(
    ("redirection", "says"),
    [(">&-", "stdout is closed"), (">/dev/full", "stdout cannot be written to (No space left"), ("2>&-", "")],
)
def test_streams_that_take_nothing(sample: Path, tmp_path: Path, redirection: str, says: str) -> None:
    if "full" in redirection and not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    run = sample / "easy_run_chest.csv.gz"

    def shell(*words: str) -> subprocess.CompletedProcess[str]:
        line = shlex.join(
            [sys.executable, "-m", "gait", "analyze", str(run), "--to", "40", "--no-report", *words]
        )
        return subprocess.run(
            ["sh", "-c", f"{line} {redirection}"],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
            timeout=120,
            check=False,
        )

    done = shell()
    assert done.returncode == (1 if says else 0), done.stderr
    assert says in done.stderr
    assert "fault of gait" not in done.stderr
    assert done.stderr.count("\n") == (1 if says else 0)
    assert (tmp_path / "easy_run_chest-gait" / "analysis.json").is_file()
    assert shell("--quiet").returncode == 0


@pytest.mark.skipif(sys.platform != "linux", reason="file names are any bytes on Linux")
@pytest.mark.parametrize("name", [b"l\xe4ufe.csv.gz", "läufe.csv.gz".encode()])
def test_a_file_name_in_any_bytes(sample: Path, tmp_path: Path, name: bytes) -> None:
    file = os.fsencode(tmp_path) + b"/" + name
    Path(os.fsdecode(file)).write_bytes((sample / "easy_run_chest.csv.gz").read_bytes())
    posix = {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    for environment in ({}, posix):
        done = gait("analyze", Path(os.fsdecode(file)), "--to", "40", "--json", cwd=tmp_path, **environment)
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["recording"]["source"].startswith("l")


def test_folders_without_permission_are_told(
    sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As who may do everything (root) cannot see it, the refusal is played."""
    locked, stat = tmp_path / "locked", os.stat

    def refuse(path: Any, *more: Any, **said: Any) -> os.stat_result:
        if isinstance(path, str | Path) and str(path).startswith(str(locked)):
            raise PermissionError(13, "Permission denied", str(path))
        return stat(path, *more, **said)

    monkeypatch.chdir(tmp_path)
    run = str(sample / "easy_run_chest.csv.gz")
    with monkeypatch.context() as patch:
        patch.setattr(os, "stat", refuse)
        for words in (
            ["analyze", run, "--out", f"{locked}/out"],
            ["analyze", f"{locked}/run.csv"],
            ["analyze", run, "--standing", f"{locked}/stand.csv"],
            ["sample", f"{locked}/sample"],
        ):
            assert main(words) == 1
            said = capsys.readouterr().err
            assert "Permission denied" in said
            assert "fault of gait" not in said


def test_a_home_that_cannot_be_written_to_is_nobodys_business(sample: Path, tmp_path: Path) -> None:
    """Matplotlib said so in two lines on stderr."""
    (tmp_path / "file").write_text("no folder")
    home = {"HOME": str(tmp_path / "file"), "XDG_CONFIG_HOME": "", "XDG_CACHE_HOME": "", "MPLCONFIGDIR": ""}
    done = gait("analyze", sample / "easy_run_chest.csv.gz", "--to", "40", cwd=tmp_path, **home)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_placement_over_that_of_the_file_is_noted(sample: Path, tmp_path: Path) -> None:
    words = ("analyze", sample / "easy_run_chest.csv.gz", "--to", "40", "--json", "--no-report")
    note = "The file says sternum; it was analysed as waist, as asked."
    for placement, there in (("waist", True), ("chest", False)):
        done = gait(*words, "--placement", placement, cwd=tmp_path)
        assert (note in json.loads(done.stdout)["quality"]["notes"]) == there


def test_one_blank_line_before_the_page(result: tuple[Path, str]) -> None:
    lines = result[1].splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("The page:"))
    assert lines[at - 1] == ""
    assert lines[at - 2] != ""


def test_facing_may_start_with_a_minus(sample: Path, tmp_path: Path) -> None:
    run = sample / "easy_run_chest.csv.gz"
    done = gait("analyze", run, "--facing", "-x", "--no-report", "--quiet", "--to", "40", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


def test_units_hold_for_the_standing_too(sample: Path, tmp_path: Path) -> None:
    """A run in g and °/s with its standing in a second file that alone would leave the gyroscope open."""
    from gait.readers import read
    from gait.units import DEG, G

    samples = read(sample / "easy_run_chest.csv.gz").samples
    start = samples.t[0]
    parts = {
        "run.csv": samples.between(start, start + 60),
        "stand.csv": samples.between(start + 0.5, start + 8),
    }
    for name, part in parts.items():
        rows = zip(part.t, *(part.acc / G).T, *(part.gyr * DEG).T, strict=True)
        text = "t,ax,ay,az,gx,gy,gz\n" + "".join(
            ",".join(f"{cell:.5f}" for cell in row) + "\n" for row in rows
        )
        (tmp_path / name).write_text(text)
    words = ("run.csv", "--standing", "stand.csv", "--placement", "chest", "--no-report", "--json")
    for more in ((), ("--units", "s,g,dps")):
        done = gait("analyze", *words, *more, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["recording"]["placement"] == "sternum"


def test_a_reader_that_leaves_early_is_no_error(sample: Path, tmp_path: Path) -> None:
    """``gait ... --json | head`` ends quietly."""
    words = [
        sys.executable,
        "-m",
        "gait",
        "analyze",
        str(sample / "easy_run_chest.csv.gz"),
        "--json",
        "--no-report",
    ]
    process = subprocess.Popen(
        [*words, "--to", "40"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    said = process.stderr.read()
    process.stderr.close()
    process.wait(timeout=60)
    assert b"Traceback" not in said


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("mocap/rbds032_pelvis_3p5mps_stand.csv", {"still"}),
        ("real/sisfall_D02_SA05_R01.csv.gz", {"walk"}),
        ("real/mobgap_L5_walk_HA001.csv", {"walk"}),
    ],
)
def test_a_recording_without_running_is_read_and_told(
    shared_data: Path, tmp_path: Path, name: str, kinds: set[str]
) -> None:
    done = gait("analyze", shared_data / name, "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    told = json.loads((tmp_path / "out" / "analysis.json").read_text(encoding="utf-8"))
    assert {bout["kind"] for bout in told["bouts"]} <= kinds | {"still"}
    assert (tmp_path / "out" / "strides.csv").read_text(encoding="utf-8").count("\n") == 1


def test_german_in_words_only(sample: Path, tmp_path: Path) -> None:
    done = gait(
        "analyze", sample / "easy_run_waist.csv.gz", "--out", tmp_path / "out", "--language", "de", "--words"
    )
    assert done.returncode == 0, done.stderr
    said, _, last = done.stdout.rpartition("\n\n")
    assert "In deinen Hüften war schon eine Drehung." in said
    assert not any(c.isdigit() for c in said)
    assert last.startswith("Die Seite: ")  # it was "The page: "
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert '<html lang="de">' in page
    document = json.loads((tmp_path / "out" / "analysis.json").read_text(encoding="utf-8"))
    assert document["measures"]["cadence"]["value"] > 100, "the numbers are where programs read them"
