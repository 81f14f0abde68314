"""What really happened, in the recording's own time base.

Lives here: Truth, and simulate(), which makes a recording together with it.
Not here: drawing runners at random (draw.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gait.recording import Recording
from gait.rotations import Floats
from gait.synthetic.course import Course
from gait.synthetic.runner import Runner
from gait.synthetic.sensor import Sensor, readings
from gait.synthetic.trunk import Body, frame
from gait.units import DEG

#: Samples oriented at a time. [samples]  Chosen: a few megabytes an array.
PIECE = 100_000


@dataclass(frozen=True)
class Truth:
    """Events, angles and places of n samples; all times are the recording's own.

    Attributes
    ----------
    t : (n,) array
        Time of each sample as the recording has it. [s]
    true_t : (n,) array
        When it was really taken, seconds since the course began. [s]
    lean_deg : (n,) array
        Inclination of the trunk's long axis in the vertical plane of progression against the
        own standing line, positive forward. [°]
    rotation_deg : (n,) array
        Azimuth of the torso's forward axis minus heading of the path, positive left. [°]
    sway_deg : (n,) array
        Inclination of the long axis in the plane across, positive to the right. [°]
    height, speed : (n,) array
        Of the sensor's place over its mean standing height, of the runner along the path. [m] [m/s]
    q_earth_torso : (n, 4) array
    contact, toe_off : (c,) array
        [s]
    side : (c,) array of str
        "left" or "right".
    running : (c,) bool array
        The contact belongs to running, not to walking.
    bouts : tuple of (kind, start, stop)
        "run", "walk", "still". [s]
    q_torso_sensor : (4,) array
        The mounting at the beginning.
    runner, course, sensor
        What was simulated.
    """

    t: Floats
    true_t: Floats
    lean_deg: Floats
    rotation_deg: Floats
    sway_deg: Floats
    height: Floats
    speed: Floats
    q_earth_torso: Floats
    contact: Floats
    toe_off: Floats
    side: NDArray[np.str_]
    running: NDArray[np.bool_]
    bouts: tuple[tuple[str, float, float], ...]
    q_torso_sensor: Floats
    runner: Runner
    course: Course
    sensor: Sensor

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON: events, bouts, mounting and one row of angles each 40 ms at most."""
        every = max(1, round(0.04 / float(np.median(np.diff(self.t))))) if len(self.t) > 1 else 1
        return {
            "placement": self.runner.placement,
            "q_torso_sensor": [round(float(x), 6) for x in self.q_torso_sensor],
            "bouts": [{"kind": k, "start_s": round(a, 4), "stop_s": round(b, 4)} for k, a, b in self.bouts],
            "contact_s": np.round(self.contact, 4).tolist(),
            "toe_off_s": np.round(self.toe_off, 4).tolist(),
            "side": self.side.tolist(),
            "t_s": np.round(self.t[::every], 3).tolist(),
            "lean_deg": np.round(self.lean_deg[::every], 2).tolist(),
            "rotation_deg": np.round(self.rotation_deg[::every], 2).tolist(),
            "sway_deg": np.round(self.sway_deg[::every], 2).tolist(),
            "speed_mps": np.round(self.speed[::every], 3).tolist(),
        }


def simulate(runner: Runner, course: Course, sensor: Sensor, seed: int) -> tuple[Recording, Truth]:
    """A runner on a course with a sensor: what it reads and what was true.

    The body and the sensor draw from two streams of the seed, so that changing the sensor
    leaves the motion as it was.
    """
    body_rng, sensor_rng = (np.random.default_rng(s) for s in np.random.SeedSequence(seed).spawn(2))
    body = Body(runner, course, body_rng)
    samples, taken, height = readings(body, sensor, sensor_rng)
    lean, sway, turn, q_earth_torso = _oriented(body, taken)
    contact: list[Floats] = [np.empty(0)]
    toe_off: list[Floats] = [np.empty(0)]
    side, running = [np.empty(0, bool)], [np.empty(0, bool)]
    for steps in body.steps:
        contact.append(steps.contact[steps.real])
        toe_off.append(steps.toe_off[steps.real])
        side.append(steps.left[steps.real])
        running.append(np.full(len(contact[-1]), steps.bout.kind == "run"))
    truth = Truth(
        t=samples.t,
        true_t=taken,
        lean_deg=lean * DEG,
        rotation_deg=turn * DEG,
        sway_deg=sway * DEG,
        height=height,
        speed=np.asarray(body.path.speed(taken)),
        q_earth_torso=q_earth_torso,
        contact=sensor.clock(np.concatenate(contact)),
        toe_off=sensor.clock(np.concatenate(toe_off)),
        side=np.where(np.concatenate(side), "left", "right"),
        running=np.concatenate(running),
        bouts=tuple(
            (b.kind, float(sensor.clock(b.start)), float(sensor.clock(b.stop))) for b in body.path.bouts
        ),
        q_torso_sensor=sensor.q_torso_sensor,
        runner=runner,
        course=course,
        sensor=sensor,
    )
    recording = Recording(
        samples=samples,
        rate_hz=sensor.rate_hz,
        source=f"synthetic runner, seed {seed}",
        dialect="synthetic",
        rows=len(samples),
        gaps=_gaps(samples.t, sensor.rate_hz),
        device="simulated MPU-6050",
        placement=runner.placement,
    )
    return recording, truth


def _oriented(body: Body, t: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Lean, sway and turn [rad] and q_earth_torso at times t, piece by piece to spare memory."""
    parts = []
    for start in range(0, len(t), PIECE):
        lean, sway, turn, heading = body.angles(t[start : start + PIECE])
        parts.append((lean, sway, turn, _quaternions(frame(heading, lean, sway, turn))))
    lean, sway, turn, q = (np.concatenate(part) for part in zip(*parts, strict=True))
    return lean, sway, turn, q


def _gaps(t: Floats, rate_hz: float) -> Floats:
    """Stretches where more than three samples are missing."""
    at = np.flatnonzero(np.diff(t) > 4.5 / rate_hz)
    return np.stack([t[at], t[at + 1]], axis=1)


def _quaternions(m: Floats) -> Floats:
    """Rotation matrices (n, 3, 3) to quaternions with w >= 0."""
    from scipy.spatial.transform import Rotation

    return np.asarray(Rotation.from_matrix(m).as_quat(canonical=True, scalar_first=True))
