"""What an MPU-6050 reads on a moving trunk, error by error.

Lives here: Sensor with one switch for each error, and the readings.
Not here: the motion (trunk.py), the wire (firmware_bridge/).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from scipy.signal import bilinear, lfilter, lfilter_zi

from gait.recording import Samples
from gait.rotations import IDENTITY, Floats, to_matrix
from gait.synthetic.trunk import SETTLE, TISSUE_HZ, TISSUE_RATIO, TISSUE_SHARE
from gait.units import RAD, G

#: How far the tissue under the sensor rocks for each metre of its shift. [rad/m]  Chosen: 1 mm of shift
#: turns a 25 mm wide sensor by 0.7°; it makes about the 0.4° waveform floor that SIGNALS.md names.
TISSUE_ROCKING = 12.0

#: Damping ratio of the chip's low pass. Chosen: Butterworth; with 94 Hz it delays by 2.4 ms (datasheet 3 ms).
FILTER_RATIO = np.sqrt(0.5)

#: Noise bandwidth of that low pass over its corner. [1]  Source: π/(2√2), textbook, second-order Butterworth.
SECOND_ORDER_WIDTH = np.pi / (2.0 * np.sqrt(2.0))

#: Grid on which the motion is differentiated and filtered. [Hz]  The chip's own rate with its filter on.
GRID_HZ = 1000.0

#: Seconds done at a time. [s]  Chosen: keeps the arrays in cache, and ten hours within memory.
CHUNK = 30.0


class Placed(Protocol):
    """Where a board is at n times, an even grid."""

    @property
    def t(self) -> Floats:
        """Times (n,). [s]"""

    @property
    def place(self) -> Floats:
        """In earth's axes, z up (n, 3). [m]"""

    @property
    def matrix(self) -> Floats:
        """From the board's axes to earth's (n, 3, 3)."""


class Carrier(Protocol):
    """What carries the sensor: a runner's trunk, a hand."""

    @property
    def stop(self) -> float:
        """How long it lasts. [s]"""

    @property
    def tissue_wobble(self) -> float:
        """Share of the nominal wobble of the tissue under the sensor. [1]"""

    @property
    def sensor_height(self) -> float:
        """Of the sensor over the point whose height is told. [m]"""

    def pose(self, t: Floats) -> Placed:
        """At the times of an even grid."""


