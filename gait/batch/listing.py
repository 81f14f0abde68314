"""Which recordings are meant: files, folders, patterns, URLs and manifests become one list.

Lives here: what in a folder is a recording.
Not here: reading one (readers/), a manifest's columns (manifest.py).
"""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from gait.batch.manifest import is_manifest, read_manifest
from gait.batch.remote import expand, is_url
from gait.batch.task import BatchError, Entry
from gait.results import Asked

#: Endings of what is taken for a recording when a folder is given; a file that is named is taken whatever its ending.
ENDINGS = (".csv", ".csv.gz", ".txt", ".txt.gz", ".gaitcap", ".zip", ".bin")

#: A folder with these two files is one recording of a phone. Source: the app's export, as readers/sensor_logger.py takes it.
PHONE = ({"gyroscope.csv", "gyroscope.csv.gz"}, {"accelerometer.csv", "accelerometer.csv.gz",
         "totalacceleration.csv", "totalacceleration.csv.gz"})  # fmt: skip

#: Files of which one makes a folder a result of ours, with tables that are no recordings.
RESULTS = ("analysis.json", "failures.csv")


def find_entries(places: Sequence[str], asked: Asked, out: Path) -> list[Entry]:
    """All recordings that are meant, each once, in the order given; in a folder by name.

    Parameters
    ----------
    places : sequence of str
        Files, folders (looked through to the bottom), patterns, URLs, manifests.
    asked : Asked
        What holds for all, but where a manifest says otherwise.
    out : Path
        The folder for the results, in which there are no recordings.

    Raises
    ------
    BatchError
        If there is none, or results and recordings would share a folder.
    """
    entries: list[Entry] = []
    for place in places:
        if is_url(place):
            entries += [Entry(found, asked, size=size) for found, size in expand(place)]
            continue
        for path in _paths(place):
            if path.absolute() == out.absolute():
                raise BatchError(
                    f"--out is {place}, where the recordings are; its own files are told from them in a folder of their own: "
                    f"--out {path / 'study'}."
                )
            if path.is_dir() and not _is_phone_log(path):
                entries += [Entry(str(file), asked, size=_size(file)) for file in _recordings(path, out)]
            elif is_manifest(path):
                entries += [replace(one, size=_size(Path(one.place))) for one in read_manifest(path, asked)]
            else:
                entries.append(Entry(str(path.absolute()), asked, size=_size(path)))
    # A file that is named and also lies in a folder that is named is one recording.
    once: dict[tuple[str, Asked], Entry] = {}
    for entry in entries:
        once.setdefault((os.path.normcase(entry.place), entry.asked), entry)
    found = list(once.values())
    if not found:
        raise BatchError(
            f"There are no recordings in {', '.join(places)}. A folder is looked through for {' '.join(ENDINGS)}."
        )
    return found


def _paths(place: str) -> list[Path]:
    """A path as it is, or the files of a pattern (which not every shell expands)."""
    path = Path(place)
    if path.exists() or not glob.has_magic(place):
        return [path]
    return [Path(found) for found in sorted(glob.glob(place, recursive=True))]  # noqa: PTH207  (takes absolute patterns)


def _recordings(folder: Path, out: Path) -> Iterable[Path]:
    """What in a folder may be a recording, without our own results and hidden files."""
    top = folder.absolute()
    out = out.absolute()
    for where, folders, files in os.walk(top):
        here = Path(where)
        lowered = {name.lower() for name in files}
        if here == out or lowered.intersection(RESULTS):
            folders.clear()
            continue
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        phones = [name for name in folders if _is_phone_log(here / name)]
        yield from (here / name for name in phones)
        folders[:] = [name for name in folders if name not in phones]
        for name in sorted(files):
            file = here / name
            if name.lower().endswith(ENDINGS) and not name.startswith(".") and not is_manifest(file):
                yield file


def _is_phone_log(path: Path) -> bool:
    """Whether a folder is one recording by itself."""
    try:
        names = {name.lower() for name in os.listdir(path)}  # noqa: PTH208  (names alone)
    except OSError:
        return False
    return all(names & role for role in PHONE)


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size if path.is_file() else None
    except OSError:
        return None
