"""``gait simulate``: a sensor for whoever has none.

Lives here: a made-up runner's readings put on a port, and its mishaps as flags.
Not here: the runner (synthetic/), the port (firmware_bridge), the sketch on a simulated chip (firmware_bridge/bench).
"""

from __future__ import annotations

import argparse
import signal
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from gait.commands.command import DONE, UsageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from gait.rotations import Floats
    from gait.synthetic import Sensor

PURPOSE = """\
Pretend that a sensor is plugged in: a made-up runner stands, runs and stands again, over and over, on a port
of this computer. The first line on stdout is that port's path and nothing else. Ctrl-C ends it.

Opening the port starts the runner anew, as opening an Arduino's port resets it. Needs Linux, macOS or WSL.
"""

EPILOG = """\
examples
  gait simulate                         then, in another terminal: gait record
  gait simulate --speed 20              twenty times as fast
  gait simulate --seconds 8             a short one; then, in another terminal: gait check
  gait simulate --drop 0.02 --unplug-every 30
  gait simulate --faces                 then, in another terminal: gait calibrate
  gait simulate --bench                 the real sketch on a simulated chip (needs avr-gcc and simavr)
"""

#: Seconds unplugged at each --unplug-every. [s]  Chosen.
UNPLUGGED_S = 2.0

#: Standing before and after the run. [s]  Chosen: what a runner is asked for.
STANDING_S = 10.0

#: --wrap lets the tick begin this long before its wrap. [us]
BEFORE_WRAP = 15_000_000

#: Faces that gait calibrate may ask for after the six.
AFTERWARDS = ("+z", "+x", "+y", "-x", "-y")

#: How far off a made-up clock may be. [millionths]  Chosen: ten times the worst of a real one, an RC oscillator's 1 %.
MOST_PPM = 100_000.0

#: The bench plays this long. [s]  Chosen: its readings are a file of 20 MB by then.
BENCH_S = 1800.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Flags and manual page."""
    parser.description, parser.epilog = PURPOSE, EPILOG
    parser.usage = "gait simulate [options]"
    parser.add_argument(
        "--seconds", metavar="S", type=float, default=120.0, help="running between two standings (120)"
    )
    parser.add_argument(
        "--rate",
        metavar="HZ",
        type=float,
        default=200.0,
        help="samples a second: 1000 over a whole number (200)",
    )
    parser.add_argument("--batch", metavar="N", type=int, default=1, help="samples in a frame, 1 to 4 (1)")
    parser.add_argument("--speed", metavar="N", type=float, default=1.0, help="times true speed (1)")
    parser.add_argument("--seed", metavar="N", type=int, default=1, help="another runner (1)")
    parser.add_argument(
        "--faces", action="store_true", help="a hand turns it through its six faces, for gait calibrate"
    )
    parser.add_argument(
        "--bench", action="store_true", help="run the real sketch on a simulated chip instead"
    )
    faults = parser.add_argument_group("what goes wrong")
    faults.add_argument(
        "--drop", metavar="SHARE", type=float, default=0.0, help="share of frames that are lost"
    )
    faults.add_argument(
        "--damage", metavar="SHARE", type=float, default=0.0, help="share of frames with a wrong byte"
    )
    faults.add_argument(
        "--garbage", metavar="SHARE", type=float, default=0.0, help="share of frames followed by noise"
    )
    faults.add_argument(
        "--jitter", metavar="MS", type=float, default=0.0, help="how late frames come, standard deviation"
    )
    faults.add_argument(
        "--ppm", metavar="PPM", type=float, default=0.0, help="how fast the sensor's clock runs"
    )
    faults.add_argument("--wrap", action="store_true", help="let the tick wrap after 15 s")
    faults.add_argument(
        "--unplug-every", metavar="S", type=float, help="pull the plug each S seconds, for 2 s"
    )


def run(args: argparse.Namespace) -> int:
    """Do it."""
    divider = _checked(args)
    with suppress(ValueError):  # not in the main thread
        # Being told to end is Ctrl-C by other means: the port is taken away behind us.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    rate_hz = 1000.0 / (1 + divider)
    counts = (
        turned_counts(args.seed, rate_hz) if args.faces else made_up_counts(args.seed, args.seconds, rate_hz)
    )
    if args.bench:
        return _on_the_bench(args, counts, divider)
    from firmware_bridge.events import Chip
    from firmware_bridge.sensor_stream import Faults
    from firmware_bridge.virtual_sensor import VirtualSensor

    faults = Faults(
        drop=args.drop,
        garbage=args.garbage,
        damage=args.damage,
        jitter_s=args.jitter * 1e-3,
        clock_ppm=args.ppm,
        first_tick=(1 << 32) - BEFORE_WRAP if args.wrap else 0,
        seed=args.seed,
    )
    chip = Chip(firmware=(0, 1), device_id=b"made-up\0", divider=divider, per_frame=args.batch)
    with VirtualSensor(counts, chip, faults, speed=args.speed) as sensor:
        _announce(
            sensor.path,
            "A made-up hand turns it from face to face. In another terminal: gait calibrate"
            if args.faces
            else f"A made-up runner stands there for {_standing(args.speed)}, then runs. In another terminal: gait record",
        )
        with suppress(KeyboardInterrupt):
            while True:
                time.sleep(args.unplug_every or 3600.0)
                if args.unplug_every:
                    print("unplugged", file=sys.stderr, flush=True)
                    sensor.unplug()
                    time.sleep(UNPLUGGED_S)
                    sensor.replug()
                    print("plugged in", file=sys.stderr, flush=True)
    return DONE


def _checked(args: argparse.Namespace) -> int:
    """The divider of the rate; wrong flags are usage errors."""
    if not 4.0 <= args.rate <= 1000.0:
        raise UsageError(f"--rate takes 4 to 1000 samples a second; {args.rate:g} is none.")
    if not 1 <= args.batch <= 4:
        raise UsageError(f"--batch takes 1 to 4 samples a frame; {args.batch} is none.")
    if not 5.0 <= args.seconds <= 36_000.0:
        raise UsageError(f"--seconds takes 5 to 36000; {args.seconds:g} is none.")
    if not 0.01 <= args.speed <= 1000.0:
        raise UsageError(f"--speed takes 0.01 to 1000; {args.speed:g} is none.")
    for name in ("drop", "damage", "garbage"):
        if not 0.0 <= getattr(args, name) <= 1.0:
            raise UsageError(f"--{name} takes a share from 0 to 1; {getattr(args, name):g} is none.")
    if args.seed < 0:
        raise UsageError(f"--seed takes a whole number from 0; {args.seed} is none.")
    if not 0.0 <= args.jitter <= 10_000.0:
        raise UsageError(f"--jitter takes 0 to 10000 ms; {args.jitter:g} is none.")
    if not abs(args.ppm) <= MOST_PPM:
        raise UsageError(f"--ppm takes up to {MOST_PPM:.0f} either way; {args.ppm:g} is more.")
    if args.unplug_every is not None and not args.unplug_every >= 1.0:
        raise UsageError(f"--unplug-every takes 1 s or more; {args.unplug_every:g} is less.")
    whole: int = round(1000.0 / args.rate)
    return whole - 1


def made_up_counts(seed: int, running_s: float, rate_hz: float) -> NDArray[np.int16]:
    """A runner's readings as counts; what can go wrong on the wire is left to the wire."""
    from dataclasses import replace

    import numpy as np

    from firmware_bridge.sensor_stream import to_counts
    from gait.rotations import from_rotvec
    from gait.synthetic import Course, Runner, simulate

    # Worn on the chest: y of the board up, which leans back by some degrees as a chest does.
    upright = from_rotvec(np.array([1.0, 1.0, 1.0]) / np.sqrt(3.0) * (2.0 * np.pi / 3.0))
    sensor = replace(_sensor(seed, rate_hz), q_torso_sensor=upright)
    course = Course(standing_s=STANDING_S, running_s=running_s, standing_after_s=STANDING_S)
    recording, _ = simulate(Runner(placement="sternum"), course, sensor, seed)
    return to_counts(recording.samples.acc, recording.samples.gyr)


