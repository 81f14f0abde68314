"""Compile the real sketch as the Arduino IDE does, and the harness that runs it.

Lives here: which tools are needed, what the sketch is compiled for, the cache.
Not here: running it (run.py), the board and the faults (bench.c), the chip (mpu6050_model.c).

The tools are Debian's: avr-gcc, the Arduino core, simavr. Nothing of them is in this project; simavr (GPL-3) is linked
when the harness is built on the machine that runs it.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from firmware_bridge.errors import BridgeError

HERE = Path(__file__).resolve().parent
SKETCH = HERE.parent / "firmware" / "gait_sensor"

#: What to install where a tool is missing.
PACKAGES = "gcc make gcc-avr avr-libc binutils-avr arduino-core-avr libsimavr-dev libelf-dev"

#: Arduino core and Wire, as Debian installs them; GAIT_ARDUINO_AVR names another place.
ARDUINO = Path("/usr/share/arduino/hardware/arduino/avr")

#: As the core's own platform.txt has them, without link-time optimisation: the addresses of variables stay findable.
#: DECIMAL_DIG: core 1.8.7 needs it, avr-gcc 5.4 lacks it.
BOTH_FLAGS = ("-g", "-Os", "-ffunction-sections", "-fdata-sections", "-DARDUINO=10807", "-DARDUINO_ARCH_AVR")
CPP_FLAGS = ("-std=gnu++11", "-fpermissive", "-fno-exceptions", "-fno-threadsafe-statics", "-DDECIMAL_DIG=9")


class BenchError(BridgeError):
    """The bench cannot be built or run; ``reason`` is "tools" or "build"."""


@dataclass(frozen=True)
class Board:
    """What the sketch is compiled for.

    Attributes
    ----------
    mcu, variant : str
        avr-gcc's name of the controller, and the Arduino folder of its pins.
    f_cpu_hz : int
        [Hz]
    baud : int or None
        None: as the sketch chooses for this clock.
    """

    mcu: str = "atmega328p"
    variant: str = "standard"
    f_cpu_hz: int = 16_000_000
    baud: int | None = None


UNO = Board()
PRO_MINI_8MHZ = Board(f_cpu_hz=8_000_000)
MEGA = Board(mcu="atmega2560", variant="mega")


@dataclass(frozen=True)
class Built:
    """Where the parts are.

    Attributes
    ----------
    board : Board
    sketch : Path
        ELF file.
    harness : Path
        Program for this machine.
    warnings : str
        What the compiler said of the sketch.
    """

    board: Board
    sketch: Path
    harness: Path
    warnings: str

    def address(self, variable: str) -> int:
        """Where a variable of the sketch or its core lies in the controller's memory."""
        table = call("avr-nm", str(self.sketch))
        for line in table.splitlines():
            words = line.split()
            if words[-1] == variable:
                return int(words[0], 16) & 0xFFFF  # avr-gcc puts data at 0x800000
        raise BenchError(f"The sketch has no variable {variable}.", reason="build")


def missing_tools() -> str:
    """One sentence on what is not installed; empty when everything is there."""
    missing = [
        tool for tool in ("cc", "make", "avr-gcc", "avr-g++", "avr-ar", "avr-nm") if not shutil.which(tool)
    ]
    core = _arduino()
    missing += [
        f"{core / part}" for part in ("cores/arduino", "libraries/Wire") if not (core / part).is_dir()
    ]
    if "cc" not in missing:
        missing += [name for name in ("simavr/sim_avr.h", "libelf.h") if not _has_header(name)]
    if not missing:
        return ""
    return f"The bench needs {', '.join(missing)}; on Debian or Ubuntu: apt-get install {PACKAGES}"


def build(board: Board = UNO, folder: Path | None = None) -> Built:
    """Sketch and harness, compiled if they are not yet in the cache.

    Parameters
    ----------
    board : Board
    folder : Path or None
        Cache; None: the user's own.

    Raises
    ------
    BenchError
        A tool is missing, or something does not compile.
    """
    if lacking := missing_tools():
        raise BenchError(lacking, reason="tools")
    if folder is None:
        import platformdirs

        folder = Path(platformdirs.user_cache_dir("gait-traits")) / "bench"
    place = folder / _fingerprint(board)
    if not place.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder) as name:
            made = Path(name) / "made"
            made.mkdir()
            _compile_all(board, made)
            try:
                made.rename(place)
            except OSError:  # somebody else was quicker
                if not place.is_dir():
                    raise
    return Built(
        board,
        place / "sketch.elf",
        place / "bench",
        (place / "warnings.txt").read_text(encoding="utf-8"),
    )


