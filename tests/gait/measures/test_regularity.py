"""How much steps and strides resemble each other: more where the runner repeats itself more."""

from __future__ import annotations

import numpy as np
import pytest

from gait.measures.regularity import SYSTEMATIC, step_regularity, stride_regularity
from gait.pipeline import analyze
from gait.synthetic import Course, Runner, Sensor, simulate
from tests.gait.measures.test_context import a_view

#: A rigid runner whose every stride is the same: what is left is filtering and single precision.
SAME_TOLERANCE = 0.02


def test_they_are_the_correlations_of_their_strides() -> None:
    view = a_view(again_step=0.8, again_stride=0.9)
    step, stride = step_regularity(view), stride_regularity(view)
    assert step.value == pytest.approx(0.8)
    assert stride.value == pytest.approx(0.9)
    assert (step.column, stride.column) == ("step_regularity_1", "stride_regularity_1")
    assert step.systematic == stride.systematic == SYSTEMATIC


def test_a_stride_without_a_later_one_does_not_count() -> None:
    view = a_view(30)
    view.cycles.again_step[-1] = np.nan
    assert step_regularity(view).n == 29
    assert stride_regularity(view).n == 30


def regular(**runner: float) -> tuple[float, float]:
    recording, _ = simulate(
        Runner(**runner),  # type: ignore[arg-type]
        Course(standing_s=6.0, running_s=30.0),
        Sensor.ideal(),
        1,
    )
    m = analyze(recording).measures
    step, stride = m["step_regularity"].value, m["stride_regularity"].value
    assert step is not None
    assert stride is not None
    return step, stride


def test_a_runner_who_repeats_every_stride_is_fully_regular_by_the_stride() -> None:
    _, stride = regular(step_time_cv=0.0, stride_cv=0.0, tissue_wobble=0.0)
    assert stride == pytest.approx(1.0, abs=SAME_TOLERANCE)


def test_the_more_the_steps_vary_the_less_they_resemble() -> None:
    # The impact is the same each time: what varies is when.
    even, usual, uneven = (regular(step_time_cv=cv)[1] for cv in (0.0, 0.02, 0.05))
    assert even > usual > uneven
    assert even - uneven > 0.05
