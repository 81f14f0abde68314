"""Where in the rows of one file everything is.

Lives here: Layout, and what ``--columns`` and bare rows tell of it.
Not here: how a layout is found from a header (dialects.py, header_words.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gait.readers.words import COLUMNS, Units

Places = tuple[int, int, int]

#: Key of a table that is no known logger's.
PLAIN = "plain"


@dataclass(frozen=True)
class Layout:
    """Where in one file's rows everything is.

    Attributes
    ----------
    dialect : str
    clocks : tuple of int
        Columns that may be the clock, counted from 0, the best first.
    acc : tuple of places
        Columns of x, y, z; several are summed.
    gyr : places
    units : Units
        As far as the header tells.
    acc_sign : float
    rate_hz : float or None
        Where the logger's rate is known and there is no clock. [Hz]
    counter : int or None
        Column that counts rows, so that lost ones can be told where there is no clock.
    counter_wrap : float
        Where it begins again.
    clock_units : tuple of float
        Seconds that one unit of the clock may be, where only a rate tells.
    clock_rates : tuple of float
        Rates that the logger can have. [Hz]
    notes : tuple of str
        What is done with the columns that a reader should know.
    """

    dialect: str
    clocks: tuple[int, ...]
    acc: tuple[Places, ...]
    gyr: Places
    units: Units
    acc_sign: float = 1.0
    rate_hz: float | None = None
    counter: int | None = None
    counter_wrap: float = 65536.0
    clock_units: tuple[float, ...] = ()
    clock_rates: tuple[float, ...] = ()
    notes: tuple[str, ...] = ()


def layout_of_columns(words: Sequence[str]) -> Layout:
    """The layout that ``--columns`` says."""
    acc = words.index("ax"), words.index("ay"), words.index("az")
    gyr = words.index("gx"), words.index("gy"), words.index("gz")
    return Layout(PLAIN, (words.index("t"),) if "t" in words else (), (acc,), gyr, Units())


#: What rows that nobody named are taken for: our order.
BARE = COLUMNS
