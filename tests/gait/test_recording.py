"""The one shape of sensor data: what it refuses, and that cutting and joining lose nothing."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gait.errors import SignalError
from gait.recording import PLACEMENTS, Recording, Samples


def made(n: int = 20, rate_hz: float = 100.0) -> Samples:
    rng = np.random.default_rng(n)
    return Samples(np.arange(n) / rate_hz, rng.normal(size=(n, 3)), rng.normal(size=(n, 3)))


def same(a: Samples, b: Samples) -> bool:
    return (
        np.array_equal(a.t, b.t)
        and np.array_equal(a.acc, b.acc)
        and np.array_equal(a.gyr, b.gyr)
        and a.frame == b.frame
    )


def test_shapes_must_fit_each_other() -> None:
    s = made()
    for t, acc, gyr in (
        (s.t[:-1], s.acc, s.gyr),
        (s.t, s.acc[:-1], s.gyr),
        (s.t, s.acc, s.gyr[:, :2]),
        (s.t[:, None], s.acc, s.gyr),
        (s.t, s.acc.T, s.gyr),
    ):
        with pytest.raises(SignalError, match=r"Samples need t \(n,\)"):
            Samples(t, acc, gyr)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("where", ["t", "acc", "gyr"])
def test_a_value_that_is_not_finite_is_refused(where: str, value: float) -> None:
    s = made()
    arrays = {"t": s.t.copy(), "acc": s.acc.copy(), "gyr": s.gyr.copy()}
    arrays[where][-1 if where == "t" else 7] = value
    with pytest.raises(SignalError, match="not finite"):
        Samples(arrays["t"], arrays["acc"], arrays["gyr"])


@pytest.mark.parametrize("step", [0.0, -0.001])
def test_time_must_rise(step: float) -> None:
    s = made()
    t = s.t.copy()
    t[8] = t[7] + step
    with pytest.raises(SignalError, match="Time must rise"):
        Samples(t, s.acc, s.gyr)


def test_none_and_one_are_samples_too() -> None:
    s = made()
    assert len(s[:0]) == 0
    assert len(s[:1]) == 1
    assert len(Samples.join([s[:0], s[:1]])) == 1


@given(st.integers(0, 60), st.lists(st.integers(0, 60), max_size=6))
def test_any_cut_joins_to_the_same(n: int, cuts: list[int]) -> None:
    s = made(n)
    edges = sorted({0, n, *(min(c, n) for c in cuts)})
    parts = [s[a:b] for a, b in itertools.pairwise(edges)] or [s]
    assert same(Samples.join(parts), s)


def test_pieces_that_do_not_follow_each_other_are_refused() -> None:
    s = made()
    with pytest.raises(SignalError, match="Time must rise"):
        Samples.join([s[10:], s[:10]])


def test_between_takes_its_start_and_leaves_its_stop() -> None:
    s = made()
    part = s.between(float(s.t[3]), float(s.t[9]))
    assert same(part, s[3:9])
    assert len(s.between(100.0, 200.0)) == 0
    assert same(s.between(-1.0, 1e9), s)


def test_the_frame_goes_along() -> None:
    s = made()
    torso = Samples(s.t, s.acc, s.gyr, "torso")
    assert torso[2:5].frame == torso.between(0.0, 1.0).frame == "torso"
    assert Samples.join([torso[:4], torso[4:]]).frame == "torso"


def test_a_recording_says_nothing_it_was_not_told() -> None:
    r = Recording(made(), 100.0)
    assert (r.placement, r.device, r.source, r.notes, r.started_at) == ("unknown", "", "", (), None)
    assert r.gaps.shape == (0, 2)
    assert set(PLACEMENTS) == {"sternum", "upper-back", "waist", "sacrum", "unknown"}
