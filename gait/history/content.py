"""Which recording it is, whatever its file is called and however it is packed.

Lives here: the SHA-256 of what a file, an archive or a folder holds.
Not here: what it means (readers/).
"""

from __future__ import annotations

import gzip
import hashlib
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO

from gait.errors import ReadError

#: Read at a time. [B]
CHUNK = 1 << 20

#: First bytes of a gzip file.  Source: RFC 1952.
GZIP_MAGIC = b"\x1f\x8b"


def content_hash(path: Path) -> str:
    """Name of a recording by what is in it.

    A file and its ``.gz`` have the same, and so have a folder and its zip: their files count by name and content,
    not by order, time or compression.

    Returns
    -------
    str
        64 hex digits.

    Raises
    ------
    ReadError
        If it cannot be read.
    """
    try:
        if path.is_dir():
            return _of_many((p.name, _digest(_chunks(p))) for p in path.rglob("*") if p.is_file())
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as packed:
                return _of_many(
                    (PurePosixPath(member.filename).name, _digest_of(packed, member))
                    for member in packed.infolist()
                    if not member.is_dir()
                )
        return _digest(_chunks(path)).hex()
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile, RuntimeError) as error:
        raise ReadError(f"{path} cannot be read: {error}.") from error


def _of_many(files: Iterator[tuple[str, bytes]]) -> str:
    """One hash of several files; what a system adds of its own (``.DS_Store``, ``__MACOSX``) is left out."""
    digest = hashlib.sha256()
    for name, content in sorted(file for file in files if not file[0].startswith(".")):
        digest.update(name.encode("utf-8", "surrogateescape") + b"\0" + content)
    return digest.hexdigest()


def _digest_of(packed: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    with packed.open(member) as opened:
        return _digest(_pieces(opened))


def _digest(chunks: Iterator[bytes]) -> bytes:
    digest = hashlib.sha256()
    for chunk in chunks:
        digest.update(chunk)
    return digest.digest()


def _chunks(path: Path) -> Iterator[bytes]:
    """What a file holds, unpacked; a torn gzip counts as far as it goes."""
    with path.open("rb") as raw:
        if raw.read(2) != GZIP_MAGIC:
            raw.seek(0)
            yield from _pieces(raw)
            return
        raw.seek(0)
        with gzip.GzipFile(fileobj=raw) as unpacked:
            try:
                yield from _pieces(unpacked)
            except (EOFError, zlib.error, gzip.BadGzipFile):
                return


def _pieces(opened: IO[bytes] | gzip.GzipFile) -> Iterator[bytes]:
    while chunk := opened.read(CHUNK):
        yield chunk
