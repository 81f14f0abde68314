"""Unrolled ticks and the host's clock, against a clock that is computed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gait.readers.ticks import fit_host_clock, unroll
from gait.rotations import Floats

WRAP = 1 << 32
DAY = 86_400.0

#: Of the whole day, for arrivals as late as over USB. [s]  Claim of issue 3.
HOST_TOLERANCE = 1e-3


@given(
    first=st.integers(0, WRAP - 1),
    steps=st.lists(st.integers(1, 59_000_000), min_size=1, max_size=400),
)
def test_unrolled_steps_are_the_true_ones(first: int, steps: list[int]) -> None:
    true = first + np.concatenate([[0], np.cumsum(steps)])
    own, stretch = unroll(true % WRAP, WRAP, 1e-6)
    assert not stretch.any()
    assert np.allclose(own - own[0], (true - first) * 1e-6, rtol=0, atol=1e-6)


@given(st.integers(1, 5), st.floats(0.0, 4294.0))
def test_the_host_tells_how_often_it_wrapped_in_a_long_silence(turns: int, rest: float) -> None:
    silence = turns * WRAP * 1e-6 + rest
    true = np.array([0.0, 1.0, 1.0 + silence, 2.0 + silence])
    own, stretch = unroll((true * 1e6).astype(np.int64) % WRAP, WRAP, 1e-6, host_s=true + 100.0)
    assert not stretch.any()
    assert np.allclose(own, true, atol=1e-5)


def test_a_restart_is_no_wrap() -> None:
    tick = np.array([30_000_000, 30_005_000, 500_000, 505_000])
    host = np.array([0.0, 0.005, 5.0, 5.005])
    own, stretch = unroll(tick, WRAP, 1e-6, host_s=host)
    assert stretch.tolist() == [0, 0, 1, 1]
    assert np.allclose(own, [30.0, 30.005, 0.5, 0.505])
    own, stretch = unroll(tick, WRAP, 1e-6)
    assert stretch.tolist() == [0, 0, 1, 1]


def test_numbers_that_run_ahead_of_the_clock_are_another_runs() -> None:
    tick = np.array([1_000_000, 1_005_000, 1_500_000])
    advance = np.array([0.0, 0.005, 300.0])
    assert unroll(tick, WRAP, 1e-6, advance=advance)[1].tolist() == [0, 0, 1]


def warming(own_s: Floats) -> Floats:
    """The true time of a sensor that runs 2000 ppm fast when cold, settles in ten minutes, and follows the day's warmth."""
    warm = 500e-6 * 600.0 * (1 - np.exp(-own_s / 600.0))
    day = 30e-6 * DAY / (2 * np.pi) * (1 - np.cos(2 * np.pi * own_s / DAY))
    return own_s * (1 - 2000e-6) + warm + day


@pytest.mark.parametrize("seed", [1, 2])
def test_a_day_of_ticks_in_the_hosts_time(seed: int) -> None:
    rng = np.random.default_rng(seed)
    # 20 wraps; each tenth of a second a mark behind the last of the frames that came with it; 3 % lost in bursts.
    own = np.arange(0.0, DAY * 1.002, 0.1) + rng.uniform(0, 0.004, round(DAY * 10.02))
    kept = np.ones(len(own), bool)
    for at in np.flatnonzero(rng.random(len(own)) < 0.003):
        kept[at : at + rng.geometric(0.1)] = False
    own = own[kept]
    first = 4_000_000_000
    tick = (np.round(own * 1e6).astype(np.int64) + first) % WRAP
    true = 1.7e9 + warming(own)
    # USB: polled each ms, and now and then the computer is busy.
    late = rng.uniform(0.0001, 0.0012, len(own)) + rng.exponential(0.0005, len(own))
    late[rng.random(len(own)) < 0.01] += rng.uniform(0.005, 0.1)
    arrived = true + late
    unrolled, stretch = unroll(tick, WRAP, 1e-6, host_s=arrived)
    assert not stretch.any()
    assert int((unrolled[-1] + 1e-6) // (WRAP * 1e-6)) >= 20
    assert np.allclose(unrolled - unrolled[0], own - own[0], atol=2e-6)
    clock = fit_host_clock(unrolled, arrived)
    error = clock.at(unrolled) - true
    assert np.abs(error).max() < HOST_TOLERANCE
    # No drift: the error of the last hour is that of the first.
    hour = 36_000
    assert abs(float(np.median(error[-hour:]) - np.median(error[hour : 2 * hour]))) < HOST_TOLERANCE / 10
    print(f"seed {seed}: worst {np.abs(error).max() * 1e3:.3f} ms, rms {error.std() * 1e3:.3f} ms")


@pytest.mark.parametrize("seconds", [0.0, 3.0, 30.0, 45.0, 70.0, 200.0])
def test_a_short_run_has_a_host_time_too(seconds: float) -> None:
    rng = np.random.default_rng(0)
    own = np.arange(0.0, seconds + 0.01, 0.1)
    clock = fit_host_clock(own, 1000.0 + own * 1.001 + rng.exponential(0.001, len(own)))
    # Short: the clocks are taken to run alike, which at 1000 ppm is off by what it is.
    assert np.abs(clock.at(own) - (1000.0 + own * 1.001)).max() < (0.001 * min(seconds, 40.0) + 0.003)
