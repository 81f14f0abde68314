"""The zip or folder of a logger that writes one file for each sensor, joined to one recording.

Lives here: which of its files count, the sign on iOS.
Not here: the loggers themselves (kits.py), two clocks made one (parts.py), numbers from bytes (rows.py), units nobody said (infer.py).
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO

from gait.errors import ReadError
from gait.readers import clock, parts, stamps, wall_clock
from gait.readers.damage import GARBLED, bounded, damage_of
from gait.readers.evidence import clock_readings
from gait.readers.head import Head, sniff
from gait.readers.header_words import OneSensor, fold, one_sensor
from gait.readers.kits import BY_NAME, KEY, KEY_ANDROID, KEY_IOS, KEYS, KITS, Kit
from gait.readers.parts import Part
from gait.readers.rows import read_numbers
from gait.readers.table import EPOCH, Asked, read_table
from gait.readers.text_source import TextSource
from gait.readers.words import TIME_UNITS, Units
from gait.recording import Recording
from gait.rotations import Floats

#: Key of two files of one sensor each that are no known logger's.
PLAIN_PARTS = "plain-parts"

#: A packed member may unpack to this many times its size. Chosen: exports seen unpack 2 to 4 times, a CSV of one
#: constant 200 times, a bomb 1000 times.
MOST_UNPACKED = 300

#: Members and files looked at. Chosen: an export has one for each of at most 40 sensors.
MOST_MEMBERS = 2000

#: Of them, tables opened. [1]  Chosen: as above, with a few of the user's own.
MOST_OPENED = 100

#: Shorter recordings do not tell how a gyroscope turns against gravity. [s]  Chosen: as evidence.LEAST_CLASS_S.
LEAST_TELLING_S = 4.0

#: Endings of files that may be tables.
ENDINGS = (".csv", ".txt", ".tsv", ".dat", ".csv.gz", ".txt.gz")


@dataclass(frozen=True)
class _File:
    """A file of one sensor, opened."""

    source: TextSource
    head: Head
    one: OneSensor
    kit: Kit | None
    role: str


def is_zip(path: Path) -> bool:
    """Whether a file is a zip, by its first bytes."""
    with path.open("rb") as file:
        return file.read(4) in (b"PK\x03\x04", b"PK\x05\x06")


def read_phone_log(path: Path, asked: Asked) -> tuple[Recording, Units]:
    """Read a zip or a folder; one that holds a single table is read as that table, with what was said of it.

    Raises
    ------
    ReadError
        If it has no gyroscope, no accelerometer, or more than one recording; or is packed beyond reason.
    """
    name = path.name or str(path)
    with ExitStack() as stack:
        try:
            sources = _in_folder(path, stack) if path.is_dir() else _in_zip(path, name, stack)
            if len(sources) == 1 and asked.dialect not in KEYS and next(iter(sources)) != "metadata":
                return read_table(next(iter(sources.values())), asked)
            return _read(sources, name, asked)
        except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError) as error:
            raise ReadError(
                f"{name} cannot be unpacked ({error}). Export it again from the logger."
            ) from error


def _read(sources: Mapping[str, TextSource], name: str, asked: Asked) -> tuple[Recording, Units]:
    """The recording that these files are."""
    files = {where: _recognise(source) for where, source in sources.items()}
    found: dict[str, _File] = {}
    places: dict[str, str] = {}
    tables: list[str] = []
    failed: dict[str, ReadError] = {}
    for where, file in files.items():
        if file is None:
            continue
        if isinstance(file, ReadError):
            failed.setdefault(_by_name(where, BY_NAME), file)
            continue
        if isinstance(file, str):
            tables.append(where)
            continue
        if not file.role:
            continue
        if file.role in found:
            raise ReadError(
                f"{name} holds more than one recording ({places[file.role]} and {where}). Give a folder or zip of one of them."
            )
        found[file.role], places[file.role] = file, where
    if tables and not {"gyr", "acc"} & set(found):
        if len(tables) == 1:
            return read_table(sources[tables[0]], asked)
        raise ReadError(
            f"{name} holds more than one table ({', '.join(tables[:3])}). Give one of these files."
        )
    for role in ("gyr", "acc", "linear"):
        if role in failed and role not in found:
            raise failed[role]
    if "gyr" not in found:
        raise ReadError(_without_gyroscope(name, found, sources))
    if asked.columns is not None or asked.rate_hz is not None:
        raise ReadError(
            f"{name} holds one file for each sensor, whose columns and clocks are known; leave out --columns and --rate."
        )
    return _join(found, _metadata(sources), name, asked)


def _recognise(source: TextSource) -> _File | str | ReadError | None:
    """The file of one sensor; "table" for another table; why it cannot be either; None for what is of no interest."""
    try:
        head = sniff(source)
    except ReadError as error:
        return error
    if not head.first:
        return ReadError(
            f"{source.name} holds 0 usable rows; the sensor was probably off. Record again with it on."
        )
    one = one_sensor(head.header or ())
    if one is None:
        if head.shape.width >= 7:
            return "table"
        return ReadError(
            f"{source.name} should have the columns time, x, y and z; its header reads "
            f"{','.join(head.header or ())[:80]!r}."
        )
    text = "|".join(fold(cell) for cell in head.header or ())
    kit = next((kit for kit in KITS if re.fullmatch(kit.header, text)), None)
    by_name = _by_name(source.name, kit.roles if kit else BY_NAME)
    says = one.kind if one.kind not in ("", "other") else None
    role = by_name if kit is not None and kit.key == KEY else (says or by_name)
    return _File(source, head, one, kit, "" if one.kind == "other" else role)


def _by_name(file: str, roles: Sequence[tuple[str, str]]) -> str:
    """What a file is by its name, "" when that does not tell."""
    bare = PurePosixPath(file).name.lower().removesuffix(".gz").rpartition(".")[0]
    return next((role for role, pattern in roles if re.search(pattern, bare)), "")


def _without_gyroscope(name: str, found: Mapping[str, _File], sources: Mapping[str, TextSource]) -> str:
    """Why files without a gyroscope are refused, and what could still be had of them."""
    if not found:
        there = ", ".join(list(sources)[:4])
        return (
            f"{name} is no export of a logger that is known: it holds no Gyroscope.csv and TotalAcceleration.csv, nor their like"
            f"{f' ({there})' if there else ''}. Give one CSV file, or the zip or folder that the logger wrote."
        )
    return (
        f"{name} has no Gyroscope.csv nor its like, and without a gyroscope nobody can tell how a body leans and turns. From its "
        "accelerometer steps and cadence could still be had with another program. "
        "Switch the gyroscope on in the logger and record again."
    )


def _in_folder(path: Path, stack: ExitStack) -> dict[str, TextSource]:
    """Tables of a folder by name."""
    files = [file for file, _ in zip(sorted(path.iterdir()), range(MOST_MEMBERS), strict=False)]
    tables = [file for file in files if file.is_file() and file.name.lower().endswith(ENDINGS)]
    out: dict[str, TextSource] = {}
    for file in tables[:MOST_OPENED]:
        out[file.name] = source = TextSource.open(file)
        stack.callback(source.close)
    return out


def _in_zip(path: Path, name: str, stack: ExitStack) -> dict[str, TextSource]:
    """Tables in a zip by name, within bounds."""
    archive = stack.enter_context(zipfile.ZipFile(path))
    members = archive.infolist()
    if len(members) > MOST_MEMBERS:
        raise ReadError(
            f"{name} packs {len(members)} files; an export of a logger has at most {MOST_MEMBERS}."
        )
    tables = [
        info
        for info in members
        if not info.is_dir()
        and not info.filename.startswith("__MACOSX")
        and "/." not in f"/{info.filename}"
        and "/meta/" not in f"/{info.filename}"
        and info.filename.lower().endswith(ENDINGS)
    ]
    return {info.filename: _zip_source(archive, info, stack, name) for info in tables[:MOST_OPENED]}


def _zip_source(archive: zipfile.ZipFile, info: zipfile.ZipInfo, stack: ExitStack, name: str) -> TextSource:
    """Open a member of a zip, within bounds."""
    if info.file_size > MOST_UNPACKED * max(info.compress_size, 1):
        raise ReadError(
            f"{name}: {info.filename} would unpack to {info.file_size / max(info.compress_size, 1):.0f} times its size, "
            f"and no recording unpacks to more than {MOST_UNPACKED} times; it is not opened."
        )
    stream: IO[bytes] = archive.open(info)
    stack.callback(stream.close)
    return TextSource(stream, PurePosixPath(info.filename).name, info.file_size, max(info.compress_size, 1))


def _join(
    files: Mapping[str, _File], said: Mapping[str, str], name: str, asked: Asked
) -> tuple[Recording, Units]:
    """One recording from the files of an export."""
    kit = files["gyr"].kit
    total, linear, gravity = (files.get(role) for role in ("acc", "linear", "gravity"))
    notes: list[str] = []
    if total is not None:
        acc = _read_part(total, name)
    elif linear is not None and gravity is not None:
        acc = parts.add(_read_part(linear, name), _read_part(gravity, name))
        notes.append(
            f"Acceleration with gravity was put together from {linear.source.name} and {gravity.source.name}."
        )
    elif linear is not None:
        raise ReadError(
            f"{name} has its acceleration without gravity alone. Switch on the gravity sensor, or the total acceleration, "
            "in the logger and record again."
        )
    else:
        raise ReadError(
            f"{name} has a gyroscope and no accelerometer. Switch both on in the logger and record again."
        )
    gyr = _read_part(files["gyr"], name)
    sign, sign_note = 1.0, ""
    if kit is not None and kit.key == KEY:
        sign, sign_note = _sign(said, total is not None, asked.dialect, name)
    notes += [sign_note] if sign_note else []
    written = kit.units if kit is not None else Units()
    header = Units(None, (total or linear or files["gyr"]).one.unit, files["gyr"].one.unit)
    told = (asked.units or Units()).over(_undisputed(written, header)).over(asked.otherwise or Units())
    known = (
        asked.units is not None
        and bool(written.acc and written.gyr)
        and written.gyr == (header.gyr or written.gyr)
    )
    if known:
        notes.append(
            f"{name} is an export of {kit.title if kit else ''}, whose units are known; --units was not used for it."
        )
        told = written
    disputed = kit is not None and bool(written.gyr and header.gyr and written.gyr != header.gyr)
    if disputed and told.gyr is None:
        _check_length(acc, kit, written, header, files["gyr"].source.name, name)
    recording, found = parts.join(
        acc,
        gyr,
        told,
        name,
        dialect=kit.key if kit else PLAIN_PARTS,
        asked=None if known or asked.units is None else asked.units.silent_on_time(),
        header=header,
        acc_sign=sign,
    )
    if disputed and kit is not None:
        notes.append(
            f"The header of {files['gyr'].source.name} says that its turning is in {header.gyr}, and {kit.title} writes "
            f"{written.gyr}; it was read as {found.gyr}, which fits how gravity and the body turn."
        )
    if any(file.source.ended_early for file in files.values()):
        notes.append("A packed file ends early; what came before the damage was read.")
    t0 = float(recording.samples.t[0])
    columns = [
        f"{what} in {unit}: {', '.join(f'{axis}: column {i + 1}' for axis, i in zip('xyz', file.one.axes, strict=True))} of "
        f"{file.source.name}"
        for what, unit, file in (
            ("acceleration", found.acc, total or linear),
            ("gravity", found.acc, None if total else gravity),
            ("turning", found.gyr, files["gyr"]),
        )
        if file is not None
    ]
    by = "their headers" if kit else "the words in their headers and names"
    recording = replace(
        recording,
        started_at=datetime.fromtimestamp(t0, UTC) if EPOCH[0] < t0 < EPOCH[1] else None,
        device=said.get("device name", ""),
        notes=(*notes, *recording.notes),
        understood=(
            f"format: {recording.dialect}, one file for each sensor, recognised by {by}",
            *columns,
            *(("acceleration: negated",) if sign < 0 else ()),
        ),
    )
    return recording, found


def _check_length(acc: Part, kit: Kit | None, written: Units, header: Units, file: str, name: str) -> None:
    """Refuse a header that contradicts its logger where the recording is too short to tell who is right."""
    if acc.t[-1] - acc.t[0] < LEAST_TELLING_S:
        raise ReadError(
            f"{name}: the header of {file} says that its turning is in {header.gyr}, and {kit.title if kit else ''} writes "
            f"{written.gyr}; {acc.t[-1] - acc.t[0]:.1f} s are too short to tell which is right. Say it: "
            f"--units s,{written.acc},{written.gyr} or --units s,{written.acc},{header.gyr}."
        )


def _undisputed(written: Units, header: Units) -> Units:
    """What logger and header say, without what they contradict each other in."""
    gyr = None if written.gyr and header.gyr and written.gyr != header.gyr else written.gyr or header.gyr
    return Units("s", written.acc or header.acc, gyr)


def _read_part(file: _File, name: str) -> Part:
    """One sensor's file."""
    source, head, one, kit = file.source, file.head, file.one, file.kit
    where = f"{source.name} in {name}"
    cells = [fold(cell) for cell in head.header or ()]
    place, unit = (
        (cells.index(kit.clock), kit.units.time) if kit else (_clock_of(file, where), one.clock_unit)
    )
    wall = wall_clock.recognise(head.first[place]) if place < len(head.first) else None
    numbers = read_numbers(source, head.shape, [[place], list(one.axes)], {place: wall} if wall else None)
    xyz = numbers.groups[1]
    if len(xyz) < 2:
        raise ReadError(
            f"{where} holds {len(xyz)} usable rows; the sensor was probably off. Record again with it on."
        )
    timed = stamps.clocked(numbers.groups[0][:, 0], xyz, xyz, wall=wall)
    damage = damage_of(numbers, timed.rose)
    lost = numbers.rows - len(xyz) + timed.rose.duplicate + timed.rose.backward + timed.rose.far
    bounded(where, numbers.rows, lost, damage)
    t = timed.t
    if not timed.seconds:
        t = t * TIME_UNITS[unit or _unit_of_clock(t, where)]
    epoch_s = kit.epoch_s if kit else 0.0
    return parts.sane(Part(t + epoch_s, xyz[timed.keep], numbers.rows, damage, timed.notes), GARBLED, where)


