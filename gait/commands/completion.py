"""``gait completion``: the Tab key knows gait's commands and flags.

Lives here: the script for a shell.
Not here: the flags themselves, which each command has (commands/).
"""

from __future__ import annotations

import argparse

from gait.commands.command import DONE, a_path, tell
from gait.errors import MissingExtra

PURPOSE = """\
Print what lets the Tab key complete gait's commands, flags and file names in a shell.
"""

EPILOG = """\
to have it in every new shell
  bash  gait completion bash > ~/.local/share/bash-completion/completions/gait
  zsh   gait completion zsh > "${fpath[1]}/_gait"
  tcsh  gait completion tcsh > ~/.gait.csh; echo source ~/.gait.csh >> ~/.cshrc

  It needs the extra: pip install "gait-traits[shell]"
"""

SHELLS = ("bash", "zsh", "tcsh")

#: Arguments that are names of files though their type does not say so.
FILES = ("port",)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Flags and manual page."""
    parser.description, parser.epilog = PURPOSE, EPILOG
    parser.usage = "gait completion SHELL"
    parser.add_argument("shell", metavar="SHELL", choices=SHELLS, help=", ".join(SHELLS))


def run(args: argparse.Namespace) -> int:
    """Do it."""
    try:
        import shtab
    except ImportError:
        raise MissingExtra(
            'The shell\'s completion needs the package shtab: pip install "gait-traits[shell]"'
        ) from None
    whole: argparse.ArgumentParser = args.parser
    for page in args.pages.values():
        for action in page._actions:
            if action.type is a_path or action.dest in FILES:
                action.complete = shtab.FILE
    tell(shtab.complete(whole, args.shell))
    return DONE
