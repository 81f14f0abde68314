"""Gains and offsets of one sensor, applied before anything else.

Lives here: Calibration, its file.
Not here: how it is found (the six rests).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

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


@dataclass(frozen=True)
class Calibration:
    """What one sensor adds to the truth.

    Attributes
    ----------
    device : str
        Id of the sensor, "" when not told.
    gyr_bias : (3,) array
        [rad/s]
    acc_offset : (3,) array
        [m/s²]
    acc_gain : (3, 3) array
        true = gain @ (measured - offset). [1]
    six_position : bool
        The gain came from six rests.
    """

    device: str = ""
    gyr_bias: Floats = field(default_factory=lambda: np.zeros(3))
    acc_offset: Floats = field(default_factory=lambda: np.zeros(3))
    acc_gain: Floats = field(default_factory=lambda: np.eye(3))
    six_position: bool = False

    def apply(self, samples: Samples) -> Samples:
        """Samples with bias and gain gone, still in the sensor's axes."""
        return Samples(
            samples.t,
            (samples.acc - self.acc_offset) @ self.acc_gain.T,
            samples.gyr - self.gyr_bias,
            samples.frame,
        )

    def save(self, path: Path) -> None:
        """Write the JSON that ``load`` reads."""
        content = {
            "schema": "gait.calibration/1",
            "device": self.device,
            "gyr_bias_radps": self.gyr_bias.tolist(),
            "acc_offset_mps2": self.acc_offset.tolist(),
            "acc_gain": self.acc_gain.tolist(),
            "six_position": self.six_position,
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
            content = json.loads(path.read_text(encoding="utf-8"))
            found = Calibration(
                str(content.get("device") or ""),
                np.asarray(content["gyr_bias_radps"], float),
                np.asarray(content["acc_offset_mps2"], float),
                np.asarray(content["acc_gain"], float),
                bool(content.get("six_position", False)),
            )
        except FileNotFoundError:
            raise CalibrationError(f"{path}: there is no such file. Give the calibration's JSON.") from None
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise CalibrationError(
                f"{path.name}: not a calibration ({type(error).__name__}: {error}). It holds gyr_bias_radps, "
                "acc_offset_mps2 and acc_gain, as Calibration.save writes them."
            ) from None
        shapes = (found.gyr_bias.shape, found.acc_offset.shape, found.acc_gain.shape)
        values = np.concatenate([found.gyr_bias.ravel(), found.acc_offset.ravel(), found.acc_gain.ravel()])
        if shapes != ((3,), (3,), (3, 3)) or not np.isfinite(values).all():
            raise CalibrationError(
                f"{path.name}: bias and offset take 3 numbers, the gain 3 x 3; got {shapes}."
            )
        if np.abs(found.gyr_bias).max() > LARGEST_BIAS or np.abs(found.acc_offset).max() > LARGEST_OFFSET:
            raise CalibrationError(
                f"{path.name}: a bias of {np.abs(found.gyr_bias).max():.3g} rad/s and an offset of "
                f"{np.abs(found.acc_offset).max():.3g} m/s² are no sensor's in these units; at most {LARGEST_BIAS} "
                f"and {LARGEST_OFFSET} can be."
            )
        if np.abs(found.acc_gain - np.eye(3)).max() > LARGEST_GAIN_ERROR:
            raise CalibrationError(
                f"{path.name}: the gain is {np.abs(found.acc_gain - np.eye(3)).max():.2f} away from 1, more than "
                f"{LARGEST_GAIN_ERROR}; it belongs to other units or another sensor."
            )
        return found
