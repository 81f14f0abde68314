"""When each sample that a sensor sent was taken.

Lives here: times of samples from ticks, numbers and the host's marks.
Not here: the bridge and its events (wire.py), unrolling and fitting clocks (ticks.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from gait.errors import ReadError
from gait.readers.ticks import LEAST_SPAN_S, MOST_DRIFT, HostClock, Ints, fit_host_clock, unroll
from gait.rotations import Floats

#: Numbers of samples wrap here. Source: the wire's 16 bits.
SEQUENCE = 1 << 16

#: A frame's samples are spaced by the measured step when it lies this near to the usual one. [1]  Chosen: 20 % are
#: far more than a clock drifts, and less than one sample of four that is missing.
NEAR_STEP = 0.2

#: After a restart of which nothing is known but that it was, this much time is taken to have passed. [s]  Chosen.
UNKNOWN_PAUSE_S = 1.0


@dataclass(frozen=True)
class Frames:
    """What a sensor sent, f frames with one or more samples each.

    Attributes
    ----------
    tick : (f,) int array
        Of each frame's first sample.
    seq : (f,) int array
        Its number, 16 bits.
    n : (f,) int array
        Samples in the frame.
    marks : tuple of (int, int)
        Frames that had arrived, and the host's time by then. [ns since 1970 UTC]
    began : tuple of int
        Frames before which the sensor had started anew.
    wrap : int
        The tick begins anew here; 0 when it never does.
    nominal_hz : float or None
        Rate by the sensor's word, when its numbers count lost samples, too. [Hz]
    """

    tick: Ints
    seq: Ints
    n: Ints
    marks: tuple[tuple[int, int], ...] = ()
    began: tuple[int, ...] = ()
    wrap: int = 1 << 32
    nominal_hz: float | None = None


@dataclass(frozen=True)
class Times:
    """When each sample was taken, and what that tells of the sensor's clock.

    Attributes
    ----------
    t : (n,) array
        Of each sample. [s]
    started_at : datetime or None
        The host's time of the first sample.
    own_s : (f,) array
        Of each frame by the sensor's own clock. [s]
    stretch : (f,) int array
        Counts up where that clock began anew.
    step : float
        From sample to sample by that clock. [s]
    drift : float or None
        By how much the host's clock runs faster; None when that is not known. [1]
    """

    t: Floats
    started_at: datetime | None
    own_s: Floats
    stretch: Ints
    step: float
    drift: float | None


def times_of(frames: Frames, tick_s: float) -> Times:
    """Times of all samples: the sensor's own seconds, in the host's pace where marks tell it.

    Parameters
    ----------
    frames : Frames
    tick_s : float
        Seconds in a tick. [s]

    Raises
    ------
    ReadError
        If no two samples follow each other.
    """
    count = len(frames.tick)
    began = np.zeros(count, bool)
    began[[at for at in frames.began if at < count]] = True
    advance = np.concatenate([[0], numbered(frames)]) / frames.nominal_hz if frames.nominal_hz else None
    own, stretch = unroll(
        frames.tick, frames.wrap, tick_s, began=began, advance=advance, host_s=_arrivals(frames)
    )
    step = _usual(own, frames, stretch)
    clocks = _host_clocks(frames, own, stretch, step)
    drift = _drift(clocks)
    pace = 1.0 + (drift or 0.0)
    first_host = None if clocks[0] is None else float(clocks[0].at(own[:1])[0])
    begin = np.flatnonzero(np.diff(stretch, prepend=-1))
    ends = np.append(begin[1:], count)
    place = np.empty(len(begin))
    place[0] = own[0]
    for k in range(1, len(begin)):
        a, b = int(begin[k - 1]), int(ends[k - 1]) - 1
        over = float(place[k - 1] + (own[b] - own[a]) * pace + step * frames.n[b])
        here = clocks[k]
        if here is not None and first_host is not None:
            place[k] = max(over, own[0] + float(here.at(own[begin[k] : begin[k] + 1])[0]) - first_host)
        else:
            place[k] = over + UNKNOWN_PAUSE_S
    frame_t = np.repeat(place, ends - begin) + (own - np.repeat(own[begin], ends - begin)) * pace
    started = None if first_host is None else datetime.fromtimestamp(first_host, UTC)
    return Times(_spread(frame_t, frames.n, step * pace, stretch), started, own, stretch, step, drift)


def counted_times(frames: Frames, rate_hz: float | None, source: str) -> Times:
    """Times for a sensor without a clock: its samples are counted, and the host tells how many there are in a second.

    Raises
    ------
    ReadError
        If neither the caller nor any mark tells the rate.
    """
    count = len(frames.tick)
    started = None
    if rate_hz is None:
        at, host = _pairs(frames)
        if len(at) < 2 or host[-1] - host[0] < 2.0:
            raise ReadError(
                f"{source}: the sensor says no time, and no host's clock is beside its samples. Say how many there are in "
                "a second: --rate 100."
            )
        rate_hz = float(1.0 / np.polyfit(at.astype(float), host - host[0], 1)[0])
        started = datetime.fromtimestamp(float(host[0] - at[0] / rate_hz), UTC)
    t = np.arange(count) / rate_hz
    return Times(t, started, t, np.zeros(count, np.int64), 1.0 / rate_hz, None)


def numbered(frames: Frames) -> Ints:
    """From frame to frame, how many samples there were by their numbers."""
    return np.asarray((frames.seq[1:] - frames.seq[:-1]) % SEQUENCE)


def _pairs(frames: Frames) -> tuple[Ints, Floats]:
    """Frame and host seconds by which it had arrived, for each mark with a new frame before it."""
    at: list[int] = []
    host: list[float] = []
    for before, host_ns in frames.marks:
        if 0 < before <= len(frames.tick) and (not at or at[-1] < before - 1):
            at.append(before - 1)
            host.append(host_ns * 1e-9)
    return np.array(at, np.int64), np.array(host)


def _arrivals(frames: Frames) -> Floats | None:
    """Host time about which each frame came, None without marks. [s]."""
    at, host = _pairs(frames)
    if not len(at):
        return None
    # A frame came no later than the first mark behind it.
    behind = np.searchsorted(at, np.arange(len(frames.tick)))
    return np.asarray(host[np.minimum(behind, len(at) - 1)])


def _usual(own: Floats, frames: Frames, stretch: Ints) -> float:
    """The usual step between samples, by the sensor's clock. [s]."""
    moved = np.diff(own)
    whole = (numbered(frames) == frames.n[:-1]) & (np.diff(stretch) == 0) & (moved > 0)
    if not whole.any():
        raise ReadError("No two samples follow each other, so nobody can tell the rate.")
    each = moved[whole] / frames.n[:-1][whole]
    usual = float(np.median(each))
    near = each[np.abs(each - usual) < NEAR_STEP * usual]
    return float(near.mean()) if len(near) else usual


