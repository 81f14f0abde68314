"""What the README says one can do can be done."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from gait.cli import _parser, main

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
    assert _parser().parse_args(words).command == words[0]


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


def test_make_knows_its_targets() -> None:
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    assert {"report", "test"} <= TARGETS
    for target in TARGETS | {"lint", "bench", "clean"}:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
