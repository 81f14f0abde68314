"""``gait convert``: a capture as a table.

Lives here: the flags, whose file is whose.
Not here: reading (readers/), its flags (reading.py), the table's layout (readers/csv_file.py).
"""

from __future__ import annotations

import argparse
from pathlib import Path

from gait.commands.command import DONE, a_path, check_parent
from gait.commands.reading import add_file_arguments, check_file_arguments, written
from gait.folder import OutputError

PURPOSE = """\
Write what a sensor said, a capture or a serial logger's raw file, as a CSV that every program reads: seconds,
m/s² and rad/s in the sensor's axes. Other recordings that gait reads are taken, too.
"""

EPILOG = """\
examples
  gait convert run.gaitcap --csv
  gait convert LOG00012.TXT --csv -o tuesday.csv.gz
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Flags and manual page."""
    parser.description, parser.epilog = PURPOSE, EPILOG
    parser.usage = "gait convert CAPTURE --csv [options]"
    parser.add_argument("capture", metavar="CAPTURE", type=a_path, help="what was recorded")
    parser.add_argument("--csv", action="store_true", required=True, help="as a CSV, the only format so far")
    parser.add_argument(
        "-o",
        "--out",
        metavar="FILE",
        type=a_path,
        help="file to write, beside the capture by default; .gz packs it",
    )
    parser.add_argument("--force", action="store_true", help="write over a file that is there")
    parser.add_argument("--quiet", action="store_true", help="print nothing")
    add_file_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Do it."""
    from gait.readers import read, write_csv

    check_file_arguments(args)
    if args.out is not None:
        check_parent(args.out)
    target: Path = args.out or _beside(args.capture)
    recording = read(args.capture, units=args.units, **written(args))
    if target.exists() and (target.samefile(args.capture) or not args.force):
        raise OutputError(f"{target} is there already; --force writes over it, -o names another.")
    try:
        write_csv(recording, target)
    except OSError as error:
        raise OutputError(f"{target} cannot be written: {error.strerror or error}.") from error
    if not args.quiet:
        for note in recording.notes:
            print(note)
        print(target)
    return DONE


def _beside(capture: Path) -> Path:
    """The table's name by default: ``run.gaitcap`` and ``run.csv.gz`` become ``run.csv``."""
    plain = capture.with_suffix("") if capture.suffix.lower() == ".gz" else capture
    return plain.with_suffix(".csv")
