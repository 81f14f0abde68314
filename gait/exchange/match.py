"""When a recording took place on a watch's clock, from the cadence that both of them saw.

Lives here: sliding the one cadence over the other, how sure the best place is, and when it is none.
Not here: the watch's file (activity.py), what is made of the common clock (align.py).

A watch tells a smoothed cadence once a second and rounds it. The recording's own cadence is smoothed alike, over the
seconds before, and laid over the watch's at every lag; the smoothing is fitted too, for it shifts what the watch says.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import signal, special

from gait.errors import GaitError
from gait.rotations import Floats

#: Grid on which both cadences are laid. [s]  Chosen: a quarter of what a watch's stamps can tell.
GRID = 0.25

#: Cadences outside are drawn to the nearer end, so that walking and standing look alike to both. [spm]
#: Source: nobody in 860 recreational runners stepped slower than 130 at their own pace; sprinters reach 290.
SLOWEST, FASTEST = 125.0, 300.0

#: Smoothings tried, over the seconds before a stamp. [s]  Chosen: watches show a cadence over 1 to 10 s.
SMOOTHINGS = (1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0, 5.5, 6.0, 7.0, 8.0, 10.0)

#: What a watch may show where nobody runs: standing, or walking. [spm]  They are smoothed with the rest, so that
#: starts and stops have the watch's own slope above SLOWEST.  Source: a brisk walk is 110-120.
RESTS = (0.0, 110.0)

#: The two have at least this long in common, or this share of the shorter one where that is more. [s], [1]
#: Chosen: two minutes hold a few changes of pace.
LEAST_OVERLAP, LEAST_OVERLAP_SHARE = 120.0, 0.5

#: Least error between two watches' cadences, from rounding to whole steps. [spm]
#: Source: a step of 1 spm rounds with a standard deviation of 1/sqrt(12).
ROUNDING = 0.29

#: Lags this near to the best are the same place. [s]  Chosen: the width of the widest smoothing.
SAME_PLACE = 10.0

#: The best place is taken when any other is this unlikely beside it, all together. [1]  Chosen.
MOST_ELSEWHERE = 0.001

#: ... and when it is surer than this. [s]  Chosen: beyond it, pace and traits would be mixed with another moment's.
MOST_SIGMA = 1.5

#: ... and when it explains this share of the variance of the watch's cadence. [1]  Chosen: less is another run.
LEAST_EXPLAINED = 0.5

#: What is left when all is known: whole seconds of the stamps, and that not every watch smooths as we suppose. [s]
#: Source: root mean square of the error over 120 simulated pairs, 0.3 for watches that show the mean of some seconds and
#: 0.6 for watches that forget exponentially.
FLOOR_SIGMA = 0.6


class MatchError(GaitError):
    """The recording has no clear place in the activity."""


@dataclass(frozen=True)
class Match:
    """Where the recording lies on the watch's clock.

    Attributes
    ----------
    offset_s : float
        Watch time minus recording time. [s]
    sigma_s : float
        One standard deviation of it. [s]
    smoothing_s : float
        Over how many seconds the watch smooths its cadence, as fitted. [s]
    overlap_s : float
        What both saw. [s]
    explained : float
        Share of the variance of the watch's cadence that the recording explains, 0 to 1.
    """

    offset_s: float
    sigma_s: float
    smoothing_s: float
    overlap_s: float
    explained: float


def match(
    start: Floats, stop: Floats, recorded: tuple[float, float], watch_t: Floats, watch_cadence: Floats
) -> Match:
    """Find the one place where two cadences are the same run.

    Parameters
    ----------
    start, stop : (k,) array
        Strides of the recording. [s]
    recorded : (float, float)
        First and last moment of the recording, whether anybody ran or not. [s]
    watch_t : (n,) array
        Rising, any origin. [s]
    watch_cadence : (n,) array
        Steps a minute at these times, NaN where the watch tells none.

    Returns
    -------
    Match

    Raises
    ------
    MatchError
        If there is no clear place, or more than one.

    Notes
    -----
    With r(L) the residual of n common samples at lag L after taking off its mean, RSS(L) its sum of squares and
    n_e = n / c the samples that are independent of each other (c from the residual's own autocorrelation),
    log p(L) = -n_e/2 log(RSS(L)/n + rounding²) up to a constant: a Gaussian likelihood with unknown variance. Its
    spread around the best lag is the uncertainty, its weight elsewhere the chance of another place.
    """
    told = np.isfinite(watch_cadence)
    if len(start) < 2 or told.sum() < 2:
        raise MatchError("One of the two holds no cadence, so they cannot be laid over each other.")
    origin, first = recorded[0], float(watch_t[told][0])
    ours = _on_grid(start - origin, stop - origin, recorded[1] - origin)
    theirs, mask = _stamps(watch_t[told] - first, np.clip(watch_cadence[told], SLOWEST, FASTEST))
    shorter = min(len(ours) * GRID, float(np.ptp(watch_t[told])))
    least = max(LEAST_OVERLAP, LEAST_OVERLAP_SHARE * shorter)
    if shorter < LEAST_OVERLAP:
        raise MatchError(
            f"They have {shorter:.0f} s to share at most; it takes {LEAST_OVERLAP:.0f} s to tell one place from another."
        )
    models = [(width, _smoothed(ours, width, rest)) for width in SMOOTHINGS for rest in RESTS]
    rows = [_slide(model, theirs, mask, least) for _, model in models]
    lag = rows[0].lag
    if not len(lag):
        raise MatchError(f"They share no stretch of {least:.0f} s at any lag.")
    error = np.stack([row.rss / row.n for row in rows]) + ROUNDING**2
    w, i = np.unravel_index(int(np.argmin(error)), error.shape)
    residual = _residual(models[w][1], theirs, mask, int(lag[i]))
    independent = rows[w].n[i] / _correlation_time(residual)
    log_p = -0.5 * independent * np.log(error / error[w, i])
    log_p = special.logsumexp(log_p, axis=0) - special.logsumexp(log_p)
    p, seconds = np.exp(log_p), lag * GRID
    near = np.abs(seconds - seconds[i]) <= SAME_PLACE
    elsewhere = float(p[~near].sum())
    mean = float((p[near] * seconds[near]).sum() / p[near].sum())
    spread = float(np.sqrt((p[near] * (seconds[near] - mean) ** 2).sum() / p[near].sum()))
    sigma = float(np.hypot(spread, FLOOR_SIGMA))
    explained = float(1.0 - rows[w].rss[i] / max(rows[w].spread[i], 1e-9))
    if elsewhere > MOST_ELSEWHERE or sigma > MOST_SIGMA:
        raise MatchError(
            "The cadence is too steady to tell when the recording took place in the activity: more than one moment fits. "
            "A start, a stop or a change of pace that both recorded would settle it."
        )
    if explained < LEAST_EXPLAINED:
        raise MatchError(
            f"The recording's cadence explains {100 * max(explained, 0.0):.0f} % of the activity's at best, so this is "
            "probably another run. Name the activity of the same run."
        )
    # A stamp of whole seconds names the second it lies in, whose middle is half a second later.
    whole = 0.5 if (watch_t[told] % 1.0 == 0.0).all() else 0.0
    return Match(
        first + whole - origin - mean,
        sigma,
        models[w][0],
        float(rows[w].n[i] * _usual_step(watch_t[told])),
        explained,
    )


@dataclass(frozen=True)
class _Slid:
    """One smoothing at every lag with enough in common: lag in grid points, samples, squares left, squares there."""

    lag: np.ndarray
    n: Floats
    rss: Floats
    spread: Floats


def _on_grid(start: Floats, stop: Floats, until: float) -> Floats:
    """Cadence at every grid point of the recording; NaN where nobody ran.

    Before the first stride and after the last one somebody ran for half a stride on average: whole strides alone
    are known, and a start that seems late would be taken for a lag.
    """
    t = np.arange(0.0, until, GRID)
    half = 0.5 * (stop - start)
    i = np.maximum(np.searchsorted(start - half, t, side="right") - 1, 0)
    i = np.where((i > 0) & (t < stop[i - 1]), i - 1, i)  # a stride's own seconds before the next one's half
    running = (t >= start[i] - half[i]) & (t < stop[i] + half[i])
    return np.where(running, np.clip(60.0 / half[i], SLOWEST, FASTEST), np.nan)


def _stamps(t: Floats, value: Floats) -> tuple[Floats, Floats]:
    """The watch's samples as impulses on the grid, and where there are any."""
    place = np.round(t / GRID).astype(int)
    out, mask = np.zeros(place[-1] + 1), np.zeros(place[-1] + 1)
    out[place], mask[place] = value, 1.0
    return out, mask


def _smoothed(cadence: Floats, width: float, rest: float) -> Floats:
    """Mean over the seconds before each point, as a watch would show it; NaN where they reach before the recording."""
    n = round(width / GRID)
    total = np.concatenate([[0.0], np.cumsum(np.where(np.isnan(cadence), rest, cadence))])
    out = np.full(len(cadence), np.nan)
    # From the widest smoothing on, so that all of them are judged by the same seconds.
    begin = round(SMOOTHINGS[-1] / GRID)
    end = np.arange(begin, len(cadence))
    out[begin:] = np.maximum((total[end] - total[end - n]) / n, SLOWEST)
    return out


def _slide(ours: Floats, theirs: Floats, mask: Floats, least: float) -> _Slid:
    """Sum of squared differences, less their mean, at every lag: ours[j] is compared with theirs[j - lag]."""
    here = np.isfinite(ours).astype(float)
    level = float(np.nanmean(ours))
    x, y = np.nan_to_num(ours - level) * here, (theirs - level) * mask

    def over(a: Floats, b: Floats) -> Floats:
        """Sum over j of a[j] b[j - lag]."""
        return signal.correlate(a, b, mode="full", method="fft")

    n = np.round(over(here, mask))
    lag = np.arange(-(len(mask) - 1), len(x))
    dx, dxx = over(x, mask), over(x**2, mask)
    dy, dyy, dxy = over(here, y), over(here, y**2), over(x, y)
    per_sample = (mask.size - 1) * GRID / max(mask.sum() - 1.0, 1.0)
    keep = n * per_sample >= least
    lag, n, dx, dxx, dy, dyy, dxy = (a[keep] for a in (lag, n, dx, dxx, dy, dyy, dxy))
    rss = np.maximum(dxx - 2 * dxy + dyy - (dx - dy) ** 2 / n, 0.0)
    return _Slid(lag, n, rss, np.maximum(dyy - dy**2 / n, 0.0))


def _residual(ours: Floats, theirs: Floats, mask: Floats, lag: int) -> Floats:
    """Differences (m,) at one lag, in order of time."""
    j = np.flatnonzero(mask)
    j = j[(j + lag >= 0) & (j + lag < len(ours))]
    out = ours[j + lag] - theirs[j]
    out = out[np.isfinite(out)]
    return np.asarray(out - out.mean())


def _correlation_time(residual: Floats) -> float:
    """Samples that say as much as one independent one: 1 + 2 sum of the autocorrelation up to its first zero."""
    n = len(residual)
    power = float(residual @ residual)
    if n < 8 or power <= 0:
        return 1.0
    r = signal.correlate(residual, residual, mode="full", method="fft")[n - 1 :] / power
    below = np.flatnonzero(r <= 0)
    return float(1.0 + 2.0 * r[1 : below[0] if len(below) else n].sum())


def _usual_step(t: Floats) -> float:
    """Median time between two samples. [s]"""
    return float(np.median(np.diff(t)))
