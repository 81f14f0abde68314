"""``gait forget``: a run is taken out of the memory for good.

Lives here: which run, and what is said of what is left elsewhere.
Not here: deleting it (history/store.py).
"""

from __future__ import annotations

import argparse

from gait.commands.command import DONE, tell
from gait.commands.remembered import RUN, STORE, add_store, find, opened, when

PURPOSE = """\
Forget a remembered run: everything of it is deleted from the store and overwritten. The recording itself
and the pages made of it are other files and stay where they are.
"""

EPILOG = f"""\
{RUN}
{STORE}
examples
  gait forget last
  gait forget 12
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Flags and manual page."""
    parser.description, parser.epilog = PURPOSE, EPILOG
    parser.usage = "gait forget RUN [options]"
    parser.add_argument("run", metavar="RUN", help="the run")
    add_store(parser)
    parser.add_argument("--quiet", action="store_true", help="print nothing")


def run(args: argparse.Namespace) -> int:
    """Do it."""
    from gait.history.damage import damaged_copies

    with opened(args) as store:
        found = find(store.runs(), args.run, store.path)
        store.forget(found.number)
        copies = damaged_copies(store.path)
    if not args.quiet:
        left = "".join(
            f"\n{copy} was set aside and may still hold it; delete that file, too." for copy in copies
        )
        tell(f"Run {found.number}, {when(found)}, {found.source} is forgotten.{left}")
    return DONE
