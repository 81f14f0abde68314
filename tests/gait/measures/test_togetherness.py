"""Whether the turn arrives with the landing: full when it does, and not believed when chance would do."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gait.measures.togetherness import FEWEST, surrogate_level, togetherness, turn_phase
from gait.pipeline import analyze
from gait.rotations import Floats
from gait.synthetic import Course, Runner, Sensor, simulate
from tests.gait.an_analysis import a_quality, some_strides
from tests.gait.measures.test_context import PHASE, a_view

#: Phase of a first harmonic at 64 points, rounding.
PHASE_TOLERANCE = 1e-6


def turning(phase: Floats) -> Floats:
    """One waveform a stride whose first harmonic has this phase at the contact."""
    return np.asarray(
        0.2 * np.cos(2 * np.pi * PHASE + np.atleast_1d(phase)[:, None])
        + 0.03 * np.cos(4 * np.pi * PHASE)
        + 0.5
    )


@pytest.mark.parametrize("phase", [-3.0, -0.4, 0.0, 1.3, 3.1])
def test_the_phase_is_that_of_the_first_harmonic(phase: float) -> None:
    found = turn_phase(a_view(rotation=turning(np.full(60, phase))))
    np.testing.assert_allclose(np.angle(np.exp(1j * (found - phase))), 0.0, atol=PHASE_TOLERANCE)


def test_a_stride_opened_by_the_other_foot_is_a_step_on() -> None:
    s = some_strides(60)
    side = np.where(np.arange(60) % 2 == 0, "left", "right")
    step = (s.middle - s.start) / s.duration
    phase = np.where(side == "left", 0.7, 0.7 - 2 * np.pi * step)
    m = togetherness(a_view(strides=replace(s, side=side), rotation=turning(phase)))
    assert m.value == pytest.approx(1.0)


def test_always_at_the_same_moment_is_one_wherever_that_is() -> None:
    rng = np.random.default_rng(1)
    for moment in (-2.0, 0.5, 3.1):
        m = togetherness(a_view(200, rotation=turning(moment + 0.05 * rng.normal(size=200))))
        assert m.value == pytest.approx(np.exp(-(0.05**2) / 2), abs=0.002)
        assert m.trust == 1.0
        assert m.why == ()


def test_it_is_the_length_of_the_mean_of_unit_vectors() -> None:
    rng = np.random.default_rng(2)
    phase = 0.4 + 0.5 * rng.normal(size=120)
    m = togetherness(a_view(120, rotation=turning(phase)))
    assert m.value == pytest.approx(abs(np.exp(1j * phase).mean()), abs=1e-6)
    assert m.per_stride.max() <= 1.0


def test_a_turn_that_knows_nothing_of_the_landing_is_not_believed() -> None:
    rng = np.random.default_rng(3)
    m = togetherness(a_view(200, rotation=turning(rng.uniform(-np.pi, np.pi, 200))))
    assert m.value is not None
    assert m.value < 0.3
    assert m.trust == 0.0
    assert any("by chance" in line for line in m.why)


def test_two_regular_rhythms_that_drift_apart_are_not_believed() -> None:
    # A turn 2 % slower than the stride goes once round in 50 strides.
    m = togetherness(a_view(200, rotation=turning(2 * np.pi * np.arange(200) / 50)))
    assert m.value == pytest.approx(0.0, abs=0.05)
    assert m.trust == 0.0


def test_the_level_of_chance_is_the_same_each_time_and_falls_with_strides() -> None:
    rng = np.random.default_rng(4)
    levels = []
    for k in (30, 400):
        view = a_view(k, strides=some_strides(k, cv=0.03, seed=5), rotation=turning(0.2 * rng.normal(size=k)))
        phase, counted = turn_phase(view), np.ones(k, bool)
        levels.append(surrogate_level(phase, view, counted))
        assert surrogate_level(phase, view, counted) == levels[-1]
    assert 0.0 < levels[1] < levels[0] < 1.0


def test_too_few_strides_for_a_concentration() -> None:
    m = togetherness(a_view(FEWEST - 1, rotation=turning(np.zeros(FEWEST - 1))))
    assert m.value is None
    assert any("Too few" in line for line in m.why)


def test_a_pocket_is_not_together() -> None:
    view = a_view(200, rotation=turning(np.zeros(200)), quality=a_quality(not_trunk="A pocket."))
    assert togetherness(view).trust == 0.0


def test_the_synthetic_runner_turns_with_its_steps() -> None:
    recording, _ = simulate(Runner(), Course(standing_s=6.0, running_s=60.0), Sensor.ideal(), 1)
    m = analyze(recording).measures["togetherness"]
    assert m.value is not None
    assert m.value > 0.97
    assert m.trust == 1.0


def test_strides_that_open_with_the_other_foot_of_uneven_steps_are_one_pattern() -> None:
    """They were taken to begin half a stride on, and a runner whose steps differ by a fifth was said to settle."""
    k, step = 400, 0.55
    wave = np.radians(10.0) * np.cos(2 * np.pi * (PHASE - 0.1))
    s = some_strides(k, cv=0.0)
    s = replace(s, middle=s.start + step * s.duration)
    alone = togetherness(a_view(strides=s, rotation=wave))
    other = np.arange(k) >= k // 2
    opened = np.radians(10.0) * np.cos(2 * np.pi * (PHASE - 0.1 + step))
    mixed = replace(
        s,
        side=np.where(other, "right", s.side),
        middle=np.where(other, s.start + (1.0 - step) * s.duration, s.middle),
    )
    waves = np.where(other[:, None], opened, wave)
    assert togetherness(a_view(strides=mixed, rotation=waves)).value == pytest.approx(alone.value, abs=1e-3)
