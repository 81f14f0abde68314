"""The synthetic runner is consistent with physics, with what was found on real runners, and with its own truth.

Truth here: Newton's laws, and the facts of motion capture of real runners that SIGNALS.md names.
"""

from __future__ import annotations

import hashlib
import itertools
import json
from dataclasses import replace

import numpy as np
import pytest
from scipy.signal import butter, sosfiltfilt

from gait.errors import SignalError
from gait.rotations import Floats, from_rotvec, inverse, multiply, rotate
from gait.synthetic import Course, Runner, Sensor, Stretch, Truth, Waveform, draw, simulate
from gait.synthetic.sample import sample_recordings, true_means, write_samples
from gait.synthetic.sensor import any_rotation, feel
from gait.synthetic.trunk import Body
from gait.units import DEG, RAD, G

#: Trapezoids over 1 kHz readings follow a rigid trunk; measured 0.001° over 20 s.
INTEGRATED_GYRO_TOLERANCE_DEG = 0.02
#: Twice integrated differences give the path back up to rounding; measured 1e-7 m over 6 s.
INTEGRATED_ACC_TOLERANCE_M = 1e-4

RIGID = Runner(tissue_wobble=0.0)
SHORT = Course(standing_s=6.0, running_s=20.0)


def body(runner: Runner = RIGID, course: Course = SHORT, seed: int = 1) -> Body:
    return Body(runner, course, np.random.default_rng(seed))


def in_torso(recording, truth: Truth) -> tuple[Floats, Floats]:
    """Readings in the torso's axes."""
    q = truth.q_torso_sensor
    return rotate(q, recording.samples.acc), rotate(q, recording.samples.gyr)


def means(t: Floats, v: Floats, starts: Floats, long: float) -> Floats:
    """Mean of v over [start, start + long)."""
    return np.array([v[(t >= a) & (t < a + long)].mean() for a in starts])


# ---------------------------------------------------------------- physics


@pytest.mark.parametrize("path", ["straight", "track", "surges"])
def test_integrating_the_ideal_gyro_gives_the_orientation(path):
    course = Course(path=path, standing_s=4.0, running_s=20.0)
    recording, truth = simulate(RIGID, course, Sensor.ideal(1000.0), 2)
    gyr, dt = recording.samples.gyr, 0.001
    q = truth.q_earth_torso[0]
    for turned in from_rotvec((gyr[1:] + gyr[:-1]) / 2 * dt):
        q = multiply(q, turned)
    off = multiply(inverse(q), truth.q_earth_torso[-1])
    assert 2 * np.linalg.norm(off[1:]) * DEG < INTEGRATED_GYRO_TOLERANCE_DEG


@pytest.mark.parametrize("runner", [RIGID, replace(RIGID, placement="sacrum")])
def test_integrating_the_accelerometer_twice_gives_the_way(runner):
    grid = np.arange(5.0, 11.0, 0.001)
    pose = body(runner, Course(path="track", standing_s=6.0, running_s=20.0)).pose(grid)
    acc, _ = feel(pose)
    earth = np.einsum("nij,nj->ni", pose.matrix[1:-1], acc) - [0.0, 0.0, G]
    speed = (pose.place[1] - pose.place[0]) / 0.001 + np.cumsum(earth, axis=0) * 0.001
    place = pose.place[1] + np.cumsum(speed, axis=0) * 0.001
    assert np.abs(place - pose.place[2:]).max() < INTEGRATED_ACC_TOLERANCE_M


def test_in_flight_the_centre_of_mass_falls_freely_and_on_the_ground_it_is_carried():
    b = body(course=Course(standing_s=4.0, running_s=15.0))
    steps, t = b.steps[0], np.arange(8.0, 16.0, 0.001)
    com = b.pose(t).com
    acc = np.gradient(np.gradient(com[:, 2], t), t)
    fly = np.zeros(len(t), bool)
    for off, on in zip(steps.toe_off[:-1], steps.contact[1:], strict=True):
        fly |= (t > off + 0.003) & (t < on - 0.003)
    assert 0.15 < fly.mean() < 0.5
    assert np.abs(acc[fly] + G).max() < 0.01
    assert acc.mean() == pytest.approx(0.0, abs=0.15)
    # The ground pushes the body away from the foot it stands on.
    aside = np.gradient(np.gradient(com[:, 1], t), t)
    inside = (steps.contact > 8.5) & (steps.contact < 15.5)
    push = means(t, aside, steps.contact[inside], 0.2)
    assert (push[steps.left[inside]] < 0.0).all()
    assert (push[~steps.left[inside]] > 0.0).all()
    # In stance the ground only pushes, never pulls, and carries two to three body weights at its height.
    assert acc[~fly].min() > -G - 0.01
    assert 1.0 * G < acc.max() < 2.6 * G


