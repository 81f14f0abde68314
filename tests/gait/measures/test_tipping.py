"""Tipping into the start. Truth: leans given by hand, and the synthetic runner with and without it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gait.analysis import Analysis
from gait.measures.measure import Measure
from gait.measures.tipping import set_off, starts_curve
from gait.pipeline import analyze
from gait.set_off import GRID, SetOffs
from gait.synthetic import Course, Runner, Sensor, Stretch, Truth, simulate
from gait.units import RAD
from tests.gait.an_analysis import a_mounting
from tests.gait.measures.test_context import a_view

#: Lean gained, measured against the truth of the synthetic runner over five starts: 0.3° at most; thrice that.
GAIN_TOLERANCE_DEG = 1.0

T = np.arange(-2.0, 2.5, GRID)


def starting(gains: list[float], before: float = 3.0) -> SetOffs:
    """Starts that stand at ``before`` and lean so much more from the first contact on."""
    lean = np.stack([(before + gain * (T >= 0)) * RAD for gain in gains])
    contacts = 10.0 + 100.0 * np.arange(len(gains))[:, None] + 0.36 * np.arange(4)
    return SetOffs(T, lean, contacts)


def test_the_gain_is_over_the_three_steps_against_the_second_before() -> None:
    m = set_off(replace(a_view(), set_offs=starting([3.0, 4.0, 5.0])))
    assert m.value == pytest.approx(4.0)
    # Student's t(.95, 2) is 2.92, the standard error 1/sqrt(3).
    assert m.low == pytest.approx(4.0 - 2.920 / np.sqrt(3.0), abs=1e-3)
    assert (m.n, m.independent) == (3, 3)


def test_one_start_has_no_interval_and_none_no_value() -> None:
    one = set_off(replace(a_view(), set_offs=starting([4.0])))
    assert (one.value, one.low) == (pytest.approx(4.0), None)
    for view in (
        a_view(),
        replace(a_view(), set_offs=starting([4.0] * 3), mounting=a_mounting(sign_known=False)),
    ):
        assert set_off(view).value is None
        assert set_off(view).why


def test_the_picture_begins_at_the_standing() -> None:
    curve = starts_curve(replace(a_view(), set_offs=starting([4.0, 6.0])))
    assert curve is not None
    assert curve.lean_deg[:, 0] == pytest.approx([0.0, 0.0])
    assert curve.lean_deg[:, -1] == pytest.approx([4.0, 6.0])


def stop_and_go(starts: int) -> Course:
    part = (Stretch("still", 7.0, 0.0), Stretch("run", 25.0))
    return Course(stretches=part * starts)


def run(**how: object) -> tuple[Analysis, Truth, Measure]:
    recording, truth = simulate(Runner(lean_deg=5.0, **how), stop_and_go(4), Sensor.ideal(100.0), 3)  # type: ignore[arg-type]
    found = analyze(recording)
    return found, truth, found.measures["set_off"]


def true_gain(truth: Truth, contact: float) -> float:
    i = int(np.argmin(np.abs(truth.contact - contact)))
    after = (truth.t >= truth.contact[i]) & (truth.t < truth.contact[i + 3])
    before = (truth.t >= truth.contact[i] - 1.0) & (truth.t < truth.contact[i])
    return float(truth.lean_deg[after].mean() - truth.lean_deg[before].mean())


def test_a_runner_who_tips_into_it_is_seen() -> None:
    found, truth, m = run()
    starts = found.measures.curves.starts
    assert starts is not None
    assert m.n == len(starts.first_contact) == 4
    assert m.value == pytest.approx(
        np.mean([true_gain(truth, c) for c in starts.first_contact]), abs=GAIN_TOLERANCE_DEG
    )
    assert next(t.state for t in found.traits if t.rule.key == "set_off") == "seen"


def test_a_runner_who_starts_upright_and_leans_later_is_not_said_to_tip() -> None:
    found, _, m = run(start_upright=True)
    assert m.value == pytest.approx(0.0, abs=GAIN_TOLERANCE_DEG)
    assert found.measures["lean"].value == pytest.approx(5.0, abs=1.0)
    assert next(t.state for t in found.traits if t.rule.key == "set_off") == "not_spoken_of"
