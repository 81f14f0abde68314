"""``gait record``: from a sensor's port into a capture that survives anything.

Lives here: finding the port, recording, stopping cleanly, the CSV beside it.
Not here: what is said (record_words.py), the port, the wire, the file (firmware_bridge), reading the capture (readers/).
"""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from gait.commands.command import DONE, FAILED, UsageError, check_parent
from gait.commands.record_words import Line, aloud, before_the_run, clock, how_long, nothing, who
from gait.errors import GaitError, ReadError

if TYPE_CHECKING:
    from firmware_bridge.link import Link
    from firmware_bridge.recorder import Greeting
    from firmware_bridge.vitals import Vitals

PURPOSE = """\
Record a sensor. Every byte is saved before it is understood, and synced to the disk each second: a crash,
an empty battery or a pulled plug costs at most the last second. Ctrl-C ends the recording and writes a CSV
beside it.

Without PORT the sensor is looked for. PORT is a name (COM3), a path (/dev/ttyUSB0) or a URL
(socket://host:port, rfc2217://host:port).
"""

EPILOG = """\
before the run
  Stand still for ten seconds after the recording has begun: that is the zero of lean.

sensors
  The sketch in firmware_bridge/firmware, WitMotion, x-IMU3, and any sketch that prints lines of numbers.
  For those --columns and --units say what gait cannot know; they are kept in the capture.

exit status
  0  recorded, also when it was ended by Ctrl-C
  1  no sensor was found or understood, or the disk is full; what was recorded by then is kept

examples
  gait record
  gait record /dev/ttyUSB0 -o monday.gaitcap
  gait record --seconds 600
  gait record COM5 --baud 9600 --columns t,ax,ay,az,gx,gy,gz --units ms,raw:16g,raw:2000dps
"""

