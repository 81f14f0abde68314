"""A sensor board turned by hand from rest to rest, as in a calibration.

Lives here: the hand and its sloppiness; what the board reads meanwhile.
Not here: the sensor's errors (sensor.py), what a calibration makes of it (calibration/).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation

from gait.recording import Recording
from gait.rotations import IDENTITY, Floats
from gait.synthetic.sensor import Sensor, readings
from gait.units import RAD

#: The six faces in an order that anybody turns a box in: four about one edge, then the two that are left.
FACES = ("+z", "+y", "-z", "-y", "+x", "-x")

#: A hand on its way from rest to rest lifts the board by up to this and carries it as far.  [m]  Chosen.
LIFT = 0.15

#: On its way the board turns this much beside the way, and ends this far about the vertical.  [°, 1 sd]  Chosen.
BESIDE_DEG = 20.0

#: A hand trembles between these.  [Hz]  Source: physiological tremor 8-12 Hz, slow wandering below.
TREMOR_HZ = (0.5, 9.0)


@dataclass(frozen=True)
class _Placed:
    t: Floats
    place: Floats
    matrix: Floats


class Hand:
    """Turns a board through faces; ``pose`` may be asked for any stretch.

    Parameters
    ----------
    faces : sequence of str
        Axis that points up in each rest, in order.
    rng : Generator
    rest_s, turn_s : float
        Mean length of a rest and of a turn; each differs by up to a third. [s]
    tilt_deg : float
        How far a face lies off, standard deviation about each of two axes. [°]
    tremor_deg : float
        Trembling in the rests, standard deviation: 0 when laid down, about 0.5 when held in the air. [°]
    """

    tissue_wobble = 0.0
    sensor_height = 0.0

    def __init__(
        self,
        faces: Sequence[str],
        rng: np.random.Generator,
        *,
        rest_s: float = 4.0,
        turn_s: float = 1.5,
        tilt_deg: float = 4.0,
        tremor_deg: float = 0.0,
    ) -> None:
        n = len(faces)
        rests = rest_s * rng.uniform(0.8, 1.33, n)
        turns = turn_s * rng.uniform(0.67, 1.33, max(0, n - 1))
        #: When each turn begins and ends. [s]
        self.turning = np.cumsum(np.stack([rests[:-1], turns], axis=1).ravel()).reshape(-1, 2)
        self.stop = float(rests.sum() + turns.sum())
        self._from = [self._first(faces[0], tilt_deg, rng)]
        for face in faces[1:]:
            self._from.append(self._next(self._from[-1], face, tilt_deg, rng))
        self._beside = rng.normal(size=(n, 3)) * BESIDE_DEG * RAD
        self._lift = rng.uniform(0.3, 1.0, n) * LIFT
        self._carry = np.concatenate([np.zeros((1, 2)), np.cumsum(rng.normal(size=(n, 2)) * LIFT, axis=0)])
        self._tremor = tremor_deg * RAD
        self._tones = (rng.uniform(*TREMOR_HZ, (12, 1)), rng.uniform(0, 2 * np.pi, (12, 3)))

    @staticmethod
    def _first(face: str, tilt_deg: float, rng: np.random.Generator) -> Rotation:
        upright, _ = Rotation.align_vectors([[0.0, 0.0, 1.0]], [_axis(face)])
        heading = Rotation.from_rotvec([0.0, 0.0, rng.uniform(0, 2 * np.pi)])
        return heading * _tilt(tilt_deg, rng) * upright

    @staticmethod
    def _next(before: Rotation, face: str, tilt_deg: float, rng: np.random.Generator) -> Rotation:
        up = before.apply(_axis(face))
        across = np.cross(up, [0.0, 0.0, 1.0])
        angle = np.arccos(np.clip(up[2], -1.0, 1.0))
        if np.linalg.norm(across) < 0.3:  # the opposite face, or the same: about an edge of the board
            edge = _axis("+x" if face[1] != "x" else "+y")
            across = before.apply(edge)
            across -= across[2] * np.array([0.0, 0.0, 1.0])
        way = Rotation.from_rotvec(angle * across / np.linalg.norm(across))
        left = (way * before).apply(_axis(face))
        upright, _ = Rotation.align_vectors([[0.0, 0.0, 1.0]], [left])
        heading = Rotation.from_rotvec([0.0, 0.0, BESIDE_DEG * RAD * rng.normal()])
        return heading * _tilt(tilt_deg, rng) * upright * way * before

    def pose(self, t: Floats) -> _Placed:
        """The board at n times, an even grid."""
        at = (
            np.searchsorted(self.turning[:, 0], t) - 1
        )  # index of the turn that has begun last, -1 before any
        n = len(t)
        place, matrix = np.zeros((n, 3)), np.empty((n, 3, 3))
        for i in np.unique(at):
            here = at == i
            first = self._from[0] if i < 0 else self._from[i]
            if i < 0:
                matrix[here] = first.as_matrix()
                continue
            begin, end = self.turning[i]
            share = _smooth(np.clip((t[here] - begin) / (end - begin), 0.0, 1.0))
            way = (self._from[i + 1] * first.inv()).as_rotvec()
            bump = np.sin(np.pi * share) ** 2
            beside = Rotation.from_rotvec(bump[:, None] * self._beside[i])
            matrix[here] = (beside * Rotation.from_rotvec(share[:, None] * way) * first).as_matrix()
            place[here, 2] = self._lift[i] * bump
            place[here, :2] = self._carry[i] + share[:, None] * (self._carry[i + 1] - self._carry[i])
        if self._tremor:
            hz, phase = self._tones
            shake = np.sin(2 * np.pi * hz[:, :, None] * t + phase[:, :, None]).sum(axis=0).T
            matrix = Rotation.from_rotvec(self._tremor * shake / np.sqrt(6.0)).as_matrix() @ matrix
        return _Placed(t, place, matrix)


def handle(
    sensor: Sensor,
    seed: int,
    *,
    faces: Sequence[str] = FACES,
    rest_s: float = 4.0,
    turn_s: float = 1.5,
    tilt_deg: float = 4.0,
    tremor_deg: float = 0.0,
) -> Recording:
    """What a sensor reads while a hand turns it from face to face.

    Parameters
    ----------
    sensor : Sensor
        Its mounting is left out: faces are those of the sensor itself.
    seed : int
    faces, rest_s, turn_s, tilt_deg, tremor_deg
        See `Hand`.

    Returns
    -------
    Recording
    """
    from dataclasses import replace

    rng = np.random.default_rng([seed, 6])
    hand = Hand(faces, rng, rest_s=rest_s, turn_s=turn_s, tilt_deg=tilt_deg, tremor_deg=tremor_deg)
    samples, _, _ = readings(hand, replace(sensor, q_torso_sensor=IDENTITY), rng)
    return Recording(
        samples=samples,
        rate_hz=sensor.rate_hz,
        source=f"synthetic hand, seed {seed}",
        dialect="synthetic",
        rows=len(samples),
        device="simulated MPU-6050",
    )


def _axis(face: str) -> Floats:
    out = np.zeros(3)
    out["xyz".index(face[1])] = -1.0 if face[0] == "-" else 1.0
    return out


def _tilt(deg: float, rng: np.random.Generator) -> Rotation:
    return Rotation.from_rotvec([*(deg * RAD * rng.normal(size=2)), 0.0])


def _smooth(share: Floats) -> Floats:
    """From 0 to 1 with the least jerk (Flash & Hogan 1985, doi 10.1523/JNEUROSCI.05-07-01688.1985)."""
    return np.asarray(share**3 * (10.0 - 15.0 * share + 6.0 * share**2))
