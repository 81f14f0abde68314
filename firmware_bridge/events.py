"""What comes out of a decoder, whichever sensor spoke.

Lives here: Info, Data, Status, Pong, Ack, Mark, Note, Damage, and joining neighbouring Data.
Not here: bytes (frames.py, dialects/), files, ports, clocks.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

#: Bits of a DATA frame's status.
FIFO_OVERFLOW, I2C_ERROR, LINE_DROP, LATE, CLIPPED, REINIT, CONFIG = (1 << bit for bit in range(7))

#: Bits of the state in INFO and STATUS.
SENDING, CHIP_ANSWERS, AFTER_RESET = 1, 2, 4

#: Key of the note that a person's mark leaves among the samples.
MOMENT = "moment"


@dataclass(frozen=True)
class Chip:
    """The INFO frame of our own sketch, field by field (see WIRE.md)."""

    protocol: int = 1
    firmware: tuple[int, int] = (0, 0)
    device_id: bytes = bytes(8)
    who_am_i: int = 0x68
    acc_range: int = 3
    gyr_range: int = 3
    dlpf: int = 2
    divider: int = 4
    per_frame: int = 1
    state: int = SENDING | CHIP_ANSWERS
    f_cpu_hz: int = 16_000_000
    baud: int = 115_200
    tick: int = 0


@dataclass(frozen=True)
class Info:
    """Who speaks, and what one count is worth.

    Attributes
    ----------
    wire : str
        "gait", "text", "witmotion", "ximu3".
    device : str
        Sensor by name, for people.
    acc_worth, gyr_worth : float or None
        SI units in one count; None where the sensor does not say. [m/s²] [rad/s]
    tick_s : float or None
        Seconds in one tick; None when the sensor has no clock and ticks count samples; nan when it does not say. [s]
    tick_wrap : int
        The tick begins anew at this; 0 when it never does.
    rate_hz : float or None
        Nominal rate, where it is said. [Hz]
    chip : Chip or None
        More, from our own sketch.
    """

    wire: str
    device: str = ""
    acc_worth: float | None = None
    gyr_worth: float | None = None
    tick_s: float | None = 1e-6
    tick_wrap: int = 1 << 32
    rate_hz: float | None = None
    chip: Chip | None = None


#: What is said of a frame of samples: one record each, so that a stretch of frames is one slice.
HEAD = np.dtype([("seq", "<u2"), ("tick", "<i8"), ("status", "u1"), ("n", "u1")])

Counts = NDArray[np.int16] | NDArray[np.float64]


@dataclass(frozen=True, eq=False, slots=True)
class Data:
    """Samples of f frames, s of them in all.

    Attributes
    ----------
    heads : (f,) array of HEAD
    counts : (s, 6) array
        ax ay az gx gy gz; int16 of our own wire, float64 of others.
    """

    heads: NDArray[np.void]
    counts: Counts

    @classmethod
    def of(cls, seq: ArrayLike, tick: ArrayLike, status: ArrayLike, n: ArrayLike, counts: Counts) -> Data:
        """From columns; what is one number holds for all frames."""
        heads = np.empty(np.shape(tick), HEAD)
        heads["seq"], heads["tick"], heads["status"], heads["n"] = seq, tick, status, n
        return cls(heads, counts)

    def __len__(self) -> int:
        return len(self.heads)

    @property
    def seq(self) -> NDArray[np.uint16]:
        """Number of each frame's first sample, shape (f,); counts lost ones, too."""
        return self.heads["seq"]

    @property
    def tick(self) -> NDArray[np.int64]:
        """Of each frame's first sample, shape (f,), not unrolled."""
        return self.heads["tick"]

    @property
    def status(self) -> NDArray[np.uint8]:
        """Bits as above, shape (f,)."""
        return self.heads["status"]

    @property
    def n(self) -> NDArray[np.uint8]:
        """Samples in each frame, shape (f,)."""
        return self.heads["n"]

    @staticmethod
    def join(parts: Iterable[Data]) -> Data:
        """Neighbouring pieces as one."""
        parts = list(parts)
        if len(parts) == 1:
            return parts[0]
        return Data(np.concatenate([p.heads for p in parts]), np.concatenate([p.counts for p in parts]))


@dataclass(frozen=True)
class Status:
    """Once a second: how the sensor fares."""

    tick: int
    temperature: int
    samples: int
    missed: int = 0
    i2c_errors: int = 0
    line_drops: int = 0
    fifo_overflows: int = 0
    reinits: int = 0
    reset_cause: int = 0
    state: int = SENDING | CHIP_ANSWERS


@dataclass(frozen=True)
class Pong:
    """Answer to a ping: its token, when it was taken in and when the answer went out. [us]."""

    token: int
    t_rx: int
    t_tx: int


@dataclass(frozen=True)
class Ack:
    """Answer to a command: its type, and 0 when it was done."""

    command: int
    result: int


@dataclass(frozen=True)
class Mark:
    """Host time by which all bytes before had arrived. [ns since 1970 UTC]."""

    host_ns: int


@dataclass(frozen=True)
class Note:
    """A ``key=value`` that the recorder left in the capture."""

    key: str
    value: str = field(default="")


@dataclass(frozen=True)
class Damage:
    """Bytes that are nothing whole, and why they were dropped: "crc", "length", "type", "overlong", "torn", "line"."""

    count: int
    why: str


Event = Info | Data | Status | Pong | Ack | Mark | Note | Damage


def joined(events: Iterable[Event]) -> list[Event]:
    """The same events with neighbouring Data as one, so that it does not matter how the bytes were cut."""
    out: list[Event] = []
    run: list[Data] = []
    for event in events:
        if isinstance(event, Data):
            run.append(event)
            continue
        if run:
            out.append(Data.join(run))
            run = []
        out.append(event)
    if run:
        out.append(Data.join(run))
    return out
