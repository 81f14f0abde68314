"""The end of a run against its middle. Truth: values given by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gait.measures.lasting import BLOCKS, COMPARED, late
from tests.gait.an_analysis import a_measure, a_mounting
from tests.gait.measures.test_context import a_view


def a_lean(k: int, end: float, spread: float = 0.5) -> np.ndarray:
    """A lean of 5° whose last fifth lies elsewhere."""
    x = 5.0 + spread * np.random.default_rng(1).normal(size=k)
    x[int(0.8 * k) :] += end
    return x


def test_the_difference_is_end_minus_middle_and_has_its_interval() -> None:
    (found,) = late(a_view(1000), [a_measure("lean", "deg", a_lean(1000, -2.0), 1.0)])
    assert found.key == "late_lean"
    assert found.value == pytest.approx(-2.0, abs=0.1)
    assert found.low is not None
    assert found.high is not None
    assert found.low < -2.0 < found.high
    assert (found.n, found.independent) == (200, BLOCKS)


def test_the_beginning_does_not_count() -> None:
    x = a_lean(1000, 0.0)
    x[:290] += 10.0
    (found,) = late(a_view(1000), [a_measure("lean", "deg", x, 1.0)])
    assert found.value == pytest.approx(0.0, abs=0.1)


def test_what_is_not_compared_or_too_short_is_left_out() -> None:
    assert late(a_view(1000), [a_measure("cadence", "spm", a_lean(1000, 0.0), 1.0)]) == []
    assert late(a_view(60), [a_measure("lean", "deg", a_lean(60, 0.0), 1.0)]) == []


def test_standing_again_at_the_end_says_what_the_clip_did() -> None:
    once = late(a_view(1000), [a_measure("lean", "deg", a_lean(1000, 0.0), 1.0)])[0]
    again = replace(a_mounting(), standing_count=2, crept_deg=0.2)
    twice = late(a_view(1000, mounting=again), [a_measure("lean", "deg", a_lean(1000, 0.0), 1.0)])[0]
    assert once.systematic == COMPARED["lean"]
    assert twice.systematic is not None
    assert twice.systematic < COMPARED["lean"]


@pytest.mark.parametrize("heard_until", [0.4, 0.85])
def test_a_clip_that_moved_on_the_way_leaves_no_end_to_tell_of(heard_until: float) -> None:
    # What is heard of the lean ends with the clip's moving; the end of that is not the end of the run.
    x = a_lean(1000, -6.0)
    heard = replace(
        a_measure("lean", "deg", x, 1.0), counted=np.arange(1000) < round(heard_until * 1000), n=1000
    )
    assert late(a_view(1000), [heard]) == []


def test_strides_missing_here_and_there_leave_the_parts_where_they_are() -> None:
    x = a_lean(1000, -2.0)
    heard = np.random.default_rng(2).random(1000) < 0.8
    (found,) = late(a_view(1000), [replace(a_measure("lean", "deg", x, 1.0), counted=heard)])
    assert found.value == pytest.approx(-2.0, abs=0.1)
    assert found.n == heard[800:].sum()
