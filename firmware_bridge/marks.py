"""The recorder's own frames among another sensor's bytes, and those bytes without them.

Lives here: Unmarker, and Marked, any wire's decoder behind it.
Not here: writing marks (capture.py), our own wire, whose decoder knows marks as frames.
"""

from __future__ import annotations

from firmware_bridge import frames
from firmware_bridge.decoder import Feed
from firmware_bridge.events import Event, Mark, Note

#: Bytes of a frame beyond its payload: COBS code, type and checks.
_AROUND = 2 + frames.CHECK_BYTES

#: Between two zeros: the longest frame of ours that can stand there, and a mark.
_LONGEST, _MARK = frames.LONGEST_NOTE + _AROUND, frames.MARK_LAYOUT.size + _AROUND


class Unmarker:
    """Feed bytes, get them back without marks. Holds at most one mark's worth; any cut gives the same."""

    def __init__(self) -> None:
        self._held = b""

    def feed(self, data: bytes) -> list[bytes | Mark | Note]:
        """The sensor's bytes and the recorder's frames in their order."""
        data = self._held + data
        out: list[bytes | Mark | Note] = []
        begin = at = 0
        while True:
            at = data.find(0, at)
            if at < 0:
                at = len(data)
                break
            end = data.find(0, at + 1, at + 2 + _LONGEST)
            if end < 0 and len(data) - at < 2 + _LONGEST:
                break  # the closing zero may still come
            found = _mark(data[at + 1 : end]) if end - at > _AROUND else None
            if found is None:
                at += 1
                continue
            if at > begin:
                out.append(data[begin:at])
            out.append(found)
            begin = at = end + 1
        if at > begin:
            out.append(data[begin:at])
        self._held = data[at:]
        return out

    def close(self) -> list[bytes | Mark | Note]:
        """What was held in case it became a mark."""
        held, self._held = self._held, b""
        return [held] if held else []


def _mark(frame: bytes) -> Mark | Note | None:
    """The frame if it is a whole mark or note."""
    if frame[1] == frames.MARK:
        if len(frame) != _MARK:
            return None
    elif frame[1] != frames.NOTE:
        # A NOTE or a MARK never holds a zero before its type, so the type is the second byte.
        return None
    said = frames.opened(frame)
    if isinstance(said, str) or frames.known(said):
        return None
    event = frames.parse(said)
    return event if isinstance(event, Mark | Note) else None


class Marked:
    """Another wire's decoder for a capture's bytes: marks come out as events, the rest goes to the decoder."""

    def __init__(self, inner: Feed) -> None:
        self._inner, self._unmarker = inner, Unmarker()

    def feed(self, data: bytes) -> list[Event]:
        """The events that these bytes complete."""
        return self._pass(self._unmarker.feed(data))

    def close(self) -> list[Event]:
        """What is left at the end."""
        return self._pass(self._unmarker.close()) + self._inner.close()

    def _pass(self, parts: list[bytes | Mark | Note]) -> list[Event]:
        events: list[Event] = []
        for part in parts:
            events += self._inner.feed(part) if isinstance(part, bytes) else [part]
        return events
