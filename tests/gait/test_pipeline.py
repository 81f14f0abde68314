"""Push samples, ask what they show: order, bounds, what is handed on, what is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gait.analysis import Analysis
from gait.calibration.calibration import Calibration
from gait.errors import SignalError
from gait.pipeline import SETTLE, Pipeline, analyze, standing_of
from gait.recording import Recording, Samples
from gait.rotations import Floats
from gait.synthetic import Course, Runner, Sensor, Stretch, Truth, draw, simulate
from gait.units import G

#: Per-sample angles against the synthetic truth, RMS over the run; the skin's rocking and 6 % of stride are in it.
SERIES_TOLERANCE_DEG = {"lean_deg": 0.8, "rotation_deg": 1.2, "sway_deg": 1.2}


@pytest.fixture(scope="module")
def run() -> tuple[Recording, Truth]:
    return simulate(Runner(), Course(standing_s=7.0, running_s=30.0), Sensor.ideal(), 3)


def same(a: Analysis, b: Analysis) -> None:
    """Equal in every number."""
    np.testing.assert_array_equal(a.bouts.start, b.bouts.start)
    np.testing.assert_array_equal(a.contacts.contact, b.contacts.contact)
    np.testing.assert_array_equal(a.contacts.side, b.contacts.side)
    assert list(a.measures) == list(b.measures)
    for key, m in a.measures.items():
        assert m.value == b.measures[key].value, key
        np.testing.assert_array_equal(m.per_stride, b.measures[key].per_stride)


# ---------------------------------------------------------------- push and ask


def test_asking_changes_nothing(run: tuple[Recording, Truth]) -> None:
    recording, _ = run
    quiet, asked = Pipeline(200.0, placement="sternum"), Pipeline(200.0, placement="sternum")
    for a in range(0, len(recording.samples), 1500):
        quiet.push(recording.samples[a : a + 1500])
        asked.push(recording.samples[a : a + 1500])
        asked.analysis()
        asked.analysis(series=True)
    same(asked.analysis(), quiet.analysis())
    same(asked.analysis(), asked.analysis())


def test_a_recording_is_a_pipeline_to_which_all_was_pushed(run: tuple[Recording, Truth]) -> None:
    recording, _ = run
    pipeline = Pipeline(recording.rate_hz, placement=recording.placement)
    pipeline.push(recording.samples)
    same(pipeline.analysis(), analyze(recording))


def test_nothing_pushed_is_refused() -> None:
    with pytest.raises(SignalError, match="too few samples"):
        Pipeline(100.0).analysis()
    none = Samples(np.zeros(0), np.zeros((0, 3)), np.zeros((0, 3)))
    pipeline = Pipeline(100.0)
    pipeline.push(none)
    with pytest.raises(SignalError, match="too few samples"):
        pipeline.analysis()
    for n in (0, 1):
        short = Samples(np.arange(n) / 100.0, np.zeros((n, 3)), np.zeros((n, 3)))
        with pytest.raises(SignalError, match="too few samples"):
            analyze(Recording(short, 100.0))


@pytest.mark.parametrize("n", [2, 5, 20, 100, 160, 250, 400])
@pytest.mark.filterwarnings("error")
def test_a_few_samples_are_little_and_no_error(n: int) -> None:
    rng = np.random.default_rng(n)
    for force in (rng.normal(size=(n, 3)) * 10.0, np.full((n, 3), [0.0, 0.0, G]), np.zeros((n, 3))):
        s = Samples(np.arange(n) / 100.0, force, 0.1 * rng.normal(size=(n, 3)))
        found = analyze(Recording(s, 100.0))
        assert len(found.contacts) == 0
        for m in found.measures.values():
            assert m.value is None
            assert m.why


def test_samples_must_come_in_order(run: tuple[Recording, Truth]) -> None:
    recording, _ = run
    pipeline = Pipeline(200.0)
    pipeline.push(recording.samples[:400])
    for again in (recording.samples[:100], recording.samples[399:500]):
        with pytest.raises(SignalError, match="push them in order"):
            pipeline.push(again)
    pipeline.push(recording.samples[400:])  # and goes on unharmed
    same(pipeline.analysis(), _pushed(recording))


def _pushed(recording: Recording) -> Analysis:
    pipeline = Pipeline(recording.rate_hz)
    pipeline.push(recording.samples)
    return pipeline.analysis()


@pytest.mark.parametrize("rate", [0.0, -100.0, float("nan"), float("inf")])
def test_a_rate_that_cannot_be_is_refused(rate: float) -> None:
    with pytest.raises(SignalError, match="sampling rate"):
        Pipeline(rate)


def test_a_rate_that_cannot_hear_a_step_is_refused_with_what_it_takes() -> None:
    with pytest.raises(SignalError, match=r"10 samples a second are too few.*18"):
        Pipeline(10.0)


# ---------------------------------------------------------------- what is handed on


def test_the_facts_of_the_recording_are_its_own(run: tuple[Recording, Truth]) -> None:
    recording, _ = run
    s = recording.samples
    late = Samples(s.t + 1.7e9, s.acc, s.gyr)
    told = replace(recording, samples=late, source="run.csv", dialect="plain", rows=7777, notes=("A note.",))
    found = analyze(told)
    r = found.recording
    assert (r.source, r.dialect, r.rows, r.rate_hz, r.placement) == (
        "run.csv",
        "plain",
        7777,
        200.0,
        "sternum",
    )
    assert (r.start_s, r.stop_s) == (late.t[0], late.t[-1])
    assert found.quality.notes[0] == "A note."
    plain = analyze(recording)
    np.testing.assert_allclose(found.contacts.contact - 1.7e9, plain.contacts.contact, atol=1e-4)
    assert found.versions["gait"]
    assert found.versions["catalogue"]


def test_a_gap_is_told_once_by_its_edges(run: tuple[Recording, Truth]) -> None:
    recording, _ = run
    s = recording.samples
    holed = Samples.join([s.between(0.0, 20.0), s.between(23.0, 99.0)])
    found = analyze(replace(recording, samples=holed, gaps=np.empty((0, 2))))
    assert len(found.recording.gaps_s) == 1
    assert found.recording.gaps_s[0] == pytest.approx((20.0, 23.0), abs=0.02)
    assert found.quality.lost_share == 0.0  # the logger paused; nothing was lost
    told = analyze(replace(recording, samples=holed, gaps=np.array([[19.9, 23.1]])))
    assert told.recording.gaps_s == ((19.9, 23.1),)  # the reader knows better


def test_a_placement_said_wins_over_that_of_the_file(run: tuple[Recording, Truth]) -> None:
    recording, _ = run
    assert analyze(recording, placement="waist").recording.placement == "waist"
    assert analyze(recording).recording.placement == "sternum"


def test_settled_leaves_out_what_may_still_change(run: tuple[Recording, Truth]) -> None:
    recording, _ = run
    found = analyze(recording)
    assert found.settled is not None
    assert found.settled[0] == recording.samples.t[0]
    assert found.settled[1] == pytest.approx(recording.samples.t[-1] - SETTLE, abs=0.02)
    assert analyze(replace(recording, samples=recording.samples[:300])).settled is None


def test_stages_are_told_in_order(run: tuple[Recording, Truth]) -> None:
    stages: list[str] = []
    analyze(run[0], progress=stages.append)
    assert stages == ["gravity and bouts", "contacts", "facing", "strides", "measures and traits"]


def test_a_calibration_is_applied_before_anything_else(run: tuple[Recording, Truth]) -> None:
    recording, _ = run
    s = recording.samples
    heavy = replace(recording, samples=Samples(s.t, s.acc * 1.25 + 0.3, s.gyr + 0.2))
    calibration = Calibration("", np.full(3, 0.2), np.full(3, 0.3), np.eye(3) / 1.25, six_position=True)
    a, b = analyze(heavy, calibration=calibration), analyze(recording)
    assert a.measures["lean"].value == pytest.approx(b.measures["lean"].value, abs=1e-3)
    assert (a.six_position, b.six_position) == (True, False)


def test_a_standing_of_its_own_is_used(run: tuple[Recording, Truth]) -> None:
    recording, _ = run
    s = recording.samples
    running = replace(recording, samples=s.between(10.0, 99.0))
    standing = replace(recording, samples=s.between(0.0, 6.5))
    assert analyze(running).measures["lean"].value is None
    apart = analyze(running, standing=standing).measures["lean"].value
    together = analyze(recording).measures["lean"].value
    assert apart is not None
    assert together is not None
    assert apart == pytest.approx(together, abs=0.5)


def test_a_standing_that_does_not_stand_is_refused_by_its_name(run: tuple[Recording, Truth]) -> None:
    recording, _ = run
    running = replace(recording, samples=recording.samples.between(10.0, 20.0), source="stand.csv")
    with pytest.raises(SignalError, match=r"stand\.csv: no 5 s of quiet standing"):
        analyze(recording, standing=running)
    with pytest.raises(SignalError, match="no 5 s"):
        standing_of(replace(recording, samples=recording.samples.between(0.0, 4.0)))


# ---------------------------------------------------------------- which strides count


def test_a_hairpin_does_not_count_and_a_bend_does() -> None:
    """A bend of a track turns by 5 degrees a second, a hairpin by 90 in two seconds."""
    recording, truth = simulate(
        Runner(), Course(path="track", standing_s=6.0, running_s=60.0), Sensor.ideal(), 2
    )
    found = analyze(recording)
    inside = (found.measures.strides.start > 9.0) & (found.measures.strides.stop < 64.0)
    assert found.measures.strides.regular[inside].mean() > 0.98
    s = recording.samples
    # The same run, turned about the vertical by 90° between 40 and 42 s: a gyro that reads it, and nothing else.
    extra = np.where((s.t > 40.0) & (s.t < 42.0), np.pi / 4, 0.0)
    up = _up_in_sensor(truth)
    turned = replace(recording, samples=Samples(s.t, s.acc, s.gyr + extra[:, None] * up))
    strides = analyze(turned).measures.strides
    sharp = (strides.start > 40.0) & (strides.stop < 42.0)
    assert sharp.sum() >= 1
    assert not strides.regular[sharp].any()
    far = (strides.start > 45.0) & (strides.stop < 64.0)
    assert strides.regular[far].mean() > 0.98


def _up_in_sensor(truth: Truth) -> Floats:
    from gait.rotations import inverse, rotate

    return rotate(inverse(truth.q_earth_torso), [0.0, 0.0, 1.0])


def test_a_clipped_stride_does_not_count(run: tuple[Recording, Truth]) -> None:
    recording, _ = run
    s = recording.samples
    acc = s.acc.copy()
    flat = (s.t > 20.0) & (s.t < 20.05)
    acc[flat, 2] = 9.0 * G
    found = analyze(replace(recording, samples=Samples(s.t, acc, s.gyr)))
    strides = found.measures.strides
    hit = (strides.start < 20.0) & (strides.stop > 20.05)
    assert hit.sum() == 1
    assert not strides.regular[hit].any()
    assert found.quality.clipped_share > 0


def test_strides_open_with_the_left_foot_where_feet_have_names(run: tuple[Recording, Truth]) -> None:
    recording, _ = run
    assert set(analyze(recording).measures.strides.side) == {"left"}
    assert set(analyze(recording, placement="unknown").measures.strides.side) == {"A"}


def test_strides_come_from_running_alone() -> None:
    stretches = (
        Stretch("still", 6.0, 0.0),
        Stretch("walk", 15.0, 1.4),
        Stretch("run", 20.0),
        Stretch("walk", 10.0, 1.4),
    )
    recording, truth = simulate(Runner(), Course(stretches=stretches), Sensor.ideal(), 2)
    found = analyze(recording)
    _, start, stop = truth.bouts[2]
    strides = found.measures.strides
    assert (strides.start > start - 0.5).all()
    assert (strides.stop < stop + 0.8).all()
    assert (found.bouts.kind[strides.bout] == "run").all()
    walk = analyze(simulate(Runner(), Course.walk(20.0), Sensor.ideal(), 2)[0])
    assert len(walk.measures.strides) == 0
    assert all(m.value is None for m in walk.measures.values())
    assert len(walk.traits) == len(found.traits)


# ---------------------------------------------------------------- series


def test_the_series_is_the_truth_while_running() -> None:
    recording, truth = draw(4, path="straight", sensor="calibrated", running_s=40.0)
    assert analyze(recording).series is None
    series = analyze(recording, series=True).series
    assert series is not None
    _, start, stop = truth.bouts[1]
    assert series.t[0] >= start - 0.5
    assert series.t[-1] <= stop + 0.5
    assert (np.diff(series.t) > 0).all()
    mid = (series.t > start + 4.0) & (series.t < stop - 4.0)
    for name, tolerance in SERIES_TOLERANCE_DEG.items():
        found = getattr(series, name)
        true = np.interp(series.t, truth.t, getattr(truth, name))
        assert found.shape == series.t.shape
        off = (found - true)[mid]
        assert np.sqrt((off**2).mean()) < tolerance, name
    assert series.bout.dtype.kind == "i"
    assert abs(series.vertical_acceleration_mps2[mid].mean()) < 0.2


def test_the_series_has_no_lean_where_there_is_none(run: tuple[Recording, Truth]) -> None:
    recording, _ = run
    series = analyze(replace(recording, samples=recording.samples.between(10.0, 99.0)), series=True).series
    assert series is not None
    assert len(series.t) > 0
    assert np.isnan(series.lean_deg).all()
    assert np.isfinite(series.rotation_deg).all()
    walk = analyze(simulate(Runner(), Course.walk(15.0), Sensor.ideal(), 2)[0], series=True).series
    assert walk is not None
    assert len(walk.t) == len(walk.bout) == 0


# ---------------------------------------------------------------- a trailing window


def test_a_window_forgets_and_says_so(run: tuple[Recording, Truth]) -> None:
    recording, _ = run
    pipeline = Pipeline(200.0, placement="sternum", window_s=10.0)
    for a in range(0, len(recording.samples), 500):
        pipeline.push(recording.samples[a : a + 500])
    found = pipeline.analysis()
    last = recording.samples.t[-1]
    assert found.recording.start_s == pytest.approx(last - 10.0, abs=0.02)
    assert found.settled is not None
    assert found.settled[0] == pytest.approx(last - 10.0 + SETTLE, abs=0.02)
    assert (found.measures.strides.start > last - 10.1).all()
    assert found.mounting.standing is None  # it was long ago, and nothing was learnt


def test_a_window_longer_than_the_run_is_the_run(run: tuple[Recording, Truth]) -> None:
    recording, _ = run
    pipeline = Pipeline(200.0, placement="sternum", window_s=100.0)
    pipeline.push(recording.samples)
    same(pipeline.analysis(), analyze(recording))


def test_after_a_long_gap_a_window_holds_only_what_came_after(run: tuple[Recording, Truth]) -> None:
    recording, _ = run
    s = recording.samples
    pipeline = Pipeline(200.0, window_s=10.0)
    pipeline.push(s[:4000])
    pipeline.push(Samples(s.t[4000:] + 60.0, s.acc[4000:], s.gyr[4000:]))
    assert pipeline.analysis().recording.start_s > 60.0
