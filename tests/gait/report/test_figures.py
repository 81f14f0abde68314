"""Figures for a publication: the numbers of an analysis and of its folder are the same, and every kind of file is one."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

from gait import tables
from gait.analysis import Analysis
from gait.calibration import store
from gait.calibration.calibration import Calibration
from gait.cli import main
from gait.pipeline import analyze
from gait.readers.csv_file import write_csv
from gait.report.figure_data import NothingToPlot, OverTime, stride_in, stride_of, time_in, time_of
from gait.report.figures import draw_over_stride, draw_over_time
from gait.report.report import build
from gait.report.words import load_words
from gait.synthetic import Course, Runner, Sensor, simulate
from tests.gait.report.made import everything, several_bouts

WORDS = load_words()

#: Tables keep a thousandth of a degree and a tenth of a millisecond.
ROUNDED_DEG = 0.002

#: The folder's curve is laid over the stride from samples once more, without taking each stride's drift off. [°]
CURVE_DEG = 0.6


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Analysis, Path, Path]:
    """An analysis, the folder with its files, and the recording."""
    folder = tmp_path_factory.mktemp("run")
    recording, _ = simulate(Runner(), Course(running_s=60.0), Sensor.ideal(100.0), 5)
    write_csv(recording, folder / "run.csv")
    analysis = analyze(recording, placement="sternum", series=True)
    out = folder / "run-gait"
    out.mkdir()
    (out / "analysis.json").write_text(json.dumps(build(analysis, charts=False).as_dict()), encoding="utf-8")
    for name, table in (
        ("strides", tables.strides_table(analysis)),
        ("steps", tables.steps_table(analysis)),
        ("series", tables.series_table(analysis)),
    ):
        (out / f"{name}.csv").write_bytes(tables.to_csv(table))
    return analysis, out, folder / "run.csv"


@pytest.mark.parametrize("key", ["lean", "rotation", "cadence", "vertical_oscillation"])
def test_folder_and_analysis_tell_the_same_over_time(key: str, run: tuple[Analysis, Path, Path]) -> None:
    analysis, folder, _ = run
    one, other = time_of(analysis, key, WORDS), time_in(folder, key, WORDS)
    assert (one.name, one.unit) == (other.name, other.unit)
    np.testing.assert_allclose(one.value, other.value, atol=ROUNDED_DEG)
    np.testing.assert_allclose(one.t, other.t, atol=0.02)
    np.testing.assert_array_equal(one.counted, other.counted)
    assert other.mean == pytest.approx(one.mean, abs=1e-3)


@pytest.mark.parametrize("key", ["lean", "rotation", "sway"])
def test_folder_and_analysis_tell_the_same_over_the_stride(
    key: str, run: tuple[Analysis, Path, Path]
) -> None:
    analysis, folder, _ = run
    one, other = stride_of(analysis, key, WORDS), stride_in(folder, key, WORDS)
    np.testing.assert_allclose(one.mean, other.mean, atol=CURVE_DEG)
    assert one.opens == other.opens
    assert dict(one.moments) == pytest.approx(dict(other.moments), abs=0.01)
    assert [name for name, _ in one.moments] == ["right contact", "left toe-off", "right toe-off"]


def test_a_figure_shows_every_stride_and_the_mean() -> None:
    analysis = several_bouts()
    figure = draw_over_time(time_of(analysis, "lean", WORDS))
    (axes,) = figure.axes
    dots = next(line for line in axes.lines if line.get_label() == "strides that count")
    assert len(dots.get_xdata()) == 600
    means = [line for line in axes.lines if re.match(r"mean \d", str(line.get_label()))]
    assert means[0].get_ydata()[0] == analysis.measures["lean"].value
    assert axes.get_ylabel() == "Lean [°]"
    assert sum(line.get_linestyle() == ":" for line in axes.lines) == 6, "each run's begin and end"


def test_a_curve_closes_on_itself() -> None:
    (axes,) = draw_over_stride(stride_of(everything(), "rotation", WORDS)).axes
    mean = next(line for line in axes.lines if line.get_label() == "mean")
    assert mean.get_ydata()[0] == mean.get_ydata()[-1]
    assert axes.get_xlabel() == "share of the stride, from left contact [%]"


@pytest.mark.parametrize(("kind", "begins"), [("pdf", b"%PDF"), ("svg", b"<?xml"), ("png", b"\x89PNG")])
def test_every_kind_of_file_is_one(
    kind: str,
    begins: bytes,
    run: tuple[Analysis, Path, Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    _, folder, _ = run
    out = tmp_path / f"lean.{kind}"
    words = ["plot", str(folder), "--measure", "lean", "-o", str(out)]
    assert main(words) == 0
    assert capsys.readouterr().out == f"The picture: {out}\n"
    first = out.read_bytes()
    assert first.startswith(begins)
    assert main([*words, "--force", "--quiet"]) == 0
    assert out.read_bytes() == first, "the same numbers give the same file"
    if kind == "svg":
        assert re.search(r"<text[^>]*>Lean \[°\]", first.decode()), "letters stay letters"
    assert [p.name for p in tmp_path.iterdir()] == [out.name]


def test_a_recording_is_plotted_as_it_is(run: tuple[Analysis, Path, Path], tmp_path: Path) -> None:
    _, _, recording = run
    out = tmp_path / "turn.svg"
    assert (
        main(["plot", str(recording), "--measure", "rotation", "--over", "stride", "-o", str(out), "--quiet"])
        == 0
    )
    assert "left toe-off" in out.read_text(encoding="utf-8")


def test_a_plotted_recording_has_the_numbers_of_its_analysis(
    run: tuple[Analysis, Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also with a calibration that is kept for its sensor, and a part of it; and a file that asks for units gets them."""
    drawn: list[OverTime] = []

    def draw(data: OverTime) -> Figure:
        drawn.append(data)
        return draw_over_time(data)

    monkeypatch.setattr("gait.report.figures.draw_over_time", draw)
    monkeypatch.setenv(store.VARIABLE, str(tmp_path / "kept"))
    store.keep(Calibration("kitchen", acc_offset=np.array([0.6, 0.0, 0.0])))
    rows = [row for row in run[2].read_text().splitlines() if not row.startswith("#")]
    counts = tmp_path / "counts.csv"
    whole = (
        ",".join(
            [t, *(f"{float(x) * 200:.0f}" for x in more[:3]), *(f"{float(x) * 900:.0f}" for x in more[3:])]
        )
        for t, *more in (row.split(",") for row in rows[1:])
    )
    counts.write_text("\n".join(["# device: kitchen", "t,ax,ay,az,gx,gy,gz", *whole]))
    said = ["--units", "s,raw:16.707g,raw:2086dps", "--placement", "sternum", "--from", "1"]
    assert main(["plot", str(counts), "--measure", "lean", "-o", str(tmp_path / "x.pdf")]) == 1
    assert main(["plot", str(counts), *said, "--measure", "lean", "-o", str(tmp_path / "x.pdf")]) == 0
    assert main(["analyze", str(counts), *said, "--out", str(tmp_path / "out"), "--quiet"]) == 0
    document = json.loads((tmp_path / "out" / "analysis.json").read_text(encoding="utf-8"))
    assert document["calibration"]["sensor"]["device"] == "kitchen"
    assert drawn[0].mean == pytest.approx(document["measures"]["lean"]["value"], abs=1e-4)


