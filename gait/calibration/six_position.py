"""Gains and offsets from rests on the six faces, and from the turns between them.

Lives here: the equations, what is known before, how sure the answer is.
Not here: finding rests (rests.py), where the answer is kept (store.py).

At rest the accelerometer feels g, whichever way it lies; a turn that the gyro follows takes one rest's "up" to the
next one's. Nothing is assumed of how well a face lies: a box that leans by degrees does no harm. Hence what is *not*
found is how the chip sits in its box (lean is measured against standing and needs it not), nor g itself, which is
taken as 9.80665 m/s² and is within 0.3 % of that everywhere; a wrong g is a common factor and turns no angle.

What rests alone cannot tell (six sizes of g against nine numbers) the turns do, and what both leave open stays as
wide as the datasheet says before: the answer is the most probable one, with its covariance.

References
----------
.. [1] D. Tedaldi, A. Pretto, E. Menegatti, "A robust and easy to implement method for IMU calibration without
   external equipments," ICRA 2014, doi 10.1109/ICRA.2014.6907297.

Differences from [1]: one fit for accelerometer and gyro together, with what the datasheet says as prior, so that
six rests are enough; the accelerometer's gain is symmetric, which leaves its axes where they are on average.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import least_squares
from scipy.stats import chi2

from gait.calibration.rests import Rest, Turn
from gait.rotations import Floats, from_rotvec, multiply, rotate
from gait.units import RAD, G

#: What is believed of a sensor before, 1 sd: offset [m/s²]; scale, half the cross-axis of the accelerometer, scale
#: and cross-axis of the gyro [1].
#: Source: PS-MPU-6000A 3.4, ±80 mg, ±3 %, ±2 % as even distributions would be half of that; clones get the whole.
OFFSET_SIGMA, SCALE_SIGMA, CROSS_SIGMA = 0.08 * G, 0.03, 0.02

#: A mean force at rest is no better than this.  [m/s², 1 sd]  Chosen: 0.7 mg; an offset wanders so far in minutes.
REST_SIGMA = 0.7e-3 * G

#: A turn's angle is no better than this, plus this for each root of a second.  [rad], [rad/√s], 1 sd
#: Chosen: 0.1 °/s/g of the gyro while the force turns over, and jitter of sampling; synthetic sensors agree.
TURN_SIGMA, DRIFT_SIGMA = 0.07 * RAD, 0.04 * RAD

#: The clock that paces a run may differ by this from the one that paced the turns, once it is brought to the host's.
#: [1, 1 sd]  Source: an Uno's resonator, ±0.5 % as an even distribution.
CLOCK_SIGMA = 0.003

#: Equations that disagree so much are seen by chance this often.  [1]  Chosen: one calibration in a million.
CHANCE = 1e-6

#: Number of unknowns: offset 3, symmetric gain 6, gyro gain 9.
UNKNOWNS = 18

#: Where the six of a symmetric matrix stand.
_ROW, _COLUMN = np.array([0, 1, 2, 0, 0, 1]), np.array([0, 1, 2, 1, 2, 2])


@dataclass(frozen=True)
class Fit:
    """What rests and turns say of a sensor.

    Attributes
    ----------
    acc_offset : (3,) array
        [m/s²]
    acc_gain : (3, 3) array
        Symmetric; true = gain @ (measured - offset). [1]
    gyr_gain : (3, 3) array
        true = gain @ (measured - bias), in the accelerometer's axes. [1]
    covariance : (18, 18) array
        Of offset [m/s²], acc_gain (xx yy zz xy xz yz) and gyr_gain (by rows) [1].
    rest_residual : (r,) array
        Size of the calibrated force at rest, less g. [m/s²]
    turn_residual : (k,) array
        Angle between where a turn leads by the gyro and where it ended. [rad]
    misfit : float
        Sum of squares over the number of equations: about 1 when all is as believed. [1]
    agrees : bool
        The misfit can be chance.
    """

    acc_offset: Floats
    acc_gain: Floats
    gyr_gain: Floats
    covariance: Floats
    rest_residual: Floats
    turn_residual: Floats
    misfit: float
    agrees: bool


def solve(rests: list[Rest], ways: list[Turn]) -> Fit:
    """The most probable gains and offsets.

    Parameters
    ----------
    rests : list of Rest
        One or more; the fewer, the wider the covariance.
    ways : list of Turn
        Between them; may be empty, and the gyro's gain then stays as unknown as it was.

    Returns
    -------
    Fit
    """
    force = np.array([r.force for r in rests])
    sigma = np.hypot([r.sigma for r in rests], REST_SIGMA)
    first = np.array([w.rest for w in ways], int)
    dt, gyr = _padded(ways)
    way_sigma = np.sqrt(TURN_SIGMA**2 + DRIFT_SIGMA**2 * dt.sum(axis=1))
    # A rest that is uncertain by so much tips "up" by so much.
    way_sigma = np.sqrt(way_sigma**2 + (sigma[first] ** 2 + sigma[first + 1] ** 2) / G**2)
    prior = np.concatenate([np.full(3, OFFSET_SIGMA), _sym_prior(), _gyr_prior()])

    def told(unknown: Floats) -> tuple[Floats, Floats]:
        offset, gain, gyr_gain = _unpacked(unknown)
        felt = (force - offset) @ gain.T
        size = np.linalg.norm(felt, axis=1)
        up = felt / size[:, None]
        # Where the next rest's "up" stands in the axes of the rest before.
        led = rotate(_carried(dt, gyr @ gyr_gain.T), up[first + 1]) if len(first) else np.zeros((0, 3))
        return size - G, led - up[first]

    def equations(scaled: Floats) -> Floats:
        off, led = told(scaled * prior)
        return np.concatenate([off / sigma, (led / way_sigma[:, None]).ravel(), scaled])

    found = least_squares(equations, np.zeros(UNKNOWNS), method="lm", xtol=1e-10, ftol=1e-10)
    number = len(rests) + 2 * len(ways)
    total = float(2.0 * found.cost)
    misfit = total / number
    slopes = np.asarray(found.jac)
    covariance = np.linalg.inv(slopes.T @ slopes) * np.outer(prior, prior) * max(1.0, misfit)
    scale = np.eye(3).ravel()
    covariance[9:, 9:] += CLOCK_SIGMA**2 * np.outer(scale, scale)
    off, led = told(found.x * prior)
    offset, gain, gyr_gain = _unpacked(found.x * prior)
    return Fit(
        offset,
        gain,
        gyr_gain,
        covariance,
        off,
        np.asarray(np.linalg.norm(led, axis=1)),
        misfit,
        bool(chi2.sf(total, number) > CHANCE),
    )


def _sym_prior() -> Floats:
    # The mean of two cross-axis terms is surer than one.
    return np.array([SCALE_SIGMA] * 3 + [CROSS_SIGMA / np.sqrt(2.0)] * 3)


def _gyr_prior() -> Floats:
    # Its axes are told in those of the accelerometer, which are off themselves.
    return np.where(np.eye(3, dtype=bool), SCALE_SIGMA, CROSS_SIGMA * np.sqrt(1.5)).ravel()


def _unpacked(unknown: Floats) -> tuple[Floats, Floats, Floats]:
    gain = np.eye(3)
    gain[_ROW, _COLUMN] += unknown[3:9]
    gain[_COLUMN[3:], _ROW[3:]] += unknown[6:9]
    return unknown[:3], gain, np.eye(3) + unknown[9:].reshape(3, 3)


def _padded(ways: list[Turn]) -> tuple[Floats, Floats]:
    """Steps (k, m) and rates (k, m, 3) of all turns side by side, with steps of no length at the end."""
    length = max((len(w.dt) for w in ways), default=0)
    length = 1 << max(0, length - 1).bit_length()
    dt, gyr = np.zeros((len(ways), length)), np.zeros((len(ways), length, 3))
    for i, way in enumerate(ways):
        dt[i, : len(way.dt)], gyr[i, : len(way.dt)] = way.dt, way.gyr
    return dt, gyr


def _carried(dt: Floats, gyr: Floats) -> Floats:
    """Rotation (k, 4) that takes the last sample's axes to the first one's; products in pairs."""
    q = from_rotvec(gyr * dt[..., None])
    while q.shape[1] > 1:
        q = multiply(q[:, ::2], q[:, 1::2])
    return np.asarray(q[:, 0])
