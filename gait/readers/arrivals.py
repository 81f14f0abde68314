"""What a sensor says on its wire while it says it: events in, samples out as soon as they can be told.

Lives here: times of samples that arrive piece by piece. Remembers the last frame, and what the numbers are worth.
Not here: whole runs (wire.py), bytes and ports (firmware_bridge).

A whole run is brought to the host's pace in the end; here the sensor's own seconds go on, for a rate that is still being
found out would bend them on the way.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from firmware_bridge.events import AFTER_RESET, Data, Event, Info, Mark, Note
from gait.errors import ReadError
from gait.readers.sample_times import SEQUENCE
from gait.readers.ticks import unroll
from gait.readers.wire import Worth, worth_of
from gait.readers.words import Units
from gait.recording import Samples
from gait.rotations import Floats

#: The first seconds are held until they tell rate and units. [s]  Chosen: a host's clock tells the rate of a sensor
#: without one to 1 % by then; of one that says all itself the steps of half a second tell it.
UNDERSTAND_S, UNDERSTAND_TOLD_S = 2.5, 0.5

#: What is not understood is looked at anew after so much more. [s]  Chosen.
AGAIN_S = 2.0

#: Of what is not understood at most this much is held; all of it is in the capture. [s]  Chosen: bounded memory.
MOST_HELD_S = 30.0


@dataclass(frozen=True)
class _Last:
    """The last frame: tick, number and samples, host time [s], time of its first sample [s]."""

    tick: int
    seq: int
    n: int
    host_s: float
    t: float


class Arrivals:
    """Feed events as they come, take samples out; how the events were cut does not matter.

    One thread may feed while another takes.

    Parameters
    ----------
    source : str
        Port, for people.
    units : Units, optional
        What the caller knows of a text line's units.
    """

    def __init__(self, source: str, *, units: Units | None = None) -> None:
        self._source, self._units = source, units
        self._waiting: deque[tuple[Event, int]] = deque()
        self._held: list[tuple[Event, int]] = []
        self._look_at_ns = 0
        self._worth: Worth | None = None
        self._wrap, self._nominal_hz = 1 << 32, 0.0
        self._began = False
        self._last: _Last | None = None
        self._counted = 0
        self._newest = -np.inf
        #: How often the sensor began anew.
        self.restarts = 0
        #: Why its numbers are not understood, "" while they are or it is early.
        self.why = ""

    @property
    def rate_hz(self) -> float | None:
        """Samples a second by the first seconds, None until then. [Hz]."""
        return self._worth.rate_hz if self._worth is not None else None

    def take(self, events: Iterable[Event], host_ns: int) -> None:
        """Events of one chunk, which had arrived by ``host_ns`` [ns since 1970 UTC]."""
        self._waiting.extend((event, host_ns) for event in events if not isinstance(event, Mark | Note))

    def samples(self) -> Samples | None:
        """The samples that became clear since the last time, None when there is none."""
        arrived: list[tuple[Event, int]] = []
        while self._waiting:
            arrived.append(self._waiting.popleft())
        if self._worth is None:
            self._held += arrived
            if not self._understood():
                return None
            arrived, self._held = self._held, []
        parts: list[Samples] = []
        data: list[tuple[Data, int]] = []
        for event, host_ns in arrived:
            if isinstance(event, Data):
                data.append((event, host_ns))
            elif isinstance(event, Info):
                parts += self._place(data)
                data = []
                self._told(event)
        parts += self._place(data)
        return Samples.join(parts) if parts else None

    def _understood(self) -> bool:
        """Whether the first seconds tell by now what the numbers are worth."""
        if not self._held:
            return False
        first, last = self._held[0][1], self._held[-1][1]
        wait_s = UNDERSTAND_TOLD_S if any(_says_all(event) for event, _ in self._held) else UNDERSTAND_S
        self._look_at_ns = self._look_at_ns or first + int(wait_s * 1e9)
        if last < self._look_at_ns:
            return False
        try:
            self._worth = worth_of(_marked(self._held), self._source, units=self._units)
        except ReadError as error:
            self.why = str(error)
            self._look_at_ns = last + int(AGAIN_S * 1e9)
            keep = last - int(MOST_HELD_S * 1e9)
            self._held = [(e, at) for e, at in self._held if at >= keep or isinstance(e, Info)]
            return False
        self.why = ""
        return True

    def _told(self, info: Info) -> None:
        """The sensor said who it is: at first, and after each of its resets."""
        self._wrap = info.tick_wrap
        self._nominal_hz = (info.rate_hz or 0.0) if info.wire == "gait" else 0.0
        if info.chip is not None and info.chip.state & AFTER_RESET and self._last is not None:
            self._began = True
        if self._worth is not None and self._units is None and info.acc_worth and info.gyr_worth:
            # Its ranges may be others than before.
            self._worth = Worth(info.acc_worth, info.gyr_worth, self._worth.tick_s, self._worth.rate_hz)

    def _place(self, arrived: list[tuple[Data, int]]) -> list[Samples]:
        """Samples of neighbouring frames, with their times; those whose time does not rise are left out."""
        if not arrived or self._worth is None:
            return []
        data = Data.join(d for d, _ in arrived)
        host_s: Floats = np.repeat(np.array([at * 1e-9 for _, at in arrived]), [len(d) for d, _ in arrived])
        if self._worth.tick_s is None:
            t: Floats = np.arange(self._counted, self._counted + len(data.counts)) / self._worth.rate_hz
            self._counted += len(t)
        else:
            t = self._timed(data, host_s, self._worth.tick_s, 1.0 / self._worth.rate_hz)
        before = np.maximum.accumulate(np.concatenate([[self._newest], t[:-1]]))
        keep = t > before
        if not keep.any():
            return []
        self._newest = float(t[keep][-1])
        counts = data.counts[keep].astype(float)
        return [Samples(t[keep], counts[:, :3] * self._worth.acc, counts[:, 3:] * self._worth.gyr)]

    def _timed(self, data: Data, host_s: Floats, tick_s: float, step: float) -> Floats:
        """Times of samples by the sensor's clock; where it began anew the host's clock tells how long it was away."""
        tick, seq, n = data.tick, data.seq.astype(np.int64), data.n.astype(np.int64)
        began = np.zeros(len(tick), bool)
        began[0], self._began = self._began, False
        last = self._last
        if last is not None:
            tick, seq = np.concatenate([[last.tick], tick]), np.concatenate([[last.seq], seq])
            n = np.concatenate([[last.n], n])
            host_s = np.asarray(np.concatenate([np.array([last.host_s]), host_s]))
            began = np.concatenate([[False], began])
        advance = None
        if self._nominal_hz:
            advance = np.concatenate([[0.0], np.diff(seq) % SEQUENCE / self._nominal_hz])
        own, stretch = unroll(tick, self._wrap, tick_s, began=began, advance=advance, host_s=host_s)
        moved = np.concatenate([[0.0], np.diff(own)])
        for i in (np.flatnonzero(np.diff(stretch)) + 1).tolist():
            moved[i] = max(step * float(n[i - 1]), float(host_s[i] - host_s[i - 1]))
            self.restarts += 1
        frame_t = (last.t if last is not None else float(own[0])) + np.cumsum(moved)
        self._last = _Last(int(tick[-1]), int(seq[-1]), int(n[-1]), float(host_s[-1]), float(frame_t[-1]))
        if last is not None:
            frame_t, n = frame_t[1:], n[1:]
        inside = np.arange(int(n.sum())) - np.repeat(np.cumsum(n) - n, n)
        return np.asarray(np.repeat(frame_t, n) + inside * step)


def _says_all(event: Event) -> bool:
    """Whether a sensor says itself what its counts and ticks are worth."""
    return isinstance(event, Info) and None not in (event.acc_worth, event.gyr_worth) and event.wire == "gait"


def _marked(held: list[tuple[Event, int]]) -> list[Event]:
    """The events as a capture has them, with the host's time behind each chunk."""
    out: list[Event] = []
    for i, (event, host_ns) in enumerate(held):
        out.append(event)
        if i + 1 == len(held) or held[i + 1][1] != host_ns:
            out.append(Mark(host_ns))
    return out