def test_any_cut_of_the_time_gives_the_same_motion():
    b = body()
    whole = b.pose(np.arange(4.0, 12.0, 0.001))
    part = b.pose(np.arange(7.0, 8.0, 0.001))
    assert np.abs(whole.place[3000:4000] - part.place).max() < 1e-8
    assert np.abs(whole.matrix[3000:4000] - part.matrix).max() < 1e-10


def test_setting_off_gains_the_speed_of_the_run_in_the_readings():
    recording, truth = simulate(replace(RIGID, speed_mps=3.5), SHORT, Sensor.ideal(500.0), 3)
    acc, _ = in_torso(recording, truth)
    forward = rotate(truth.q_earth_torso, acc)[:, 0]
    gained = np.cumsum(forward) / 500.0
    at = (truth.t > 12.0) & (truth.t < 16.0)
    assert gained[at].mean() == pytest.approx(3.5, abs=0.15)
    assert truth.speed[at].mean() == pytest.approx(3.5, abs=0.01)


def test_bends_turn_the_path_and_lean_the_runner_into_them():
    course = Course(path="track", standing_s=2.0, running_s=70.0)
    _, truth = simulate(replace(RIGID, speed_mps=4.0), course, Sensor.ideal(100.0), 3)
    facing = rotate(truth.q_earth_torso, [1.0, 0.0, 0.0])
    turned = np.unwrap(np.arctan2(facing[:, 1], facing[:, 0]))
    bend = (truth.t > 26.0) & (truth.t < 50.0)
    straight = (truth.t > 8.0) & (truth.t < 20.0)
    # Half a lap is half a turn to the left, and tan(bank) = v²/(r g): 2.5° to the left.
    beyond = (truth.t > 55.0) & (truth.t < 65.0)
    assert turned[beyond].mean() - turned[straight].mean() == pytest.approx(np.pi, abs=0.06)
    assert truth.sway_deg[bend].mean() - truth.sway_deg[straight].mean() == pytest.approx(-2.5, abs=0.5)


# ---------------------------------------------------------------- people


@pytest.mark.parametrize("seed", range(4))
def test_standing_reads_one_g_and_its_mean_is_the_zero_of_lean(seed):
    recording, truth = draw(seed, sensor="ideal", running_s=12.0)
    still = truth.t < truth.bouts[0][2] - 0.5
    assert truth.bouts[0][0] == "still"
    assert np.linalg.norm(recording.samples.acc[still], axis=1).mean() == pytest.approx(G, abs=0.02)
    assert abs(truth.lean_deg[still].mean()) < 0.1
    up = rotate(truth.q_torso_sensor, recording.samples.acc[still]).mean(axis=0)
    assert np.degrees(np.arccos(up[2] / np.linalg.norm(up))) < 0.2
    assert 0.05 < truth.lean_deg[still].std() < 0.8


def test_walking_always_has_a_foot_on_the_ground_and_moves_gently():
    recording, truth = simulate(Runner(), Course.walk(30.0, 1.4), Sensor.ideal(), 4)
    assert not truth.running.any()
    assert (truth.toe_off[:-1] > truth.contact[1:]).all()
    assert 100 < 60.0 / np.median(np.diff(truth.contact)) < 120
    walking = (truth.t > 12.0) & (truth.t < 34.0)
    size = np.linalg.norm(recording.samples.acc[walking], axis=1) / G
    assert size.min() > 0.6
    assert size.max() < 1.6
    assert 0.02 < np.ptp(truth.height[walking]) < 0.08
    assert 0.15 < (np.percentile(size, 97.5) - np.percentile(size, 2.5)) / 2 < 0.4


