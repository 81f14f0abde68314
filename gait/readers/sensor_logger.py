"""The zip or folder of the phone app Sensor Logger: one file a sensor, joined to one recording.

Lives here: which of its files count, the sign on iOS, two clocks made one.
Not here: numbers from bytes (rows.py), damaged stamps (clock.py).
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO, TypeVar

import numpy as np

from gait.errors import ReadError
from gait.readers import clock, csv_file
from gait.readers.dialects import fold
from gait.readers.head import sniff
from gait.readers.rows import TextSource, read_numbers
from gait.readers.words import Units
from gait.recording import Recording, Samples
from gait.rotations import Floats

T = TypeVar("T")

KEY = "sensor-logger"

#: Words for ``--dialect`` that say the phone's system, for an export without Metadata.csv.
KEY_IOS, KEY_ANDROID = "sensor-logger-ios", "sensor-logger-android"
KEYS = (KEY, KEY_IOS, KEY_ANDROID)
TITLE = "Sensor Logger (phone)"

#: A packed member may unpack to this many times its size. Chosen: exports seen unpack 2 to 4 times, a CSV of one
#: constant 200 times, a bomb 1000 times.
MOST_UNPACKED = 300

#: Members and files looked at. Chosen: an export has one for each of at most 40 sensors.
MOST_MEMBERS = 2000

#: Nanoseconds to seconds, the app's clock. Source: the app's UNITS page, "time is in nanoseconds since epoch".
NANOSECOND = 1e-9

#: The files that count. ``Accelerometer`` has gravity taken out, ``TotalAcceleration`` has not.
ROLES = ("totalacceleration", "accelerometer", "gravity", "gyroscope", "metadata")


@dataclass(frozen=True)
class _Part:
    """One sensor's rising stamps [s since the epoch] and axes."""

    t: Floats
    xyz: Floats
    rows: int
    damage: tuple[str, ...]


def is_zip(path: Path) -> bool:
    """Whether a file is a zip, by its first bytes."""
    with path.open("rb") as file:
        return file.read(4) in (b"PK\x03\x04", b"PK\x05\x06")


def read_phone_log(
    path: Path,
    *,
    dialect: str | None = None,
    columns: str | None = None,
    units: Units | None = None,
    rate_hz: float | None = None,
    otherwise: Units | None = None,
) -> tuple[Recording, Units]:
    """Read a zip or a folder; a zip of one CSV is read as that CSV, with what was said of it.

    Raises
    ------
    ReadError
        If it has no gyroscope, no accelerometer, or more than one recording; or is packed beyond reason.
    """
    name = path.name or str(path)
    with ExitStack() as stack:
        if path.is_dir():
            files = _in_folder(path)
            opened = {role: _file_source(file, stack) for role, file in _roles(files, name).items()}
        else:
            try:
                archive = stack.enter_context(zipfile.ZipFile(path))
                members = _in_zip(archive, name)
                roles = _roles(members, name)
                lone = [info for info in members.values() if info.filename.lower().endswith((".csv", ".txt"))]
                if not roles and len(lone) == 1 and dialect not in KEYS:
                    source = _zip_source(archive, lone[0], stack, name)
                    return csv_file.read_table(
                        source,
                        dialect=dialect,
                        columns=columns,
                        units=units,
                        rate_hz=rate_hz,
                        otherwise=otherwise,
                    )
                opened = {role: _zip_source(archive, info, stack, name) for role, info in roles.items()}
            except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError) as error:
                raise ReadError(
                    f"{name} cannot be unpacked ({error}). Export it again from the phone."
                ) from error
        if columns is not None or rate_hz is not None:
            raise ReadError(
                f"{name} is an export of {TITLE}, whose columns and clock are known; leave out --columns and --rate."
            )
        try:
            found = _join(opened, name, dialect)
            if units is not None:
                said = f"{name} is an export of {TITLE}, whose units are known; --units was not used for it."
                found = replace(found, notes=(*found.notes, said))
            return found, Units("s", "mps2", "radps")
        except zipfile.BadZipFile as error:
            raise ReadError(f"{name} is damaged ({error}). Export it again from the phone.") from error


