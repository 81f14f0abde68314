"""The even clock: any cut of the samples gives the same even samples, and nothing is made up over a gap.

Truth: the samples themselves where they are on time, smooth functions where they are not.
"""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gait.recording import Samples
from gait.rotations import Floats
from gait.timeline import MOST_BRIDGED, ON_TIME, EvenClock, EvenSamples

RATE = 100.0

#: Sums of a few hundred steps.
ROUNDING = 1e-9

#: RMS error of a 5 Hz wave of size 1 under 1.5 ms of jitter at 100 Hz: the cubic has 0.0020, straight lines
#: between the samples 0.0051, the samples as they came 0.03.
JITTER_TOLERANCE = 0.003

#: Largest error of the same wave when 0, 1, 2 or 3 samples in a row are missing: the cubic has 0.025, 0.066 and
#: 0.147, a straight line 0.05, 0.11 and 0.19.
BRIDGE_TOLERANCE = (1e-12, 0.03, 0.08, 0.16)


def wave(t: Floats) -> Floats:
    """Three channels of 5 Hz at most, size 1."""
    return np.stack([np.sin(2 * np.pi * f * t + p) for f, p in ((5.0, 0.3), (2.0, 1.0), (0.5, 2.0))], axis=1)


def rms(x: Floats) -> float:
    """Of the fastest channel."""
    return float(np.sqrt((x[:, 0] ** 2).mean()))


def samples(t: Floats) -> Samples:
    return Samples(t, wave(t), -2.0 * wave(t))


def pushed(s: Samples, cuts: list[int] | None = None, rate_hz: float = RATE) -> EvenSamples:
    """All even samples when s is pushed in pieces."""
    clock = EvenClock(rate_hz)
    edges = [0, *sorted(min(c, len(s)) for c in cuts or []), len(s)]
    parts = [clock.push(s[a:b]) for a, b in itertools.pairwise(edges)]
    return EvenSamples(Samples.join([p.samples for p in parts]), np.concatenate([p.gap for p in parts]))


@st.composite
def clocks(draw: st.DrawFn) -> Floats:
    """Stamps with losses of any length, jitter of up to a third of a period, a clock that runs wrong."""
    n = draw(st.integers(0, 120))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    missing = np.where(rng.random(n) < draw(st.sampled_from([0.0, 0.05, 0.3])), rng.integers(1, 9, n), 0)
    at = np.cumsum(1 + missing) / RATE * draw(st.sampled_from([1.0, 1.003, 0.9, 1.3]))
    jitter = draw(st.sampled_from([0.0, 0.05, 0.33])) / RATE
    return np.asarray(draw(st.sampled_from([0.0, 1.7e9])) + at + jitter * rng.uniform(-1, 1, n))


@given(clocks(), st.lists(st.integers(0, 120), max_size=12))
@settings(max_examples=150)
def test_any_cut_of_the_samples_gives_the_same_even_samples(t: Floats, cuts: list[int]) -> None:
    s = samples(t)
    whole, cut = pushed(s), pushed(s, cuts)
    np.testing.assert_array_equal(cut.samples.t, whole.samples.t)
    np.testing.assert_array_equal(cut.samples.acc, whole.samples.acc)
    np.testing.assert_array_equal(cut.samples.gyr, whole.samples.gyr)
    np.testing.assert_array_equal(cut.gap, whole.gap)


@given(clocks())
@settings(max_examples=100)
def test_sample_by_sample_is_the_same_too(t: Floats) -> None:
    s = samples(t)
    np.testing.assert_array_equal(pushed(s, list(range(len(s)))).samples.acc, pushed(s).samples.acc)


@given(clocks())
@settings(max_examples=150)
def test_the_clock_is_even_and_never_reaches_into_a_gap_or_beyond_the_ends(t: Floats) -> None:
    even = pushed(samples(t))
    at = even.samples.t
    if len(at) == 0:
        return
    assert even.gap[0]
    step = np.diff(at)
    tiny = 1e-6 if t[0] > 1e9 else ROUNDING  # epoch seconds are doubles of 0.2 µs
    np.testing.assert_allclose(step[~even.gap[1:]], 1 / RATE, atol=tiny)
    assert at[0] in t
    assert at[-1] <= t[-1] + ON_TIME / RATE + tiny
    # Every even sample has a real one at or before it and one at or after it, no further apart than is bridged.
    before = np.searchsorted(t, at + ON_TIME / RATE + tiny, side="right") - 1
    after = np.searchsorted(t, at - ON_TIME / RATE - tiny)
    assert (after < len(t)).all()
    assert (t[after] - t[before] <= (MOST_BRIDGED + 1.5) / RATE + tiny).all()


