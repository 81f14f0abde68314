"""The targets on a few held-out runs, loosely: the whole table is `python -m tests.accuracy.targets`.

Truth: the synthetic runner. Odd seeds alone; no constant was chosen on them. With a dozen runs a 95th percentile is
nearly the worst one, so limits are bounds on every run, wider than the targets, and medians, narrower.
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.accuracy.targets import (
    CASES,
    PATHS,
    Case,
    Outcome,
    contact_bias,
    examine,
    f1_of,
    sides_right,
    steps_found,
    stride_mean,
    stride_range,
)

#: Held-out seeds, four of each path, both placements.
SEEDS = tuple(range(1, 24, 2))

#: Of those, the ones tried without start and placement. Straight and track alone: a stop among surges is a start.
SEEDS_WITHOUT = (1, 3, 7, 9)

# Uncalibrated, then calibrated: every run, and the median. 200 runs gave p95 0.4, 0.6, 1.0 and 0.15, 0.4, 0.3.
# A dozen runs calibrated by this code from six rests keep the limits of the calibrated ones; 100 gave p95 0.12, 0.30
# and 0.39.
MEAN_LEAN_DEG = {"uncalibrated": (0.9, 0.3), "calibrated": (0.3, 0.1), "six-rests": (0.3, 0.1)}
STRIDE_LEAN_DEG = {"uncalibrated": (0.9, 0.35), "calibrated": (0.6, 0.25), "six-rests": (0.6, 0.25)}
ROTATION_DEG = {"uncalibrated": (1.4, 0.7), "calibrated": (0.5, 0.3), "six-rests": (0.7, 0.3)}
AXIS_DEG = (15.0, 4.0)  # p95 of 200 is 6
CADENCE_PERCENT = (0.1, 0.03)
MEAN_F1, ANY_F1 = 0.995, 0.98
SIDES_RIGHT = 0.999
CONTACT_BIAS_MS = 30.0  # stated: 17.5 ms for one standard deviation between people
BEYOND_BAND_MS = 25.0  # target: 95 % of runs within 10

BY_KEY = {case.key: case for case in CASES}


@pytest.fixture(scope="module", params=["uncalibrated", "calibrated", "six-rests"])
def runs(request: pytest.FixtureRequest) -> list[Outcome]:
    """A dozen runs with one grade of sensor."""
    return [examine(seed, BY_KEY[request.param]) for seed in SEEDS]


def _within(runs: list[Outcome], name: str, limits: tuple[float, float]) -> None:
    """Every run below the first limit and their median below the second."""
    sizes = {o.seed: abs(getattr(o, name)) for o in runs}
    worst = max(sizes, key=lambda seed: sizes[seed])
    assert sizes[worst] < limits[0], f"seed {worst}: {name} {sizes[worst]:.3f}"
    assert np.median(list(sizes.values())) < limits[1]


def test_the_dozen_holds_every_path_and_both_placements(runs: list[Outcome]) -> None:
    assert {o.path for o in runs} == set(PATHS)
    assert {o.placement for o in runs} == {"sternum", "sacrum"}


def test_lean_is_near_the_truth(runs: list[Outcome]) -> None:
    _within(runs, "lean_error", MEAN_LEAN_DEG[runs[0].case])
    _within(runs, "lean_rmse", STRIDE_LEAN_DEG[runs[0].case])


def test_rotation_is_near_the_truth(runs: list[Outcome]) -> None:
    _within(runs, "rotation_rmse", ROTATION_DEG[runs[0].case])


def test_the_truth_lies_within_the_stated_bands(runs: list[Outcome]) -> None:
    assert sum(o.lean_held is False for o in runs) <= 2
    assert sum(o.rotation_held is False for o in runs) <= 2


def test_forward_is_found_and_never_backward(runs: list[Outcome]) -> None:
    assert all(o.sign_known for o in runs)
    assert not any(o.flipped for o in runs)
    _within(runs, "axis_error", AXIS_DEG)


def test_steps_feet_and_cadence(runs: list[Outcome]) -> None:
    assert f1_of(runs) >= MEAN_F1
    assert min(o.f1 for o in runs) >= ANY_F1
    assert all(o.side_known == 1.0 for o in runs)
    assert sides_right(runs) >= SIDES_RIGHT
    _within(runs, "cadence_error", CADENCE_PERCENT)


def test_contact_time_is_as_good_as_its_band_says(runs: list[Outcome]) -> None:
    assert abs(contact_bias(runs)) <= CONTACT_BIAS_MS
    assert max(o.contact_time_beyond or 0.0 for o in runs) <= BEYOND_BAND_MS


@pytest.mark.parametrize("key", ["no-start", "no-standing", "no-placement", "neither", "nothing"])
def test_what_is_not_given_is_said_to_be_unknown_and_nothing_is_wrong(key: str) -> None:
    case: Case = BY_KEY[key]
    for seed in SEEDS_WITHOUT:
        run = examine(seed, case)
        assert not run.flipped, f"seed {seed}: forward is said to be backward"
        assert run.f1 >= ANY_F1
        if not (case.start or case.standing_file):
            assert run.lean_error is None, "a lean without a standing line"
        elif run.lean_error is not None:
            assert abs(run.lean_error) < MEAN_LEAN_DEG["uncalibrated"][0]
        if case.placement:
            assert run.side_right is None or run.side_right >= SIDES_RIGHT
        else:
            assert run.side_known == 0.0, "a left foot without a placement"
        if not (case.start or case.placement):
            assert not run.sign_known, "a forward without start and placement"
            assert run.lean_error is None


def test_means_and_ranges_over_strides_are_those_of_time() -> None:
    t = np.array([0.0, 1.0, 3.0, 4.0, 6.0])  # the sample at 2 was lost
    x = 2.0 * t
    start, stop = np.array([0.0, 1.5]), np.array([4.0, 5.5])
    assert stride_mean(t, x, start, stop) == pytest.approx([4.0, 7.0])
    assert stride_range(t, x, start, stop) == pytest.approx([6.0, 2.0])


def test_a_step_found_twice_is_one_found_and_one_too_many() -> None:
    from dataclasses import replace

    from gait.pipeline import analyze
    from gait.synthetic import Course, Runner, Sensor, simulate

    recording, truth = simulate(Runner(), Course(running_s=20.0), Sensor.ideal(), seed=3)
    found = analyze(recording)
    f1, lag, _ = steps_found(found, truth)
    contacts = found.contacts
    twice = np.repeat(contacts.contact, 2)
    twice[1::2] += 0.02
    doubled = replace(
        contacts,
        contact=twice,
        toe_off=np.repeat(contacts.toe_off, 2),
        bout=np.repeat(contacts.bout, 2),
        side=np.repeat(contacts.side, 2),
    )
    again, _, match = steps_found(replace(found, contacts=doubled), truth)
    assert f1 > ANY_F1
    assert again == pytest.approx(2 / 3, abs=0.02)
    assert lag is not None
    assert (match >= 0).mean() == pytest.approx(0.5, abs=0.02)
