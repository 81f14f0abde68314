"""An analysis as tables: one row a stride, one a step, one a sample.

Lives here: columns, their order and their rounding.
Not here: how anything was measured (measures/), the page and the JSON (report/).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from gait.analysis import Analysis
from gait.recording import Recording

#: Columns of strides.csv that always come first, in this order, whatever could be measured.
STRIDE_COLUMNS = (
    "cadence_spm",
    "lean_deg",
    "rotation_deg",
    "sway_deg",
    "vertical_oscillation_cm",
    "contact_time_ms",
    "flight_time_ms",
)

#: Digits after the point, by the last part of a column's name. Chosen: ten times finer than what can be told apart.
DECIMALS = {"s": 4, "deg": 3, "cm": 3, "ms": 2, "spm": 3, "mps2": 3, "percent": 3}

#: Digits for a ratio or a unit not listed.
OTHER_DECIMALS = 4


def strides_table(analysis: Analysis) -> pd.DataFrame:
    """One row per stride; a value that could not be measured is NaN.

    Returns
    -------
    DataFrame
        ``start_s, stop_s, side, bout, regular``, then `STRIDE_COLUMNS`, then further measures.
    """
    measures = analysis.measures
    strides = measures.strides
    table: dict[str, object] = {
        "start_s": strides.start,
        "stop_s": strides.stop,
        "side": strides.side,
        "bout": strides.bout,
        "regular": strides.regular,
    }
    found = {
        measure.column: measure.per_stride
        for measure in measures.values()
        if measure.column and len(measure.per_stride) == len(strides)
    }
    for column in dict.fromkeys((*STRIDE_COLUMNS, *found)):
        table[column] = found.get(column, np.full(len(strides), np.nan))
    return _rounded(pd.DataFrame(table))


def steps_table(analysis: Analysis) -> pd.DataFrame:
    """One row per foot contact: ``contact_s, toe_off_s, side, bout``."""
    contacts = analysis.contacts
    return _rounded(
        pd.DataFrame(
            {
                "contact_s": contacts.contact,
                "toe_off_s": contacts.toe_off,
                "side": contacts.side,
                "bout": contacts.bout,
            }
        )
    )


def series_table(analysis: Analysis) -> pd.DataFrame:
    """One row per sample while running; empty when the analysis was made without its series."""
    series = analysis.series
    columns = ("lean_deg", "rotation_deg", "sway_deg", "vertical_acceleration_mps2")
    if series is None:
        return pd.DataFrame(columns=["t_s", *columns, "bout"], dtype=float)
    table: dict[str, object] = {"t_s": series.t, **{column: getattr(series, column) for column in columns}}
    table["bout"] = series.bout.astype(int)
    return _rounded(pd.DataFrame(table))


def samples_table(recording: Recording) -> pd.DataFrame:
    """One row per sample as recorded: ``t_s``, specific force and angular rate in the sensor's axes."""
    samples = recording.samples
    columns = ["t_s", "ax_mps2", "ay_mps2", "az_mps2", "gx_radps", "gy_radps", "gz_radps"]
    return pd.DataFrame(np.column_stack([samples.t, samples.acc, samples.gyr]), columns=columns)


def to_csv(table: pd.DataFrame) -> bytes:
    """A table as bytes: UTF-8, one line end everywhere, an empty cell for what is not known, plain words for yes and no."""
    words = {c: np.where(table[c], "true", "false") for c in table.columns if table[c].dtype.kind == "b"}
    return table.assign(**words).to_csv(index=False, lineterminator="\n").encode()


def _rounded(table: pd.DataFrame) -> pd.DataFrame:
    """Cut digits that mean nothing."""
    for column in table.columns:
        if table[column].dtype.kind == "f":
            table[column] = table[column].round(DECIMALS.get(str(column).rsplit("_", 1)[-1], OTHER_DECIMALS))
    return table
