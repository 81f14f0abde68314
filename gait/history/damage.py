"""A damaged store is set aside under another name, with all that is in it.

Lives here: which files belong together, and their new name.
Not here: what counts as damage (store.py).
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

#: Endings of what SQLite keeps beside a database. They move first: beside a new database they would be taken for its own.
BESIDE = ("-journal", "-wal", "-shm")

#: First bytes of a database.  Source: SQLite file format.
MAGIC = b"SQLite format 3\0"

#: Endings that make a file a database by its name, whatever is in it.
DATABASES = (".sqlite", ".sqlite3", ".db")


def set_aside(path: Path, now: datetime) -> Path:
    """Rename a damaged store, so that a new one can begin; nothing is written over.

    Returns
    -------
    Path
        Where it is now: ``history.damaged-2026-05-01-101500.sqlite`` beside it.

    Raises
    ------
    OSError
        If it cannot be renamed.
    """
    stem = f"{path.stem}.damaged-{now:%Y-%m-%d-%H%M%S}"
    aside = path.with_name(stem + path.suffix)
    again = 1
    while any(aside.with_name(aside.name + end).exists() for end in ("", *BESIDE)):
        again += 1
        aside = path.with_name(f"{stem}-{again}{path.suffix}")
    for end in (*BESIDE, ""):
        beside = path.with_name(path.name + end)
        if beside.exists():
            beside.rename(aside.with_name(aside.name + end))
    return aside


def damaged_copies(path: Path) -> list[Path]:
    """Stores that were set aside here before."""
    return sorted(p for p in path.parent.glob("*") if p.name.startswith(f"{path.stem}.damaged-"))


def meant_as_store(path: Path) -> bool:
    """Whether a file is a database, or called like one; any other file is left alone, whatever it is."""
    with path.open("rb") as opened:
        return opened.read(len(MAGIC)) == MAGIC or path.suffix.lower() in DATABASES
