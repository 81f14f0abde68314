"""What every command is, and how it can end.

Lives here: the shape of a command, exit statuses, the usage error.
Not here: any command.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Protocol

from gait.errors import GaitError

#: Exit status: all went well; it could not be done; it was asked for in a wrong way; the user stopped it.
DONE, FAILED, USAGE, STOPPED = 0, 1, 2, 130

#: The sample that bare ``gait`` offers, made by ``gait sample``.
WELCOME_SAMPLE = "easy_run_chest.csv.gz"


class Command(Protocol):
    """What each file in commands/ offers."""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Describe the command's arguments and its manual page."""

    def run(self, args: argparse.Namespace) -> int:
        """Do it; the exit status."""


class PrintError(GaitError):
    """What was asked for cannot be printed."""


def tell(text: str | bytes = "", end: str = "\n", *, after: str = "") -> None:
    """Print to stdout; bytes go out as they are, whatever encoding the terminal has.

    Parameters
    ----------
    text : str or bytes
    end : str
        After a str.
    after : str
        What was done before and is not lost, for the message.

    Raises
    ------
    PrintError
        If stdout is closed, full or cannot be written to. Who stops reading (a pipe) is no error of ours.
    """
    out = sys.stdout
    if out is None:
        raise PrintError(f"stdout is closed, so nothing can be printed. {after or 'Leave it open.'}")
    try:
        if isinstance(text, str):
            out.write(text + end)
        elif hasattr(out, "buffer"):
            out.flush()
            out.buffer.write(text)
        else:
            out.write(text.decode())
        out.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise PrintError(
            f"stdout cannot be written to ({error.strerror or error}). {after or 'Send it elsewhere.'}"
        ) from error


def a_path(text: str) -> Path:
    """An argument that names a file or a folder."""
    if not text.strip():
        raise argparse.ArgumentTypeError("the name is empty")
    return Path(text)


def check_parent(target: Path) -> None:
    """Make sure, before any work is done, that the folder of a file to be written is there.

    Raises
    ------
    UsageError
        If it is not.
    """
    if not target.parent.is_dir():
        raise UsageError(f"There is no folder {target.parent} to write {target.name} into.")


class UsageError(Exception):
    """A command was asked for in a way it cannot be; becomes exit status 2."""
