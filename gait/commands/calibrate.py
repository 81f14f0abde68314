"""``gait calibrate``: six rests, and a sensor is known.

Lives here: leading somebody through the six faces; what is said; a recording instead of a port.
Not here: rests and equations (calibration/), the port (hearing.py).
"""

from __future__ import annotations

import argparse
import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING

from gait.commands.command import DONE, a_path, tell
from gait.commands.hearing import Hearing, add_source_arguments, file_named, hearing, read_file
from gait.errors import CalibrationError, ReadError

if TYPE_CHECKING:
    from gait.calibration.calibrate import Found
    from gait.calibration.calibration import Calibration
    from gait.calibration.rests import Rest
    from gait.recording import Recording

PURPOSE = """\
Find out what a sensor reads too much, in two minutes. Lay it on each of its six faces, one after the other, on
something that does not move: a table, or against a heavy book that stands on it. Three seconds each, in any order;
each rest is seen by itself. It need not lie straight. (Most boards show two of their axes as arrows.) Turn it from one face to the next in one go: the turns
tell the gyroscope's scale.

A run's mean lean is then known to about 0.1° as far as the sensor goes, instead of 0.3°, and turning to one percent
instead of three. What is found is kept for this sensor and used by gait analyze by itself.
"""

EPILOG = """\
from a recording
  gait calibrate FILE looks for rests in a recording: of six faces, or what happens to lie in an old one (--partial).

what it cannot tell
  How the chip sits in its box: lean is measured against your standing and does not ask. Gravity's size where you
  are: 9.80665 m/s² is taken, which is within 0.3 % of it everywhere and turns no angle.

exit status
  0  calibrated and kept
  1  faces are missing, the rests contradict each other, or nothing could be read

examples
  gait calibrate
  gait calibrate /dev/ttyUSB0
  gait calibrate rests.gaitcap --out my-sensor.json
  gait analyze run.csv --calibration my-sensor.json
"""

#: After the sixth face more rests are waited for so long. [s]
MORE_S = 30.0

#: A turn is known well enough, however it is worn. [1, 1 sd]  Chosen: 0.3° of a turning by 30°.
GOOD_TURN = 0.01

