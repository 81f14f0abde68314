"""Pictures: text as text, the page's colours, own ids, the same bytes every time, true angles, their data as tables."""

from __future__ import annotations

import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gait.analysis import Analysis
from gait.measures.measure import Measures
from gait.report.charts import draw_trait
from gait.report.over_runs import draw_growth
from gait.report.pictures.body import SHOULDERS
from gait.report.pictures.chart import Chart
from gait.report.pictures.small_plots import ticks
from gait.report.strip import draw_run, draw_strip
from gait.report.words import Words, languages, load_words
from gait.units import DEG
from tests.gait.an_analysis import an_analysis, some_measures
from tests.gait.report.made import a_growth, everything

WORDS = load_words()

#: Largest picture. [bytes]  A dozen of them stay far below the page's megabyte.
LARGEST = 120_000

#: A picture's coordinates keep a tenth of a unit, so an angle of a stroke of 236 units is true to this. [°]
ANGLE_TOLERANCE_DEG = 0.05

#: Traits that have a picture of their own; settle and late share the strip, new and kept the plant.
PICTURED = {
    "lean", "set_off", "turn", "even_turn", "shift", "rhythm", "spring", "regular", "two_as_one", "smooth", "together",
}  # fmt: skip


def charts(analysis: Analysis, words: Words = WORDS) -> dict[str, Chart]:
    drawn = [draw_trait(t, analysis, words) for t in analysis.traits if t.state == "seen"]
    drawn += [draw_strip(analysis, words), draw_run(analysis, words)]
    return {c.key: c for c in drawn if c is not None}


def test_every_trait_has_its_picture() -> None:
    assert set(charts(everything())) == PICTURED | {"strip", "run"}


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("placement", ["sternum", "waist", "unknown"])
def test_a_picture_is_clean(placement: str, language: str) -> None:
    words = load_words(language)
    drawn = charts(everything(placement), words)  # type: ignore[arg-type]
    drawn["growth"] = draw_growth(a_growth(placement=placement), words)
    for chart in drawn.values():
        for svg in filter(None, (chart.svg, chart.narrow)):
            root = ET.fromstring(svg)
            assert root.get("role") == "img"
            by_id = {e.get("id"): e.text for e in root.iter()}
            assert by_id[root.get("aria-labelledby")] == chart.title
            assert by_id[root.get("aria-describedby")] == chart.text
            assert any(e.tag.endswith("text") for e in root.iter()), "text stays text"
            assert not re.search(r"<script|http(?!://www\.w3\.org/2000/svg)|\bnan\b|None", svg)
            assert "var(--" in svg
            assert not re.search(r"(?<!,)#[0-9a-f]{6}", svg), "colours are the page's"
            assert len(svg.encode()) < LARGEST
            if chart.key != "run":
                assert words.forbidden_in(f"{chart.text} {chart.caption} {' '.join(root.itertext())}") == []


def test_everything_drawn_lies_on_the_picture() -> None:
    for chart in charts(everything()).values():
        for svg in filter(None, (chart.svg, chart.narrow)):
            root = ET.fromstring(svg)
            _, _, width, height = (float(v) for v in root.get("viewBox", "").split())
            for text in (e for e in root.iter() if e.tag.endswith("text")):
                x, y = float(text.get("x", 0)), float(text.get("y", 0))
                assert 0 <= x <= width, (chart.key, text.text)
                assert 8 < y <= height, (chart.key, text.text)


def test_ids_do_not_collide() -> None:
    both = "".join(c.svg + c.narrow for c in charts(everything()).values())
    ids = re.findall(r'\bid="([^"]+)"', both)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r"url\(#([^)]+)\)", both)) <= set(ids)


def test_the_same_run_gives_the_same_bytes() -> None:
    assert charts(everything()) == charts(everything())