def _clock_of(file: _File, where: str) -> int:
    """The clock's column."""
    if not file.one.clocks:
        raise ReadError(
            f"{where} has no column with a clock, and without one it cannot be joined with another file."
        )
    return file.one.clocks[0]


def _unit_of_clock(t: Floats, where: str) -> str:
    """The unit that leaves a rate which sensors have."""
    step = clock.usual_step(t)
    _, fitting = clock_readings(step, None)
    if len(fitting) != 1:
        raise ReadError(
            f"{where}: its clock steps by {step:.4g}, and in which unit is not said and cannot be told."
        )
    return fitting[0]


def _sign(said: Mapping[str, str], has_total: bool, dialect: str | None, name: str) -> tuple[float, str]:
    """What makes the app's acceleration a specific force, which reads +g upward at rest.

    The app passes on what the system says unless it is told to standardise: on iOS all three axes have the opposite
    sign. Source: the app's COORDINATES page, "there is a negative sign difference for all three axes"; that
    TotalAcceleration.csv is written on Android alone is from its UNITS page.
    """
    platform = said.get("platform", "").lower()
    standard = said.get("standardisation", "").lower() == "true"
    if dialect == KEY_IOS or (dialect != KEY_ANDROID and platform == "ios" and not standard):
        return -1.0, "Acceleration was negated: iOS reports it with the opposite sign."
    if dialect != KEY_ANDROID and platform == "" and not has_total:
        raise ReadError(
            f"{name} has no Metadata.csv that says which system the phone runs, and iOS and Android report acceleration "
            f"with opposite signs. Say which: --dialect {KEY_IOS} or --dialect {KEY_ANDROID}."
        )
    return 1.0, ""


def _metadata(sources: Mapping[str, TextSource]) -> dict[str, str]:
    """Keys (lower case) and values of Metadata.csv."""
    source = next(
        (s for s in sources.values() if s.name.lower() in ("metadata.csv", "metadata.csv.gz")), None
    )
    if source is None:
        return {}
    rows = list(csv.reader(io.StringIO(source.head.decode("utf-8", "replace"))))
    if len(rows) < 2:
        return {}
    return {key.strip().lower(): value.strip() for key, value in zip(rows[0], rows[1], strict=False)}
