"""x-IMU3: inertial messages, binary and ASCII.

Lives here: XimuDecoder, for both at once, as the sensor may be set to either.
Not here: other messages of the sensor, which are passed over. Byte layouts: firmware_bridge/WIRE.md.
"""

from __future__ import annotations

import math
import struct

import numpy as np

from firmware_bridge.events import Damage, Data, Event, Info
from firmware_bridge.mpu6050 import G

END, ESCAPE, ESCAPED_END, ESCAPED_ESCAPE = 0x0A, 0xDB, 0xDC, 0xDD

INERTIAL = 0xC9

_LAYOUT = struct.Struct("<Q6f")

#: Bytes of the longest message that is kept. Chosen: the longest documented one is below 200.
LONGEST = 512

#: Numbers beyond are damage: the sensor ends at 2000 °/s and 24 g. [°/s] [g]  Chosen: with a wide margin.
MOST_DPS, MOST_G = 10_000.0, 500.0


class XimuDecoder:
    """Messages end with a line feed, binary or not. Remembers one message."""

    def __init__(self) -> None:
        self._held = b""
        self._dropped = 0
        self._said = False
        self._seq = 0

    def feed(self, data: bytes) -> list[Event]:
        """The events that these bytes complete."""
        events: list[Event] = []
        rows: list[tuple[int, tuple[float, ...]]] = []
        *whole, rest = data.split(b"\n")
        for i, message in enumerate(whole):
            count = len(message)
            if i == 0:
                self._hold(message)
                message, count = self._held, self._dropped or len(self._held)
                self._held, self._dropped = b"", 0
            row = _inertial(message) if count <= LONGEST else None
            if row is not None:
                if not self._said:
                    events.append(_info())
                    self._said = True
                rows.append(row)
                self._seq += 1
            elif count > LONGEST or not _other(message):
                self._flush(rows, events)
                events.append(Damage(count, "overlong" if count > LONGEST else "length"))
        self._flush(rows, events)
        self._hold(rest)
        return events

    def close(self) -> list[Event]:
        """A message without its end is damage."""
        count, self._held, self._dropped = self._dropped + len(self._held), b"", 0
        return [Damage(count, "torn")] if count else []

    def _hold(self, data: bytes) -> None:
        if self._dropped or len(self._held) + len(data) > LONGEST:
            self._dropped += len(self._held) + len(data)
            self._held = b""
        else:
            self._held += data

    def _flush(self, rows: list[tuple[int, tuple[float, ...]]], events: list[Event]) -> None:
        if rows:
            n, first = len(rows), self._seq - len(rows)
            events.append(
                Data.of(
                    (np.arange(n) + first) & 0xFFFF,
                    [tick for tick, _ in rows],
                    0,
                    1,
                    np.array([values for _, values in rows], np.float64),
                )
            )
            rows.clear()


def _info() -> Info:
    return Info("ximu3", "x-IMU3", acc_worth=G, gyr_worth=math.radians(1.0), tick_s=1e-6, tick_wrap=0)


def _inertial(message: bytes) -> tuple[int, tuple[float, ...]] | None:
    """Tick [us] and ax ay az [g] gx gy gz [°/s] of an inertial message."""
    if message[:1] == bytes([INERTIAL]):
        plain = _unstuffed(message[1:])
        if plain is None or len(plain) != _LAYOUT.size:
            return None
        tick, *six = _LAYOUT.unpack(plain)
    elif message[:2] == b"I,":
        try:
            cells = message[2:].decode("ascii").split(",")
            tick, six = int(cells[0]), [float(cell) for cell in cells[1:]]
        except (ValueError, UnicodeDecodeError):
            return None
    else:
        return None
    if len(six) != 6 or not 0 <= tick < 1 << 62 or not all(map(math.isfinite, six)):
        return None
    if max(map(abs, six[:3])) > MOST_DPS or max(map(abs, six[3:])) > MOST_G:
        return None
    return tick, (*six[3:], *six[:3])


def _other(message: bytes) -> bool:
    """Whether it is one of the sensor's other messages: its type is a letter, in binary with the high bit."""
    if not message.strip(b"\r"):
        return True
    letter = message[:1].upper() if message[0] < 0x80 else bytes([message[0] & 0x7F])
    if message[0] >= 0x80:
        return letter.isalpha() and message[0] != INERTIAL
    return message[:1] == b"{" or (letter.isalpha() and message[1:2] == b"," and message[:2] != b"I,")


def _unstuffed(data: bytes) -> bytes | None:
    """The bytes behind the stuffing; None when an escape is followed by what it never is."""
    if ESCAPE not in data:
        return data
    out = bytearray()
    pieces = data.split(bytes([ESCAPE]))
    out += pieces[0]
    for piece in pieces[1:]:
        if piece[:1] == bytes([ESCAPED_END]):
            out.append(END)
        elif piece[:1] == bytes([ESCAPED_ESCAPE]):
            out.append(ESCAPE)
        else:
            return None
        out += piece[1:]
    return bytes(out)
