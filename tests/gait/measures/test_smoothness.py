"""Spectral arc length against the paper's own steps, written out here one by one (Balasubramanian 2015)."""

from __future__ import annotations

import numpy as np
import pytest

from gait.measures import smoothness as smoothness_room
from gait.measures.smoothness import PADDING, SYSTEMATIC, smoothness
from gait.pipeline import analyze
from gait.rotations import Floats
from gait.synthetic import Course, Runner, Sensor, simulate
from gait.torso import POINTS
from tests.gait.an_analysis import a_quality, some_strides
from tests.gait.measures.test_context import PHASE, a_view

#: Cut and amplitude threshold of the paper.
PAPER_HIGHEST_HZ, PAPER_THRESHOLD = 10.0, 0.05


def by_the_paper(speed: Floats, seconds: float) -> float:
    """Arc length of one movement's spectrum, with plain loops."""
    n = PADDING * len(speed)
    rate = len(speed) / seconds
    level = np.abs(np.fft.fft(speed, n))
    level = level / level[0]
    hz = np.arange(n) * rate / n
    below = [i for i in range(n // 2) if hz[i] <= PAPER_HIGHEST_HZ]
    last = max(i for i in below if level[i] >= PAPER_THRESHOLD)
    length = 0.0
    for i in range(last):
        length += float(np.hypot((hz[i + 1] - hz[i]) / hz[last], level[i + 1] - level[i]))
    return -length


def bumps(count: int, size: float = 1.0) -> Floats:
    return np.asarray(size * (1.2 - np.cos(2 * np.pi * count * PHASE)))


def test_it_is_the_arc_length_of_the_paper() -> None:
    rng = np.random.default_rng(1)
    waves = np.abs(bumps(2) + 0.5 * rng.normal(size=(60, POINTS)))
    view = a_view(turning=waves)
    true = [by_the_paper(w, d) for w, d in zip(waves, view.strides.duration, strict=True)]
    m = smoothness(view)
    np.testing.assert_allclose(m.per_stride, true, atol=1e-6)
    assert (m.unit, m.column) == ("", "smoothness_1")


def test_more_ups_and_downs_are_less_smooth_and_size_does_not_matter() -> None:
    values = [smoothness(a_view(turning=bumps(n))).value for n in (1, 2, 4, 6)]
    assert all(v is not None and v < 0 for v in values)
    assert sorted(values, reverse=True) == values  # type: ignore[type-var]
    assert smoothness(a_view(turning=bumps(2, 30.0))).value == pytest.approx(values[1])


def test_a_stride_without_motion_has_no_smoothness() -> None:
    waves = np.tile(bumps(2), (30, 1))
    waves[3, 5] = np.nan
    waves[4] = 0.0
    m = smoothness(a_view(30, turning=waves))
    assert np.flatnonzero(np.isnan(m.per_stride)).tolist() == [3, 4]
    assert m.n == 28


def test_working_in_pieces_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(2)
    view = a_view(turning=np.abs(bumps(2) + 0.5 * rng.normal(size=(60, POINTS))))
    whole = smoothness(view).per_stride
    monkeypatch.setattr(smoothness_room, "PIECE", 7)
    np.testing.assert_array_equal(smoothness(view).per_stride, whole)


def test_a_pocket_and_no_strides() -> None:
    assert smoothness(a_view(turning=bumps(2), quality=a_quality(not_trunk="A pocket."))).trust == 0.0
    assert smoothness(a_view(strides=some_strides(0))).value is None


def test_what_the_strap_adds_is_within_what_is_stated() -> None:
    course = Course(standing_s=6.0, running_s=25.0)
    firm, loose = (
        analyze(simulate(Runner(tissue_wobble=w), course, Sensor.ideal(), 1)[0]).measures["smoothness"].value
        for w in (0.3, 1.3)
    )
    assert firm is not None
    assert loose is not None
    assert firm < 0.0
    assert abs(loose - firm) < SYSTEMATIC
