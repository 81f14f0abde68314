"""analysis.json as docs/output.md has it, the summary, and a report there and back."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from gait.analysis import Analysis
from gait.bouts import Bouts
from gait.report.report import Report, build
from gait.report.words import load_words
from gait.rotations import from_matrix
from gait.traits.rules import load_catalogue
from tests.gait.an_analysis import a_mounting, an_analysis, some_measures, with_measure
from tests.gait.report.made import a_growth, everything, several_bouts

#: What docs/output.md promises of every analysis.
MEASURES = {
    "cadence", "lean", "rotation", "sway", "stride_time_cv", "vertical_oscillation", "contact_time",
    "flight_time", "step_regularity", "stride_regularity", "togetherness", "smoothness",
}  # fmt: skip

ANALYSES = {
    "clear": an_analysis(),
    "hips": an_analysis(some_measures(100), mounting=a_mounting("waist")),
    "no standing": an_analysis(mounting=a_mounting("unknown", standing=None, sign_known=False)),
    "everything": everything(),
    "no run": an_analysis(some_measures(0)),
    "nothing": an_analysis(some_measures(0), bouts=Bouts(np.empty(0), np.empty(0), np.empty(0, str))),
    "spoilt": an_analysis(
        with_measure(some_measures(), "lean", value=math.nan, low=math.inf, high=np.float64("nan"))
    ),
}


def numbers(value: Any) -> list[float]:
    if isinstance(value, dict):
        return [n for v in value.values() for n in numbers(v)]
    if isinstance(value, list):
        return [n for v in value for n in numbers(v)]
    return [value] if isinstance(value, float) else []


@pytest.mark.parametrize("analysis", ANALYSES.values(), ids=ANALYSES.keys())
def test_the_document_is_as_promised(analysis: Analysis) -> None:
    document = build(analysis, charts=False).as_dict()
    assert document["schema"] == "gait.analysis/1"
    assert document["made_by"] == {"version": "0.0.0", "catalogue": load_catalogue().version}
    assert set(document["recording"]) == {
        "source", "dialect", "rate_hz", "start_s", "stop_s", "rows", "gaps_s", "placement",
    }  # fmt: skip
    assert set(document["quality"]) == {
        "lost_share", "clipped_share", "notes", "clipped_axes", "clipped_steps_share", "clip_moved",
    }  # fmt: skip
    assert set(document["calibration"]) >= {"standing_s", "forward_axis", "six_position"}
    assert set(document["calibration"]["forward_axis"]) >= {"sigma_deg", "sign_known"}
    for bout in document["bouts"]:
        assert set(bout) == {"kind", "start_s", "stop_s"} | ({"measures"} if bout["kind"] == "run" else set())
    assert set(document["measures"]) >= MEASURES
    for measure in document["measures"].values():
        assert set(measure) == {"value", "unit", "low", "high", "systematic", "n", "trust", "why"}
    for trait in document["traits"]:
        assert set(trait) == {"key", "state", "clarity", "sentence", "evidence", "also", "about", "why"}
        assert set(trait["evidence"]) >= {"measure", "value", "low", "floor", "share", "n"}
        assert trait["state"] in {"seen", "not_spoken_of", "could_not_listen"}
        assert bool(trait["why"]) == (trait["state"] != "seen")
        assert bool(trait["sentence"]) == (trait["state"] == "seen")
    assert all(math.isfinite(n) for n in numbers(document))


@pytest.mark.parametrize("analysis", ANALYSES.values(), ids=ANALYSES.keys())
def test_json_there_and_back(analysis: Analysis) -> None:
    report = build(analysis, charts=analysis is ANALYSES["hips"])
    assert json.loads(report.as_json()) == report.as_dict()
    assert Report.from_json(report.to_json()) == report


def test_a_report_with_all_there_is_goes_there_and_back() -> None:
    report = build(everything(), "de", growth=a_growth())
    assert Report.from_json(report.to_json()) == report
    wordless = build(everything(), numbers=False, growth=a_growth())
    assert Report.from_json(wordless.to_json()) == wordless


def test_another_json_is_no_report() -> None:
    with pytest.raises(ValueError, match=r"gait\.report/2"):
        Report.from_json('{"schema": "other"}')


def test_values_of_the_example() -> None:
    document = build(an_analysis(), charts=False).as_dict()
    lean = document["measures"]["lean"]
    assert lean["unit"] == "deg"
    assert lean["low"] < lean["value"] < lean["high"]
    trait = document["traits"][0]
    assert (trait["key"], trait["state"]) == ("lean", "seen")
    assert trait["evidence"]["low"] < lean["low"], "the trait's bound holds the systematic part too"
    assert document["recording"]["gaps_s"] == [[12.1, 12.4]]


def test_axes_are_the_torsos_in_the_sensors_own() -> None:
    # The sensor lies with its y axis up and its z axis forward: torso x, y, z are sensor z, x, y.
    turned = from_matrix(np.array([[0.0, 0, 1], [1, 0, 0], [0, 1, 0]]))
    mounting = replace(a_mounting(), q_torso_sensor=turned)
    found = build(an_analysis(mounting=mounting), charts=False).as_dict()["calibration"]
    assert found["forward_axis"]["axis"] == [0.0, 0.0, 1.0]
    assert found["up_axis"] == [0.0, 1.0, 0.0]
    assert "-0.0" not in json.dumps(found)
    unknown = replace(mounting, forward_sigma_deg=90.0)
    found = build(an_analysis(mounting=unknown), charts=False).as_dict()["calibration"]
    assert found["forward_axis"]["axis"] is None
    assert found["up_axis"] == [0.0, 1.0, 0.0]


def test_epoch_seconds_keep_their_milliseconds() -> None:
    analysis = an_analysis()
    late = replace(analysis, recording=replace(analysis.recording, start_s=1.7e9 + 0.123))
    assert build(late, charts=False).as_dict()["recording"]["start_s"] == pytest.approx(
        1.7e9 + 0.123, abs=1e-3
    )


@pytest.mark.parametrize("analysis", ANALYSES.values(), ids=ANALYSES.keys())
def test_the_summary_is_short_plain_words(analysis: Analysis) -> None:
    summary = build(analysis, charts=False).summary()
    assert load_words().forbidden_in(" ".join(summary.split())) == []
    assert all(len(line) <= 78 for line in summary.splitlines())
    assert "\n\n\n" not in summary
    paragraphs = [" ".join(p.split()) for p in summary.split("\n\n")]
    story = build(analysis, charts=False).story
    assert {story.headline, story.opening, story.invitation, story.quiet} - {""} <= set(paragraphs)
    assert summary.endswith("\n")
    assert len(summary) < 2000


def test_the_summary_reads_like_this() -> None:
    # Judged by hand, so that it does not move with the catalogue's numbers.
    analysis = an_analysis(some_measures(100), mounting=a_mounting("waist"))
    clarity = {"turn": 9.0, "spring": 5.0, "lean": 4.0, "two_as_one": 3.0}
    traits = tuple(
        replace(t, state="seen", clarity=clarity[t.rule.key])
        if t.rule.key in clarity
        else replace(t, state="not_spoken_of")
        for t in analysis.traits
    )
    assert build(replace(analysis, traits=traits), charts=False).summary() == (
        "Your hips already had a turn in them.\n"
        "\n"
        "Heard in about 100 of your strides, in about 70 seconds of running. All of\n"
        "this was already there.\n"
        "\n"
        "- In nearly every stride your hips turned from one side to the other and back,\n"
        "  through about 28°.\n"
        "- You rose and sank by about 8 cm with each step, and in nearly every stride\n"
        "  there was a moment with both feet in the air.\n"
        "- Your hips were tipped forward of how you stand in nearly every stride, by\n"
        "  about 6°.\n"
        "\n"
        "Also there: both steps alike.\n"
        "\n"
        "If you like, let the turning keep you company next time; no need to do more of\n"
        "it.\n"
        "\n"
        "Where nothing is said, nothing is judged. This is no medical advice.\n"
    )


def test_each_stretch_of_running_has_its_own_numbers() -> None:
    analysis = several_bouts()
    bouts = build(analysis, charts=False).as_dict()["bouts"]
    runs = [bout for bout in bouts if bout["kind"] == "run"]
    assert len(runs) == 3
    lean = analysis.measures["lean"].per_stride
    for i, bout in enumerate(runs):
        assert bout["measures"]["lean"]["value"] == pytest.approx(
            lean[200 * i : 200 * (i + 1)].mean(), abs=1e-3
        )
        assert bout["measures"]["lean"]["low"] < bout["measures"]["lean"]["value"]
        assert bout["measures"]["lean"]["n"] == 200
        assert "stride_time_cv" not in bout["measures"], "no mean of strides"


def test_the_summary_names_what_else_was_there() -> None:
    report = build(everything(), charts=False)
    names = "; ".join(said.name for said in report.story.others)
    assert f"Also there: {names}." in " ".join(report.summary().split())
    assert "the steady beat" in names
