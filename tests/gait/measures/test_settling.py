"""Finding one's flow. Truth: patterns of parts made by hand, and the synthetic runner that settles."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gait.analysis import Analysis
from gait.measures import settling
from gait.pipeline import analyze
from gait.rotations import Floats
from gait.slip import Slip
from gait.synthetic import Course, Runner, Sensor, Stretch, simulate
from gait.torso import POINTS
from tests.gait.an_analysis import some_strides
from tests.gait.measures.test_context import PHASE, a_view

#: A part of the run is half a minute; the moment is found to one part before or after.  [min]
TIME_TOLERANCE_MIN = 1.0


def parts(
    n: int, seed: int, *, early: int = 0, off: float = 4.0, drift: float = 0.0
) -> tuple[Floats, Floats, Floats]:
    """n parts of which the first ``early`` lie ``off`` away; they may drift all along."""
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(n, 20))
    rows[:early] += off
    rows += drift * np.arange(n)[:, None] / n
    t = 30.0 * (np.arange(n) + 0.5)
    return t, t / 60.0 - 0.25, rows


def test_parts_that_come_near_and_stay_are_found_where_they_do() -> None:
    for early in (3, 6, 12):
        found = settling._find(*parts(40, early, early=early))
        assert found.settled is not None
        assert abs(found.settled - early) <= 1
        assert found.drop > 1.0


def test_parts_all_alike_settle_nowhere() -> None:
    assert sum(settling._find(*parts(40, seed)).settled is not None for seed in range(100)) <= 1


def test_a_run_that_drifts_all_along_settles_nowhere() -> None:
    for seed in range(10):
        assert settling._find(*parts(40, seed, drift=8.0)).settled is None


def test_a_run_that_leaves_again_has_not_settled() -> None:
    t, minutes, rows = parts(40, 1, early=6)
    rows[18:24] += 4.0
    assert settling._find(t, minutes, rows).settled is None


def test_shuffles_are_the_same_every_time() -> None:
    _, _, rows = parts(40, 2, early=4)
    assert settling._beyond_shuffles(rows)
    assert settling._beyond_shuffles(rows)
    assert not settling._beyond_shuffles(rows[::-1])


@pytest.fixture(scope="module", params=[(150.0, 0.7), (0.0, 0.0)], ids=["settles", "at once"])
def run(request: pytest.FixtureRequest) -> tuple[float, Analysis]:
    settle_s, settle_by = request.param
    # Sixteen minutes with a pause in them.
    course = Course(
        stretches=(
            Stretch("still", 8.0, 0.0),
            Stretch("run", 560.0),
            Stretch("still", 9.0, 0.0),
            Stretch("run", 420.0),
        )
    )
    runner = Runner(settle_s=settle_s, settle_by=settle_by)
    recording, _ = simulate(runner, course, Sensor(rate_hz=80.0, grid_hz=400.0), 7)
    return settle_s, analyze(recording)


def test_the_minute_is_that_of_the_runner(run: tuple[float, Analysis]) -> None:
    settle_s, found = run
    curve, time = found.measures.curves.settling, found.measures["settle_time"]
    state = next(t.state for t in found.traits if t.rule.key == "settle")
    assert curve is not None
    if settle_s:
        assert state == "seen"
        assert time.value == pytest.approx(settle_s / 60.0, abs=TIME_TOLERANCE_MIN)
        assert curve.settled_s is not None
        early, late = curve.distance[curve.t < curve.settled_s], curve.distance[curve.t > curve.settled_s]
        assert early.mean() > curve.level > late.mean()
    else:
        assert state == "not_spoken_of"
        assert time.value is None
        assert curve.settled_s is None


def test_a_short_run_says_that_it_is_short() -> None:
    recording, _ = simulate(Runner(), Course(running_s=60.0), Sensor(rate_hz=80.0, grid_hz=400.0), 1)
    found = analyze(recording)
    assert found.measures["settle_drop"].why == (settling.TOO_SHORT,)
    assert found.measures.curves.settling is None


def test_feet_named_the_wrong_way_round_for_a_while_are_no_other_pattern() -> None:
    # A grounded run of the study whose feet were exchanged for its second minute "settled" after it.
    k = 1400
    strides = some_strides(k)
    rng = np.random.default_rng(5)
    size = 1.0 + 0.1 * rng.normal(size=(k, 1))
    turn = 0.2 * size * np.cos(2 * np.pi * PHASE) + 0.01 * rng.normal(size=(k, POINTS))
    tip = 0.05 * size * np.sin(2 * np.pi * PHASE) + 0.01 * rng.normal(size=(k, POINTS))
    up = 9.0 * size * np.cos(4 * np.pi * PHASE) + rng.normal(size=(k, POINTS))
    wrong = (np.arange(k) > 70) & (np.arange(k) < 150)
    half = POINTS // 2
    waves = {
        name: np.where(wrong[:, None], np.roll(wave, half, axis=1), wave)
        for name, wave in (("rotation", turn), ("sway", tip), ("up", up))
    }
    (drop, time), _ = settling.settling(a_view(strides=strides, **waves))
    assert drop.value is not None
    assert abs(drop.value) < 0.3
    assert time.value is None


def test_after_a_clip_moved_the_parts_are_not_held_against_each_other() -> None:
    """Sway is not known on one side of that moment; what came of it was a drop that was no number."""
    strides = some_strides(1400)
    view = a_view(strides=strides, rotation=0.1 * np.sin(PHASE), up=3.0 * np.cos(2 * PHASE))
    view.cycles.values["sway"][700:] = np.nan
    moved = replace(view, quality=replace(view.quality, slip=Slip(float(strides.start[700]), 11.0)))
    (drop, time), curve = settling.settling(moved)
    assert (drop.value, time.value, curve) == (None, None, None)
    assert drop.why == time.why == (settling.CLIP_MOVED,)