#: So long is waited for the samples that show stillness. [s]
LOOK_S = 3.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Flags and manual page."""
    parser.description, parser.epilog = PURPOSE, EPILOG
    parser.usage = "gait record [PORT] [options]"
    parser.add_argument("port", metavar="PORT", nargs="?", help="name, path or URL of the sensor's port")
    parser.add_argument(
        "-o",
        "--out",
        metavar="FILE",
        type=Path,
        help="capture to write, run-<date>-<time>.gaitcap by default",
    )
    parser.add_argument("--seconds", metavar="N", type=float, help="end by itself after so long")
    add_wire_arguments(parser)
    parser.add_argument("--no-csv", action="store_true", help="write the capture alone")
    parser.add_argument("--quiet", action="store_true", help="print nothing; errors still go to stderr")


def add_wire_arguments(parser: argparse.ArgumentParser) -> None:
    """Flags for what gait cannot know of a sensor."""
    parser.add_argument("--baud", metavar="N", type=int, help="speed of the port; tried out when not said")
    wire = ("gait", "text", "witmotion", "witmotion-ble", "ximu3")
    parser.add_argument(
        "--wire",
        choices=wire,
        metavar="NAME",
        help=f"take it for this instead of recognising it: {', '.join(wire)}",
    )
    parser.add_argument(
        "--columns", metavar="LIST", help="of a text line, in order: t,ax,ay,az,gx,gy,gz; - leaves one out"
    )
    parser.add_argument("--units", metavar="T,A,W", help="of a text line, three words as in gait analyze")


def run(args: argparse.Namespace) -> int:
    """Do it."""
    columns = check_flags(args)
    target: Path = args.out or Path(f"run-{datetime.now().astimezone():%Y%m%d-%H%M%S}.gaitcap")
    check_target(target)
    say = nothing if args.quiet else aloud
    link, greeting = find_sensor(args, columns)
    with link:
        vitals, passed = _listened(args, link, greeting, target, columns, say)
    if vitals.samples == 0:
        raise ReadError(f"{target} holds no sample: the sensor said who it is and nothing more.")
    say(f"{vitals.samples} samples are in {target}.")
    return DONE if args.no_csv else _as_csv(target, passed, say)


def check_target(target: Path) -> None:
    """Make sure, before a sensor is looked for, that a capture can begin there; else it is a usage error."""
    if target.suffix.lower() in (".csv", ".gz"):
        raise UsageError(
            f"-o names the capture, and {target} is a table's name; the table is written beside it."
        )
    if target.exists():
        raise UsageError(f"{target} is there already; name another with -o.")
    check_parent(target)


def check_flags(args: argparse.Namespace) -> Sequence[str] | None:
    """Columns as words; wrong flags are usage errors."""
    if args.seconds is not None and not 0 < args.seconds < 1e7:
        raise UsageError(f"--seconds takes a time above 0; {args.seconds:g} is none.")
    if args.baud is not None and not 300 <= args.baud <= 4_000_000:
        raise UsageError(f"--baud takes 300 to 4000000; {args.baud} is none.")
    if args.columns is None and args.units is None:
        return None
    from gait.readers.words import parse_columns, parse_units

    try:
        if args.units is not None:
            parse_units(args.units)
        return parse_columns(args.columns) if args.columns is not None else None
    except ReadError as error:
        raise UsageError(str(error)) from error


def find_sensor(args: argparse.Namespace, columns: Sequence[str] | None) -> tuple[Link, Greeting]:
    """The first port behind which somebody is understood."""
    from firmware_bridge.errors import LinkLost
    from firmware_bridge.link import BAUDS, Link, ports
    from firmware_bridge.recorder import greet
    from firmware_bridge.virtual_sensor import running

    if args.port is not None:
        places = [args.port]
    else:
        places = running() + [port.path for port in ports() if port.likely]
        if not places:
            raise LinkLost(
                "No port looks like a sensor's. Plug it in (gait ports lists what is there), name its port, or make a "
                "sensor up: gait simulate",
                reason="absent",
            )
    wire = args.wire or ("text" if columns else None)
    bauds = (args.baud,) if args.baud else BAUDS if args.port is not None else BAUDS[:2]
    failed: list[LinkLost] = []
    for place in places:
        link = None
        try:
            link = Link(place, bauds[0])
            return link, greet(link, wire=wire, bauds=bauds, columns=columns)
        except LinkLost as error:
            failed.append(error)
            if link is not None:
                link.close()
        except BaseException:
            if link is not None:
                link.close()
            raise
    if len(failed) == 1:
        raise failed[0]
    raise LinkLost(" ".join(str(error) for error in failed), reason="silent")


def _listened(
    args: argparse.Namespace,
    link: Link,
    greeting: Greeting,
    target: Path,
    columns: Sequence[str] | None,
    say: Callable[[str], None],
) -> tuple[Vitals, float]:
    """Record until Ctrl-C, SIGTERM or the time is over; also how long that took. [s]"""
    from firmware_bridge.capture import Capture
    from firmware_bridge.dialects.detect import decoder_of
    from firmware_bridge.recorder import boundary_of, notes_for, record
    from firmware_bridge.vitals import Vitals

    more = {key: value for key, value in (("columns", args.columns), ("units", args.units)) if value}
    vitals = Vitals()
    decoder = decoder_of(greeting.wire, columns=columns, marked=False)
    line = Line(silent=args.quiet)
    looked = False
    say(f"Recording {who(greeting)} at {link.port} into {target}. Ctrl-C ends it.")
    with (
        Capture(target, notes_for(link, greeting, more), boundary=boundary_of(greeting.wire)) as saved,
        stoppable() as stopped,
    ):
        begin = time.monotonic()
        try:
            for heard in record(link, saved, decoder, greeting.heard, timeout_s=0.2):
                vitals.take(heard.events, heard.host_ns)
                passed = time.monotonic() - begin
                if heard.change == "lost":
                    vitals.restarted()
                    line.clear()
                    say(f"{clock(passed)}  The port went away. Plug it in again: the recording goes on.")
                elif heard.change == "found":
                    line.clear()
                    say(f"{clock(passed)}  The port is back.")
                if not looked and (seen := vitals.resting()) is not None and passed > min(1.0, LOOK_S):
                    looked = True
                    line.clear()
                    for sentence in before_the_run(vitals, *seen):
                        say(sentence)
                line.show(vitals, passed, saved.written)
                if stopped() or (args.seconds is not None and passed >= args.seconds):
                    break
        finally:
            line.clear()
            link.close()
    return vitals, time.monotonic() - begin


def _as_csv(target: Path, passed: float, say: Callable[[str], None]) -> int:
    """The CSV beside the capture, and what to run next."""
    import numpy as np

    from gait.readers import read, write_csv

    following = f"gait analyze {target} --placement sternum"
    try:
        recording = read(target)
    except GaitError as error:
        print(f"gait: {error}", file=sys.stderr)
        return FAILED
    for note in recording.notes:
        say(note)
    if told := how_long(float(np.ptp(recording.samples.t)), passed):
        say(told)
    table = target.with_suffix(".csv")
    if table.exists():
        say(f"{table} is there already and stays as it is.")
    else:
        try:
            write_csv(recording, table)
        except KeyboardInterrupt:
            say(f"The table was not finished and is not there; the capture is whole. Next: {following}")
            raise
        except OSError as error:
            print(
                f"gait: {table} could not be written: {error.strerror or error}. The capture is whole: {following}",
                file=sys.stderr,
            )
            return FAILED
        say(f"The same as a table: {table}")
    say(f"Next: {following}")
    say("(sternum is the breastbone; worn at the back of the waist it is --placement waist)")
    return DONE


@contextmanager
def stoppable() -> Iterator[Callable[[], bool]]:
    """Ctrl-C and SIGTERM ask for an end instead of tearing one; a second Ctrl-C tears."""
    asked = [False]

    def ask(_number: int, _frame: FrameType | None) -> None:
        if asked[0]:
            raise KeyboardInterrupt
        asked[0] = True

    before = {}
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None:
            with suppress(ValueError):  # not in the main thread: then whoever runs us stops us
                before[number] = signal.signal(number, ask)
    try:
        yield lambda: asked[0]
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
