"""A header understood word by word, when no row of the table of dialects fits.

Lives here: the words for clocks, accelerometers, gyroscopes and units, in one table and in the file of one sensor.
Not here: whole layouts of known loggers (dialects.py).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gait.errors import ReadError
from gait.readers.layout import PLAIN, Layout, Places
from gait.readers.words import COLUMNS, Units

#: What a sentence shows of a cell, and of a list of names, of a file.  [characters]
#: Chosen: a name that a person gave is there whole; a cell of a megabyte does not bury the sentence.
MOST_SHOWN, MOST_LISTED = 60, 200

#: Name of a clock column (folded to letters and digits) -> its unit where the name tells it.
_CLOCK_NAMES: Mapping[str, str | None] = {
    "t": None, "time": None, "timestamp": None, "ts": None, "elapsed": None, "elapsedtime": None,
    "sampletime": None, "unixtime": None, "epoch": None, "epoc": None, "seconds": "s",
    "secondselapsed": "s", "elapsedseconds": "s", "millis": "ms", "milliseconds": "ms", "micros": "us",
    "microseconds": "us", "nanos": "ns", "nanoseconds": "ns", "timesincestart": None, "timesincestartin": None,
    "sensortimestamp": None, "unixtimestamp": None, "unix": None, "unixtimestampsince1970": None, "datetime": None,
    "systemtime": None, "loggingtime": None, "samplingtime": None, "chiptime": None, "phonetimestamp": None,
    "localtime": None, "date": None, "dateandtime": None, "zeit": None, "tick": None, "ticks": None, "timer": None,
    "deltatime": None, "relativetime": None, "elapsedrealtime": None,
}  # fmt: skip

#: Stems before the axis letter that mean specific force, with their unit where the name tells it.
_ACC_STEMS: Mapping[str, str | None] = {
    "a": None, "acc": None, "accel": None, "accelerometer": None, "acceleration": None, "gf": "g", "gforce": "g",
    "rawacc": None, "rawaccel": None, "accraw": None, "accelraw": None, "totalacceleration": None, "accelerationwithg": None,
    "specificforce": None, "imuacc": None, "imuaccel": None, "beschleunigung": None,
}  # fmt: skip

#: Stems before the axis letter that mean angular rate.
_GYR_STEMS: Mapping[str, str | None] = {
    "g": None, "gyr": None, "gyro": None, "gyroscope": None, "w": None, "omega": None, "rotationrate": None,
    "angularrate": None, "angularvelocity": None, "angvel": None, "angularvel": None, "as": None, "rot": None,
    "rotation": None, "rawgyr": None, "rawgyro": None, "gyrraw": None, "gyroraw": None, "gyrorotation": None,
    "imugyr": None, "imugyro": None, "rateofturn": None, "av": None, "gyros": None, "drehrate": None,
}  # fmt: skip

#: Stems of acceleration without gravity, and of gravity alone: together they are what an accelerometer says.
_LINEAR_STEMS: Mapping[str, str | None] = {
    "linearacceleration": None, "linearaccelerometer": None, "linacc": None, "lacc": None, "la": None, "freeacc": None,
    "useracceleration": None, "useracc": None, "accelerationwithoutg": None,
}  # fmt: skip
_GRAVITY_STEMS: Mapping[str, str | None] = {"gravity": None, "grav": None}

#: Words that tell what the one sensor of a file is, the first that fits; and units that do.
_KINDS = (
    ("other", r"magn|quat|element|euler|orient|angle|pitch|compass|press|locat|\bmat\b"),
    ("linear", r"linear|user|free|without ?g"),
    ("gravity", r"gravity"),
    ("gyr", r"gyr|rotation|angular|turn"),
    ("acc", r"acc"),
)

#: Words of columns that hold an orientation.
_ORIENTATION = re.compile(r"euler|quat|\bw element|roll|pitch|yaw|mat\[|\borientation|angle")  # fmt: skip

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


@dataclass(frozen=True)
class _Meaning:
    """What one header cell says."""

    quantity: str  # "t", "acc", "gyr", "linear" or "gravity"
    axis: str  # "x", "y", "z", "" for the clock
    stem: str
    unit: str | None
    unknown_unit: str = ""


def _letters(text: str) -> str:
    """Letters and digits alone."""
    return "".join(sign for sign in text if sign.isalnum())


def _with_axes(
    quantity: str, stems: Mapping[str, str | None], words: Mapping[str, str | None]
) -> tuple[tuple[str, Mapping[str, str | None], Mapping[str, str | None]], ...]:
    """Names with the axis behind and before each stem."""
    behind = {stem + axis: unit for stem, unit in stems.items() for axis in "xyz"}
    before = {axis + stem: unit for stem, unit in stems.items() for axis in "xyz" if len(stem) > 2}
    return (quantity, behind, words), (quantity, before, words)


_TABLES: tuple[tuple[str, Mapping[str, str | None], Mapping[str, str | None]], ...] = (
    ("t", _CLOCK_NAMES, _TIME_WORDS),
    *_with_axes("acc", _ACC_STEMS, _ACC_WORDS),
    *_with_axes("gyr", _GYR_STEMS, _GYR_WORDS),
    *_with_axes("linear", _LINEAR_STEMS, _ACC_WORDS),
    *_with_axes("gravity", _GRAVITY_STEMS, _ACC_WORDS),
)


def _meaning(cell: str) -> _Meaning | None:
    """Understand one header cell, None when it is not about time, acceleration or turning."""
    text = fold(cell)
    bracket = _BRACKETED.match(text)
    said = _letters(bracket[2]) if bracket else ""
    stem = _letters(bracket[1]) if bracket else _letters(text)
    for quantity, names, words in _TABLES:
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


def by_words(cells: Sequence[str], name: str, sensor: str | None = None) -> Layout:
    """Understand a plain header word by word.

    Parameters
    ----------
    cells : sequence of str
    name : str
        The file, for messages.
    sensor : str, optional
        Which one, where each name begins with one of several.

    Raises
    ------
    ReadError
        If something is missing in it, or named twice; the message says what.
    """
    cells = _of_one(cells, name, sensor)
    clocks: list[tuple[int, str | None]] = []
    places: dict[str, dict[str, dict[str, int]]] = {q: {} for q in ("acc", "gyr", "linear", "gravity")}
    units: dict[tuple[str, str], set[str | None]] = {}
    for place, cell in enumerate(cells):
        meaning = _meaning(cell)
        if meaning is None:
            continue
        if meaning.quantity == "t":
            if (
                meaning.unknown_unit
                and meaning.unknown_unit not in _NO_UNITS
                and not _is_zone(meaning.unknown_unit)
            ):
                raise ReadError(_unknown_unit(name, cell))
            clocks.append((place, meaning.unit))
            continue
        if meaning.unknown_unit:
            raise ReadError(_unknown_unit(name, cell))
        axes = places[meaning.quantity].setdefault(meaning.stem, {})
        if meaning.axis in axes:
            raise ReadError(
                f"{name}: two columns are named like {shown(cell)}. Say which counts: --columns {','.join(COLUMNS)}."
            )
        axes[meaning.axis] = place
        units.setdefault((meaning.quantity, meaning.stem), set()).add(meaning.unit)
    notes: tuple[str, ...] = ()
    if one_sensor(cells) is not None and not (_whole(places["acc"]) and _whole(places["gyr"])):
        raise ReadError(_alone(cells, name))
    gyr_stem, gyr = _one_triple(places["gyr"], "a gyroscope", cells, name)
    linear, gravity = _whole(places["linear"]), _whole(places["gravity"])
    if not _whole(places["acc"]) and linear and gravity:
        used = [("linear", *linear[0]), ("gravity", *gravity[0])]
        notes = ("Acceleration with gravity was put together from gravity and acceleration without it.",)
    elif not _whole(places["acc"]) and linear:
        raise ReadError(
            f"{name} has its acceleration without gravity alone, and gravity tells which way is up. Export the acceleration "
            "with gravity, or gravity as well."
        )
    else:
        used = [("acc", *_one_triple(places["acc"], "an accelerometer", cells, name))]
    acc_unit = set().union(*(units[quantity, stem] for quantity, stem, _ in used))
    gyr_unit = units["gyr", gyr_stem]
    if len(acc_unit) > 1 or len(gyr_unit) > 1:
        raise ReadError(
            f"{name}: the header gives one sensor's axes different units. Say them: --units s,mps2,radps."
        )
    return Layout(
        PLAIN,
        tuple(place for place, _ in clocks),
        tuple(triple for _, _, triple in used),
        gyr,
        Units(clocks[0][1] if clocks else None, acc_unit.pop(), gyr_unit.pop()),
        notes=notes,
    )


def _of_one(cells: Sequence[str], name: str, sensor: str | None) -> Sequence[str]:
    """The header with one sensor's names bare and the others' blank, where names begin with a sensor's (``hip_acc_x``)."""
    groups: dict[str, dict[int, str]] = {}
    if sum(meaning is not None and meaning.quantity != "t" for meaning in map(_meaning, cells)) >= 6:
        return cells
    for place, cell in enumerate(cells):
        first, mark, rest = re.sub(r"[ ._:/-]+", "_", cell.strip(), count=1).partition("_")
        if mark and _meaning(cell) is None and _meaning(rest) is not None:
            groups.setdefault(first.lower(), {})[place] = rest
    whole = {key: group for key, group in groups.items() if len(group) >= 6}
    if not whole:
        return cells
    listed = ", ".join(whole)
    if sensor is not None and sensor.lower() not in whole:
        raise ReadError(f"{name} has no sensor {sensor!r}; there are {listed[:MOST_LISTED]}.")
    if sensor is None and len(whole) > 1:
        raise ReadError(f"{name} holds several sensors: {listed}. Say which: --sensor {next(iter(whole))}.")
    mine = whole[sensor.lower() if sensor is not None else next(iter(whole))]
    others = {place for group in groups.values() for place in group} - set(mine)
    return ["" if place in others else mine.get(place, cell) for place, cell in enumerate(cells)]


