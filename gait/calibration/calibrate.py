"""A recording with rests in it becomes a calibration.

Lives here: the room's door: rests, fit, the gyro's bias and its slope, what is refused.
Not here: talking to people (commands/), where it is kept (store.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from gait.calibration.calibration import Calibration
from gait.calibration.rests import Rest, Turn, find_rests, missing_faces, turns
from gait.calibration.six_position import Fit, solve
from gait.errors import CalibrationError
from gait.recording import Recording
from gait.rotations import Floats
from gait.units import DEG, G

#: Temperatures nearer to each other tell no slope.  [°C]  Chosen: 0.1 °/s/°C at most is 0.5 °/s then, well above
#: what a rest leaves open.
LEAST_SPAN_C = 5.0

#: Temperatures nearer than this are one.  [°C]  Chosen.
SAME_C = 1.0

#: Biases that are kept.  [1]  Chosen: the newest.
MOST_BIASES = 50

#: A rest this far off g after all is no rest of this sensor.  [m/s²]  Chosen: 10 mg, ten times what is believed.
REST_OFF = 0.01 * G


@dataclass(frozen=True)
class Found:
    """A calibration and what it was made of."""

    calibration: Calibration
    rests: tuple[Rest, ...]
    ways: tuple[Turn, ...]
    missing: tuple[str, ...]


def calibrate(
    recording: Recording,
    *,
    partial: bool = False,
    device: str | None = None,
    earlier: Calibration | None = None,
) -> Found:
    """Gains and offsets from the rests that a recording holds.

    Parameters
    ----------
    recording : Recording
        As measured: rests on something solid, on all six faces, in any order.
    partial : bool
        Take what there is when faces are missing; what they would have told stays as open as it was.
    device : str, optional
        Id of the sensor, when the recording tells none.
    earlier : Calibration, optional
        Of the same sensor: its gyro's biases are kept, for the slope with temperature.

    Returns
    -------
    Found

    Raises
    ------
    CalibrationError
        If there is no rest, a face is missing, or the rests cannot be those of one sensor.
    """
    rests = find_rests(recording.samples)
    name = recording.source or "The recording"
    if not rests:
        raise CalibrationError(
            f"{name}: no rest in it. A rest is a sensor that lies on something solid, untouched, for three seconds."
        )
    missing = missing_faces(rests)
    if missing and not partial:
        raise CalibrationError(
            f"{name}: {_count(len(rests), 'rest')} in it, and none with {_listed(missing)} up. Record again with all "
            "six faces, in any order, three seconds each; --partial takes what is there and stays unsure of the others."
        )
    ways = turns(recording.samples, rests)
    fit = solve(rests, ways)
    if not fit.agrees or np.abs(fit.rest_residual).max() > REST_OFF:
        raise CalibrationError(f"{name}: {_disagreement(fit, rests, ways)}")
    biases = _biases(rests, recording, earlier)
    bias, temperature = np.median([r.turn for r in rests], axis=0), None
    if len(biases):
        temperature, bias = float(biases[0, 0]), biases[0, 1:]
    found = Calibration(
        device=device or recording.device,
        gyr_bias=bias,
        acc_offset=fit.acc_offset,
        acc_gain=fit.acc_gain,
        six_position=not missing,
        gyr_gain=fit.gyr_gain,
        gyr_bias_slope=_slope(biases),
        temperature_c=temperature,
        made_at=_made_at(recording),
        covariance=fit.covariance,
        rest_residuals=fit.rest_residual,
        turn_residuals=fit.turn_residual,
        biases=biases[:MOST_BIASES],
    )
    found.check(name)
    return Found(found, tuple(rests), tuple(ways), tuple(missing))


def _disagreement(fit: Fit, rests: list[Rest], ways: list[Turn]) -> str:
    """Which of the rests or turns fits least."""
    worst = int(np.abs(fit.rest_residual).argmax())
    said = (
        f"its rests and turns cannot be those of one sensor in SI units (misfit {fit.misfit:.1f}, about 1 is usual). "
        f"The rest at {rests[worst].start:.1f} s is {np.abs(fit.rest_residual[worst]) / G * 1000:.0f} mg off"
    )
    if len(ways):
        turn = int(fit.turn_residual.argmax())
        at = rests[ways[turn].rest].stop
        said += f", the turn at {at:.1f} s {fit.turn_residual[turn] * DEG:.1f}°"
    return f"{said}. Record it again, each face on something that does not move."


def _biases(rests: list[Rest], recording: Recording, earlier: Calibration | None) -> Floats:
    """Bias at each temperature (b, 4), this recording's first one first; none without a thermometer."""
    told = recording.temperature
    rows: list[Floats] = []
    if len(told):
        at = np.interp([0.5 * (r.start + r.stop) for r in rests], told[:, 0], told[:, 1])
        # Means over faces: each face's weight turns the gyro's bias a little (0.1 °/s/g).
        order = np.argsort(at)
        groups = np.split(order, np.flatnonzero(np.diff(at[order]) > SAME_C) + 1)
        groups.sort(key=len, reverse=True)
        for group in groups:
            rows.append(np.array([at[group].mean(), *np.mean([rests[i].turn for i in group], axis=0)]))
    if earlier is not None:
        rows += [r for r in earlier.biases if not rows or abs(r[0] - rows[0][0]) > SAME_C]
    return np.array(rows).reshape(-1, 4)


def _slope(biases: Floats) -> Floats:
    """Change with temperature (3,), 0 where the temperatures are too near. [rad/s/°C]"""
    if len(biases) < 2 or np.ptp(biases[:, 0]) < LEAST_SPAN_C:
        return np.zeros(3)
    warmer = biases[:, 0] - biases[:, 0].mean()
    return np.asarray(warmer @ (biases[:, 1:] - biases[:, 1:].mean(axis=0)) / (warmer @ warmer))


def _made_at(recording: Recording) -> str:
    """When it was recorded, or else now."""
    return (recording.started_at or datetime.now(UTC)).astimezone(UTC).isoformat(timespec="seconds")


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}{'s' * (n != 1)}"


def _listed(faces: list[str]) -> str:
    """Faces as a clause."""
    return faces[0] if len(faces) == 1 else f"{', '.join(faces[:-1])} or {faces[-1]}"
