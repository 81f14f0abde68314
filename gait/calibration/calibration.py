"""Gains and offsets of one sensor, applied before anything else.

Lives here: Calibration, its file.
Not here: how it is found (six_position.py), where it is kept (store.py), what its doubts do to an angle
(uncertainty.py).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from gait.errors import CalibrationError
from gait.recording import Samples
from gait.rotations import Floats

#: Gain farther from the unit matrix than this is no calibration of an accelerometer in SI units.  [1]
#: Chosen: ten times the MPU-6050's ±3 % tolerance.
LARGEST_GAIN_ERROR = 0.3

#: Largest gyro bias [rad/s] and accelerometer offset [m/s²] of a calibration.
#: Chosen: three times the MPU-6050's ±20 °/s and ±80 mg, rounded up.
LARGEST_BIAS, LARGEST_OFFSET = 1.2, 3.0


#: Number of a covariance's unknowns: offset 3, symmetric gain 6, gyro gain 9.
UNKNOWNS = 18

#: A gyro's bias moves by less.  [rad/s/°C]  Chosen: MPU-6050, ±20 °/s from -40 to 85 °C (PS-MPU-6000A 3.4, 6.1), tenfold.
LARGEST_SLOPE = 0.03


@dataclass(frozen=True)
class Calibration:
    """What one sensor adds to the truth.

    Attributes
    ----------
    device : str
        Id of the sensor, "" when not told.
    gyr_bias : (3,) array
        At ``temperature_c``. [rad/s]
    acc_offset : (3,) array
        [m/s²]
    acc_gain : (3, 3) array
        true = gain @ (measured - offset). [1]
    six_position : bool
        The gain came from rests on all six faces.
    gyr_gain : (3, 3) array
        true = gain @ (measured - bias). [1]
    gyr_bias_slope : (3,) array
        Change of the bias with temperature, 0 when not known. [rad/s/°C]
    temperature_c : float or None
        Of the chip when the bias was taken. [°C]
    made_at : str
        Date and time, ISO 8601 with its zone; "" when not told.
    covariance : (18, 18) array or None
        Of offset [m/s²], acc_gain (xx yy zz xy xz yz) and gyr_gain (by rows) [1]; None when not told.
    rest_residuals : (r,) array
        Size of the calibrated force in each rest, less g. [m/s²]
    turn_residuals : (k,) array
        Where each turn led by the gyro, against where it ended. [rad]
    biases : (b, 4) array
        Bias at other temperatures: °C, then three of rad/s.
    """

    device: str = ""
    gyr_bias: Floats = field(default_factory=lambda: np.zeros(3))
    acc_offset: Floats = field(default_factory=lambda: np.zeros(3))
    acc_gain: Floats = field(default_factory=lambda: np.eye(3))
    six_position: bool = False
    gyr_gain: Floats = field(default_factory=lambda: np.eye(3))
    gyr_bias_slope: Floats = field(default_factory=lambda: np.zeros(3))
    temperature_c: float | None = None
    made_at: str = ""
    covariance: Floats | None = None
    rest_residuals: Floats = field(default_factory=lambda: np.zeros(0))
    turn_residuals: Floats = field(default_factory=lambda: np.zeros(0))
    biases: Floats = field(default_factory=lambda: np.zeros((0, 4)))

    def apply(self, samples: Samples) -> Samples:
        """Samples with bias and gain gone, still in the sensor's axes."""
        return Samples(
            samples.t,
            (samples.acc - self.acc_offset) @ self.acc_gain.T,
            (samples.gyr - self.gyr_bias) @ self.gyr_gain.T,
            samples.frame,
        )

    def at(self, temperature_c: float | None) -> Calibration:
        """The same with the gyro's bias as it is at another temperature; unchanged where one of the two is not known."""
        if temperature_c is None or self.temperature_c is None:
            return self
        bias = self.gyr_bias + self.gyr_bias_slope * (temperature_c - self.temperature_c)
        return replace(self, gyr_bias=bias, temperature_c=temperature_c)

    def sentence(self) -> str:
        """What was taken out of a recording, for people."""
        of = f" of {self.device}" if self.device else ""
        when = f", {self.made_at[:10]}" if self.made_at else ""
        if self.six_position:
            return f"Gains and offsets{of} were taken out, as six rests told them{when}."
        return f"Gains and offsets{of} were taken out as far as they are known{when}; not all six faces were seen."

    def save(self, path: Path) -> None:
        """Write the JSON that ``load`` reads."""
        content: dict[str, Any] = {
            "schema": "gait.calibration/1",
            "device": self.device,
            "made_at": self.made_at,
            "temperature_c": self.temperature_c,
            "six_position": self.six_position,
            "gyr_bias_radps": self.gyr_bias.tolist(),
            "gyr_bias_slope_radps_per_c": self.gyr_bias_slope.tolist(),
            "gyr_gain": self.gyr_gain.tolist(),
            "acc_offset_mps2": self.acc_offset.tolist(),
            "acc_gain": self.acc_gain.tolist(),
            "rest_residuals_mps2": self.rest_residuals.tolist(),
            "turn_residuals_rad": self.turn_residuals.tolist(),
            "biases_c_radps": self.biases.tolist(),
            "covariance": None if self.covariance is None else self.covariance.tolist(),
        }
        path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")

    @staticmethod
    def load(path: Path) -> Calibration:
        """Read a calibration.

        Raises
        ------
        CalibrationError
            If the file is not there, not such a JSON, or its numbers cannot be a sensor's.
        """
        try:
            found = _read(json.loads(path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            raise CalibrationError(f"{path}: there is no such file. Give the calibration's JSON.") from None
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise CalibrationError(
                f"{path.name}: not a calibration ({type(error).__name__}: {error}). It holds gyr_bias_radps, "
                "acc_offset_mps2 and acc_gain, as Calibration.save writes them."
            ) from None
        found.check(path.name)
        return found

    def check(self, name: str) -> None:
        """Refuse numbers that cannot be a sensor's; ``name`` is said.

        Raises
        ------
        CalibrationError
        """
        shapes = (self.gyr_bias.shape, self.acc_offset.shape, self.acc_gain.shape)
        values = np.concatenate(
            [self.gyr_bias.ravel(), self.acc_offset.ravel(), self.acc_gain.ravel(), self.gyr_gain.ravel()]
        )
        if shapes != ((3,), (3,), (3, 3)) or not np.isfinite(values).all():
            raise CalibrationError(f"{name}: bias and offset take 3 numbers, the gain 3 x 3; got {shapes}.")
        more = (self.gyr_gain.shape, self.gyr_bias_slope.shape, self.biases.shape[1:])
        square = None if self.covariance is None else self.covariance.shape
        rest = [self.gyr_bias_slope.ravel(), self.biases.ravel(), self.rest_residuals.ravel()]
        rest += [] if self.covariance is None else [self.covariance.ravel()]
        if (
            more != ((3, 3), (3,), (4,))
            or square not in (None, (UNKNOWNS, UNKNOWNS))
            or not np.isfinite(np.concatenate(rest)).all()
            or (self.covariance is not None and (np.diag(self.covariance) < 0).any())
        ):
            raise CalibrationError(
                f"{name}: the gyro's gain takes 3 x 3 numbers, its slope 3, each of its biases 4, the covariance "
                f"{UNKNOWNS} x {UNKNOWNS}, all of them finite."
            )
        if np.abs(self.gyr_bias).max() > LARGEST_BIAS or np.abs(self.acc_offset).max() > LARGEST_OFFSET:
            raise CalibrationError(
                f"{name}: a bias of {np.abs(self.gyr_bias).max():.3g} rad/s and an offset of "
                f"{np.abs(self.acc_offset).max():.3g} m/s² are no sensor's in these units; at most {LARGEST_BIAS} "
                f"and {LARGEST_OFFSET} can be."
            )
        for what, gain in (("gain", self.acc_gain), ("gyro's gain", self.gyr_gain)):
            if np.abs(gain - np.eye(3)).max() > LARGEST_GAIN_ERROR:
                raise CalibrationError(
                    f"{name}: the {what} is {np.abs(gain - np.eye(3)).max():.2f} away from 1, more than "
                    f"{LARGEST_GAIN_ERROR}; it belongs to other units or another sensor."
                )
        if np.abs(self.gyr_bias_slope).max() > LARGEST_SLOPE:
            raise CalibrationError(
                f"{name}: the gyro's bias moves by {np.abs(self.gyr_bias_slope).max():.3g} rad/s for each °C, more than "
                f"any sensor's; at most {LARGEST_SLOPE} can be."
            )


def _read(content: Mapping[str, Any]) -> Calibration:
    """Numbers of a file, as they stand there."""
    temperature, covariance = content.get("temperature_c"), content.get("covariance")
    return Calibration(
        str(content.get("device") or ""),
        np.asarray(content["gyr_bias_radps"], float),
        np.asarray(content["acc_offset_mps2"], float),
        np.asarray(content["acc_gain"], float),
        bool(content.get("six_position", False)),
        np.asarray(content.get("gyr_gain", np.eye(3)), float),
        np.asarray(content.get("gyr_bias_slope_radps_per_c", np.zeros(3)), float),
        None if temperature is None else float(temperature),
        str(content.get("made_at") or ""),
        None if covariance is None else np.asarray(covariance, float),
        np.asarray(content.get("rest_residuals_mps2", []), float),
        np.asarray(content.get("turn_residuals_rad", []), float),
        np.asarray(content.get("biases_c_radps", []), float).reshape(-1, 4),
    )