def _in_folder(path: Path) -> dict[str, Path]:
    """Files of a folder by their name in lower case."""
    files = [
        file for file, _ in zip(sorted(path.iterdir()), range(MOST_MEMBERS), strict=False) if file.is_file()
    ]
    return {file.name: file for file in files}


def _in_zip(archive: zipfile.ZipFile, name: str) -> dict[str, zipfile.ZipInfo]:
    """Members of a zip that are files of the export."""
    members = archive.infolist()
    if len(members) > MOST_MEMBERS:
        raise ReadError(
            f"{name} packs {len(members)} files; an export of a phone logger has at most {MOST_MEMBERS}."
        )
    return {
        info.filename: info
        for info in members
        if not info.is_dir() and not info.filename.startswith("__MACOSX") and "/." not in f"/{info.filename}"
    }


def _roles(files: Mapping[str, T], name: str) -> dict[str, T]:
    """The files that count, by what they are; refuses two of a kind."""
    found: dict[str, T] = {}
    places: dict[str, str] = {}
    for file, what in files.items():
        pure = PurePosixPath(file.replace("\\", "/"))
        role = pure.name.lower().removesuffix(".gz").removesuffix(".csv")
        if role not in ROLES:
            continue
        if role in found:
            raise ReadError(
                f"{name} holds more than one recording ({places[role]} and {file}). Unpack it and give one of its folders."
            )
        found[role], places[role] = what, file
    return found


def _file_source(path: Path, stack: ExitStack) -> TextSource:
    """Open a file of a folder."""
    source = TextSource.open(path)
    stack.callback(source.close)
    return source


def _zip_source(archive: zipfile.ZipFile, info: zipfile.ZipInfo, stack: ExitStack, name: str) -> TextSource:
    """Open a member of a zip, within bounds."""
    if info.file_size > MOST_UNPACKED * max(info.compress_size, 1):
        raise ReadError(
            f"{name}: {info.filename} would unpack to {info.file_size / max(info.compress_size, 1):.0f} times its size, "
            f"and no recording unpacks to more than {MOST_UNPACKED} times; it is not opened."
        )
    stream: IO[bytes] = archive.open(info)
    stack.callback(stream.close)
    return TextSource(stream, PurePosixPath(info.filename).name, info.file_size)


def _join(files: Mapping[str, TextSource], name: str, dialect: str | None) -> Recording:
    """One recording from the files of an export."""
    if "gyroscope" not in files:
        if not files:
            raise ReadError(
                f"{name} is no export of a logger that is known: it holds no Gyroscope.csv and TotalAcceleration.csv. "
                "Give one CSV file, or the zip or folder that the phone wrote."
            )
        raise ReadError(
            f"{name} has no Gyroscope.csv, and without a gyroscope nobody can tell how a body turns. "
            "Switch the gyroscope on in the logger and record again."
        )
    total, linear, gravity = (files.get(role) for role in ("totalacceleration", "accelerometer", "gravity"))
    notes: list[str] = []
    if total is not None:
        acc = _read_part(total, name)
    elif linear is not None and gravity is not None:
        acc = _sum(_read_part(linear, name), _read_part(gravity, name))
        notes.append("Acceleration with gravity was put together from Accelerometer.csv and Gravity.csv.")
    elif linear is not None:
        raise ReadError(
            f"{name} has its acceleration without gravity alone. Switch on the gravity sensor, or the total acceleration, "
            "in the logger and record again."
        )
    else:
        raise ReadError(
            f"{name} has a gyroscope and no accelerometer. Switch both on in the logger and record again."
        )
    gyr = _read_part(files["gyroscope"], name)
    said = _metadata(files.get("metadata"))
    sign, sign_note = _sign(said, total is not None, dialect, name)
    notes += [sign_note] if sign_note else []
    t, gyr_at, bridged = _on_clock(acc.t, gyr)
    if len(t) < csv_file.LEAST_ROWS:
        raise ReadError(
            f"{name}: accelerometer and gyroscope share {len(t)} samples in time; a recording needs {csv_file.LEAST_ROWS}."
        )
    for part, file in ((acc, "the accelerometer"), (gyr, "the gyroscope")):
        if part.damage:
            notes.append(f"Left out of {part.rows} rows of {file}: {', '.join(part.damage)}.")
    if any(source.ended_early for source in files.values()):
        notes.append("A packed file ends early; what came before the damage was read.")
    kept = np.isin(acc.t, t)
    step = clock.usual_step(t)
    return Recording(
        samples=Samples(t, sign * acc.xyz[kept], gyr_at),
        rate_hz=1.0 / step,
        source=name,
        dialect=KEY,
        rows=acc.rows,
        gaps=clock.gaps(t, step),
        started_at=datetime.fromtimestamp(float(t[0]), UTC) if t[0] > 1e8 else None,
        device=said.get("device name", ""),
        notes=(*notes, *([bridged] if bridged else [])),
    )