@pytest.mark.parametrize("speed", [2.0, 3.0, 4.0, 5.0])
def test_rhythm_contact_and_bounce_are_those_of_runners_at_that_speed(speed):
    even = Runner(speed_mps=speed, step_time_cv=0.0)  # its long memory moves the mean of 60 steps by 1 %
    _, truth = simulate(even, Course(standing_s=3.0, running_s=25.0), Sensor.ideal(), 5)
    steady = slice(10, -4)
    cadence = 60.0 / np.diff(truth.contact[steady]).mean()
    contact = (truth.toe_off - truth.contact)[steady].mean()
    k = int(speed) - 2
    assert cadence == pytest.approx([160, 168, 178, 195][k], rel=0.002)
    assert contact == pytest.approx([0.325, 0.266, 0.233, 0.209][k], rel=0.02)
    assert (truth.toe_off[:-1] < truth.contact[1:]).all()
    rise = [
        np.ptp(truth.height[(truth.t >= a) & (truth.t < b)])
        for a, b in zip(truth.contact[10:-5], truth.contact[11:-4], strict=True)
    ]
    assert 0.06 < np.median(rise) < 0.10


def test_step_times_vary_as_asked():
    runner = Runner(step_time_cv=0.02, timing_asymmetry=0.01)
    _, truth = simulate(runner, Course(standing_s=2.0, running_s=200.0), Sensor.ideal(100.0), 6)
    step, left = np.diff(truth.contact)[10:], (truth.side[:-1] == "left")[10:]
    ratio = (step[left].mean() - step[~left].mean()) / (step[left].mean() + step[~left].mean())
    assert abs(ratio) == pytest.approx(0.01, abs=0.004)
    assert step[left].std() / step[left].mean() == pytest.approx(0.02, abs=0.006)


def test_drawn_runners_obey_what_was_found_on_real_ones():
    """SIGNALS.md, Which way does the torso face: turn, sideways force and fore-aft phase by placement."""
    low_pass = butter(2, 13.0, fs=100.0, output="sos")
    for seed in range(24):
        recording, truth = draw(
            seed, path="straight", sensor="ideal", rate_hz=100.0, standing_s=3.0, running_s=17.0
        )
        t, (acc, _) = truth.t, in_torso(recording, truth)
        contact, left = truth.contact[8:-4], truth.side[8:-4] == "left"
        turn = np.interp(contact, t, truth.rotation_deg)
        apart = turn[left].mean() - turn[~left].mean()
        aside = (
            means(t, acc[:, 1], contact[left], 0.2).mean() - means(t, acc[:, 1], contact[~left], 0.2).mean()
        )
        rolled = (
            means(t, truth.sway_deg, contact[left], 0.2).mean()
            - means(t, truth.sway_deg, contact[~left], 0.2).mean()
        )
        phase = _fore_aft_phase(truth, acc)
        size = np.linalg.norm(sosfiltfilt(low_pass, acc, axis=0), axis=1)
        lowest = [size[(t >= a) & (t < b)].min() / G for a, b in itertools.pairwise(contact)]
        assert max(lowest) < 0.6, seed
        if truth.runner.placement == "sternum":
            assert apart > 7.0, seed
            assert aside < -0.5, seed
            assert rolled < -1.0, seed  # over the foot
            assert -179.0 < phase < -105.0, seed
        else:
            assert 0.0 < apart < 15.0, seed
            assert aside > 0.5, seed
            assert rolled > 0.3, seed  # the free side drops
            assert -62.0 < phase < -12.0, seed


def _fore_aft_phase(truth: Truth, acc: Floats) -> float:
    """Phase of fore-aft against vertical acceleration at step frequency on a straight path. [°]"""
    earth = rotate(truth.q_earth_torso, acc)
    inside = (truth.t > truth.contact[8]) & (truth.t < truth.contact[-4])
    steps = np.interp(truth.t, truth.contact, np.arange(len(truth.contact)))
    turn = np.exp(-2j * np.pi * steps[inside])
    return float(np.degrees(np.angle((earth[inside, 0] @ turn) / (earth[inside, 2] @ turn))))


