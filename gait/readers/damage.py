"""What was wrong with a table: counted, said, and refused where it is too much.

Lives here: the clauses for people, and how much may be lost.
Not here: finding damage (rows.py, clock.py).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gait.errors import ReadError
from gait.readers.clock import Rising
from gait.readers.rows import Numbers
from gait.rotations import Floats

#: More rows than this share unusable, and the file is not read. Chosen: with a fifth of the rows gone every second
#: step has a hole in it, and numbers from it would no longer be the runner's.
MOST_UNUSABLE = 0.2

#: Beyond these a number is damage and no reading. [m/s²], [rad/s]  Chosen: 500 g and 11000 °/s, above any sensor that is
#: worn (200 g, 4000 °/s).
WILDEST_ACC, WILDEST_GYR = 5000.0, 200.0

#: The same while units are not known yet. Chosen: counts of 24 bits end at 8e6.
GARBLED = 1e8

WILD_WORDS = ("row with a number no sensor gives", "rows with numbers no sensor gives")


def beyond(acc: Floats, gyr: Floats, most_acc: float, most_gyr: float) -> NDArray[np.bool_] | None:
    """Which rows hold a number beyond a bound; None when none does, found without a copy."""
    calm = max(acc.max(), -acc.min()) <= most_acc and max(gyr.max(), -gyr.min()) <= most_gyr
    if calm:
        return None
    return np.asarray((np.abs(acc) > most_acc).any(axis=1) | (np.abs(gyr) > most_gyr).any(axis=1))


def damage_of(numbers: Numbers | None, rose: Rising) -> tuple[str, ...]:
    """What was wrong with rows and stamps, counted, one clause each."""
    return (
        *(() if numbers is None else _of_rows(numbers)),
        *counted(rose.duplicate, "stamp twice", "stamps twice"),
        *counted(rose.backward, "stamp that runs backward", "stamps that run backward"),
        *counted(rose.far, "stamp far ahead of its neighbours", "stamps far ahead of their neighbours"),
    )


def _of_rows(numbers: Numbers) -> tuple[str, ...]:
    """Clauses of its rows."""
    return (
        *counted(numbers.malformed, "line that is no row of numbers", "lines that are no rows of numbers"),
        *counted(
            numbers.blank, "row with an empty cell or no number in it", "rows with empty cells or no numbers"
        ),
        *(("a last line torn in the middle",) if numbers.torn else ()),
    )


def counted(n: int, one: str, many: str) -> tuple[str, ...]:
    """Number and noun, or nothing."""
    return () if n == 0 else (f"{n} {one if n == 1 else many}",)


def listed(damage: Sequence[str]) -> str:
    """Items as a clause."""
    return ", ".join(damage) if damage else "nothing wrong with the others"


def bounded(name: str, rows: int, unusable: int, damage: Sequence[str]) -> None:
    """Refuse a file of which too much is gone."""
    if unusable <= MOST_UNUSABLE * rows:
        return
    hint = ""
    if any("twice" in item for item in damage):
        hint = (
            " If the clock is merely coarse, leave it out with --columns -,ax,ay,az,gx,gy,gz and say --rate."
        )
    raise ReadError(
        f"{name}: {unusable} of {rows} rows ({unusable / rows:.0%}) cannot be used: {listed(damage)}. "
        f"At most {MOST_UNUSABLE:.0%} may be lost.{hint}"
    )


def loss_note(rows: int, unusable: int, damage: Sequence[str]) -> str:
    """What was left out, for people."""
    share = unusable / rows
    amount = f"{share:.1%}" if share >= 0.001 else "less than 0.1 %"
    return f"{unusable} of {rows} rows ({amount.replace('%', ' %').replace('  ', ' ')}) were left out: {listed(damage)}."
