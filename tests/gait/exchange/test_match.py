"""Two clocks are laid over each other by the cadence both saw, or it is said that they cannot be."""

from __future__ import annotations

import numpy as np
import pytest

from gait.exchange.match import MatchError, match
from tests.gait.exchange.a_watch import Pair, pair

#: What is asked of a match that is taken. [s]
TOLERANCE = 1.0

#: A watch that forgets exponentially shows what was later than we suppose by up to half a second more.
TOLERANCE_OF_ANOTHER_WATCH = 2.0

#: Natural changes of pace are enough in this share of the runs.
LEAST_ACCEPTED = 0.9

SEEDS = range(5000, 5060)


def placed(p: Pair) -> float | None:
    """Error of the offset, None where no place was found. [s]"""
    try:
        return match(p.start, p.stop, p.recorded, p.watch_t, p.watch_cadence).offset_s - p.offset
    except MatchError:
        return None


def test_sixty_natural_runs_are_placed_within_a_second() -> None:
    errors = [placed(pair(seed)) for seed in SEEDS]
    known = np.array([e for e in errors if e is not None])
    assert len(known) >= LEAST_ACCEPTED * len(errors)
    assert np.abs(known).max() <= TOLERANCE


def test_a_run_as_even_as_a_clock_is_never_placed_wrongly() -> None:
    errors = [placed(pair(seed, steady=True)) for seed in SEEDS[:20]]
    known = np.array([e for e in errors if e is not None])
    assert len(known) <= 0.2 * len(errors)
    assert (np.abs(known) <= TOLERANCE).all()


def test_a_watch_that_smooths_otherwise_is_placed_within_its_uncertainty() -> None:
    errors = [placed(pair(seed, forgets=True)) for seed in SEEDS[:20]]
    known = np.array([e for e in errors if e is not None])
    assert len(known) >= LEAST_ACCEPTED * len(errors)
    assert np.abs(known).max() <= TOLERANCE_OF_ANOTHER_WATCH


def test_another_run_is_refused() -> None:
    mine, other = pair(1), pair(2)
    for seed in range(10):
        mine, other = pair(seed), pair(seed + 100)
        with pytest.raises(MatchError):
            match(mine.start, mine.stop, mine.recorded, other.watch_t, other.watch_cadence)


@pytest.mark.parametrize("shift", [0.0, 1e6, -12345.678])
def test_the_origin_of_a_clock_changes_nothing(shift: float) -> None:
    p = pair(7)
    here = match(p.start, p.stop, p.recorded, p.watch_t, p.watch_cadence)
    recorded = (p.recorded[0] + shift, p.recorded[1] + shift)
    there = match(p.start + shift, p.stop + shift, recorded, p.watch_t, p.watch_cadence)
    assert there.offset_s + shift == pytest.approx(here.offset_s, abs=1e-3)


def test_too_little_in_common_is_said() -> None:
    p = pair(3)
    few = slice(0, 60)
    with pytest.raises(MatchError, match="it takes 120 s"):
        match(p.start[few], p.stop[few], (p.start[0], p.stop[59]), p.watch_t, p.watch_cadence)
    with pytest.raises(MatchError, match="no cadence"):
        match(p.start, p.stop, p.recorded, p.watch_t, np.full(len(p.watch_t), np.nan))