def test_truth_angles_are_those_of_its_orientation():
    _, truth = draw(7, path="track", sensor="ideal", running_s=10.0)
    up = rotate(truth.q_earth_torso, [0.0, 0.0, 1.0])
    heading = np.arctan2(
        rotate(truth.q_earth_torso, [1.0, 0.0, 0.0])[:, 1], rotate(truth.q_earth_torso, [1.0, 0.0, 0.0])[:, 0]
    )
    heading -= truth.rotation_deg * RAD
    along = np.cos(heading) * up[:, 0] + np.sin(heading) * up[:, 1]
    right = np.sin(heading) * up[:, 0] - np.cos(heading) * up[:, 1]
    assert np.abs(np.arctan2(along, up[:, 2]) * DEG - truth.lean_deg).max() < 1e-6
    assert np.abs(np.arctan2(right, up[:, 2]) * DEG - truth.sway_deg).max() < 1e-6


def test_lean_and_turn_are_as_asked():
    runner = Runner(lean_deg=9.0, lean_drift_deg=2.0, turn_deg=15.0, stride_cv=0.0)
    _, truth = simulate(runner, Course(standing_s=4.0, running_s=60.0), Sensor.ideal(100.0), 8)
    early, late = (truth.t > 8) & (truth.t < 24), (truth.t > 44) & (truth.t < 60)
    # The trunk wanders by 0.4° over seconds, which leaves 0.2° in such means.
    assert truth.lean_deg[early | late].mean() == pytest.approx(9.0, abs=0.6)
    assert truth.lean_deg[late].mean() - truth.lean_deg[early].mean() == pytest.approx(1.2, abs=0.8)
    lefts = truth.contact[truth.side == "left"][6:-4]
    size = [np.ptp(truth.rotation_deg[(truth.t >= a) & (truth.t < b)]) for a, b in itertools.pairwise(lefts)]
    assert np.median(size) == pytest.approx(30.0, abs=0.7)


def test_surges_have_a_stop_and_a_course_may_be_any_list_of_stretches():
    _, truth = draw(2, path="surges", sensor="ideal", running_s=60.0)
    assert [kind for kind, _, _ in truth.bouts] == ["still", "run", "still", "run"]
    _, start, stop = truth.bouts[2]
    assert truth.speed[(truth.t > start + 0.1) & (truth.t < stop)].max() < 0.05
    assert not ((truth.contact > start) & (truth.contact < stop)).any()
    plan = Course(stretches=(Stretch("walk", 10.0, 1.3), Stretch("run", 10.0), Stretch("still", 5.0, 0.0)))
    _, truth = simulate(Runner(), plan, Sensor.ideal(), 1)
    assert [kind for kind, _, _ in truth.bouts] == ["walk", "run", "still"]
    assert truth.running[truth.contact > 10.0].all()
    assert not truth.running[truth.contact < 10.0].any()


def test_a_recording_cut_out_of_a_run_runs_from_its_first_to_its_last_sample():
    course = Course(standing_s=0.0, running_s=20.0)
    recording, truth = simulate(replace(RIGID, lean_deg=8.0), course, Sensor.ideal(), 3)
    assert [kind for kind, _, _ in truth.bouts] == ["run"]
    assert truth.contact[0] < 0.45
    assert truth.contact[-1] > 19.5
    for part in (slice(0, 160), slice(-160, None)):
        assert truth.lean_deg[part].mean() == pytest.approx(8.0, abs=1.5)
        assert np.ptp(recording.samples.acc[part, 2]) > 2.0 * G
        assert truth.speed[part].min() > 3.2


def test_a_bout_too_short_for_steps_is_refused_with_its_length():
    with pytest.raises(SignalError, match=r"0\.5 s of a run"):
        simulate(Runner(), Course(stretches=(Stretch("run", 0.5),)), Sensor.ideal(), 1)


# ---------------------------------------------------------------- the sensor


def quiet(**errors) -> tuple:
    """A second run with just these errors, and the one without."""
    course = Course(standing_s=4.0, running_s=8.0)
    clean, _ = simulate(RIGID, course, Sensor.ideal(), 9)
    wrong, truth = simulate(RIGID, course, replace(Sensor.ideal(), **errors), 9)
    return clean.samples, wrong.samples, truth


