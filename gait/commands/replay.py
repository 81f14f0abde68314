"""``gait replay``: any recording through the very view of a live run.

Lives here: a recording and its player put together into a run.
Not here: showing it (showing.py), playing it (live/replay.py), reading it (readers/).
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from gait.commands import showing
from gait.commands.command import UsageError, a_path
from gait.commands.reading import add_file_arguments, check_file_arguments, written

if TYPE_CHECKING:
    from gait.live.session import State
    from gait.live.stage import Finished
    from gait.recording import Placement, Recording

PURPOSE = """\
Play a recording (a capture, a CSV, whatever gait analyze reads) as if it happened now, through the view of
gait live. Nothing is recorded or written.
"""

EPILOG = """\
examples
  gait replay run.gaitcap --placement sternum
  gait replay run.csv --speed 4
  gait replay run.csv.gz --terminal --speed 10
"""

#: Largest speed. [1]  Chosen: the window still overlaps the one before, so that no stride is passed over.
FASTEST = 20.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Flags and manual page."""
    parser.description, parser.epilog = PURPOSE, EPILOG
    parser.usage = "gait replay FILE [options]"
    parser.add_argument("file", metavar="FILE", type=a_path, help="the recording")
    parser.add_argument(
        "--speed", metavar="N", type=float, default=1.0, help="times true speed, up to 20 (1)"
    )
    add_file_arguments(parser)
    showing.add_worn_arguments(parser)
    showing.add_showing_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Do it."""
    from gait.readers import read

    placement = showing.check_showing(args)
    if not 0.1 <= args.speed <= FASTEST:
        raise UsageError(f"--speed takes 0.1 to {FASTEST:g}; {args.speed:g} is none.")
    check_file_arguments(args)
    recording = read(args.file, units=args.units, **written(args))

    def begin() -> ReplayRun:
        return ReplayRun(args, recording, placement)

    return showing.show(args, begin, begin(), endless=True)


class ReplayRun:
    """One playing of a recording."""

    def __init__(self, args: argparse.Namespace, recording: Recording, placement: Placement | None) -> None:
        from gait.live.replay import Replay

        self._args, self._recording, self._placement = args, recording, placement
        self._calibration, unusable = showing.calibration_of(args, recording.device)
        for sentence in unusable:
            print(f"gait: {sentence}", file=sys.stderr)
        self._replay = Replay(
            recording,
            speed=args.speed,
            placement=placement,
            calibration=self._calibration,
            facing=args.facing,
        )

    def listen(self, stopped: Callable[[], bool]) -> None:
        """Wait until it is over; the samples come by the clock."""
        while not stopped() and not self._replay.over:
            time.sleep(0.05)
        self._replay.close()

    def finish(self) -> Finished:
        """Analyse the recording whole; nothing is written."""
        return showing.finished_of(
            self._recording,
            placement=self._placement,
            calibration=self._calibration,
            facing=self._args.facing,
            folder=None,
            file="",
        )

    def state(self) -> State:
        """What there is to show."""
        return self._replay.state()

    def mark(self) -> None:
        """Mark this moment."""
        self._replay.mark()

    def again(self) -> None:
        """Calibrate again."""
        self._replay.again()
