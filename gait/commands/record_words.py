"""What ``gait record`` says: who speaks, how the sensor sits, and one calm line that is written over.

Lives here: the sentences, the line; a terminal that went away is no reason to end a recording.
Not here: when each is said (record.py), the figures (firmware_bridge/vitals.py).
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from firmware_bridge.recorder import Greeting
    from firmware_bridge.vitals import Vitals

#: A sensor whose time runs so much faster than ours is played fast. [1]  Chosen: no real clock is off by a hundredth of it.
FASTER = 1.5

#: The status line is drawn anew after this. [s]
STATUS_S = 0.5


def who(greeting: Greeting) -> str:
    """The sensor for people."""
    info = greeting.info
    if info is None:
        return f"a sensor ({greeting.wire})"
    chip = info.chip
    if chip is None:
        return info.device
    from firmware_bridge.mpu6050 import ACC_RANGES_G, GYR_RANGES_DPS

    return f"{info.device} (±{ACC_RANGES_G[chip.acc_range]} g, ±{GYR_RANGES_DPS[chip.gyr_range]} °/s, {info.rate_hz:.0f} Hz)"


def before_the_run(vitals: Vitals, still: bool, up: str) -> Iterator[str]:
    """Whether the sensor is understood, still, and worn upright."""
    if vitals.info is not None and vitals.info.acc_worth is None:
        yield "Its units are not said; gravity will tell them, or --units."
    elif up == "":
        yield "At rest it should feel 1 g and does not: is it moving, or set to another range?"
    yield (
        "It is still."
        if still
        else "It is moving: stand still for ten seconds before you run, or lean has no zero."
    )
    if up.endswith("z"):
        yield "It lies flat, so it is not worn yet, or not upright."
    elif up == "none":
        yield "No axis of it points up: it hangs askew. It works so, a straight clip is safer."
    elif up:
        yield f"It is upright: its {up} axis points up."


def status(vitals: Vitals, passed: float, size: int) -> str:
    """The one line."""
    temperature = "" if vitals.temperature_c is None else f"   {vitals.temperature_c:.0f} °C"
    total = vitals.samples + vitals.lost
    lost = f"{vitals.lost} lost" + (f" ({100 * vitals.lost / total:.1f} %)" if vitals.lost else "")
    return f"{clock(passed)}   {_rate(vitals)}   {lost}{temperature}   {size / 1e6:.1f} MB"


def _rate(vitals: Vitals) -> str:
    """Samples a second; where far more come than the sensor says, its clock is not ours (gait simulate --speed)."""
    said = vitals.info.rate_hz if vitals.info is not None else None
    if said and vitals.rate_hz > FASTER * said:
        return f"{said:.0f} Hz, {vitals.rate_hz / said:.0f} times as fast as the clock"
    return f"{vitals.rate_hz:.0f} Hz"


def how_long(own: float, passed: float) -> str:
    """How much time a recording holds, and why that is not the time that went by."""
    if own < FASTER * passed:
        return ""
    return f"It holds {own:.0f} s of the sensor's own time, which runs {own / passed:.0f} times as fast as the clock."


def clock(passed: float) -> str:
    """Minutes and seconds since the beginning."""
    minutes, seconds = divmod(math.floor(passed), 60)
    return (
        f"{minutes // 60}:{minutes % 60:02d}:{seconds:02d}" if minutes >= 60 else f"{minutes}:{seconds:02d}"
    )


class Line:
    """One line on a terminal that is written over; elsewhere nothing."""

    def __init__(self, *, silent: bool) -> None:
        self._out = sys.stderr
        self._on = not silent and self._out is not None and self._out.isatty()
        self._drawn = 0.0
        self._width = 0

    def show(self, vitals: Vitals, passed: float, size: int) -> None:
        """Draw how the sensor fares, when it is time."""
        now = time.monotonic()
        if not self._on or now - self._drawn < STATUS_S:
            return
        self._drawn = now
        line = status(vitals, passed, size)
        self._write("\r" + line + " " * max(0, self._width - len(line)))
        self._width = len(line)

    def clear(self) -> None:
        """Take the line away."""
        if self._on and self._width:
            self._write("\r" + " " * self._width + "\r")
            self._width = 0
            self._drawn = 0.0

    def _write(self, text: str) -> None:
        try:
            self._out.write(text)
            self._out.flush()
        except (OSError, ValueError):  # the terminal was closed
            self._on = False


def nothing(_: str) -> None:
    """Say nothing."""


def aloud(text: str) -> None:
    """A sentence at once, also into a pipe."""
    with suppress(OSError, ValueError):  # nobody listens any more: the recording goes on
        print(text, flush=True)
