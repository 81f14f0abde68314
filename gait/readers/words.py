"""The words in which people say how a file is written.

Lives here: the words of ``--units``, ``--columns`` and ``--placement``, and what a unit is worth in SI.
Not here: finding out what nobody said (infer.py), whole file layouts (dialects.py).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from gait.errors import ReadError
from gait.recording import PLACEMENTS, Placement
from gait.units import RAD, G

#: Seconds in one unit of a clock column.
TIME_UNITS: Mapping[str, float] = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}

#: m/s² in one unit of an accelerometer column.
ACC_UNITS: Mapping[str, float] = {"mps2": 1.0, "g": G, "mg": G / 1000}

#: rad/s in one unit of a gyroscope column.
GYR_UNITS: Mapping[str, float] = {"radps": 1.0, "dps": RAD}

#: Counts in half the span of a 16-bit sensor: "raw:8g" means 32768 counts for 8 g.
#: Source: MPU-6000/6050 product specification rev. 3.4, sections 6.1 and 6.2.
FULL_SCALE_COUNTS = 32768

#: The columns a recording needs, in the order in which `--columns` and headerless files have them.
COLUMNS = ("t", "ax", "ay", "az", "gx", "gy", "gz")

#: How `--columns` says that a column is of no interest.
SKIPPED = "-"

_RAW_ACC = re.compile(r"raw:(\d+(?:\.\d+)?)g")
_RAW_GYR = re.compile(r"raw:(\d+(?:\.\d+)?)dps")


@dataclass(frozen=True)
class Units:
    """The three words of `--units`; None where nobody has said."""

    time: str | None = None
    acc: str | None = None
    gyr: str | None = None

    def __str__(self) -> str:
        return ",".join(word or "?" for word in (self.time, self.acc, self.gyr))

    def over(self, other: Units) -> Units:
        """These words, and the other's where these are silent."""
        return Units(self.time or other.time, self.acc or other.acc, self.gyr or other.gyr)

    def silent_on_time(self) -> Units:
        """The same without a word for the clock, for a file that has none."""
        return replace(self, time=None)


def parse_units(text: str) -> Units:
    """Read ``s,mps2,radps`` and its kin.

    Raises
    ------
    ReadError
        If there are not three known words.
    """
    words = [word.strip().lower() for word in text.split(",")]
    if len(words) != 3:
        raise ReadError(
            f"--units takes three words, time,acceleration,rate, for example s,g,dps; {text!r} has {len(words)}."
        )
    units = Units(*words)
    seconds(words[0]), mps2(words[1]), radps(words[2])
    return units


def seconds(word: str) -> float:
    """Seconds in one unit of time."""
    if word not in TIME_UNITS:
        raise ReadError(f"{word!r} is no unit of time; known are {', '.join(TIME_UNITS)}.")
    return TIME_UNITS[word]


def mps2(word: str) -> float:
    """m/s² in one unit of acceleration."""
    if word in ACC_UNITS:
        return ACC_UNITS[word]
    raw = _RAW_ACC.fullmatch(word)
    if raw is None or float(raw[1]) <= 0:
        raise ReadError(
            f"{word!r} is no unit of acceleration; known are {', '.join(ACC_UNITS)} and raw:<range>g, for example raw:16g."
        )
    return float(raw[1]) * G / FULL_SCALE_COUNTS


def radps(word: str) -> float:
    """rad/s in one unit of turning."""
    if word in GYR_UNITS:
        return GYR_UNITS[word]
    raw = _RAW_GYR.fullmatch(word)
    if raw is None or float(raw[1]) <= 0:
        raise ReadError(
            f"{word!r} is no unit of turning; known are {', '.join(GYR_UNITS)} and raw:<range>dps, for example raw:2000dps."
        )
    return float(raw[1]) * RAD / FULL_SCALE_COUNTS


def parse_columns(text: str) -> tuple[str, ...]:
    """Read ``t,ax,ay,az,gx,gy,gz``: which column of the file is what, ``-`` for one to leave out.

    Raises
    ------
    ReadError
        If a word is unknown, said twice, or one of the six axes is missing.
    """
    words = tuple(word.strip().lower() or SKIPPED for word in text.split(","))
    for word in words:
        if word != SKIPPED and word not in COLUMNS:
            raise ReadError(
                f"--columns knows {', '.join(COLUMNS)} and {SKIPPED} for a column to leave out; {word!r} is none of them."
            )
        if word != SKIPPED and words.count(word) > 1:
            raise ReadError(f"--columns names {word} more than once in {text!r}.")
    missing = [word for word in COLUMNS[1:] if word not in words]
    if missing:
        raise ReadError(f"--columns must name all six axes; {', '.join(missing)} missing in {text!r}.")
    return words


def parse_placement(text: str) -> Placement:
    """Where a sensor is worn, by any of its names.

    Raises
    ------
    ReadError
        If the word is unknown.
    """
    word = text.strip().lower().replace("_", "-").replace(" ", "-")
    word = {"chest": "sternum", "back": "upper-back", "pelvis": "sacrum"}.get(word, word)
    for placement in PLACEMENTS:
        if placement == word:
            return placement
    raise ReadError(f"{text!r} is no placement; known are {', '.join(PLACEMENTS)} (chest means sternum).")
