"""Turning against waveforms made by hand and against the synthetic runner's own azimuth."""

from __future__ import annotations

import numpy as np
import pytest

from gait.measures.rotation import SYSTEMATIC_DEG, drift_free, rotation
from gait.pipeline import analyze
from gait.synthetic import draw
from gait.units import RAD
from tests.gait.an_analysis import a_mounting, a_quality
from tests.gait.measures.test_context import PHASE, a_view

#: Range of single strides, RMS. Source: the project's targets, 1.4 uncalibrated (3 % of 40° are 1.2) and 0.5.
STRIDE_TOLERANCE_DEG = {"mpu6050": 1.5, "calibrated": 0.5}

#: A cosine at 64 points misses its top by this share of its height at most.
TOP_OF_64_POINTS = 0.0013


@pytest.mark.parametrize("shift", [0.0, 0.2, 0.77])
def test_it_is_peak_to_peak_wherever_the_stride_begins(shift: float) -> None:
    each = np.linspace(10.0, 20.0, 60)
    m = rotation(a_view(rotation=(each * RAD)[:, None] * np.cos(2 * np.pi * (PHASE + shift))))
    np.testing.assert_allclose(m.per_stride, 2 * each, rtol=2 * TOP_OF_64_POINTS)
    assert m.value == pytest.approx(30.0, rel=2 * TOP_OF_64_POINTS)
    assert (m.unit, m.column, m.systematic, m.trust) == ("deg", "rotation_deg", SYSTEMATIC_DEG, 1.0)


def test_an_offset_of_the_heading_is_not_turning() -> None:
    wave = 0.2 * np.cos(2 * np.pi * PHASE)
    plain, offset = (a_view(rotation=wave + shift) for shift in (0.0, 0.3))
    np.testing.assert_allclose(drift_free(offset), drift_free(plain), atol=1e-12)
    np.testing.assert_allclose(drift_free(offset).mean(axis=1), 0.0, atol=1e-12)
    np.testing.assert_allclose(rotation(offset).per_stride, rotation(plain).per_stride, atol=1e-9)


def test_it_needs_neither_standing_nor_sign_but_says_about_which_axis() -> None:
    wave, sway = 0.2 * np.cos(2 * np.pi * PHASE), 0.1 * np.cos(2 * np.pi * PHASE)
    m = rotation(a_view(rotation=wave, sway=sway, mounting=a_mounting(standing=None, sign_known=False)))
    assert m.value == pytest.approx(0.4 / RAD, rel=1e-3)
    assert any("Without standing" in line for line in m.why)
    assert m.systematic is not None
    assert m.systematic > SYSTEMATIC_DEG


def test_a_pocket_turns_no_trunk() -> None:
    m = rotation(a_view(rotation=np.cos(2 * np.pi * PHASE), quality=a_quality(not_trunk="A pocket.")))
    assert m.trust == 0.0
    assert "A pocket." in m.why


@pytest.mark.parametrize("grade", ["mpu6050", "calibrated"])
@pytest.mark.parametrize("seed", range(6))
def test_it_is_the_turning_of_the_synthetic_runner(grade: str, seed: int) -> None:
    recording, truth = draw(seed, sensor=grade, running_s=60.0)  # type: ignore[arg-type]
    found = analyze(recording)
    m, s = found.measures["rotation"], found.measures.strides
    true = np.array(
        [
            np.ptp(truth.rotation_deg[(truth.t >= a) & (truth.t < b)])
            for a, b in zip(s.start, s.stop, strict=True)
        ]
    )
    off = (m.per_stride - true)[m.counted]
    assert m.n > 60
    assert np.sqrt((off**2).mean()) < STRIDE_TOLERANCE_DEG[grade]
