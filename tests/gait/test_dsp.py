"""Filters, double-box means, crossings and rhythms against their own mathematics."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gait import dsp
from gait.rotations import Floats

RATE = 200.0

#: A quadrature of straight pieces; nothing here is approximate beyond rounding of sums of 1e5.
ROUNDING = 1e-8

#: Winter's correction is exact for slow cuts and 1 % off at 15 Hz of 200.
HALF_POWER_TOLERANCE = 0.012

#: What is left of a wave whose period divides the box, sampled 20 or more times a period: the trapezoids' own error.
LEFT_OF_A_WAVE = 0.003

#: A linear crossing of a sine sampled 40 times a period is off by less than this. [samples]
CROSSING_TOLERANCE = 0.005

#: Frequency of a steady rhythm by a parabola on a Hann window of 6 s. [share]
RHYTHM_TOLERANCE = 0.003


def time(seconds: float, rate_hz: float = RATE) -> Floats:
    return np.arange(int(seconds * rate_hz)) / rate_hz


# ---------------------------------------------------------------- low pass


@pytest.mark.parametrize("cut", [2.5, 4.0, 13.0, 15.0])
def test_both_passes_together_halve_the_power_at_the_cut(cut: float) -> None:
    t = time(20.0)
    out = dsp.lowpass(np.sin(2 * np.pi * cut * t), cut, RATE)[500:-500]
    assert out.std() * np.sqrt(2) == pytest.approx(np.sqrt(0.5), abs=HALF_POWER_TOLERANCE)


def test_what_is_slow_passes_and_what_is_fast_does_not_and_nothing_is_late() -> None:
    t = time(20.0)
    slow, fast = np.sin(2 * np.pi * 1.0 * t), np.sin(2 * np.pi * 40.0 * t)
    out = dsp.lowpass(slow + fast, 13.0, RATE)
    assert np.abs(out - slow)[200:-200].max() < 0.02
    pulse = np.exp(-0.5 * ((t - 10.0) / 0.1) ** 2)
    assert t[np.argmax(dsp.lowpass(pulse, 13.0, RATE))] == pytest.approx(10.0, abs=1e-9)


def test_a_constant_stays_to_its_ends_and_columns_do_not_mix() -> None:
    x = np.stack([np.full(300, 9.81), np.zeros(300)], axis=1)
    np.testing.assert_allclose(dsp.lowpass(x, 13.0, RATE), x, atol=1e-9)


@pytest.mark.parametrize("n", range(13))
def test_what_is_too_short_comes_back_as_a_copy(n: int) -> None:
    x = np.arange(float(n))
    out = dsp.lowpass(x, 13.0, RATE)
    np.testing.assert_array_equal(out, x)
    assert out is not x


def test_a_cut_above_half_the_rate_does_no_harm() -> None:
    x = np.random.default_rng(1).normal(size=200)
    assert np.isfinite(dsp.lowpass(x, 13.0, 20.0)).all()


# ---------------------------------------------------------------- double box


@given(st.floats(20.0, 160.0), st.floats(0.0, 0.99), st.integers(1, 4))
@settings(max_examples=60)
def test_waves_whose_period_divides_the_width_cancel(width: float, offset: float, k: int) -> None:
    if width / k < 20.0:
        return
    i = np.arange(800.0)
    x = (3.0 + np.cos(2 * np.pi * k * i / width + 1.0))[:, None]
    at = 400.0 + offset + np.arange(0, 40, 7.3)
    out = dsp.double_box(x, at, np.full(len(at), width))
    np.testing.assert_allclose(out, 3.0, atol=LEFT_OF_A_WAVE)


def test_it_is_the_triangle_weighted_mean() -> None:
    rng = np.random.default_rng(5)
    x = dsp.lowpass(rng.normal(size=(400, 2)), 20.0, RATE)
    at, width = np.array([150.0, 200.0, 231.0]), np.array([60.0, 41.0, 100.0])
    fine = np.linspace(-1.0, 1.0, 4001)
    for a, w, out in zip(at, width, dsp.double_box(x, at, width), strict=True):
        weight = 1.0 - np.abs(fine)
        values = np.stack([np.interp(a + w * fine, np.arange(400.0), x[:, c]) for c in (0, 1)], axis=1)
        np.testing.assert_allclose(out, (values * weight[:, None]).sum(axis=0) / weight.sum(), atol=0.002)


def test_a_line_gives_its_value_at_the_centre_however_wide() -> None:
    x = np.arange(1000.0)[:, None]
    at = np.array([300.0, 400.25, 555.5])
    np.testing.assert_allclose(dsp.double_box(x, at, np.array([10.0, 33.3, 300.0]))[:, 0], at, atol=0.01)


def test_over_an_end_it_is_shortened_not_bent() -> None:
    x = np.full((100, 3), [0.0, 1.0, 9.81])
    at = np.array([0.0, 0.4, 3.0, 97.0, 99.0])
    np.testing.assert_allclose(dsp.double_box(x, at, np.full(5, 80.0)), x[:5], atol=ROUNDING)


# ---------------------------------------------------------------- crossings and places


@given(st.floats(0.05, 10.0), st.floats(0.01, 97.9))
def test_a_line_crosses_exactly_between_samples(slope: float, where: float) -> None:
    line = slope * (np.arange(99.0) - where)
    assert dsp.crossings(line, 0.0, True) == pytest.approx([where], abs=1e-6)
    assert len(dsp.crossings(line, 0.0, False)) == 0
    assert dsp.crossings(-line, 0.0, False) == pytest.approx([where], abs=1e-6)


def test_a_sine_crosses_where_it_does_either_way() -> None:
    i = np.arange(400.0)
    x = 2.0 + np.sin(2 * np.pi * (i - 3.3) / 40.0)
    up, down = dsp.crossings(x, 2.0, True), dsp.crossings(x, 2.0, False)
    np.testing.assert_allclose(up, 3.3 + 40.0 * np.arange(len(up)), atol=CROSSING_TOLERANCE)
    np.testing.assert_allclose(down, 23.3 + 40.0 * np.arange(len(down)), atol=CROSSING_TOLERANCE)
    assert (len(up), len(down)) == (10, 10)


def test_touching_the_level_counts_once() -> None:
    assert dsp.crossings(np.array([-1.0, 0.0, 0.0, 1.0]), 0.0, True).tolist() == [1.0]
    assert dsp.crossings(np.array([0.0, 1.0, 0.0]), 0.0, True).tolist() == []
    assert dsp.crossings(np.zeros(0), 0.0, True).tolist() == []
    assert dsp.crossings(np.zeros(1), 0.0, True).tolist() == []


def test_a_level_may_move_along() -> None:
    i = np.arange(50.0)
    assert dsp.crossings(2 * i, i + 10.3, True) == pytest.approx([10.3])


def test_places_between_samples_are_linear_and_ends_are_held() -> None:
    x = np.array([1.0, 3.0, -1.0])
    np.testing.assert_allclose(dsp.at_index(x, np.array([0.0, 0.5, 1.25, 2.0])), [1.0, 2.0, 2.0, -1.0])
    np.testing.assert_allclose(dsp.at_index(x, np.array([-4.0, 9.0])), [1.0, -1.0])
    both = dsp.at_index(np.stack([x, 10 * x], axis=1), np.array([[0.5, 1.0]]))
    np.testing.assert_allclose(both, [[[2.0, 20.0], [3.0, 30.0]]])
    np.testing.assert_allclose(dsp.at_index(np.array([7.0]), np.array([0.0, 3.0])), [7.0, 7.0])


# ---------------------------------------------------------------- rhythm


@pytest.mark.parametrize("rate_hz", [50.0, 100.0, 200.0, 400.0])
@pytest.mark.parametrize("hz", [1.4, 2.37, 2.8, 4.4])
def test_a_steady_rhythm_is_found_and_fills_the_power(hz: float, rate_hz: float) -> None:
    t = time(30.0, rate_hz)
    x = 9.8 + np.sin(2 * np.pi * hz * t) + 0.3 * np.sin(2 * np.pi * 2 * hz * t)
    at = np.array([3.0, 15.0, 27.0]) * rate_hz
    found, share = dsp.local_period(x, rate_hz, at, 6.0, (1.2, 4.8))
    np.testing.assert_allclose(found, hz, rtol=RHYTHM_TOLERANCE)
    assert (share > 0.95).all()


def test_a_rhythm_that_changes_is_followed() -> None:
    t = time(60.0)
    hz = np.where(t < 30, 2.4, 3.0)
    x = np.sin(2 * np.pi * np.cumsum(hz) / RATE)
    found, _ = dsp.local_period(x, RATE, np.array([15.0, 45.0]) * RATE, 6.0, (1.2, 4.8))
    np.testing.assert_allclose(found, [2.4, 3.0], rtol=RHYTHM_TOLERANCE)


def test_noise_has_no_rhythm() -> None:
    rng = np.random.default_rng(2)
    x = rng.normal(size=60 * 200)
    _, share = dsp.local_period(x, RATE, np.arange(3.0, 57.0, 3.0) * RATE, 6.0, (1.2, 4.8))
    # gravity.RHYTHM_SHARE must tell this from a trunk (0.8 and more).
    assert np.median(share) < 0.42
    assert share.max() < 0.65


def test_what_is_shorter_than_two_periods_has_none_and_says_so() -> None:
    found, share = dsp.local_period(np.sin(time(1.5) * 15), RATE, np.array([100.0, 200.0]), 6.0, (1.2, 4.8))
    assert np.isnan(found).all()
    assert share.tolist() == [0.0, 0.0]
    empty, _ = dsp.local_period(np.zeros(0), RATE, np.array([0.0]), 6.0, (1.2, 4.8))
    assert np.isnan(empty).all()