@dataclass(frozen=True)
class Sensor:
    """An IMU and how it sits. Every error is off at its default.

    Attributes
    ----------
    rate_hz : float
        Samples a second by its own clock. [Hz]
    acc_range_g, gyr_range_dps : float or None
        Readings clip here; None never clips and is not quantised. [g] [°/s]
    bits : int or None
        Quantisation; None for none.
    acc_noise, gyr_noise : float
        Noise density. [m/s²/√Hz] [rad/s/√Hz]
    acc_bias, gyr_bias : tuple of 3 floats
        [m/s²] [rad/s]
    gyr_drift : float
        Random walk of the gyro's bias, standard deviation after a minute. [rad/s]
    acc_matrix, gyr_matrix : (3, 3) array or None
        Scale and cross axis: reading = matrix @ truth.
    g_sensitivity : (3, 3) array or None
        Gyro reading for each m/s² of specific force. [rad/s per m/s²]
    filter_hz : float or None
        Second-order low pass with its delay. [Hz]
    clock_ppm : float
        Its clock runs fast by this, so it counts more seconds. [ppm]
    jitter_s : float
        Standard deviation of the moment of sampling about its timestamp, at most a third of a period. [s]
    drop_share, drop_burst : float
        Share of samples lost, and the mean length of a burst. [1] [samples]
    start_s : float
        What its clock says at the beginning of the course. [s]
    creep_deg : float
        Angle by which strap and sensor turn about a horizontal axis of the torso to the left, evenly
        over the recording: the clip creeps forward. [°]
    q_torso_sensor : (4,) array
        How it sits at the beginning.
    """

    rate_hz: float = 200.0
    acc_range_g: float | None = None
    gyr_range_dps: float | None = None
    bits: int | None = None
    acc_noise: float = 0.0
    gyr_noise: float = 0.0
    acc_bias: tuple[float, float, float] = (0.0, 0.0, 0.0)
    gyr_bias: tuple[float, float, float] = (0.0, 0.0, 0.0)
    gyr_drift: float = 0.0
    acc_matrix: Floats | None = None
    gyr_matrix: Floats | None = None
    g_sensitivity: Floats | None = None
    filter_hz: float | None = None
    clock_ppm: float = 0.0
    jitter_s: float = 0.0
    drop_share: float = 0.0
    drop_burst: float = 4.0
    start_s: float = 0.0
    creep_deg: float = 0.0
    grid_hz: float = GRID_HZ
    q_torso_sensor: Floats = field(default_factory=lambda: IDENTITY.copy())

    @staticmethod
    def ideal(rate_hz: float = 200.0, q_torso_sensor: Floats = IDENTITY) -> Sensor:
        """No errors at all."""
        return Sensor(rate_hz=rate_hz, q_torso_sensor=np.asarray(q_torso_sensor, float))

    @staticmethod
    def mpu6050(
        rng: np.random.Generator, rate_hz: float = 200.0, q_torso_sensor: Floats | None = None
    ) -> Sensor:
        """As it comes from the shop, ±16 g and ±2000 °/s, DLPF 2.

        Tolerances of the datasheet (PS-MPU-6000A 3.4) as limits of even draws: scale ±3 %, cross axis
        ±2 %, bias ±50 mg (z ±80 mg) and ±20 °/s; 0.1 °/s/g; noise 400 µg/√Hz and 0.005 °/s/√Hz.
        Clock ±3000 ppm, jitter 0.5 ms, 0.2 % lost in bursts: SIGNALS.md, Targets.
        """
        return Sensor._drawn(rng, rate_hz, q_torso_sensor, 0.03, 0.02, np.array([0.05, 0.05, 0.08]), 20.0)

    @staticmethod
    def calibrated(
        rng: np.random.Generator, rate_hz: float = 200.0, q_torso_sensor: Floats | None = None
    ) -> Sensor:
        """The same after six positions and a still gyro: scale and cross 0.3 %, bias 5 mg (and 0.1 °/s)."""
        return Sensor._drawn(rng, rate_hz, q_torso_sensor, 0.003, 0.003, np.full(3, 0.005), 0.1)

    @staticmethod
    def _drawn(
        rng: np.random.Generator,
        rate_hz: float,
        q: Floats | None,
        scale: float,
        cross: float,
        bias_g: Floats,
        bias_dps: float,
    ) -> Sensor:
        def matrix() -> Floats:
            m = rng.uniform(-cross, cross, (3, 3))
            np.fill_diagonal(m, 1.0 + rng.uniform(-scale, scale, 3))
            return m

        def three(v: Floats) -> tuple[float, float, float]:
            return (float(v[0]), float(v[1]), float(v[2]))

        return Sensor(
            rate_hz=rate_hz,
            acc_range_g=16.0,
            gyr_range_dps=2000.0,
            bits=16,
            acc_noise=400e-6 * G,
            gyr_noise=0.005 * RAD,
            acc_bias=three(rng.uniform(-1, 1, 3) * bias_g * G),
            gyr_bias=three(rng.uniform(-1, 1, 3) * bias_dps * RAD),
            # Chosen: warming by some degrees at 0.02-0.05 °/s/°C.
            gyr_drift=0.05 * RAD,
            acc_matrix=matrix(),
            gyr_matrix=matrix(),
            g_sensitivity=rng.uniform(-1, 1, (3, 3)) * 0.1 * RAD / G,
            filter_hz=94.0,
            clock_ppm=float(rng.uniform(-3000, 3000)),
            jitter_s=0.0005,
            drop_share=0.002,
            drop_burst=4.0,
            start_s=float(rng.uniform(0.0, 30.0)),
            q_torso_sensor=any_rotation(rng) if q is None else np.asarray(q, float),
        )

    def clock(self, true_t: Floats | float) -> Floats:
        """What its clock says at a true time. [s]."""
        return np.asarray(self.start_s + np.asarray(true_t) * (1.0 + 1e-6 * self.clock_ppm))


