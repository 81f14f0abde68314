"""The one door for files: whatever a recording is written in, it comes out as a Recording.

Lives here: choosing the reader by what the file is.
Not here: how each kind is read (its own file).
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from gait.errors import ReadError
from gait.readers import kits, long_table, phone_log, table, wire
from gait.readers.dialects import known_dialects
from gait.readers.head import sniff
from gait.readers.table import Asked
from gait.readers.text_source import TextSource
from gait.readers.words import Units, parse_units
from gait.recording import Recording

#: Files larger than this are not opened. [B]  Chosen: 20 million rows of 200 bytes, see rows.MOST_ROWS.
LARGEST_FILE = 4_000_000_000


def read(
    path: str | Path,
    *,
    dialect: str | None = None,
    columns: str | None = None,
    units: str | Units | None = None,
    rate_hz: float | None = None,
    sensor: str | None = None,
    start_s: float | None = None,
    stop_s: float | None = None,
) -> Recording:
    """Read a recording.

    Parameters
    ----------
    path : str or Path
        A capture, a serial logger's raw file, a CSV (also gzip), or the zip or folder of a phone logger.
    dialect : str, optional
        Key of the dialect, when it should not be recognised.
    columns : str, optional
        What the columns are: ``"t,ax,ay,az,gx,gy,gz"`` in any order, ``-`` for one to leave out.
    units : str or Units, optional
        Three words: ``"s,mps2,radps"``.
    rate_hz : float, optional
        Rows in a second, when there is no clock. [Hz]
    sensor : str, optional
        Which one, when the file holds several: an id, a place, or the name of an accelerometer.
    start_s, stop_s : float, optional
        Keep start_s <= t < stop_s, in the recording's own time base. [s]

    Returns
    -------
    Recording
        Finite samples whose time rises, damage left out and told in ``notes``.

    Raises
    ------
    ReadError
        If it cannot be read, or not in one way alone; the message says what to do.
    """
    recording, _ = read_with_units(
        path,
        dialect=dialect,
        columns=columns,
        units=units,
        rate_hz=rate_hz,
        sensor=sensor,
        start_s=start_s,
        stop_s=stop_s,
    )
    return recording


def read_with_units(
    path: str | Path,
    *,
    dialect: str | None = None,
    columns: str | None = None,
    units: str | Units | None = None,
    rate_hz: float | None = None,
    sensor: str | None = None,
    start_s: float | None = None,
    stop_s: float | None = None,
    otherwise: Units | None = None,
) -> tuple[Recording, Units]:
    """As `read`, and the units it was read in, so that a second file of the same sensor can be read alike.

    Parameters
    ----------
    otherwise : Units, optional
        Units of that other file; they count where neither the caller nor this file says any.
    """
    path = Path(path)
    words = parse_units(units) if isinstance(units, str) else units
    if rate_hz is not None and not 0 < rate_hz < 1e5:
        raise ReadError(
            f"A rate of {rate_hz:g} rows in a second is none; say how many there are, for example --rate 100."
        )
    check_dialect(dialect)
    asked = Asked(dialect, columns, words, rate_hz, otherwise, sensor)
    try:
        if not path.exists():
            raise ReadError(f"There is no file or folder {path}.")
        if path.is_dir() or (path.is_file() and phone_log.is_zip(path)):
            found = phone_log.read_phone_log(path, asked)
        else:
            if not path.is_file():
                raise ReadError(f"{path} is neither a file nor a folder.")
            if path.stat().st_size > LARGEST_FILE:
                raise ReadError(f"{path.name} is larger than {LARGEST_FILE / 1e9:.0f} GB. Cut it into parts.")
            if dialect in kits.KEYS:
                raise ReadError(
                    f"{path.name} is one file; an export of {dialect} is a zip or a folder with a file for each sensor."
                )
            spoken = wire.recognise(path) if dialect is None else None
            if spoken is not None:
                found = wire.read_wire(
                    path, spoken, columns=columns, units=words, rate_hz=rate_hz, otherwise=otherwise
                )
            else:
                source = TextSource.open(path)
                try:
                    found = _read_text(source, asked)
                finally:
                    source.close()
    except OSError as error:
        raise ReadError(f"{path} cannot be read: {error.strerror or error}.") from error
    recording, units_found = found
    recording = replace(recording, source=_printable(recording.source))
    return _part(recording, start_s, stop_s), units_found


def _read_text(source: TextSource, asked: Asked) -> tuple[Recording, Units]:
    """One file of text: a table, or a long one with a row for each sensor's news."""
    head = sniff(source)
    if asked.columns is None and head.header is not None and long_table.is_long(head.header):
        return long_table.read_long(source, head, asked)
    return table.read_table(source, asked, head)


def check_dialect(dialect: str | None) -> None:
    """Refuse a dialect nobody knows."""
    known = (*known_dialects(), long_table.KEY, *kits.KEYS)
    if dialect is not None and dialect not in known:
        raise ReadError(f"--dialect knows {', '.join(known)}; {dialect!r} is none of them.")


def _printable(name: str) -> str:
    """A file name that any text can hold: bytes that are no UTF-8 become question marks."""
    return name.encode("utf-8", "replace").decode()


def _part(recording: Recording, start_s: float | None, stop_s: float | None) -> Recording:
    """The stretch asked for."""
    if start_s is None and stop_s is None:
        return recording
    t = recording.samples.t
    start = float("-inf") if start_s is None else start_s
    stop = float("inf") if stop_s is None else stop_s
    samples = recording.samples.between(start, stop)
    if len(samples) < table.LEAST_ROWS:
        raise ReadError(
            f"{recording.source} lasts from {t[0]:.6g} to {t[-1]:.6g} s; from {start_s if start_s is not None else 'its start'} "
            f"to {stop_s if stop_s is not None else 'its end'} there are {len(samples)} samples."
        )
    inside = (recording.gaps[:, 0] >= samples.t[0]) & (recording.gaps[:, 1] <= samples.t[-1])
    return replace(
        recording,
        samples=samples,
        gaps=recording.gaps[inside],
        started_at=table.shift_start(recording, float(samples.t[0])),
    )
