"""Blocks of strides: the truth is Student's own table and chains of known correlation."""

from __future__ import annotations

import numpy as np
import pytest

from gait.blocks import MOST_BLOCKS, block_count, block_statistics, student_95

#: Share of 95 % one-sided bounds that must hold for chains correlated at .6. TRAITS.md measured .93; its
#: binomial spread over 1500 runs is .007, thrice that below.
LEAST_COVER = 0.91


def test_a_hand_calculated_example() -> None:
    # Block means 1..8: mean 4.5, sd sqrt(6), SE sqrt(6/8), t(.95, 7) = 1.8946 (Student's table).
    stats = block_statistics(np.repeat(np.arange(1.0, 9.0), 10))
    assert (stats.blocks, stats.n) == (8, 80)
    assert stats.m == pytest.approx(4.5)
    assert stats.se == pytest.approx(np.sqrt(6 / 8))
    assert stats.t95 == pytest.approx(1.8946, abs=1e-4)
    assert stats.low == pytest.approx(4.5 - 1.8946 * np.sqrt(0.75), abs=1e-4)
    assert stats.high == pytest.approx(4.5 + 1.8946 * np.sqrt(0.75), abs=1e-4)


def test_strides_that_do_not_count_change_nothing() -> None:
    rng = np.random.default_rng(1)
    x = rng.normal(5, 1, 200)
    counted = rng.random(200) < 0.7
    spoiled = np.where(counted, x, np.where(rng.random(200) < 0.5, np.nan, 1e9))
    assert block_statistics(spoiled, counted) == block_statistics(x[counted])


def test_strides_without_a_value_never_count() -> None:
    x = np.arange(100.0)
    x[::7] = np.nan
    assert block_statistics(x).n == np.isfinite(x).sum()


@pytest.mark.parametrize("n", [0, 1, 9, 10, 19])
def test_too_few_strides_have_a_mean_and_no_bounds(n: int) -> None:
    stats = block_statistics(np.full(n, 3.0))
    assert (stats.low, stats.high, stats.n) == (None, None, n)
    assert np.isnan(stats.m) if n == 0 else stats.m == 3.0


def test_blocks_grow_once_there_are_many() -> None:
    assert [block_count(n) for n in (79, 80, 199, 200, 5000)] == [7, 8, 19, MOST_BLOCKS, MOST_BLOCKS]
    assert student_95(20) == pytest.approx(1.729, abs=1e-3)


def test_an_affine_change_of_unit_goes_through() -> None:
    x = np.random.default_rng(2).normal(5, 1, 150)
    a, b = block_statistics(x), block_statistics(10 * x + 3)
    assert b.m == pytest.approx(10 * a.m + 3)
    assert b.se == pytest.approx(10 * a.se)


def test_bounds_cover_when_strides_resemble_each_other() -> None:
    rng = np.random.default_rng(3)
    held, runs = 0, 1500
    for _ in range(runs):
        noise = rng.normal(size=160)
        x = np.empty(160)
        x[0] = noise[0]
        for i in range(1, 160):
            x[i] = 0.6 * x[i - 1] + 0.8 * noise[i]
        low = block_statistics(x).low
        assert low is not None
        held += low < 0
    assert held / runs > LEAST_COVER
