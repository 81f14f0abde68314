"""Following two feet along the contacts, and pairing them into strides. Truth: feet made here."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from gait.contacts import Contacts
from gait.rotations import Floats
from gait.strides import STEADY, Strides, follow_feet, pair, steady

STEP = 0.36


def contacts(
    time: Floats, bout: NDArray[np.intp] | None = None, side: NDArray[np.str_] | None = None
) -> Contacts:
    n = len(time)
    return Contacts(
        np.asarray(time, float),
        np.asarray(time, float) + 0.24,
        np.zeros(n, np.intp) if bout is None else bout,
        np.full(n, "", "<U5") if side is None else side,
    )


def walk_of_two_feet(n: int, seed: int = 0, cv: float = 0.02) -> Floats:
    """Times of n contacts."""
    rng = np.random.default_rng(seed)
    return np.asarray(10.0 + np.cumsum(STEP * (1.0 + cv * rng.normal(size=n).clip(-3, 3))))


def paired(c: Contacts, opens: NDArray[np.intp] | None = None) -> Strides:
    return pair(c, follow_feet(c), opens)


def test_feet_alternate() -> None:
    threads = follow_feet(contacts(walk_of_two_feet(50)))
    assert threads.foot.tolist() == [0, 1] * 25
    assert (threads.thread == 0).all()


@given(st.integers(20, 120), st.sets(st.integers(2, 117), max_size=8), st.integers(0, 999))
@settings(max_examples=100, deadline=None)
def test_feet_are_followed_across_contacts_that_were_not_seen(n: int, unseen: set[int], seed: int) -> None:
    # One or two in a row may be missed; three in a row end the thread.
    missed = sorted(i for i in unseen if i < n - 2)
    if any(b - a <= 2 and c - b <= 2 for a, b, c in zip(missed, missed[1:], missed[2:], strict=False)):
        return
    keep = np.setdiff1d(np.arange(n), missed)
    threads = follow_feet(contacts(walk_of_two_feet(n, seed)[keep]))
    assert (threads.thread == 0).all()
    np.testing.assert_array_equal(threads.foot, keep % 2)


@pytest.mark.parametrize("unseen", [1, 2, 15, 27, 28])
def test_a_contact_unseen_near_an_end_is_noticed_as_well(unseen: int) -> None:
    """Next to an end it once made a stride of three steps, and the contact beyond it the wrong foot."""
    keep = np.setdiff1d(np.arange(30), [unseen])
    c = contacts(STEP * keep)
    np.testing.assert_array_equal(follow_feet(c).foot, keep % 2)
    np.testing.assert_allclose(paired(c).duration, 2 * STEP)


@pytest.mark.parametrize("missed", [3, 5, 20])
def test_after_a_long_silence_the_feet_are_new(missed: int) -> None:
    time = walk_of_two_feet(60, 1)
    keep = np.concatenate([np.arange(30), np.arange(30 + missed, 60)])
    threads = follow_feet(contacts(time[keep]))
    assert threads.thread.tolist() == [0] * 30 + [1] * (30 - missed)
    assert threads.foot[30] == 0


def test_another_bout_is_another_thread() -> None:
    time = walk_of_two_feet(40, 2)
    threads = follow_feet(contacts(time, np.repeat([0, 2], 20).astype(np.intp)))
    assert threads.thread.tolist() == [0] * 20 + [1] * 20
    assert threads.foot[20] == 0


def test_none_one_and_two_contacts_make_no_stride() -> None:
    for n in range(3):
        c = contacts(walk_of_two_feet(n))
        assert len(follow_feet(c).foot) == n
        assert len(paired(c)) == 0
    assert len(paired(contacts(walk_of_two_feet(3)))) == 1


def test_each_stride_is_two_steps_of_the_same_foot_and_they_join() -> None:
    time = walk_of_two_feet(41, 3)
    s = paired(contacts(time))
    np.testing.assert_array_equal(s.start, time[0:-2:2])
    np.testing.assert_array_equal(s.middle, time[1:-1:2])
    np.testing.assert_array_equal(s.stop, time[2::2])
    np.testing.assert_array_equal(s.start[1:], s.stop[:-1])
    np.testing.assert_allclose(s.duration, s.stop - s.start)
    np.testing.assert_allclose(s.toe_off_first, s.start + 0.24)
    np.testing.assert_allclose(s.toe_off_second, s.middle + 0.24)
    assert s.regular.all()


def test_the_other_foot_may_open() -> None:
    time = walk_of_two_feet(41, 3)
    side = np.array(["right", "left"] * 20 + ["right"])
    s = paired(contacts(time, side=side), np.ones(41, np.intp))
    np.testing.assert_array_equal(s.start, time[1:-2:2])
    assert set(s.side) == {"left"}


@given(st.integers(20, 80), st.sets(st.integers(0, 79), max_size=4), st.integers(0, 1), st.integers(0, 999))
@settings(max_examples=100, deadline=None)
def test_strides_are_whole_one_footed_and_never_overlap(
    n: int, unseen: set[int], opens: int, seed: int
) -> None:
    time = walk_of_two_feet(n, seed)
    keep = np.setdiff1d(np.arange(n), [i for i in unseen if 1 < i < n - 2])
    c = contacts(time[keep])
    s = paired(c, np.full(len(c), opens, np.intp))
    assert (s.start < s.middle).all()
    assert (s.middle < s.stop).all()
    assert (s.start[1:] >= s.stop[:-1]).all()
    # No stride hides an unseen contact.
    at = {float(t): i for i, t in enumerate(time)}
    for a, b, d in zip(s.start, s.middle, s.stop, strict=True):
        assert (at[b], at[d]) == (at[a] + 1, at[a] + 2)
    if len(keep) == n:
        assert len(s) == (n - 1 - opens) // 2


def test_a_stride_does_not_reach_from_one_bout_into_the_next() -> None:
    time = walk_of_two_feet(40, 4)
    bout = np.repeat([1, 3], [19, 21]).astype(np.intp)
    s = paired(contacts(time, bout))
    assert set(s.bout) == {1, 3}
    for a, b in zip(s.start, s.stop, strict=True):
        assert bout[np.searchsorted(time, a)] == bout[np.searchsorted(time, b)]
    assert len(s) == 9 + 10


def test_a_toe_off_that_was_not_seen_or_cannot_be_is_no_number() -> None:
    time = walk_of_two_feet(5, 5)
    off = time + 0.24
    off[0], off[1], off[2], off[3] = np.nan, time[1] - 0.1, time[4] + 0.5, time[3] + 0.2
    s = paired(Contacts(time, off, np.zeros(5, np.intp), np.full(5, "")))
    assert np.isnan(s.toe_off_first).all()
    assert np.isnan(s.toe_off_second[0])
    assert s.toe_off_second[1] == off[3]


@pytest.mark.parametrize(("longer", "steady_still"), [(0.5 * STEADY, True), (1.3 * STEADY, False)])
def test_a_stride_far_from_the_usual_time_is_not_steady(longer: float, steady_still: bool) -> None:
    step = np.full(61, STEP)
    step[31:33] *= 1.0 + longer
    s = paired(contacts(np.cumsum(step)))
    odd = np.abs(s.duration / (2 * STEP) - 1.0) > 0.9 * longer
    assert odd.sum() == 1
    assert bool(s.regular[odd][0]) is steady_still
    assert s.regular[~odd].all()


def test_a_slow_change_of_pace_stays_steady() -> None:
    step = np.linspace(0.42, 0.30, 600)  # 40 % over three and a half minutes
    s = paired(contacts(np.cumsum(step)))
    assert len(s) > 290
    assert s.regular.all()


def test_every_bout_has_its_own_usual_time() -> None:
    time = np.cumsum(np.concatenate([np.full(40, 0.42), [60.0], np.full(40, 0.30)]))
    bout = np.repeat([0, 1], [40, 41]).astype(np.intp)
    s = paired(contacts(time, bout))
    assert steady(s).all()
    assert s.regular.all()


def test_some_strides_are_strides() -> None:
    s = paired(contacts(walk_of_two_feet(41, 6)))
    some = s.at(np.array([1, 4, 9]))
    assert len(some) == 3
    np.testing.assert_array_equal(some.stop, s.stop[[1, 4, 9]])
    np.testing.assert_array_equal(some.toe_off_second, s.toe_off_second[[1, 4, 9]])
