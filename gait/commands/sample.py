"""``gait sample``: recordings of a made-up runner, for whoever has none yet.

Lives here: writing them into a folder.
Not here: making them (synthetic/).
"""

from __future__ import annotations

import argparse
from pathlib import Path

from gait.commands.command import DONE, WELCOME_SAMPLE, a_path, tell
from gait.folder import OutputError

PURPOSE = """\
Write recordings of a made-up runner whose every movement is known: an easy run of six minutes that starts
from standing, worn at the chest and at the waist, with what is true of it beside each.
"""

EPILOG = f"""\
examples
  gait sample my-sample
  gait analyze my-sample/{WELCOME_SAMPLE} --out my-first-page
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Flags and manual page."""
    parser.description, parser.epilog = PURPOSE, EPILOG
    parser.usage = "gait sample DIR [options]"
    parser.add_argument("folder", metavar="DIR", type=a_path, help="folder to write to")
    parser.add_argument("--force", action="store_true", help="write over files of the same names")
    parser.add_argument("--quiet", action="store_true", help="print nothing")


def run(args: argparse.Namespace) -> int:
    """Do it."""
    from gait.synthetic.sample import write_samples

    folder: Path = args.folder
    try:
        if folder.exists() and not folder.is_dir():
            raise OutputError(f"{folder} is a file; name a folder for the samples.")
        folder.mkdir(parents=True, exist_ok=True)
        written = write_samples(folder, force=args.force)
    except FileExistsError as error:
        raise OutputError(f"{error.filename} is there already; --force writes over it.") from error
    except OSError as error:
        raise OutputError(f"{folder} cannot be written to: {error.strerror or error}.") from error
    if not args.quiet:
        names = "\n".join(map(str, written))
        tell(f"{names}\n\nTry: gait analyze {folder / WELCOME_SAMPLE}", after=f"The samples are in {folder}.")
    return DONE
