"""Long tables: one row for each sensor's news, with the sensor's kind and number in columns.

Lives here: UMAFall's layout, and which of its sensors has both an accelerometer and a gyroscope.
Not here: two clocks made one (parts.py), numbers from bytes (rows.py).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from gait.errors import ReadError
from gait.readers import clock, parts
from gait.readers.damage import GARBLED, bounded, damage_of
from gait.readers.head import Head
from gait.readers.header_words import MOST_LISTED, fold
from gait.readers.parts import Part
from gait.readers.rows import read_numbers
from gait.readers.stamps import clocked
from gait.readers.table import Asked
from gait.readers.text_source import TextSource
from gait.readers.words import Units
from gait.recording import Recording
from gait.rotations import Floats

KEY = "umafall"
TITLE = "UMAFall: a row for each sensor's news, kind and number in columns"
EXAMPLE = "% TimeStamp; Sample No; X-Axis; Y-Axis; Z-Axis; Sensor Type; Sensor ID;"

#: Columns, folded; kinds as its own header lists them: accelerometer 0, gyroscope 1. Source: the header of its files.
COLUMNS = ("timestamp", "x-axis", "y-axis", "z-axis", "sensor type", "sensor id")
ACC, GYR = 0, 1

#: What it writes.
UNITS = Units("ms", "g", "dps")


def is_long(header: Sequence[str]) -> bool:
    """Whether a header is of such a table."""
    folded = {fold(cell) for cell in header}
    return all(column in folded for column in COLUMNS)


def read_long(source: TextSource, head: Head, asked: Asked) -> tuple[Recording, Units]:
    """Read one sensor of a long table.

    Raises
    ------
    ReadError
        If none has both, or several have and nobody says which.
    """
    name = source.name
    cells = [fold(cell) for cell in head.header or ()]
    at = [cells.index(column) for column in COLUMNS]
    numbers = read_numbers(source, head.shape, [[at[0]], at[1:4], at[4:6]])
    t, xyz, kinds = numbers.groups[0][:, 0], numbers.groups[1], numbers.groups[2]
    bounded(name, numbers.rows, numbers.rows - len(t), damage_of(numbers, clock.Rising(None)))
    there = {
        int(sensor): {kind for kind in (ACC, GYR) if ((kinds[:, 0] == kind) & (kinds[:, 1] == sensor)).any()}
        for sensor in np.unique(kinds[:, 1])[:100]
    }
    places = _places(head.above)
    chosen = _choose(name, there, places, asked.sensor)
    acc, gyr = (_part(name, t, xyz, (kinds[:, 0] == kind) & (kinds[:, 1] == chosen)) for kind in (ACC, GYR))
    told = (asked.units or Units()).over(UNITS)
    recording, found = parts.join(
        acc, gyr, told, name, dialect=KEY, asked=asked.units and asked.units.silent_on_time(), header=UNITS
    )
    where = f"sensor {chosen}" + (f" ({places[chosen]})" if chosen in places else "")
    understood = (
        f"format: {KEY}, recognised by its header",
        f"{where} of {len(there)}: rows of kind {ACC} are acceleration in {found.acc}, of kind {GYR} turning in {found.gyr}",
        f"clock: column {at[0] + 1} in ms; x, y, z: columns {', '.join(str(i + 1) for i in at[1:4])}",
    )
    return replace(recording, understood=understood, device=where), found


def _part(name: str, t: Floats, xyz: Floats, mine: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Part:
    """One sensor's rows."""
    timed = clocked(t[mine], xyz[mine], xyz[mine], wall=None)
    damage = tuple(damage_of(None, timed.rose))
    rows = int(mine.sum())
    bounded(name, rows, rows - len(timed.keep), damage)
    return parts.sane(Part(timed.t * 1e-3, xyz[mine][timed.keep], rows, damage, timed.notes), GARBLED, name)


def _places(above: Sequence[str]) -> Mapping[int, str]:
    """Where each sensor was worn, from lines such as ``% address; 1; CHEST; model``."""
    found = (re.match(r"^[%#\s]*[\w:]+\s*;\s*(\d+)\s*;\s*([A-Za-z _]+?)\s*;", line) for line in above)
    return {int(match[1]): match[2].lower() for match in found if match}


def _choose(name: str, there: Mapping[int, set[int]], places: Mapping[int, str], sensor: str | None) -> int:
    """The sensor that was asked for, or the only one that has both."""
    both = [number for number, kinds in there.items() if kinds == {ACC, GYR}]
    listed = ", ".join(f"{number}{f' ({places[number]})' if number in places else ''}" for number in both)
    if sensor is not None:
        for number in there:
            if sensor.lower() in (str(number), places.get(number, "")):
                if number in both:
                    return number
                raise ReadError(
                    f"{name}: sensor {sensor} has no gyroscope{f'; {listed} has' if both else ''}."
                )
        raise ReadError(
            f"{name} has no sensor {sensor!r}; with a gyroscope are {listed[:MOST_LISTED] or 'none'}."
        )
    if len(both) == 1:
        return both[0]
    if not both:
        raise ReadError(
            f"{name} has no gyroscope: among its rows there is none of kind {GYR} beside those of kind {ACC}. From an "
            "accelerometer alone steps and cadence could still be had with another program, lean and rotation could not."
        )
    raise ReadError(
        f"{name} holds several sensors with a gyroscope: {listed}. Say which: --sensor {both[0]}."
    )
