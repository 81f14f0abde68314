"""Even samples to motion: the gyro's bias from rest, and any cut of the samples gives the same motion.

Truth: the synthetic runner's sensor, whose bias is known.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gait import motion as motion_room
from gait.gravity import KNOWN_BIAS_DPS
from gait.motion import CARRIED_GAP, Motion, MotionFilter
from gait.recording import Recording, Samples
from gait.synthetic import Course, Runner, Sensor, simulate
from gait.timeline import EvenClock, EvenSamples
from gait.units import DEG, RAD

RATE = 100.0

#: Bias from 8 s of quiet standing, any axis. A person who stands sways: the mean rate of 3 s of it is 0.1 °/s.
BIAS_TOLERANCE_DPS = 0.5

#: The same from a sensor that lies on a table, at any bias up to the limit.
TABLE_TOLERANCE_DPS = 0.05

ARRAYS = ("t", "gap", "acc", "gyr", "rest", "bias_t", "bias", "bias_sigma")


def even(samples: Samples, rate_hz: float = RATE) -> EvenSamples:
    return EvenClock(rate_hz).push(samples)


def motion_of(recording: Recording) -> Motion:
    return MotionFilter(recording.rate_hz).push(even(recording.samples, recording.rate_hz))


@lru_cache
def a_run(bias_dps: tuple[float, float, float] = (0.0, 0.0, 0.0), standing_s: float = 8.0) -> Recording:
    sensor = replace(
        Sensor.ideal(RATE),
        gyr_bias=(bias_dps[0] * RAD, bias_dps[1] * RAD, bias_dps[2] * RAD),
        drop_share=0.01,
        drop_burst=8.0,
    )
    return simulate(Runner(), Course(standing_s=standing_s, running_s=15.0), sensor, 3)[0]


def cut(e: EvenSamples, part: slice) -> EvenSamples:
    return EvenSamples(e.samples[part], e.gap[part])


@given(st.lists(st.integers(0, 2299), max_size=10))
@settings(max_examples=30, deadline=None)
def test_any_cut_of_the_samples_gives_the_same_motion_bit_for_bit(cuts: list[int]) -> None:
    e = even(a_run().samples)
    whole = MotionFilter(RATE).push(e)
    one = MotionFilter(RATE)
    edges = [0, *sorted(cuts), len(e.samples)]
    joined = motion_room.join([one.push(cut(e, slice(a, b))) for a, b in pairwise(edges)])
    for name in ARRAYS:
        np.testing.assert_array_equal(getattr(joined, name), getattr(whole, name), err_msg=name)


@pytest.mark.parametrize("bias", [(20.0, -20.0, 20.0), (-20.0, 3.0, -7.0), (0.5, 0.0, -0.2)])
def test_standing_still_tells_the_bias_and_running_does_not_spoil_it(
    bias: tuple[float, float, float],
) -> None:
    m = motion_of(a_run(bias))
    known = m.bias_sigma < KNOWN_BIAS_DPS * RAD
    assert known.any()
    assert m.bias_t[known][0] < m.t[0] + 8.0
    after = m.bias_t > m.t[0] + 8.0
    assert known[after].all()
    assert np.abs(m.bias[after] * DEG - bias).max() < BIAS_TOLERANCE_DPS


@given(st.tuples(*[st.floats(-20.0, 20.0)] * 3), st.tuples(*[st.floats(-1.0, 1.0)] * 3))
@settings(max_examples=25, deadline=None)
def test_a_sensor_at_rest_tells_any_bias_in_any_position(
    bias: tuple[float, float, float], way: tuple[float, float, float]
) -> None:
    n = 800
    up = np.array(way) / np.linalg.norm(way) if np.linalg.norm(way) > 0.1 else np.array([0.0, 0.0, 1.0])
    rng = np.random.default_rng(1)
    s = Samples(
        np.arange(n) / RATE,
        9.80665 * up + 0.02 * rng.normal(size=(n, 3)),
        np.array(bias) * RAD + 0.001 * rng.normal(size=(n, 3)),
    )
    m = MotionFilter(RATE).push(even(s))
    assert m.rest[-1]
    np.testing.assert_allclose(m.bias[-1] * DEG, bias, atol=TABLE_TOLERANCE_DPS)


def test_rest_is_seen_in_standing_and_never_in_running() -> None:
    m = motion_of(a_run())
    t = m.t - m.t[0]
    assert m.rest[(t > 2.0) & (t < 7.5)].mean() > 0.9
    assert not m.rest[t > 9.0].any()


def test_without_a_rest_the_bias_stays_unknown_and_is_said_to_be() -> None:
    m = motion_of(a_run((20.0, -20.0, 20.0), standing_s=0.0))
    assert (m.bias_sigma > 10 * KNOWN_BIAS_DPS * RAD).all()
    assert np.abs(m.bias * DEG).max() < 2.0  # and nothing is learnt from running itself


def test_what_was_measured_is_handed_on_as_it_is() -> None:
    e = even(a_run((5.0, 5.0, 5.0)).samples)
    m = MotionFilter(RATE).push(e)
    # Single precision, a hundredth of a count of 16 bit.
    np.testing.assert_array_equal(m.acc, e.samples.acc.astype(np.float32))
    np.testing.assert_array_equal(m.gyr, e.samples.gyr.astype(np.float32))
    np.testing.assert_array_equal(m.t, e.samples.t)
    np.testing.assert_array_equal(m.gap, e.gap)
    np.testing.assert_array_equal(m.force(slice(3, 9)), m.acc[3:9])
    offset = replace(m, acc_offset=np.array([0.1, 0.2, 0.3]))
    np.testing.assert_allclose(offset.force(slice(3, 9)), m.acc[3:9] - [0.1, 0.2, 0.3], atol=1e-5)


def test_the_bias_is_kept_once_a_second() -> None:
    m = motion_of(a_run())
    assert len(m.bias_t) == -(-len(m) // int(RATE))
    assert np.isin(m.bias_t, m.t).all()


def with_gaps(*lengths: float) -> Motion:
    """Half a second of samples before, between and after gaps of these lengths [s]."""
    t, at = [], 0.0
    for length in (*lengths, 0.0):
        t.append(at + np.arange(50) / RATE)
        at = t[-1][-1] + length
    time = np.concatenate(t)
    return MotionFilter(RATE).push(even(Samples(time, np.ones((len(time), 3)), np.zeros((len(time), 3)))))


def test_stretches_end_at_every_gap_and_passages_at_long_ones() -> None:
    m = with_gaps(0.1, CARRIED_GAP - 0.01, CARRIED_GAP + 0.02, 3.0)
    lengths = [s.stop - s.start for s in m.stretches()]
    assert len(lengths) == 5
    assert sum(lengths) == len(m)
    assert [s.start for s in m.stretches()] == np.flatnonzero(m.gap).tolist()
    passages = m.passages()
    assert len(passages) == 3
    assert [(p.start, p.stop) for p in passages] == [
        (0, sum(lengths[:3])),
        (sum(lengths[:3]), sum(lengths[:4])),
        (sum(lengths[:4]), len(m)),
    ]
    inside = m.stretches(slice(10, lengths[0] + 5))
    assert [(s.start, s.stop) for s in inside] == [(10, lengths[0]), (lengths[0], lengths[0] + 5)]
    assert m.stretches(slice(7, 7)) == []


def test_forgetting_the_past_keeps_the_bias_known_last_before_it() -> None:
    m = motion_of(a_run((20.0, -20.0, 20.0)))
    late = m.after(float(m.t[0]) + 15.5)
    assert late.t[0] == m.t[np.searchsorted(m.t, m.t[0] + 15.5)]
    assert late.gap[0]
    assert late.bias_t[0] <= late.t[0] < late.bias_t[1]
    np.testing.assert_allclose(late.bias[0] * DEG, (20.0, -20.0, 20.0), atol=BIAS_TOLERANCE_DPS)
    assert len(late) == len(late.acc) == len(late.gyr) == len(late.rest) == len(late.gap)
    np.testing.assert_array_equal(late.acc, m.acc[-len(late) :])
    assert not m.gap[len(m) - len(late)]  # the original was left alone


def test_nothing_in_nothing_out() -> None:
    one = MotionFilter(RATE)
    none = Samples(np.zeros(0), np.zeros((0, 3)), np.zeros((0, 3)))
    m = one.push(EvenSamples(none, np.zeros(0, bool)))
    assert len(m) == 0
    assert m.stretches() == []
    assert m.passages() == []