def any_rotation(rng: np.random.Generator) -> Floats:
    """A quaternion from the even distribution over all rotations."""
    q = rng.normal(size=4)
    return np.asarray(q / np.linalg.norm(q))


def feel(pose: Placed) -> tuple[Floats, Floats]:
    """Specific force [m/s²] and angular rate [rad/s] in torso axes; one grid point is lost at either end."""
    dt = pose.t[1] - pose.t[0]
    p, m = pose.place, pose.matrix
    lifted = (p[2:] - 2 * p[1:-1] + p[:-2]) / dt**2 + np.array([0.0, 0.0, G])
    mid, turned = m[1:-1], (m[2:] - m[:-2]) / (2 * dt)
    acc = np.einsum("nij,ni->nj", mid, lifted)
    gyr = np.stack(
        [
            np.einsum("ni,ni->n", mid[:, :, 2], turned[:, :, 1]),
            np.einsum("ni,ni->n", mid[:, :, 0], turned[:, :, 2]),
            np.einsum("ni,ni->n", mid[:, :, 1], turned[:, :, 0]),
        ],
        axis=1,
    )
    return acc, gyr


def readings(body: Carrier, sensor: Sensor, rng: np.random.Generator) -> tuple[Samples, Floats, Floats]:
    """All samples of the course in sensor axes, the true time each was taken, and the height of the place then."""
    taken, stamped = _when(body.stop, sensor, rng)
    parts = []
    for i, j in _chunks(taken):
        parts.append(_at(body, sensor, taken[i:j]))
    acc, gyr, height = (np.concatenate(q) for q in zip(*parts, strict=True))
    # In place: ten hours are 3.6 million rows.
    felt = acc
    if sensor.acc_matrix is not None:
        acc = acc @ sensor.acc_matrix.T
    if sensor.gyr_matrix is not None:
        gyr = gyr @ sensor.gyr_matrix.T
    if sensor.g_sensitivity is not None:
        gyr += felt @ sensor.g_sensitivity.T
    acc += np.array(sensor.acc_bias)
    gyr += np.array(sensor.gyr_bias)
    # Noise through the chip's filter is as wide as the filter, or as half the rate without one.
    width = np.sqrt(SECOND_ORDER_WIDTH * sensor.filter_hz if sensor.filter_hz else sensor.rate_hz / 2)
    if sensor.acc_noise:
        acc += rng.normal(size=acc.shape) * (sensor.acc_noise * width)
    if sensor.gyr_noise:
        gyr += rng.normal(size=gyr.shape) * (sensor.gyr_noise * width)
    if sensor.gyr_drift:
        step = sensor.gyr_drift * np.sqrt(np.diff(taken, prepend=taken[0]) / 60.0)
        gyr += np.cumsum(rng.normal(size=gyr.shape) * step[:, None], axis=0)
    acc = _counted(acc, None if sensor.acc_range_g is None else sensor.acc_range_g * G, sensor.bits)
    gyr = _counted(gyr, None if sensor.gyr_range_dps is None else sensor.gyr_range_dps * RAD, sensor.bits)
    return Samples(stamped, acc, gyr), taken, height


def _when(stop: float, sensor: Sensor, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """True times of sampling and the timestamps they get, without those lost."""
    drift = 1.0 + 1e-6 * sensor.clock_ppm
    n = int(np.floor(stop * drift * sensor.rate_hz + 1e-9))
    own = np.arange(n) / sensor.rate_hz
    taken = own / drift
    if sensor.jitter_s:
        third = 1.0 / (3.0 * sensor.rate_hz)
        taken = taken + np.clip(rng.normal(size=n) * sensor.jitter_s, -third, third)
    kept = np.ones(n, bool)
    if sensor.drop_share:
        # Bursts of geometric length that begin at random.
        begins = rng.random(n) < sensor.drop_share / sensor.drop_burst
        for i in np.flatnonzero(begins):
            kept[i : i + rng.geometric(1.0 / sensor.drop_burst)] = False
    return taken[kept], (sensor.start_s + own)[kept]


def _chunks(taken: Floats) -> Iterator[tuple[int, int]]:
    edges = (
        np.searchsorted(taken, np.arange(taken[0], taken[-1] + CHUNK, CHUNK)) if len(taken) else np.array([0])
    )
    edges = np.unique(np.append(edges, len(taken)))
    yield from zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)


