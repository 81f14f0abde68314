"""A clip that moved on the way: found, said, and lean taken from its own side alone.

Truth: a simulated run whose sensor is turned at a known moment.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gait.pipeline import analyze
from gait.recording import Recording, Samples
from gait.report.report import build
from gait.rotations import from_rotvec, rotate
from gait.slip import find_jump
from gait.synthetic import Course, Runner, Sensor, draw, simulate
from gait.units import RAD

#: Pieces of 2 s are compared over ten of them to each side. [s], [°]
WHEN_TOLERANCE, TURN_TOLERANCE = 8.0, 2.5

#: Lean before the slip, against the same run without it: fewer strides. [°]
LEAN_TOLERANCE = 0.4


def slipped(recording: Recording, at: float, by_deg: float) -> Recording:
    """The same with the sensor turned about a level axis from a moment on."""
    s = recording.samples
    up = s.acc[:800].mean(axis=0)
    axis = np.cross(up, [1.0, 0.2, 0.3])
    q = from_rotvec(axis / np.linalg.norm(axis) * by_deg * RAD)
    acc, gyr, late = s.acc.copy(), s.gyr.copy(), s.t > at
    acc[late], gyr[late] = rotate(q, acc[late]), rotate(q, gyr[late])
    return replace(recording, samples=Samples(s.t, acc, gyr))


@pytest.mark.parametrize("seed", [0, 3])
def test_a_slip_is_found_and_lean_is_taken_from_before_it(seed: int) -> None:
    recording, _ = draw(seed, running_s=80.0)
    at = float(recording.samples.t[0]) + 55.0
    clean, found = analyze(recording), analyze(slipped(recording, at, 10.0))
    assert clean.quality.slip is None
    slip = found.quality.slip
    assert slip is not None
    assert slip.at == pytest.approx(at, abs=WHEN_TOLERANCE)
    assert slip.by_deg == pytest.approx(10.0, abs=TURN_TOLERANCE)
    if clean.measures["lean"].value is not None:
        before = clean.measures["lean"].per_stride[clean.measures.strides.stop < slip.at]
        assert found.measures["lean"].value == pytest.approx(np.nanmean(before), abs=LEAN_TOLERANCE)
        late = found.measures.strides.start > slip.at + 2.0
        assert np.isnan(found.measures["lean"].per_stride[late]).all()
    assert found.measures["cadence"].value == pytest.approx(clean.measures["cadence"].value, rel=1e-3)
    assert any("The clip moved at minute 1" in note for note in found.quality.notes)
    report = build(found)
    if found.mounting.standing is not None:
        assert "the clip moved at minute 1, so a lean was listened to only before that" in report.story.quiet
    assert report.as_dict()["quality"]["clip_moved"]["at_s"] == pytest.approx(slip.at, abs=1e-3)


def test_with_standing_at_the_end_alone_lean_is_taken_from_after_it() -> None:
    recording, _ = simulate(
        Runner(), Course(standing_s=0.0, running_s=80.0, standing_after_s=9.0), Sensor.ideal(100.0), seed=1
    )
    at = float(recording.samples.t[0]) + 40.0
    found = analyze(slipped(recording, at, 10.0), placement="sternum")
    assert found.quality.slip is not None
    per_stride = found.measures["lean"].per_stride
    early = found.measures.strides.stop < found.quality.slip.at - 2.0
    assert np.isnan(per_stride[early]).all()


def test_no_drawn_runner_slips() -> None:
    """Surges, bends, stops and a lean that drifts by up to 3° are the runner's own."""
    for seed in range(20, 30):
        recording, _ = draw(seed, running_s=60.0)
        assert analyze(recording).quality.slip is None, seed


def test_a_clip_that_slips_between_two_strides_is_heard() -> None:
    k = np.arange(200)
    lean = 5.0 + 0.6 * np.random.default_rng(3).normal(size=200)
    assert find_jump(k.astype(float), lean) is None
    jump = find_jump(k.astype(float), lean + 4.0 * (k > 90))
    assert jump is not None
    assert jump.at == pytest.approx(90.0, abs=2.0)
    assert jump.by_deg == pytest.approx(4.0, abs=0.5)


def test_a_runner_who_leans_more_and_more_has_not_slipped() -> None:
    k = np.arange(200.0)
    lean = 3.0 + 0.6 * np.random.default_rng(4).normal(size=200)
    assert find_jump(k, lean + 5.0 * np.clip((k - 80.0) / 20.0, 0.0, 1.0)) is None
    assert find_jump(k, lean + 5.0 * (np.abs(k - 90.0) < 4.0)) is None, "a surge, and back"


def test_after_a_slip_no_sample_of_the_series_has_a_tilt() -> None:
    """Lean was left out there, sway was not: about 5° of it that were the clip's, where strides.csv had empty cells."""
    recording, _ = draw(0, running_s=80.0)
    at = float(recording.samples.t[0]) + 55.0
    clean = analyze(recording, series=True).series
    found = analyze(slipped(recording, at, 10.0), series=True)
    series, slip = found.series, found.quality.slip
    assert clean is not None
    assert series is not None
    assert slip is not None
    late = series.t > slip.at + 2.0
    assert late.sum() > 1000
    assert np.isnan(series.lean_deg[late]).all()
    assert np.isnan(series.sway_deg[late]).all()
    assert np.isfinite(series.rotation_deg).all()
    early = series.t < slip.at - 4.0
    assert np.isfinite(series.sway_deg[early]).all()
    assert np.isfinite(clean.sway_deg).all()


@pytest.mark.parametrize("by_deg", [90.0, 150.0])
def test_a_sensor_put_on_anew_leaves_lean_and_turn_to_the_part_before(by_deg: float) -> None:
    """Forward was taken from both parts together: a lean of 8.2° was told as 5.3, a turn of 31 as 36."""
    recording, _ = draw(3, running_s=120.0)
    at = float(recording.samples.t[0]) + 75.0
    clean, found = (
        analyze(recording, placement="sternum"),
        analyze(slipped(recording, at, by_deg), placement="sternum"),
    )
    slip = found.quality.slip
    assert slip is not None
    assert slip.far
    for key, tolerance in (("lean", LEAN_TOLERANCE), ("rotation", 1.0)):
        before = clean.measures.strides.stop < at - 2.0
        true = np.nanmean(clean.measures[key].per_stride[before])
        assert found.measures[key].value == pytest.approx(true, abs=tolerance), key
        assert np.isnan(found.measures[key].per_stride[found.measures.strides.start > slip.at]).all()
