"""How a command is told of a recording, reads it and analyses it.

Lives here: the flags that say how it was worn and written, which words they may hold, the line of progress.
Not here: what is made of the analysis (each command).
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from gait.commands.command import UsageError, a_path
from gait.errors import ReadError

if TYPE_CHECKING:
    from gait.pipeline import Analysis
    from gait.readers.words import Units
    from gait.recording import Placement, Recording

FACINGS = ("+x", "-x", "+y", "-y", "+z", "-z")


def add_reading_flags(parser: argparse.ArgumentParser) -> None:
    """Flags that say how a recording was worn and written, and which part of it is meant."""
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


def checked_words(args: argparse.Namespace) -> tuple[Units | None, Placement | None]:
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


def read_and_analyze(
    args: argparse.Namespace, say: Callable[[str], None], *, series: bool = False
) -> tuple[Recording, Analysis]:
    """Read what was named and analyse it."""
    from gait.calibration.calibration import Calibration
    from gait.pipeline import analyze
    from gait.readers import read_with_units

    units, placement = checked_words(args)
    say("reading the recording")
    said = {"dialect": args.dialect, "columns": args.columns, "rate_hz": args.rate}
    recording, found = read_with_units(args.run, units=units, start_s=args.start, stop_s=args.stop, **said)
    if placement is not None and "unknown" != recording.placement != placement:
        contradicted = f"The file says {recording.placement}; it was analysed as {placement}, as asked."
        recording = replace(recording, notes=(*recording.notes, contradicted))
    standing: Recording | None = None
    if args.standing is not None:
        say("reading the standing")
        standing, _ = read_with_units(args.standing, units=units, otherwise=found, **said)
    calibration = Calibration.load(args.calibration) if args.calibration is not None else None
    analysis = analyze(
        recording,
        placement=placement,
        standing=standing,
        calibration=calibration,
        facing=args.facing,
        series=series,
        progress=say,
    )
    return recording, analysis


@contextmanager
def progress(silent: bool) -> Iterator[Callable[[str], None]]:
    """A line on stderr that says what is going on, on a terminal alone."""
    if silent or sys.stderr is None or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console

    with Console(stderr=True).status("starting") as status:
        yield lambda text: status.update(text)
