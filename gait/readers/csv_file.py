"""One table of text, in and out.

Lives here: one table as a Recording, what of it is damaged, and our own CSV on its way out.
Not here: how it is written (head.py), numbers from bytes (rows.py), what columns mean (dialects.py), what nobody
said (infer.py).
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gait.errors import ReadError
from gait.readers import clock, dialects, infer
from gait.readers.dialects import Layout
from gait.readers.head import Head, is_row, sniff
from gait.readers.rows import Numbers, TextSource, read_numbers
from gait.readers.words import Units, parse_columns, parse_placement
from gait.recording import Placement, Recording, Samples
from gait.rotations import Floats

#: More rows than this share unusable, and the file is not read. Chosen: with a fifth of the rows gone every second
#: step has a hole in it, and numbers from it would no longer be the runner's.
MOST_UNUSABLE = 0.2

#: Beyond these a number is damage and no reading. [m/s²], [rad/s]  Chosen: 500 g and 11000 °/s, above any sensor that is
#: worn (200 g, 4000 °/s).
WILDEST_ACC, WILDEST_GYR = 5000.0, 200.0

#: The same while units are not known yet. Chosen: counts of 24 bits end at 8e6.
GARBLED = 1e8

_WILD_WORDS = ("row with a number no sensor gives", "rows with numbers no sensor gives")

#: Fewer rows than this are no recording. Chosen: a rate cannot be told from fewer.
LEAST_ROWS = 10

#: A stated rate and the clock may differ by this share. Chosen: phones miss their nominal rate by up to 2 %.
RATE_TOLERANCE = 0.05


def read_table(
    source: TextSource,
    *,
    dialect: str | None = None,
    columns: str | None = None,
    units: Units | None = None,
    rate_hz: float | None = None,
    otherwise: Units | None = None,
) -> tuple[Recording, Units]:
    """Read one table that holds accelerometer and gyroscope together.

    Parameters
    ----------
    source : TextSource
    dialect, columns, units, rate_hz, otherwise
        What the caller knows better, see ``read_with_units``.

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
    head = sniff(source)
    layout = _layout(head, name, dialect, columns, rate_hz is not None)
    told = (units or Units()).over(layout.units).over(otherwise or Units())
    groups = [*([[layout.clock]] if layout.clock is not None else []), *layout.acc, layout.gyr]
    numbers = read_numbers(source, head.shape, groups)
    if numbers.rows == 0:
        raise ReadError(f"{name} holds a header and no rows of numbers below it.")
    if numbers.rows < LEAST_ROWS:
        raise ReadError(
            f"{name} holds {numbers.rows} row{'s' if numbers.rows > 1 else ''} of numbers; "
            f"a recording has at least {LEAST_ROWS}, and a run of some seconds has hundreds."
        )
    stamps, acc, gyr = _columns(numbers, layout)
    wraps = 0
    if numbers.rows - len(acc) > MOST_UNUSABLE * numbers.rows:
        _no_words_in(head, layout, name)
        bounded(name, numbers.rows, numbers.rows - len(acc), damage_of(numbers, clock.Rising(None)))
    rate_hz = rate_hz or layout.rate_hz or _rate_said(head.said)
    if stamps is None:
        if rate_hz is None:
            raise ReadError(
                f"{name} has no column with a clock. Say how many rows there are in a second (--rate 100), "
                "or which column is the clock (--columns t,ax,...)."
            )
        place = np.arange(len(acc), dtype=float) if numbers.place is None else numbers.place
        stamps, told, rose = place / rate_hz, Units("s", told.acc, told.gyr), clock.Rising(None)
        units = None if units is None else units.silent_on_time()
    else:
        stamps, wraps = clock.unrolled(stamps)
        rose = clock.rising(stamps)
        if rose.keep is not None:
            stamps, acc, gyr = stamps[rose.keep], acc[rose.keep], gyr[rose.keep]
    damage = damage_of(numbers, rose)
    garbled = _beyond(acc, gyr, GARBLED, GARBLED)
    if garbled is not None:
        stamps, acc, gyr = stamps[~garbled], acc[~garbled], gyr[~garbled]
        damage = (*damage, *_counted(int(garbled.sum()), *_WILD_WORDS))
    unusable = numbers.rows - len(acc)
    bounded(name, numbers.rows, unusable, damage)
    if len(acc) < LEAST_ROWS:
        raise ReadError(f"{name}: of {numbers.rows} rows only {len(acc)} can be used ({_listed(damage)}).")
    found, factors, notes = infer.settle(
        stamps, acc, gyr, told, name, rate_hz=rate_hz, asked=units, header=layout.units
    )
    stamps *= factors.time
    acc *= layout.acc_sign * factors.acc
    gyr *= factors.gyr
    wild = _beyond(acc, gyr, WILDEST_ACC, WILDEST_GYR)
    if wild is not None:
        stamps, acc, gyr = stamps[~wild], acc[~wild], gyr[~wild]
        unusable += int(wild.sum())
        damage = (*damage, *_counted(int(wild.sum()), *_WILD_WORDS))
        bounded(name, numbers.rows, unusable, damage)
    if wraps:
        times = "once" if wraps == 1 else f"{wraps} times"
        notes = (*notes, f"The clock's 32-bit counter began again {times}; the times were joined.")
    if (even := clock.in_packets(stamps)) is not None:
        raise ReadError(
            f"{name}: its stamps come in packets, so they tell when rows arrived and not when they were measured. Leave "
            f"the clock out and say how many rows there are in a second, about {even:.0f}: --columns -,ax,ay,az,gx,gy,gz "
            f"--rate {even:.0f}."
        )
    if unusable:
        notes = (*notes, _loss_note(numbers.rows, unusable, damage))
    if source.ended_early:
        notes = (*notes, "The packed file ends early; what came before the damage was read.")
    step = clock.usual_step(stamps)
    recording = Recording(
        samples=Samples(stamps, acc, gyr),
        rate_hz=1.0 / step,
        source=name,
        dialect=layout.dialect,
        rows=numbers.rows,
        gaps=clock.gaps(stamps, step),
        started_at=_started_at(head.said),
        device=head.said.get("device", ""),
        placement=_placement_said(head.said),
        notes=notes,
    )
    return recording, found


