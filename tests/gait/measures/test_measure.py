"""One measured quantity: its mean, its bounds, and that what could not be measured says why."""

from __future__ import annotations

import numpy as np
import pytest

from gait.measures.measure import NO_STRIDE, Measures, measured, nothing
from tests.gait.an_analysis import some_strides


def test_the_value_is_the_mean_of_the_strides_that_count() -> None:
    per_stride = np.arange(40.0)
    counted = per_stride >= 20
    m = measured("lean", "deg", per_stride, counted, systematic=1.0, column="lean_deg")
    assert m.value == pytest.approx(29.5)
    assert m.n == 20
    np.testing.assert_array_equal(m.per_stride, per_stride)  # all of them are shown
    np.testing.assert_array_equal(m.counted, counted)
    assert (m.unit, m.column, m.systematic, m.trust, m.why) == ("deg", "lean_deg", 1.0, 1.0, ())


def test_strides_without_a_value_do_not_count() -> None:
    per_stride = np.where(np.arange(60) % 4 == 0, np.nan, 5.0)
    m = measured("lean", "deg", per_stride, np.ones(60, bool), systematic=None)
    assert (m.value, m.n) == (5.0, 45)
    assert m.counted.sum() == 45


def test_bounds_hold_the_value_and_narrow_with_strides() -> None:
    rng = np.random.default_rng(1)
    widths = []
    for k in (40, 160, 1600):
        m = measured("lean", "deg", rng.normal(6.0, 1.0, k), np.ones(k, bool), systematic=1.0)
        assert m.low is not None
        assert m.high is not None
        assert m.value is not None
        assert m.low < m.value < m.high
        widths.append(m.high - m.low)
    assert widths[0] > 2.0 * widths[2]
    assert widths[1] > 1.3 * widths[2]


@pytest.mark.parametrize("n", [1, 5, 19])
def test_few_strides_have_no_bounds_and_half_the_trust(n: int) -> None:
    m = measured("lean", "deg", np.full(n, 6.0), np.ones(n, bool), systematic=1.0, trust=0.9)
    assert (m.value, m.low, m.high, m.n, m.trust) == (6.0, None, None, n, 0.5)
    assert m.why == ("Too few strides for an interval.",)


def test_a_lower_trust_stays_lower() -> None:
    assert measured("lean", "deg", np.full(5, 6.0), np.ones(5, bool), systematic=1.0, trust=0.2).trust == 0.2


@pytest.mark.parametrize("k", [0, 30])
def test_nothing_counted_is_nothing_measured(k: int) -> None:
    m = measured("lean", "deg", np.full(k, 6.0), np.zeros(k, bool), systematic=1.0, column="lean_deg")
    assert (m.value, m.low, m.high, m.systematic, m.n, m.trust) == (None, None, None, None, 0, 0.0)
    assert m.why == ("No steady stride was found.",)
    assert m.per_stride.shape == (k,)
    assert np.isnan(m.per_stride).all()
    assert m.column == "lean_deg"  # its column is there, empty


def test_without_strides_that_is_the_reason_and_else_the_one_given() -> None:
    m = measured("lean", "deg", np.zeros(0), np.zeros(0, bool), systematic=1.0, why=("It rained.",))
    assert m.why == (NO_STRIDE,)
    assert nothing("lean", "deg", np.ones(3), ("It rained.",)).why == ("It rained.",)


def test_measures_are_found_by_their_key_in_their_order() -> None:
    a, b = (nothing(key, "deg", np.ones(3), ()) for key in ("lean", "sway"))
    all_of_them = Measures(some_strides(3), {"lean": a, "sway": b}, {})
    assert list(all_of_them) == ["lean", "sway"]
    assert len(all_of_them) == 2
    assert all_of_them["sway"] is b
    assert "rotation" not in all_of_them
    with pytest.raises(KeyError):
        all_of_them["rotation"]
