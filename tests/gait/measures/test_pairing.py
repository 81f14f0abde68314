"""How one step resembles the other. Truth: strides whose halves are given."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gait.measures.pairing import step_likeness, step_time_difference
from gait.pipeline import analyze
from gait.strides import Strides
from gait.synthetic import Course, Runner, Sensor, simulate
from tests.gait.an_analysis import some_strides
from tests.gait.measures.test_context import a_view


def uneven(k: int, percent: float, side: str = "left") -> Strides:
    """Strides whose first step lasts so much longer than the second."""
    s = some_strides(k)
    share = 0.5 + percent / 400.0
    return replace(s, middle=s.start + share * s.duration, side=np.full(k, side))


@pytest.mark.parametrize("percent", [-8.0, 0.0, 3.0])
def test_the_difference_is_over_the_mean_step(percent: float) -> None:
    assert step_time_difference(a_view(strides=uneven(100, percent))).value == pytest.approx(percent)


def test_strides_that_open_with_the_right_foot_have_the_other_sign() -> None:
    assert step_time_difference(a_view(strides=uneven(100, 6.0, "right"))).value == pytest.approx(-6.0)


def test_feet_named_anew_after_a_pause_do_not_cancel_a_difference() -> None:
    # Two bouts, A and B exchanged in the second: the mean of both would be 0.
    s = uneven(200, 6.0, "A")
    second = np.arange(200) >= 100
    back = s.stop - (s.middle - s.start)
    s = replace(s, middle=np.where(second, back, s.middle), bout=second.astype(np.intp))
    m = step_time_difference(a_view(strides=s))
    assert m.value == pytest.approx(6.0)
    assert m.low == pytest.approx(6.0)


def test_likeness_is_a_ratio_and_has_bounds() -> None:
    m = step_likeness(a_view(200, again_step=0.81, again_stride=0.9))
    assert m.value == pytest.approx(0.9)
    assert m.low == pytest.approx(0.9)
    assert m.independent == 20


def test_strides_that_resemble_nothing_give_no_ratio() -> None:
    m = step_likeness(a_view(200, again_step=0.01, again_stride=0.02))
    assert m.value is None
    assert m.why


def test_feet_without_a_name_say_so_of_their_sign() -> None:
    assert "sign" in step_time_difference(a_view(strides=uneven(200, 5.0, "A"))).why[0]
    assert step_time_difference(a_view(strides=uneven(200, 5.0))).why == ()


def test_at_25_hz_both_steps_are_not_said_to_be_alike() -> None:
    """A made-up runner's steps differed by 5 % and were read as 1.7: too few samples to hear when a foot lands."""
    course = Course(standing_s=7.0, running_s=70.0)
    recording, _ = simulate(Runner(timing_asymmetry=0.025), course, Sensor.ideal(25.0), 3)
    found = analyze(recording, placement="sternum")
    m = found.measures["step_time_difference"]
    assert (m.value, m.why) == (None, (found.quality.events_lost,))
    assert {t.rule.key: t.state for t in found.traits}["two_as_one"] == "could_not_listen"
