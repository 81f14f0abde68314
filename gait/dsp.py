"""Signal processing on plain arrays; no gait words.

Lives here: zero-phase filters, double-box means, crossings between samples, a local period.
Not here: what any of it means (bouts.py, contacts.py, ...).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from gait.rotations import Floats

#: Power below this share of all is rounding.  [1]  Chosen.
SILENCE = 1e-9

#: A rhythm is looked for in no less than this many of its longest periods.  [1]  Chosen: a Hann window's main
#: lobe is two lines wide.
FEWEST_PERIODS = 2.0

#: Spans laid side by side at a time.  Chosen: some 50 samples each, so 2 MB.
SPANS = 4096


@lru_cache(maxsize=32)
def _lowpass_sections(cut_hz: float, rate_hz: float) -> Floats:
    """Second-order Butterworth, corrected so that passing it twice has -3 dB at cut_hz."""
    # Two passes of order n: the corner moves by (sqrt(2) - 1)^(1/2n). Winter, Biomechanics, 4th ed., p. 69.
    corner = cut_hz / (np.sqrt(2.0) - 1.0) ** 0.25
    return np.asarray(signal.butter(2, min(corner, 0.49 * rate_hz), fs=rate_hz, output="sos"))


def lowpass(x: Floats, cut_hz: float, rate_hz: float) -> Floats:
    """X (n,) or (n, c) low-passed forward and backward (no phase) along axis 0; short x comes back as it is."""
    sections = _lowpass_sections(cut_hz, rate_hz)
    pad = min(int(rate_hz), len(x) - 1)
    if pad < 12:
        return np.array(x, float)
    return np.asarray(signal.sosfiltfilt(sections, x, axis=0, padlen=pad))


def double_box(x: Floats, at: Floats, width: Floats) -> Floats:
    """Mean of x over a box of ``width``, taken twice, centred at ``at``.

    A triangle of base two widths: every oscillation whose period divides ``width`` cancels.

    Parameters
    ----------
    x : (n, c) array, evenly spaced
    at : (m,) array
        Centres in samples, fractional; a window over an end is shortened to what is there.
    width : (m,) array
        Box widths in samples, fractional, > 1.

    Returns
    -------
    (m, c) array
    """
    n = len(x)
    width = np.minimum(width, np.maximum((np.minimum(at, n - 1 - at)), 1.0))
    # x is linear between samples, so its first integral is exact at them; the second by trapezoids.
    first = np.zeros_like(x)
    np.cumsum(0.5 * (x[1:] + x[:-1]), axis=0, out=first[1:])
    second = np.zeros_like(x)
    np.cumsum(0.5 * (first[1:] + first[:-1]), axis=0, out=second[1:])

    def integral(p: Floats) -> Floats:
        i = np.clip(np.floor(p).astype(np.intp), 0, n - 2)
        d = (p - i)[:, None]
        return np.asarray(second[i] + d * first[i] + 0.5 * d * d * x[i])

    total = integral(at + width) - 2.0 * integral(at) + integral(at - width)
    return np.asarray(total / (width * width)[:, None])


def crossings(x: Floats, level: float | Floats, rising: bool) -> Floats:
    """Where x (n,) passes ``level`` upward (or downward), in fractional samples, in order."""
    y = x - level if rising else level - x
    i = np.flatnonzero((y[:-1] < 0) & (y[1:] >= 0))
    return np.asarray(i + y[i] / (y[i] - y[i + 1]))


def highest_within(x: Floats, first: NDArray[np.intp], last: NDArray[np.intp]) -> NDArray[np.intp]:
    """How many samples after ``first`` (m,) x (n,) is highest up to and with ``last`` (m,); the first of equals."""
    out = np.empty(len(first), np.intp)
    for a in range(0, len(first), SPANS):
        lo, hi = first[a : a + SPANS, None], np.minimum(last[a : a + SPANS, None], len(x) - 1)
        at = lo + np.arange(int((hi - lo).max()) + 1)
        out[a : a + SPANS] = np.where(at <= hi, x[np.minimum(at, len(x) - 1)], -np.inf).argmax(axis=1)
    return out


def at_index(x: Floats, p: Floats) -> Floats:
    """X (n,) or (n, c) at fractional indices p (any shape), linear between samples, ends held."""
    i = np.clip(np.floor(p).astype(np.intp), 0, max(len(x) - 2, 0))
    d = np.clip(p - i, 0.0, 1.0)
    if x.ndim > 1:
        d = d[..., None]
    return np.asarray(x[i] * (1.0 - d) + x[np.minimum(i + 1, len(x) - 1)] * d)


def local_period(
    x: Floats, rate_hz: float, at: Floats, window_s: float, band_hz: tuple[float, float]
) -> tuple[Floats, Floats]:
    """Strongest rhythm of x around each time, and how much of the power it holds.

    Parameters
    ----------
    x : (n,) array, evenly spaced at rate_hz [Hz]
    at : (m,) array
        Centres. [samples]
    window_s : float
        Length of the Hann window; all of x when that is shorter. [s]
    band_hz : (low, high)
        Where the rhythm is looked for. [Hz]

    Returns
    -------
    hz : (m,) array
        Frequency of the highest peak, refined by a parabola. [Hz]
    share : (m,) array
        Power in the main lobes of the peak, its half and its multiples up to twice, over all power above
        0.5 Hz; 0 to 1. White noise has about 0.3.
    """
    # The band ends below 5 Hz, so 25 values a second keep all of it and cost little.
    factor = max(1, int(rate_hz // 25))
    fs = rate_hz / factor
    usable = len(x) // factor * factor
    y = x[:usable].reshape(-1, factor).mean(axis=1) if usable else x[:0]
    length = min(round(window_s * fs), len(y))
    if length < FEWEST_PERIODS * fs / band_hz[0]:
        return np.full(len(at), np.nan), np.zeros(len(at))
    start = np.clip(np.round(at / factor - length / 2).astype(np.intp), 0, len(y) - length)
    size = int(2 ** np.ceil(np.log2(2 * length)))
    freq = np.fft.rfftfreq(size, 1.0 / fs)
    taper = np.hanning(length)
    hz, share = np.empty(len(at)), np.empty(len(at))
    inside = (freq >= band_hz[0]) & (freq <= band_hz[1])
    lobe = 2.0 * fs / length  # half width of a Hann window's main lobe
    for a in range(0, len(at), 2000):  # bounded memory, whatever the length
        rows = np.lib.stride_tricks.sliding_window_view(y, length)[start[a : a + 2000]]
        power = np.abs(np.fft.rfft((rows - rows.mean(axis=1, keepdims=True)) * taper, size, axis=1)) ** 2
        k = np.maximum(np.argmax(np.where(inside, power, 0.0), axis=1), 1)  # silence has no peak at all
        r = np.arange(len(k))
        k1 = np.clip(k, 1, len(freq) - 2)
        left, mid, right = power[r, k1 - 1], power[r, k1], power[r, k1 + 1]
        bend = left - 2 * mid + right
        shift = np.where(bend < 0, 0.5 * (left - right) / np.where(bend < 0, bend, 1.0), 0.0)
        hz[a : a + 2000] = (k1 + np.clip(shift, -0.5, 0.5)) * freq[1]
        ratio = freq / freq[k][:, None] * 2.0
        near = (
            (np.abs(ratio - np.round(ratio)) * freq[k][:, None] / 2.0 <= lobe)
            & (ratio > 0.5)
            & (ratio < 4.5)
            & (freq > 0.5)
        )
        total = power[:, freq > 0.5].sum(axis=1)
        total = np.where(total > SILENCE * np.sum(rows * rows, axis=1), total, 0.0)
        share[a : a + 2000] = np.where(
            total > 0, (power * near).sum(axis=1) / np.where(total > 0, total, 1.0), 0.0
        )
    return hz, share
