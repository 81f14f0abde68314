"""Lean against waveforms made by hand and against the synthetic runner's own inclination."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gait.measures.lean import (
    CALIBRATED_SIGMA_DEG,
    PLAUSIBLE_DEG,
    SENSOR_SIGMA_DEG,
    STANDING_SIGMA_DEG,
    lean,
)
from gait.pipeline import analyze
from gait.quality import CREPT_DEG
from gait.synthetic import draw
from gait.torso import POINTS
from gait.units import RAD
from tests.gait.an_analysis import a_mounting, a_quality
from tests.gait.measures.test_context import PHASE, a_view

#: Mean lean of a run. Source: the project's targets for 95 % of runs, 0.9 uncalibrated and 0.3 calibrated;
#: measured over 40 runs: at most 0.51 and 0.15.
MEAN_TOLERANCE_DEG = {"mpu6050": 0.9, "calibrated": 0.3}

#: Lean of single strides of one run, RMS. Source: the targets for 95 % of runs, 0.9 and 0.5; a minute with surges
#: and a stop has up to 0.6.
STRIDE_TOLERANCE_DEG = {"mpu6050": 0.9, "calibrated": 0.75}

WAVE = 6.0 * RAD + 2.0 * RAD * np.cos(4 * np.pi * PHASE)


def test_it_is_the_mean_over_the_whole_stride() -> None:
    each = np.linspace(2.0, 10.0, 60)
    m = lean(a_view(lean=(each * RAD)[:, None] + 3.0 * RAD * np.cos(2 * np.pi * PHASE)))
    np.testing.assert_allclose(m.per_stride, each, atol=1e-6)
    assert m.value == pytest.approx(6.0)
    assert (m.unit, m.column, m.n) == ("deg", "lean_deg", 60)


def test_backward_is_negative() -> None:
    assert lean(a_view(lean=np.full(POINTS, -4.0 * RAD))).value == pytest.approx(-4.0)


@pytest.mark.parametrize(
    "mounting",
    [a_mounting(standing=None), a_mounting(sign_known=False), a_mounting(standing=None, sign_known=False)],
)
def test_without_a_zero_or_a_sign_there_is_no_lean(mounting: object) -> None:
    told = replace(mounting, why=("Because of this.",))  # type: ignore[type-var]
    m = lean(a_view(lean=WAVE, mounting=told))  # type: ignore[arg-type]
    assert m.value is None
    assert np.isnan(m.per_stride).all()
    assert m.why == ("Because of this.",)
    assert (m.n, m.trust) == (0, 0.0)


def test_a_trunk_that_lies_down_does_not_count() -> None:
    steep = np.where(np.arange(60)[:, None] < 5, 80.0 * RAD, 6.0 * RAD) * np.ones(POINTS)
    m = lean(a_view(lean=steep))
    assert m.value == pytest.approx(6.0)
    assert m.n == 55
    assert m.per_stride[0] > PLAUSIBLE_DEG


def systematic(**changes: object) -> float:
    calibrated = bool(changes.pop("calibrated", False))
    sway = float(changes.pop("sway_deg", 0.0))  # type: ignore[arg-type]
    mounting = replace(a_mounting(), **changes)  # type: ignore[arg-type]
    m = lean(a_view(lean=WAVE, mounting=mounting, calibrated=calibrated, sway=np.full(POINTS, sway * RAD)))
    assert m.systematic is not None
    return m.systematic


def test_the_systematic_error_is_that_of_standing_and_sensor() -> None:
    assert systematic(forward_sigma_deg=0.0) == pytest.approx(np.hypot(STANDING_SIGMA_DEG, SENSOR_SIGMA_DEG))
    assert systematic(forward_sigma_deg=0.0, calibrated=True) == pytest.approx(
        np.hypot(STANDING_SIGMA_DEG, CALIBRATED_SIGMA_DEG)
    )
    twice = systematic(forward_sigma_deg=0.0, standing_count=2)
    assert twice == pytest.approx(np.hypot(STANDING_SIGMA_DEG / np.sqrt(2), SENSOR_SIGMA_DEG))


def test_an_unsure_forward_axis_and_a_trunk_held_sideways_make_it_less_sure() -> None:
    sure = systematic(forward_sigma_deg=2.0)
    assert systematic(forward_sigma_deg=20.0) > sure
    # 10° sideways seen through an axis 5° off: 0.87°.
    sideways = systematic(forward_sigma_deg=5.0, sway_deg=10.0)
    assert sideways == pytest.approx(
        np.hypot(systematic(forward_sigma_deg=5.0), 10.0 * np.sin(5.0 * RAD)), abs=0.01
    )


def test_a_clip_that_crept_costs_trust_and_certainty() -> None:
    small, large = (
        lean(a_view(lean=WAVE, mounting=replace(a_mounting(), standing_count=2, crept_deg=deg)))
        for deg in (0.5 * CREPT_DEG, 1.5 * CREPT_DEG)
    )
    assert small.trust == 1.0
    assert small.why == ()
    assert large.trust < small.trust
    assert any("the clip moved" in line for line in large.why)
    assert small.systematic is not None
    assert large.systematic is not None
    assert large.systematic > small.systematic


def test_a_pocket_has_no_lean_to_rely_on() -> None:
    m = lean(a_view(lean=WAVE, quality=a_quality(not_trunk="A pocket.")))
    assert m.trust == 0.0
    assert "A pocket." in m.why


@pytest.mark.parametrize("grade", ["mpu6050", "calibrated"])
@pytest.mark.parametrize("seed", range(6))
def test_it_is_the_lean_of_the_synthetic_runner(grade: str, seed: int) -> None:
    recording, truth = draw(seed, sensor=grade, running_s=60.0)  # type: ignore[arg-type]
    found = analyze(recording)
    m, s = found.measures["lean"], found.measures.strides
    true = np.array(
        [truth.lean_deg[(truth.t >= a) & (truth.t < b)].mean() for a, b in zip(s.start, s.stop, strict=True)]
    )
    assert m.n > 60
    assert m.value is not None
    assert m.value == pytest.approx(true[m.counted].mean(), abs=MEAN_TOLERANCE_DEG[grade])
    off = (m.per_stride - true)[m.counted]
    assert np.sqrt((off**2).mean()) < STRIDE_TOLERANCE_DEG[grade]
    assert m.systematic is not None
    assert abs(m.value - true[m.counted].mean()) < 3 * m.systematic
