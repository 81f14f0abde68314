"""``gait analyze``: a recording in, a page, a JSON and tables out.

Lives here: the flags of OUTPUT, the order of the calls, what goes to stdout and stderr.
Not here: reading (readers/), analysing (pipeline.py), what is said (report/), whose file is whose (folder.py).
"""

from __future__ import annotations

import argparse
import json
import logging
import math
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from gait.commands.command import DONE, UsageError, a_path, tell
from gait.commands.folder import check_folder, default_folder, write_folder
from gait.errors import ReadError

if TYPE_CHECKING:
    from gait.pipeline import Analysis
    from gait.readers.words import Units
    from gait.recording import Placement, Recording

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

calibration
  What gait calibrate kept for a sensor is used for the recordings that name it, and said. Another one is
  named with --calibration FILE; --calibration none leaves the readings as they are.

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
    worn.add_argument(
        "--calibration",
        metavar="FILE",
        type=a_path,
        help="calibration of this sensor; by default the one that gait calibrate kept for it, none for none",
    )
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
    out = parser.add_argument_group("what comes out")
    out.add_argument("--out", metavar="DIR", type=a_path, help="folder for the files, <stem>-gait by default")
    out.add_argument("--force", action="store_true", help="write over files that gait did not write")
    out.add_argument("--series", action="store_true", help="write series.csv, too")
    out.add_argument("--no-report", action="store_true", help="leave out report.html, which takes longest")
    out.add_argument("--json", action="store_true", help="print analysis.json and nothing else")
    out.add_argument("--quiet", action="store_true", help="print nothing; errors still go to stderr")


def run(args: argparse.Namespace) -> int:
    """Do it."""
    folder: Path = args.out if args.out is not None else default_folder(args.run)
    units, placement = _checked(args)
    names = ["analysis.json", "strides.csv", "steps.csv"]
    names += ["series.csv"] * args.series + ["report.html"] * (not args.no_report)
    check_folder(folder, names, force=args.force)
    with _progress(args.quiet or args.json) as say:
        say("reading the recording")
        analysis = _analysis(args, units, placement, say)
        say("putting it into words")
        files, summary = _files(analysis, series=args.series, page=not args.no_report, say=say)
        write_folder(folder, files)
    if args.json:
        tell(files["analysis.json"], after=f"The files are in {folder}.")
    elif not args.quiet:
        kind = "The page" if "report.html" in files else "The numbers"
        known = f"\n\n{analysis.calibration.sentence()}" if analysis.calibration else ""
        text = f"{summary.strip()}{known}\n\n{kind}: {_first_file(folder, files)}"
        tell(text, after=f"The files are in {folder}; --quiet prints nothing.")
    return DONE


def _checked(args: argparse.Namespace) -> tuple[Units | None, Placement | None]:
    """Words that the flags may hold; a wrong one is a usage error.

    The readers' own words are asked, which costs their import, so not before a command is run.
    """
    from gait.readers.read import check_dialect
    from gait.readers.words import parse_columns, parse_placement, parse_units

    try:
        units = parse_units(args.units) if args.units is not None else None
        placement = parse_placement(args.placement) if args.placement is not None else None
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
    return units, placement


def _analysis(
    args: argparse.Namespace, units: Units | None, placement: Placement | None, say: Callable[[str], None]
) -> Analysis:
    """Read what was named and analyse it."""
    from gait.calibration.store import known
    from gait.pipeline import analyze
    from gait.readers import read_with_units

    said = {"dialect": args.dialect, "columns": args.columns, "rate_hz": args.rate}
    recording, found = read_with_units(args.run, units=units, start_s=args.start, stop_s=args.stop, **said)
    if placement is not None and "unknown" != recording.placement != placement:
        contradicted = f"The file says {recording.placement}; it was analysed as {placement}, as asked."
        recording = replace(recording, notes=(*recording.notes, contradicted))
    standing: Recording | None = None
    if args.standing is not None:
        say("reading the standing")
        standing, _ = read_with_units(args.standing, units=units, otherwise=found, **said)
    calibration, unusable = known(args.calibration, recording.device)
    recording = replace(recording, notes=(*recording.notes, *unusable))
    return analyze(
        recording,
        placement=placement,
        standing=standing,
        calibration=calibration,
        facing=args.facing,
        series=args.series,
        progress=say,
    )


def _files(
    analysis: Analysis, *, series: bool, page: bool, say: Callable[[str], None]
) -> tuple[dict[str, bytes], str]:
    """Every file by name, and the summary."""
    from gait import tables
    from gait.report.report import build

    # It complains of a home folder it cannot write to, at its import, and then makes do with another.
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    report = build(analysis, charts=page)
    text = json.dumps(report.as_dict(), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    files = {
        "analysis.json": text.encode("utf-8", "replace"),
        "strides.csv": tables.to_csv(tables.strides_table(analysis)),
        "steps.csv": tables.to_csv(tables.steps_table(analysis)),
    }
    if series:
        files["series.csv"] = tables.to_csv(tables.series_table(analysis))
    if page:
        from gait.report.html import to_html

        say("drawing the page")
        files["report.html"] = _signed(to_html(report)).encode("utf-8", "replace")
    return files, report.summary()


def _signed(page: str) -> str:
    """The page with the line by which folder.py knows it as ours."""
    from gait import __version__

    if 'name="generator"' in page[:4096]:
        return page
    return page.replace("<head>", f'<head>\n<meta name="generator" content="gait {__version__}">', 1)


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
