"""One table of text as a Recording.

Lives here: the order in which a table is understood, and what of it is no reading of a sensor.
Not here: how it is written (head.py), numbers from bytes (rows.py), what columns mean (dialects.py, header_words.py),
when rows were (stamps.py), what nobody said (infer.py).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from gait.errors import ReadError
from gait.readers import clock, dialects, infer, stamps
from gait.readers.damage import (
    GARBLED,
    MOST_UNUSABLE,
    WILD_WORDS,
    WILDEST_ACC,
    WILDEST_GYR,
    beyond,
    bounded,
    counted,
    damage_of,
    listed,
    loss_note,
)
from gait.readers.head import Head, is_row, sniff
from gait.readers.layout import Layout, layout_of_columns
from gait.readers.rows import Numbers, read_numbers
from gait.readers.text_source import TextSource
from gait.readers.words import Units, parse_columns, parse_placement
from gait.recording import Placement, Recording, Samples
from gait.rotations import Floats

#: Fewer rows than this are no recording. Chosen: a rate cannot be told from fewer.
LEAST_ROWS = 10

#: Seconds since 1970 that can be a recording's: 2001 to 2096. [s]
EPOCH = (1e9, 4e9)

#: What loggers call the rate in the lines above their table, in lower case.
RATE_KEYS = (
    "rate_hz",
    "sample rate",
    "update rate",
    "outputrate",
    "output rate",
    "sampling rate",
    "sampling frequency",
)

#: What it is called where a word for the axes is needed.
_AXES = "xyz"


@dataclass(frozen=True)
class Asked:
    """What the caller knows better, see ``read_with_units``."""

    dialect: str | None = None
    columns: str | None = None
    units: Units | None = None
    rate_hz: float | None = None
    otherwise: Units | None = None
    sensor: str | None = None


def read_table(source: TextSource, asked: Asked, head: Head | None = None) -> tuple[Recording, Units]:
    """Read one table that holds accelerometer and gyroscope together.

    Parameters
    ----------
    source : TextSource
    asked : Asked
    head : Head, optional
        When it was looked at already.

    Returns
    -------
    Recording
    Units
        As read, whoever said them.

    Raises
    ------
    ReadError
        If it is no such table, or more than one reading is possible.
    """
    name = source.name
    head = head or sniff(source)
    layout = _layout(head, name, asked)
    column = stamps.choose_clock(layout, head, name)
    told = (asked.units or Units()).over(layout.units).over(asked.otherwise or Units())
    time = (
        [column.place] if column.place is not None else [layout.counter] if layout.counter is not None else []
    )
    groups = [*([time] if time else []), *layout.acc, layout.gyr]
    clocks = {column.place: column.wall} if column.place is not None and column.wall is not None else {}
    numbers = read_numbers(source, head.shape, groups, clocks)
    _enough(numbers.rows, name)
    first, acc, gyr = _columns(numbers, bool(time))
    if numbers.rows - len(acc) > MOST_UNUSABLE * numbers.rows:
        _no_words_in(head, layout, name)
        bounded(name, numbers.rows, numbers.rows - len(acc), damage_of(numbers, clock.Rising(None)))
    rate_hz = asked.rate_hz or layout.rate_hz or _rate_said(head.said)
    notes = list(layout.notes)
    units = asked.units
    if column.place is None or first is None:
        if rate_hz is None:
            raise ReadError(_no_clock(name, layout))
        place = np.arange(len(acc), dtype=float) if numbers.place is None else numbers.place
        timed = stamps.counted(place, first, acc, gyr, rate_hz=rate_hz, wrap=layout.counter_wrap)
    else:
        timed = stamps.clocked(first, acc, gyr, wall=column.wall)
        if layout.clock_units and told.time is None:
            told = _clock_of_rate(
                timed, told, layout, rate_hz if asked.rate_hz or _rate_said(head.said) else None, name
            )
    if timed.seconds:
        told = Units("s", told.acc, told.gyr)
        units = None if units is None else units.silent_on_time()
    t = timed.t
    if len(timed.keep) < len(acc):
        acc, gyr = acc[timed.keep], gyr[timed.keep]
    notes += timed.notes
    damage = damage_of(numbers, timed.rose)
    merged = (
        numbers.rows - len(numbers.groups[-1]) + timed.rose.duplicate + timed.rose.backward + timed.rose.far
    )
    garbled = beyond(acc, gyr, GARBLED, GARBLED)
    if garbled is not None:
        t, acc, gyr = t[~garbled], acc[~garbled], gyr[~garbled]
        merged += int(garbled.sum())
        damage = (*damage, *counted(int(garbled.sum()), *WILD_WORDS))
    unusable = merged
    bounded(name, numbers.rows, unusable, damage)
    if len(acc) < LEAST_ROWS:
        raise ReadError(f"{name}: of {numbers.rows} rows only {len(acc)} can be used ({listed(damage)}).")
    found, factors, more = infer.settle(
        t,
        acc,
        gyr,
        told,
        name,
        rate_hz=None if column.place is None else asked.rate_hz,
        asked=units,
        header=layout.units,
    )
    # Most files are written in these units; ten hours times one would take a tenth of the reading.
    if factors.time != 1.0:
        t = t * factors.time
    if layout.acc_sign * factors.acc != 1.0:
        acc *= layout.acc_sign * factors.acc
    if factors.gyr != 1.0:
        gyr *= factors.gyr
    wild = beyond(acc, gyr, WILDEST_ACC, WILDEST_GYR)
    if wild is not None:
        t, acc, gyr = t[~wild], acc[~wild], gyr[~wild]
        unusable += int(wild.sum())
        damage = (*damage, *counted(int(wild.sum()), *WILD_WORDS))
        bounded(name, numbers.rows, unusable, damage)
    notes += more
    if unusable:
        notes.append(loss_note(numbers.rows, unusable, damage))
    if source.ended_early:
        notes.append("The packed file ends early; what came before the damage was read.")
    step = clock.usual_step(t)
    recording = Recording(
        samples=Samples(t, acc, gyr),
        rate_hz=1.0 / step,
        source=name,
        dialect=layout.dialect,
        rows=numbers.rows,
        gaps=clock.gaps(t, step),
        started_at=_started_at(head.said) or _epoch(t, column),
        device=head.said.get("device", ""),
        placement=_placement_said(head.said),
        notes=tuple(notes),
        understood=_understood(head, layout, column, found, asked, rate_hz),
    )
    return recording, found


def _enough(rows: int, name: str) -> None:
    """Refuse what is too short to be a recording."""
    if rows == 0:
        raise ReadError(f"{name} holds a header and no rows of numbers below it.")
    if rows < LEAST_ROWS:
        raise ReadError(
            f"{name} holds {rows} row{'s' if rows > 1 else ''} of numbers; "
            f"a recording has at least {LEAST_ROWS}, and a run of some seconds has hundreds."
        )


def _no_clock(name: str, layout: Layout) -> str:
    """Why rows without a clock are refused."""
    if layout.counter is not None:
        return (
            f"{name} counts its rows and has no column with a clock. Say how many rows the logger was set to write in a second, "
            "for example --rate 100; rows that its counter skips are then known to be lost."
        )
    return (
        f"{name} has no column with a clock. Say how many rows there are in a second (--rate 100), "
        "or which column is the clock (--columns t,ax,...)."
    )


def _clock_of_rate(
    timed: stamps.Timed, told: Units, layout: Layout, rate_hz: float | None, name: str
) -> Units:
    """The unit of a clock that only the logger's rates tell; the stamps are brought to microseconds.

    Raises
    ------
    ReadError
        If no unit gives a rate that the logger has.
    """
    step = clock.usual_step(timed.t)
    rates = (rate_hz,) if rate_hz else layout.clock_rates
    for unit in layout.clock_units:
        if any(abs(1.0 / (step * unit) / rate - 1.0) < stamps.RATE_NEAR for rate in rates):
            timed.t[:] = timed.t * (unit / 1e-6)
            return Units("us", told.acc, told.gyr)
    wanted = f"{rate_hz:g}" if rate_hz else ", ".join(f"{rate:g}" for rate in sorted(layout.clock_rates))
    raise ReadError(
        f"{name}: its clock steps by {step:.4g}, which in none of the units that {layout.dialect} writes is one of its rates "
        f"({wanted} rows in a second). Say the unit, for example --units us,mps2,dps."
    )


def _understood(
    head: Head, layout: Layout, column: stamps.ClockColumn, found: Units, asked: Asked, rate_hz: float | None
) -> tuple[str, ...]:
    """Which columns were taken for what, and in which unit, one clause each."""

    def called(place: int) -> str:
        cell = head.header[place].strip() if head.header and place < len(head.header) else ""
        return f"column {place + 1}" + (f" ({cell})" if cell else "")

    def three(places: Sequence[int]) -> str:
        return ", ".join(f"{axis}: {called(place)}" for axis, place in zip(_AXES, places, strict=True))

    how = (
        "as --columns says"
        if asked.columns
        else "as --dialect says"
        if asked.dialect
        else "recognised by its header"
        if head.header
        else "recognised by the look of its rows"
    )
    if column.place is None:
        by = f"counted by {called(layout.counter)}, " if layout.counter is not None else ""
        clocks = f"clock: none; {by}{rate_hz:g} rows in a second" if rate_hz else "clock: none"
    else:
        clocks = f"clock: {called(column.place)}, in {'words' if column.wall else found.time}"
    return (
        f"format: {layout.dialect}, {how}",
        clocks,
        *(f"acceleration in {found.acc}: {three(places)}" for places in layout.acc),
        *(("acceleration: the sum of these",) if len(layout.acc) > 1 else ()),
        *(("acceleration: negated",) if layout.acc_sign < 0 else ()),
        f"turning in {found.gyr}: {three(layout.gyr)}",
    )


def _epoch(t: Floats, column: stamps.ClockColumn) -> datetime | None:
    """The wall clock of the first row, where stamps count from 1970 and it is known in which zone."""
    if not EPOCH[0] < t[0] < EPOCH[1] or (column.wall is not None and not column.wall.zoned):
        return None
    return datetime.fromtimestamp(float(t[0]), UTC)


def _layout(head: Head, name: str, asked: Asked) -> Layout:
    """Which column is what: as told, by the header, or by order."""
    dialect, columns = asked.dialect, asked.columns
    if dialect is not None and dialect not in dialects.known_dialects():
        raise ReadError(
            f"--dialect knows {', '.join(dialects.known_dialects())}; {dialect!r} is none of them."
        )
    if columns is not None:
        words = parse_columns(columns)
        if len(words) > head.shape.width:
            raise ReadError(
                f"--columns names {len(words)} columns, and the rows of {name} have {head.shape.width}."
            )
        return layout_of_columns(words)
    if head.header is None:
        row = next((line for line in head.rows), "")
        return dialects.layout_without_header(
            _filled(head),
            name,
            asked.rate_hz is not None or _rate_said(head.said) is not None,
            dialect,
            row=row,
            closed=head.shape.closed,
        )
    if not head.first:
        opening = " ".join(" ".join(head.header).split())[:60]
        try:
            dialects.layout_of_header(head.header, name, dialect)
        except ReadError:
            raise ReadError(
                f"{name} holds no table of numbers; it starts with {opening!r}. gait reads CSV files with a clock, an "
                "accelerometer and a gyroscope, and the zip or folder of a phone logger."
            ) from None
        raise ReadError(f"{name} holds a header and no rows of numbers below it.")
    return dialects.layout_of_header(head.header, name, dialect, first=head.first, sensor=asked.sensor)


def _no_words_in(head: Head, layout: Layout, name: str) -> None:
    """Refuse columns that hold words, with the reason rather than as damage."""
    for place in (place for triple in (*layout.acc, layout.gyr) for place in triple):
        cell = head.first[place] if place < len(head.first) else ""
        if cell and not is_row((cell,), head.shape.decimal):
            raise ReadError(f"{name}: column {place + 1} should hold numbers and reads {cell[:40]!r}.")


def _filled(head: Head) -> int:
    """Cells in a row, without the empty ones after trailing delimiters."""
    cells = list(head.first)
    while cells and not cells[-1].strip():
        cells.pop()
    return len(cells)


def _columns(numbers: Numbers, has_time: bool) -> tuple[Floats | None, Floats, Floats]:
    """Clock or counter, specific force and rate as the file has them, sums done."""
    groups = list(numbers.groups)
    first = groups.pop(0)[:, 0] if has_time else None
    gyr = groups.pop()
    acc = groups.pop(0)
    for more in groups:
        acc += more
    return first, acc, gyr


def _rate_said(said: Mapping[str, str]) -> float | None:
    """A rate in the comment lines."""
    for key in RATE_KEYS:
        number = re.match(r"\d+(\.\d+)?", said.get(key, ""))
        if number and float(number[0]) > 0:
            return float(number[0])
    return None


def _started_at(said: Mapping[str, str]) -> datetime | None:
    """Wall clock in the comment lines, as UTC; a time without a zone tells nothing certain and is left out."""
    try:
        when = datetime.fromisoformat(said.get("started_at", ""))
    except ValueError:
        return None
    return None if when.tzinfo is None else when.astimezone(UTC)


def _placement_said(said: Mapping[str, str]) -> Placement:
    """Placement in the comment lines."""
    try:
        return parse_placement(said.get("placement", "unknown"))
    except ReadError:
        return "unknown"


def shift_start(recording: Recording, start_s: float) -> datetime | None:
    """The wall clock of the first sample at or after ``start_s``."""
    if recording.started_at is None or not len(recording.samples):
        return recording.started_at
    return recording.started_at + timedelta(seconds=start_s - float(recording.samples.t[0]))
