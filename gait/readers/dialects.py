"""Every table of numbers we know, as data.

Lives here: which column of which logger is what, in which unit; and the words by which plain headers are
understood.
Not here: reading a file (csv_file.py), loggers that write a file per sensor (sensor_logger.py).

A new logger that writes one table is one more row in ``DIALECTS``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gait.errors import ReadError
from gait.readers.words import COLUMNS, SKIPPED, Units

Triple = tuple[str, str, str]
Places = tuple[int, int, int]


@dataclass(frozen=True)
class Dialect:
    """One logger's table.

    Attributes
    ----------
    key, title : str
        For ``--dialect`` and for people.
    clock : tuple of str
        Folded names of the clock column, the first one present counts; empty when rows come at ``rate_hz``.
    acc : tuple of triples
        Folded names of x, y, z; several triples are summed (gravity + user acceleration).
    gyr : triple
    units : Units
        What the logger writes, None where only the data can tell.
    acc_sign : float
        -1 where the logger reports the negative of specific force (CoreMotion).
    rate_hz : float or None
        For tables without a clock. [Hz]
    """

    key: str
    title: str
    clock: tuple[str, ...]
    acc: tuple[Triple, ...]
    gyr: Triple
    units: Units
    acc_sign: float = 1.0
    rate_hz: float | None = None


#: Tables known by their header, first match counts.
DIALECTS: tuple[Dialect, ...] = (
    Dialect(
        key="gait",
        title="our own CSV",
        clock=("t_s",),
        acc=(("ax_mps2", "ay_mps2", "az_mps2"),),
        gyr=("gx_radps", "gy_radps", "gz_radps"),
        units=Units("s", "mps2", "radps"),
    ),
)

#: Key of the reading by words, when no row of ``DIALECTS`` fits.
PLAIN = "plain"

#: Name of a clock column (folded to letters and digits) -> its unit where the name tells it.
_CLOCK_NAMES: Mapping[str, str | None] = {
    "t": None, "time": None, "timestamp": None, "ts": None, "elapsed": None, "elapsedtime": None,
    "sampletime": None, "unixtime": None, "epoch": None, "epoc": None, "seconds": "s",
    "secondselapsed": "s", "elapsedseconds": "s", "millis": "ms", "milliseconds": "ms", "micros": "us",
    "microseconds": "us", "nanos": "ns", "nanoseconds": "ns",
}  # fmt: skip

#: Stems before the axis letter that mean specific force, with their unit where the name tells it.
_ACC_STEMS: Mapping[str, str | None] = {
    "a": None, "acc": None, "accel": None, "accelerometer": None, "acceleration": None, "gf": "g", "gforce": "g",
}  # fmt: skip

#: Stems before the axis letter that mean angular rate.
_GYR_STEMS: Mapping[str, str | None] = {
    "g": None, "gyr": None, "gyro": None, "gyroscope": None, "w": None, "omega": None, "rotationrate": None,
    "angularrate": None, "angularvelocity": None, "angvel": None, "angularvel": None,
}  # fmt: skip

_TIME_WORDS: Mapping[str, str] = {
    "s": "s", "sec": "s", "secs": "s", "second": "s", "seconds": "s",
    "ms": "ms", "msec": "ms", "millis": "ms", "millisecond": "ms", "milliseconds": "ms",
    "us": "us", "usec": "us", "micros": "us", "microsecond": "us", "microseconds": "us",
    "ns": "ns", "nsec": "ns", "nanos": "ns", "nanosecond": "ns", "nanoseconds": "ns",
}  # fmt: skip
_ACC_WORDS: Mapping[str, str | None] = {
    "mps2": "mps2", "ms2": "mps2", "mss": "mps2", "mpss": "mps2", "g": "g", "gs": "g", "mg": "mg", "milig": "mg",
    "millig": "mg", "raw": None, "lsb": None, "counts": None,
}  # fmt: skip
_GYR_WORDS: Mapping[str, str | None] = {
    "radps": "radps", "rads": "radps", "radsec": "radps", "radpersec": "radps", "radianspersecond": "radps",
    "dps": "dps", "degps": "dps", "degs": "dps", "degsec": "dps", "degpersec": "dps", "ds": "dps",
    "degreespersecond": "dps", "raw": None, "lsb": None, "counts": None,
}  # fmt: skip

#: What stands in the brackets of a clock that is text, which another column may do better.
_NO_UNITS = frozenset({"txt", "text", "local", "utc", "iso"})

#: An axis that stands alone among the words of a header cell.
_AXIS = re.compile(r"(?<![a-z])[xyz](?![a-z])")

_BRACKETED = re.compile(r"^(.*?)[(\[{]([^)\]}]*)[)\]}]\s*$")


@dataclass(frozen=True)
class Layout:
    """Where in one file's rows everything is.

    Attributes
    ----------
    dialect : str
    clock : int or None
        Column of the clock, counted from 0; None when there is none.
    acc : tuple of places
        Columns of x, y, z; several are summed.
    gyr : places
    units : Units
        As far as the header tells.
    acc_sign : float
    rate_hz : float or None
        Where the logger's rate is known and there is no clock. [Hz]
    """

    dialect: str
    clock: int | None
    acc: tuple[Places, ...]
    gyr: Places
    units: Units
    acc_sign: float = 1.0
    rate_hz: float | None = None


def known_dialects() -> tuple[str, ...]:
    """All words that ``--dialect`` takes for a single table."""
    return (*dict.fromkeys(row.key for row in DIALECTS), PLAIN)


def layout_of_columns(words: Sequence[str]) -> Layout:
    """The layout that ``--columns`` says."""
    acc = words.index("ax"), words.index("ay"), words.index("az")
    gyr = words.index("gx"), words.index("gy"), words.index("gz")
    return Layout(PLAIN, words.index("t") if "t" in words else None, (acc,), gyr, Units())


def layout_without_header(width: int, name: str, has_rate: bool) -> Layout:
    """The layout of rows that nobody named: our order, when the number of columns leaves no other.

    Raises
    ------
    ReadError
        If there are not seven columns, or six and a stated rate.
    """
    if width == len(COLUMNS):
        return layout_of_columns(COLUMNS)
    if width == len(COLUMNS) - 1 and has_rate:
        return layout_of_columns(COLUMNS[1:])
    raise ReadError(
        f"{name} has no header and {width} column{'s' if width != 1 else ''}, so nothing says which is which. "
        f"Name them in order, {SKIPPED} for one to leave out: --columns {','.join(COLUMNS)}"
        + ("" if has_rate else " (without t add --rate).")
    )


def layout_of_header(cells: Sequence[str], name: str, only: str | None = None) -> Layout:
    """The layout that a header tells, by the table of dialects or by its words.

    Parameters
    ----------
    cells : sequence of str
        The header's cells.
    name : str
        The file, for the message.
    only : str, optional
        Take this dialect and no other.

    Raises
    ------
    ReadError
        If the header fits nothing known; the message says which column is missing.
    """
    folded = [fold(cell) for cell in cells]
    for row in DIALECTS:
        if only in (None, row.key) and (layout := _fit(row, folded)) is not None:
            return layout
    if only not in (None, PLAIN):
        row = next(row for row in DIALECTS if row.key == only)
        wanted = [*row.clock[:1], *(axis for triple in row.acc for axis in triple), *row.gyr]
        missing = [column for column in wanted if column not in folded]
        raise ReadError(f"{name} is not of the dialect {only}: its header lacks {', '.join(missing)}.")
    return _by_words(cells, name)


def fold(cell: str) -> str:
    """A header cell as it is compared: lower case, one space, plain letters for special signs."""
    text = cell.replace("\ufeff", "").strip().strip("\"'").strip().lower()
    for sign, plain in (("²", "2"), ("µ", "u"), ("μ", "u"), ("°", "deg"), ("−", "-")):
        text = text.replace(sign, plain)
    return " ".join(text.split())


def is_unit(cell: str) -> bool:
    """Whether a cell is nothing but a unit, as in a line of units below a header."""
    word = _letters(fold(cell).strip("()[]"))
    return word in _TIME_WORDS or word in _ACC_WORDS or word in _GYR_WORDS


def _fit(row: Dialect, folded: Sequence[str]) -> Layout | None:
    """The row's layout if all its columns are there."""
    clock = next((column for column in row.clock if column in folded), None)
    if row.clock and clock is None:
        return None
    if any(axis not in folded for triple in (*row.acc, row.gyr) for axis in triple):
        return None

    def places(triple: Triple) -> Places:
        return folded.index(triple[0]), folded.index(triple[1]), folded.index(triple[2])

    return Layout(
        row.key,
        None if clock is None else folded.index(clock),
        tuple(places(triple) for triple in row.acc),
        places(row.gyr),
        row.units,
        row.acc_sign,
        row.rate_hz,
    )