def unit_of_clock(cell: str) -> str | None:
    """The unit that a clock's name tells."""
    meaning = _meaning(cell)
    if meaning is not None and meaning.quantity == "t":
        return meaning.unit
    bracket = _BRACKETED.match(fold(cell))
    return _TIME_WORDS.get(_letters(bracket[2])) if bracket else None


def units_of(cells: Sequence[str], places: Sequence[int], clock: int | None) -> Units:
    """Units in the brackets of a known table's columns, where all axes of a sensor have the same.

    Parameters
    ----------
    cells : sequence of str
        The header's cells.
    places : sequence of int
        Columns of the accelerometer's and then of the gyroscope's axes.
    clock : int or None
    """

    def common(part: Sequence[int], words: Mapping[str, str | None]) -> str | None:
        brackets = [_BRACKETED.match(fold(cells[place])) for place in part]
        found = {words.get(_letters(bracket[2])) if bracket else None for bracket in brackets}
        return found.pop() if len(found) == 1 else None

    return Units(
        None if clock is None else unit_of_clock(cells[clock]),
        common(places[:3], _ACC_WORDS),
        common(places[3:], _GYR_WORDS),
    )


@dataclass(frozen=True)
class OneSensor:
    """The columns of a file that holds one sensor.

    Attributes
    ----------
    kind : str
        "acc", "linear" (without gravity), "gravity", "gyr", "other", or "" where its header does not say.
    clocks : tuple of int
    axes : places
        Of x, y, z, in whatever order the file has them.
    clock_unit, unit : str or None
        As the header says.
    """

    kind: str
    clocks: tuple[int, ...]
    axes: Places
    clock_unit: str | None
    unit: str | None


