"""A sensor's ticks as seconds that rise, and what the host's clock said then.

Lives here: unrolling a counter that wraps, where the sensor began anew, the host's time by a lower hull.
Not here: frames and events (wire.py), an even clock (timeline.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gait.rotations import Floats

Ints = NDArray[np.int64]

#: A step of the tick up to this needs no explanation. [s]  Chosen: a link lost for a minute is usual; a counter that began
#: anew lands here by chance in 1.4 % of cases, and those are told by the numbers of the samples.
USUAL_STEP_S = 60.0

#: A longer step is believed when the host's clock saw as much pass, within this and this share. [s] [1]
#: Chosen: chunks come late by up to a second (Bluetooth), clocks differ by up to 1 %.
EXPLAINED_S, EXPLAINED_SHARE = 3.0, 0.02

#: The hull looks this far to either side. [s]  Source: WIRE.md of the design: 0.03 to 0.11 ms rms with a resonator that
#: warms up, where a straight line is off by 3 ms.
WINDOW_S = 60.0

#: The host's time is told at places this far apart, and a straight line lies between them. [s]  Chosen: a resonator
#: that warms up by 2000 ppm in ten minutes bends by 0.02 ms between.
KNOT_S = 10.0

#: Before the first and after the last place the line goes straight on for this long. [s]  Chosen: at the very end the
#: hull is whatever arrived last; 20 s inside it rests on enough arrivals.
EDGE_S = 20.0

#: Of arrivals within this only the least delayed one matters. [s]  Chosen: keeps a day's hulls within a second's work.
BIN_S = 0.5

#: A bow is looked for in a window with so many arrivals. Chosen: ten for each of its three numbers.
LEAST_CURVE = 30

#: Rates of two clocks are compared over at least this. [s]  Chosen: arrivals are late by up to 10 ms, so 60 s tell 170 ppm.
LEAST_SPAN_S = 60.0

#: Two clocks never differ by more. [1]  Chosen: the chip's own oscillator is off by 1 %; twice that, and a reading that
#: says more is no rate but a fault.
MOST_DRIFT = 0.02


def unroll(
    tick: Ints,
    wrap: int,
    tick_s: float,
    *,
    began: NDArray[np.bool_] | None = None,
    advance: Floats | None = None,
    host_s: Floats | None = None,
) -> tuple[Floats, Ints]:
    """Ticks as seconds, and the stretch each belongs to.

    Parameters
    ----------
    tick : (f,) array
    wrap : int
        The counter begins anew here; 0 when it never does.
    tick_s : float
        Seconds in a tick. [s]
    began : (f,) bool array, optional
        Where the sensor said that it had started anew.
    advance : (f,) array, optional
        Seconds since the frame before by the samples' numbers, nan where not known; the numbers never run ahead of
        the clock. [s]
    host_s : (f,) array, optional
        Host time about which each frame came. [s]

    Returns
    -------
    own_s : (f,) array
        Rising within a stretch. [s]
    stretch : (f,) int array
        Counts up where the counter began anew, so that nothing is known of the time between but by the host.
    """
    if len(tick) == 0:
        return np.empty(0), np.empty(0, np.int64)
    step = np.diff(tick)
    if wrap:
        step = step % wrap
    seconds = step * tick_s
    new = np.zeros(len(tick), bool)
    if began is not None:
        new |= began
        new[0] = False
    if advance is not None:
        # The samples' numbers ran ahead of the clock: that is another run's clock.
        new[1:] |= (advance[1:] > 1.1 * seconds + 1.0) & (seconds <= USUAL_STEP_S)
    extra = np.zeros(len(tick))
    unusual = (seconds > USUAL_STEP_S) | (seconds < 0)
    if host_s is not None and wrap:
        # A silence of a whole wrap and a little looks like an ordinary step but to the host.
        unusual |= np.diff(host_s) > wrap * tick_s / 2
    for i in np.flatnonzero(unusual).tolist():
        if new[i + 1]:
            continue
        if host_s is None:
            new[i + 1] = seconds[i] < 0 or (wrap > 0 and step[i] > wrap // 2)
            continue
        passed = float(host_s[i + 1] - host_s[i])
        slack = EXPLAINED_S + EXPLAINED_SHARE * abs(passed)
        turns = round((passed - seconds[i]) / (wrap * tick_s)) if wrap else 0
        if turns < 0 or abs(passed - seconds[i] - turns * wrap * tick_s) > slack or seconds[i] < 0:
            new[i + 1] = True
        else:
            extra[i + 1] = turns * wrap * tick_s
    stretch = np.cumsum(new)
    moved = np.concatenate([[0.0], seconds]) + extra
    moved[new] = 0.0
    # Integers first: microseconds of a day added up as floats lose nothing, but sums that restart would.
    own = np.cumsum(moved)
    at = np.flatnonzero(np.concatenate([[True], new[1:]]))
    own += np.repeat(tick[at] * tick_s - own[at], np.diff(np.append(at, len(tick))))
    return own, stretch.astype(np.int64)


@dataclass(frozen=True)
class HostClock:
    """The host's time by the sensor's.

    Attributes
    ----------
    own_s, host_s : (k,) array
        Places; between them and beyond them a straight line. [s]
    """

    own_s: Floats
    host_s: Floats

    def at(self, own_s: Floats) -> Floats:
        """Host time of these moments. [s]."""
        x, y = self.own_s, self.host_s
        i = np.clip(np.searchsorted(x, own_s) - 1, 0, len(x) - 2)
        slope = (y[i + 1] - y[i]) / (x[i + 1] - x[i])
        return np.asarray(y[i] + slope * (own_s - x[i]))

    @property
    def slope(self) -> float:
        """Host seconds in a second of the sensor, over all."""
        return float((self.host_s[-1] - self.host_s[0]) / (self.own_s[-1] - self.own_s[0]))


def fit_host_clock(own_s: Floats, arrived_s: Floats) -> HostClock:
    """The host's time of the sensor's moments, from when they arrived: never before they were sent, often hardly after.

    Parameters
    ----------
    own_s : (m,) array
        Rising, at least one. [s]
    arrived_s : (m,) array
        [s]

    Returns
    -------
    HostClock
        The lower hull of (own, arrived) in a sliding window. It is late by the shortest way a byte can take.
    """
    start, stop = float(own_s[0]), float(own_s[-1])
    if stop - start < 2 * EDGE_S:
        # Too short to tell a rate: the two clocks are taken to run alike.
        offset = float((arrived_s - own_s).min())
        ends = np.array([start, max(stop, start + 1.0)])
        return HostClock(ends, ends + offset)
    base = float(arrived_s[0] - own_s[0])
    late = (arrived_s - own_s) - base
    slope = float(np.polyfit(own_s - start, late, 1)[0])
    slope = float(np.clip(slope, -MOST_DRIFT, MOST_DRIFT))
    rest = late - slope * (own_s - start)
    x, rest = _least_late(own_s, rest)
    inner = np.arange(start + EDGE_S, stop - EDGE_S, KNOT_S)
    if len(inner) == 0:
        inner = np.array([(start + stop) / 2])
    first, last = np.searchsorted(x, [inner - WINDOW_S, inner + WINDOW_S])
    value, tilt = np.empty(len(inner)), np.empty(len(inner))
    for k in range(len(inner)):
        value[k], tilt[k] = _least_at(x[first[k] : last[k]] - inner[k], rest[first[k] : last[k]])
    before, after = start - inner[0], max(stop - inner[-1], 1e-3)
    knots = np.concatenate([[start], inner, [inner[-1] + after]])
    value = np.concatenate([[value[0] + tilt[0] * before], value, [value[-1] + tilt[-1] * after]])
    return HostClock(knots, knots + base + slope * (knots - start) + value)


def _least_late(x: Floats, late: Floats) -> tuple[Floats, Floats]:
    """Of each bin the point that is least late."""
    bins = np.floor((x - x[0]) / BIN_S)
    order = np.lexsort((late, bins))
    first = np.flatnonzero(np.diff(bins[order], prepend=-1.0))
    chosen = order[first]
    return x[chosen], late[chosen]


def _least_at(x: Floats, late: Floats) -> tuple[float, float]:
    """What the lateness is at least at x = 0, and its slope there: the lower hull about a curve through the window.

    While a resonator warms up the least lateness bends by a millisecond over the window, and a hull's straight edge
    would cut the bow. So the bow is taken off first, from the punctual half of the arrivals.
    """
    if len(x) < LEAST_CURVE:
        return _hull_at(x.tolist(), late.tolist())
    powers = np.stack([np.ones(len(x)), x, x * x], axis=1)
    curve = np.linalg.lstsq(powers, late, rcond=None)[0]
    for _ in range(2):
        off = late - powers @ curve
        punctual = off <= np.median(off)
        curve = np.linalg.lstsq(powers[punctual], late[punctual], rcond=None)[0]
    value, slope = _hull_at(x.tolist(), (late - powers @ curve).tolist())
    return value + float(curve[0]), slope + float(curve[1])


def _hull_at(x: list[float], y: list[float]) -> tuple[float, float]:
    """Value and slope at 0 of the lower hull's edge over it (Andrew's monotone chain)."""
    if len(x) < 2:
        return (y[0], 0.0) if y else (0.0, 0.0)
    hx: list[float] = []
    hy: list[float] = []
    for px, py in zip(x, y, strict=True):
        while len(hx) > 1 and (hx[-1] - hx[-2]) * (py - hy[-2]) <= (hy[-1] - hy[-2]) * (px - hx[-2]):
            hx.pop()
            hy.pop()
        hx.append(px)
        hy.append(py)
    i = next((k for k in range(1, len(hx) - 1) if hx[k] >= 0.0), len(hx) - 1)
    slope = (hy[i] - hy[i - 1]) / (hx[i] - hx[i - 1])
    return hy[i - 1] - slope * hx[i - 1], slope
