"""How a refusal of units reads: what was seen, why it cannot be, what to say instead.

Lives here: sentences.
Not here: deciding (infer.py), looking (evidence.py).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from gait.readers.evidence import Look
from gait.readers.words import FULL_SCALE_COUNTS, Units, mps2
from gait.units import G

#: Counts that sensors with fewer than 16 bits give for 1 g. Source: ADXL345 data sheet rev. E, table 1 (256 counts);
#: MMA8451Q, LIS3DH: 1024 and 4096 at ±2 g.
COUNTS_A_G = (64, 128, 256, 512, 1024)

#: A measured gravity fits such a number within this share. Chosen: a running sensor's mean force is 0.96 to 1.09 g.
COUNTS_TOLERANCE = 0.12


@dataclass(frozen=True)
class Said:
    """Who said which unit."""

    asked: Units
    header: Units
    told: Units

    def differ(self, what: str) -> bool:
        """Whether --units and the header contradict each other."""
        asked, header = getattr(self.asked, what), getattr(self.header, what)
        return asked is not None and header is not None and asked != header

    def who(self, what: str) -> str:
        """Subject and verb of what was told."""
        if getattr(self.asked, what) is not None:
            return "--units says"
        return "its header says" if getattr(self.header, what) is not None else "the other recording says"

    def way_out(self, what: str, fits: str, units: str) -> str:
        """What to do when this unit fits and the one told does not."""
        if getattr(self.header, what) == fits:
            return "Leave --units out; the header fits."
        return f"Say --units {units}."

    def overruled(self, found: Units) -> tuple[str, ...]:
        """A note where --units was followed and the header not."""
        names = {"time": "clock", "acc": "acceleration", "gyr": "turning"}
        parts = [
            f"{name} in {getattr(self.header, what)}" for what, name in names.items() if self.differ(what)
        ]
        if not parts:
            return ()
        return (
            f"The header says {' and '.join(parts)}; the file was read as {found}, as asked, and its numbers fit that alone.",
        )


def open_conflict(name: str, what: str, asked: str, header: str | None) -> str:
    """--units and the header contradict each other, and the numbers do not say that --units is right."""
    return (
        f"{name}: --units says that its {what} is in {asked} and its header says {header}, and its numbers do not show the "
        "header to be wrong. Leave --units out; or, where the header is known to be wrong, name the columns as well: "
        "--columns t,ax,ay,az,gx,gy,gz."
    )


def stated_acc_refusal(name: str, look: Look, words: Sequence[str], time: str, said: Said) -> str:
    """Why the stated unit of acceleration cannot be."""
    told = said.told
    size = look.resting if look.resting is not None else look.moving
    gravity = size * mps2(told.acc or "") / G
    opening = f"{name}: {said.who('acc')} that its acceleration is in {told.acc}, with which gravity would be {gravity:.2g} g"
    if len(words) == 1:
        way_out = said.way_out("acc", words[0], f"{time},{words[0]},{told.gyr or '...'}")
        return f"{opening}; it fits {words[0]} alone. {way_out}"
    if words:
        return f"{opening}; it could be {' or '.join(words)}. Say which: --units {time},{words[0]},{told.gyr or '...'}."
    if _no_gravity_in(look):
        return (
            f"{opening} and its ups and downs {look.variation * mps2(told.acc or '') / G:.2g} g, so gravity is not in it, or "
            "other columns are the accelerometer. Export the acceleration with gravity, or say the columns "
            "(--columns t,ax,ay,az,gx,gy,gz)."
        )
    if look.whole[0]:
        return f"{opening}. {_counts_advice(size, time, told.gyr)}"
    return (
        f"{opening}, and in no unit that is known is it 1 g. Say which columns are the accelerometer: "
        "--columns t,ax,ay,az,gx,gy,gz; and look up the unit of their numbers."
    )


def _no_gravity_in(look: Look) -> bool:
    """Whether the mean is so small beside the ups and downs that gravity was taken out."""
    return (look.resting if look.resting is not None else look.moving) < 0.3 * look.variation


def _counts_advice(size: float, time: str, gyr: str | None) -> str:
    """Which words say a sensor's counts, in one sentence or two."""
    nearest = min(COUNTS_A_G, key=lambda counts: abs(math.log(size / counts)))
    counts = nearest if abs(size / nearest - 1.0) < COUNTS_TOLERANCE else size
    span = f"{FULL_SCALE_COUNTS / counts:.3g}"
    return (
        f"Some {size:.4g} counts are 1 g here, and raw:<range>g means 32768 counts for the range. If the sensor's manual "
        f"has {counts:.4g} counts a g, say --units {time},raw:{span}g,{gyr or 'raw:2000dps'}; else say which columns are "
        "the accelerometer: --columns t,ax,ay,az,gx,gy,gz."
    )


def acc_refusal(name: str, look: Look, words: Sequence[str], time: str) -> str:
    """Why the accelerometer's unit cannot be told."""
    size = look.resting if look.resting is not None else look.moving
    if words:
        return f"{name}: gravity measures {size:.4g}, which could be {' or '.join(words)}. Say it: --units {time},{words[0]},..."
    if size < 0.3 * look.variation or size < 0.3:
        return (
            f"{name}: its mean acceleration is {size:.2g}, so gravity is not in it, or other columns are the accelerometer. "
            "Export the acceleration with gravity, or say the columns (--columns t,ax,ay,az,gx,gy,gz) and units (--units s,g,dps)."
        )
    if look.whole[0]:
        return f"{name}: gravity measures {size:.4g}, which is 1 g in no unit that is known. {_counts_advice(size, time, None)}"
    return (
        f"{name}: gravity measures {size:.4g}, which is 1 g in no unit that is known. Say the units, for example "
        f"--units {time},g,dps, or which columns are the accelerometer: --columns t,ax,ay,az,gx,gy,gz."
    )


def beyond_a_body(name: str, said: Said, word: str, turning: float, units: str, look: Look) -> str:
    """Why a stated unit of turning cannot be."""
    counts = " Its numbers are whole, so they are probably counts:" if look.whole[1] else ""
    return (
        f"{name}: {said.who('gyr')} that its turning is in {word}, with which it would turn by some {turning:.0f} °/s all the time, "
        f"as no body does.{counts} Say the unit it is really in, for counts with the range as set in the sensor: --units {units},raw:2000dps."
    )


def gyr_refusal(name: str, time: str, acc: str, words: Sequence[str], look: Look) -> str:
    """Why the gyroscope's unit cannot be told."""
    if look.whole[1] and (not words or any(word.startswith("raw") for word in words)):
        return (
            f"{name}: the gyroscope's numbers are whole, so they are probably counts, and nothing shows of which range. "
            f"Say it as set in the sensor: --units {time},{acc},raw:2000dps (or 250, 500, 1000)."
        )
    if words:
        return (
            f"{name}: the gyroscope could be in {' or '.join(words)}; it moves too little to tell. "
            f"Say it: --units {time},{acc},{words[0]} or --units {time},{acc},{words[-1]}."
        )
    return (
        f"{name}: how the gyroscope turns fits a person in neither rad/s nor °/s. If its columns are right, say the unit: "
        f"--units {time},{acc},radps or --units {time},{acc},dps."
    )
