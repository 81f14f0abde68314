"""A manifest: a CSV that lists recordings with how each was worn and whose it is.

Lives here: its columns.
Not here: paths on the command line (listing.py).
"""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

from gait.batch.remote import is_url
from gait.batch.task import Entry
from gait.calibration.store import NONE
from gait.errors import ReadError
from gait.results import Asked

#: The column that makes a CSV a manifest.
PATH = "path"

#: Columns that say how a recording is taken; an empty cell leaves it to the flags.
ASKED = ("placement", "standing", "calibration", "facing")

#: A first line longer than this is none of a manifest. [B]
LONGEST_HEAD = 65536

#: Words for the axis that points forward, as the flag has them.
FACINGS = ("+x", "-x", "+y", "-y", "+z", "-z")


def is_manifest(file: Path) -> bool:
    """Whether a file's first line is a manifest's."""
    if file.suffix.lower() not in (".csv", ".tsv"):
        return False
    try:
        with file.open("rb") as opened:
            line = opened.readline(LONGEST_HEAD)
        head = line.decode("utf-8-sig").strip()
    except (OSError, UnicodeDecodeError):
        return False
    return PATH in _names(next(csv.reader([head], delimiter=_delimiter(head)), []))


def read_manifest(file: Path, asked: Asked) -> list[Entry]:
    """Its recordings, in its order.

    Parameters
    ----------
    file : Path
        Columns ``path`` (relative to the manifest), ``placement``, ``standing``, ``calibration``, ``facing``; every other
        column is a label that goes into runs.csv as it is, ``runner`` and ``tags`` say.
    asked : Asked
        What holds where a cell is empty.

    Raises
    ------
    ReadError
        If a line has no path, too many cells, or a word that cannot be.
    """
    from gait.readers.words import parse_placement

    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ReadError(f"{file} cannot be read as a manifest: {error}.") from error
    lines = text.splitlines()
    reader = csv.reader(lines, delimiter=_delimiter(lines[0]))
    names = _names(next(reader))
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise ReadError(f"{file.name} has two columns {twice!r}; which one counts?")
    entries = []
    for row in reader:
        cells = [cell.strip() for cell in row]
        if not any(cells):
            continue
        where = f"{file.name}, line {reader.line_num}"
        if len(cells) > len(names):
            raise ReadError(
                f"{where}: {len(names)} cells expected, {len(cells)} found. Quote a cell with a comma in it."
            )
        said = dict(zip(names, cells, strict=False))
        if not said[PATH]:
            raise ReadError(f"{where}: no path.")
        given: dict[str, Any] = {key: said[key] for key in ASKED if said.get(key)}
        for key in ("standing", "calibration"):
            if key in given and (key, given[key]) != ("calibration", NONE):
                given[key] = _beside(file, given[key])
        try:
            if "placement" in given:
                parse_placement(given["placement"])
        except ReadError as error:
            raise ReadError(f"{where}: {error}") from error
        if given.get("facing", "+x") not in FACINGS:
            raise ReadError(f"{where}: facing is one of {' '.join(FACINGS)}, not {given['facing']!r}.")
        labels = {key: value for key, value in said.items() if key not in (PATH, *ASKED)}
        entries.append(Entry(_beside(file, said[PATH]), replace(asked, **given), labels))
    return entries


def _names(cells: list[str]) -> list[str]:
    return [cell.strip().lower() for cell in cells]


def _delimiter(head: str) -> str:
    """Comma, semicolon or tab, whichever the head has most of."""
    return max(",;\t", key=head.count)


def _beside(manifest: Path, place: str) -> str:
    """A path as the manifest means it."""
    return place if is_url(place) else str(manifest.absolute().parent / place)
