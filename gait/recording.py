"""The one shape of sensor data, whatever it came from.

Lives here: Samples (what a sensor said and when) and Recording (samples with where they are from).
Not here: files (readers/), an even clock (timeline.py), what is known of the sensor (calibration/).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

import numpy as np

from gait.errors import SignalError
from gait.rotations import Floats

Placement = Literal["sternum", "upper-back", "waist", "sacrum", "unknown"]

#: Every place a sensor can be said to be worn, as `--placement` takes them.
PLACEMENTS: tuple[Placement, ...] = ("sternum", "upper-back", "waist", "sacrum", "unknown")


@dataclass(frozen=True)
class Samples:
    """What an accelerometer and a gyroscope said, and when.

    Attributes
    ----------
    t : (n,) array
        Time of each sample in the recording's own time base, strictly rising, finite. [s]
    acc : (n, 3) array
        Specific force: at rest the axis that points up reads +g. Finite. [m/s²]
    gyr : (n, 3) array
        Angular rate, finite. [rad/s]
    frame : str
        "sensor" (as printed on the chip) or "torso" (x forward, y left, z up).

    Raises
    ------
    SignalError
        If shapes differ, a value is not finite or time does not rise.
    """

    t: Floats
    acc: Floats
    gyr: Floats
    frame: Literal["sensor", "torso"] = "sensor"

    def __post_init__(self) -> None:
        n = len(self.t)
        if self.t.shape != (n,) or self.acc.shape != (n, 3) or self.gyr.shape != (n, 3):
            raise SignalError(
                f"Samples need t (n,), acc (n, 3) and gyr (n, 3); got {self.t.shape}, {self.acc.shape}, {self.gyr.shape}."
            )
        if not (np.isfinite(self.t).all() and np.isfinite(self.acc).all() and np.isfinite(self.gyr).all()):
            raise SignalError("Samples hold a value that is not finite; readers drop such rows before.")
        if n > 1 and not (self.t[1:] > self.t[:-1]).all():
            raise SignalError("Time must rise from sample to sample.")

    def __len__(self) -> int:
        return len(self.t)

    def __getitem__(self, part: slice) -> Samples:
        return Samples(self.t[part], self.acc[part], self.gyr[part], self.frame)

    def between(self, start: float, stop: float) -> Samples:
        """The samples with start <= t < stop."""
        i, j = np.searchsorted(self.t, [start, stop])
        return self[int(i) : int(j)]

    @staticmethod
    def join(parts: Sequence[Samples]) -> Samples:
        """Consecutive pieces as one; they must share a frame and rise in time."""
        if len({p.frame for p in parts}) > 1:
            raise SignalError("Samples in the sensor's and in the torso's axes cannot be joined.")
        return Samples(
            np.concatenate([p.t for p in parts]),
            np.concatenate([p.acc for p in parts]),
            np.concatenate([p.gyr for p in parts]),
            parts[0].frame,
        )


@dataclass(frozen=True)
class Recording:
    """Samples and where they came from.

    Attributes
    ----------
    samples : Samples
    rate_hz : float
        Nominal sampling rate: one over the median step of ``samples.t``. [Hz]
    source : str
        File name or port, for people.
    dialect : str
        Key of the dialect it was read as ("gait", "plain", "sensor-logger", ...).
    rows : int
        Data rows the file held, whether usable or not.
    gaps : (g, 2) array
        Stretches without usable samples that are longer than 3 samples. [s]
    started_at : datetime or None
        Wall clock (UTC) of the first sample, where the file tells.
    device : str
        Sensor or logger by name, "" when not told.
    placement : Placement
        Where the sensor was worn, as the file tells; "unknown" when it does not.
    notes : tuple of str
        What was noticed while reading, one sentence each, about the recording.
    understood : tuple of str
        How the file was understood (columns, units, and by what), one clause each.
    temperature : (m, 2) array
        Of the chip, where it tells: times [s] and °C.
    """

    samples: Samples
    rate_hz: float
    source: str = ""
    dialect: str = ""
    rows: int = 0
    gaps: Floats = field(default_factory=lambda: np.empty((0, 2)))
    started_at: datetime | None = None
    device: str = ""
    placement: Placement = "unknown"
    notes: tuple[str, ...] = ()
    understood: tuple[str, ...] = ()
    temperature: Floats = field(default_factory=lambda: np.empty((0, 2)))