def _at(body: Carrier, sensor: Sensor, taken: Floats) -> tuple[Floats, Floats, Floats]:
    """True sensor-axis readings, filtered, at the true times of one chunk; and the height of the place."""
    # A whole number of grid points a sample, so that an even clock falls on the grid.
    dt = 1.0 / (np.ceil(sensor.grid_hz / sensor.rate_hz) * sensor.rate_hz)
    first = np.floor((taken[0] - SETTLE) / dt) - 1
    grid = dt * (first + np.arange(int(np.ceil((taken[-1] - first * dt) / dt)) + 3))
    pose = body.pose(grid)
    acc, gyr = feel(pose)
    t = grid[1:-1]
    if body.tissue_wobble:
        acc, gyr = _wobbled(acc, gyr, body.tissue_wobble, dt)
    if sensor.creep_deg:
        angle = RAD * sensor.creep_deg * t / body.stop
        c, s = np.cos(angle), np.sin(angle)
        # The sensor turned by +angle about torso left: it reads the torso's vectors turned back.
        for v in (acc, gyr):
            v[:, 0], v[:, 2] = c * v[:, 0] - s * v[:, 2], s * v[:, 0] + c * v[:, 2]
        gyr[:, 1] += RAD * sensor.creep_deg / body.stop
    both = np.concatenate([acc, gyr], axis=1)
    if sensor.filter_hz:
        w = 2 * np.pi * sensor.filter_hz
        b, a = bilinear([w**2], [1.0, 2 * FILTER_RATIO * w, w**2], fs=1 / dt)
        both = lfilter(b, a, both, axis=0, zi=lfilter_zi(b, a)[:, None] * both[0])[0]
    at = (taken - t[0]) / dt
    i = np.clip(np.floor(at + 1e-6).astype(np.intp), 0, len(t) - 2)
    part = np.clip(at - i, 0.0, 1.0)[:, None]
    both = both[i] * (1 - part) + both[i + 1] * part
    to_sensor = to_matrix(sensor.q_torso_sensor)  # torso = M sensor, so sensor = v M as a row
    height = np.interp(taken, grid, pose.place[:, 2]) - body.sensor_height
    return both[:, :3] @ to_sensor, both[:, 3:] @ to_sensor, height


def _counted(v: Floats, limit: float | None, bits: int | None) -> Floats:
    """Clipped at the range and rounded to whole counts of it."""
    if limit is None:
        return v
    if bits is None:
        return np.clip(v, -limit, limit)
    count = limit / 2 ** (bits - 1)
    return np.asarray(np.clip(np.round(v / count), -(2 ** (bits - 1)), 2 ** (bits - 1) - 1) * count)


def _wobbled(acc: Floats, gyr: Floats, size: float, dt: float) -> tuple[Floats, Floats]:
    """The sensor shifts and rocks on its tissue; mass on spring, driven by the trunk's acceleration."""
    w = 2 * np.pi * TISSUE_HZ
    # Shift u of the sensor: u'' + 2ζw u' + w² u = -acc. About rest, so gravity's sag is left out.
    b, a = bilinear([-1.0], [1.0, 2 * TISSUE_RATIO * w, w**2], fs=1 / dt)
    zi = lfilter_zi(b, a)[:, None]
    shift = TISSUE_SHARE * size * lfilter(b, a, acc, axis=0, zi=zi * acc[0])[0]
    shift_acc = np.zeros_like(shift)
    shift_acc[1:-1] = (shift[2:] - 2 * shift[1:-1] + shift[:-2]) / dt**2
    # A shift forward or to the left tilts it outward: rotation about the axis across.
    tilt = TISSUE_ROCKING * np.stack([-shift[:, 1], shift[:, 0], np.zeros(len(shift))], axis=1)
    return acc + shift_acc - np.cross(tilt, acc), gyr + np.gradient(tilt, dt, axis=0)
