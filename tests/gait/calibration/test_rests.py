"""Rests: seen where the hand let go, refused where it did not. Truth: the synthetic hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gait.calibration.rests import (
    FACES,
    SHORTEST_REST,
    WINDOW_S,
    find_rests,
    missing_faces,
    turns,
    wobbles,
)
from gait.recording import Samples
from gait.synthetic.handling import FACES as TURNED
from gait.synthetic.handling import Hand, handle
from gait.synthetic.sensor import Sensor
from gait.units import RAD, G


def shop(seed: int, **changes: object) -> Sensor:
    return replace(Sensor.mpu6050(np.random.default_rng(seed)), clock_ppm=0.0, start_s=0.0, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", range(4))
def test_each_rest_is_seen_once_with_its_face_and_within_its_time(seed: int) -> None:
    faces = TURNED if seed % 2 else tuple(np.random.default_rng(seed).permutation(TURNED))
    rests = find_rests(handle(shop(seed), seed, faces=faces).samples)
    assert [r.face for r in rests] == list(faces)
    turning = Hand(faces, np.random.default_rng([seed, 6])).turning
    for rest, begins in zip(rests[:-1], turning[:, 0], strict=True):
        # A turn begins so gently that it cannot be told from a rest for some tenths of a second.
        assert rest.stop <= begins + 0.3
    for rest, ends in zip(rests[1:], turning[:, 1], strict=True):
        assert rest.start >= ends - 0.3


def test_any_part_of_a_recording_shows_the_rests_that_are_whole_in_it() -> None:
    samples = handle(shop(1), 1).samples
    whole = find_rests(samples)
    part = find_rests(samples.between(whole[1].start - 1.0, whole[4].stop + 1.0))
    assert [r.face for r in part] == [r.face for r in whole[1:5]]
    for one, other in zip(part, whole[1:5], strict=True):
        np.testing.assert_allclose(one.force, other.force, atol=0.01)


@pytest.mark.parametrize("tremor_deg", [0.15, 0.5])
def test_a_board_held_in_the_air_does_not_rest_and_is_told_of(tremor_deg: float) -> None:
    samples = handle(shop(2), 2, tremor_deg=tremor_deg).samples
    assert find_rests(samples) == []
    assert wobbles(samples.between(0.0, 3.0))


def test_a_board_that_lies_or_is_turned_does_not_wobble() -> None:
    samples = handle(shop(3), 3).samples
    said = [wobbles(samples.between(0.0, t)) for t in np.arange(1.0, samples.t[-1], 0.4)]
    assert not any(said)


def still(seconds: float, rate_hz: float = 100.0, up: tuple[float, float, float] = (0.0, 0.0, G)) -> Samples:
    t = np.arange(round(seconds * rate_hz)) / rate_hz
    rng = np.random.default_rng(1)
    return Samples(t, np.array(up) + 0.02 * rng.normal(size=(len(t), 3)), 1e-3 * rng.normal(size=(len(t), 3)))


@pytest.mark.parametrize(("seconds", "count"), [(0.05, 0), (WINDOW_S, 0), (SHORTEST_REST - 0.2, 0), (3.0, 1)])
def test_a_rest_takes_its_time(seconds: float, count: int) -> None:
    assert len(find_rests(still(seconds))) == count


def test_nothing_and_next_to_nothing_hold_no_rest() -> None:
    assert find_rests(still(0.0)) == []
    assert find_rests(still(0.01)) == []
    assert not wobbles(still(0.0))


def test_time_that_is_missing_ends_a_rest() -> None:
    s = still(10.0)
    t = np.where(s.t < 5.0, s.t, s.t + 60.0)
    assert len(find_rests(Samples(t, s.acc, s.gyr))) == 2


def test_what_creeps_is_no_rest() -> None:
    s = still(6.0)
    creeping = s.acc + np.outer(s.t / 6.0, [0.3, 0.0, 0.0])
    assert find_rests(Samples(s.t, creeping, s.gyr)) == []


def test_an_even_turning_between_rests_is_none() -> None:
    """A turntable: nothing changes, but it is no rest."""
    s = still(24.0)
    gyr = s.gyr + np.where((s.t > 8.0) & (s.t < 16.0), 10.0 * RAD, 0.0)[:, None] * np.array([0.0, 0.0, 1.0])
    rests = find_rests(Samples(s.t, s.acc, gyr))
    assert len(rests) == 2
    assert all(r.stop < 8.2 or r.start > 15.8 for r in rests)


def test_a_board_that_lies_askew_shows_no_face() -> None:
    edge = (0.0, G / np.sqrt(2.0), G / np.sqrt(2.0))
    (rest,) = find_rests(still(4.0, up=edge))
    assert rest.face is None
    assert missing_faces([rest]) == list(FACES)


def test_turns_that_were_not_followed_whole_are_left_out() -> None:
    samples = handle(shop(4, drop_share=0.0), 4).samples
    rests = find_rests(samples)
    assert len(turns(samples, rests)) == 5
    gone = (samples.t < rests[1].stop + 0.7) | (samples.t > rests[1].stop + 0.9)
    torn = Samples(samples.t[gone], samples.acc[gone], samples.gyr[gone])
    assert [w.rest for w in turns(torn, rests)] == [0, 2, 3, 4]
    top = np.abs(samples.gyr).max()
    limit = 125.0 * RAD
    assert top > 1.2 * limit
    clipped = Samples(samples.t, samples.acc, np.clip(samples.gyr, -limit, limit))
    assert len(turns(clipped, find_rests(clipped))) < 5
