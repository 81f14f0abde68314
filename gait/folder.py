"""The folder that results are written to, and what may be written over.

Lives here: whose a file is, writing all files of a result or none of them.
Not here: what is in the files.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from gait.errors import GaitError

#: How a file that we wrote begins, by name: bytes that must be among its first ``OPENING_BYTES``.
MARKS: Mapping[str, bytes] = {
    "analysis.json": b'"schema": "gait.analysis/',
    "strides.csv": b"start_s,stop_s,side,bout,",
    "steps.csv": b"contact_s,toe_off_s,side,bout",
    "series.csv": b"t_s,lean_deg,rotation_deg,",
    "report.html": b'<meta name="generator" content="gait',
    "growth.html": b'<meta name="generator" content="gait',
}

#: Bytes of a file that are looked at to tell whose it is.
OPENING_BYTES = 4096


class OutputError(GaitError):
    """Results cannot be written where they were asked for."""


def default_folder(run: Path) -> Path:
    """``<stem>-gait`` in the current folder; ``run.csv.gz`` becomes ``run-gait``."""
    path = Path(os.path.abspath(run))  # noqa: PTH100  (resolve() would follow links and change the name)
    name = path.name
    if not os.path.isdir(run):  # noqa: PTH112  (Path.is_dir() raises where one may not look)
        name = name.removesuffix(".gz") if len(name) > 3 else name
        name = Path(name).stem
    return Path(f"{name or 'run'}-gait")


def check_folder(
    folder: Path, names: Iterable[str], *, force: bool = False, marks: Mapping[str, bytes] = MARKS
) -> None:
    """Make sure that nothing of others would be written over, before any work is done.

    Parameters
    ----------
    folder : Path
    names : iterable of str
        The files that are to be written, each with its mark.
    force : bool
        Do not ask whose they are.
    marks : mapping
        How a file of ours begins, by name.

    Raises
    ------
    OutputError
        If the folder is a file, cannot be written to, or holds a file of one of our names that we did not write.
    """
    try:
        if folder.exists() and not folder.is_dir():
            raise OutputError(f"{folder} is a file; results need a folder. Name another with --out.")
        foreign = [] if force else [name for name in names if not _ours(folder / name, marks[name])]
        there = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    except OSError as error:
        raise OutputError(
            f"{folder} cannot be written to: {error.strerror or error}. Name another folder with --out."
        ) from error
    if not os.access(there, os.W_OK | os.X_OK):
        raise OutputError(
            f"{folder} cannot be written to: Permission denied. Name another folder with --out."
        )
    if foreign:
        raise OutputError(
            f"{folder} holds {', '.join(foreign)} that gait did not write. Name another folder with --out, "
            "or write over it with --force."
        )


@contextmanager
def whole_file(target: Path) -> Iterator[Path]:
    """A name to write to that becomes ``target`` when all went well, and nothing when not.

    Two processes, on two machines even, may write the same target at once: each file there is always whole. What is no
    file (``/dev/stdout``, a pipe) is written to as it is, and a link stays one.
    """
    if target.exists() and not target.is_file():
        yield target
        return
    target = target.resolve()
    passing = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        yield passing
        passing.replace(target)
    finally:
        passing.unlink(missing_ok=True)


def sweep(folder: Path) -> None:
    """Take away what a process that was killed left half written; nobody else may be writing there."""
    for passing in folder.glob(".*.part"):
        passing.unlink(missing_ok=True)


def write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write the files, each whole, and none before there is room for all; what else is in the folder stays.

    Raises
    ------
    OutputError
        If the folder cannot be written to; files of an earlier result are then as they were.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with ExitStack() as all_of_them:
            for name, content in files.items():
                all_of_them.enter_context(whole_file(folder / name)).write_bytes(content)
    except OSError as error:
        raise OutputError(f"{folder} cannot be written to: {error.strerror or error}.") from error


def _ours(file: Path, mark: bytes) -> bool:
    """Whether a file is not there, or begins like one of ours."""
    if not file.exists() and not file.is_symlink():
        return True
    try:
        with file.open("rb") as opened:
            return mark in opened.read(OPENING_BYTES)
    except OSError:
        return False