def test_samples_that_are_on_time_pass_untouched() -> None:
    s = samples(7.25 + np.arange(300) / RATE)
    even = pushed(s)
    n = len(even.samples)
    assert n >= 299  # the last period waits for its neighbour
    np.testing.assert_array_equal(even.samples.acc, s.acc[:n])
    np.testing.assert_array_equal(even.samples.gyr, s.gyr[:n])
    assert even.gap.tolist() == [True] + [False] * (n - 1)


def test_a_stamp_a_hair_off_counts_as_on_time() -> None:
    t = np.arange(100) / RATE
    off = t + np.where(np.arange(100) % 2 == 1, 0.9 * ON_TIME / RATE, 0.0)
    s = Samples(off, wave(t), wave(t))
    even = pushed(s)
    np.testing.assert_array_equal(even.samples.acc, s.acc[: len(even.samples)])


@pytest.mark.parametrize("missing", range(10))
def test_three_missing_samples_are_bridged_and_more_are_a_gap(missing: int) -> None:
    whole = np.arange(200) / RATE
    for last in range(90, 110):  # anywhere on the wave
        t = np.concatenate([whole[: last + 1], whole[last + 1 + missing :]])
        even = pushed(samples(t))
        inside = (even.samples.t > t[last] + 1e-9) & (even.samples.t < t[last + 1] - 1e-9)
        if missing <= 3:
            assert even.gap.sum() == 1
            assert inside.sum() == missing
            assert np.abs(even.samples.acc - wave(even.samples.t)).max() < BRIDGE_TOLERANCE[missing]
        else:
            assert np.flatnonzero(even.gap).tolist() == [0, last + 1]
            assert not inside.any()
            assert even.samples.t[last + 1] == t[last + 1]


def test_what_lies_before_a_gap_does_not_bend_what_comes_after() -> None:
    t = np.concatenate([np.arange(100), np.arange(150, 300)]) / RATE
    jitter = 0.002 * np.sin(np.arange(len(t)))
    a = samples(t + jitter)
    b = Samples(a.t, np.where(np.arange(len(t))[:, None] < 100, 999.0, a.acc), a.gyr)
    after = pushed(a).samples.t > 1.4
    np.testing.assert_array_equal(pushed(a).samples.acc[after], pushed(b).samples.acc[after])


def test_jitter_is_taken_out() -> None:
    rng = np.random.default_rng(3)
    t = np.arange(2000) / RATE + np.concatenate([[0.0], rng.normal(0, 0.0015, 1999).clip(-0.004, 0.004)])
    even = pushed(samples(t)).samples
    assert rms(even.acc - wave(even.t)) < JITTER_TOLERANCE
    assert rms(wave(t) - wave(np.arange(2000) / RATE)) > 5 * JITTER_TOLERANCE


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=30)
def test_straight_lines_stay_straight(seed: int) -> None:
    rng = np.random.default_rng(seed)
    t = np.arange(100) / RATE + rng.uniform(-0.3, 0.3, 100) / RATE
    slope = rng.normal(size=3)
    line = t[:, None] * slope + 1.0
    even = pushed(Samples(t, line, line)).samples
    # A stamp that counts as on time may be ON_TIME of a period off.
    off = np.abs(even.acc - even.t[:, None] * slope - 1.0)
    assert (off <= np.abs(slope) * ON_TIME / RATE + ROUNDING).all()


def test_a_clock_that_runs_fast_keeps_its_own_seconds() -> None:
    t = np.arange(3000) / RATE * 1.003
    even = pushed(samples(t)).samples
    assert even.t[-1] == pytest.approx(t[-1], abs=0.03)
    assert rms(even.acc - wave(even.t)) < JITTER_TOLERANCE


def test_a_lone_sample_between_two_gaps_makes_no_stretch() -> None:
    t = np.concatenate([np.arange(50), [70], np.arange(90, 140)]) / RATE
    even = pushed(samples(t))
    assert even.gap.sum() == 2
    assert not np.any(np.abs(even.samples.t - 0.70) < 0.01)


def test_nothing_in_nothing_out() -> None:
    clock = EvenClock(RATE)
    assert len(clock.push(samples(np.zeros(0))).samples) == 0
    first = clock.push(samples(np.zeros(1)))
    assert len(first.samples) == 0
    assert len(clock.push(samples(np.zeros(0))).samples) == 0
