"""`gait inspect` and `gait formats` as a user meets them."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from gait.cli import main
from gait.readers import write_csv
from gait.readers.dialects import known_dialects
from gait.readers.kits import KITS
from gait.recording import Samples
from tests.bridge.made import frame_list
from tests.gait.exchange.a_watch import fit_file
from tests.gait.readers.damage_matrix import run
from tests.gait.readers.loggers import LOGGERS
from tests.gait.readers.made import table


def write(folder: Path, logger: str, s: Samples) -> Path:
    files = LOGGERS[logger](s)
    for name, text in files.items():
        (folder / name).write_bytes(text.encode())
    return folder / next(iter(files)) if len(files) == 1 else folder


def test_inspect_says_what_a_run_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", str(write(tmp_path, "sensorlog", run()))]) == 0
    said = capsys.readouterr().out
    for part in (
        "sensorlog, recognised by its header",
        "column 2 (motionTimestamp_sinceReboot(s)), in s",
        "x: column 6 (motionUserAccelerationX(G))",
        "the sum of these",
        "negated",
        "s,g,radps",
        "100 Hz, steps vary by",
        "none longer than 3 samples",
        "near ",
        "running                    4",
        "gives lean its zero",
        "To add: where it was worn (--placement",
    ):
        assert part in said, part


def test_inspect_says_what_to_add(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", str(write(tmp_path, "plain", Samples(*table(12.0))))]) == 0
    said = capsys.readouterr().out
    assert "read as ms,g,dps, by a gravity of" in said
    assert "To add: some 5 s of quiet standing" in said


def test_inspect_of_two_files_names_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", str(write(tmp_path, "polar", Samples(*table(12.0))))]) == 0
    said = capsys.readouterr().out
    assert "of Polar_ACC.txt" in said
    assert "of Polar_GYRO.txt" in said


def test_inspect_of_what_cannot_be_read_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "x.csv"
    path.write_text("time,x,y\n" + "1,2,3\n" * 40)
    assert main(["inspect", str(path)]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert main(["inspect", str(path), "--units", "stones"]) == 2


def test_formats_lists_every_word_for_dialect(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["formats"]) == 0
    said = capsys.readouterr().out
    for key in (*known_dialects(), *(kit.key for kit in KITS), "umafall", "sensor-logger-ios"):
        assert f"\n{key}" in said, key


def test_a_sensor_that_is_not_there_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path, "umafall", Samples(*table(12.0)))
    assert main(["inspect", str(path), "--sensor", "wrist"]) == 1
    assert "has no sensor 'wrist'; with a gyroscope are 3 (chest)" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        ["analyze"],
        ["inspect"],
        ["convert", "--csv"],
        ["plot", "--measure", "cadence"],
        ["replay", "--terminal"],
        ["export", "--csv"],
        ["align", "--activity", "watch.fit"],
        ["check"],
        ["calibrate"],
    ],
)
def test_every_command_that_reads_a_file_takes_the_flag_that_its_refusal_names(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    path = write(tmp_path, "umafall", Samples(*table(12.0)))
    more = "".join(f"{100 + 10 * k};{k};0;0;1;{kind};1\n" for k in range(200) for kind in (0, 1))
    path.write_text(path.read_text() + more)
    if "align" in words:
        pytest.importorskip("fitdecode")
        Path("watch.fit").write_bytes(fit_file(np.arange(1e9, 1e9 + 60), np.full(60, 165.0)))
    command = [words[0], str(path), *words[1:]]
    assert main(command) == 1
    assert "Say which: --sensor 1" in capsys.readouterr().err
    assert main([*command, "--sensor", "0", "--dialect", "umafall", "--rate", "100"]) == 1
    assert "sensor 0 has no gyroscope" in capsys.readouterr().err
    assert main([*command, "--dialect", "stone tablets"]) == 2


@pytest.mark.parametrize("name", ["run.csv", "run.csv.gz", "run.tar.csv.gz"])
def test_a_packed_table_is_converted_beside_itself(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    write_csv(Samples(*table(12.0)), tmp_path / name)
    status = main(["convert", str(tmp_path / name), "--csv"])
    assert status == (1 if name == "run.csv" else 0)
    assert {file.name for file in tmp_path.iterdir()} == {name, name.removesuffix(".gz")}


@pytest.mark.parametrize(
    "words",
    [
        ["convert", "run.csv", "--csv", "-o", "no/x.csv"],
        ["plot", "run.csv", "--measure", "cadence", "-o", "no/x.pdf"],
        ["traits", "--write", "no/x.toml"],
        ["record", "-o", "no/x.gaitcap"],
        ["live", "-o", "no/x.gaitcap"],
        ["check", "--capture", "no/x.gaitcap"],
    ],
)
def test_a_folder_that_is_not_there_is_told_before_any_work_is_done(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(words) == 2
    assert "There is no folder no to write x." in capsys.readouterr().err


def test_a_packed_capture_is_refused_with_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "run.gaitcap.gz").write_bytes(gzip.compress(b"".join(frame_list(200))))
    assert main(["inspect", str(tmp_path / "run.gaitcap.gz")]) == 1
    assert "captures, which are not packed: unpack one first." in capsys.readouterr().err
    assert main(["formats"]) == 0
    assert "Captures of `gait record` and serial loggers' raw files are recognised, too, unpacked." in (
        capsys.readouterr().out
    )
