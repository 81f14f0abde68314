"""A run in summary: small, whole, and judged as the run itself."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from gait.traits.heard import KEPT_POINTS, Heard, hear
from gait.traits.rules import load_catalogue
from gait.traits.trait import Trait, judge, judge_heard
from tests.gait.an_analysis import a_mounting, a_quality, some_measures, with_measure

#: A share of strides is known to one of KEPT_POINTS.
SHARE_TOLERANCE = 1.0 / KEPT_POINTS


def a_heard(**how: float) -> Heard:
    return hear(some_measures(**how), a_mounting(), a_quality())  # type: ignore[arg-type]


def states(traits: tuple[Trait, ...]) -> dict[str, str]:
    return {t.rule.key: t.state for t in traits}


@pytest.mark.parametrize("how", [{}, {"lean": 0.0, "rotation": 4.5}, {"k": 100}, {"k": 0}])
def test_what_was_kept_is_judged_as_the_run_itself(how: dict[str, float]) -> None:
    measures = some_measures(**how)  # type: ignore[arg-type]
    whole = judge(measures, a_mounting(), a_quality(), load_catalogue())
    kept = Heard.from_dict(
        json.loads(json.dumps(hear(measures, a_mounting(), a_quality()).thinned().as_dict()))
    )
    again = judge_heard(kept, load_catalogue())
    assert states(again) == states(whole)
    for a, b in zip(again, whole, strict=True):
        if b.evidence.low is not None:
            assert a.evidence.low == pytest.approx(b.evidence.low, rel=1e-3, abs=1e-3)
        if b.evidence.share is not None:
            assert a.evidence.share == pytest.approx(b.evidence.share, abs=SHARE_TOLERANCE)


def test_it_is_small() -> None:
    assert len(json.dumps(a_heard(k=5000).thinned().as_dict())) < 20_000


def test_numbers_are_rounded_and_nothing_else_is_lost() -> None:
    thin = a_heard(k=5000).thinned()
    assert Heard.from_dict(thin.as_dict()) == thin
    assert len(thin.measures["lean"].strides) == KEPT_POINTS
    assert thin.measures["lean"].n == 5000


def test_a_stride_without_a_value_stays_one_that_does_not_show_it() -> None:
    measures = some_measures(k=200)
    flight = measures["flight_time"].per_stride.copy()
    flight[::4] = np.nan
    heard = hear(with_measure(measures, "flight_time", per_stride=flight), a_mounting(), a_quality())
    assert heard.measures["flight_time"].share_above(30.0) == pytest.approx(0.75)
    again = Heard.from_dict(json.loads(json.dumps(heard.thinned().as_dict())))
    assert again.measures["flight_time"].share_above(30.0) == pytest.approx(0.75, abs=SHARE_TOLERANCE)


def test_a_newer_catalogue_judges_it_anew() -> None:
    catalogue = load_catalogue()
    heard = a_heard(lean=3.0).thinned()
    assert states(judge_heard(heard, catalogue))["lean"] == "seen"
    lean = catalogue["lean"]
    assert lean.bound is not None
    strict = replace(lean, bound=replace(lean.bound, floor=4.0))
    stricter = replace(catalogue, rules=tuple(strict if r.key == "lean" else r for r in catalogue.rules))
    assert states(judge_heard(heard, stricter))["lean"] == "not_spoken_of"
