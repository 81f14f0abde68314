"""Lines of text, as most Arduino sketches print them.

Lives here: TextDecoder: prefixes, headers, named values, bare numbers; one sample a line, or one over several lines.
Not here: units that nobody said (gait's readers infer them), whether a stream is text at all (detect.py).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np

from firmware_bridge.events import Damage, Data, Event, Info
from firmware_bridge.mpu6050 import G

#: Longer lines are damage. [B]  Chosen: four times the wordiest line seen.
LONGEST_LINE = 400

#: Lines of seven numbers that are looked at to find which column is the clock. Chosen.
LINES_TO_TELL = 8

#: Ticks of a text clock are thousandths of whatever it counts, so that decimals survive.
TICKS = 1000

#: A counter in the sketch is 32 bits wide.
WRAP = TICKS << 32

AXES = ("ax", "ay", "az", "gx", "gy", "gz")

#: Ways to write a unit -> SI units in one of it.
_ACC_UNITS = {
    "m/s2": 1.0, "m/s^2": 1.0, "m/s²": 1.0, "mps2": 1.0, "ms2": 1.0, "g": G, "mg": G / 1000,
}  # fmt: skip
_GYR_UNITS = {
    "rad/s": 1.0, "radps": 1.0, "rps": 1.0, "rads": 1.0,
    "dps": math.radians(1.0), "deg/s": math.radians(1.0), "°/s": math.radians(1.0),
    "mdps": math.radians(1e-3),
}  # fmt: skip
_TIME_UNITS = {
    "s": 1.0,
    "sec": 1.0,
    "ms": 1e-3,
    "millis": 1e-3,
    "us": 1e-6,
    "µs": 1e-6,
    "micros": 1e-6,
    "ns": 1e-9,
}

#: The clock by name.
_CLOCKS = {
    "t",
    "time",
    "timestamp",
    "tick",
    "millis",
    "micros",
    "ms",
    "us",
    "s",
    "time ms",
    "time us",
    "time s",
}

_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_IS_NUMBER = re.compile(_NUMBER)
_NAMED = re.compile(rf"([A-Za-z][A-Za-z0-9_/ .-]*?)\s*[:=]\s*({_NUMBER})\s*([A-Za-z°/^²2]*)")
_SPLIT = re.compile(r"[,;\t |]+")
_PREFIX = re.compile(r"^\s*[A-Za-z][A-Za-z0-9_/]*\s*[:,;>\t|]\s*(?=[-+.\d])")
_AXIS = re.compile(
    r"(?:(acceleration|accelerometer|accel|acc|ac|a)|(gyroscope|gyro|gyr|gy|rotation|rot|omega|w|g))[ _.-]?(?:raw[ _.-]?)?([xyz])"
)
_BRACKETS = re.compile(r"[\[(]([^\])]*)[\])]")


class TextDecoder:
    """Lines to samples. Remembers one line, the columns once they are known, and lines that wait for that.

    Parameters
    ----------
    columns : sequence of str, optional
        What the numbers of a line are: ``t``, ``ax`` to ``gz``, ``-`` for one to leave out.
    units : mapping, optional
        Worth of one in SI: keys ``t`` [s], ``acc`` [m/s²], ``gyr`` [rad/s]. What is not in it is taken from the header or
        left open.
    """

    def __init__(
        self, columns: Sequence[str] | None = None, units: Mapping[str, float] | None = None
    ) -> None:
        self._columns = tuple(columns) if columns else None
        self._worth: dict[str, float] = dict(units or {})
        self._told = frozenset(self._worth)
        self._held = b""
        self._dropped = 0
        self._waiting: list[tuple[float, ...]] = []
        self._partial: dict[str, float] = {}
        self._in_one_line = False
        self._info: Info | None = None
        self._seq = 0
        self._rows: list[tuple[int, tuple[float, ...]]] = []

    def feed(self, data: bytes) -> list[Event]:
        """The events that these bytes complete."""
        events: list[Event] = []
        *whole, rest = data.replace(b"\r", b"\n").split(b"\n")
        for i, line in enumerate(whole):
            if i == 0:
                self._hold(line)
                line, dropped = self._held, self._dropped
                self._held, self._dropped = b"", 0
                if dropped:
                    self._damaged(dropped, "overlong", events)
                    continue
            self._line(line, events)
        self._flush(events)
        self._hold(rest)
        return events

    def close(self) -> list[Event]:
        """A line without its end is damage; lines that waited to be understood are told."""
        events: list[Event] = []
        if self._waiting:
            events.append(Damage(len(self._waiting), "columns"))
            self._waiting = []
        count, self._held, self._dropped = self._dropped + len(self._held), b"", 0
        return events + ([Damage(count, "torn")] if count else [])

    def _hold(self, data: bytes) -> None:
        if self._dropped or len(self._held) + len(data) > LONGEST_LINE:
            self._dropped += len(self._held) + len(data)
            self._held = b""
        else:
            self._held += data

    def _damaged(self, count: int, why: str, events: list[Event]) -> None:
        self._flush(events)
        events.append(Damage(count, why))

    def _line(self, raw: bytes, events: list[Event]) -> None:
        """One line: named values, a header, numbers, words, or damage."""
        if len(raw) > LONGEST_LINE:
            self._damaged(len(raw), "overlong", events)
            return
        raw = raw.strip(b"\0 \t")
        if not raw:
            return
        try:
            line = raw.decode("utf-8")
        except UnicodeDecodeError:
            self._damaged(len(raw), "line", events)
            return
        if not line.replace("\t", " ").isprintable():
            self._damaged(len(raw), "line", events)
            return
        named = _named(line)
        if named:
            self._by_name(named, events)
            return
        cells = [cell for cell in _SPLIT.split(_PREFIX.sub("", line).strip(" ,;|\t")) if cell]
        if cells and all(_IS_NUMBER.fullmatch(cell) for cell in cells):
            self._numbers(tuple(float(cell) for cell in cells), len(raw), events)
            return
        if self._header(line) or _NAMED.search(line):
            return  # what else has a name is a temperature or a voltage, and none of ours
        if any(_IS_NUMBER.fullmatch(cell) for cell in cells):
            self._damaged(len(raw), "line", events)
        # else: words, as sketches print them while they start; they are no damage

    def _by_name(self, named: list[tuple[str, float, str]], events: list[Event]) -> None:
        if self._in_one_line or {name for name, _, _ in named}.issuperset(AXES):
            # A sketch that says all six in one line always does; what a torn line left must not be joined to the next.
            self._in_one_line, self._partial = True, {}
        for name, value, unit in named:
            self._learn(name, unit)
            if name in self._partial:
                self._partial = {}  # a name again before the sample was whole: begin anew
            self._partial[name] = value
        if all(axis in self._partial for axis in AXES):
            row = tuple(self._partial[axis] for axis in AXES)
            t = self._partial.get("t")
            self._partial = {}
            self._sample(t, row, events)

    def _header(self, line: str) -> bool:
        """Whether this line names columns; they hold from now on."""
        parts = [part.strip() for part in re.split(r"[,;\t|]", line) if part.strip()]
        if len(parts) < 6:
            parts = line.split()
        names = [_column(part) for part in parts]
        if not all(axis in [name for name, _ in names] for axis in AXES):
            return False
        if self._columns is None:
            self._columns = tuple(name or "-" for name, _ in names)
        for name, unit in names:
            if name:
                self._learn(name, unit)
        return True

    def _learn(self, name: str, unit: str) -> None:
        """A unit beside a name, where nobody stated another."""
        kind, table = (
            ("t", _TIME_UNITS)
            if name == "t"
            else ("acc", _ACC_UNITS)
            if name[0] == "a"
            else ("gyr", _GYR_UNITS)
        )
        worth = table.get(unit.strip().lower())
        if worth is not None and kind not in self._told:
            self._worth[kind] = worth

    def _numbers(self, row: tuple[float, ...], size: int, events: list[Event]) -> None:
        """A line of bare numbers."""
        if self._columns is None:
            if len(row) == 6:
                self._sample(None, row, events)
            elif len(row) == 7:
                self._waiting.append(row)
                if len(self._waiting) >= LINES_TO_TELL:
                    self._settle(events)
            else:
                self._damaged(size, "columns", events)
            return
        if len(row) != len(self._columns):
            self._damaged(size, "line", events)
            return
        at = dict(zip(self._columns, row, strict=True))
        self._sample(at.get("t"), tuple(at[axis] for axis in AXES), events)

    def _settle(self, events: list[Event]) -> None:
        """Find the clock among seven columns: the one that rises in all lines."""
        waiting, self._waiting = self._waiting, []
        rises = [all(b[i] > a[i] for a, b in pairwise(waiting)) for i in (0, 6)]
        if rises[0] == rises[1]:
            self._damaged(len(waiting), "columns", events)
            return
        self._columns = ("t", *AXES) if rises[0] else (*AXES, "t")
        for row in waiting:
            self._numbers(row, 0, events)

    def _sample(self, t: float | None, row: tuple[float, ...], events: list[Event]) -> None:
        said = (
            self._worth.get("acc"),
            self._worth.get("gyr"),
            None if t is None else self._worth.get("t", math.nan) / TICKS,
        )
        if self._info is None or not _alike(
            said, (self._info.acc_worth, self._info.gyr_worth, self._info.tick_s)
        ):
            self._flush(events)
            self._info = Info("text", "text lines", said[0], said[1], said[2], WRAP)
            events.append(self._info)
        if t is not None and not 0 <= t < 1e15:
            self._damaged(1, "line", events)
            return
        self._rows.append((self._seq if t is None else round(t * TICKS), row))
        self._seq += 1

    def _flush(self, events: list[Event]) -> None:
        n = len(self._rows)
        if n == 0:
            return
        events.append(
            Data.of(
                (np.arange(n) + self._seq - n) & 0xFFFF,
                [tick for tick, _ in self._rows],
                0,
                1,
                np.array([row for _, row in self._rows], np.float64),
            )
        )
        self._rows = []


def _alike(a: Sequence[float | None], b: Sequence[float | None]) -> bool:
    """Equal, nan and nan included."""
    return all(
        x == y or (x is not None and y is not None and x != x and y != y) for x, y in zip(a, b, strict=True)
    )


def _named(line: str) -> list[tuple[str, float, str]]:
    """Axis or clock, value and unit for each ``name: value`` that is one of ours; a bare X Y Z belongs to the name before."""
    out: list[tuple[str, float, str]] = []
    group = ""
    for match in _NAMED.finditer(line):
        words, value, unit = match.groups()
        name, _ = _column(words)
        bare = words.strip().lower()
        if name is None and bare in ("x", "y", "z") and group:
            name = group + bare
        if name is None:
            group = ""
            continue
        group = name[0] if name != "t" else ""
        out.append((name, float(value), unit))
    # Adafruit's lines say the unit once, behind the last axis.
    for i in range(len(out) - 2, -1, -1):
        if not out[i][2] and out[i + 1][0][0] == out[i][0][0] and out[i][0] != "t":
            out[i] = (out[i][0], out[i][1], out[i + 1][2])
    return out


def _column(words: str) -> tuple[str | None, str]:
    """A column's name as ours, None when it is no axis and no clock, and the unit it says."""
    text = words.strip().lower()
    brackets = _BRACKETS.search(text)
    unit = brackets[1].strip() if brackets else ""
    text = _BRACKETS.sub("", text).strip(" _")
    if text in _CLOCKS or text.startswith(("time", "timestamp")):
        return "t", unit or (text.split("_")[-1].split(" ")[-1])
    match = _AXIS.fullmatch(text)
    if match is None and not unit:
        # The unit as the last part of the name: ax_mps2, gyro_x_dps.
        front, _, last = text.rpartition("_")
        match = _AXIS.fullmatch(front)
        unit = last if match else ""
    if match is None:
        return None, ""
    return ("a" if match[1] else "g") + match[3], unit


def worded(head: bytes) -> bool:
    """Whether lines are of a kind that no table has: named values, or a word before the numbers."""
    found = 0
    for raw in head.replace(b"\r", b"\n").split(b"\n")[:60]:
        line = raw.decode("utf-8", "replace")
        if not line.strip() or line.lstrip().startswith(("#", "//", "%")):
            continue
        prefix = _PREFIX.match(line)
        cells = _SPLIT.split(line[prefix.end() :].strip(" ,;|\t")) if prefix else []
        bare = len(cells) >= len(AXES) and all(_IS_NUMBER.fullmatch(cell) for cell in cells)
        found += bare or len(_named(line)) >= 3
    return found >= 3