def write_csv(
    recording: Recording | Samples,
    path: str | Path,
    *,
    placement: Placement | None = None,
    device: str | None = None,
    started_at: datetime | None = None,
    said: Mapping[str, str] | None = None,
) -> None:
    """Write our own CSV: comment lines with what is known, a header with units, one row a sample.

    Parameters
    ----------
    recording : Recording or Samples
    path : str or Path
        Ending in ``.gz`` to have it packed; the packed bytes are the same each time.
    placement, device, started_at : optional
        What the recording does not say itself.
    said : mapping, optional
        Further ``# key: value`` lines.
    """
    whole = recording if isinstance(recording, Recording) else None
    samples = recording.samples if isinstance(recording, Recording) else recording
    device = device or (whole.device if whole else "")
    placement = placement or (whole.placement if whole else "unknown")
    started_at = started_at or (whole.started_at if whole else None)
    lines = {"format": "gait recording, seconds, m/s2, rad/s, sensor axes"}
    if device:
        lines["device"] = device
    if placement != "unknown":
        lines["placement"] = placement
    if started_at is not None:
        lines["started_at"] = started_at.astimezone(UTC).isoformat()
    if len(samples) > 1:
        lines["rate_hz"] = f"{1.0 / clock.usual_step(samples.t):.6g}"
    lines.update(said or {})
    own = dialects.DIALECTS[0]
    frame = pd.DataFrame(
        np.column_stack([samples.t, samples.acc, samples.gyr]), columns=[own.clock[0], *own.acc[0], *own.gyr]
    )
    # 1 us, 10 um/s² and 10 urad/s: below the noise of any sensor worn on a body, and a third of the size of repr.
    for column, decimals in zip(frame.columns, (6, *(5,) * 6), strict=True):
        frame[column] = frame[column].round(decimals)
    above = "".join(f"# {key}: {value}\n" for key, value in lines.items())
    target = Path(path)
    with target.open("wb") as out:
        if target.suffix != ".gz":
            out.write(above.encode())
            frame.to_csv(out, index=False, lineterminator="\n")
            return
        # No name and no time of day inside, so that the same samples give the same bytes.
        with gzip.GzipFile("", "wb", compresslevel=6, fileobj=out, mtime=0) as packed:
            packed.write(above.encode())
            frame.to_csv(packed, index=False, lineterminator="\n")


