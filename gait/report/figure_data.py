"""The numbers of a figure, from an analysis or from the folder that one was written to.

Lives here: OverTime and OverStride, and where they are taken from.
Not here: drawing (figures.py).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gait.analysis import Analysis
from gait.errors import GaitError
from gait.report.words import Words
from gait.rotations import Floats

if TYPE_CHECKING:
    import pandas as pd

#: Measures whose curve over the stride has another name.
CURVE_OF = {"vertical_oscillation": "height"}

#: Columns of series.csv that can be laid over the stride, by key, with their units.
SERIES = {
    "lean": ("lean_deg", "deg"),
    "rotation": ("rotation_deg", "deg"),
    "sway": ("sway_deg", "deg"),
    "vertical_acceleration": ("vertical_acceleration_mps2", "mps2"),
}

#: Points on a stride.  Chosen: as many as an analysis has.
POINTS = 64


class NothingToPlot(GaitError):
    """What was asked for is not in there."""


@dataclass(frozen=True)
class OverTime:
    """A measure stride by stride.

    Attributes
    ----------
    name, unit : str
        For people.
    t, value : (k,) array
        Middle of each stride [s since the recording began], and its value; no NaN.
    counted : (k,) bool array
    bout : (k,) int array
    mean, low, high : float or None
        Of all that count, with its 90 % interval.
    borders : tuple of float
        Begins and ends of runs, where there are several. [s since the recording began]
    """

    name: str
    unit: str
    t: Floats
    value: Floats
    counted: NDArray[np.bool_]
    bout: NDArray[np.intp]
    mean: float | None
    low: float | None
    high: float | None
    borders: tuple[float, ...]


@dataclass(frozen=True)
class OverStride:
    """A curve over the stride.

    Attributes
    ----------
    name, unit : str
        For people.
    phase, mean, low, high : (m,) array
        Phase from 0 to below 1; mean, 10th and 90th percentile of the strides that count.
    n : int
        Strides behind it, 0 where not known.
    opens : str
        Foot whose contact opens the stride.
    moments : tuple of (name, share)
        Where the other foot lands and both leave, median over the strides.
    """

    name: str
    unit: str
    phase: Floats
    mean: Floats
    low: Floats
    high: Floats
    n: int
    opens: str
    moments: tuple[tuple[str, float], ...]


def time_of(analysis: Analysis, key: str, words: Words) -> OverTime:
    """A measure over time, from an analysis.

    Raises
    ------
    NothingToPlot
        If there is no such measure, or it has no values stride by stride.
    """
    measures, strides, begin = analysis.measures, analysis.measures.strides, analysis.recording.start_s
    known = [k for k, m in measures.items() if len(m.per_stride) == len(strides) and m.counted.any()]
    if key not in measures:
        raise NothingToPlot(f"There is no measure {key!r}. {_there_is(known)}")
    measure = measures[key]
    keep = (
        np.isfinite(measure.per_stride)
        if len(measure.per_stride) == len(strides)
        else np.zeros(len(strides), bool)
    )
    if not keep.any():
        because = f" ({measure.why[0]})" if measure.why else ""
        raise NothingToPlot(
            f"{key} has no values stride by stride in this recording{because}. {_there_is(known)}"
        )
    kinds = np.asarray(analysis.bouts.kind) == "run"
    borders = np.stack([analysis.bouts.start[kinds], analysis.bouts.stop[kinds]], axis=1).ravel() - begin
    return OverTime(
        words.measure(key), _sign(measure.unit, words), strides.middle[keep] - begin, measure.per_stride[keep],
        measure.counted[keep], strides.bout[keep], measure.value, measure.low, measure.high,
        tuple(borders.tolist()) if kinds.sum() > 1 else (),
    )  # fmt: skip


def stride_of(analysis: Analysis, key: str, words: Words) -> OverStride:
    """A curve over the stride, from an analysis.

    Raises
    ------
    NothingToPlot
        If there is no such curve.
    """
    cycles, strides = analysis.measures.cycles, analysis.measures.strides
    cycle = cycles.get(CURVE_OF.get(key, key))
    if cycle is None:
        raise NothingToPlot(
            f"{key} has no curve over the stride in this recording. {_there_is(sorted(cycles))}"
        )
    keep = np.asarray(strides.regular, bool)
    opens, moments = _moments(
        str(strides.side[keep][0]) if keep.any() else "", strides.start[keep], strides.stop[keep],
        (strides.middle[keep], strides.toe_off_first[keep], strides.toe_off_second[keep]),
    )  # fmt: skip
    return OverStride(
        words.measure(key),
        _sign(cycle.unit, words),
        cycle.phase,
        cycle.mean,
        cycle.low,
        cycle.high,
        0,
        opens,
        moments,
    )


def time_in(folder: Path, key: str, words: Words) -> OverTime:
    """A measure over time, from a folder of `gait analyze`.

    Raises
    ------
    NothingToPlot
        If the folder does not hold it.
    """
    document, strides = _document(folder), _table(folder, "strides.csv")
    measure = document["measures"].get(key)
    columns = {m: c for m in document["measures"] for c in strides.columns if c.rpartition("_")[0] == m}
    if measure is None or key not in columns or not strides[columns[key]].notna().any():
        known = [m for m, c in columns.items() if strides[c].notna().any()]
        raise NothingToPlot(f"{folder} holds no {key} stride by stride. {_there_is(known)}")
    strides = strides[strides[columns[key]].notna()]
    begin = document["recording"]["start_s"]
    runs = [bout for bout in document["bouts"] if bout["kind"] == "run"]
    borders = tuple(b[edge] - begin for b in runs for edge in ("start_s", "stop_s")) if len(runs) > 1 else ()
    return OverTime(
        words.measure(key), _sign(measure["unit"], words),
        (strides["start_s"].to_numpy() + strides["stop_s"].to_numpy()) / 2 - begin, strides[columns[key]].to_numpy(float),
        strides["regular"].to_numpy(bool), strides["bout"].to_numpy(np.intp),
        measure["value"], measure["low"], measure["high"], borders,
    )  # fmt: skip


def stride_in(folder: Path, key: str, words: Words) -> OverStride:
    """A curve over the stride, from a folder of `gait analyze --series`.

    Raises
    ------
    NothingToPlot
        If the folder does not hold it.
    """
    if key not in SERIES:
        raise NothingToPlot(f"{folder} holds no curve of {key} over the stride. {_there_is(list(SERIES))}")
    if not (folder / "series.csv").exists():
        raise NothingToPlot(
            f"{folder} holds no series.csv, which curves over the stride are made of. Write it with gait analyze --series, "
            "or name the recording itself."
        )
    strides, series = _table(folder, "strides.csv"), _table(folder, "series.csv")
    column, unit = SERIES[key]
    strides = strides[strides["regular"].to_numpy(bool)]
    phase = np.arange(POINTS) / POINTS
    start, stop = strides["start_s"].to_numpy(), strides["stop_s"].to_numpy()
    at = start[:, None] + phase * (stop - start)[:, None]
    waves = np.interp(at, series["t_s"].to_numpy(), series[column].to_numpy(float), left=np.nan, right=np.nan)
    whole = np.isfinite(waves).all(axis=1)
    if not whole.any():
        raise NothingToPlot(f"{folder} holds no {key} in its series.csv; analysis.json says why.")
    low, high = np.percentile(waves[whole], [10, 90], axis=0)
    steps = _table(folder, "steps.csv")
    contact, toe_off = steps["contact_s"].to_numpy(), steps["toe_off_s"].to_numpy()
    first = np.clip(np.searchsorted(contact, start - 1e-3), 0, max(len(contact) - 2, 0))
    opens, moments = _moments(
        str(strides["side"].iloc[0]), start, stop, (contact[first + 1], toe_off[first], toe_off[first + 1])
    )
    return OverStride(
        words.measure(key),
        _sign(unit, words),
        phase,
        waves[whole].mean(axis=0),
        low,
        high,
        int(whole.sum()),
        opens,
        moments,
    )


def _moments(
    side: str, start: Floats, stop: Floats, times: tuple[Floats, Floats, Floats]
) -> tuple[str, tuple[tuple[str, float], ...]]:
    """The foot that opens strides, and where in them the other lands and both leave."""
    feet = {"left": ("left", "right"), "right": ("right", "left")}
    first, second = feet.get(side, ("one foot's", "other foot's"))
    found = []
    for name, moment in zip(
        (f"{second} contact", f"{first} toe-off", f"{second} toe-off"), times, strict=True
    ):
        share = (moment - start) / (stop - start)
        share = share[np.isfinite(share)]
        if len(share):
            found.append((name, float(np.median(share)) % 1.0))
    return first, tuple(found)


def _document(folder: Path) -> dict[str, Any]:
    try:
        document = json.loads((folder / "analysis.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise NothingToPlot(f"{folder / 'analysis.json'} cannot be read: {error}.") from error
    if not isinstance(document, dict) or not str(document.get("schema", "")).startswith("gait.analysis/"):
        raise NothingToPlot(f"{folder / 'analysis.json'} was not written by gait analyze.")
    return document


def _table(folder: Path, name: str) -> pd.DataFrame:
    import pandas as pd

    try:
        return pd.read_csv(folder / name)
    except (OSError, ValueError) as error:
        raise NothingToPlot(f"{folder / name} cannot be read: {error}.") from error


def _sign(unit: str, words: Words) -> str:
    return words.say(f"unit.{unit or 'none'}", n="").strip()


def _there_is(keys: list[str]) -> str:
    return f"There is {', '.join(keys)}." if keys else "There is nothing in it to draw."
