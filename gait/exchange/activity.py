"""A watch's activity file.

Lives here: reading FIT into seconds, steps a minute, metres and heart beats.
Not here: where a recording lies in it (match.py), writing FIT (fit.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gait.errors import MissingExtra, ReadError
from gait.rotations import Floats

#: A watch counts strides of one leg; some programs write steps of both into the same field. Above this it is steps.
#: [1/min]  Source: 125 strides are 250 steps a minute, which nobody keeps up over half a run.
MOST_STRIDES_A_MINUTE = 125.0

#: Bytes beyond which a file is no activity. [bytes]  Chosen: a day at 1 Hz with forty fields is 16 MB.
MOST_BYTES = 64_000_000


@dataclass(frozen=True)
class Activity:
    """What a watch recorded, n samples in order of time; NaN where it tells nothing.

    Attributes
    ----------
    t : (n,) array
        Seconds since 1970, UTC. [s]
    cadence_spm : (n,) array
        Steps a minute.
    speed_mps : (n,) array
        Speed over ground. [m/s]
    distance_m : (n,) array
        Way since the start. [m]
    heart_rate_bpm : (n,) array
        Heart beats a minute.
    source : str
        File name.
    """

    t: Floats
    cadence_spm: Floats
    speed_mps: Floats
    distance_m: Floats
    heart_rate_bpm: Floats
    source: str


def read_activity(path: str | Path) -> Activity:
    """Read the records of a FIT file.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    Activity

    Raises
    ------
    MissingExtra
        If fitdecode is not installed.
    ReadError
        If the file is no FIT activity or holds no record with a cadence.
    """
    try:
        import fitdecode
    except ImportError as error:
        raise MissingExtra(
            "Activities of a watch are read with fitdecode: pip install 'gait-traits[fit]'"
        ) from error
    path = Path(path)
    rows: list[tuple[float, ...] | None] = []
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ReadError(
                f"{path.name} has more than {MOST_BYTES // 10**6} MB and is no activity of a watch."
            )
        with fitdecode.FitReader(
            path, check_crc=fitdecode.CrcCheck.DISABLED, error_handling=fitdecode.ErrorHandling.IGNORE
        ) as frames:
            rows.extend(_row(frame) for frame in frames if _is_record(frame))
    except OSError as error:
        raise ReadError(f"{path.name} cannot be read: {error.strerror or error}.") from error
    except (fitdecode.FitError, ValueError, TypeError, KeyError, IndexError, OverflowError) as error:
        # A watch that lost power leaves a file without its end; what is whole before it is the run.
        if not rows:
            raise ReadError(
                f"{path.name} is no FIT file of an activity ({str(error)[:80]}). Export the original FIT from the "
                "watch's program."
            ) from error
    table = np.array([row for row in rows if row is not None], dtype=float).reshape(-1, 5)
    if not np.isfinite(table[:, 1]).any():
        raise ReadError(
            f"{path.name} holds no cadence, so nothing tells when the recording took place in it. Take an activity recorded "
            "with a watch or foot pod that counts steps."
        )
    table = table[np.argsort(table[:, 0], kind="stable")]
    table = table[np.concatenate([[True], np.diff(table[:, 0]) > 0])]
    t, strides, speed, distance, heart = table.T
    moving = strides[strides > 0]
    legs = 1.0 if len(moving) and np.median(moving) > MOST_STRIDES_A_MINUTE else 2.0
    return Activity(t, legs * strides, speed, distance, heart, path.name)


def _is_record(frame: object) -> bool:
    """Whether a frame of the file is a sample of the run."""
    return getattr(frame, "name", None) == "record" and hasattr(frame, "get_value")


def _row(frame: object) -> tuple[float, ...] | None:
    """Time, strides a minute, speed, distance and heart rate of one record; None without a time."""

    def value(*names: str) -> float:
        """The first of these fields that is there."""
        for name in names:
            found = frame.get_value(name, fallback=None)  # type: ignore[attr-defined]
            if isinstance(found, int | float):
                return float(found)
        return float("nan")

    when = frame.get_value("timestamp", fallback=None)  # type: ignore[attr-defined]
    if not hasattr(when, "timestamp"):
        return None
    cadence = value("cadence")
    fraction = value("fractional_cadence")
    if np.isfinite(fraction):
        cadence += fraction
    speed, distance = value("enhanced_speed", "speed"), value("distance")
    return (float(when.timestamp()), cadence, speed, distance, value("heart_rate"))