@dataclass(frozen=True)
class _Meaning:
    """What one header cell says."""

    quantity: str  # "t", "acc" or "gyr"
    axis: str  # "x", "y", "z", "" for the clock
    stem: str
    unit: str | None
    unknown_unit: str = ""


def _letters(text: str) -> str:
    """Letters and digits alone."""
    return "".join(sign for sign in text if sign.isalnum())


def _meaning(cell: str) -> _Meaning | None:
    """Understand one header cell, None when it is not about time, acceleration or turning."""
    text = fold(cell)
    bracket = _BRACKETED.match(text)
    said = _letters(bracket[2]) if bracket else ""
    stem = _letters(bracket[1]) if bracket else _letters(text)
    tables: tuple[tuple[str, Mapping[str, str | None], Mapping[str, str | None]], ...] = (
        ("t", _CLOCK_NAMES, _TIME_WORDS),
        ("acc", {s + axis: u for s, u in _ACC_STEMS.items() for axis in "xyz"}, _ACC_WORDS),
        ("acc", {axis + s: u for s, u in _ACC_STEMS.items() for axis in "xyz" if len(s) > 2}, _ACC_WORDS),
        ("gyr", {s + axis: u for s, u in _GYR_STEMS.items() for axis in "xyz"}, _GYR_WORDS),
        ("gyr", {axis + s: u for s, u in _GYR_STEMS.items() for axis in "xyz" if len(s) > 2}, _GYR_WORDS),
    )
    for quantity, names, words in tables:
        found, unit = (stem, said) if stem in names else _without_unit(stem, names, words, said)
        if found not in names:
            continue
        axis = "" if quantity == "t" else (found[-1] if found[-1] in "xyz" else found[0])
        kind = found if quantity == "t" else (found[:-1] if found[-1] in "xyz" else found[1:])
        if unit and unit not in words:
            return _Meaning(quantity, axis, kind, None, unit)
        return _Meaning(quantity, axis, kind, words[unit] if unit else names[found])
    return None