def _arduino() -> Path:
    return Path(os.environ.get("GAIT_ARDUINO_AVR") or ARDUINO)


def _has_header(name: str) -> bool:
    asked = ["cc", "-E", "-include", name, "-x", "c", os.devnull]
    return subprocess.run(asked, capture_output=True, check=False).returncode == 0


def _fingerprint(board: Board) -> str:
    """Changes with anything the result depends on."""
    seen = hashlib.sha256(repr((board, BOTH_FLAGS, CPP_FLAGS, call("avr-gcc", "--version"))).encode())
    sources = [
        *HERE.glob("*.[ch]"),
        HERE / "Makefile",
        *SKETCH.glob("*.ino"),
        *SKETCH.glob("*.h"),
        Path(__file__),
    ]
    for source in sorted(sources):
        seen.update(source.read_bytes())
    seen.update(str(_arduino()).encode())
    return seen.hexdigest()[:16]


def call(*words: str) -> str:
    """What a tool says; its error in ours when it fails."""
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BenchError(f"{Path(words[0]).name} failed: {done.stderr.strip()[-2000:]}", reason="build")
    return done.stdout


def _compile_all(board: Board, into: Path) -> None:
    core = _arduino() / "cores" / "arduino"
    wire = _arduino() / "libraries" / "Wire" / "src"
    parts = [
        *core.glob("*.c"),
        *core.glob("*.cpp"),
        *core.glob("*.S"),
        *wire.glob("*.cpp"),
        *wire.glob("utility/*.c"),
    ]
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        harness = pool.submit(call, "make", "-s", "-C", str(HERE), f"OUT={into}", f"{into}/bench")
        sketch = pool.submit(_compile_sketch, board, into)
        objects = list(pool.map(lambda source: _compile_part(board, source, into), sorted(parts)))
        harness.result()
        (into / "warnings.txt").write_text(sketch.result(), encoding="utf-8")
    call("avr-ar", "rcs", str(into / "core.a"), *objects)
    call("avr-gcc", f"-mmcu={board.mcu}", "-Os", "-Wl,--gc-sections", "-o", str(into / "sketch.elf"),
          str(into / "sketch.o"), str(into / "core.a"), "-lm")  # fmt: skip
    for leftover in [*objects, str(into / "core.a"), str(into / "sketch.o")]:
        Path(leftover).unlink()


def _flags(board: Board) -> list[str]:
    wire = _arduino() / "libraries" / "Wire" / "src"
    folders = [
        _arduino() / "cores" / "arduino",
        _arduino() / "variants" / board.variant,
        wire,
        wire / "utility",
    ]
    return [
        *BOTH_FLAGS,
        f"-mmcu={board.mcu}",
        f"-DF_CPU={board.f_cpu_hz}L",
        *(f"-I{f}" for f in folders),
    ]


def _compile_part(board: Board, source: Path, into: Path) -> str:
    made = str(into / f"{source.name}.o")
    cpp = source.suffix == ".cpp"
    call(
        "avr-g++" if cpp else "avr-gcc",
        *_flags(board),
        *(CPP_FLAGS if cpp else ()),
        "-w",
        "-c",
        str(source),
        "-o",
        made,
    )
    return made


def _compile_sketch(board: Board, into: Path) -> str:
    """Compiles the .ino as the Arduino IDE does; returns the warnings."""
    baud = [] if board.baud is None else [f"-DBAUD_RATE={board.baud}UL"]
    words = ["avr-g++", *_flags(board), *CPP_FLAGS, *baud, "-Wall", "-Wextra", "-x", "c++", "-include", "Arduino.h",
             "-c", str(SKETCH / "gait_sensor.ino"), "-o", str(into / "sketch.o")]  # fmt: skip
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BenchError(f"The sketch does not compile: {done.stderr.strip()[-2000:]}", reason="build")
    return done.stderr
