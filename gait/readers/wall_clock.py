"""Stamps that are text: a date and a time of day, in whatever order and with whatever signs.

Lives here: recognising such a stamp and turning columns of them into seconds.
Not here: stamps that are numbers, and what is done with either (clock.py).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gait.rotations import Floats

#: Seconds after which a time of day begins again.
DAY = 86400.0

_STAMP = re.compile(
    r"(?:(?P<date>\d{4}([-/.])\d{1,2}\2\d{1,2}|\d{1,2}([-/.])\d{1,2}\3\d{4})(?P<gap>[T _]))?"
    r"\d{1,2}(?P<hm>[:.-])\d{2}(?P<ms>[:.-])\d{2}(?:(?P<point>[.,:_])\d{1,9})?(?P<half> ?[AaPp][Mm])?"
    r"(?P<zone> ?(?:Z|[+-]\d{2}:?\d{2}))?"
)


@dataclass(frozen=True)
class WallClock:
    """How one column writes its stamps.

    Attributes
    ----------
    form : str
        For ``strptime``, with seconds as the last whole number.
    fraction : str
        The same with a fraction, which is left out by some loggers when it is nought.
    dated : bool
        Whether there is a date in an order that leaves no doubt; else the seconds are of the day.
    zoned : bool
    cut : str
        Sign behind a date whose order is open, up to which stamps are cut off.
    """

    form: str
    fraction: str
    dated: bool
    zoned: bool
    cut: str = ""

    def seconds(self, cells: Sequence[str] | pd.Series) -> Floats:
        """Seconds since 1970 (as if in UTC where there is no zone), or of the day; NaN for what is no stamp."""
        text = pd.Series(cells, dtype=object).astype(str).str.strip().str.strip('"')
        if self.cut:
            text = text.str.partition(self.cut)[2]
        first = pd.to_datetime(text, format=self.fraction, errors="coerce", utc=True)
        missing = first.isna()
        if missing.any():
            first[missing] = pd.to_datetime(text[missing], format=self.form, errors="coerce", utc=True)
        out = np.full(len(text), np.nan)
        known = ~first.isna().to_numpy()
        # Nanoseconds end in 1677; a damaged year is no reason to stop, and microseconds are what stamps are written in.
        out[known] = first[known].astype("datetime64[us, UTC]").astype("int64").to_numpy() * 1e-6
        return out if self.dated else out % DAY


def recognise(cell: str) -> WallClock | None:
    """The clock whose stamp this is, None when it is no such stamp."""
    found = _STAMP.fullmatch(cell.strip().strip('"'))
    if found is None:
        return None
    date, gap = found["date"], found["gap"] or ""
    # Whether day or month comes first nobody knows, so such a date is cut off and midnight is found by the time.
    dated = date is not None and len(re.split(r"[-/.]", date)[0]) == 4
    zone = "" if found["zone"] is None else (" " if found["zone"].startswith(" ") else "") + "%z"
    half = "" if found["half"] is None else (" " if found["half"].startswith(" ") else "") + "%p"
    hours = "%I" if half else "%H"
    form = f"{hours}{found['hm']}%M{found['ms']}%S"
    if dated and date is not None:
        form = f"%Y{date[4]}%m{date[4]}%d{gap}{form}"
    point = found["point"] or "."
    return WallClock(
        form=f"{form}{half}{zone}",
        fraction=f"{form}{point}%f{half}{zone}",
        dated=dated,
        zoned=bool(zone),
        cut="" if dated or date is None else gap,
    )