def test_every_error_is_off_until_switched_on():
    clean, same, _ = quiet()
    assert np.array_equal(clean.acc, same.acc)
    assert np.array_equal(clean.gyr, same.gyr)


def test_bias_scale_and_g_sensitivity_do_what_they_say():
    clean, wrong, _ = quiet(acc_bias=(0.1, -0.2, 0.3), gyr_bias=(0.01, 0.02, -0.03))
    assert np.allclose(wrong.acc - clean.acc, [0.1, -0.2, 0.3])
    assert np.allclose(wrong.gyr - clean.gyr, [0.01, 0.02, -0.03])
    m = np.array([[1.02, 0.01, 0.0], [0.0, 0.97, 0.0], [0.0, 0.0, 1.0]])
    clean, wrong, _ = quiet(acc_matrix=m, gyr_matrix=m.T)
    assert np.allclose(wrong.acc, clean.acc @ m.T)
    assert np.allclose(wrong.gyr, clean.gyr @ m)
    clean, wrong, _ = quiet(g_sensitivity=np.full((3, 3), 1e-4))
    assert np.allclose(wrong.gyr - clean.gyr, 1e-4 * clean.acc.sum(axis=1, keepdims=True))


def test_noise_has_its_density_and_drift_its_size():
    clean, wrong, _ = quiet(acc_noise=0.004, gyr_noise=1e-4)
    assert (wrong.acc - clean.acc).std() == pytest.approx(0.004 * 10.0, rel=0.05)
    assert (wrong.gyr - clean.gyr).std() == pytest.approx(1e-4 * 10.0, rel=0.05)
    clean, wrong, _ = quiet(gyr_drift=0.1)
    # Random steps of 0.1 rad/s for a minute: 5 ms of it are 0.1 * sqrt(0.005 / 60).
    assert np.diff(wrong.gyr - clean.gyr, axis=0).std() == pytest.approx(0.1 * np.sqrt(0.005 / 60), rel=0.05)


def test_a_range_of_two_g_clips_and_sixteen_bits_quantise():
    clean, wrong, _ = quiet(acc_range_g=2.0, bits=16)
    count = 2.0 * G / 32768
    assert np.abs(wrong.acc).max() <= 2.0 * G
    assert np.abs(clean.acc).max() > 2.0 * G
    assert np.allclose(wrong.acc / count, np.round(wrong.acc / count), atol=1e-6)
    inside = np.abs(clean.acc) < 1.99 * G
    assert np.abs(wrong.acc - clean.acc)[inside].max() <= count / 2 + 1e-12
    assert np.array_equal(wrong.gyr, clean.gyr)


def test_the_filter_delays_by_its_two_and_a_half_milliseconds():
    clean, wrong, _ = quiet(filter_hz=94.0)
    delays = np.arange(0.0, 0.006, 0.0005)
    off = [np.abs(np.interp(clean.t - d, clean.t, clean.gyr[:, 1]) - wrong.gyr[:, 1]).mean() for d in delays]
    assert delays[int(np.argmin(off))] == pytest.approx(0.0024, abs=0.0006)


def test_a_fast_clock_stretches_its_times_and_the_truth_with_them():
    clean, wrong, truth = quiet(clock_ppm=3000.0, start_s=5.0)
    assert wrong.t[0] == 5.0
    assert len(wrong) == pytest.approx(1.003 * len(clean), abs=1)
    _, plain = simulate(RIGID, Course(standing_s=4.0, running_s=8.0), Sensor.ideal(), 9)
    assert np.allclose(truth.contact, 5.0 + 1.003 * plain.contact)
    # What happens at a contact happens at that contact by either clock.
    at = np.interp(plain.contact, clean.t, clean.acc[:, 2])
    by_clock = np.interp(truth.contact, wrong.t, wrong.acc[:, 2])
    assert np.abs(at - by_clock).mean() < 0.05 * clean.acc[:, 2].std()


def test_jitter_moves_the_moment_but_not_the_stamp():
    clean, wrong, truth = quiet(jitter_s=0.0005)
    assert np.array_equal(clean.t, wrong.t)
    assert (truth.true_t - truth.t).std() == pytest.approx(0.0005, rel=0.1)
    assert not np.array_equal(clean.acc, wrong.acc)


