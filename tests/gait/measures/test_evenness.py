"""Turning both ways alike. Truth: waveforms whose harmonics are given."""

from __future__ import annotations

import numpy as np
import pytest

from gait.measures.evenness import extremes, turn_split, turn_symmetry
from gait.measures.togetherness import togetherness
from tests.gait.measures.test_context import PHASE, a_view

#: Points of 64 and a parabola between them find a top to this.  [1]
PHASE_TOLERANCE = 0.002


def turning(second: float = 0.0, third: float = 0.0, moved: float = 0.0) -> np.ndarray:
    """A turn with some of its second and third harmonic, furthest left at ``moved`` without them."""
    x = 2 * np.pi * (PHASE - moved)
    return 0.2 * (np.cos(x) + second * np.cos(2 * x + 0.7) + third * np.cos(3 * x))


def test_odd_harmonics_alone_turn_both_ways_alike() -> None:
    assert turn_symmetry(a_view(rotation=turning(third=0.3))).value == pytest.approx(1.0)


@pytest.mark.parametrize("second", [0.1, 0.25, 0.5])
def test_the_share_is_that_of_the_power_of_the_yaw_rate(second: float) -> None:
    m = turn_symmetry(a_view(rotation=turning(second=second)))
    assert m.value == pytest.approx(1.0 / (1.0 + (2.0 * second) ** 2))


def test_neither_size_nor_side_nor_drift_changes_it() -> None:
    plain = turn_symmetry(a_view(rotation=turning(second=0.3))).value
    other = turn_symmetry(a_view(rotation=1.0 - 3.0 * turning(second=0.3, moved=0.4))).value
    assert other == pytest.approx(plain)


def test_an_even_turn_is_split_in_halves() -> None:
    for moved in (0.0, 0.3, 0.77):
        view = a_view(rotation=turning(third=0.1, moved=moved))
        left, right = extremes(view)
        assert np.abs((left - moved + 0.5) % 1.0 - 0.5).max() < PHASE_TOLERANCE
        assert turn_split(view).value == pytest.approx(50.0, abs=0.2)
        assert np.abs((right - moved) % 1.0 - 0.5).max() < PHASE_TOLERANCE


def test_a_quick_way_back_is_no_half() -> None:
    m = turn_split(a_view(rotation=turning(second=0.4)))
    assert m.value is not None
    assert abs(m.value - 50.0) > 5.0


def test_a_trunk_that_does_not_turn_gives_no_claim_of_evenness() -> None:
    assert turn_symmetry(a_view()).value is None


@pytest.mark.parametrize(("turn_deg", "least"), [(0.5, 12.0), (2.0, 5.0), (20.0, 0.9)])
def test_the_smaller_a_turn_the_less_is_known_of_its_halves(turn_deg: float, least: float) -> None:
    """A trunk that turned by 0.3° was said to take 26.3 % of the stride one way, give or take 1; it took 60.6."""
    wave = np.radians(turn_deg) / 2 * np.cos(2 * np.pi * PHASE)
    split, together = turn_split(a_view(300, rotation=wave)), togetherness(a_view(300, rotation=wave))
    assert split.systematic is not None
    assert least < split.systematic < 2 * least + 1.0
    assert together.systematic is not None
    assert (together.systematic > 0.05) == (turn_deg < 2.4)