def test_a_page_needs_no_matplotlib() -> None:
    code = (
        "import sys; from tests.gait.an_analysis import an_analysis; from gait.report.report import build;"
        "build(an_analysis()); assert 'matplotlib' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[3])


@pytest.mark.parametrize("lean", [-3.0, 2.0, 8.0])
def test_a_lean_drawn_is_the_lean_meant(lean: float) -> None:
    analysis = an_analysis(some_measures(lean=lean))
    drawn = draw_trait(replace(analysis.traits[0], state="seen"), analysis, WORDS)
    assert drawn is not None
    value = analysis.measures["lean"].value
    strokes = re.findall(r'd="M([\d.-]+) ([\d.-]+)L([\d.-]+) ([\d.-]+)"[^>]*stroke-width:2\.6', drawn.svg)
    x0, y0, x1, y1 = (float(v) for v in strokes[-1])
    assert np.arctan2(x1 - x0, y0 - y1) * DEG == pytest.approx(value, abs=ANGLE_TOLERANCE_DEG)


def test_a_turn_drawn_is_the_turn_meant() -> None:
    analysis = everything()
    value = next(t for t in analysis.traits if t.rule.key == "turn").evidence.value
    assert value is not None
    turned = {float(v) for v in re.findall(r"rotate\(([\d.-]+)\)", charts(analysis)["turn"].svg)}
    assert turned == {round(value / 2, 2), round(-value / 2, 2)}


def test_the_tipping_drawn_is_the_tipping_told_and_its_way_has_a_ruler() -> None:
    """The sentence said 9° beside a way in centimetres without a scale."""
    analysis = everything()
    chart, sway, loop = (
        charts(analysis)["shift"],
        analysis.measures["sway"].value,
        analysis.measures.curves.loop,
    )
    assert sway is not None
    assert loop is not None
    angles = {float(a) for a in re.findall(r"rotate\((-?[\d.]+)\)", chart.svg)}
    assert max(angles) - min(angles) == pytest.approx(sway, abs=ANGLE_TOLERANCE_DEG)
    assert f"{sway:.0f}° from side to side" in chart.text
    assert f"{np.ptp(loop.right):.1f} cm wide and {np.ptp(loop.up):.1f} cm high" in chart.text
    assert re.search(r">\d+ cm</text>", chart.svg)
    assert chart.table is not None
    assert chart.table.columns[1:3] == ("to the right", "up")
    in_words = charts(analysis, load_words(numbers=False))["shift"]
    assert " cm<" not in in_words.svg  # a ruler is a number


def test_without_cycles_the_turn_is_seen_from_above_alone() -> None:
    measures = some_measures()
    drawn = charts(an_analysis(Measures(measures.strides, measures.by_key, {})))
    assert set(drawn) == {"lean", "turn", "rhythm", "strip", "run"}
    assert "lands" not in drawn["turn"].svg


def test_the_clock_and_the_curve_say_the_same() -> None:
    # A newcomer read 89 % and 42 % at the curve and 94 % and 44 % at the clock.
    drawn = charts(an_analysis())
    left, right = re.findall(r"\d+ %", drawn["turn"].text)
    assert re.findall(r"\d+ %", drawn["together"].text) == [left, right]
    cycle = some_measures().cycles["rotation"]
    assert left == f"{100 * cycle.phase[np.argmax(cycle.mean)]:.0f} %"
    assert right == f"{100 * cycle.phase[np.argmin(cycle.mean)]:.0f} %"
    assert int(right[:-2]) % 50 != int(left[:-2]) % 50, "not merely half a stride on"


def test_feet_without_sides_are_one_and_the_other() -> None:
    measures = some_measures()
    strides = replace(measures.strides, side=np.full(len(measures.strides), "A"))
    turn = charts(an_analysis(Measures(strides, measures.by_key, measures.cycles)))["turn"]
    assert "one foot lands" in turn.svg
    assert "left lands" not in turn.svg
    assert "scale(-" not in turn.svg, "no footprint of a left foot"


def test_hips_have_no_head_and_hear_no_shoulders() -> None:
    upper, hips = charts(everything()), charts(everything("waist"))
    assert upper["lean"].svg.count("<circle") > hips["lean"].svg.count("<circle")
    assert SHOULDERS in upper["turn"].svg
    assert SHOULDERS not in hips["turn"].svg
    assert "upper body" not in " ".join(c.text + c.caption for k, c in hips.items() if k != "run")


def test_every_picture_has_its_data_as_a_table() -> None:
    drawn = charts(everything())
    for key in PICTURED | {"strip"}:
        table = drawn[key].table
        assert table is not None, key
        assert table.rows, key
        assert {len(row) for row in table.rows} == {len(table.columns)}, key
    lean = drawn["lean"].table
    assert lean is not None
    assert len(lean.rows) == 60, "every stride that is drawn"


def test_flow_is_marked_where_it_was_found_and_nowhere_else() -> None:
    strip = charts(everything())["strip"]
    assert "flow, after about 7 minutes" in strip.svg
    assert "flow, after about 7 minutes" in strip.narrow
    (x,) = {float(v) for v in re.findall(r'd="M([\d.]+) 30v-6', strip.svg)}
    analysis = everything()
    length = analysis.recording.stop_s - analysis.recording.start_s
    settled = analysis.measures.curves.settling
    assert settled is not None
    assert settled.settled_s is not None
    assert x == pytest.approx(12 + settled.settled_s / length * 736, abs=0.1)
    quiet = replace(analysis, traits=tuple(t for t in analysis.traits if t.rule.key != "settle"))
    strip = charts(quiet)["strip"]
    assert "flow" not in strip.svg + strip.text


def test_hours_are_marked_as_hours() -> None:
    # "180 min" reads like a cadence people are told to run at.
    strip = charts(an_analysis(some_measures(16_000)))["strip"]
    assert ">3 h<" in strip.svg
    assert not re.search(r">\D*180", strip.svg)


@pytest.mark.parametrize("language", languages())
def test_words_only_pictures_have_no_digit(language: str) -> None:
    words = load_words(language, numbers=False)
    drawn = [*charts(everything(), words).values(), draw_growth(a_growth(), words)]
    for chart in drawn:
        if chart.key == "run":
            continue
        assert chart.table is None
        root = ET.fromstring(chart.svg)
        said = " ".join([chart.title, chart.text, chart.caption, *root.itertext()])
        assert not re.search(r"\d", said), (chart.key, said)


def test_of_a_few_strides_every_one_is_drawn() -> None:
    # Of 7 strides the shortest and the longest were left out as the outer percentiles.
    drawn = draw_run(an_analysis(some_measures(7)), WORDS)
    assert drawn is not None
    shown = [d.count("M") for d in re.findall(r'd="((?:M[\d. -]+h0)+)"', drawn.svg)]
    assert set(shown) == {7}, "of each measure, seven dots"


def test_no_strides_no_strip_of_them() -> None:
    analysis = an_analysis(some_measures(0))
    assert draw_run(analysis, WORDS) is None


def test_numbers_that_people_read_keep_their_digits() -> None:
    measures = some_measures()
    near_one = replace(measures["lean"], per_stride=0.9975 + 0.002 * measures["lean"].per_stride / 6)
    run = charts(an_analysis(Measures(measures.strides, {**measures.by_key, "lean": near_one}, {})))["run"]
    assert re.search(r">0?1?\.\d{3,}<", run.svg)


@pytest.mark.parametrize(("low", "high"), [(0, 1), (9.93, 9.97), (-3, 5400), (1e-6, 2e-6), (5, 5)])
def test_ticks_are_few_and_inside(low: float, high: float) -> None:
    for most in (2, 3, 8):
        found = ticks(low, high, most)
        assert len(found) <= most
        assert all(low - 1e-9 <= tick <= high + 1e-9 for tick in found)


def test_leaves_stand_from_the_first_seen_upward() -> None:
    growth = a_growth()
    svg = draw_growth(growth, WORDS).svg
    heights = [float(y) for y in re.findall(r'transform="translate\([\d.]+ ([\d.]+)\) scale', svg)]
    assert heights == sorted(heights, reverse=True)
    assert len(heights) == len(growth.leaves) == 9