def test_lost_samples_are_lost_in_bursts_and_gaps_are_told():
    recording, truth = simulate(
        RIGID, Course(running_s=200.0), replace(Sensor.ideal(100.0), drop_share=0.02, drop_burst=5.0), 10
    )
    n = len(recording.samples)
    assert 1 - n / 20800 == pytest.approx(0.02, abs=0.008)
    missing = np.round(np.diff(recording.samples.t) * 100).astype(int) - 1
    assert missing[missing > 0].mean() == pytest.approx(5.0, abs=1.5)
    assert len(recording.gaps) == np.sum(missing > 3)
    assert len(truth.t) == len(truth.lean_deg) == len(truth.height) == n


def test_a_creeping_clip_ends_tilted_by_what_it_crept():
    course = Course(standing_s=6.0, running_s=10.0, standing_after_s=6.0)
    sensor = replace(Sensor.ideal(), creep_deg=3.0)
    still, crept = (
        simulate(RIGID, course, s, 11)[0].samples.between(18.0, 22.0).acc.mean(axis=0)
        for s in (Sensor.ideal(), sensor)
    )
    tilt = [np.degrees(np.arctan2(-a[0], a[2])) for a in (still, crept)]
    assert tilt[1] - tilt[0] == pytest.approx(3.0 * 20.0 / 22.0, abs=0.1)


def test_tissue_rings_and_turns_the_sensor_by_tenths_of_a_degree():
    course = Course(standing_s=4.0, running_s=8.0)
    stiff, loose = (
        simulate(replace(RIGID, tissue_wobble=w), course, Sensor.ideal(), 9)[0].samples for w in (0.0, 1.0)
    )
    running = stiff.t > 6.0
    power = np.abs(np.fft.rfft((loose.acc - stiff.acc)[running, 2])) ** 2
    hz = np.fft.rfftfreq(int(running.sum()), 0.005)
    assert 8.0 < hz[np.argmax(power)] < 30.0
    rocked = np.cumsum((loose.gyr - stiff.gyr)[running], axis=0) * 0.005 * DEG
    assert 0.1 < (rocked - rocked.mean(axis=0)).std(axis=0).max() < 0.9


def test_turning_sensor_and_mount_together_changes_nothing():
    rng = np.random.default_rng(12)
    course = Course(standing_s=3.0, running_s=5.0)
    sensor = replace(Sensor.ideal(), filter_hz=94.0)
    clean, _ = simulate(Runner(), course, sensor, 13)
    for _ in range(3):
        mount = any_rotation(rng)
        turned, truth = simulate(Runner(), course, replace(sensor, q_torso_sensor=mount), 13)
        assert np.allclose(rotate(mount, turned.samples.acc), clean.samples.acc, atol=1e-9)
        assert np.allclose(rotate(mount, turned.samples.gyr), clean.samples.gyr, atol=1e-9)
        assert np.array_equal(truth.q_torso_sensor, mount)


# ---------------------------------------------------------------- drawing and samples


def test_the_same_seed_gives_the_same_run_and_another_seed_another():
    (a, ta), (b, tb), (c, _) = (draw(s, running_s=10.0) for s in (14, 14, 15))
    assert np.array_equal(a.samples.acc, b.samples.acc)
    assert np.array_equal(ta.contact, tb.contact)
    assert not np.array_equal(a.samples.acc[:500], c.samples.acc[:500])


def test_the_grade_of_the_sensor_leaves_runner_and_motion_alone():
    ideal, calibrated, shop = (
        draw(16, sensor=s, running_s=10.0)[1] for s in ("ideal", "calibrated", "mpu6050")
    )
    assert ideal.runner == calibrated.runner == shop.runner
    assert np.allclose(shop.sensor.q_torso_sensor, ideal.sensor.q_torso_sensor)
    assert np.allclose(
        (shop.contact - shop.sensor.start_s) / (1 + 1e-6 * shop.sensor.clock_ppm), ideal.contact
    )


