"""Bytes of our wire in, events out. No port, no clock, no thread; it never blocks and holds at most one torn frame.

Lives here: Decoder, which gives the same events however the bytes were cut; the loop for the few bytes of a port.
Not here: a frame's layout (frames.py), many frames at once (bulk.py), other sensors' wires (dialects/), lost samples and
time (gait's readers).
"""

from __future__ import annotations

from itertools import groupby
from typing import Protocol

import numpy as np

from firmware_bridge import bulk, frames
from firmware_bridge.events import Damage, Data, Event

#: Chunks of at least this many bytes are decoded as arrays. [B]  Chosen: where both ways take equally long.
ARRAY_BYTES = 6000

#: Bytes done as arrays at a time; bounds the memory. [B]  Chosen: of 0.5 to 4 MiB, from where on more brings little.
BLOCK_BYTES = 1 << 21


class Feed(Protocol):
    """What every wire's decoder offers."""

    def feed(self, data: bytes) -> list[Event]:
        """The events that these bytes complete."""

    def close(self) -> list[Event]:
        """What is left when no more bytes come."""


class Decoder:
    """Our own wire. Remembers the bytes since the last zero, at most one frame's worth."""

    def __init__(self) -> None:
        self._held = b""
        self._dropped = 0  # bytes of a frame that is too long already

    def feed(self, data: bytes) -> list[Event]:
        """The events that these bytes complete; neighbouring samples come as one Data."""
        end = data.rfind(0) + 1
        if end == 0:
            self._hold(data)
            return []
        events: list[Event] = []
        start = 0
        if self._dropped:
            # The frame that is too long ends with the first zero.
            start = data.find(0) + 1
            events.append(Damage(self._dropped + start - 1, "overlong"))
            self._dropped = 0
        elif self._held:
            data, end = self._held + data, end + len(self._held)
            self._held = b""
        while start < end:
            stop = end
            if end - start > BLOCK_BYTES:
                stop = data.find(0, start + BLOCK_BYTES) + 1
            piece = data[start:stop]
            events += decode_arrays(piece) if len(piece) >= ARRAY_BYTES else decode_loop(piece)
            start = stop
        self._hold(data[end:])
        return events

    def close(self) -> list[Event]:
        """A frame without its zero at the end is damage: nobody knows whether it was whole."""
        count, self._held, self._dropped = self._dropped + len(self._held), b"", 0
        return [Damage(count, "torn")] if count else []

    def _hold(self, data: bytes) -> None:
        if self._dropped or len(self._held) + len(data) > frames.LONGEST_FRAME:
            self._dropped += len(self._held) + len(data)
            self._held = b""
        else:
            self._held += data


def decode_loop(data: bytes) -> list[Event]:
    """Events of whole frames, one by one."""
    samples: list[bytes] = []
    others: list[Event] = []
    cut: list[int] = []  # frames of samples before each of the others
    opened, keep = frames.opened, samples.append
    for frame in data.split(b"\0"):
        said = opened(frame)
        if (
            said.__class__ is bytes
            and len(said) in bulk.SAMPLES_IN
            and said[0] == frames.DATA
            and said[frames.STATUS_AT] < frames.RESERVED_STATUS
        ):
            keep(said)
        elif frame:
            others.append(_event(frame, said))
            cut.append(len(samples))
    if not samples:
        return others
    whole = Data.join(
        bulk.data_of(np.frombuffer(b"".join(same), np.uint8).reshape(-1, length))
        for length, same in groupby(samples, len)
    )
    return bulk.woven(whole, cut, others) if others else [whole]


def decode_arrays(data: bytes) -> list[Event]:
    """The same events as `decode_loop`, all frames of one length at once; the data ends with a zero."""
    return bulk.decode(data, lambda frame: _event(frame, frames.opened(frame)))


def _event(frame: bytes, said: bytes | str) -> Event:
    """What a single frame is."""
    why = said if isinstance(said, str) else frames.known(said)
    return Damage(len(frame), why) if why or isinstance(said, str) else frames.parse(said)
