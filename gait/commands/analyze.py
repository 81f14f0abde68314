"""``gait analyze``: a recording in, a page, a JSON and tables out.

Lives here: the flags of OUTPUT, the order of the calls, what goes to stdout and stderr.
Not here: reading and analysing (results.py), what is said (report/), whose file is whose (folder.py).
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from gait.commands.command import DONE, UsageError, a_path, tell
from gait.errors import ReadError
from gait.folder import check_folder, default_folder, write_folder
from gait.results import Asked, analyze_file, result_names, result_of

FACINGS = ("+x", "-x", "+y", "-y", "+z", "-z")

PURPOSE = """\
Read the recording of one motion sensor worn on the trunk, find the running in it, and write what can
truthfully be said about it: a page for the runner, numbers with their uncertainty for the analyst.

RUN is a capture of `gait record`, a CSV with a clock, an accelerometer and a gyroscope (also packed as
.gz), or the zip or folder of the phone app Sensor Logger. Which format it is, is recognised; where the
units are not said and more than one reading is possible, gait refuses and names the flag to add.
"""

EPILOG = """\
files
  report.html    the runner's page, one file, no network
  analysis.json  every number with its bounds (schema gait.analysis/1)
  strides.csv    one row a stride
  steps.csv      one row a foot contact
  series.csv     one row a sample while running (with --series)
  They go to <stem>-gait in the current folder or to --out. A file that gait did not write is never
  written over, unless --force. All times are seconds in the recording's own time base.

standing
  Lean needs a zero: some 5 s of quiet standing, before the run in the same recording or as a second
  recording with the sensor worn in the same place (--standing). Without it lean stays empty, and the
  JSON says why.

exit status
  0  the recording was read, even if nothing clear was found in it
  1  it could not be read or analysed; one sentence on stderr says what, where and what next
  2  the command was used in a wrong way

examples
  gait analyze run.csv --placement sternum
  gait analyze run.csv.gz --standing stand.csv.gz --placement waist --out monday
  gait analyze log.csv --units ms,g,dps --from 60 --to 600
  gait analyze bare.txt --columns t,gx,gy,gz,ax,ay,az --units us,raw:16g,raw:2000dps
  gait analyze export.zip --placement chest --json | jq .measures.cadence
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Flags and manual page."""
    parser.description, parser.epilog = PURPOSE, EPILOG
    parser.usage = "gait analyze RUN [options]"
    parser.add_argument("run", metavar="RUN", type=a_path, help="the recording")
    add_asked_arguments(parser)
    out = parser.add_argument_group("what comes out")
    out.add_argument("--out", metavar="DIR", type=a_path, help="folder for the files, <stem>-gait by default")
    out.add_argument("--force", action="store_true", help="write over files that gait did not write")
    out.add_argument("--series", action="store_true", help="write series.csv, too")
    out.add_argument("--no-report", action="store_true", help="leave out report.html, which takes longest")
    out.add_argument("--json", action="store_true", help="print analysis.json and nothing else")
    out.add_argument("--quiet", action="store_true", help="print nothing; errors still go to stderr")


def add_asked_arguments(parser: argparse.ArgumentParser) -> None:
    """Flags that say how a recording is to be read and taken, from which `asked_of` makes what is asked."""
    worn = parser.add_argument_group("how it was worn")
    worn.add_argument(
        "--placement",
        metavar="WHERE",
        help="sternum (or chest), upper-back, waist, sacrum or unknown; by default what the recording says",
    )
    worn.add_argument(
        "--facing", metavar="AXIS", choices=FACINGS, help="sensor axis that points forward: +x -x +y -y +z -z"
    )
    worn.add_argument("--standing", metavar="FILE", type=a_path, help="a second recording, of quiet standing")
    worn.add_argument("--calibration", metavar="FILE", type=a_path, help="calibration of this sensor")
    file = parser.add_argument_group("how it is written")
    file.add_argument("--dialect", metavar="NAME", help="take it for this format instead of recognising it")
    file.add_argument(
        "--columns",
        metavar="LIST",
        help="what the columns are, in order: t,ax,ay,az,gx,gy,gz; - leaves one out",
    )
    file.add_argument(
        "--units",
        metavar="T,A,W",
        help="three words: time s|ms|us|ns, acceleration mps2|g|mg|raw:<range>g, turning radps|dps|raw:<range>dps; "
        "they hold for --standing, too",
    )
    file.add_argument("--rate", metavar="HZ", type=float, help="rows in a second, when there is no clock")
    part = parser.add_argument_group("which part")
    part.add_argument("--from", dest="start", metavar="S", type=float, help="leave out what is before [s]")
    part.add_argument("--to", dest="stop", metavar="S", type=float, help="leave out what is after [s]")


def run(args: argparse.Namespace) -> int:
    """Do it."""
    folder: Path = args.out if args.out is not None else default_folder(args.run)
    asked = asked_of(args)
    page = not args.no_report
    check_folder(folder, result_names(series=args.series, page=page), force=args.force)
    with _progress(args.quiet or args.json) as say:
        say("reading the recording")
        analysis = analyze_file(args.run, asked, series=args.series, progress=say)
        say("putting it into words")
        result = result_of(analysis, series=args.series, page=page, progress=say)
        write_folder(folder, result.files)
    files = result.files
    if args.json:
        tell(files["analysis.json"], after=f"The files are in {folder}.")
    elif not args.quiet:
        kind = "The page" if "report.html" in files else "The numbers"
        text = f"{result.summary.strip()}\n\n{kind}: {_first_file(folder, files)}"
        tell(text, after=f"The files are in {folder}; --quiet prints nothing.")
    return DONE


def asked_of(args: argparse.Namespace) -> Asked:
    """What the flags of `add_asked_arguments` ask for; a word they may not hold is a usage error.

    The readers' own words are asked, which costs their import, so not before a command is run.
    """
    from gait.readers.read import check_dialect
    from gait.readers.words import parse_columns, parse_placement, parse_units

    try:
        if args.units is not None:
            parse_units(args.units)
        if args.placement is not None:
            parse_placement(args.placement)
        check_dialect(args.dialect)
        if args.columns is not None:
            parse_columns(args.columns)
    except ReadError as error:
        raise UsageError(str(error)) from error
    if args.rate is not None and not 0 < args.rate < 1e5:
        raise UsageError(f"--rate takes rows in a second, for example --rate 100; {args.rate:g} is none.")
    for flag, value in (("--from", args.start), ("--to", args.stop)):
        if value is not None and not math.isfinite(value):
            raise UsageError(f"{flag} takes seconds, for example {flag} 60; {value:g} is none.")
    if args.start is not None and args.stop is not None and not args.start < args.stop:
        raise UsageError(f"--from {args.start:g} is not before --to {args.stop:g}.")
    return Asked(
        placement=args.placement,
        facing=args.facing,
        standing=None if args.standing is None else str(args.standing),
        calibration=None if args.calibration is None else str(args.calibration),
        dialect=args.dialect,
        columns=args.columns,
        units=args.units,
        rate_hz=args.rate,
        start_s=args.start,
        stop_s=args.stop,
    )


def _first_file(folder: Path, files: dict[str, bytes]) -> Path:
    """The file to open."""
    return folder / ("report.html" if "report.html" in files else "analysis.json")


@contextmanager
def _progress(silent: bool) -> Iterator[Callable[[str], None]]:
    """A line on stderr that says what is going on, on a terminal alone."""
    if silent or sys.stderr is None or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console

    with Console(stderr=True).status("starting") as status:
        yield lambda text: status.update(text)
