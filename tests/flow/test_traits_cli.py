"""gait traits, and a coach's own catalogue."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gait.cli import main
from gait.readers.csv_file import write_csv
from gait.synthetic import Course, Runner, Sensor, simulate
from gait.traits.rules import OWN_CATALOGUE, load_catalogue


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("run") / "run.csv"
    write_csv(
        simulate(Runner(lean_deg=6.0), Course(running_s=75.0), Sensor(rate_hz=100.0, grid_hz=400.0), 4)[0],
        path,
    )
    return path


def changed(folder: Path, *swaps: tuple[str, str]) -> Path:
    text = OWN_CATALOGUE.read_text(encoding="utf-8")
    for old, new in swaps:
        assert old in text
        text = text.replace(old, new, 1)
    path = folder / "my.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_list_names_every_trait_in_plain_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["traits"]) == 0
    said = capsys.readouterr().out
    for rule in load_catalogue().rules:
        assert f"{rule.title}  ({rule.key})" in said
    assert "surely lies above 0.5°" in said
    assert "_" not in said.replace("(set_off)", "").replace("(even_turn)", "").replace("(two_as_one)", "")


def test_a_file_in_order_is_said_to_be(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "my.toml"
    assert main(["traits", "--write", str(path)]) == 0
    assert main(["traits", "--check", str(path)]) == 0
    assert "15 traits, all in order" in capsys.readouterr().out
    assert main(["traits", "--write", str(path)]) == 2, "never over a file that is there"


def test_every_fault_has_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = changed(tmp_path, ("floor = 0.5", 'floor = "low"'), ("ceiling = 3.0", "celing = 3.0"))
    lines = path.read_text(encoding="utf-8").splitlines()
    assert main(["traits", "--check", str(path)]) == 1
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 2
    line = lines.index('floor = "low"') + 1
    assert f"line {line}, [lean] floor" in said[0]
    assert "[rhythm] floor: give a floor" in said[1]


def test_a_coachs_catalogue_is_gone_by(
    recording: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = changed(tmp_path, ("floor = 0.5", "floor = 12.0"), ('version = "', 'version = "coach '))
    how = [str(recording), "--no-report", "--json", "--placement", "sternum"]
    states = {}
    for name, more in (("own", []), ("mine", ["--catalogue", str(mine)])):
        assert main(["analyze", *how, *more, "--out", str(tmp_path / name)]) == 0
        document = json.loads(capsys.readouterr().out)
        states[name] = next(t["state"] for t in document["traits"] if t["key"] == "lean")
        assert document["made_by"]["catalogue"].startswith("coach") == (name == "mine")
    assert states == {"own": "seen", "mine": "not_spoken_of"}


def test_a_spoilt_catalogue_stops_an_analysis_with_one_sentence(
    recording: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = changed(tmp_path, ("least = 0.80", "least = 80"))
    assert main(["analyze", str(recording), "--catalogue", str(mine), "--out", str(tmp_path / "out")]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "[lean] share" in said
    assert not (tmp_path / "out").exists()
