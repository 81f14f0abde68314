"""What the data can carry: clipping, losses, rate, a clip that crept, a place that is no trunk.

Truth: the synthetic sensor's own errors.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from gait.analysis import Analysis
from gait.calibration.calibration import Calibration
from gait.pipeline import analyze
from gait.quality import FEWEST_CLIPPED, LOW_RATE, MOST_TIP_DEG, RangeEnd
from gait.recording import Samples
from gait.report.report import build
from gait.rotations import Floats
from gait.synthetic import Course, Runner, Sensor, Truth, draw, simulate
from gait.units import G

#: Clipped share found against the true one; every clipped sample is the same number. [share of it]
CLIPPED_TOLERANCE = 0.05

#: Share of lost samples, counted by the clock against those that are not there.
LOST_TOLERANCE = 0.002


def run_with(
    runner: Runner | None = None, running_s: float = 20.0, after_s: float = 0.0, **sensor: object
) -> tuple[Analysis, Truth]:
    """A short run with these errors of the sensor and no others."""
    course = Course(standing_s=7.0, running_s=running_s, standing_after_s=after_s)
    worn = replace(Sensor.ideal(200.0), **sensor)  # type: ignore[arg-type]
    recording, truth = simulate(runner or Runner(), course, worn, 1)
    return analyze(recording), truth


def landings(n: int = 4000, size: float = 3.0 * G) -> Floats:
    """Three axes of sharp peaks to both sides, no two of one height."""
    rng = np.random.default_rng(2)
    t = np.arange(n) / 200.0
    peaks = np.stack([np.sin(2 * np.pi * f * t + f) ** 9 for f in (2.7, 1.4, 3.1)], axis=1)
    height = size * np.stack([1.0 + 0.3 * np.sin(f * t) for f in (0.37, 0.51, 0.23)], axis=1)
    return np.asarray(height * peaks + 0.02 * rng.normal(size=(n, 3)))


# ---------------------------------------------------------------- clipping


def clipped(acc: Floats, gyr: Floats | None = None, cuts: tuple[int, ...] = ()) -> tuple[Floats, Floats]:
    """Indices of the samples at an end of range, pushed in pieces."""
    n = len(acc)
    samples = Samples(np.arange(n, dtype=float), acc, np.zeros((n, 3)) if gyr is None else gyr)
    end = RangeEnd()
    for a, b in pairwise([0, *sorted(cuts), n]):
        if b > a:
            end.push(samples[a:b])
    return end.times()


@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize("sign", [1.0, -1.0])
@pytest.mark.parametrize("cuts", [(), (1, 500, 501, 2222)])
def test_an_end_of_range_of_any_axis_is_found_sample_by_sample(
    axis: int, sign: float, cuts: tuple[int, ...]
) -> None:
    x = landings(size=2.0 * G)
    cut = x.copy()
    cut[:, axis] = sign * np.minimum(sign * x[:, axis], 1.9 * G)
    acc, gyr = clipped(cut, cuts=cuts)
    np.testing.assert_array_equal(acc, np.flatnonzero(sign * x[:, axis] >= 1.9 * G))
    assert len(gyr) == 0


def test_a_gyroscope_left_at_250_dps_is_found_too() -> None:
    turning = landings(size=8.0)
    acc, gyr = clipped(np.zeros_like(turning), np.clip(turning, -4.36, 4.36))
    np.testing.assert_array_equal(gyr, np.flatnonzero((np.abs(turning) >= 4.36).any(axis=1)))
    assert len(acc) == 0


def test_what_has_room_is_not_clipped() -> None:
    assert len(clipped(landings())[0]) == 0


def test_a_limit_below_any_sensors_range_is_none() -> None:
    assert len(clipped(np.full((500, 3), [0.0, 0.0, G]))[0]) == 0


def test_a_largest_value_met_a_few_times_by_chance_is_not_said() -> None:
    x = np.zeros((400, 3))
    x[100 : 100 + FEWEST_CLIPPED - 1, 0] = 3.0 * G
    assert len(clipped(x)[0]) == 0
    x[300, 0] = 3.0 * G  # need not be neighbours
    assert len(clipped(x)[0]) == FEWEST_CLIPPED


def test_a_calibration_and_lost_samples_do_not_hide_clipping() -> None:
    gain = np.eye(3) + 0.02 * np.array([[0, 1, -1], [1, 0, 1], [-1, 1, 0]])
    worn = replace(Sensor.ideal(100.0), acc_range_g=2.0, bits=16, drop_share=0.01, drop_burst=1.5)
    recording, _ = simulate(Runner(impact_g=3.0), Course(running_s=20.0), worn, 0)
    found = analyze(recording, calibration=Calibration(acc_gain=gain, six_position=True))
    assert found.quality.clipped_share > 0.1
    assert found.measures["lean"].trust == 0.0


@pytest.mark.parametrize("rate_hz", [100.0, 200.0])
def test_a_sensor_left_at_two_g_is_heard_and_not_believed(rate_hz: float) -> None:
    found, truth = run_with(rate_hz=rate_hz, acc_range_g=2.0, bits=16, acc_noise=0.004)
    free, _ = run_with(rate_hz=rate_hz, acc_noise=0.004)
    recording_share = found.quality.clipped_share
    whole, _ = simulate(Runner(), truth.course, replace(Sensor.ideal(rate_hz), acc_noise=0.004), 1)
    run = (truth.t > truth.bouts[1][1]) & (truth.t < truth.bouts[1][2])
    true_share = float((np.abs(whole.samples.acc[run]).max(axis=1) > 2.0 * G).mean())
    assert true_share > 0.1
    assert recording_share == pytest.approx(true_share, rel=CLIPPED_TOLERANCE)
    assert any("end of its range (about 2 g)" in note for note in found.quality.notes)
    assert found.measures["lean"].trust == 0.0
    assert found.measures["lean"].n < 0.1 * len(found.measures.strides)  # a clipped stride does not count
    assert not any(t.state == "seen" for t in found.traits)
    assert free.quality.clipped_share == 0.0
    assert not any("range" in note for note in free.quality.notes)


def test_hard_impacts_clip_at_four_g_and_not_at_sixteen() -> None:
    hard = Runner(impact_g=4.5)
    narrow, _ = run_with(hard, acc_range_g=4.0, bits=16)
    wide, _ = run_with(hard, acc_range_g=16.0, bits=16)
    assert 0.001 < narrow.quality.clipped_share < 0.03
    assert wide.quality.clipped_share == 0.0
    assert narrow.measures["lean"].n < wide.measures["lean"].n
    assert narrow.measures["lean"].trust < 1.0


@pytest.mark.parametrize(("range_g", "advised"), [(4.0, True), (16.0, False)])
def test_a_sensor_at_its_widest_range_is_not_advised_a_wider_one(range_g: float, advised: bool) -> None:
    """Impacts beyond ±16 g were told to set ±16 g."""
    recording, _ = simulate(Runner(impact_g=2.0), Course(running_s=20.0), Sensor.ideal(100.0), 1)
    s = recording.samples
    # A strap that lets the sensor knock: landings many times as hard as the trunk's.
    hard = np.where(np.abs(s.acc) > 2.5 * G, 12.0 * s.acc, s.acc)
    cut = np.clip(hard, -range_g * G * 0.98, range_g * G * 0.98)  # a scale error
    (note,) = [
        n
        for n in analyze(replace(recording, samples=Samples(s.t, cut, s.gyr))).quality.notes
        if "end of its range" in n
    ]
    assert f"about {range_g:.0f} g" in note
    assert ("a wider range (±16 g)" in note) == advised


# ---------------------------------------------------------------- losses and rate


@pytest.mark.parametrize("share", [0.0, 0.01, 0.05])
def test_losses_are_counted(share: float) -> None:
    found, truth = run_with(drop_share=share, drop_burst=3.0)
    whole = round((truth.t[-1] - truth.t[0]) * 200.0) + 1
    true = 1.0 - len(truth.t) / whole
    assert found.quality.lost_share == pytest.approx(true, abs=LOST_TOLERANCE)
    assert any("samples were lost" in note for note in found.quality.notes) is (true > 0.001)


@pytest.mark.parametrize(
    ("rate_hz", "low"), [(25.0, True), (50.0, True), (74.0, True), (76.0, False), (200.0, False)]
)
def test_a_low_rate_is_said_and_halves_the_trust(rate_hz: float, low: bool) -> None:
    found, _ = run_with(rate_hz=rate_hz)
    assert found.quality.rate_low is low is (rate_hz < LOW_RATE)
    assert any("samples a second are few" in note for note in found.quality.notes) is low
    assert found.measures["cadence"].trust == (0.5 if low else 1.0)


# ---------------------------------------------------------------- no trunk


def test_a_sensor_that_tips_like_a_leg_is_no_trunk() -> None:
    leg, _ = run_with(Runner(nod_deg=28.0, roll_deg=10.0))
    assert leg.quality.not_trunk
    assert leg.quality.not_trunk in leg.quality.notes
    for key in ("lean", "rotation", "sway", "smoothness", "togetherness"):
        assert leg.measures[key].trust == 0.0, key
    assert leg.measures["cadence"].trust == 1.0  # its steps are steps
    assert leg.measures["cadence"].value is not None


@pytest.mark.parametrize(
    ("dead", "axes"), [((3, 4, 5), ("gx", "gy", "gz")), ((4,), ("gy",)), ((1,), ("ay",))]
)
def test_a_gyroscope_that_was_off_tells_no_lean(dead: tuple[int, ...], axes: tuple[str, ...]) -> None:
    """Of a runner who leaned 4° forward it told 7° back, and was believed."""
    worn = Sensor.mpu6050(np.random.default_rng(2), 100.0)
    recording, _ = simulate(Runner(lean_deg=4.0), Course(standing_s=7.0, running_s=75.0), worn, 5)
    s = recording.samples
    six = np.hstack([s.acc, s.gyr])
    six[:, list(dead)] = 0.02
    found = analyze(replace(recording, samples=Samples(s.t, six[:, :3], six[:, 3:])), placement="sternum")
    assert found.quality.dead_axes == axes
    assert any(f"the same all along in {', '.join(axes)}" in note for note in found.quality.notes)
    for key in ("lean", "rotation", "sway"):
        assert found.measures[key].trust == 0.0, key
    assert not any(t.state == "seen" and "trunk" in t.rule.needs for t in found.traits)
    assert found.measures["cadence"].trust == 1.0
    assert "pocket" not in build(found, charts=False).summary()
    assert analyze(recording).quality.dead_axes == ()


def test_a_trunk_that_nods_and_rolls_as_much_as_any_is_a_trunk() -> None:
    trunk, _ = run_with(Runner(nod_deg=4.0, roll_deg=6.0, turn_deg=20.0, tissue_wobble=1.3, impact_g=4.5))
    assert trunk.quality.not_trunk == ""
    assert MOST_TIP_DEG > 2 * 6.0 + 8.0


def test_every_drawn_runner_has_a_trunk() -> None:
    for seed in range(8):
        recording, _ = draw(seed, running_s=20.0)
        assert analyze(recording).quality.not_trunk == ""


# ---------------------------------------------------------------- the clip


@pytest.mark.parametrize(("creep_deg", "said"), [(0.0, False), (9.0, True)])
def test_a_clip_that_crept_is_said(creep_deg: float, said: bool) -> None:
    found, _ = run_with(running_s=30.0, after_s=8.0, creep_deg=creep_deg)
    assert any("the clip moved" in note for note in found.quality.notes) is said
    assert (found.measures["lean"].trust < 1.0) is said


def test_a_clean_recording_has_nothing_said_of_it() -> None:
    found, _ = run_with()
    assert found.quality.notes == ()
    assert (found.quality.lost_share, found.quality.clipped_share) == (0.0, 0.0)


# ---------------------------------------------------------------- what it is in figures


def test_twenty_hertz_keep_cadence_and_lose_events() -> None:
    fast, _ = run_with(rate_hz=100.0, running_s=30.0)
    slow, _ = run_with(rate_hz=20.0, running_s=30.0)
    # A step has 7 samples; over 30 s the stride still tells itself to 0.3 %.
    assert slow.measures["cadence"].value == pytest.approx(fast.measures["cadence"].value, rel=0.003)
    for key in ("contact_time", "flight_time"):
        assert slow.measures[key].value is None
        assert "not when a foot lands or leaves" in slow.measures[key].why[0]
    assert any("cadence is heard, and not when a foot lands" in note for note in slow.quality.notes)
    assert not any(t.state == "seen" and t.rule.key in ("lean", "turn") for t in slow.traits)


def test_clipping_is_told_by_axis_and_by_step() -> None:
    found, _ = run_with(Runner(impact_g=4.5), acc_range_g=4.0, bits=16)
    axes = found.quality.clipped_axes
    assert set(axes) <= {"ax", "ay", "az"}
    assert max(axes.values()) == pytest.approx(found.quality.clipped_share, rel=0.3)
    assert found.quality.clipped_steps is not None
    assert found.quality.clipped_steps > 5 * found.quality.clipped_share


def test_each_run_of_a_recording_has_numbers_of_its_own() -> None:
    """Two runs with a pause between them, the second one quicker."""
    parts = [
        simulate(Runner(speed_mps=v), Course(standing_s=7.0, running_s=20.0), Sensor.ideal(100.0), 1)[0]
        for v in (2.9, 3.9)
    ]
    first, second = (p.samples for p in parts)
    late = Samples(second.t - second.t[0] + first.t[-1] + 8.0, second.acc, second.gyr)
    both = replace(parts[0], samples=Samples.join([first, late]))
    found = analyze(both)
    runs = [int(i) for i in np.flatnonzero(found.bouts.kind == "run")]
    assert len(runs) == 2
    document = build(found, charts=False).as_dict()
    assert [i for i, bout in enumerate(document["bouts"]) if "measures" in bout] == runs
    for run, part in zip(runs, parts, strict=True):
        own, alone = document["bouts"][run]["measures"], analyze(part).measures
        assert own["cadence"]["value"] == pytest.approx(alone["cadence"].value, rel=0.003)
        assert own["rotation"]["value"] == pytest.approx(alone["rotation"].value, abs=1.5)
        assert own["cadence"]["n"] > 10


def test_time_without_samples_is_said() -> None:
    """Three seconds of every ten were gone, and the page said that 0.3 % of the samples were lost."""
    recording, _ = draw(1, running_s=60.0)
    s = recording.samples
    holed = replace(recording, samples=s[np.flatnonzero((s.t - s.t[0]) % 10.0 < 7.0)])
    said = [note for note in analyze(holed).quality.notes if "no samples at all" in note]
    assert len(said) == 1
    span = holed.samples.t[-1] - holed.samples.t[0]
    missing = 100.0 * (1.0 - len(holed.samples) / holed.rate_hz / span)
    assert float(said[0].split(" %")[0]) == pytest.approx(missing, abs=1.0)
    assert not any("no samples at all" in note for note in analyze(recording).quality.notes)
