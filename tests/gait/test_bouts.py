"""Running is found by its flight and its rhythm; what only shakes is none.

Truth: the synthetic runner's own bouts; for stairs and cars, signals made here by what is said of them.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.signal import butter, sosfiltfilt

from gait import bouts as bouts_room
from gait.bouts import Bouts, find_bouts, find_still
from gait.gravity import Settled, settle
from gait.motion import MotionFilter
from gait.recording import Recording, Samples
from gait.rotations import Floats
from gait.synthetic import Course, Runner, Sensor, Stretch, Truth, draw, simulate
from gait.synthetic.waveform import Worn
from gait.timeline import EvenClock
from gait.units import G

RATE = 100.0

#: A start is found within a step of its first contact, a stop within two steps: the last landing brings to a stand.
EDGE_TOLERANCE = 0.8

#: Standing begins when the sway of stopping has died down, and the last 0.2 s block may be mixed.
STILL_EDGE_TOLERANCE = 0.6

#: Share of the running seconds that are found, and of those found that are running.
FOUND_SHARE = 0.97

SHORT_STAND = Stretch("still", 6.0, 0.0)


def settled(recording: Recording) -> Settled:
    return settle(MotionFilter(recording.rate_hz).push(EvenClock(recording.rate_hz).push(recording.samples)))


def found_in(recording: Recording) -> Bouts:
    return find_bouts(settled(recording))


def made(runner: Runner, *stretches: Stretch, seed: int = 1, rate_hz: float = RATE) -> tuple[Bouts, Truth]:
    recording, truth = simulate(runner, Course(stretches=stretches), Sensor.ideal(rate_hz), seed)
    return found_in(recording), truth


def shaken(force: Floats, gyr: Floats) -> Bouts:
    """Of a sensor with z up that feels this."""
    n = len(force)
    return found_in(Recording(Samples(np.arange(n) / RATE, force, gyr), RATE))


def seconds(bouts: Bouts, kind: str) -> float:
    mine = bouts.kind == kind
    return float((bouts.stop[mine] - bouts.start[mine]).sum())


# ---------------------------------------------------------------- what is running


@pytest.mark.parametrize("seed", range(9))
def test_running_is_found_from_start_to_stop(seed: int) -> None:
    recording, truth = draw(seed, running_s=40.0)
    found = found_in(recording)
    true = [(a, b) for kind, a, b in truth.bouts if kind == "run"]
    runs = found.kind == "run"
    assert runs.sum() == len(true)
    for (a, b), start, stop in zip(true, found.start[runs], found.stop[runs], strict=True):
        assert start == pytest.approx(a, abs=EDGE_TOLERANCE)
        assert stop == pytest.approx(b, abs=EDGE_TOLERANCE)
        overlap = min(b, stop) - max(a, start)
        assert overlap > FOUND_SHARE * max(b - a, stop - start)
    assert not (found.kind == "walk").any()


@pytest.mark.parametrize("placement", ["sternum", "sacrum"])
@pytest.mark.parametrize(
    ("speed", "contact", "cadence"),
    [(2.0, 0.37, 150.0), (2.2, 0.36, 160.0), (1.8, 0.40, 144.0), (2.4, 0.33, 165.0)],
)
def test_a_slow_jogger_with_little_flight_runs(
    placement: Worn, speed: float, contact: float, cadence: float
) -> None:
    runner = Runner(
        placement=placement, speed_mps=speed, contact_s=contact, cadence_spm=cadence, impact_g=0.7
    )
    found, truth = made(runner, SHORT_STAND, Stretch("run", 25.0))
    assert np.mean(truth.contact[1:] - truth.toe_off[:-1]) < 0.035  # a blink
    assert seconds(found, "run") > FOUND_SHARE * 25.0
    assert seconds(found, "walk") == 0.0


@pytest.mark.parametrize(("steps_hz", "kind"), [(2.0, "walk"), (2.65, "run")])
def test_a_lightest_moment_of_0_4_g_is_a_jog_at_a_joggers_pace_and_a_walk_at_a_walkers(
    steps_hz: float, kind: str
) -> None:
    """Older slow joggers have next to no flight (SIGNALS.md); quick walkers at 1.85 steps/s stay above 0.42 g."""
    t = np.arange(int(30 * RATE)) / RATE
    phase = 2 * np.pi * steps_hz * t
    rng = np.random.default_rng(5)
    force = np.stack([1.0 * np.sin(phase), 1.0 * np.sin(phase / 2), G * (1 + 0.6 * np.sin(phase))], axis=1)
    turning = 0.5 * np.sin(phase / 2)[:, None] * [0.3, 0.0, 1.0] + 0.02 * rng.normal(size=(len(t), 3))
    found = shaken(force + 0.1 * rng.normal(size=force.shape), turning)
    assert seconds(found, kind) > FOUND_SHARE * 30.0


@pytest.mark.parametrize("rate_hz", [50.0, 100.0, 400.0])
def test_the_rate_does_not_matter(rate_hz: float) -> None:
    found, _ = made(Runner(), SHORT_STAND, Stretch("run", 15.0), SHORT_STAND, rate_hz=rate_hz)
    assert found.kind.tolist() == ["still", "run", "still"]
    assert found.stop[1] - found.start[1] == pytest.approx(15.0, abs=EDGE_TOLERANCE)


def test_walk_run_walk() -> None:
    found, truth = made(
        Runner(), SHORT_STAND, Stretch("walk", 12.0, 1.4), Stretch("run", 12.0), Stretch("walk", 12.0, 1.5)
    )
    assert found.kind.tolist() == ["still", "walk", "run", "walk"]
    np.testing.assert_allclose(found.start[1:], [b[1] for b in truth.bouts[1:]], atol=EDGE_TOLERANCE)


# ---------------------------------------------------------------- what is not


@pytest.mark.parametrize("placement", ["sternum", "sacrum"])
@pytest.mark.parametrize("speed", [0.6, 1.0, 1.4, 1.8, 2.2])
def test_walking_at_any_pace_is_walking(placement: Worn, speed: float) -> None:
    found, _ = made(
        Runner(placement=placement, impact_g=4.0), SHORT_STAND, Stretch("walk", 25.0, speed), seed=3
    )
    assert seconds(found, "run") == 0.0
    assert seconds(found, "walk") == pytest.approx(25.0, abs=1.5)


def test_standing_is_standing() -> None:
    found, _ = made(Runner(), Stretch("still", 30.0, 0.0))
    assert found.kind.tolist() == ["still"]
    assert found.stop[0] - found.start[0] > 29.0


@pytest.mark.parametrize("steps_hz", [1.6, 2.0, 2.4, 2.7])
def test_hurrying_down_the_stairs_is_not_running(steps_hz: float) -> None:
    # A foot is always down: the force stays above half of body weight, though every landing peaks at 1.7 of it.
    t = np.arange(int(40 * RATE)) / RATE
    phase = 2 * np.pi * steps_hz * t
    landing = 0.5 * np.exp(-0.5 * (((t * steps_hz) % 1 - 0.3) / 0.04) ** 2)
    up = 1 + 0.35 * np.sin(phase) + 0.15 * np.sin(2 * phase + 1) + landing
    assert up.min() > 0.5
    assert up.max() > 1.6
    rng = np.random.default_rng(1)
    force = np.stack([np.zeros(len(t)), np.sin(phase / 2), G * up], axis=1) + 0.2 * rng.normal(
        size=(len(t), 3)
    )
    turning = 0.3 * np.sin(phase / 2)[:, None] * [1.0, 0.0, 1.0] + 0.05 * rng.normal(size=(len(t), 3))
    assert seconds(shaken(force, turning), "run") == 0.0


@pytest.mark.parametrize("shaking", [0.5, 1.0, 2.0, 4.0])
def test_sitting_in_a_car_is_not_running(shaking: float) -> None:
    n = int(60 * RATE)
    rng = np.random.default_rng(2)
    road = sosfiltfilt(
        butter(2, [0.5, 20.0], "bandpass", fs=RATE, output="sos"), rng.normal(size=(n, 3)), axis=0
    )
    turns = sosfiltfilt(butter(2, 3.0, fs=RATE, output="sos"), rng.normal(size=(n, 3)), axis=0)
    found = shaken(shaking * road / road.std(axis=0) + [0.0, 0.0, G], 0.1 * turns / turns.std(axis=0))
    assert seconds(found, "run") == 0.0


@pytest.mark.parametrize(("hz", "size"), [(1.4, 6.0), (2.5, 4.0), (3.5, 3.0)])
def test_bouncing_on_a_seat_is_not_running(hz: float, size: float) -> None:
    # Never light enough for flight at that pace.
    n = int(40 * RATE)
    rng = np.random.default_rng(3)
    force = 0.05 * rng.normal(size=(n, 3)) + [0.0, 0.0, G]
    force[:, 2] += size * np.sin(2 * np.pi * hz * np.arange(n) / RATE)
    assert seconds(shaken(force, 0.01 * rng.normal(size=(n, 3))), "run") == 0.0


def test_a_hop_is_no_run_and_a_short_run_is_one() -> None:
    hop, _ = made(Runner(), SHORT_STAND, Stretch("run", 1.5), SHORT_STAND)
    run, _ = made(Runner(), SHORT_STAND, Stretch("run", 4.0), SHORT_STAND)
    assert seconds(hop, "run") == 0.0
    assert seconds(run, "run") == pytest.approx(4.0, abs=EDGE_TOLERANCE)


def test_a_stumble_does_not_split_a_run_and_a_stop_does() -> None:
    for pause, count in ((0.5, 1), (4.0, 2)):
        found, _ = made(
            Runner(), SHORT_STAND, Stretch("run", 12.0), Stretch("still", pause, 0.0), Stretch("run", 12.0)
        )
        assert (found.kind == "run").sum() == count


# ---------------------------------------------------------------- standing and the shape of the answer


def test_standing_is_found_to_its_edges_without_any_gravity() -> None:
    recording, truth = draw(
        2, course=Course(standing_s=8.0, running_s=12.0, standing_after_s=7.0), sensor="mpu6050"
    )
    motion = MotionFilter(recording.rate_hz).push(EvenClock(recording.rate_hz).push(recording.samples))
    still = find_still(motion)
    true = [(a, b) for kind, a, b in truth.bouts if kind == "still"]
    assert len(still) == 2
    np.testing.assert_allclose(still[0], true[0], atol=STILL_EDGE_TOLERANCE)
    assert true[1][0] - 0.1 < still[1][0] < true[1][0] + 1.5  # it takes a while to stand quietly
    assert still[1][1] == pytest.approx(true[1][1], abs=STILL_EDGE_TOLERANCE)


def test_a_gyro_bias_does_not_hide_standing() -> None:
    sensor = replace(Sensor.ideal(RATE), gyr_bias=(0.35, -0.35, 0.35), acc_bias=(0.5, 0.5, 0.8))
    recording, _ = simulate(Runner(), Course(standing_s=8.0, running_s=10.0), sensor, 1)
    assert found_in(recording).kind.tolist() == ["still", "run"]


def test_bouts_come_in_order_and_never_overlap() -> None:
    for seed in range(6):
        recording, _ = draw(seed, path="surges")
        found = found_in(recording)
        assert (found.stop > found.start).all()
        assert (found.start[1:] >= found.stop[:-1]).all()
        assert set(found.kind) <= {"run", "walk", "still"}


def test_a_long_gap_ends_a_bout() -> None:
    recording, _ = draw(1, path="straight", running_s=30.0)
    s, at = recording.samples, float(recording.samples.t[0]) + 22.0
    found = found_in(
        replace(recording, samples=Samples.join([s.between(-1.0, at), s.between(at + 4.0, 1e9)]))
    )
    runs = found.kind == "run"
    assert runs.sum() == 2
    assert found.stop[runs][0] <= at
    assert found.start[runs][1] >= at + 4.0


def test_looking_in_pieces_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    recording, _ = draw(2, path="surges", running_s=40.0)
    whole = found_in(recording)
    monkeypatch.setattr(bouts_room, "PIECE_LOOKS", 133)
    pieces = found_in(recording)
    assert pieces.kind.tolist() == whole.kind.tolist()
    np.testing.assert_allclose(pieces.start, whole.start, atol=1e-9)
    np.testing.assert_allclose(pieces.stop, whole.stop, atol=1e-9)


def test_nothing_settled_nothing_found() -> None:
    n = 100
    found = shaken(np.full((n, 3), [0.0, 0.0, G]), np.zeros((n, 3)))
    assert len(found) == 0


@pytest.mark.parametrize("rate_hz", [25.0, 36.0, 38.0, 60.0, 104.0])
def test_the_shortest_run_is_as_long_at_every_rate(rate_hz: float) -> None:
    """At 36 samples a second 1.8 s were a run, at 38 it took 3.2: looks were counted as if 25 were taken a second."""
    for length, is_run in ((1.8, False), (2.8, True)):
        found, _ = made(Runner(), SHORT_STAND, Stretch("run", length), SHORT_STAND, rate_hz=rate_hz)
        assert (found.kind == "run").sum() == is_run
