"""What every command is, and how it can end.

Lives here: the shape of a command, exit statuses, the usage error.
Not here: any command.
"""

from __future__ import annotations

import argparse
from typing import Protocol

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


class UsageError(Exception):
    """A command was asked for in a way it cannot be; becomes exit status 2."""
