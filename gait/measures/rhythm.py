"""How quickly and how evenly the feet land.

Lives here: cadence and the variability of stride times.
Not here: contact and flight (spring.py), the contacts themselves (contacts.py).
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from gait.measures.context import View
from gait.measures.curves import Beats
from gait.measures.measure import NO_STRIDE, Measure, measured, nothing
from gait.rotations import Floats

#: A sensor clock is off by up to this.  [1, 1 sd]  Source: ceramic resonator of an Uno, 0.5 % at most.
CLOCK_SIGMA = 0.0025

#: Window of the running median that takes slow changes of pace out of the variability.  [s]
#: Source: the traits' catalogue (30 s).
SLOW = 30.0

#: Strides of a bout below which it has no usual stride time.  [strides]  Chosen: of fewer the median is one of them.
FEWEST_USUAL = 5

#: Why there is none where steady strides are.
TOO_FEW = f"No stretch of running has {FEWEST_USUAL} steady strides, which it takes to tell a usual one."

#: Jitter of a contact time that adds to the variability.  [percent, 1 sd]  Source: the traits' catalogue.
CV_SYSTEMATIC = 0.4

#: Mean absolute deviation of a normal distribution is this share of its standard deviation.
#: Source: sqrt(2/pi).
MAD_OF_SD = float(np.sqrt(2.0 / np.pi))

#: Deviations are counted up to this many times their median: one stumble is not the rhythm.  [1]  Chosen.
MOST_DEVIATION = 6.0


def cadence(view: View) -> Measure:
    """Steps per minute, two for each stride.

    Returns
    -------
    Measure
        Key ``cadence``, per stride (k,). [steps/min]
    """
    per_stride = 120.0 / view.strides.duration
    trust, why = view.trust(trunk=False)
    m = measured(
        "cadence", "spm", per_stride, view.counted, systematic=0.0, column="cadence_spm", trust=trust, why=why
    )
    if m.value is None:
        return m
    return Measure(**{**m.__dict__, "systematic": CLOCK_SIGMA * m.value})


def stride_time_cv(view: View) -> Measure:
    """Robust coefficient of variation of the stride time around its 30 s running median.

    Returns
    -------
    Measure
        Key ``stride_time_cv``; ``per_stride`` (k,) is each stride's share of it, whose mean is the value. [percent]
        Nothing where the rate is too low to hear when a foot lands.
    """
    off = _deviation(view)
    if view.quality.events_lost:
        return nothing("stride_time_cv", "percent", off, (view.quality.events_lost,))
    usual = np.nanmedian(off) if np.isfinite(off).any() else np.nan
    per_stride = np.minimum(off, MOST_DEVIATION * usual) / MAD_OF_SD * 100.0
    trust, why = view.trust(trunk=False)
    if not np.isfinite(per_stride).any():
        few = TOO_FEW if view.counted.any() else NO_STRIDE
        return nothing("stride_time_cv", "percent", per_stride, (few,))
    return measured(
        "stride_time_cv", "percent", per_stride, view.counted, systematic=CV_SYSTEMATIC, trust=trust, why=why
    )


def beats(view: View) -> Beats | None:
    """Stride after stride with the running median of its bout; None without any."""
    usual = _usual(view)
    known = np.flatnonzero(view.counted & np.isfinite(usual))
    if not len(known):
        return None
    s = view.strides
    return Beats(s.start[known], s.duration[known], usual[known], s.bout[known])


def _deviation(view: View) -> Floats:
    """Each stride time's distance from the running median of its bout, as a share (k,)."""
    return np.abs(view.strides.duration / _usual(view) - 1.0)


def _usual(view: View) -> Floats:
    """Running median of the stride times that count, by bout (k,); NaN where there is none. [s]"""
    time = view.strides.duration
    out = np.full(len(time), np.nan)
    for b in np.unique(view.strides.bout):
        mine = (view.strides.bout == b) & view.counted
        if mine.sum() < FEWEST_USUAL:
            continue
        size = int(np.clip(SLOW / np.median(time[mine]), FEWEST_USUAL, mine.sum()))
        out[mine] = ndimage.median_filter(time[mine], size, mode="reflect")
    return out
