"""``gait feel``: how a run felt, in the runner's own words.

Lives here: which run, and what is said back.
Not here: where it is kept (history/).
"""

from __future__ import annotations

import argparse

from gait.commands.command import DONE, UsageError, tell
from gait.commands.remembered import LONGEST_LINE, RUN, STORE, add_store, called, find, one_line, opened, when

PURPOSE = """\
Keep a line of how a remembered run felt, in your own words; it outranks the sensor. A new line takes the
place of the one before, and an empty one ("") takes it away.
"""

EPILOG = f"""\
{RUN}  The latest run, when it is left out.

{STORE}
examples
  gait feel "light, and the hill came by itself"
  gait feel 12 "sleepy, then warm"
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Flags and manual page."""
    parser.description, parser.epilog = PURPOSE, EPILOG
    parser.usage = 'gait feel [RUN] "TEXT" [options]'
    parser.add_argument("said", metavar="[RUN] TEXT", nargs="+", help="the run, and the line in quotes")
    add_store(parser)
    parser.add_argument("--quiet", action="store_true", help="print nothing")


def run(args: argparse.Namespace) -> int:
    """Do it."""
    if len(args.said) > 2:
        raise UsageError('Put the line in quotes: gait feel "light and easy".')
    meant, text = args.said if len(args.said) == 2 else ("last", args.said[0])
    line = one_line(text, LONGEST_LINE)
    with opened(args) as store:
        runs = store.runs()
        if len(args.said) == 1 and (text == "last" or text.isdecimal() or called(runs, text)):
            # A run without a line is a word forgotten; as a line it would take the place of another run's.
            raise UsageError(f'Say how run {text} felt: gait feel {text} "light and easy".')
        found = find(runs, meant, store.path)
        store.feel(found.number, line)
    if not args.quiet:
        tell(f"Run {found.number}, {when(found)}: {line or 'no line any more'}")
    return DONE
