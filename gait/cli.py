"""The command line: one door, and every failure one sentence.

Lives here: the list of commands, what an error looks like.
Not here: what a command does (commands/).

Nothing heavy is imported here or at the top of a command, so that ``gait --help`` answers at once.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module
from typing import cast

from firmware_bridge.errors import BridgeError
from gait import __version__
from gait.commands.command import (
    DONE,
    FAILED,
    STOPPED,
    USAGE,
    WELCOME_SAMPLE,
    Command,
    PrintError,
    UsageError,
    tell,
)
from gait.errors import GaitError

#: Command -> what it is for, in the order of the help. Each is gait/commands/<command>.py.
COMMANDS = {
    "analyze": "a recording of a run becomes a page, a JSON and tables",
    "runs": "the runs that are remembered",
    "growth": "what grew over them, in words and as a page",
    "feel": "keep a line of how a run felt",
    "forget": "take a run out of the memory",
    "plot": "a picture of one measure for a publication",
    "inspect": "say what a file is and how it was understood",
    "formats": "list the formats that are recognised",
    "live": "what is there now, while you run; recorded first",
    "replay": "any recording through the view of a live run",
    "record": "from a sensor's port into a file that survives anything",
    "check": "is everything ready? stand, some steps, stand",
    "calibrate": "six rests, and a sensor is known to a tenth of a degree",
    "ports": "where a sensor may be plugged in",
    "simulate": "a made-up sensor on a port, for whoever has none",
    "convert": "a capture becomes a CSV",
    "traits": "what a page may speak of, and a coach's own file of it",
    "export": "a run as FIT, BIDS, Parquet or CSV",
    "align": "pace and heart beats from the watch that ran along",
    "batch": "many recordings, and the tables of all of them",
    "query": "SQL over the tables of a batch",
    "sample": "write a made-up recording to try things on",
    "doctor": "what gait finds on this computer, and what helps",
    "completion": "the Tab key knows gait",
    "man": "this manual as a page for man",
}

#: Options whose value may start with a minus sign, which argparse would take for an option.
SIGNED_VALUES = ("--facing", "--columns")

WELCOME = """\
gait reads the recording of one motion sensor worn on the trunk and says what can truthfully be said
about how that person runs.

Try it without a sensor:

  gait sample my-sample
  gait analyze my-sample/{sample} --out my-first-page

Then open my-first-page/report.html. With a recording of your own:

  gait analyze run.csv --placement sternum

More: gait --help, gait analyze --help
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    argv : sequence of str, optional
        Arguments after the program's name, those of the process by default.

    Returns
    -------
    int
        Exit status: 0, 1 (one sentence on stderr), 2 (usage) or 130 (stopped).
    """
    words = _joined(sys.argv[1:] if argv is None else argv)
    _fill_closed_streams()
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a sign shows a question mark; it does not end the program.
        with contextlib.suppress(AttributeError, ValueError):
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    try:
        if not words:
            tell(WELCOME.format(sample=WELCOME_SAMPLE), end="")
            return DONE
        parser, pages = _parser()
        try:
            args, unknown = parser.parse_known_args(words)
            if unknown:
                pages[args.command].error(f"unrecognized arguments: {' '.join(unknown)}")
            args.parser, args.pages = parser, pages
            status = _command(args.command).run(args)
        except UsageError as error:
            _complain(str(error))
            return USAGE
        except SystemExit as stop:  # argparse has said what it had to say
            return stop.code if isinstance(stop.code, int) else USAGE
        return status
    except BrokenPipeError:
        # Whoever read along has read enough (`gait ... | head`).
        _forget_stdout()
        return DONE
    except KeyboardInterrupt:
        _complain("stopped.")
        return STOPPED
    except PrintError as error:
        _forget_stdout()
        _complain(str(error), debug="--debug" in words)
        return FAILED
    except (GaitError, BridgeError) as error:
        _complain(str(error), debug="--debug" in words)
        return FAILED
    except Exception as error:
        _complain(_unforeseen(error), debug="--debug" in words)
        return FAILED


def _fill_closed_streams() -> None:
    """Put nothing where stdin, stdout or stderr were closed, so that no file of ours takes their place."""
    while (number := os.open(os.devnull, os.O_RDWR)) < 3:
        pass
    os.close(number)


def _forget_stdout() -> None:
    """Send what is left in stdout nowhere; Python would complain of it once more at its exit."""
    with contextlib.suppress(AttributeError, OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _complain(sentence: str, *, debug: bool = False) -> None:
    """One sentence on stderr, with the place where it comes from on demand; nothing when stderr is closed or full."""
    if sys.stderr is None:
        return
    with contextlib.suppress(OSError):
        if debug:
            traceback.print_exc()
        print(f"gait: {sentence}", file=sys.stderr, flush=True)


def _unforeseen(error: Exception) -> str:
    """A sentence for a failure nobody planned."""
    if isinstance(error, MemoryError):
        return "there is not enough memory for this recording; --from and --to analyse a part of it."
    if isinstance(error, OSError) and error.strerror:
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror}. Look after that and try again; --debug shows where it happened."
    what = " ".join(str(error).split())[:200]
    return (
        f"something went wrong inside gait ({type(error).__name__}{': ' if what else ''}{what}). This is a fault of gait, not "
        "of the recording; the same command with --debug shows where, which is what a bug report needs."
    )


def _joined(argv: Sequence[str]) -> list[str]:
    """Join ``--facing -x`` to ``--facing=-x``."""
    out: list[str] = []
    for word in argv:
        if out and out[-1] in SIGNED_VALUES and word.startswith("-") and not word.startswith("--"):
            out[-1] += f"={word}"
        else:
            out.append(word)
    return out


def _command(name: str) -> Command:
    """The module behind a command."""
    return cast(Command, import_module(f"gait.commands.{name}"))


def _parser() -> tuple[argparse.ArgumentParser, dict[str, argparse.ArgumentParser]]:
    """Everything the command line understands, and the part of each command."""
    parser = argparse.ArgumentParser(
        prog="gait",
        description="What one motion sensor on the trunk can truthfully say about how somebody runs.",
        epilog="Each command has its own manual: gait analyze --help",
    )
    parser.add_argument("--version", action="version", version=f"gait {__version__}")
    pages: dict[str, argparse.ArgumentParser] = {}
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, purpose in COMMANDS.items():
        page = commands.add_parser(
            name, help=purpose, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
        )
        pages[name] = page
        _command(name).add_arguments(page)
        page.add_argument("--debug", action="store_true", help="show where an error comes from")
    return parser, pages
