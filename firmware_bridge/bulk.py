"""Many whole frames of our wire at once, all of one length together, as arrays.

Lives here: `decode`, which gives the events that the loop of decoder.py gives, and is faster from some hundred frames on.
Not here: torn frames, cutting a stream into pieces (decoder.py), layouts (frames.py).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from firmware_bridge import frames
from firmware_bridge.events import HEAD, Data, Event, Mark, Status

Places = NDArray[np.intp]
Bytes = NDArray[np.uint8]

#: Fewer frames of one length are decoded one by one. Chosen: where both ways take equally long.
FEWEST = 8

#: Bytes of a frame beyond its type and payload: COBS code, checks.
_AROUND = 1 + frames.CHECK_BYTES

_ROWS = {
    n: np.dtype(
        [("type", "u1"), ("seq", "<u2"), ("tick", "<u4"), ("status", "u1"), ("counts", "<i2", (n, 6))]
    )
    for n in range(1, frames.MOST_SAMPLES + 1)
}

#: Samples of a DATA frame by the length of its type and payload.
SAMPLES_IN = {kind.itemsize: n for n, kind in _ROWS.items()}

#: Length -> type, and the events of payloads, for what else comes often.
_OTHERS: dict[int, tuple[int, Callable[[Bytes], list[Event]]]] = {
    1 + frames.MARK_LAYOUT.size + _AROUND: (
        frames.MARK,
        lambda said: [Mark(ns) for (ns,) in frames.MARK_LAYOUT.iter_unpack(said[:, 1:].tobytes())],
    ),
    1 + frames.STATUS_LAYOUT.size + _AROUND: (
        frames.STATUS,
        lambda said: [Status(*fields) for fields in frames.STATUS_LAYOUT.iter_unpack(said[:, 1:].tobytes())],
    ),
}


def decode(data: bytes, one: Callable[[bytes], Event]) -> list[Event]:
    """Events of whole frames; neighbouring samples come as one Data.

    Parameters
    ----------
    data : bytes
        Ends with a zero.
    one : callable
        The event of a single frame without its zero, for those that are rare or damaged.
    """
    buffer = np.frombuffer(data, np.uint8)
    zeros = np.flatnonzero(buffer == 0)
    starts = np.concatenate([[0], zeros[:-1] + 1])
    lengths = zeros - starts
    samples: list[tuple[Places, Data]] = []
    places: list[Places] = []
    others: list[Event] = []
    kept = np.minimum(lengths, frames.LONGEST_FRAME + 1)
    for length in np.flatnonzero(np.bincount(kept)).tolist():
        if length == 0:
            continue
        at = starts[kept == length]
        n = SAMPLES_IN.get(length - _AROUND)
        if len(at) >= FEWEST and (n or length in _OTHERS):
            kind, parse = (frames.DATA, None) if n else _OTHERS[length]
            said, good = _opened(buffer, at, length, kind)
            if parse is not None:
                others += parse(said)
                places.append(at[good])
            elif len(said):
                samples.append((at[good], data_of(said)))
            at = at[~good]
        if len(at):
            others += [one(data[start : data.index(0, start)]) for start in at.tolist()]
            places.append(at)
    return _in_order(samples, np.concatenate([np.empty(0, np.intp), *places]), others)


def data_of(said: Bytes) -> Data:
    """Types and payloads of DATA frames of one length, a row each, as an event."""
    n = SAMPLES_IN[said.shape[1]]
    rows = said.view(_ROWS[n])[:, 0]
    heads = np.empty(len(rows), HEAD)
    heads["seq"], heads["tick"], heads["status"], heads["n"] = rows["seq"], rows["tick"], rows["status"], n
    return Data(heads, rows["counts"].reshape(-1, 6).astype(np.int16))


def _opened(buffer: Bytes, at: Places, length: int, kind: int) -> tuple[Bytes, NDArray[np.bool_]]:
    """Types and payloads of the frames at these places that are whole and of this type, and which those are."""
    # One row of the matrix is one byte of all frames, so that each step below is one sweep over neighbours in memory.
    byte = np.ascontiguousarray(np.lib.stride_tricks.sliding_window_view(buffer, length)[at].T)
    good = _unstuffed(byte) & (byte[1] == kind)
    said, check = byte[1 : -frames.CHECK_BYTES], byte[-frames.CHECK_BYTES :].astype(np.uint32)
    for k in range(frames.CHECK_BYTES):
        np.left_shift(check[k], 8 * k, out=check[k])
    table, start = _tables(len(said))
    found, step = np.full(len(at), start, np.uint32), np.empty(len(at), np.uint32)
    for row, of in zip(said, table, strict=True):
        np.take(of, row, out=step, mode="clip")
        np.bitwise_xor(found, step, out=found)
    good &= found == np.bitwise_or.reduce(check, axis=0)
    if kind == frames.DATA:
        good &= said[frames.STATUS_AT] < frames.RESERVED_STATUS
    return np.ascontiguousarray((said if good.all() else said[:, good]).T), good


def _unstuffed(byte: Bytes) -> NDArray[np.bool_]:
    """Undo COBS in all frames, a byte of each at a time; which of them were rightly stuffed."""
    length, count = byte.shape
    stuffed = byte.sum(axis=0, dtype=np.uint32)
    code, here, step = byte[0].copy(), np.empty(count, np.bool_), np.empty(count, np.uint8)
    for j in range(1, length):
        # Where a code byte stands, take it for a zero and go on by what it says.
        np.equal(code, j, out=here)
        np.multiply(here.view(np.uint8), byte[j], out=step)
        np.subtract(byte[j], step, out=byte[j])
        np.add(code, step, out=code)
    # The codes add up to the length; their sum is what unstuffing took away. (In eight bits 256 more would pass.)
    np.equal(stuffed - byte[1:].sum(axis=0, dtype=np.uint32), length, out=here)
    here &= code == length
    return here


@lru_cache(maxsize=8)
def _tables(length: int) -> tuple[NDArray[np.uint32], int]:
    """What each byte at each place adds to both checks of so many bytes, and the checks of as many zeros.

    A CRC is linear: the checks of a frame are the xor of what its bytes add, in any order and any number at a time.
    """
    step = np.arange(256, dtype=np.uint32) << 8
    for _ in range(8):
        step = np.where(step & 0x8000, (step << 1) ^ 0x1021, step << 1) & 0xFFFF
    followed = [step]  # by so many zeros
    for _ in range(length - 1):
        followed.append(((followed[-1] << 8) & 0xFFFF) ^ step[followed[-1] >> 8])
    return np.stack([followed[length - 1 - j] | followed[j] << 16 for j in range(length)]), frames.checks(
        bytes(length)
    )


def _in_order(samples: list[tuple[Places, Data]], place: Places, others: list[Event]) -> list[Event]:
    """Samples and other events as they stood in the bytes."""
    order = np.argsort(place, kind="stable")
    others = [others[i] for i in order.tolist()]
    if not samples:
        return others
    at = np.concatenate([where for where, _ in samples])
    whole = Data.join(data for _, data in samples)
    if len(samples) > 1:
        by_place = np.argsort(at, kind="stable")
        whole, at = _permuted(whole, by_place), at[by_place]
    return woven(whole, np.searchsorted(at, place[order]).tolist(), others)


def woven(whole: Data, cut: list[int], others: list[Event]) -> list[Event]:
    """Samples with the other events between them, each behind so many frames (rising)."""
    heads, counts = whole.heads, whole.counts
    sample = np.concatenate([[0], np.cumsum(whole.n, dtype=np.int64)])
    events: list[Event] = []
    begin = first = 0
    for stop, last, other in zip(cut, sample[cut].tolist() if cut else (), others, strict=True):
        if stop > begin:
            events.append(Data(heads[begin:stop], counts[first:last]))
            begin, first = stop, last
        events.append(other)
    if begin < len(heads):
        events.append(Data(heads[begin:], counts[first:]))
    return events


def _permuted(whole: Data, order: Places) -> Data:
    """The frames in another order, each with its samples."""
    n = whole.n.astype(np.intp)
    first = (np.cumsum(n) - n)[order]
    n = n[order]
    begin = np.cumsum(n) - n
    return Data(whole.heads[order], whole.counts[np.repeat(first - begin, n) + np.arange(n.sum())])