def _layout(head: Head, name: str, dialect: str | None, columns: str | None, has_rate: bool) -> Layout:
    """Which column is what: as told, by the header, or by order."""
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
        return dialects.layout_of_columns(words)
    if head.header is None:
        return dialects.layout_without_header(_filled(head), name, has_rate)
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
    return dialects.layout_of_header(head.header, name, dialect)


def _no_words_in(head: Head, layout: Layout, name: str) -> None:
    """Refuse columns that hold words, with the reason rather than as damage."""
    axes = [place for triple in (*layout.acc, layout.gyr) for place in triple]
    for place in (*axes, *(() if layout.clock is None else (layout.clock,))):
        cell = head.first[place] if place < len(head.first) else ""
        if not cell or is_row((cell,), head.shape.decimal):
            continue
        if place == layout.clock:
            raise ReadError(
                f"{name}: its clock reads {cell[:40]!r}, which is no number. Leave it out and say the rate: --columns "
                f"{','.join('-' if i == place else '...' for i in range(min(place + 2, 4)))} --rate 100."
            )
        raise ReadError(f"{name}: column {place + 1} should hold numbers and reads {cell[:40]!r}.")


def _filled(head: Head) -> int:
    """Cells in a row, without the empty ones after trailing delimiters."""
    cells = list(head.first)
    while cells and not cells[-1].strip():
        cells.pop()
    return len(cells)


def _columns(numbers: Numbers, layout: Layout) -> tuple[Floats | None, Floats, Floats]:
    """Clock, specific force and rate as the file has them, sums done."""
    groups = list(numbers.groups)
    stamps = groups.pop(0)[:, 0] if layout.clock is not None else None
    gyr = groups.pop()
    acc = groups.pop(0)
    for more in groups:
        acc += more
    return stamps, acc, gyr


def _beyond(acc: Floats, gyr: Floats, most_acc: float, most_gyr: float) -> NDArray[np.bool_] | None:
    """Which rows hold a number beyond a bound; None when none does, found without a copy."""
    calm = max(acc.max(), -acc.min()) <= most_acc and max(gyr.max(), -gyr.min()) <= most_gyr
    if calm:
        return None
    return np.asarray((np.abs(acc) > most_acc).any(axis=1) | (np.abs(gyr) > most_gyr).any(axis=1))


def damage_of(numbers: Numbers, rose: clock.Rising) -> tuple[str, ...]:
    """What was wrong with rows and stamps, counted, one clause each."""
    return (
        *_counted(numbers.malformed, "line that is no row of numbers", "lines that are no rows of numbers"),
        *_counted(
            numbers.blank, "row with an empty cell or no number in it", "rows with empty cells or no numbers"
        ),
        *(("a last line torn in the middle",) if numbers.torn else ()),
        *_counted(rose.duplicate, "stamp twice", "stamps twice"),
        *_counted(rose.backward, "stamp that runs backward", "stamps that run backward"),
        *_counted(rose.far, "stamp far ahead of its neighbours", "stamps far ahead of their neighbours"),
    )


def _counted(n: int, one: str, many: str) -> tuple[str, ...]:
    """Number and noun, or nothing."""
    return () if n == 0 else (f"{n} {one if n == 1 else many}",)


def _listed(damage: Sequence[str]) -> str:
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
        f"{name}: {unusable} of {rows} rows ({unusable / rows:.0%}) cannot be used: {_listed(damage)}. "
        f"At most {MOST_UNUSABLE:.0%} may be lost.{hint}"
    )


def _loss_note(rows: int, unusable: int, damage: Sequence[str]) -> str:
    """What was left out, for people."""
    share = unusable / rows
    amount = f"{share:.1%}" if share >= 0.001 else "less than 0.1 %"
    return f"{unusable} of {rows} rows ({amount.replace('%', ' %').replace('  ', ' ')}) were left out: {_listed(damage)}."


def _rate_said(said: Mapping[str, str]) -> float | None:
    """A rate in the comment lines."""
    for key in ("rate_hz", "sample rate", "update rate"):
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