def turned_counts(seed: int, rate_hz: float) -> NDArray[np.int16]:
    """The same sensor's readings while a hand turns it from face to face, and back to the first."""
    from firmware_bridge.sensor_stream import to_counts
    from gait.synthetic.handling import FACES, handle

    recording = handle(_sensor(seed, rate_hz), seed, faces=(*FACES, *AFTERWARDS))
    return to_counts(recording.samples.acc, recording.samples.gyr)


def _sensor(seed: int, rate_hz: float) -> Sensor:
    """One sensor for each seed; what can go wrong on the wire is left to the wire."""
    from dataclasses import replace

    import numpy as np

    from gait.rotations import IDENTITY
    from gait.synthetic import Sensor

    made = Sensor.mpu6050(np.random.default_rng(seed), rate_hz, IDENTITY)
    return replace(made, drop_share=0.0, clock_ppm=0.0, jitter_s=0.0, start_s=0.0)


def _standing(speed: float) -> str:
    """How long it stands, in its own time and in ours."""
    own = f"{STANDING_S:.0f} s"
    return own if speed == 1.0 else f"{own} of its own time ({STANDING_S / speed:g} s by your clock)"


def _announce(path: str, following: str) -> None:
    """The path alone on stdout, what to do with it on stderr."""
    print(path, flush=True)
    print(
        f"{following}\nCtrl-C ends it.",
        file=sys.stderr,
        flush=True,
    )


def _on_the_bench(args: argparse.Namespace, counts: NDArray[np.int16], divider: int) -> int:
    """The real sketch, compiled and executed, reading these samples from a modelled chip."""
    import tempfile
    from pathlib import Path

    import numpy as np

    from firmware_bridge.bench import run as bench

    repeats = max(1, round(BENCH_S / (len(counts) * (1 + divider) * 1e-3)))
    acc, gyr = _in_si(np.tile(counts, (repeats, 1)))
    t = np.arange(len(acc)) * (1 + divider) * 1e-3
    with tempfile.TemporaryDirectory(prefix="gait-bench-") as folder:
        readings = Path(folder) / "readings.csv"
        bench.write_readings(readings, t.tolist(), acc.tolist(), gyr.tolist())
        with bench.start(
            readings,
            rate_hz=1000.0 / (1 + divider),
            per_frame=args.batch,
            real_time=args.speed == 1.0,
            anew=True,
        ) as board:
            _announce(
                board.port,
                f"The real sketch runs there on a simulated board, and {'a hand turns the chip' if args.faces else 'the runner is on the way'}. In another terminal: "
                f"gait {'calibrate' if args.faces else 'record'} {board.port}",
            )
            with suppress(KeyboardInterrupt):
                board.process.wait()
    return DONE


def _in_si(counts: NDArray[np.int16]) -> tuple[Floats, Floats]:
    """The same readings in m/s² and rad/s."""
    from firmware_bridge.mpu6050 import acc_worth, gyr_worth

    return counts[:, :3] * acc_worth(3), counts[:, 3:] * gyr_worth(3)
