"""Which file a store is, before SQLite opens it.

Lives here: making sure that it is a store or becomes one, and is nobody else's file; telling it from another of its name.
Not here: where it is kept (place.py), opening it (store.py).
"""

from __future__ import annotations

import os
from pathlib import Path

from gait.errors import HistoryError
from gait.history.damage import meant_as_store


def look_at(path: Path, *, begin: bool) -> None:
    """Make sure that what is opened is a store, or becomes one, and is nobody else's file."""
    try:
        if path.is_dir():
            raise HistoryError(
                f"{path} is a folder; --store takes a file, for example {path / 'history.sqlite'}."
            )
        if path.exists():
            if path.stat().st_size and not meant_as_store(path):
                raise HistoryError(
                    f"{path} is no history of gait, and is left as it is; name another file with --store."
                )
            return
        if not begin:
            raise HistoryError(
                f"No run is remembered yet in {path}. `gait analyze RUN --keep` remembers the first."
            )
        path.parent.mkdir(parents=True, exist_ok=True)
        # How somebody runs is nobody else's business: for the owner alone, where the system knows owners.
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise HistoryError(
            f"The history in {path} cannot be reached: {error.strerror or error}. Name another file with --store."
        ) from error


def which(path: Path) -> tuple[int, int] | None:
    """Which file it is, whatever it is called; None when there is none."""
    try:
        there = path.stat()
    except OSError:
        return None
    return there.st_dev, there.st_ino
