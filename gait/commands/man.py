"""``gait man``: the whole manual as a page for man(1).

Lives here: the help of every command, one after the other, in man's own notation.
Not here: what it says, which stands with each command (commands/).
"""

from __future__ import annotations

import argparse

from gait.commands.command import DONE, tell

PURPOSE = """\
Print the manual of gait and all its commands as a page for man.
"""

EPILOG = """\
examples
  gait man > gait.1 && man ./gait.1
  gait man > ~/.local/share/man/man1/gait.1; man gait
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Flags and manual page."""
    parser.description, parser.epilog = PURPOSE, EPILOG
    parser.usage = "gait man"


def run(args: argparse.Namespace) -> int:
    """Do it."""
    from gait import __version__

    whole: argparse.ArgumentParser = args.parser
    parts = [
        f'.TH GAIT 1 "" "gait {__version__}" "User Commands"',
        ".SH NAME",
        _plain(f"gait - {whole.description}"),
        ".SH SYNOPSIS",
        ".B gait",
        r"COMMAND [options]",
        ".SH COMMANDS",
        _as_it_stands(whole.format_help()),
    ]
    for name, page in args.pages.items():
        parts += [f'.SH "GAIT {name.upper()}"', _as_it_stands(page.format_help())]
    tell("\n".join(parts))
    return DONE


def _as_it_stands(text: str) -> str:
    """Lines that man keeps."""
    return f".nf\n{_plain(text.rstrip())}\n.fi"


def _plain(text: str) -> str:
    """Text in which nothing is taken for a request or an escape."""
    escaped = text.replace("\\", r"\e").replace("-", r"\-")
    return "\n".join(f"\\&{line}" if line[:1] in (".", "'") else line for line in escaped.split("\n"))
