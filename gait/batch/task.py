"""What is asked for, what is handed to a worker, and what it hands back.

Lives here: Entry, Task, Outcome, and how a task's folder is called.
Not here: finding the files (listing.py), doing one (worker.py).
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import PurePosixPath
from typing import Any

from gait.errors import GaitError
from gait.results import Asked

#: Characters of a digest in a folder's name. Chosen: among 10^6 recordings of one and the same stem, some two share 12
#: in 1 of 560 studies.
SHORT = 12

#: Characters of a stem in a folder's name. Chosen: a name may have 255 bytes, a letter up to 4.
LONGEST_STEM = 48

#: What a file name cannot hold on one system or another.
FOREIGN = re.compile(r'[<>:"/\\|?*\x00-\x1f]')


class BatchError(GaitError):
    """The batch as a whole cannot be begun or go on; what is done stays done."""


@dataclass(frozen=True)
class Entry:
    """One recording of the list.

    Attributes
    ----------
    place : str
        Path or URL.
    asked : Asked
    labels : mapping
        What the manifest says beside: runner, tags and whatever else.
    size : int or None
        Where it is known without being looked for; progress goes by it. [B]
    """

    place: str
    asked: Asked
    labels: Mapping[str, str] = field(default_factory=dict)
    size: int | None = None


@dataclass(frozen=True)
class Task:
    """One recording for a worker; small, and pickled by its parts.

    Attributes
    ----------
    place : str
        Path or URL, as the workers see it.
    name : str
        The folder's name but for the content's digest.
    out : str
        The folder that holds the folders.
    asked : Asked
    series, page, force : bool
    """

    place: str
    name: str
    out: str
    asked: Asked
    series: bool = False
    page: bool = True
    force: bool = False


@dataclass(frozen=True)
class Outcome:
    """What a worker hands back: a row, or why there is none.

    Attributes
    ----------
    run : str
        Name of the folder; the key of the tables.
    row : dict or None
        The run's line in runs.csv.
    failure : str or None
        One sentence.
    before : bool
        It had been done before.
    """

    run: str = ""
    row: Mapping[str, Any] | None = None
    failure: str | None = None
    before: bool = False


def tasks_of(
    entries: Sequence[Entry], out: str, *, series: bool = False, page: bool = True, force: bool = False
) -> list[Task]:
    """One task for each entry.

    One recording asked for in two ways has two folders: where entries of one stem differ in what is asked, a digest of
    that joins the name.
    """
    ways: dict[str, set[str]] = defaultdict(set)
    stems = [stem_of(entry.place) for entry in entries]
    for stem, entry in zip(stems, entries, strict=True):
        ways[stem.casefold()].add(_asked_digest(entry.asked))
    tasks = []
    for stem, entry in zip(stems, entries, strict=True):
        several = len(ways[stem.casefold()]) > 1
        name = f"{stem}-{_asked_digest(entry.asked)[:SHORT]}" if several else stem
        tasks.append(Task(entry.place, name, out, entry.asked, series=series, page=page, force=force))
    return tasks


def longest_first(entries: Sequence[Entry]) -> list[int]:
    """Their indices, so that the last ones to come back are short and no worker waits long for another.

    Where no size is known they stay as they are listed.
    """
    return sorted(range(len(entries)), key=lambda i: -(entries[i].size or 0))


def stem_of(place: str) -> str:
    """The name of a recording without its endings, as any system can hold it."""
    name = re.split(r"[/\\]", place.rstrip("/\\"))[-1]
    name = PurePosixPath(name.removesuffix(".gz") if len(name) > 3 else name).stem
    return FOREIGN.sub("_", name).strip(" .")[:LONGEST_STEM].strip(" .") or "run"


def _asked_digest(asked: Asked) -> str:
    return sha256(json.dumps(asdict(asked), sort_keys=True).encode()).hexdigest()
