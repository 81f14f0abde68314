"""``gait check``: is everything ready for a run? Stand, some steps, stand.

Lives here: leading somebody through it; the points as lines.
Not here: what is looked at (readiness.py), the port (hearing.py).
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from gait.commands.command import DONE, FAILED, UsageError, tell
from gait.commands.hearing import Hearing, add_source_arguments, file_named, hearing, read_file
from gait.errors import CalibrationError, ReadError

if TYPE_CHECKING:
    from firmware_bridge.events import Info
    from gait.calibration.calibration import Calibration
    from gait.recording import Placement, Recording

PURPOSE = """\
Try the sensor on before a run: put it on, stand still for five seconds, walk or jog some ten steps, stand still again.
What was heard tells whether link, rate, range, units, standing and mounting are ready, each in a line.
"""

EPILOG = """\
from a recording
  gait check FILE looks at a recording of the same: standing, some steps, standing.

exit status
  0  ready; what is open could not be heard, and hinders nothing
  1  something is worth a look first

examples
  gait check
  gait check --placement sternum
  gait check try.gaitcap
"""

#: What to do next, by how far the try has come.
DO = {
    "stand": "Stand still for five seconds.",
    "steps": "Now walk or jog some ten steps.",
    "again": "Stand still again for five seconds.",
    "done": "That is all.",
}

#: Listened to at most. [s]
LONGEST_S = 120.0

#: What is shorter tells nothing yet. [s]  Chosen.
SHORTEST_S = 2.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Flags and manual page."""
    parser.description, parser.epilog = PURPOSE, EPILOG
    parser.usage = "gait check [PORT|FILE] [options]"
    add_source_arguments(parser)
    parser.add_argument(
        "--placement", metavar="WHERE", help="sternum (or chest), upper-back, waist or sacrum"
    )


def run(args: argparse.Namespace) -> int:
    """Do it."""
    placement = _placement(args)
    path = file_named(args)
    if path is not None:
        recording, info, damaged = read_file(args, path), _info_of(path), 0
    else:
        with hearing(args, "check") as sensor:
            recording = _led(sensor)
            info, damaged = sensor.vitals.info, sensor.vitals.damaged
        tell(f"What was recorded is in {sensor.target}.\n")
    return _told(recording, info, damaged, placement or recording.placement)


def _placement(args: argparse.Namespace) -> Placement | None:
    from gait.readers.words import parse_placement

    try:
        return None if args.placement is None else parse_placement(args.placement)
    except ReadError as error:
        raise UsageError(str(error)) from error


def _info_of(path: Path) -> Info | None:
    """What a sensor said of itself in a capture."""
    from firmware_bridge import capture
    from firmware_bridge.decoder import Decoder
    from firmware_bridge.events import Info
    from gait.readers.wire import recognise

    if not path.is_file() or recognise(path) != "gait":
        return None
    return next((e for e in capture.read(path, Decoder()) if isinstance(e, Info)), None)


def _led(sensor: Hearing) -> Recording:
    """Through the try, until it is done."""
    from gait.readiness import stage_of

    who = sensor.greeting.info.device if sensor.greeting.info else "a sensor"
    tell(f"Listening to {who} at {sensor.link.port}. Put it on. Ctrl-C ends it.")
    recording: Recording | None = None
    said = ""
    for passed in sensor.looks():
        if passed > LONGEST_S:
            break
        recording = sensor.recording() or recording
        if recording is None or _short(recording):
            continue
        stage = stage_of(recording)
        if stage != said:
            said = stage
            tell(DO[stage])
        if stage == "done":
            break
    recording = sensor.recording() or recording
    if recording is None:
        raise ReadError(sensor.why or "The sensor sent too few samples to be understood.")
    return recording


def _short(recording: Recording) -> bool:
    return float(recording.samples.t[-1] - recording.samples.t[0]) < SHORTEST_S


def _told(recording: Recording, info: Info | None, damaged: int, placement: Placement) -> int:
    """Every point in a line, and what it comes to."""
    from gait.readiness import look_at

    if _short(recording):
        raise ReadError(
            f"{recording.source} is shorter than {SHORTEST_S:.0f} s; a try stands, takes some steps and stands."
        )
    points = look_at(
        recording,
        ranges=_ranges(info),
        damaged=damaged,
        placement=placement,
        calibration=_known(recording.device),
    )
    for point in points:
        tell(f"{point.name:<12} {point.state:<6} {point.says}")
    looks = sum(point.state == "look" for point in points)
    if looks:
        tell(f"\n{looks} thing{'s' * (looks > 1)} to look at before you run.")
        return FAILED
    tell("\nReady to run.")
    return DONE


def _ranges(info: Info | None) -> tuple[float, float] | None:
    if info is None or info.chip is None:
        return None
    from firmware_bridge.mpu6050 import ACC_RANGES_G, GYR_RANGES_DPS

    return float(ACC_RANGES_G[info.chip.acc_range]), float(GYR_RANGES_DPS[info.chip.gyr_range])


def _known(device: str) -> Calibration | None:
    from gait.calibration import store

    try:
        return store.find(device)
    except CalibrationError:
        return None  # gait doctor tells of it