def test_drawn_runners_fill_the_ranges_of_the_targets():
    course = Course(standing_s=1.0, running_s=4.0)
    runners = [draw(s, course=course, rate_hz=50.0, sensor="ideal")[1].runner for s in range(60)]
    for name, low, high in (
        ("speed_mps", 2.7, 5.0), ("lean_deg", 3.0, 15.0), ("nod_deg", 1.5, 4.0), ("turn_deg", 6.0, 20.0),
        ("roll_deg", 2.0, 6.0), ("impact_g", 1.0, 4.5), ("tissue_wobble", 0.3, 1.3), ("lean_drift_deg", -3.0, 3.0),
    ):  # fmt: skip
        drawn = np.array([getattr(r, name) for r in runners])
        assert low <= drawn.min() < low + 0.15 * (high - low), name
        assert high - 0.15 * (high - low) < drawn.max() <= high, name
    assert {r.placement for r in runners} == {"sternum", "sacrum"}
    assert draw(3, course=course, rate_hz=50.0, placement="sternum", lean_deg=5.0)[1].runner.lean_deg == 5.0


def test_waveforms_differ_between_runners_but_never_pull_on_the_ground():
    x = np.linspace(0.0, 1.0, 400)
    forces = []
    for seed in range(40):
        shape = Waveform.varied("sternum", np.random.default_rng(seed)).force
        forces.append(sum(b * np.sin(k * np.pi * x) for k, b in enumerate(shape, start=1)))
    assert np.min(forces) > -0.02
    assert np.std([x[np.argmax(f)] for f in forces]) > 0.01


def test_the_samples_are_one_run_at_two_places_and_the_same_each_time(tmp_path):
    names, recordings, truths = zip(*sample_recordings(), strict=True)
    assert names == ("easy_run_chest", "easy_run_waist")
    assert [r.placement for r in recordings] == ["sternum", "waist"]
    own = [(t.contact - t.sensor.start_s) / (1 + 1e-6 * t.sensor.clock_ppm) for t in truths]
    assert np.allclose(own[0], own[1])
    for truth in truths:
        assert [k for k, _, _ in truth.bouts] == ["still", "run", "still"]
        assert truth.bouts[1][2] - truth.bouts[1][1] == pytest.approx(360.0, rel=0.004)
    written = write_samples(tmp_path)
    assert all(p.exists() for p in written)
    assert max(p.stat().st_size for p in written) < 2e6
    with pytest.raises(FileExistsError):
        write_samples(tmp_path)
    for line in (tmp_path / "SHA256SUMS").read_text().splitlines():
        checksum, name = line.split()
        assert hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() == checksum
    readme = (tmp_path / "README.md").read_text()
    chest, waist = (true_means(truth) for truth in truths)
    assert f"| {chest['sway']:.1f}° | {waist['sway']:.1f}° |" in readme
    assert f"| {chest['cadence']:.1f} steps a minute | {waist['cadence']:.1f} steps a minute |" in readme
    told = json.loads((tmp_path / "easy_run_waist_truth.json").read_text())
    assert len(told["contact_s"]) == len(told["side"]) == len(truths[1].contact)


def test_the_true_means_of_the_sample_are_those_of_its_runner():
    """What a page is held against: means by another way than true_means() takes."""
    for _, _, truth in sample_recordings():
        means, runner = true_means(truth), truth.runner
        run = (truth.t > truth.contact[0] + 4.0) & (truth.t < truth.contact[-1] - 4.0)
        assert means["lean"] == pytest.approx(truth.lean_deg[run].mean(), abs=0.05)
        assert means["lean"] == pytest.approx(runner.lean_deg, abs=0.5)
        assert means["rotation"] == pytest.approx(2 * runner.turn_deg, rel=0.1)
        assert means["sway"] == pytest.approx(2 * runner.roll_deg, rel=0.1)
        step = np.median(np.diff(truth.contact))
        assert means["cadence"] == pytest.approx(60.0 / step, rel=0.005)
        assert means["contact_time"] + means["flight_time"] == pytest.approx(1000.0 * step, rel=0.005)
        low, high = np.percentile(truth.height[run], [5, 95])
        assert 0.7 < means["vertical_oscillation"] / (100.0 * (high - low)) < 1.3
