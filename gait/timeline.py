"""Device seconds onto an even clock.

Lives here: resampling between neighbours, and where time is missing. Remembers the last three samples.
Not here: what was lost before the file (readers/), orientation (motion.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gait.recording import Samples
from gait.rotations import Floats

#: Missing samples that are bridged by interpolation; more is a gap.  [samples]
#: Chosen: the house rule (a 200 Hz step has 60-90 samples, so 3 never hide an event).
MOST_BRIDGED = 3

#: A stamp closer than this to its place on the even clock is taken as it is.  [sample periods]
#: Chosen: the value moves by less than 1 % of the step to its neighbour, below one count of 16 bit at ±16 g.
ON_TIME = 0.01


@dataclass(frozen=True)
class EvenSamples:
    """Samples on an even clock.

    Attributes
    ----------
    samples : Samples
        Spaced by exactly 1/rate_hz between gaps. [s, m/s², rad/s]
    gap : (n,) bool array
        True where a new stretch begins: time is missing before this sample (and at the very first).
    """

    samples: Samples
    gap: NDArray[np.bool_]


class EvenClock:
    """Push samples as they come, take even ones out; any cut gives the same samples.

    Parameters
    ----------
    rate_hz : float
        Rate of the even clock, usually the recording's own. [Hz]
    """

    def __init__(self, rate_hz: float) -> None:
        self._step = 1.0 / rate_hz
        self._held: Samples | None = None  # the stretch's samples still needed as neighbours
        self._origin = 0.0  # time of the stretch's first sample
        self._next = 0  # index of the next even sample in the stretch

    def push(self, samples: Samples) -> EvenSamples:
        """The even samples that can be told by now; the last period waits for its neighbour."""
        parts: list[tuple[Samples, bool]] = []
        breaks = self._breaks(samples)
        for start, stop in zip([0, *breaks], [*breaks, len(samples)], strict=True):
            if start == stop:
                continue
            if start in breaks or self._held is None:
                if self._held is not None:
                    parts += self._even(self._held, last=True)
                self._held, self._origin, self._next = None, float(samples.t[start]), 0
            piece = samples[start:stop]
            parts += self._even(
                piece if self._held is None else Samples.join([self._held, piece]), last=False
            )
        if not parts:
            return EvenSamples(samples[:0], np.zeros(0, bool))
        gap = np.zeros(sum(len(p) for p, _ in parts), bool)
        at = 0
        for part, opens in parts:
            gap[at] = opens
            at += len(part)
        return EvenSamples(Samples.join([p for p, _ in parts]) if len(parts) > 1 else parts[0][0], gap)

    def _breaks(self, samples: Samples) -> list[int]:
        """Indices of samples with more than MOST_BRIDGED missing before them."""
        before = samples.t[:0] if self._held is None else self._held.t[-1:]
        step = np.diff(np.concatenate([before, samples.t]))
        found = np.flatnonzero(step > (MOST_BRIDGED + 1.5) * self._step)
        return [int(i) + (1 - len(before)) for i in found]

    def _even(self, s: Samples, last: bool) -> list[tuple[Samples, bool]]:
        """Even samples of one stretch up to where a right neighbour's slope is known."""
        # The cubic between samples i and i+1 needs i-1 and i+2: one more sample must have arrived.
        known = s.t[-1] if last or len(s) < 2 else s.t[-2]
        stop = int(np.floor((known - self._origin) / self._step + ON_TIME)) + 1
        if len(s) < 2:
            self._held = s
            return []
        out: list[tuple[Samples, bool]] = []
        if stop > self._next:
            t = self._origin + np.arange(self._next, stop) * self._step
            out = [(_between_neighbours(s, t, self._step), self._next == 0)]
            self._next = stop
        # Joined to itself it is a copy: a view would keep all that was pushed, ten hours say, in memory.
        self._held = Samples.join([s[max(0, len(s) - 4) :]])
        return out


def _between_neighbours(s: Samples, t: Floats, step: float) -> Samples:
    """Values at times t by the cubic through two neighbours with their central slopes."""
    i = np.clip(np.searchsorted(s.t, t - ON_TIME * step, side="left"), 0, len(s) - 1)
    if np.all(np.abs(s.t[i] - t) <= ON_TIME * step):
        return Samples(t, s.acc[i], s.gyr[i], s.frame)
    exact = np.abs(s.t[i] - t) <= ON_TIME * step
    j = np.clip(np.searchsorted(s.t, t, side="right") - 1, 0, len(s) - 2)
    h = s.t[j + 1] - s.t[j]
    x = np.clip((t - s.t[j]) / h, 0.0, 1.0)[:, None]
    out = []
    for value in (s.acc, s.gyr):
        slope = _slopes(s.t, value)
        a, b, m, n = value[j], value[j + 1], slope[j] * h[:, None], slope[j + 1] * h[:, None]
        cubic = a + x * (m + x * (3 * (b - a) - 2 * m - n + x * (2 * (a - b) + m + n)))
        out.append(np.where(exact[:, None], value[i], cubic))
    return Samples(t, out[0], out[1], s.frame)


def _slopes(t: Floats, value: Floats) -> Floats:
    """Slope at each sample from its two neighbours; one-sided at the ends."""
    slope = np.empty_like(value)
    # The slope of the parabola through three samples: of second order on uneven steps, too.
    h = np.diff(t)[:, None]
    d = np.diff(value, axis=0) / h
    slope[1:-1] = (h[1:] * d[:-1] + h[:-1] * d[1:]) / (h[1:] + h[:-1])
    slope[0] = (value[1] - value[0]) / (t[1] - t[0])
    slope[-1] = (value[-1] - value[-2]) / (t[-1] - t[-2])
    return slope
