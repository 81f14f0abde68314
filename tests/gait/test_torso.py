"""Angles of the torso per sample and over the stride.

Truth: poses made here by the definition of lean, sway and turn (gait.synthetic.trunk.frame), so that nothing
has to be estimated.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from gait import rotations, torso
from gait.gravity import Settled
from gait.motion import Motion
from gait.rotations import Floats
from gait.strides import Strides
from gait.synthetic import Course, Runner, Sensor, simulate
from gait.synthetic.trunk import frame
from gait.torso import CHANNELS, POINTS, cycles, torso_motion
from gait.units import DEG, RAD, G

RATE = 200.0

#: One stride of the made poses. [s]
STRIDE = 0.7

#: Lean and sway are told by the definition itself; what is left is the heading's ripple, over a tilt of 10°.
ANGLE_TOLERANCE_DEG = 0.08

#: The turn is relative to a heading averaged twice over a stride of 140 samples.
TURN_TOLERANCE_DEG = 0.1

#: At the ends the heading goes on with its slope.
END_TOLERANCE_DEG = 0.6

#: The trunk wanders about its path by half a degree over seconds; heading here is the trunk's own average.
WANDER_DEG = 0.8

#: Single precision of what was measured. [m/s²]
ACC_TOLERANCE = 1e-4


class Made:
    """Settled motion whose every angle is known, seconds from 0."""

    def __init__(
        self,
        seconds: float = 12.0,
        *,
        lean_deg: float = 8.0,
        nod_deg: float = 2.0,
        turn_deg: float = 14.0,
        sway_deg: float = 3.0,
        heading: Floats | None = None,
        q_torso_sensor: Floats = rotations.IDENTITY,
        acc_level: tuple[float, float, float] = (0.0, 0.0, 0.0),
        gap: tuple[float, float] | None = None,
    ) -> None:
        t = np.arange(int(seconds * RATE)) / RATE
        phase = 2 * np.pi * t / STRIDE
        self.heading = np.full(len(t), 0.4) if heading is None else heading
        self.lean = lean_deg + nod_deg * np.cos(2 * phase + 0.3)
        self.turn = turn_deg * np.cos(phase - 0.6)
        self.sway = sway_deg * np.cos(phase + 1.1)
        matrix = frame(self.heading, self.lean * RAD, self.sway * RAD, self.turn * RAD)
        q_earth_torso = Rotation.from_matrix(matrix).as_quat(scalar_first=True)
        q = rotations.multiply(q_earth_torso, q_torso_sensor)
        c, s = np.cos(self.heading), np.sin(self.heading)
        bounce = acc_level[2] * np.cos(2 * phase)
        forward, left = acc_level[0] * np.cos(2 * phase + 0.8), acc_level[1] * np.cos(phase + 0.2)
        self.acc = np.stack([forward, left, bounce], axis=1)
        earth = np.stack([c * forward - s * left, s * forward + c * left, bounce + G], axis=1)
        force = rotations.rotate(rotations.inverse(q), earth)
        self.rate = np.stack([np.sin(phase), np.cos(2 * phase), 0.5 * np.sin(phase + 1)], axis=1)
        gyr = rotations.rotate(rotations.inverse(q_torso_sensor), self.rate)
        keep = np.ones(len(t), bool) if gap is None else (t < gap[0]) | (t > gap[1])
        opens = np.zeros(int(keep.sum()), bool)
        opens[0] = True
        opens[1:] |= np.diff(t[keep]) > 1.5 / RATE
        none = np.zeros(0)
        n = len(opens)
        self.motion = Motion(
            t[keep],
            RATE,
            opens,
            force[keep].astype(np.float32),
            gyr[keep].astype(np.float32),
            np.zeros(n, bool),
            none,
            np.zeros((0, 3)),
            none,
        )
        self.mount = np.asarray(q_torso_sensor)
        self.settled = Settled(
            self.motion, q[keep], np.ones(n, bool), none, none, none, np.zeros(3), bias_from_rest=True
        )
        self.t = t

    def torso(self, span: tuple[float, float] | None = None) -> torso.TorsoMotion:
        n = len(self.motion)
        return torso_motion(self.settled, slice(0, n), self.mount, np.full(n, STRIDE), span)


def inner(t: Floats) -> np.ndarray:
    """Away from the ends by two strides."""
    return np.asarray((t > t[0] + 2 * STRIDE) & (t < t[-1] - 2 * STRIDE))


def some_strides(start: Floats, side: str = "left", bout: int = 0, stride: float = STRIDE) -> Strides:
    k = len(start)
    return Strides(
        start,
        start + stride / 2,
        start + stride,
        start + 0.3 * stride,
        start + 0.8 * stride,
        np.full(k, side),
        np.full(k, bout, np.intp),
        np.ones(k, bool),
    )


# ---------------------------------------------------------------- per sample


@given(
    st.floats(-15.0, 30.0),
    st.floats(0.0, 25.0),
    st.floats(0.0, 12.0),
    st.floats(-3.1, 3.1),
    st.tuples(*[st.floats(-3.0, 3.0)] * 3),
)
@settings(max_examples=40, deadline=None)
def test_lean_turn_and_sway_are_those_of_the_definition_in_any_mounting(
    lean: float, turn: float, sway: float, heading: float, mount: tuple[float, float, float]
) -> None:
    t = np.arange(int(8.0 * RATE)) / RATE
    m = Made(
        8.0,
        lean_deg=lean,
        turn_deg=turn,
        sway_deg=sway,
        heading=np.full(len(t), heading),
        q_torso_sensor=rotations.from_rotvec(mount),
    )
    found = m.torso()
    mid = inner(t)
    np.testing.assert_allclose(found["rotation"][mid] * DEG, m.turn[mid], atol=TURN_TOLERANCE_DEG)
    np.testing.assert_allclose(found["lean"][mid] * DEG, m.lean[mid], atol=ANGLE_TOLERANCE_DEG)
    np.testing.assert_allclose(found["sway"][mid] * DEG, m.sway[mid], atol=ANGLE_TOLERANCE_DEG)


def test_forward_left_and_right_have_their_signs() -> None:
    """Lean positive forward, rotation positive to the left, sway positive to the right: by hand."""
    n = int(4 * RATE)
    level = Made(4.0, lean_deg=0, nod_deg=0, turn_deg=0, sway_deg=0, heading=np.zeros(n))
    mid = inner(level.t)
    for turned, channel in (([0.0, 0.2, 0.0], "lean"), ([0.2, 0.0, 0.0], "sway")):
        # About the left axis by the right hand: up tips forward. About the forward axis: up tips to the right.
        q = rotations.multiply(rotations.from_rotvec(turned), level.settled.q_earth_sensor)
        s = replace(level.settled, q_earth_sensor=q)
        found = torso_motion(s, slice(0, n), level.mount, np.full(n, STRIDE))
        np.testing.assert_allclose(found[channel][mid], 0.2, atol=1e-6)
    half = np.where(np.arange(n)[:, None] % 140 < 70, 1.0, -1.0) * [0.0, 0.0, 0.1]
    q = rotations.multiply(rotations.from_rotvec(half), level.settled.q_earth_sensor)
    left = torso_motion(
        replace(level.settled, q_earth_sensor=q), slice(0, n), level.mount, np.full(n, STRIDE)
    )
    np.testing.assert_allclose(left["rotation"][mid], half[mid, 2], atol=0.01)


def test_a_curve_is_heading_and_not_turning() -> None:
    t = np.arange(int(12 * RATE)) / RATE
    m = Made(heading=0.14 * t)  # a track's bend at 5 m/s
    found, mid = m.torso(), inner(t)
    np.testing.assert_allclose(found["rotation"][mid] * DEG, m.turn[mid], atol=TURN_TOLERANCE_DEG)
    np.testing.assert_allclose(found["heading"][mid] * DEG, m.heading[mid] * DEG, atol=TURN_TOLERANCE_DEG)
    np.testing.assert_allclose(found["lean"][mid] * DEG, m.lean[mid], atol=ANGLE_TOLERANCE_DEG)


def test_a_full_circle_does_not_wrap() -> None:
    t = np.arange(int(60 * RATE)) / RATE
    m = Made(60.0, heading=0.14 * t + 3.0)
    heading = m.torso()["heading"]
    assert heading[-1] - heading[0] == pytest.approx(0.14 * 60, abs=0.05)
    assert np.abs(np.diff(heading)).max() < 0.01


def test_accelerations_are_along_the_heading_and_without_gravity() -> None:
    t = np.arange(int(12 * RATE)) / RATE
    m = Made(
        heading=0.1 * t, acc_level=(3.0, 2.0, 9.0), q_torso_sensor=rotations.from_rotvec([1.0, -0.5, 2.0])
    )
    found, mid = m.torso(), inner(t)
    for i, channel in enumerate(("forward", "left", "up")):
        np.testing.assert_allclose(found[channel][mid], m.acc[mid, i], atol=0.01)
    np.testing.assert_allclose(found["up"], m.acc[:, 2], atol=ACC_TOLERANCE)


def test_angular_rates_are_about_the_torsos_own_axes() -> None:
    m = Made(q_torso_sensor=rotations.from_rotvec([1.0, -0.5, 2.0]))
    found = m.torso()
    np.testing.assert_allclose(found["roll_rate"], m.rate[:, 0], atol=1e-6)
    np.testing.assert_allclose(found["pitch_rate"], m.rate[:, 1], atol=1e-6)
    np.testing.assert_allclose(found["turning"], np.linalg.norm(m.rate, axis=1), atol=1e-6)


def test_a_gyro_bias_is_taken_out_of_the_rates() -> None:
    m = Made()
    bias = np.array([0.3, -0.2, 0.1])
    gyr = (m.motion.gyr + bias).astype(np.float32)
    s = replace(m.settled, motion=replace(m.motion, gyr=gyr), gyr_bias=bias)
    found = torso_motion(s, slice(0, len(gyr)), m.mount, np.full(len(gyr), STRIDE))
    np.testing.assert_allclose(found["roll_rate"], m.rate[:, 0], atol=1e-6)


def test_how_one_stood_before_does_not_bend_the_first_strides() -> None:
    t = np.arange(int(14 * RATE)) / RATE
    stood = t < 4.0
    heading = np.where(stood, 1.2, 0.4)  # standing turned away by 46°
    m = Made(14.0, heading=heading, turn_deg=10.0)
    near = (t > 4.05) & (t < 4.05 + STRIDE)
    told, not_told = (m.torso(span)["rotation"][near] * DEG for span in ((4.05, 13.9), None))
    assert np.abs(told - m.turn[near]).max() < END_TOLERANCE_DEG
    assert np.abs(not_told - m.turn[near]).max() > 10 * END_TOLERANCE_DEG


def test_the_definitions_are_those_of_the_synthetic_truth() -> None:
    recording, truth = simulate(
        Runner(tissue_wobble=0.0), Course(path="track", standing_s=3.0, running_s=20.0), Sensor.ideal(RATE), 2
    )
    none = np.zeros(0)
    n = len(truth.t)
    s = recording.samples
    opens = np.zeros(n, bool)
    opens[0] = True
    motion = Motion(s.t, RATE, opens, s.acc, s.gyr, np.zeros(n, bool), none, np.zeros((0, 3)), none)
    settled = Settled(
        motion, truth.q_earth_torso, np.ones(n, bool), none, none, none, np.zeros(3), bias_from_rest=True
    )
    stride = 2 * float(np.median(np.diff(truth.contact)))
    found = torso_motion(settled, slice(0, n), rotations.IDENTITY, np.full(n, stride))
    mid = (truth.t > 8.0) & (truth.t < 20.0)
    for channel, true, tolerance in (
        ("rotation", truth.rotation_deg, WANDER_DEG),
        ("lean", truth.lean_deg, ANGLE_TOLERANCE_DEG),
        ("sway", truth.sway_deg, ANGLE_TOLERANCE_DEG),
    ):
        assert np.abs(found[channel] * DEG - true)[mid].mean() < tolerance, channel


# ---------------------------------------------------------------- over the stride


def test_strides_are_laid_over_their_phase_from_the_opening_contact() -> None:
    m = Made(acc_level=(3.0, 2.0, 9.0))
    start = 2.1 + STRIDE * np.arange(10)
    c = cycles(m.settled, some_strides(start), m.mount, CHANNELS)
    assert set(c.values) == set(CHANNELS)
    at = start[:, None] + np.arange(POINTS) / POINTS * STRIDE
    for channel, truth, tolerance in (
        ("lean", m.lean * RAD, 0.001),
        ("rotation", m.turn * RAD, 0.003),
        ("sway", m.sway * RAD, 0.001),
        ("up", m.acc[:, 2], 0.02),
        ("forward", m.acc[:, 0], 0.03),
        ("left", m.acc[:, 1], 0.03),
    ):
        assert c[channel].shape == (10, POINTS)
        np.testing.assert_allclose(c[channel], np.interp(at, m.t, truth), atol=tolerance)


def test_only_what_is_wanted_is_kept_and_up_always() -> None:
    m = Made()
    c = cycles(m.settled, some_strides(2.1 + STRIDE * np.arange(3)), m.mount, ("lean",))
    assert set(c.values) == {"lean", "up"}


def test_what_repeats_each_step_correlates_fully_and_what_alternates_does_not() -> None:
    m = Made(acc_level=(0.0, 0.0, 9.0))  # up repeats each step
    c = cycles(m.settled, some_strides(2.1 + STRIDE * np.arange(10)), m.mount)
    np.testing.assert_allclose(c.again_step, 1.0, atol=0.01)
    np.testing.assert_allclose(c.again_stride, 1.0, atol=0.01)
    half = replace(m.settled.motion, acc=m.motion.acc.copy())
    alternating = (5.0 * np.cos(2 * np.pi * m.t / STRIDE)).astype(np.float32)
    half.acc[:] += rotations.rotate(
        rotations.inverse(m.settled.q_earth_sensor), alternating[:, None] * [0.0, 0.0, 1.0]
    ).astype(np.float32)
    c = cycles(replace(m.settled, motion=half), some_strides(2.1 + STRIDE * np.arange(10)), m.mount)
    # A step later the 9 repeats and the 5 is turned over: (81 - 25) / (81 + 25).
    np.testing.assert_allclose(c.again_step, 56 / 106, atol=0.02)
    np.testing.assert_allclose(c.again_stride, 1.0, atol=0.01)


def test_the_last_strides_have_no_later_one_to_resemble() -> None:
    m = Made(10.0, acc_level=(0.0, 0.0, 9.0))
    start = m.t[-1] - STRIDE * np.array([3.0, 2.0, 1.4, 1.01])
    c = cycles(m.settled, some_strides(start), m.mount)
    assert np.isfinite(c.again_stride).tolist() == [True, True, False, False]
    assert np.isfinite(c.again_step).tolist() == [True, True, False, False]


def test_a_stride_with_a_gap_inside_has_no_waveform() -> None:
    m = Made(gap=(5.0, 5.1))
    start = 2.1 + STRIDE * np.arange(10)
    c = cycles(m.settled, some_strides(start), m.mount)
    holed = (start < 5.1) & (start + STRIDE > 5.0)
    assert holed.sum() == 1
    for wave in c.values.values():
        assert np.isnan(wave[holed]).all()
        assert np.isfinite(wave[~holed]).all()
    # Nor does the one before it resemble what cannot be seen.
    before = np.flatnonzero(holed)[0] - 1
    assert np.isnan(c.again_stride[before])


def test_a_contact_just_before_the_first_sample_after_a_pause_does_not_flatten_the_run_after_it() -> None:
    """All strides of that bout were read from the last sample before the pause: a turn and a bounce of 0."""
    m = Made(20.0, acc_level=(0.0, 0.0, 9.0), gap=(8.0, 11.0))
    before, after = 1.0 + STRIDE * np.arange(8), 10.98 + STRIDE * np.arange(9)
    strides = some_strides(np.concatenate([before, after]))
    strides = replace(strides, bout=np.repeat([0, 1], [8, 9]).astype(np.intp))
    c = cycles(m.settled, strides, m.mount)
    # The first one begins in the pause.
    assert np.isnan(c["rotation"][8]).all()
    alone = cycles(m.settled, strides.at(np.arange(9, 17)), m.mount)
    for channel in ("rotation", "up"):
        assert np.ptp(c[channel][9:], axis=1).min() > 0.2
        np.testing.assert_allclose(c[channel][9:], alone[channel], atol=0.02)


@pytest.mark.parametrize("piece", [900, 2500])
def test_working_in_pieces_changes_nothing(monkeypatch: pytest.MonkeyPatch, piece: int) -> None:
    t = np.arange(int(60 * RATE)) / RATE
    m = Made(60.0, heading=0.3 * np.sin(0.2 * t), acc_level=(3.0, 2.0, 9.0))
    strides = some_strides(2.1 + STRIDE * np.arange(78))
    whole = cycles(m.settled, strides, m.mount)
    monkeypatch.setattr(torso, "PIECE", piece)
    pieces = cycles(m.settled, strides, m.mount)
    for channel in ("lean", "rotation", "sway", "up"):
        np.testing.assert_allclose(pieces[channel], whole[channel], atol=1e-5)
    np.testing.assert_allclose(pieces.again_step, whole.again_step, atol=1e-6)


def test_no_strides_no_waveforms() -> None:
    c = cycles(Made().settled, some_strides(np.zeros(0)), rotations.IDENTITY)
    assert c["lean"].shape == (0, POINTS)
    assert c.again_step.shape == (0,)