def one_sensor(cells: Sequence[str]) -> OneSensor | None:
    """The one sensor of a header that names each axis once, as ``ACCELEROMETER Z (m/s²)`` or ``X [mg]``; None else."""
    axes: dict[str, int] = {}
    clocks: list[int] = []
    for place, cell in enumerate(cells):
        text = fold(cell)
        meaning = _meaning(cell)
        found = [meaning.axis] if meaning and meaning.axis else _AXIS.findall(_BRACKETED.sub(r"\1", text))
        if meaning is not None and meaning.quantity == "t":
            clocks.append(place)
        elif re.search(r"\bw\b", _BRACKETED.sub(r"\1", text)):
            return None
        elif found:
            if len(found) > 1 or found[0] in axes:
                return None
            axes[found[0]] = place
    if set(axes) != set("xyz"):
        return None
    words = " ".join(fold(cells[axes[axis]]) for axis in "xyz")
    brackets = [_BRACKETED.match(fold(cells[axes[axis]])) for axis in "xyz"]
    unit = _letters(brackets[0][2]) if brackets[0] else ""
    known = _ACC_WORDS.get(unit) or _GYR_WORDS.get(unit)
    kind = next((kind for kind, pattern in _KINDS if re.search(pattern, words)), "")
    if not kind and known:
        kind = "acc" if unit in _ACC_WORDS else "gyr"
    return OneSensor(
        kind,
        tuple(clocks),
        (axes["x"], axes["y"], axes["z"]),
        unit_of_clock(cells[clocks[0]]) if clocks else None,
        known,
    )


