"""Rise and fall, contact and flight, against motion made by hand and the synthetic runner's own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gait.contacts import CONTACT_TIME_SIGMA
from gait.measures.spring import bounce, contact_time, flight_time, vertical_oscillation
from gait.pipeline import analyze
from gait.strides import Strides
from gait.synthetic import draw
from tests.gait.an_analysis import some_strides
from tests.gait.measures.test_context import PHASE, a_view

#: Mean rise of a run. Measured over 36 runs: at most 0.57 (a scale of 3 % on 10 cm is 0.3).
OSCILLATION_TOLERANCE_CM = 0.8

#: Contact and flight of the middle runner: within the error band that is stated with them. [ms]
EVENT_TOLERANCE_MS = 1000 * CONTACT_TIME_SIGMA + 5.0

STRIDE = 0.7


def even(k: int = 60) -> Strides:
    s = some_strides(k, cv=0.0, stride=STRIDE)
    return replace(s, middle=s.start + 0.5 * s.duration)


def test_a_known_height_comes_back_from_its_acceleration() -> None:
    omega = 2 * np.pi / STRIDE
    height = (
        0.04 * np.cos(2 * 2 * np.pi * PHASE + 0.7)
        + 0.004 * np.cos(2 * np.pi * PHASE)
        + 0.003 * np.sin(6 * np.pi * PHASE)
    )
    up = -(
        0.04 * (2 * omega) ** 2 * np.cos(2 * 2 * np.pi * PHASE + 0.7)
        + 0.004 * omega**2 * np.cos(2 * np.pi * PHASE)
        + 0.003 * (3 * omega) ** 2 * np.sin(6 * np.pi * PHASE)
    )
    view = a_view(strides=even(), up=up)
    np.testing.assert_allclose(bounce(view)[0], height - height.mean(), atol=1e-6)


def test_each_step_rises_and_falls_by_its_own_range() -> None:
    omega = 2 * np.pi / STRIDE
    up = -0.04 * (2 * omega) ** 2 * np.cos(4 * np.pi * PHASE)
    m = vertical_oscillation(a_view(strides=even(), up=up))
    assert m.value == pytest.approx(8.0, rel=0.005)
    assert (m.unit, m.column) == ("cm", "vertical_oscillation_cm")
    # 0.5 m/s² that should not be there (a bias, gravity by another scale) moves nothing.
    offset = vertical_oscillation(a_view(strides=even(), up=up + 0.5))
    assert offset.value == pytest.approx(m.value)


def test_contact_and_flight_fill_the_stride() -> None:
    s = even()
    s = replace(s, toe_off_first=s.start + 0.25, toe_off_second=s.middle + 0.23)
    contact, flight = contact_time(a_view(strides=s)), flight_time(a_view(strides=s))
    assert contact.value == pytest.approx(240.0)
    assert flight.value == pytest.approx(350.0 - 240.0)
    np.testing.assert_allclose(contact.per_stride + flight.per_stride, 500 * STRIDE)
    for m in (contact, flight):
        assert m.unit == "ms"
        assert m.column == f"{m.key}_ms"
        assert m.systematic == pytest.approx(1000 * CONTACT_TIME_SIGMA)
        assert m.trust <= 0.6
        assert any("analyst" in line for line in m.why)


def test_a_toe_off_not_seen_leaves_that_stride_empty() -> None:
    s = even(30)
    off = s.toe_off_second.copy()
    off[4] = np.nan
    m = contact_time(a_view(strides=replace(s, toe_off_second=off)))
    assert np.flatnonzero(np.isnan(m.per_stride)).tolist() == [4]
    assert m.n == 29


def test_feet_that_overlap_have_a_negative_flight() -> None:
    s = even()
    s = replace(s, toe_off_first=s.start + 0.40, toe_off_second=s.middle + 0.40)
    assert flight_time(a_view(strides=s)).value == pytest.approx(-50.0)


def test_they_are_those_of_the_synthetic_runner() -> None:
    rise, contact, flight = [], [], []
    for seed in range(8):
        recording, truth = draw(seed, path="track", running_s=45.0)
        found = analyze(recording)
        s, m = found.measures.strides, found.measures
        t, h = truth.t, truth.height
        steps = zip([*s.start, *s.middle], [*s.middle, *s.stop], strict=True)
        step_rise = np.array([np.ptp(h[(t >= a) & (t < b)]) for a, b in steps])
        true = 50 * step_rise.reshape(2, -1).sum(axis=0)
        counted = m["vertical_oscillation"].counted
        rise.append(m["vertical_oscillation"].value - true[counted].mean())
        steady = slice(8, -4)
        stance = 1000 * (truth.toe_off - truth.contact)[steady].mean()
        step = 1000 * np.diff(truth.contact[steady]).mean()
        contact.append(m["contact_time"].value - stance)
        flight.append(m["flight_time"].value - (step - stance))
    assert np.abs(rise).max() < OSCILLATION_TOLERANCE_CM
    assert np.median(np.abs(contact)) < EVENT_TOLERANCE_MS
    assert np.median(np.abs(flight)) < EVENT_TOLERANCE_MS


def test_little_air_is_less_sure_than_clear_air() -> None:
    """Feet that overlap by 20 ms are read as 30 ms of flight: that lies within what is said of it."""
    s = even(200)
    for flight, least, most in ((0.030, 30.0, 40.0), (0.055, 20.0, 28.0), (0.100, 17.0, 18.0)):
        off = replace(s, toe_off_first=s.middle - flight, toe_off_second=s.stop - flight)
        m = flight_time(a_view(strides=off))
        assert m.value == pytest.approx(1000.0 * flight, abs=1.0)
        assert m.systematic is not None
        assert least < m.systematic < most
