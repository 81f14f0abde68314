"""WitMotion sensors: the serial frames of the standard protocol, and those of the BLE models.

Lives here: WitDecoder, BleDecoder; bytes to the same events as our own wire.
Not here: the recorder's marks (marks.py). Byte layouts: firmware_bridge/WIRE.md.
"""

from __future__ import annotations

import calendar
import math
import struct

import numpy as np

from firmware_bridge.events import Damage, Data, Event, Info
from firmware_bridge.mpu6050 import G

#: A serial frame: 55, its kind, eight bytes, the sum.
FRAME = 11

#: A BLE frame: 55 61 and nine numbers.
BLE_FRAME = 20

HEAD, TIME, ACC, GYR, BLE = 0x55, 0x50, 0x51, 0x52, 0x61

#: Kinds of the standard protocol that a sum is accepted for.
KINDS = range(0x50, 0x60)

#: Worth of a count at ±16 g and ±2000 °/s, the sensor's default and the only scale its frames can say.
ACC_WORTH, GYR_WORTH = 16.0 * G / 32768, math.radians(2000.0) / 32768

#: 2000-01-01 UTC. [s since 1970]
SINCE_2000 = 946_684_800

_SAMPLE = struct.Struct("<hhh")


class WitDecoder:
    """The standard serial protocol. Remembers a torn frame and the acceleration that waits for its rate."""

    def __init__(self) -> None:
        self._held = b""
        self._skipped = 0
        self._acc: tuple[int, int, int] | None = None
        self._ms: int | None = None
        self._said: bool | None = None  # whether the last Info said that there is a clock
        self._seq = 0

    def feed(self, data: bytes) -> list[Event]:
        """The events that these bytes complete."""
        data = self._held + data
        events: list[Event] = []
        rows: list[tuple[int, tuple[int, ...]]] = []
        at = 0
        while len(data) - at >= FRAME:
            if (
                data[at] != HEAD
                or data[at + 1] not in KINDS
                or sum(data[at : at + 10]) & 0xFF != data[at + 10]
            ):
                self._skipped += 1
                at += 1
                continue
            if self._skipped:
                self._flush(rows, events)
                events.append(Damage(self._skipped, "crc"))
                self._skipped = 0
            self._take(data[at : at + FRAME], rows, events)
            at += FRAME
        self._flush(rows, events)
        self._held = data[at:]
        return events

    def close(self) -> list[Event]:
        """A frame that was not finished is damage."""
        count, self._held, self._skipped = self._skipped + len(self._held), b"", 0
        return [Damage(count, "torn")] if count else []

    def _take(self, frame: bytes, rows: list[tuple[int, tuple[int, ...]]], events: list[Event]) -> None:
        kind = frame[1]
        if kind == TIME:
            self._acc, self._ms = None, _milliseconds(frame)
        elif kind == ACC:
            self._acc = _SAMPLE.unpack_from(frame, 2)
        elif kind == GYR and self._acc is not None:
            clocked = self._ms is not None
            if self._said is not clocked:
                self._flush(rows, events)
                events.append(_info("WitMotion", clocked))
                self._said = clocked
            rows.append(
                (self._seq if self._ms is None else self._ms, (*self._acc, *_SAMPLE.unpack_from(frame, 2)))
            )
            self._seq += 1
            self._acc = self._ms = None

    def _flush(self, rows: list[tuple[int, tuple[int, ...]]], events: list[Event]) -> None:
        if rows:
            events.append(_data(rows, self._seq - len(rows)))
            rows.clear()


class BleDecoder:
    """The frames of BLE models, which have no sum; one counts when the next begins where it ends."""

    def __init__(self) -> None:
        self._held = b""
        self._skipped = 0
        self._said = False
        self._seq = 0

    def feed(self, data: bytes) -> list[Event]:
        """The events that these bytes complete."""
        data = self._held + data
        events: list[Event] = []
        rows: list[tuple[int, tuple[int, ...]]] = []
        at = 0
        while len(data) - at >= BLE_FRAME + 2:
            whole = (
                data[at : at + 2] == b"\x55\x61" and data[at + BLE_FRAME : at + BLE_FRAME + 2] == b"\x55\x61"
            )
            if not whole:
                self._skipped += 1
                at += 1
                continue
            if self._skipped:
                self._flush(rows, events)
                events.append(Damage(self._skipped, "crc"))
                self._skipped = 0
            if not self._said:
                events.append(_info("WitMotion BLE", False))
                self._said = True
            rows.append((self._seq, struct.unpack_from("<6h", data, at + 2)))
            self._seq += 1
            at += BLE_FRAME
        self._flush(rows, events)
        self._held = data[at:]
        return events

    def close(self) -> list[Event]:
        """The last frame has none behind it that vouches for it: it is left out."""
        count, self._held, self._skipped = self._skipped + len(self._held), b"", 0
        return [Damage(count, "torn")] if count else []

    def _flush(self, rows: list[tuple[int, tuple[int, ...]]], events: list[Event]) -> None:
        if rows:
            events.append(_data(rows, self._seq - len(rows)))
            rows.clear()


def _info(device: str, clocked: bool) -> Info:
    return Info(
        wire="witmotion" if device == "WitMotion" else "witmotion-ble",
        device=device,
        acc_worth=ACC_WORTH,
        gyr_worth=GYR_WORTH,
        tick_s=1e-3 if clocked else None,
        tick_wrap=0,
    )


def _data(rows: list[tuple[int, tuple[int, ...]]], seq: int) -> Data:
    n = len(rows)
    return Data.of(
        (np.arange(n) + seq) & 0xFFFF,
        [tick for tick, _ in rows],
        0,
        1,
        np.array([counts for _, counts in rows], np.int16),
    )


def _milliseconds(frame: bytes) -> int | None:
    """The sensor's calendar as milliseconds since 2000; None where it is none."""
    year, month, day, hour, minute, second, ms = struct.unpack_from("<6BH", frame, 2)
    if (
        year > 99
        or not 1 <= month <= 12
        or not 1 <= day <= 31
        or hour > 23
        or minute > 59
        or second > 59
        or ms > 999
    ):
        return None
    since = calendar.timegm((2000 + year, month, day, hour, minute, second)) - SINCE_2000
    return int(since * 1000 + ms)
