"""How done is known: by the digest of the content, of all that was asked, and of the files that came out.

Lives here: the three digests, and ``batch.json``, which is written last and taken away first.
Not here: when it is asked (worker.py).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cache
from hashlib import file_digest, sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

from gait.calibration import store
from gait.errors import ReadError
from gait.folder import write_folder
from gait.results import Asked
from gait.version import VERSION

#: The file in a result's folder that says what the result is of.
NAME = "batch.json"

#: Name and version of its layout.
SCHEMA = "gait.batch/1"


@dataclass(frozen=True)
class Marker:
    """What a folder holds.

    Attributes
    ----------
    content, asked : str
        Digests of the recording, and of what was asked.
    files : mapping
        Digest of each file, by name.
    row : mapping
        The run's line in runs.csv.
    """

    content: str
    asked: str
    files: Mapping[str, str]
    row: Mapping[str, Any]


def content_digest(path: Path) -> str:
    """SHA-256 of a recording: of a file as ``sha256sum`` gives it, of a folder over its files' names and digests.

    Raises
    ------
    ReadError
        If it is not there or cannot be read.
    """
    try:
        if path.is_dir():
            whole = sha256()
            for file in sorted(file for file in path.iterdir() if file.is_file()):
                whole.update(f"{file.name}\0{_file_digest(file)}\n".encode("utf-8", "surrogateescape"))
            return whole.hexdigest()
        if not path.exists():
            raise ReadError(f"There is no file or folder {path}.")
        if not path.is_file():
            raise ReadError(f"{path} is neither a file nor a folder.")
        return _file_digest(path)
    except OSError as error:
        raise ReadError(f"{path} cannot be read: {error.strerror or error}.") from error


def asked_digest(asked: Asked) -> str:
    """Digest of all that the numbers depend on beside the recording, gait's version and its catalogue included.

    Without a word on calibration the ones kept on this machine count, all of them: which of them is a recording's is known
    only once it is read.
    """
    said: dict[str, Any] = asdict(asked)
    for key in ("standing", "catalogue"):
        if said[key] is not None:
            said[key] = content_digest(Path(said[key]))
    if asked.calibration is None:
        said["calibration"] = kept_digest()
    elif asked.calibration not in (None, store.NONE):
        said["calibration"] = content_digest(Path(said["calibration"]))
    said["gait"] = [VERSION, _catalogue_digest()]
    return sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def kept_digest() -> str:
    """Digest of the calibrations that are kept on this machine; empty when there are none."""
    kept = store.folder()
    return content_digest(kept) if kept.is_dir() and any(kept.iterdir()) else ""


def find_done(folder: Path, content: str, asked: str, wanted: Iterable[str]) -> Marker | None:
    """What was done in a folder, if it is what is wanted and every file is as it was written."""
    try:
        said = json.loads((folder / NAME).read_bytes())
        if said.pop("schema", None) != SCHEMA:
            return None
        marker = Marker(**said)
        if (marker.content, marker.asked) != (content, asked) or not set(wanted) <= set(marker.files):
            return None
        if any(_file_digest(folder / name) != marker.files[name] for name in wanted):
            return None
    except (OSError, ValueError, TypeError, AttributeError):
        return None
    return marker


def write_done(folder: Path, marker: Marker) -> None:
    """Say that all is there; after everything else."""
    text = json.dumps({"schema": SCHEMA, **asdict(marker)}, indent=1, ensure_ascii=False, allow_nan=False)
    write_folder(folder, {NAME: f"{text}\n".encode("utf-8", "replace")})


def forget_done(folder: Path) -> None:
    """Say that it is no longer known what is there; before anything else."""
    with suppress(FileNotFoundError):
        (folder / NAME).unlink()


def bytes_digest(content: bytes) -> str:
    """SHA-256 of what is about to be written."""
    return sha256(content).hexdigest()


def _file_digest(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


@cache
def _catalogue_digest() -> str:
    """Digest of the catalogue's text, which may have been edited without a new version."""
    text = files("gait.traits").joinpath("catalogue.toml").read_bytes()
    return sha256(text.replace(b"\r\n", b"\n")).hexdigest()