def _read_part(source: TextSource, name: str) -> _Part:
    """One sensor's file: the app writes z, y, x, and older versions longer names."""
    head = sniff(source)
    where = f"{source.name} in {name}"
    cells = [fold(cell) for cell in head.header or ()]
    axes = [
        [place for place, cell in enumerate(cells) if cell.split(" (")[0].split(" ")[-1] == axis]
        for axis in "xyz"
    ]
    if "time" not in cells or any(len(axis) != 1 for axis in axes):
        raise ReadError(
            f"{where} should have the columns time, x, y and z; its header reads {','.join(cells)[:80]!r}."
        )
    numbers = read_numbers(source, head.shape, [[cells.index("time")], [axis[0] for axis in axes]])
    t, xyz = numbers.groups[0][:, 0], numbers.groups[1]
    if len(t) < 2:
        raise ReadError(
            f"{where} holds {len(t)} usable rows; the sensor was probably off. Record again with it on."
        )
    rose = clock.rising(t)
    if rose.keep is not None:
        t, xyz = t[rose.keep], xyz[rose.keep]
    damage = csv_file.damage_of(numbers, rose)
    csv_file.bounded(where, numbers.rows, numbers.rows - len(t), damage)
    return _Part(t * NANOSECOND, xyz, numbers.rows, damage)


def _on_clock(t: Floats, part: _Part) -> tuple[Floats, Floats, str]:
    """Another sensor's axes at these stamps, where its own samples lie close enough on both sides.

    Returns
    -------
    t : (m,) array
        The stamps for which there is a value.
    values : (m, 3) array
    note : str
    """
    step = clock.usual_step(part.t)
    after = np.searchsorted(part.t, t)
    inside = (after > 0) & (after < len(part.t))
    exact = np.isin(t, part.t)
    span = part.t[np.minimum(after, len(part.t) - 1)] - part.t[np.maximum(after - 1, 0)]
    near = exact | (inside & (span <= (clock.MOST_MISSING + 1.5) * step))
    at = t[near]
    values = np.column_stack([np.interp(at, part.t, part.xyz[:, axis]) for axis in range(3)])
    return (
        at,
        values,
        "" if exact.all() else "The gyroscope was brought to the accelerometer's clock by interpolation.",
    )


def _sum(linear: _Part, gravity: _Part) -> _Part:
    """Acceleration without gravity, and gravity, added on the clock of the first."""
    t, values, _ = _on_clock(linear.t, gravity)
    return _Part(t, linear.xyz[np.isin(linear.t, t)] + values, linear.rows, (*linear.damage, *gravity.damage))


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


def _metadata(source: TextSource | None) -> dict[str, str]:
    """Keys (lower case) and values of Metadata.csv."""
    if source is None:
        return {}
    rows = list(csv.reader(io.StringIO(source.head.decode("utf-8", "replace"))))
    if len(rows) < 2:
        return {}
    return {key.strip().lower(): value.strip() for key, value in zip(rows[0], rows[1], strict=False)}
