"""Run the real sketch on a simulated board, its serial port on a pty.

Lives here: starting and steering a bench, its readings, what its chip had ready.
Not here: compiling (build.py), the board and the faults (bench.c), the chip (mpu6050_model.c), reading the port (link.py).
"""

from __future__ import annotations

import csv
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from firmware_bridge import frames
from firmware_bridge.bench.build import BenchError, Built, build, call

#: Seconds after a reset at which the rate is asked for: the chip takes 0.1 s to be set up. [s]
RATE_AT = 0.25

#: Seconds to wait for the port's name. [s]  Chosen: reading an hour of CSV takes 1 s.
NAME_WITHIN = 30.0


@dataclass(frozen=True)
class Truth:
    """What the modelled chip had ready, and when.

    Attributes
    ----------
    boot : (n,) int array
        How often the board had been reset before.
    us : (n,) float array
        When the data-ready pin rose, since the start of the simulation. [us]
    counts : (n, 6) int16 array
        ax ay az gx gy gz.
    temperature : (n,) int16 array
        Raw.
    """

    boot: NDArray[np.int64]
    us: NDArray[np.float64]
    counts: NDArray[np.int16]
    temperature: NDArray[np.int16]


class Bench:
    """A bench that runs: a serial port at ``port``, a process behind it. Close it, or use it in ``with``."""

    def __init__(
        self, process: subprocess.Popen[str], port: str, folder: tempfile.TemporaryDirectory[str]
    ) -> None:
        self.port = port
        self.process = process
        self._folder = folder

    def tell(self, order: str) -> None:
        """Give an order for now: "power-off", "nack 0.1", "reset", ... (``bench --help`` has them)."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{order}\n")
        self.process.stdin.flush()

    def truth(self) -> Truth:
        """What the chip had ready; whole once the bench has ended."""
        return read_truth(Path(self._folder.name) / "truth.csv")

    def close(self) -> None:
        """End the process."""
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe:
                pipe.close()
        self._folder.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.close()


def start(
    readings: Path,
    *,
    rate_hz: float = 200.0,
    per_frame: int | None = None,
    real_time: bool = True,
    anew: bool = False,
    faults: Iterable[tuple[float, str]] = (),
    seconds: float | None = None,
    lead: float = 0.0,
    who_am_i: int = 0x68,
    chip_ppm: float = 0.0,
    built: Built | None = None,
) -> Bench:
    """Start a bench that plays readings to the real sketch.

    Opening the port resets the board, as on an Uno. In real time what nobody reads is lost; else time stands still
    until it is read.

    Parameters
    ----------
    readings : Path
        CSV as ``write_readings`` makes it.
    rate_hz : float
        1000 / (1 + a whole number); asked for by command after each reset. [Hz]
    per_frame : int or None
        Samples a frame, 1 to 4; None: as the sketch has it.
    anew : bool
        Opening the port begins the readings anew.
    faults : iterable of (seconds, order)
        Orders of ``bench --help`` at stated moments, simulated time since the start.
    seconds : float or None
        How long, simulated; None: to the end of the readings. [s]
    lead : float
        How long the first reading is held before the rest is played. [s]
    who_am_i : int
        What the chip calls itself.
    chip_ppm : float
        How much faster than stated the chip's clock runs.
    built : Built or None
        None: an Uno from the cache.
    """
    built = built or build()
    folder = tempfile.TemporaryDirectory(prefix="gait-bench-")
    script = _script(faults, rate_hz, per_frame)
    words = _words(built, readings, Path(folder.name), script, seconds, lead, who_am_i, chip_ppm)
    words += [
        "--live",
        *(["--speed", "1"] if real_time else ["--keep-unread"]),
        *(["--anew"] if anew else []),
    ]
    process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    port = process.stdout.readline().strip()
    bench = Bench(process, port, folder)
    if not port:
        code = process.wait(NAME_WITHIN)
        bench.close()
        raise BenchError(f"The bench ended at once with code {code}; what it said is above.", reason="build")
    return bench


def play(
    readings: Path,
    *,
    rate_hz: float = 200.0,
    per_frame: int | None = None,
    faults: Iterable[tuple[float, str]] = (),
    seconds: float | None = None,
    lead: float = 0.0,
    who_am_i: int = 0x68,
    chip_ppm: float = 0.0,
    built: Built | None = None,
) -> tuple[bytes, Truth]:
    """Run a bench to its end as fast as it goes, without a port: the sketch's bytes, and what the chip had ready.

    The parameters are those of ``start``. The same parameters give the same bytes.
    """
    built = built or build()
    with tempfile.TemporaryDirectory(prefix="gait-bench-") as name:
        folder = Path(name)
        words = _words(
            built, readings, folder, _script(faults, rate_hz, per_frame), seconds, lead, who_am_i, chip_ppm
        )
        call(*words, "--out", str(folder / "bytes"))
        return (folder / "bytes").read_bytes(), read_truth(folder / "truth.csv")


def write_readings(
    path: Path, t: Sequence[float], acc: Sequence[Sequence[float]], gyr: Sequence[Sequence[float]]
) -> None:
    """Readings for a bench: seconds, m/s², rad/s, in the sensor's axes."""
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["t_s", "ax_mps2", "ay_mps2", "az_mps2", "gx_rps", "gy_rps", "gz_rps"])
        for at, a, g in zip(t, acc, gyr, strict=True):
            rows.writerow([f"{at:.6f}", *(f"{value:.6f}" for value in (*a, *g))])


def read_truth(path: Path) -> Truth:
    """The chip's own record."""
    rows = np.loadtxt(path, delimiter=",", ndmin=2)
    if not rows.size:
        rows = np.empty((0, 9))
    return Truth(
        rows[:, 0].astype(np.int64),
        rows[:, 1],
        rows[:, [2, 3, 4, 6, 7, 8]].astype(np.int16),
        rows[:, 5].astype(np.int16),
    )


def _script(faults: Iterable[tuple[float, str]], rate_hz: float, per_frame: int | None) -> str:
    """Faults at their moments; rate and samples a frame after each reset."""
    divider = round(1000.0 / rate_hz) - 1
    if not 0 <= divider <= 255:
        raise BenchError(
            f"{rate_hz:g} Hz cannot be had: the chip does 1000 / (1 + 0 to 255).", reason="build"
        )
    asked = b"" if divider == 4 else frames.encode(frames.DIVIDER, bytes([divider]))
    if per_frame is not None:
        asked += frames.encode(frames.BATCH, bytes([per_frame]))
    lines = [f"{at:.6f} {order}" for at, order in sorted(faults)]
    if asked:
        lines.append(f"+{RATE_AT} send {asked.hex()}")
    return "".join(f"{line}\n" for line in lines)


def _words(
    built: Built,
    readings: Path,
    folder: Path,
    script: str,
    seconds: float | None,
    lead: float,
    who_am_i: int,
    chip_ppm: float,
) -> list[str]:
    (folder / "script").write_text(script, encoding="utf-8")
    words = [str(built.harness), "--elf", str(built.sketch), "--readings", str(readings)]
    words += ["--script", str(folder / "script"), "--truth", str(folder / "truth.csv")]
    words += ["--f-cpu", str(built.board.f_cpu_hz), "--who", f"{who_am_i:x}", "--chip-ppm", str(chip_ppm)]
    words += ["--lead", str(lead)]
    return words if seconds is None else [*words, "--seconds", str(seconds)]