def _spread(frame_t: Floats, n: Ints, step: float, stretch: Ints) -> Floats:
    """Times of samples from those of their frames' first ones."""
    if (n == 1).all():
        return frame_t
    each = np.full(len(frame_t), step)
    moved = np.diff(frame_t) / n[:-1]
    near: NDArray[np.bool_] = (np.abs(moved - step) < NEAR_STEP * step) & (np.diff(stretch) == 0)
    each[:-1][near] = moved[near]
    first = np.cumsum(n) - n
    inside = np.arange(int(n.sum())) - np.repeat(first, n)
    return np.asarray(np.repeat(frame_t, n) + inside * np.repeat(each, n))


def _host_clocks(frames: Frames, own: Floats, stretch: Ints, step: float) -> list[HostClock | None]:
    """The host's time of each stretch, None where no mark fell into it."""
    at, host = _pairs(frames)
    taken = own[at] + (frames.n[at] - 1.0) * step
    out: list[HostClock | None] = []
    for k in range(int(stretch[-1]) + 1):
        here = stretch[at] == k
        out.append(fit_host_clock(taken[here], host[here]) if here.any() else None)
    return out


def _drift(clocks: list[HostClock | None]) -> float | None:
    """How much faster the host's clock runs, by the longest stretch; None when none is long enough."""
    best, span = None, LEAST_SPAN_S
    for fitted in clocks:
        if fitted is not None and fitted.own_s[-1] - fitted.own_s[0] >= span:
            best, span = fitted, float(fitted.own_s[-1] - fitted.own_s[0])
    if best is None or abs(best.slope - 1.0) > MOST_DRIFT:
        return None
    return best.slope - 1.0
