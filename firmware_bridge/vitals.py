"""How a sensor fares while it is listened to: rate, losses, temperature, stillness, which way is up.

Lives here: Vitals, fed with events; plain numbers for whoever shows them.
Not here: showing them, the times of samples (gait's readers).
"""

from __future__ import annotations

import collections
from collections.abc import Iterable

import numpy as np

from firmware_bridge import mpu6050
from firmware_bridge.events import AFTER_RESET, Damage, Data, Event, Info, Status

#: The rate is told over so long. [s]
RATE_S = 3.0

#: Quiet standing: the specific force stays within this about its mean, the rate within this. [m/s²] [rad/s]
#: Chosen: a standing person sways by 0.1 m/s² and 2 °/s; steps are ten times that.
STILL_ACC, STILL_GYR = 0.6, 0.15

#: A sensor at rest that feels this much more or less than gravity is not understood rightly. [1]
#: Source: PS-MPU-6000A, scale ±3 % and zero-g ±80 mg; three times that.
GRAVITY_OFF = 0.3

#: Samples looked at for stillness. Chosen: one second at 200 Hz.
LOOKED_AT = 200

#: An axis nearer to the vertical than this cosine is "up". [1]  Chosen: 37°; a chest slopes by 20°.
UP = 0.8

_SEQUENCE = 1 << 16


class Vitals:
    """Counts as events pass by. Remembers a second of samples and three of arrivals."""

    def __init__(self) -> None:
        self.info: Info | None = None
        self.samples = self.lost = self.damaged = 0
        self.temperature_c: float | None = None
        self._expected: int | None = None
        self._last: collections.deque[np.ndarray] = collections.deque(maxlen=64)
        self._arrived: collections.deque[tuple[int, int]] = collections.deque()

    def take(self, events: Iterable[Event], host_ns: int) -> None:
        """Events of one chunk and when it came."""
        before = self.samples
        for event in events:
            if isinstance(event, Data):
                self._count(event)
            elif isinstance(event, Info):
                self.info = event
                if event.chip is not None and event.chip.state & AFTER_RESET:
                    self.restarted()  # the board's own numbers begin anew
            elif isinstance(event, Status) and self.info is not None and self.info.chip is not None:
                self.temperature_c = mpu6050.temperature_c(event.temperature, self.info.chip.who_am_i)
            elif isinstance(event, Damage):
                self.damaged += event.count
        if self.samples > before:
            self._arrived.append((host_ns, self.samples))
        while self._arrived and host_ns - self._arrived[0][0] > RATE_S * 1e9:
            self._arrived.popleft()

    def restarted(self) -> None:
        """The port was lost, or the board was reset: numbers begin anew."""
        self._expected = None

    @property
    def rate_hz(self) -> float:
        """Samples a second over the last three. [Hz]."""
        if len(self._arrived) < 2:
            return 0.0
        (a, first), (b, last) = self._arrived[0], self._arrived[-1]
        return (last - first) / ((b - a) * 1e-9) if b > a else 0.0

    def resting(self) -> tuple[bool, str] | None:
        """Whether the last second was still, and the axis that points up ("" when gravity is not 1 g); None too early.

        Worths nobody said leave gravity unknown; then stillness is judged against the size of the reading.
        """
        if not self._last:
            return None
        recent = np.concatenate(list(self._last))[-LOOKED_AT:].astype(float)
        if len(recent) < LOOKED_AT // 4:
            return None
        worth = self.info.acc_worth if self.info else None
        turn = self.info.gyr_worth if self.info else None
        mean = recent[:, :3].mean(axis=0)
        size = float(np.linalg.norm(mean))
        if worth is None:
            worth = mpu6050.G / size if size else 1.0
        acc = recent[:, :3] * worth
        still = bool(acc.std(axis=0).max() < STILL_ACC)
        if turn is not None:
            still &= bool((recent[:, 3:] * turn).std(axis=0).max() < STILL_GYR)
        if size == 0 or abs(size * worth / mpu6050.G - 1.0) > GRAVITY_OFF:
            return still, ""
        along = mean / size
        axis = int(np.abs(along).argmax())
        if abs(along[axis]) < UP:
            return still, "none"
        return still, ("+" if along[axis] > 0 else "-") + "xyz"[axis]

    def _count(self, data: Data) -> None:
        self._last.append(data.counts[-LOOKED_AT:])
        self.samples += len(data.counts)
        if self.info is None or self.info.wire != "gait":
            return
        first = data.seq.astype(np.int64)
        following = (first + data.n) % _SEQUENCE
        before = np.concatenate([[first[0] if self._expected is None else self._expected], following[:-1]])
        self.lost += int(((first - before) % _SEQUENCE).sum())
        self._expected = int(following[-1])