#: A wobble is told of again after this. [s]
AGAIN_S = 5.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Flags and manual page."""
    parser.description, parser.epilog = PURPOSE, EPILOG
    parser.usage = "gait calibrate [PORT|FILE] [options]"
    add_source_arguments(parser)
    parser.add_argument(
        "--partial",
        action="store_true",
        help="take what there is when faces are missing, and stay unsure of the rest",
    )
    parser.add_argument("--device", metavar="NAME", help="the sensor's name, where it tells none")
    parser.add_argument(
        "--out", metavar="FILE", type=a_path, help="write the calibration there instead of keeping it"
    )


def run(args: argparse.Namespace) -> int:
    """Do it."""
    path = file_named(args)
    if path is not None:
        return _finish(args, read_file(args, path))
    with hearing(args, "calibration") as sensor:
        _named(sensor)
        recording = _led(sensor)
    tell(f"What was recorded is in {sensor.target}.")
    try:
        return _finish(args, recording)
    except CalibrationError as error:
        raise CalibrationError(f"{error} gait calibrate {sensor.target} looks at it again.") from error


def _finish(args: argparse.Namespace, recording: Recording) -> int:
    """Solve, keep, say."""
    from gait.calibration import store
    from gait.calibration.calibrate import calibrate

    device = args.device or recording.device
    earlier = store.find(device) if args.out is None else None
    found = calibrate(recording, partial=args.partial, device=device, earlier=earlier)
    kept = found.calibration
    if earlier is not None and earlier.six_position and not kept.six_position:
        kept = _added(earlier, kept)
        tell(
            f"{device} has a calibration of all six faces from {earlier.made_at[:10] or 'before'}; it stays, and the "
            "gyroscope's bias is added to it."
        )
    path = store.keep(kept, args.out)
    for sentence in _told(found):
        tell(sentence)
    use = (
        f"gait analyze uses it by itself for every recording that names this sensor: {device}."
        if args.out is None
        else f"Use it: gait analyze RUN --calibration {path}"
    )
    tell(f"Kept in {path}\n{use}", after=f"The calibration is in {path}.")
    return DONE


def _added(earlier: Calibration, newer: Calibration) -> Calibration:
    """The old gains with the new bias."""
    from dataclasses import replace

    return replace(
        earlier,
        gyr_bias=newer.gyr_bias,
        temperature_c=newer.temperature_c,
        biases=newer.biases if len(newer.biases) else earlier.biases,
        gyr_bias_slope=newer.gyr_bias_slope if newer.gyr_bias_slope.any() else earlier.gyr_bias_slope,
    )


def _told(found: Found) -> list[str]:
    """What was found, for people."""
    import numpy as np

    from gait.calibration.uncertainty import USUAL_LEAN_DEG, worst_lean_deg, worst_turn
    from gait.units import DEG, G

    c = found.calibration
    rests = f"{len(found.rests)} rest{'s' * (len(found.rests) != 1)}"
    ways = f"{len(found.ways)} turn{'s' * (len(found.ways) != 1)}"
    warm = "" if c.temperature_c is None else f" at {c.temperature_c:.0f} °C"
    said = [
        f"{c.device or 'The sensor'}: {rests} and {ways}{warm}.",
        (
            f"Taken out: offsets of {_three(c.acc_offset / G * 1000)} mg, gains of "
            f"{_three((np.diag(c.acc_gain) - 1) * 100, 2)} %, gyroscope {_three(c.gyr_bias * DEG, 2)} °/s and "
            f"{_three((np.diag(c.gyr_gain) - 1) * 100, 2)} %."
        ),
        f"What is left in the rests: {np.abs(c.rest_residuals).max() / G * 1000:.1f} mg"
        + (f", in the turns {c.turn_residuals.max() * DEG:.2f}°." if len(c.turn_residuals) else "."),
    ]
    if found.missing:
        said.append(
            f"No rest with {', '.join(found.missing)} up: what these would have told stays open, and the stated "
            "uncertainty says so."
        )
    lean, turn = worst_lean_deg(c), worst_turn(c)
    if lean is not None and turn is not None:
        said.append(
            f"As far as the sensor goes, a lean of {USUAL_LEAN_DEG:.0f}° is now known to ±{lean:.2f}° and turning to "
            f"±{100 * turn:.1f} % (one standard deviation, however it is clipped on)."
        )
    if not found.ways:
        said.append("No turn could be followed whole, so the gyroscope's scale stays as it was.")
    return said


def _three(values: object, digits: int = 0) -> str:
    """Three numbers with their signs."""
    import numpy as np

    return " ".join(f"{value:+.{digits}f}" for value in np.asarray(values, float))


def _named(sensor: Hearing) -> None:
    """Give a sketch of ours a name, when it has none: by it the calibration is found again."""
    info = sensor.greeting.info
    if info is None or info.chip is None or any(info.chip.device_id):
        return
    from firmware_bridge import frames

    name = secrets.token_hex(4)
    sensor.link.send(frames.command(frames.SET_ID, *name.encode()))
    sensor.link.send(frames.command(frames.ASK_INFO))
    tell(f"This sensor had no name of its own. It is called {name} from now on, and remembers that.")


def _led(sensor: Hearing) -> Recording:
    """Through the six faces, and back to the first."""
    tell(
        f"Listening to {sensor.greeting.info.device if sensor.greeting.info else 'a sensor'} at {sensor.link.port}."
    )
    tell(
        "Lay it down on one face after the other, three seconds each, on something that does not move. Any order; it "
        "need not lie straight. Ctrl-C ends it."
    )
    guide = _Guide(tell)
    recording: Recording | None = None
    for passed in sensor.looks():
        if sensor.went_away:
            guide.away(passed)
            continue
        recording = sensor.recording() or recording
        if recording is not None and guide.look(recording, passed):
            break
    recording = sensor.recording() or recording
    if recording is None:
        raise ReadError(sensor.why or "The sensor sent too few samples to be understood.")
    return recording


class _Guide:
    """Says what was seen and what is still to come; remembers what it said."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._seen: list[Rest] = []
        self._asked: list[str] = []
        self._changed_at = 0.0
        self._wobbled_at = -AGAIN_S
        self._away = False

    def away(self, _passed: float) -> None:
        """The port is lost."""
        if not self._away:
            self._say("The port went away. Plug it in again: it goes on from there.")
        self._away = True

    def look(self, recording: Recording, passed: float) -> bool:
        """Say what is new; whether all is seen."""
        from gait.calibration.rests import missing_faces, wobbles

        self._away = False
        fresh = self._fresh(recording)
        for rest in fresh:
            before = missing_faces(self._seen)
            self._seen.append(rest)
            self._say(_of(rest, before, missing_faces(self._seen)))
            self._changed_at = passed
        if not fresh and passed - self._wobbled_at >= AGAIN_S and wobbles(recording.samples):
            self._wobbled_at = passed
            self._say("It wobbles, or is held in the hand: lay it on something that does not move.")
        if missing_faces(self._seen):
            return False
        if fresh:
            wish = self._wish(recording)
            if not wish:
                return True
            if wish not in self._asked:
                self._asked.append(wish)
                self._say(f"{wish} (Ctrl-C leaves it out.)")
        return passed - self._changed_at > MORE_S

    def _fresh(self, recording: Recording) -> list[Rest]:
        """Rests that were not told of; the one told of last has grown meanwhile."""
        from gait.calibration.rests import find_rests

        rests = find_rests(recording.samples)
        if not self._seen:
            return rests
        last = self._seen[-1].stop
        grown = [r for r in rests if r.start <= last]
        last = max(last, grown[-1].stop) if grown else last
        return [r for r in rests if r.start > last]

    def _wish(self, recording: Recording) -> str:
        """What more would tell most, "" when enough is known."""
        import numpy as np

        from gait.calibration.calibrate import calibrate
        from gait.calibration.uncertainty import turn_sigma, worst_turn

        if not self._asked:
            first = self._seen[0].face or "the first face"
            return f"All six are seen. Turn it back with {first} up: that makes it twice as sure."
        try:
            found = calibrate(recording).calibration
        except CalibrationError:
            return ""  # it is said in the end
        if (worst_turn(found) or 0.0) < GOOD_TURN:
            return ""
        weak = int(np.argmax([turn_sigma(found, axis) or 0.0 for axis in np.eye(3)]))
        a, b = (name for name in "xyz" if name != "xyz"[weak])
        return f"One round more for the gyroscope: +{a}, +{b}, -{a}, -{b} up, one after the other."


def _of(rest: Rest, before: list[str], coming: list[str]) -> str:
    """A sentence for a rest just seen, with the faces that were missing before it and those still to come."""
    more = f" Still to come: {', '.join(coming)}." if coming else ""
    if rest.face is None:
        return f"It lies askew, no axis points up: turn it nearer to a face.{more}"
    if before and rest.face not in before:
        return f"{rest.face} is up, as before.{more}"
    return f"{rest.face} is up.{more}"