@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        (["--measure", "nose", "-o", "x.pdf"], 1, "There is cadence"),
        (["--measure", "lean", "-o", "x.gif"], 2, "ends in .pdf, .svg, .png"),
        (["--measure", "settle_drop", "-o", "x.pdf"], 1, "stride by stride"),
        (["--measure", "cadence", "--over", "stride", "-o", "x.pdf"], 1, "There is lean, rotation"),
        (["--measure", "lean", "--units", "s,g,dps", "-o", "x.pdf"], 2, "was analysed already"),
        (["--measure", "lean", "--placement", "waist", "-o", "x.pdf"], 2, "was analysed already"),
        (["-o", "x.pdf"], 2, "--measure"),
    ],
)
def test_what_cannot_be_drawn_is_one_sentence(
    words: list[str], status: int, says: str, run: tuple[Analysis, Path, Path], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    assert main(["plot", str(run[1]), *words]) == status
    assert says in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_written_over(run: tuple[Analysis, Path, Path], tmp_path: Path) -> None:
    out = tmp_path / "lean.pdf"
    out.write_text("mine", encoding="utf-8")
    assert main(["plot", str(run[1]), "--measure", "lean", "-o", str(out)]) == 1
    assert out.read_text(encoding="utf-8") == "mine"


def test_a_folder_without_series_says_how_to_get_them(
    run: tuple[Analysis, Path, Path], tmp_path: Path
) -> None:
    for name in ("analysis.json", "strides.csv", "steps.csv"):
        (tmp_path / name).write_bytes((run[1] / name).read_bytes())
    with pytest.raises(NothingToPlot, match="--series"):
        stride_in(tmp_path, "lean", WORDS)
    (tmp_path / "analysis.json").write_text("{}", encoding="utf-8")
    with pytest.raises(NothingToPlot, match="was not written by gait"):
        time_in(tmp_path, "lean", WORDS)
