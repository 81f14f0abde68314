"""A recording that may lie elsewhere: a path as it is, a URL brought to this machine for as long as it is needed.

Lives here: the only file that imports fsspec.
Not here: reading a recording (readers/).
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from gait.errors import MissingExtra, ReadError

#: How a URL begins. A drive letter is one letter, a protocol has more.
URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+(::|://)")


def is_url(place: str) -> bool:
    """Whether a place is a URL and no path."""
    return URL.match(place) is not None


@contextmanager
def at_hand(place: str) -> Iterator[Path]:
    """A path to read a recording from, on this machine.

    A URL is fetched whole, by the worker that needs it and straight from where it lies: a recording is read once
    from end to end, and its digest wants every byte in any case.

    Raises
    ------
    MissingExtra
        If it is a URL and fsspec, or the package for its protocol, is not installed.
    ReadError
        If it cannot be fetched.
    """
    if not is_url(place):
        yield Path(place)
        return
    with tempfile.TemporaryDirectory(prefix="gait-") as passing:
        target = Path(passing) / (re.split(r"[/\\]", place.split("?")[0].rstrip("/"))[-1] or "run")
        try:
            filesystem, path = _filesystem(place)
            filesystem.get_file(path, str(target))
        except FileNotFoundError as error:
            raise ReadError(f"There is no file {place}.") from error
        except (OSError, ValueError, RuntimeError) as error:
            raise ReadError(f"{place} cannot be fetched: {_words(error)}.") from error
        yield target


def expand(place: str) -> list[tuple[str, int | None]]:
    """The files a URL means, with their sizes where the store says: itself, a pattern's, or a folder's.

    Raises
    ------
    MissingExtra, ReadError
        As `at_hand`.
    """
    try:
        filesystem, path = _filesystem(place)
        if any(sign in path for sign in "*[") or ("?" in path and not place.startswith(("http:", "https:"))):
            found = filesystem.glob(path, detail=True)
        elif not place.startswith(("http:", "https:")) and filesystem.isdir(path):
            found = filesystem.find(path, detail=True)
        else:
            return [(place, None)]
    except (OSError, ValueError, RuntimeError) as error:
        raise ReadError(f"{place} cannot be listed: {_words(error)}.") from error
    return [
        (str(filesystem.unstrip_protocol(name)), facts.get("size"))
        for name, facts in sorted(found.items())
        if facts.get("type") == "file"
    ]


def is_there(place: str) -> bool:
    """Whether a recording can be reached from this machine."""
    if not is_url(place):
        return Path(place).exists()
    filesystem, path = _filesystem(place)
    return bool(filesystem.exists(path))


def _filesystem(url: str) -> tuple[Any, str]:
    """The store a URL is in, and the path there."""
    try:
        from fsspec.core import url_to_fs
    except ImportError as error:
        raise MissingExtra(
            f"{url} is a URL, which needs the extra `remote`: pip install 'gait-traits[remote]'."
        ) from error
    try:
        filesystem, path = url_to_fs(url)
    except ImportError as error:
        raise MissingExtra(f"{url} cannot be read yet: {_words(error)}.") from error
    return filesystem, str(path)


def _words(error: BaseException) -> str:
    return " ".join(str(error).split()).rstrip(".")[:200] or type(error).__name__