def _without_unit(
    stem: str, names: Mapping[str, str | None], words: Mapping[str, str | None], said: str
) -> tuple[str, str]:
    """Split a unit off the end of a name such as "accelxg", when what is left is a known name."""
    if not said:
        for word in sorted(words, key=len, reverse=True):
            if stem.endswith(word) and stem[: -len(word)] in names:
                return stem[: -len(word)], word
    return "", said


def _by_words(cells: Sequence[str], name: str) -> Layout:
    """Understand a plain header word by word, or say what is missing in it."""
    clock: int | None = None
    clock_unit: str | None = None
    places: dict[str, dict[str, dict[str, int]]] = {"acc": {}, "gyr": {}}
    units: dict[tuple[str, str], set[str | None]] = {}
    for place, cell in enumerate(cells):
        meaning = _meaning(cell)
        if meaning is None:
            continue
        if meaning.quantity == "t" and (clock is not None or meaning.unknown_unit in _NO_UNITS):
            continue
        if meaning.unknown_unit:
            raise ReadError(
                f"{name}: the unit in the column {cell.strip()!r} is not known. Say all three: --units s,mps2,radps or their kin."
            )
        if meaning.quantity == "t":
            clock, clock_unit = place, meaning.unit
            continue
        axes = places[meaning.quantity].setdefault(meaning.stem, {})
        if meaning.axis in axes:
            raise ReadError(
                f"{name}: two columns are named like {cell.strip()!r}. Say which counts: --columns {','.join(COLUMNS)}."
            )
        axes[meaning.axis] = place
        units.setdefault((meaning.quantity, meaning.stem), set()).add(meaning.unit)
    acc_stem, acc = _one_triple(places["acc"], "an accelerometer", "ax,ay,az", cells, name)
    gyr_stem, gyr = _one_triple(places["gyr"], "a gyroscope", "gx,gy,gz", cells, name)
    acc_unit, gyr_unit = units["acc", acc_stem], units["gyr", gyr_stem]
    if len(acc_unit) > 1 or len(gyr_unit) > 1:
        raise ReadError(
            f"{name}: the header gives one sensor's axes different units. Say them: --units s,mps2,radps."
        )
    return Layout(PLAIN, clock, (acc,), gyr, Units(clock_unit, acc_unit.pop(), gyr_unit.pop()))


def _one_triple(
    found: Mapping[str, Mapping[str, int]], sensor: str, plain: str, cells: Sequence[str], name: str
) -> tuple[str, Places]:
    """The one stem that has all three axes."""
    whole = [(stem, (a["x"], a["y"], a["z"])) for stem, a in found.items() if set(a) == set("xyz")]
    if len(whole) == 1:
        return whole[0]
    columns = ",".join(cell.strip() for cell in cells[:12])
    if not whole and _one_sensor(cells):
        raise ReadError(
            f"{name} looks like one file of a logger that writes a file for each sensor ({_short(columns)}). "
            "Give the folder or the zip that they are in (Sensor Logger's is known), or one table with both sensors."
        )
    if not whole:
        raise ReadError(
            f"{name}: no three columns of {sensor} ({plain}) are named in its header ({_short(columns)}). "
            "A recording needs both sensors; where the columns are there under other names, say them with --columns."
        )
    both = " or ".join(repr(stem + "x") for stem, _ in whole)
    raise ReadError(
        f"{name}: {both} could be {sensor}. Say which column is what: --columns {','.join(COLUMNS)}."
    )


def _one_sensor(cells: Sequence[str]) -> bool:
    """Whether each axis is named once, as in ``ACCELEROMETER Z (m/s²)`` or ``X [mg]``: one sensor and no second."""
    axes = [axis for cell in cells for axis in _AXIS.findall(_BRACKETED.sub(r"\1", fold(cell)))]
    return sorted(axes) == ["x", "y", "z"]


def _short(text: str, most: int = 120) -> str:
    """Text cut to a length that fits into a sentence."""
    return text if len(text) <= most else text[: most - 3] + "..."
