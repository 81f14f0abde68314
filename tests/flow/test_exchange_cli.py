"""`gait export` and `gait align` as people use them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gait.cli import main
from gait.pipeline import analyze
from gait.readers import read, write_csv
from gait.synthetic import draw
from tests.gait.exchange.a_watch import fit_file

#: The clocks' true difference. [s]
OFFSET = 1_777_613_400.0

#: What a match may be off.  [s]
TOLERANCE = 1.0


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with a stop and surges, long enough to be placed."""
    recording, _ = draw(2, running_s=240.0)
    file = tmp_path_factory.mktemp("run") / "tuesday.csv.gz"
    write_csv(recording, file)
    return file


@pytest.fixture(scope="module")
def watch(run: Path) -> Path:
    """A watch that ran along: mean cadence of the last three seconds, pace with it."""
    return _watch(run, pace=True)


def _watch(run: Path, *, pace: bool) -> Path:
    found = analyze(read(run), placement="sternum")
    strides = found.measures.strides
    fine = np.arange(found.recording.start_s - 60.0, found.recording.stop_s + 60.0, 0.1)
    i = np.maximum(np.searchsorted(strides.start, fine, side="right") - 1, 0)
    on = (fine >= strides.start[i]) & (fine < strides.stop[i])
    cadence = np.where(on, 120.0 / (strides.stop - strides.start)[i], 0.0)
    smooth = np.convolve(cadence, np.ones(30) / 30)[: len(fine)]
    t = np.arange(found.recording.start_s - 50.0, found.recording.stop_s + 50.0)
    shown = np.round(np.interp(t, fine, smooth))
    file = run.parent / ("watch.fit" if pace else "no_pace.fit")
    speed = np.interp(t, fine, smooth) / 60.0 * pace
    file.write_bytes(fit_file(np.round(t + OFFSET), shown, speed, np.full(len(t), 150.0)))
    return file


def test_a_watch_gives_pace_and_heart_beats(
    run: Path, watch: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [
        "align",
        str(run),
        "--placement",
        "sternum",
        "--activity",
        str(watch),
        "--out",
        str(tmp_path / "a"),
    ]
    assert main([*words, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said == json.loads((tmp_path / "a" / "alignment.json").read_text())
    assert said["offset_s"] == pytest.approx(OFFSET, abs=TOLERANCE)
    table = pd.read_csv(tmp_path / "a" / "aligned.csv")
    known = table.speed_mps.notna()
    assert known.mean() > 0.9
    ran = table.speed_mps > 1.0
    np.testing.assert_allclose(table.pace_s_per_km[ran], 1000 / table.speed_mps[ran], rtol=1e-2)
    assert (table.heart_rate_bpm[known] == 150).all()
    bands = pd.read_csv(tmp_path / "a" / "bands.csv")
    assert {"cadence", "lean", "rotation"} <= set(bands.measure)
    counted = bands[bands.measure == "cadence"]
    assert counted.n.sum() <= len(table)
    assert (bands.low.dropna() <= bands.value[bands.low.notna()]).all()
    assert main(words) == 1
    assert "holds alignment.json" in capsys.readouterr().err


def test_what_is_exported_lies_in_one_folder(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    words = ["export", str(run), "--placement", "sternum", "--fit", "--bids", "--parquet", "--csv"]
    assert main([*words, "--start", "2026-05-01T07:30:00+02:00"]) == 0
    listed = capsys.readouterr().out.split()
    assert all(Path(name).is_file() for name in listed)
    assert {Path(name).suffix for name in listed} >= {".fit", ".parquet", ".gz", ".tsv", ".json"}
    again = read(tmp_path / "tuesday-export" / "tuesday.csv.gz")
    np.testing.assert_allclose(again.samples.acc, read(run).samples.acc, atol=2e-5)
    assert main(words) != 0
    assert capsys.readouterr().err.startswith("gait: ")


def test_a_second_runner_joins_the_bids_data_set_and_takes_nobody_out_of_it(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["export", str(run), "--placement", "sternum", "--bids", "--out", str(tmp_path)]
    participants, description = (
        tmp_path / "bids" / name for name in ("participants.tsv", "dataset_description.json")
    )
    assert main([*words, "--subject", "01"]) == 0
    participants.write_text("participant_id\tage\nsub-01\t41\n")
    description.write_text('{"Name": "ours", "BIDSVersion": "1.10.0"}')
    assert main([*words, "--subject", "02"]) == 0
    assert participants.read_text() == "participant_id\tage\nsub-01\t41\nsub-02\tn/a\n"
    assert main([*words, "--subject", "02", "--task", "again"]) == 0
    assert main([*words, "--subject", "01", "--force"]) == 0
    assert participants.read_text() == "participant_id\tage\nsub-01\t41\nsub-02\tn/a\n"
    assert json.loads(description.read_text())["Name"] == "ours"
    assert len(list(tmp_path.rglob("*_motion.tsv"))) == 3
    capsys.readouterr()
    assert main([*words, "--subject", "02"]) == 1
    assert "sub-02" in capsys.readouterr().err
    participants.unlink()
    assert main([*words, "--subject", "03"]) == 1, "a README of somebody else's is not written over"
    assert "README" in capsys.readouterr().err


def test_what_is_there_already_is_said_before_the_recording_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("x-export").mkdir()
    Path("x-export/x.csv.gz").write_bytes(b"mine")
    assert main(["export", "x.csv", "--csv"]) == 1
    assert "holds x.csv.gz already" in capsys.readouterr().err


def test_the_summary_names_its_time_zone_and_why_there_are_no_bands(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It said "05:29:58.9 on the watch", in no zone, and left a bands.csv with nothing in it."""
    monkeypatch.chdir(tmp_path)
    watch = _watch(run, pace=False)
    assert main(["align", str(run), "--placement", "sternum", "--activity", str(watch)]) == 0
    said = capsys.readouterr().out
    assert re.search(r"\d\d:\d\d:\d\d\.\d \(UTC[^)]*\) on the watch", said)
    assert "bands.csv has a header only: " in said
    assert (tmp_path / "tuesday-aligned" / "bands.csv").read_text().count("\n") == 1


@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        (["export", "{run}"], 2, "--fit, --bids, --parquet or --csv"),
        (["export", "{run}", "--fit", "--start", "yesterday"], 2, "2026-05-01T07:30:00"),
        (["export", "{run}", "--bids", "--subject", "a/b"], 1, "letters and digits"),
        (["align", "{run}", "--activity", "{run}"], 1, "no FIT"),
        (["align", "{run}", "--activity", "nowhere.fit"], 1, "nowhere.fit"),
        (["align", "{run}", "--activity", "x.fit", "--band", "0"], 2, "--band"),
    ],
)
def test_a_wrong_word_gets_one_sentence(
    run: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    status: int,
    says: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main([word.format(run=run) for word in words]) == status
    err = capsys.readouterr().err
    assert says in err
    assert "Traceback" not in err
    assert not list(tmp_path.iterdir())
