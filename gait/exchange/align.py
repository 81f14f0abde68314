"""A run on a watch's clock: what each stride was worth in pace, place and heart beats.

Lives here: strides with what the watch knew then, and measures and traits by bands of pace.
Not here: where the recording lies in the activity (match.py), reading it (activity.py).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from gait import tables
from gait.analysis import Analysis
from gait.blocks import block_statistics
from gait.exchange.activity import Activity
from gait.exchange.match import Match, match
from gait.rotations import Floats

#: Width of a band of pace. [s/km]  Chosen: what a runner would call another pace.
BAND = 30.0

#: A watch's samples farther apart than this are a pause, and nothing is said of what lies between. [s]
#: Chosen: "smart recording" leaves out up to 7 s.
PAUSE = 10.0

#: Slower than this nobody runs, and the pace of a stride is the watch's error. [m/s]  Source: 17 min/km.
SLOWEST_RUN = 1.0


def align(analysis: Analysis, activity: Activity) -> Match:
    """Where the recording lies on the watch's clock, see `match`.

    Raises
    ------
    MatchError
        If there is no clear place.
    """
    strides = analysis.measures.strides
    span = (analysis.recording.start_s, analysis.recording.stop_s)
    return match(strides.start, strides.stop, span, activity.t, activity.cadence_spm)


def strides_table(analysis: Analysis, activity: Activity, found: Match) -> pd.DataFrame:
    """One row per stride as in strides.csv, and what the watch knew in its middle; NaN where it knew nothing.

    Returns
    -------
    DataFrame
        Further columns ``time_utc`` (ISO 8601), ``speed_mps``, ``pace_s_per_km``, ``distance_m``, ``heart_rate_bpm``.
    """
    table = tables.strides_table(analysis)
    strides = analysis.measures.strides
    t = 0.5 * (strides.start + strides.stop) + found.offset_s
    speed = _at(t, activity.t, activity.speed_mps)
    when = pd.to_datetime(np.round(t * 1e3), unit="ms", utc=True)
    table["time_utc"] = [moment.isoformat(timespec="milliseconds") for moment in when]
    table["speed_mps"] = np.round(speed, 3)
    table["pace_s_per_km"] = np.round(_pace(speed), 1)
    table["distance_m"] = np.round(_at(t, activity.t, activity.distance_m), 1)
    table["heart_rate_bpm"] = np.round(_at(t, activity.t, activity.heart_rate_bpm), 1)
    return table


def bands_table(analysis: Analysis, activity: Activity, found: Match, width: float = BAND) -> pd.DataFrame:
    """Every measure, and every trait's share of strides, in bands of pace.

    Parameters
    ----------
    analysis, activity, found
        As aligned.
    width : float
        Of a band. [s/km]

    Returns
    -------
    DataFrame
        One row per band and measure: ``pace_from_s_per_km, pace_to_s_per_km, measure, unit, value, low, high, n,
        trait, share``. ``low`` and ``high`` bound the statistical error at 90 % from blocks of neighbouring strides and
        are NaN with fewer than two blocks; ``share`` is that of strides beyond what the trait asks of a single one, NaN
        where no trait asks.
    """
    measures = analysis.measures
    strides = measures.strides
    middle = 0.5 * (strides.start + strides.stop) + found.offset_s
    pace = _pace(_at(middle, activity.t, activity.speed_mps))
    band = np.floor(pace / width)
    asked = {t.rule.share.measure: t.rule for t in analysis.traits if t.rule.share is not None}
    rows = []
    for number in np.unique(band[np.isfinite(band)]):
        inside = band == number
        for key, measure in measures.items():
            if measure.value is None or len(measure.per_stride) != len(strides):
                continue
            counted = measure.counted & inside & np.isfinite(measure.per_stride)
            stats = block_statistics(measure.per_stride, counted)
            if stats.n == 0:
                continue
            rule = asked.get(key)
            share = float("nan")
            if rule is not None and rule.share is not None:
                share = float((measure.per_stride[counted] > rule.share.above).mean())
            rows.append(
                (
                    number * width,
                    (number + 1) * width,
                    key,
                    measure.unit,
                    stats.m,
                    stats.low,
                    stats.high,
                    stats.n,
                    rule.key if rule is not None else "",
                    share,
                )
            )
    columns = [
        "pace_from_s_per_km",
        "pace_to_s_per_km",
        "measure",
        "unit",
        "value",
        "low",
        "high",
        "n",
        "trait",
        "share",
    ]
    return pd.DataFrame(rows, columns=columns).round({"value": 4, "low": 4, "high": 4, "share": 3})


def _at(t: Floats, known_t: Floats, known: Floats) -> Floats:
    """A watch's value at these moments, by straight lines between its samples; NaN in pauses and outside."""
    told = np.isfinite(known)
    if told.sum() < 2:
        return np.full(len(t), np.nan)
    at, value = known_t[told], known[told]
    right = np.clip(np.searchsorted(at, t), 1, len(at) - 1)
    near = (t >= at[0]) & (t <= at[-1]) & (at[right] - at[right - 1] <= PAUSE)
    return np.where(near, np.interp(t, at, value), np.nan)


def _pace(speed: Floats) -> Floats:
    """Seconds a kilometre; NaN where nobody ran."""
    running = speed >= SLOWEST_RUN
    return np.where(running, 1000.0 / np.where(running, speed, 1.0), np.nan)
