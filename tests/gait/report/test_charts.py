"""Pictures: text as text, the page's colours, own ids, the same bytes every time, and true angles."""

from __future__ import annotations

import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gait.measures.measure import Measures
from gait.pipeline import Analysis
from gait.report.charts import Chart, draw_trait
from gait.report.strip import draw_run
from gait.report.words import load_words
from tests.gait.an_analysis import a_mounting, an_analysis, some_measures

WORDS = load_words()

#: Largest picture. [bytes]  Five of them and the strip stay far below the page's megabyte.
LARGEST = 100_000


def charts(analysis: Analysis) -> list[Chart]:
    drawn = [draw_trait(t, analysis, WORDS) for t in analysis.traits if t.state == "seen"]
    return [c for c in [*drawn, draw_run(analysis, WORDS)] if c is not None]


def test_every_trait_has_its_picture() -> None:
    assert [c.key for c in charts(an_analysis())] == ["lean", "turn", "rhythm", "spring", "together", "run"]


@pytest.mark.parametrize("placement", ["sternum", "waist", "unknown"])
def test_a_picture_is_clean(placement: str) -> None:
    for chart in charts(an_analysis(mounting=a_mounting(placement))):  # type: ignore[arg-type]
        root = ET.fromstring(chart.svg)
        assert root.get("role") == "img"
        names = root.get("aria-labelledby", "").split()
        texts = {e.get("id"): e.text for e in root.iter() if e.get("id") in names}
        assert list(texts.values()) == [chart.title, chart.text]
        assert any(e.tag.endswith("text") for e in root.iter()), "text stays text"
        assert "DejaVu" not in chart.svg
        assert not re.search(r"<style|<script|http(?!://www\.w3\.org/2000/svg)|nan", chart.svg)
        assert "var(--" in chart.svg
        assert not re.search(r"(?<!, )#[0-9a-f]{6}", re.sub(r'href="#[^"]*"', "", chart.svg)), (
            "colours are the page's"
        )
        assert len(chart.svg.encode()) < LARGEST
        if chart.key != "run":
            assert WORDS.forbidden_in(f"{chart.text} {chart.caption} {' '.join(root.itertext())}") == []


def test_ids_do_not_collide() -> None:
    ids = [i for c in charts(an_analysis()) for i in re.findall(r'\bid="([^"]+)"', c.svg)]
    assert len(ids) == len(set(ids))
    pointed = [i for c in charts(an_analysis()) for i in re.findall(r'(?:href="#|url\(#)([^")]+)', c.svg)]
    assert set(pointed) <= set(ids)


def test_the_same_run_gives_the_same_bytes() -> None:
    assert [c.svg for c in charts(an_analysis())] == [c.svg for c in charts(an_analysis())]


def test_pyplot_is_left_alone() -> None:
    code = (
        "import sys; from tests.gait.an_analysis import an_analysis; from gait.report.report import build;"
        "assert 'matplotlib' not in sys.modules; build(an_analysis(), charts=False);"
        "assert 'matplotlib' not in sys.modules; build(an_analysis()); assert 'matplotlib.pyplot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[3])


def test_a_lean_drawn_is_the_lean_meant() -> None:
    # The trunk is the only stroke 7 wide.
    svg = charts(an_analysis(some_measures(lean=8.0)))[0].svg
    path = next(m for m in re.findall(r'<path d="([^"]+)"[^>]*stroke-width: 7[;"]', svg))
    x0, y0, x1, y1 = (float(v) for v in re.findall(r"-?[\d.]+", path))
    assert np.degrees(np.arctan2(x1 - x0, y0 - y1)) == pytest.approx(8.0, abs=0.2)


def test_without_cycles_the_turn_is_seen_from_above_alone() -> None:
    measures = some_measures()
    analysis = an_analysis(Measures(measures.strides, measures.by_key, {}))
    assert [c.key for c in charts(analysis)] == ["lean", "turn", "rhythm", "run"]


def test_the_clock_and_the_curve_say_the_same() -> None:
    # A newcomer read 89 % and 42 % at the curve and 94 % and 44 % at the clock.
    drawn = {c.key: c.text for c in charts(an_analysis())}
    left, right = re.findall(r"\d+ %", drawn["turn"])
    assert re.findall(r"\d+ %", drawn["together"]) == [left, right]
    cycle = some_measures().cycles["rotation"]
    assert left == f"{100 * cycle.phase[np.argmax(cycle.mean)]:.0f} %"
    assert right == f"{100 * cycle.phase[np.argmin(cycle.mean)]:.0f} %"
    assert int(right[:-2]) % 50 != int(left[:-2]) % 50, "not merely half a stride on"


def test_feet_without_sides_are_one_and_the_other() -> None:
    measures = some_measures()
    strides = replace(measures.strides, side=np.full(len(measures.strides), "A"))
    turn = charts(an_analysis(Measures(strides, measures.by_key, measures.cycles)))[1]
    assert "one foot lands" in turn.svg
    assert "left lands" not in turn.svg


def test_of_a_few_strides_every_one_is_drawn() -> None:
    # Of 7 strides the shortest and the longest were left out as the outer percentiles.
    drawn = draw_run(an_analysis(some_measures(7)), WORDS)
    assert drawn is not None
    shown = [d for d in re.findall(r'<path d="([^"]+)"', drawn.svg) if d.count("M") == 7]
    assert len(shown) == 7, "seven measures have strides, of seven dots each"


def test_no_strides_no_strip() -> None:
    assert draw_run(an_analysis(some_measures(0)), WORDS) is None


def test_numbers_that_people_read_keep_their_digits() -> None:
    measures = some_measures()
    near_one = replace(measures["lean"], per_stride=0.9975 + 0.002 * measures["lean"].per_stride / 6)
    svg = charts(an_analysis(Measures(measures.strides, {**measures.by_key, "lean": near_one}, {})))[-1].svg
    assert re.search(r">0?1?\.\d{3,}<", svg)
