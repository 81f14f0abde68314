"""Where calibrations are kept: one file for each sensor.

Lives here: the folder, the file's name, finding a sensor's calibration.
Not here: what is in it (calibration.py), when it is used (commands/).
"""

from __future__ import annotations

import os
import re
import zlib
from contextlib import suppress
from pathlib import Path

from gait.calibration.calibration import Calibration
from gait.errors import CalibrationError

#: Names the folder, where it shall not be the system's usual one.
VARIABLE = "GAIT_CALIBRATIONS"

#: Instead of a file: use none.
NONE = "none"


def folder() -> Path:
    """Where calibrations are; it need not exist."""
    said = os.environ.get(VARIABLE)
    if said:
        return Path(said)
    from platformdirs import user_data_path

    return user_data_path("gait", appauthor=False) / "calibrations"


def path_of(device: str) -> Path:
    """File of a sensor. Ids that differ in signs a file name cannot hold get different files."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", device).strip("-.")[:60]
    return folder() / f"{plain or 'sensor'}-{zlib.crc32(device.encode()):08x}.json"


def keep(calibration: Calibration, path: Path | None = None) -> Path:
    """Write it, whole or not at all; where it is.

    Raises
    ------
    CalibrationError
        If it cannot be written, or no device is told.
    """
    if path is None and not calibration.device:
        raise CalibrationError(
            "The recording does not say which sensor it is of, so the calibration cannot be found again by itself: "
            "name the sensor with --device, or a file with --out."
        )
    target = path or path_of(calibration.device)
    passing = target.with_name(f"{target.name}.{os.getpid()}.new")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        calibration.save(passing)
        passing.replace(target)
    except OSError as error:
        with suppress(OSError):
            passing.unlink()
        raise CalibrationError(
            f"{target} cannot be written: {error.strerror or error}. Name another place with --out."
        ) from error
    return target


def find(device: str) -> Calibration | None:
    """A sensor's calibration, None when there is none.

    Raises
    ------
    CalibrationError
        If there is one that cannot be read.
    """
    if not device:
        return None
    path = path_of(device)
    if not path.exists():
        return None
    found = Calibration.load(path)
    return found if found.device == device else None


def known(named: Path | None, device: str) -> tuple[Calibration | None, tuple[str, ...]]:
    """The calibration that was named, or the one kept for this sensor, and what there is to say of finding it.

    Parameters
    ----------
    named : Path or None
        A file; the word "none" for no calibration at all.
    device : str
        Id of the recording's sensor.

    Raises
    ------
    CalibrationError
        If the file that was named cannot be read. One that is kept and broken is said and left out.
    """
    if named is not None:
        return (None if str(named) == NONE else Calibration.load(named)), ()
    try:
        return find(device), ()
    except CalibrationError as error:
        return None, (f"A calibration is kept for this sensor and cannot be used: {error}",)


def everything() -> list[tuple[Path, Calibration | CalibrationError]]:
    """All that is kept, by file; what cannot be read is there with its reason."""
    out: list[tuple[Path, Calibration | CalibrationError]] = []
    for path in sorted(folder().glob("*.json")):
        try:
            out.append((path, Calibration.load(path)))
        except CalibrationError as error:
            out.append((path, error))
    return out
