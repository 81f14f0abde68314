"""Claims that a recording cannot carry are not made.

Truth: synthetic runners whose recording is made to mislead.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gait import rotations
from gait.analysis import Analysis
from gait.facing import CONTRADICTED_DEG
from gait.pipeline import analyze
from gait.recording import Recording, Samples
from gait.rotations import Floats
from gait.synthetic import Course, Runner, Sensor, Truth, simulate
from gait.units import RAD


@pytest.fixture(scope="module")
def run() -> tuple[Recording, Truth]:
    return simulate(Runner(lean_deg=6.0), Course(running_s=80.0), Sensor.ideal(100.0), 4)


def turned(samples: Samples, q: Floats) -> Samples:
    """The same motion felt by a sensor turned by q."""
    return Samples(samples.t, rotations.rotate(q, samples.acc), rotations.rotate(q, samples.gyr))


def state(found: Analysis, key: str) -> str:
    return next(t.state for t in found.traits if t.rule.key == key)


def the_run(run: tuple[Recording, Truth], after_s: float = 0.0) -> Recording:
    """The running alone, from some seconds after it began."""
    recording, truth = run
    start = truth.bouts[1][1] + after_s
    return replace(recording, samples=recording.samples.between(start, 1e9))


def standing_turned(run: tuple[Recording, Truth], degrees: float) -> Recording:
    """The standing as another recording, with the sensor tipped by so much."""
    recording, truth = run
    still = recording.samples.between(truth.bouts[0][1], truth.bouts[0][2] - 0.5)
    return replace(
        recording, samples=turned(still, rotations.from_rotvec(np.array([degrees * RAD, 0.0, 0.0])))
    )


def test_a_standing_file_of_another_mounting_gives_no_zero(run: tuple[Recording, Truth]) -> None:
    alone = the_run(run, after_s=5.0)
    right = analyze(alone, placement="sternum", standing=standing_turned(run, 0.0))
    wrong = analyze(alone, placement="sternum", standing=standing_turned(run, 60.0))
    assert right.measures["lean"].value == pytest.approx(6.0, abs=1.0)
    assert wrong.measures["lean"].value is None
    assert any("worn otherwise" in reason for reason in wrong.mounting.why)
    assert wrong.measures["rotation"].value == pytest.approx(right.measures["rotation"].value, abs=2.0)


def test_two_standings_that_disagree_are_not_believed(run: tuple[Recording, Truth]) -> None:
    recording, truth = run
    start, stop = truth.bouts[0][1:]
    s = recording.samples
    still = s.between(start, stop - 0.5)
    length = still.t[-1] - still.t[0] + 0.01
    before = turned(still, rotations.from_rotvec(np.array([12.0 * RAD, 0.0, 0.0])))
    both = Samples.join([Samples(before.t - length, before.acc, before.gyr), s])
    found = analyze(replace(recording, samples=both), placement="sternum")
    assert found.mounting.crept_deg == pytest.approx(12.0, abs=0.5)
    assert any("quiet standings" in note for note in found.quality.notes)
    assert state(found, "lean") == "could_not_listen"


def test_a_stated_axis_against_all_evidence_is_taken_and_said(run: tuple[Recording, Truth]) -> None:
    recording, _ = run
    agreed = analyze(recording, placement="sternum", facing="+x")
    against = analyze(recording, placement="sternum", facing="-x")
    assert agreed.mounting.contradicted_deg is None
    assert state(agreed, "lean") == "seen"
    assert against.mounting.contradicted_deg is not None
    assert against.mounting.contradicted_deg > 180.0 - CONTRADICTED_DEG
    assert against.measures["lean"].value == pytest.approx(-agreed.measures["lean"].value, abs=0.3)  # type: ignore[operator]
    assert state(against, "lean") == "could_not_listen"
    assert any("stated" in note for note in against.quality.notes)


@pytest.mark.parametrize("pause_s", [30.0, 3.0 * 86400.0])
def test_a_pause_of_the_logger_is_no_loss(run: tuple[Recording, Truth], pause_s: float) -> None:
    recording, truth = run
    middle = 0.5 * (truth.bouts[1][1] + truth.bouts[1][2])
    s = recording.samples
    late = s.t > middle
    paused = Samples(np.where(late, s.t + pause_s, s.t), s.acc, s.gyr)
    found = analyze(replace(recording, samples=paused), placement="sternum")
    assert found.quality.lost_share == 0.0
    assert state(found, "turn") == "seen"
    assert found.measures["lean"].value == pytest.approx(6.0, abs=1.0)


def test_a_step_lost_unseen_does_not_exchange_the_feet(run: tuple[Recording, Truth]) -> None:
    recording, truth = run
    s = recording.samples
    contact = truth.contact[60]
    step = float(np.median(np.diff(truth.contact)))
    a, b = np.searchsorted(s.t, [contact, contact + step])
    back = s.t[b] - s.t[a - 1] - 0.01
    joined = Samples.join([s[:a], Samples(s.t[b:] - back, s.acc[b:], s.gyr[b:])])
    found = analyze(replace(recording, samples=joined), placement="sternum")
    true = np.where(truth.contact > contact + 0.5 * step, truth.contact - back, truth.contact)
    near = np.abs(found.contacts.contact[:, None] - true).argmin(axis=1)
    wrong = found.contacts.side != truth.side[near]
    assert wrong.sum() <= 2  # at the cut itself
    late = found.contacts.contact > contact + 5.0
    assert late.sum() > 50
    assert not wrong[late].any()


def test_without_a_start_a_body_that_does_not_turn_is_not_told_backward() -> None:
    still_trunk = Runner(turn_deg=0.2, roll_deg=0.5)
    recording, truth = simulate(still_trunk, Course(running_s=60.0), Sensor.ideal(100.0), 6)
    found = analyze(the_run((recording, truth), after_s=5.0), placement="sternum")
    forward = rotations.rotate(rotations.inverse(found.mounting.q_torso_sensor), [1.0, 0.0, 0.0])
    assert abs(forward[0]) > 0.9
    assert forward[0] > 0.0 or not found.mounting.sign_known


def test_a_limb_is_not_praised_as_a_trunk(run: tuple[Recording, Truth]) -> None:
    recording, truth = run
    s = recording.samples
    # Swinging to and fro once a stride, as an arm does, about an axis across.
    stride = 2.0 * float(np.median(np.diff(truth.contact)))
    angle = 16.0 * RAD * np.sin(2 * np.pi * (s.t - truth.contact[0]) / stride) * (s.t > truth.bouts[1][1])
    q = rotations.from_rotvec(np.stack([0 * angle, -angle, 0 * angle], axis=1))
    rate = np.stack([0 * angle, np.gradient(angle, s.t), 0 * angle], axis=1)
    limb = Samples(s.t, rotations.rotate(q, s.acc), rotations.rotate(q, s.gyr) + rate)
    found = analyze(replace(recording, samples=limb), placement="unknown")
    assert found.quality.not_trunk
    assert set(np.unique(found.contacts.side)) <= {"A", "B", ""}
    assert all(state(found, key) == "could_not_listen" for key in ("lean", "turn", "together"))
