"""What the README says one can do can be done."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gait.cli import _parser, main
from tests.conftest import missing

REPOSITORY = Path(__file__).resolve().parents[2]
README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w*)\n(.*?)```", README, re.DOTALL)
COMMANDS = [line for _, block in BLOCKS for line in block.splitlines() if line.startswith("gait ")]
TARGETS = {word for line in README.splitlines() for word in re.findall(r"^make (\w+)", line)}


ANALYSES = [line for line in COMMANDS if line.startswith("gait analyze") and "my-sample" not in line]


@pytest.mark.parametrize("command", ANALYSES)
def test_examples_are_understood(command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The recordings they name are not here, and nothing else is wrong with them."""
    assert main(shlex.split(command)[1:]) == 1
    assert "There is no file or folder" in capsys.readouterr().err


@pytest.mark.parametrize(
    "command", [line for line in COMMANDS if line not in ANALYSES and "my-sample" not in line]
)
def test_examples_with_a_sensor_are_understood(command: str) -> None:
    """They are run, on a made-up sensor, in test_bridge_cli.py; here, that no word of them is wrong."""
    words = shlex.split(command)[1:]
    assert _parser()[0].parse_args(words).command == words[0]


def test_the_sample_path_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for command in (line for line in COMMANDS if "my-sample" in line):
        assert main(shlex.split(command)[1:]) == 0, capsys.readouterr().err
    assert (tmp_path / "my-first-page" / "report.html").is_file()


def test_the_python_example_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from gait.readers import write_csv
    from gait.synthetic.sample import sample_recordings

    monkeypatch.chdir(tmp_path)
    _, recording, _ = next(iter(sample_recordings()))
    write_csv(recording, "run.csv")
    (code,) = (block for language, block in BLOCKS if language == "python")
    exec(code.replace(', units="s,g,dps"', ""), {})  # the sample says its own units


def _make_report(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """``make report`` with a stand-in for the environment, which says what it is called with."""
    if shutil.which("make") is None:
        missing("make")
    (folder / "Makefile").write_text((REPOSITORY / "Makefile").read_text(encoding="utf-8"))
    (folder / "pyproject.toml").touch()
    (folder / ".venv" / "bin").mkdir(parents=True)
    gait = folder / ".venv" / "bin" / "gait"
    gait.write_text(
        f'#!/bin/sh\necho "$1 <$2>" >> called\nPYTHONPATH="{REPOSITORY}" exec "{sys.executable}" -m gait "$@"\n'
    )
    gait.chmod(0o755)
    for name in ("bin/python", ".installed"):
        (folder / ".venv" / name).touch()
    return subprocess.run(
        ["make", "--no-print-directory", "report", *words],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_make_report_says_that_a_sample_is_not_there(tmp_path: Path) -> None:
    done = _make_report(tmp_path, "SAMPLE=nope.csv")
    assert done.returncode != 0
    assert "There is no file or folder nope.csv" in done.stderr
    assert "sample <" not in (tmp_path / "called").read_text()  # no other sample is made in its stead


def test_make_report_takes_a_folder_with_a_space_and_says_once_where_the_page_is(tmp_path: Path) -> None:
    done = _make_report(tmp_path, "OUT=my page")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "my page" / "report.html").is_file()
    assert done.stdout.count("The page:") == 1


def test_make_knows_its_targets() -> None:
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    assert {"report", "test"} <= TARGETS
    for target in TARGETS | {"lint", "bench", "clean"}:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
