"""Streams and the like that the bridge's tests share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from firmware_bridge import frames
from firmware_bridge.events import Chip, Damage, Data, Event, Status, joined


def counts(n: int, seed: int = 0) -> NDArray[np.int16]:
    """Samples in which small numbers, zeros and both ends of the range are common, as bytes 00 and FF are the hard ones."""
    rng = np.random.default_rng(seed)
    values = rng.normal(0, 300, (n, 6))
    values[rng.random((n, 6)) < 0.2] = 0
    values[rng.random((n, 6)) < 0.02] = 40000
    return np.clip(values, -32768, 32767).astype(np.int16)


def frame_list(n: int, per_frame: int = 1, seed: int = 0) -> list[bytes]:
    """INFO, n DATA frames and a STATUS now and then."""
    rows = counts(n * per_frame, seed)
    out = [frames.encode_info(Chip(per_frame=per_frame))]
    for i in range(n):
        at = i * per_frame
        out.append(frames.encode_data(at, 5000 * at, 0, rows[at : at + per_frame].tolist()))
        if i % 10 == 9:
            out.append(frames.encode_status(Status(5000 * at, -100, at)))
    return out


def plain(events: Iterable[Event]) -> list[object]:
    """Events as things that compare, neighbouring Data as one."""
    return [
        (
            "Data",
            event.seq.tolist(),
            event.tick.tolist(),
            event.status.tolist(),
            event.n.tolist(),
            event.counts.dtype.kind,
            event.counts.tolist(),
        )
        if isinstance(event, Data)
        else repr(event)
        for event in joined(events)
    ]


def samples_of(events: Iterable[Event]) -> set[tuple[int, ...]]:
    """Each sample with its frame's number, tick and place, so that a wrong byte anywhere makes another one."""
    out: set[tuple[int, ...]] = set()
    for event in events:
        if isinstance(event, Data):
            first = np.cumsum(event.n, dtype=int) - event.n
            for seq, tick, status, n, at in zip(
                event.seq, event.tick, event.status, event.n, first, strict=True
            ):
                for k in range(n):
                    out.add((int(seq), int(tick), int(status), k, *map(int, event.counts[at + k])))
    return out


def damage_of(events: Iterable[Event]) -> int:
    """Bytes that were dropped."""
    return sum(event.count for event in events if isinstance(event, Damage))


def cut(data: bytes, places: Sequence[int]) -> list[bytes]:
    """Data in pieces."""
    edges = [0, *sorted(min(p, len(data)) for p in places), len(data)]
    return [data[a:b] for a, b in pairwise(edges)]