def no_gyroscope(cells: Sequence[str], name: str) -> str:
    """Why a table without a gyroscope is refused, and what could still be had of it."""
    folded = [fold(cell) for cell in cells]
    columns = _short(",".join(cell.strip() for cell in cells))
    way_out = (
        "Its orientation was worked out from a gyroscope, so the logger has one: export its angular rate (rate of turn) and "
        "its acceleration with gravity as well."
        if any(_ORIENTATION.search(cell) for cell in folded)
        else "Switch the gyroscope on in the logger and record again; if it is in another file, put both into one folder "
        "and give that."
    )
    there = any("acc" in cell or cell.startswith("a") for cell in folded)
    still = (
        " From an accelerometer alone steps and cadence could still be had with another program, lean and rotation could not."
        if there
        else ""
    )
    return f"{name} has no gyroscope: none of its columns ({columns}) is an angular rate.{still} {way_out}"


def shown(cell: str) -> str:
    """A cell of a file inside a sentence: quoted, and cut where it would bury the sentence."""
    text = cell.strip()
    return repr(text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}...")


def _unknown_unit(name: str, cell: str) -> str:
    return f"{name}: the unit in the column {shown(cell)} is not known. Say all three: --units s,mps2,radps or their kin."


def _is_zone(unit: str) -> bool:
    """Whether brackets hold a time zone, as in ``timestamp (-0500)``."""
    return re.fullmatch(r"(utc|gmt)?\d{1,4}", unit) is not None


def _whole(found: Mapping[str, Mapping[str, int]]) -> list[tuple[str, Places]]:
    """Stems that have all three axes."""
    return [(stem, (a["x"], a["y"], a["z"])) for stem, a in found.items() if set(a) == set("xyz")]


def _one_triple(
    found: Mapping[str, Mapping[str, int]], sensor: str, cells: Sequence[str], name: str
) -> tuple[str, Places]:
    """The one stem that has all three axes."""
    whole = _whole(found)
    if len(whole) == 1:
        return whole[0]
    if not whole and sensor == "a gyroscope" and _other_half(cells):
        raise ReadError(no_gyroscope(cells, name) + " Where it is there under another name, say --columns.")
    if not whole:
        raise ReadError(
            f"{name}: no three columns of an accelerometer (ax,ay,az) are named in its header "
            f"({_short(','.join(cell.strip() for cell in cells[:12]))}). A recording needs both sensors; where the columns are "
            "there under other names, say them with --columns."
        )
    both = " or ".join(repr(stem + "x") for stem, _ in whole)
    raise ReadError(
        f"{name}: {both} could be {sensor}. Say which column is what: --columns {','.join(COLUMNS)}."
    )


def _other_half(cells: Sequence[str]) -> bool:
    """Whether there is at least an acceleration or an orientation."""
    found = [meaning.quantity for meaning in map(_meaning, cells) if meaning is not None]
    return "acc" in found or "linear" in found or any(_ORIENTATION.search(fold(cell)) for cell in cells)


def _alone(cells: Sequence[str], name: str) -> str:
    """Why the file of one sensor is refused."""
    columns = _short(",".join(cell.strip() for cell in cells))
    kinds = {"acc": "the accelerometer's", "gyr": "the gyroscope's", "gravity": "gravity's"}
    found = one_sensor(cells)
    told = {meaning.quantity for meaning in map(_meaning, cells) if meaning is not None}
    # Where the file's form does not tell it (t,ax,ay,az), its columns may.
    kind = (found.kind if found else "") or next((k for k in ("acc", "gyr") if k in told), "")
    if kind == "other" or any(_ORIENTATION.search(fold(cell)) for cell in cells):
        return no_gyroscope(cells, name)
    if kind == "linear":
        return (
            f"{name} holds acceleration without gravity alone ({columns}). Give the folder or the zip that the accelerometer's "
            "(with gravity) or gravity's file and the gyroscope's are in."
        )
    missing = (
        " It has no gyroscope; from an accelerometer alone steps and cadence could still be had with another program, lean and "
        "rotation could not."
        if kind == "acc"
        else ""
    )
    return (
        f"{name} looks like one file of a logger that writes a file for each sensor, {kinds.get(kind, 'of one sensor')} "
        f"({columns}).{missing} Give the folder or the zip that they are in, accelerometer and gyroscope together."
    )


def _short(text: str, most: int = 120) -> str:
    """Text cut to a length that fits into a sentence."""
    return text if len(text) <= most else text[: most - 3] + "..."
