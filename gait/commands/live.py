"""``gait live``: what is there now, while you run, and every run recorded first.

Lives here: a sensor, its capture and its session put together into a run.
Not here: showing it (showing.py), the pipeline of now (live/), port and file (firmware_bridge).
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from gait.commands import record as recording_command
from gait.commands import showing
from gait.commands.command import UsageError
from gait.commands.record_words import who
from gait.errors import GaitError

if TYPE_CHECKING:
    from gait.live.session import State
    from gait.live.stage import Finished
    from gait.recording import Placement

PURPOSE = """\
See what is there while you run: cadence, lean and turn with their bands, a figure that moves with you, and
what becomes clear. It is a page in the browser of this computer; nobody else can open it, and nothing is
fetched from anywhere. Every byte is recorded before it is looked at, as gait record does.

Without PORT the sensor is looked for. PORT is a name (COM3), a path (/dev/ttyUSB0) or a URL
(socket://host:port). When the run ends (X twice on the page, or Ctrl-C) the recording is analysed whole and
its page is offered.
"""

EPILOG = """\
keys on the page
  M or space  mark a moment      C  the sensor was put on anew
  X, twice    stop               S  start the next run      L  light or dark

sharing
  --share lets other computers and phones of the network look. Each needs a link that gait prints; it opens
  for one viewer, then the next one is printed. They can mark moments; starting and stopping stays here.

exit status
  0  it was recorded and analysed
  1  no sensor was understood, the disk is full, or the run holds too little; what was recorded is kept

examples
  gait live --simulate
  gait live --placement sternum
  gait live /dev/ttyUSB0 --placement waist --share
  gait live --json-lines | jq .now.cadence.value
"""

#: The made-up runner runs for so long between two standings. [s]
SIMULATED_S = 300.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Flags and manual page."""
    parser.description, parser.epilog = PURPOSE, EPILOG
    parser.usage = "gait live [PORT] [options]"
    parser.add_argument("port", metavar="PORT", nargs="?", help="name, path or URL of the sensor's port")
    parser.add_argument("--simulate", action="store_true", help="a made-up runner instead of a sensor")
    parser.add_argument(
        "-o",
        "--out",
        metavar="FILE",
        type=Path,
        help="capture to write, run-<date>-<time>.gaitcap by default; a further run is FILE with -2 and so on",
    )
    parser.add_argument("--seconds", metavar="N", type=float, help="end the run by itself after so long")
    recording_command.add_wire_arguments(parser)
    showing.add_worn_arguments(parser)
    showing.add_showing_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Do it."""
    recording_command.check_flags(args)
    placement = showing.check_showing(args)
    if args.simulate and args.port is not None:
        raise UsageError("--simulate makes its own port; leave PORT out.")
    with ExitStack() as around:
        if args.simulate:
            from firmware_bridge.events import Chip
            from firmware_bridge.virtual_sensor import VirtualSensor
            from gait.commands.simulate import made_up_counts

            counts = made_up_counts(1, SIMULATED_S, 200.0)
            chip = Chip(firmware=(0, 1), device_id=b"made-up\0")
            args.port = around.enter_context(VirtualSensor(counts, chip)).path
            placement = placement or "sternum"
        if showing.wants_page(args):
            from gait.live.server import check_installed

            check_installed()
        first = LiveRun(args, placement, 1)
        if not (args.quiet or args.json_lines):
            print(f"Recording {first.sensor} into {first.target}.", flush=True)
        numbers = count(2)
        return showing.show(args, lambda: _next_run(args, placement, next(numbers)), first, endless=True)


def _next_run(args: argparse.Namespace, placement: Placement | None, number: int) -> LiveRun:
    """A further run, its troubles as errors of gait."""
    from firmware_bridge.errors import BridgeError

    try:
        return LiveRun(args, placement, number)
    except (BridgeError, UsageError) as error:
        raise GaitError(str(error)) from error


class LiveRun:
    """One run from a sensor: recorded first, then shown.

    Parameters
    ----------
    args : Namespace
        Of the command.
    placement : Placement or None
    number : int
        Counted from 1 since gait live was started.

    Raises
    ------
    LinkLost
        If no sensor is understood.
    UsageError
        If the capture is there already, or can be none.
    """

    def __init__(self, args: argparse.Namespace, placement: Placement | None, number: int) -> None:
        from gait.live.session import Session
        from gait.readers.words import parse_units

        self._args = args
        self._columns = recording_command.check_flags(args)
        self._placement = placement
        self.target: Path = _target(args.out, number)
        self._folder = showing.folder_for(self.target)
        self._link, self._greeting = recording_command.find_sensor(args, self._columns)
        #: Who speaks, for people.
        self.sensor = who(self._greeting)
        info = self._greeting.info
        self._calibration, unusable = showing.calibration_of(args, info.device if info is not None else "")
        for sentence in unusable:
            print(f"gait: {sentence}", file=sys.stderr)
        self._session = Session(
            self.sensor,
            str(self.target),
            placement=placement or "unknown",
            calibration=self._calibration,
            facing=args.facing,
            units=parse_units(args.units) if args.units is not None else None,
        )

    def listen(self, stopped: Callable[[], bool]) -> None:
        """Record, and let the session hear what was recorded."""
        from firmware_bridge.capture import Capture
        from firmware_bridge.dialects.detect import decoder_of
        from firmware_bridge.errors import BridgeError
        from firmware_bridge.events import MOMENT
        from firmware_bridge.recorder import boundary_of, notes_for, record

        greeting, args = self._greeting, self._args
        said = {"columns": args.columns, "units": args.units}
        notes = notes_for(self._link, greeting, {key: value for key, value in said.items() if value})
        decoder = decoder_of(greeting.wire, columns=self._columns, marked=False)
        begin = time.monotonic()
        try:
            with Capture(self.target, notes, boundary=boundary_of(greeting.wire)) as saved:
                for heard in record(self._link, saved, decoder, greeting.heard, timeout_s=0.2):
                    self._session.heard(heard, saved.written)
                    for at in self._session.marks():
                        saved.note(MOMENT, f"{at:.3f}")
                    if stopped() or (args.seconds is not None and time.monotonic() - begin >= args.seconds):
                        break
        except BridgeError as error:
            raise GaitError(str(error)) from error
        finally:
            self._session.close()
            self._link.close()

    def finish(self) -> Finished:
        """Analyse the capture whole."""
        from gait.readers import read

        return showing.finished_of(
            read(self.target),
            placement=self._placement,
            calibration=self._calibration,
            facing=self._args.facing,
            folder=self._folder,
            file=str(self.target),
        )

    def state(self) -> State:
        """What there is to show."""
        return self._session.state()

    def mark(self) -> None:
        """Mark this moment."""
        self._session.mark()

    def again(self) -> None:
        """Calibrate again."""
        self._session.again()


def _target(asked: Path | None, number: int) -> Path:
    """Where the number-th run is recorded: as asked for, a further one with its number, or named by the time."""
    if asked is None:
        stem = f"run-{datetime.now().astimezone():%Y%m%d-%H%M%S}"
        names = (Path(f"{stem}{more}.gaitcap") for more in ("", *(f"-{n}" for n in range(2, 100))))
        return next(path for path in names if not path.exists())
    target = asked if number == 1 else asked.with_name(f"{asked.stem}-{number}{asked.suffix}")
    recording_command.check_target(target)
    return target
