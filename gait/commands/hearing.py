"""Listening to a sensor while it is talked about: what `gait calibrate` and `gait check` share.

Lives here: sensor found, bytes saved, the samples heard so far as a recording.
Not here: what is made of them (calibrate.py, check.py), the long recording (record.py).
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from gait.commands.command import UsageError, a_path, check_parent
from gait.commands.reading import add_format_arguments, check_file_arguments, written
from gait.commands.record import add_wire_arguments, check_flags, find_sensor, stoppable
from gait.errors import ReadError

if TYPE_CHECKING:
    from firmware_bridge.events import Event
    from firmware_bridge.link import Link
    from firmware_bridge.recorder import Greeting
    from firmware_bridge.vitals import Vitals
    from gait.readers.words import Units
    from gait.recording import Recording

#: Between two looks at what was heard. [s]  Chosen: nobody notices, and a look costs 30 ms.
LOOK_S = 0.4

#: So long is listened at most. [s]  Chosen: everything is looked at anew each time.
LONGEST_S = 600.0


class Hearing:
    """A sensor that is listened to; ``looks`` yields the seconds passed, each LOOK_S, until Ctrl-C."""

    def __init__(self, args: argparse.Namespace, link: Link, greeting: Greeting, target: Path) -> None:
        from firmware_bridge.vitals import Vitals

        self.link, self.greeting, self.target = link, greeting, target
        self.vitals: Vitals = Vitals()
        self.stopped = False
        self.went_away = False
        self.why = ""  # why there is no recording yet
        self._events: list[Event] = []
        self._args = args

    def looks(self) -> Iterator[float]:
        """Save and hear; ends when it is stopped, the port is closed or LONGEST_S have passed."""
        from firmware_bridge.capture import Capture
        from firmware_bridge.dialects.detect import decoder_of
        from firmware_bridge.recorder import boundary_of, notes_for, record

        args = self._args
        columns = check_flags(args)
        more = {key: value for key, value in (("columns", args.columns), ("units", args.units)) if value}
        decoder = decoder_of(self.greeting.wire, columns=columns, marked=False)
        notes = notes_for(self.link, self.greeting, more)
        with (
            Capture(self.target, notes, boundary=boundary_of(self.greeting.wire)) as saved,
            stoppable() as stopped,
        ):
            begin = looked = time.monotonic()
            for heard in record(self.link, saved, decoder, self.greeting.heard, timeout_s=0.2):
                self.vitals.take(heard.events, heard.host_ns)
                self._events += heard.events
                if heard.change:
                    self.went_away = heard.change == "lost"
                    self.vitals.restarted()
                now = time.monotonic()
                if now - looked >= LOOK_S:
                    looked = now
                    yield now - begin
                if stopped():
                    self.stopped = True
                if self.stopped or now - begin > LONGEST_S:
                    break

    def recording(self) -> Recording | None:
        """What was heard so far; None while it is too little or cannot be understood."""
        from gait.readers.wire import recording_of

        try:
            return recording_of(self._events, self.target.name, units=self._units())[0]
        except ReadError as error:
            self.why = str(error)
            return None

    def _units(self) -> Units | None:
        from gait.readers.words import parse_units

        return parse_units(self._args.units) if self._args.units else None


@contextmanager
def hearing(args: argparse.Namespace, kind: str) -> Iterator[Hearing]:
    """Find the sensor and open a capture named for what is done; the port is closed at the end."""
    columns = check_flags(args)
    target: Path = args.capture or Path(f"{kind}-{datetime.now().astimezone():%Y%m%d-%H%M%S}.gaitcap")
    if target.exists():
        raise UsageError(f"{target} is there already; name another with --capture.")
    check_parent(target)
    link, greeting = find_sensor(args, columns)
    with link:
        yield Hearing(args, link, greeting, target)


def add_source_arguments(parser: argparse.ArgumentParser) -> None:
    """PORT or FILE, and what gait cannot know of either."""
    parser.add_argument(
        "port",
        metavar="PORT|FILE",
        nargs="?",
        help="the sensor's port, looked for when not said; or a recording",
    )
    add_wire_arguments(parser)
    parser.add_argument(
        "--capture",
        metavar="FILE",
        type=a_path,
        help="where a port's bytes are kept, in the current folder by default",
    )
    add_format_arguments(parser.add_argument_group("a recording instead of a port"))
    parser.set_defaults(seconds=None)


def file_named(args: argparse.Namespace) -> Path | None:
    """The recording that was named, None when it is a port's name or nothing.

    Raises
    ------
    ReadError
        If it looks like a file's name and there is none.
    """
    if args.port is None or "://" in args.port:
        return None
    path = Path(args.port)
    if path.is_file() or path.is_dir():
        return path
    if not path.exists() and path.suffix and not args.port.upper().startswith("COM"):
        raise ReadError(f"There is no file or port {args.port}.")
    return None


def read_file(args: argparse.Namespace, path: Path) -> Recording:
    """The recording that was named."""
    from gait.readers import read

    check_file_arguments(args)
    return read(path, units=args.units, **written(args))
