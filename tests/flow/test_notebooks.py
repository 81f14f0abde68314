"""Notebooks run from top to bottom, agree with their text twins, and speak the words of the house."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from gait.report.words import load_words
from tests.conftest import missing

REPOSITORY = Path(__file__).resolve().parents[2]
TEXTS = sorted((REPOSITORY / "notebooks").glob("*.py"))

#: Pictures that a notebook draws, at least.
PICTURES = {
    "01_first_run": 5,
    "02_calibrate_a_sensor": 4,
    "03_lean_and_rotation": 6,
    "04_write_a_trait": 2,
    "05_many_recordings": 2,
}

#: A notebook that takes longer than this is no first acquaintance. [s]
LONGEST = 120

#: Outputs are made by whoever runs it; in the repository they would only grow. [B]
LARGEST = 60_000


def _need(*packages: str) -> None:
    for package in packages:
        if find_spec(package) is None:
            missing(f"{package} (extra: notebooks)")


def _read(path: Path) -> Any:
    _need("jupytext")
    import jupytext

    return jupytext.read(path)


def test_there_are_notebooks() -> None:
    assert {path.stem for path in TEXTS} >= set(PICTURES)
    assert {path.stem for path in (REPOSITORY / "notebooks").glob("*.ipynb")} == {path.stem for path in TEXTS}


@pytest.mark.parametrize("text", TEXTS, ids=lambda path: path.stem)
def test_both_twins_say_the_same(text: Path) -> None:
    twins = [_read(text), _read(text.with_suffix(".ipynb"))]
    one, other = ([(cell.cell_type, cell.source) for cell in twin.cells] for twin in twins)
    assert one == other, f"jupytext --sync {text.relative_to(REPOSITORY)}"


@pytest.mark.parametrize("text", TEXTS, ids=lambda path: path.stem)
def test_the_notebook_is_kept_without_outputs(text: Path) -> None:
    notebook = text.with_suffix(".ipynb")
    assert notebook.stat().st_size < LARGEST
    for cell in _read(notebook).cells:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None


@pytest.mark.parametrize("text", TEXTS, ids=lambda path: path.stem)
def test_its_prose_judges_nobody(text: Path) -> None:
    prose = "\n".join(cell.source for cell in _read(text).cells if cell.cell_type == "markdown")
    plain = re.sub(r"`[^`]*`", "", prose)  # names of code are no words for runners
    assert load_words().forbidden_in(plain) == []


@pytest.mark.parametrize("text", TEXTS, ids=lambda path: path.stem)
def test_it_runs(text: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _need("nbclient", "ipykernel", "jupytext")
    from nbclient import NotebookClient

    monkeypatch.setenv("PYTHONPATH", str(REPOSITORY))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    monkeypatch.setenv("MPLCONFIGDIR", str(tmp_path))
    notebook = _read(text.with_suffix(".ipynb"))
    where = {"metadata": {"path": str(text.parent)}}
    NotebookClient(notebook, timeout=LONGEST, kernel_name="python3", resources=where).execute()
    outputs = [out for cell in notebook.cells for out in cell.get("outputs", [])]
    said = [out.text for out in outputs if out.output_type == "stream" and out.name == "stderr"]
    assert said == []
    drawn = [out for out in outputs if "image/png" in out.get("data", {})]
    assert len(drawn) >= PICTURES.get(text.stem, 0)


def test_without_the_sample_data_the_first_one_makes_its_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    text = REPOSITORY / "notebooks" / "01_first_run.py"
    opening = next(
        cell.source
        for cell in _read(text).cells
        if cell.cell_type == "code" and "write_samples" in cell.source
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tempfile.mkdtemp", lambda prefix: str(tmp_path))
    import matplotlib as mpl

    with mpl.rc_context():
        names: dict[str, Any] = {}
        exec(compile(opening, str(text), "exec"), names)
    assert names["run"] == tmp_path / "easy_run_chest.csv.gz"
    assert names["run"].exists()
