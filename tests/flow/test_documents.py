"""Every command and every piece of Python in the documents does what the document says it does.

Blocks without a language are commands that are run here, page by page, in a folder that holds the recordings they name.
Blocks called ``sensor`` need a port, a second terminal or a cluster; they are run with a made-up one in tests of their
own, and here no word of them may be wrong.
"""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import numpy as np
import pytest

from gait.cli import _parser, main
from gait.pipeline import analyze
from gait.readers import write_csv
from gait.recording import Recording
from gait.synthetic import draw
from gait.synthetic.sample import sample_recordings, true_means
from tests.gait.exchange.a_watch import fit_file

REPOSITORY = Path(__file__).resolve().parents[2]
PAGES = sorted((REPOSITORY / "docs").glob("*.md"))
BLOCK = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```", re.DOTALL | re.MULTILINE)


def blocks(page: Path, language: str) -> list[str]:
    return [code for name, code in BLOCK.findall(page.read_text(encoding="utf-8")) if name == language]


def commands(page: Path, language: str) -> list[str]:
    """Lines that call gait; a line with [brackets] is a synopsis and no command."""
    lines = (line for code in blocks(page, language) for line in code.splitlines())
    return [line for line in lines if line.startswith("gait ") and "[" not in line]


TO_RUN = [page for page in PAGES if commands(page, "")]
WITH_PYTHON = [page for page in PAGES if blocks(page, "python")]
WITH_SENSOR = [(page.stem, line) for page in PAGES for line in commands(page, "sensor")]


@pytest.fixture(scope="module")
def a_run() -> Recording:
    recording, _ = draw(2, placement="sternum", running_s=240.0, rate_hz=100.0)
    return recording


@pytest.fixture
def folder(a_run: Recording, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with what the documents name: a run, quiet standing, a watch that ran along, a folder."""
    monkeypatch.chdir(tmp_path)
    write_csv(a_run, "run.csv")
    Path("runs").mkdir()
    write_csv(a_run, "runs/run.csv")
    write_csv(a_run.samples.between(a_run.samples.t[0], a_run.samples.t[0] + 7.0), "stand.csv")
    strides = analyze(a_run, placement="sternum").measures.strides
    t = np.arange(a_run.samples.t[0] - 30.0, a_run.samples.t[-1] + 30.0)
    i = np.maximum(np.searchsorted(strides.start, t, side="right") - 1, 0)
    cadence = np.where(
        (t >= strides.start[i]) & (t < strides.stop[i]), 120.0 / (strides.stop - strides.start)[i], 0.0
    )
    smooth = np.convolve(cadence, np.ones(3) / 3)[: len(t)]
    Path("watch.fit").write_bytes(fit_file(np.round(t + 1.7e9), np.round(smooth), smooth / 60.0))
    return tmp_path


@pytest.mark.parametrize("page", TO_RUN, ids=lambda page: page.stem)
def test_every_command_runs(page: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for line in commands(page, ""):
        more = ["--start", "2026-05-01T07:30:00+02:00"] if "--fit" in line and "--start" not in line else []
        status = main([*shlex.split(line, comments=True)[1:], *more])
        assert status == 0, f"{page.name}: {line}\n{capsys.readouterr().err}"


@pytest.mark.parametrize("page", WITH_PYTHON, ids=lambda page: page.stem)
def test_every_piece_of_python_runs(page: Path, folder: Path) -> None:
    for code in blocks(page, "python"):
        exec(compile(code, page.name, "exec"), {"__name__": "a_document"})


@pytest.mark.parametrize(("page", "line"), WITH_SENSOR)
def test_commands_for_a_sensor_are_understood(page: str, line: str) -> None:
    words = shlex.split(line, comments=True)[1:]
    assert _parser()[0].parse_args(words).command == words[0]


def test_what_is_told_of_the_sample_is_so() -> None:
    """ "Reading the page" holds the sample's page against its truth."""
    text = " ".join((REPOSITORY / "docs" / "reading.md").read_text(encoding="utf-8").split())
    _, recording, truth = next(iter(sample_recordings()))
    sway = analyze(recording, placement="sternum").measures["sway"]
    assert sway.value is not None
    assert sway.systematic is not None
    true = true_means(truth)["sway"]
    assert f'from side to side by {true:.1f}° in truth; the page says "about {sway.value:.0f}°"' in text
    assert (
        f"its row says {sway.value:.1f}° with {sway.systematic:.1f}° systematic: within twice as much" in text
    )
    assert sway.systematic < abs(sway.value - true) < 2 * sway.systematic


def test_no_page_is_forgotten_and_none_is_missing() -> None:
    told = (REPOSITORY / "mkdocs.yml").read_text(encoding="utf-8")
    for page in PAGES:
        assert f" {page.name}\n" in told, f"{page.name} stands in no place of mkdocs.yml"
