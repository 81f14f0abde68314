"""Bytes of our wire in, events out. No port, no clock, no thread; it never blocks and holds at most one torn frame.

Lives here: Decoder, which gives the same events however the bytes were cut.
Not here: a frame's layout (frames.py), other sensors' wires (dialects/), lost samples and time (gait's readers).

Two ways lead to the same events: a loop for the few bytes of a port, arrays for files and large chunks.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from firmware_bridge import frames
from firmware_bridge.events import Damage, Data, Event

#: Chunks of at least this many bytes are decoded as arrays. [B]  Chosen: where both ways take equally long (some 100 frames).
ARRAY_BYTES = 2500

#: Bytes done as arrays at a time. [B]  Chosen: the matrices of 20 thousand frames stay in the cache.
BLOCK_BYTES = 1 << 19

#: A frame of n samples by its length with COBS code, without its zero.
_DATA_LENGTHS = {frames.DATA_HEAD + frames.SAMPLE_BYTES * n + 4: n for n in range(1, frames.MOST_SAMPLES + 1)}

_DATA_TYPES = {
    n: np.dtype([("seq", "<u2"), ("tick", "<u4"), ("status", "u1"), ("counts", "<i2", (n, 6))])
    for n in range(1, frames.MOST_SAMPLES + 1)
}

_DATA_PAYLOADS = {kind.itemsize: n for n, kind in _DATA_TYPES.items()}


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
        if self._held or self._dropped:
            # The torn frame ends with the first zero.
            start = data.find(0) + 1
            self._hold(data[: start - 1])
            events += self._closed()
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

    def _closed(self) -> list[Event]:
        """Events of what was held, now that its zero has come."""
        held, dropped = self._held, self._dropped
        self._held, self._dropped = b"", 0
        return [Damage(dropped, "overlong")] if dropped else decode_loop(held)


def decode_loop(data: bytes) -> list[Event]:
    """Events of whole frames, one by one."""
    events: list[Event] = []
    samples: list[bytes] = []
    unpack = frames.unpack
    for frame in data.split(b"\0"):
        if not frame:
            continue
        found = unpack(frame)
        if isinstance(found, str):
            _flush(samples, events)
            events.append(Damage(len(frame), found))
            continue
        kind, payload = found
        if kind == frames.DATA and len(payload) in _DATA_PAYLOADS and payload[6] < frames.RESERVED_STATUS:
            samples.append(payload)
            continue
        _flush(samples, events)
        why = frames.known(kind, payload)
        events.append(Damage(len(frame), why) if why else frames.parse(kind, payload))
    _flush(samples, events)
    return events


def _flush(samples: list[bytes], events: list[Event]) -> None:
    """Payloads of DATA as one event; empties the list."""
    if not samples:
        return
    parts: list[Data] = []
    begin = 0
    for i in range(1, len(samples) + 1):
        if i == len(samples) or len(samples[i]) != len(samples[begin]):
            n = _DATA_PAYLOADS[len(samples[begin])]
            parts.append(_data(np.frombuffer(b"".join(samples[begin:i]), _DATA_TYPES[n]), n))
            begin = i
    events.append(Data.join(parts))
    samples.clear()


def _data(rows: NDArray[np.void], n: int) -> Data:
    return Data(
        rows["seq"].astype(np.uint16),
        rows["tick"].astype(np.int64),
        rows["status"].astype(np.uint8),
        np.full(len(rows), n, np.uint8),
        rows["counts"].reshape(-1, 6).astype(np.int16),
    )


# ---------------------------------------------------------------- arrays


def _crc_table(bits: int) -> NDArray[np.uint16]:
    """The CRC register after ``bits`` further bits, by its content before (shifted to the top)."""
    crc = np.arange(1 << bits, dtype=np.uint32) << (16 - bits)
    for _ in range(bits):
        crc = np.where(crc & 0x8000, (crc << 1) ^ 0x1021, crc << 1) & 0xFFFF
    return crc.astype(np.uint16)


_BYTE_TABLE, _WORD_TABLE = _crc_table(8), _crc_table(16)


def decode_arrays(data: bytes) -> list[Event]:
    """The same events as `decode_loop`, all frames of one length at once.

    Parameters
    ----------
    data : bytes
        Whole frames: ends with a zero.
    """
    buffer = np.frombuffer(data, np.uint8)
    zeros = np.flatnonzero(buffer == 0)
    starts = np.concatenate([[0], zeros[:-1] + 1])
    lengths = zeros - starts
    others: list[tuple[int, Event]] = []
    found: list[tuple[NDArray[np.intp], int, NDArray[np.void]]] = []
    bound = min(int(lengths.max()), frames.LONGEST_FRAME + 1) if len(lengths) else 0
    present = np.flatnonzero(np.bincount(np.minimum(lengths, bound)))
    for length in present.tolist():
        if length == 0:
            continue
        n = _DATA_LENGTHS.get(length)
        at = (
            starts[lengths == length]
            if length <= frames.LONGEST_FRAME
            else starts[lengths > frames.LONGEST_FRAME]
        )
        if n is not None and len(at) > 4:
            rows, good = _rows(buffer, at, length, n)
            found.append((at[good], n, rows))
            at = at[~good]
        for start in at.tolist():
            stop = start + length if length <= frames.LONGEST_FRAME else data.index(0, start)
            (event,) = decode_loop(data[start:stop])
            others.append((start, event))
    return _in_order(found, others)


def _rows(
    buffer: NDArray[np.uint8], at: NDArray[np.intp], length: int, n: int
) -> tuple[NDArray[np.void], NDArray[np.bool_]]:
    """DATA frames of n samples at these places as records, and which of the frames are such."""
    # One row of the matrix is one byte of all frames, so that each step below is one sweep over neighbours in memory.
    byte = np.ascontiguousarray(np.lib.stride_tricks.sliding_window_view(buffer, length)[at].T)
    stuffed = byte.sum(axis=0, dtype=np.uint32)
    code, here, step = byte[0].copy(), np.empty(len(at), np.bool_), np.empty(len(at), np.uint8)
    for j in range(1, length):
        # Where a code byte stands, take it for a zero and go on by what it says.
        np.equal(code, j, out=here)
        np.multiply(here.view(np.uint8), byte[j], out=step)
        np.subtract(byte[j], step, out=byte[j])
        np.add(code, step, out=code)
    # The codes add up to the length; their sum is what unstuffing took away. (In eight bits 256 more would pass.)
    good = stuffed - byte[1:].sum(axis=0, dtype=np.uint32) == length
    good &= (code == length) & (byte[1] == frames.DATA)
    j, end = 1, length - 2
    crc = np.full(len(at), 0xFFFF, np.uint16)
    if (end - j) % 2:
        crc = (crc << np.uint16(8)) ^ _BYTE_TABLE[(crc >> np.uint16(8)) ^ byte[j]]
        j += 1
    words = byte[j:end:2].astype(np.uint16) << np.uint16(8)
    words |= byte[j + 1 : end : 2]
    for word in words:
        np.bitwise_xor(crc, word, out=crc)
        crc = _WORD_TABLE[crc]
    good &= crc == byte[end] | byte[end + 1].astype(np.uint16) << np.uint16(8)
    good &= byte[8] < frames.RESERVED_STATUS
    payload = byte[2:end] if bool(good.all()) else byte[2:end, good]
    return np.ascontiguousarray(payload.T).view(_DATA_TYPES[n])[:, 0], good


def _in_order(
    found: list[tuple[NDArray[np.intp], int, NDArray[np.void]]], others: list[tuple[int, Event]]
) -> list[Event]:
    """Samples and other events as they stood in the bytes."""
    others.sort(key=lambda item: item[0])
    found = [item for item in found if len(item[0])]
    if not found:
        return _merged([event for _, event in others])
    place = np.concatenate([at for at, _, _ in found])
    whole = Data.join(_data(rows, n) for _, n, rows in found)
    if len(found) > 1:
        order = np.argsort(place, kind="stable")
        first = np.cumsum(whole.n) - whole.n
        counts = whole.counts[_spread(first[order].astype(np.intp), whole.n[order])]
        whole = Data(whole.seq[order], whole.tick[order], whole.status[order], whole.n[order], counts)
        place = place[order]
    events: list[Event] = []
    cut = np.searchsorted(place, [at for at, _ in others]).tolist()
    sample = np.concatenate([[0], np.cumsum(whole.n, dtype=np.int64)])
    begin = 0
    for stop, other in [*zip(cut, (event for _, event in others), strict=True), (len(place), None)]:
        if stop > begin:
            a, b = sample[begin], sample[stop]
            events.append(
                Data(
                    whole.seq[begin:stop],
                    whole.tick[begin:stop],
                    whole.status[begin:stop],
                    whole.n[begin:stop],
                    whole.counts[a:b],
                )
            )
            begin = stop
        if other is not None:
            events.append(other)
    return _merged(events) if any(isinstance(event, Data) for _, event in others) else events


def _spread(first: NDArray[np.intp], n: NDArray[np.uint8]) -> NDArray[np.intp]:
    """Indices of samples, given where each frame's first one is and how many it has."""
    total = int(n.sum())
    begin = np.cumsum(n, dtype=np.intp) - n
    return np.asarray(np.repeat(first - begin, n) + np.arange(total))


def _merged(events: list[Event]) -> list[Event]:
    """Neighbouring Data as one."""
    from firmware_bridge.events import joined

    return joined(events)
