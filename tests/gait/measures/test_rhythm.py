"""Cadence and the variability of stride times, against numbers drawn here and the synthetic runner's feet."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.ndimage import median_filter

from gait.measures.measure import NO_STRIDE
from gait.measures.rhythm import CLOCK_SIGMA, TOO_FEW, cadence, stride_time_cv
from gait.pipeline import analyze
from gait.rotations import Floats
from gait.strides import Strides
from gait.synthetic import Truth, draw
from tests.gait.an_analysis import a_quality, some_strides
from tests.gait.measures.test_context import a_view, with_regular

#: Cadence of a run against its feet. Source: the project's target, 0.1 %.
CADENCE_TOLERANCE = 0.001

#: Cadence of single strides: contacts are told to 2-5 ms of 700, twice. Measured: 1 % in the worst stride.
STRIDE_CADENCE_TOLERANCE = 0.02

#: Robust variability of 300 strides against the one drawn: 4 % of it by chance, a little by its running median.
CV_TOLERANCE = 0.12

#: ... and against the same of the synthetic runner's true strides, in percent points: contacts jitter by 2 ms of 700.
RUN_CV_TOLERANCE = 0.35


def strides_of(time: Floats, bout: np.ndarray | None = None) -> Strides:
    """Strides of these times one after the other."""
    edges = np.concatenate([[0.0], np.cumsum(time)])
    s = replace(
        some_strides(len(time)),
        start=edges[:-1],
        middle=0.5 * (edges[1:] + edges[:-1]),
        stop=edges[1:],
    )
    return s if bout is None else replace(s, bout=bout)


# ---------------------------------------------------------------- cadence


@pytest.mark.parametrize("spm", [80.0, 164.0, 200.0, 328.0])
def test_cadence_counts_steps_not_strides(spm: float) -> None:
    m = cadence(a_view(strides=strides_of(np.full(60, 120.0 / spm))))
    assert m.value == pytest.approx(spm)
    np.testing.assert_allclose(m.per_stride, spm)
    assert m.systematic == pytest.approx(CLOCK_SIGMA * spm)
    assert (m.unit, m.column) == ("spm", "cadence_spm")


def test_only_steady_strides_count_for_cadence() -> None:
    time = np.where(np.arange(60) % 6 == 0, 1.4, 0.7)
    view = with_regular(a_view(strides=strides_of(time)), time < 1.0)
    m = cadence(view)
    assert m.value == pytest.approx(120.0 / 0.7)
    assert m.per_stride[0] == pytest.approx(120.0 / 1.4)


def test_a_pocket_has_a_cadence() -> None:
    assert cadence(a_view(quality=a_quality(not_trunk="A pocket."))).trust == 1.0


def true_strides(found: Strides, truth: Truth) -> Floats:
    """Time of the true stride that each found one is."""
    contact = truth.contact[truth.running]
    lag = np.median([t - contact[np.argmin(np.abs(contact - t))] for t in found.start])
    first = np.array([int(np.argmin(np.abs(contact + lag - t))) for t in found.start])
    whole = first < len(contact) - 2
    first = np.minimum(first, len(contact) - 3)
    return np.where(whole, contact[first + 2] - contact[first], np.nan)


@pytest.mark.parametrize("seed", range(6))
def test_it_is_the_cadence_of_the_synthetic_runner(seed: int) -> None:
    recording, truth = draw(seed, path="track")
    found = analyze(recording)
    m, s = found.measures["cadence"], found.measures.strides
    true = 120.0 / true_strides(s, truth)
    mine = m.counted & np.isfinite(true)
    assert m.n > 80
    assert m.value == pytest.approx(true[mine].mean(), rel=CADENCE_TOLERANCE)
    assert np.abs(m.per_stride / true - 1.0)[mine][2:-2].max() < STRIDE_CADENCE_TOLERANCE


# ---------------------------------------------------------------- variability


@pytest.mark.parametrize("cv", [0.5, 1.5, 3.0])
def test_the_variability_is_the_one_drawn(cv: float) -> None:
    rng = np.random.default_rng(3)
    m = stride_time_cv(a_view(strides=strides_of(0.7 * (1 + cv / 100 * rng.normal(size=300)))))
    assert m.value == pytest.approx(cv, rel=CV_TOLERANCE)
    assert (m.unit, m.column) == ("percent", "")


def test_a_clockwork_has_none() -> None:
    assert stride_time_cv(a_view(strides=strides_of(np.full(100, 0.7)))).value == pytest.approx(0.0, abs=1e-9)


def test_a_slow_change_of_pace_is_no_variability() -> None:
    assert stride_time_cv(a_view(strides=strides_of(np.linspace(0.75, 0.62, 400)))).value == pytest.approx(
        0.0, abs=0.1
    )


def test_one_stumble_is_not_the_rhythm() -> None:
    rng = np.random.default_rng(4)
    time = 0.7 * (1 + 0.01 * rng.normal(size=200))
    with_it = time.copy()
    with_it[100] = 1.3
    plain, stumbled = (stride_time_cv(a_view(strides=strides_of(t))).value for t in (time, with_it))
    assert plain is not None
    assert stumbled == pytest.approx(plain, abs=0.06)


def test_two_bouts_at_two_paces_do_not_vary_from_each_other() -> None:
    rng = np.random.default_rng(5)
    time = np.repeat([0.75, 0.62], 150) * (1 + 0.01 * rng.normal(size=300))
    bout = np.repeat([1, 3], 150).astype(np.intp)
    m = stride_time_cv(a_view(strides=strides_of(time, bout)))
    assert m.value == pytest.approx(1.0, rel=CV_TOLERANCE)


def test_a_bout_of_four_strides_says_nothing_of_variability() -> None:
    m = stride_time_cv(a_view(4))
    assert m.value is None
    # There are steady strides, so it is not said that there are none.
    assert m.why == (TOO_FEW,)
    assert stride_time_cv(with_regular(a_view(4), np.zeros(4, bool))).why == (NO_STRIDE,)


def test_at_25_hz_the_beat_is_not_told_from_the_jitter_of_few_samples() -> None:
    """A made-up runner's 1.1 % were read as 3.2 there, with an error band of 0.4."""
    lost = "Too few samples."
    m = stride_time_cv(a_view(quality=replace(a_quality(), events_lost=lost)))
    assert (m.value, m.why) == (None, (lost,))


@pytest.mark.parametrize("seed", range(6))
def test_it_is_the_variability_of_the_synthetic_runner(seed: int) -> None:
    recording, truth = draw(seed, path="straight", sensor="calibrated")
    found = analyze(recording)
    m = found.measures["stride_time_cv"]
    time = true_strides(found.measures.strides, truth)
    time = time[np.isfinite(time)]
    usual = median_filter(time, int(30.0 / np.median(time)), mode="nearest")
    true = 100.0 * np.abs(time / usual - 1.0).mean() * np.sqrt(np.pi / 2)
    assert m.value == pytest.approx(true, abs=RUN_CV_TOLERANCE)
