"""Which recording it is, whatever its file is called and however it is packed.

Lives here: one name for what a file, an archive or a folder holds.
Not here: what it means (readers/).
"""

from __future__ import annotations

import gzip
import hashlib
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import IO

from gait.errors import ReadError

#: Read at a time. [B]
CHUNK = 1 << 20

#: First bytes of a gzip file and of a zip.  Source: RFC 1952; PKWARE's APPNOTE.
GZIP, ZIP = b"\x1f\x8b", (b"PK\x03\x04", b"PK\x05\x06")


def content_hash(path: Path) -> str:
    """Name of a recording by what is in it.

    A file and its ``.gz`` have the same, and so have a folder and its zip: their files count by name, size and
    CRC-32, not by order, time or compression. Folders in a folder do not count; what was made of the run may be in them.

    Returns
    -------
    str
        64 hex digits (SHA-256).

    Raises
    ------
    ReadError
        If it cannot be read.
    """
    try:
        if path.is_dir():
            return _of_many((file.name, *_size_and_crc(file)) for file in path.iterdir() if file.is_file())
        with path.open("rb") as raw:
            first = raw.read(4)
            if first in ZIP:
                with zipfile.ZipFile(raw) as packed:
                    members = [m for m in packed.infolist() if not m.is_dir()]
                return _of_many((PurePosixPath(m.filename).name, m.file_size, m.CRC) for m in members)
            raw.seek(0)
            digest = hashlib.sha256()
            for piece in _unpacked(raw) if first.startswith(GZIP) else _pieces(raw):
                digest.update(piece)
            return digest.hexdigest()
    except (OSError, zipfile.BadZipFile) as error:
        raise ReadError(f"{path} cannot be read: {error}.") from error


def _of_many(files: Iterable[tuple[str, int, int]]) -> str:
    """One name for several files; what a system adds of its own (``.DS_Store``, ``._x``) is left out."""
    lines = sorted(f"{size} {crc} {name}\n" for name, size, crc in files if not name.startswith("."))
    return hashlib.sha256("".join(lines).encode("utf-8", "surrogateescape")).hexdigest()


def _size_and_crc(path: Path) -> tuple[int, int]:
    size = crc = 0
    with path.open("rb") as opened:
        for piece in _pieces(opened):
            size, crc = size + len(piece), zlib.crc32(piece, crc)
    return size, crc


def _unpacked(raw: IO[bytes]) -> Iterator[bytes]:
    """What is in a gzip file; a torn one counts as far as it goes."""
    with gzip.GzipFile(fileobj=raw) as unpacked:
        try:
            yield from _pieces(unpacked)
        except (EOFError, zlib.error, gzip.BadGzipFile):
            return


def _pieces(opened: IO[bytes] | gzip.GzipFile) -> Iterator[bytes]:
    while piece := opened.read(CHUNK):
        yield piece
