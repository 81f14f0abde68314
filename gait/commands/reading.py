"""How a command is told of a recording.

Lives here: the flags that say how it was worn and written and which part is meant, which words they may hold, the
line of progress.
Not here: reading and analysing as asked (results.py), what is made of the analysis (each command).
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypedDict

from gait.commands.command import UsageError, a_path
from gait.errors import ReadError
from gait.results import Asked

FACINGS = ("+x", "-x", "+y", "-y", "+z", "-z")


class Written(TypedDict):
    """What the flags say of how a file is written, as the readers call it."""

    dialect: str | None
    columns: str | None
    rate_hz: float | None
    sensor: str | None


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
    worn.add_argument(
        "--calibration",
        metavar="FILE",
        type=a_path,
        help="calibration of this sensor; by default the one that gait calibrate kept for it, none for none",
    )
    worn.add_argument(
        "--catalogue", metavar="FILE", type=a_path, help="go by these traits (gait traits --write, --check)"
    )
    add_file_arguments(parser, "; they hold for --standing, too")
    part = parser.add_argument_group("which part")
    part.add_argument("--from", dest="start", metavar="S", type=float, help="leave out what is before [s]")
    part.add_argument("--to", dest="stop", metavar="S", type=float, help="leave out what is after [s]")


def add_file_arguments(parser: argparse.ArgumentParser, more: str = "") -> None:
    """Flags that say how a file is written; ``more`` is said of its units."""
    file = parser.add_argument_group("how it is written")
    add_format_arguments(file)
    file.add_argument(
        "--columns",
        metavar="LIST",
        help="what the columns are, in order: t,ax,ay,az,gx,gy,gz; - leaves one out",
    )
    file.add_argument(
        "--units",
        metavar="T,A,W",
        help=f"three words: time s|ms|us|ns, acceleration mps2|g|mg|raw:<range>g, turning radps|dps|raw:<range>dps{more}",
    )


def add_format_arguments(file: argparse._ArgumentGroup) -> None:
    """Those of them that a file alone can need, and no port."""
    file.add_argument("--dialect", metavar="NAME", help="take it for this format instead of recognising it")
    file.add_argument("--rate", metavar="HZ", type=float, help="rows in a second, when there is no clock")
    file.add_argument(
        "--sensor",
        metavar="NAME",
        help="which one, when the file holds several: its number, its place, or LN or WR of a Shimmer",
    )


def asked_of(args: argparse.Namespace) -> Asked:
    """What the flags of `add_asked_arguments` ask for; a word they may not hold is a usage error."""
    from gait.readers.words import parse_placement

    check_file_arguments(args)
    try:
        if args.placement is not None:
            parse_placement(args.placement)
    except ReadError as error:
        raise UsageError(str(error)) from error
    for flag, value in (("--from", args.start), ("--to", args.stop)):
        if value is not None and not math.isfinite(value):
            raise UsageError(f"{flag} takes seconds, for example {flag} 60; {value:g} is none.")
    if args.start is not None and args.stop is not None and not args.start < args.stop:
        raise UsageError(f"--from {args.start:g} is not before --to {args.stop:g}.")
    return Asked(
        placement=args.placement,
        facing=args.facing,
        standing=_name(args.standing),
        calibration=_name(args.calibration),
        catalogue=_name(args.catalogue),
        **written(args),
        units=args.units,
        start_s=args.start,
        stop_s=args.stop,
    )


def _name(path: Path | None) -> str | None:
    return None if path is None else str(path)


def check_file_arguments(args: argparse.Namespace) -> None:
    """Words that the flags of `add_file_arguments` may hold; a wrong one is a usage error.

    The readers' own words are asked, which costs their import, so not before a command is run.
    """
    from gait.readers.read import check_dialect
    from gait.readers.words import parse_columns, parse_units

    try:
        if args.units is not None:
            parse_units(args.units)
        check_dialect(args.dialect)
        if args.columns is not None:
            parse_columns(args.columns)
    except ReadError as error:
        raise UsageError(str(error)) from error
    if args.rate is not None and not 0 < args.rate < 1e5:
        raise UsageError(f"--rate takes rows in a second, for example --rate 100; {args.rate:g} is none.")


def written(args: argparse.Namespace) -> Written:
    """The same flags, but for the units, as the readers call them."""
    return {"dialect": args.dialect, "columns": args.columns, "rate_hz": args.rate, "sensor": args.sensor}


@contextmanager
def progress(silent: bool) -> Iterator[Callable[[str], None]]:
    """A line on stderr that says what is going on, on a terminal alone."""
    if silent or sys.stderr is None or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console

    with Console(stderr=True).status("starting") as status:
        yield lambda text: status.update(text)
