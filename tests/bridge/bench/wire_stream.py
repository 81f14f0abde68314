"""What a bench sent, sorted by kind and held against what its chip had ready.

Lives here: Stream, and the one place where the tests say which sample is which.
Not here: the tests.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from firmware_bridge.bench.run import Truth
from firmware_bridge.decoder import Decoder
from firmware_bridge.events import Ack, Damage, Data, Event, Info, Pong, Status

#: Greatest deviation of a tick from the pin, about their constant distance. [us]  Source: the acceptance line; micros()
#: counts in steps of 4 us at 16 MHz and another interrupt may run for 5.
TICK_WITHIN_US = 8.0

#: Data-readies at the end that may still be on their way when the simulation stops.
UNDER_WAY = 12


@dataclass
class Stream:
    """Events of one life of the sketch, from its first INFO on."""

    infos: list[Info] = field(default_factory=list)
    statuses: list[Status] = field(default_factory=list)
    pongs: list[Pong] = field(default_factory=list)
    acks: list[Ack] = field(default_factory=list)
    damages: list[Damage] = field(default_factory=list)
    frames: list[Data] = field(default_factory=list)

    @property
    def data(self) -> Data:
        return Data.join(self.frames)

    @property
    def number(self) -> NDArray[np.int64]:
        """Sequence number of each sample, unrolled."""
        steps = np.diff(self.data.seq).astype(np.uint16).astype(np.int64)
        first = int(self.data.seq[0]) + np.concatenate([[0], np.cumsum(steps)])
        n = self.data.n.astype(np.int64)
        return np.repeat(first - (np.cumsum(n) - n), n) + np.arange(n.sum())

    @property
    def lost(self) -> int:
        """Samples missing between the first and the last."""
        return int(self.number[-1] - self.number[0] + 1 - len(self.number))

    @property
    def seen(self) -> int:
        """All bits that any DATA frame's status had."""
        return int(np.bitwise_or.reduce(self.data.status))


def streams(sent: bytes) -> list[Stream]:
    """One Stream for each life of the sketch."""
    lives: list[Stream] = []
    decoder = Decoder()
    for frame in sent.split(b"\0"):
        for event in decoder.feed(frame + b"\0"):
            if isinstance(event, Info) and event.chip is not None and event.chip.state & 4:
                lives.append(Stream())
            if lives:
                _keep(lives[-1], event)
    return lives


def _keep(life: Stream, event: Event) -> None:
    match event:
        case Info():
            life.infos.append(event)
        case Status():
            life.statuses.append(event)
        case Pong():
            life.pongs.append(event)
        case Ack():
            life.acks.append(event)
        case Damage():
            life.damages.append(event)
        case Data():
            life.frames.append(event)


def check_against(stream: Stream, truth: Truth, boot: int = 0, within_us: float = TICK_WITHIN_US) -> float:
    """Each sample is the chip's to the bit, each tick within its tolerance; returns the greatest deviation. [us].

    A sample's number says which data-ready it belongs to, but for those that came before the interrupt was on.
    """
    us, counts = truth.us[truth.boot == boot], truth.counts[truth.boot == boot]
    number, data = stream.number, stream.data
    assert len(number) > 0
    before = [
        k for k in range(12) if number[-1] + k < len(us) and (counts[number[0] + k] == data.counts[0]).all()
    ]
    assert before, "the first sample is none of the chip's"
    which = number + before[0]
    np.testing.assert_array_equal(data.counts, counts[which])
    first = np.cumsum(data.n.astype(np.int64)) - data.n
    distance = (data.tick - us[which[first]]).astype(np.float64)
    deviation = distance - (distance.max() + distance.min()) / 2
    assert abs(deviation).max() <= within_us
    return float(abs(deviation).max())


def all_of(stream: Stream, truth: Truth, boot: int = 0) -> bool:
    """Nothing is missing up to what was under way when the simulation stopped."""
    ready = int((truth.boot == boot).sum())
    return stream.lost == 0 and ready - len(stream.number) <= UNDER_WAY
