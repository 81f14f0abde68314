"""Damages x loggers: lean, rotation and cadence stay, or a refusal names the damage.

    python -m tests.gait.readers.damage_matrix [--loggers a,b] [--damages x,y]

Lives here: the matrix and how a cell of it is judged. test_damage_matrix.py runs a part of it in the suite.
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from gait.errors import GaitError
from gait.pipeline import analyze
from gait.readers import read
from gait.recording import Samples
from gait.synthetic import Course, Runner, Sensor, simulate
from tests.gait.readers.damages import ALL, damaged
from tests.gait.readers.loggers import LOGGERS, SAID, Files

#: How far from the clean run: [°], [°], [share]
LEAN_DEG, ROTATION_DEG, CADENCE = 0.5, 0.5, 0.003

#: Logger -> sign between cells, column of the clock (None when rows are counted).
SHAPES: dict[str, tuple[str, int | None]] = {
    "gait": (",", 0), "plain": (",", 0), "excel": (";", 0), "sensorlog": (",", 1), "witmotion": ("\t", 1),
    "xsens_dot": (",", 1), "xsens_mt": ("\t", None), "shimmer": (";", 0), "xio": (",", 0), "physics_toolbox": (",", 0),
    "openlog": (",", 1), "sisfall": (",", None), "yei": (",", 0), "sensor_logger": (",", 0), "phyphox": (",", 0),
    "polar": (";", 1), "mbientlab": (",", 0),
}  # fmt: skip

#: What a refusal must speak of, by damage; any of the words.
NAMES = {
    "a third malformed": ("no rows of numbers", "cannot be used"),
    "a third blank": ("empty cells", "cannot be used"),
}


#: Without a clock or a counter nobody can tell that rows are missing or doubled; it is said that nobody can.
CLOCKLESS, UNTELLABLE = ("sisfall",), ("rows twice", "rows missing", "rows joined")


@cache
def run() -> Samples:
    """Ten seconds of standing, forty of running, with an MPU-6050's errors, at 100 Hz."""
    sensor = Sensor.mpu6050(np.random.default_rng(4), 100.0)
    recording, _ = simulate(Runner(lean_deg=7.0), Course(standing_s=10.0, running_s=40.0), sensor, seed=4)
    s = recording.samples
    even = np.arange(s.t[0], s.t[-1], 0.01)
    columns = [np.interp(even, s.t, x) for x in (*s.acc.T, *s.gyr.T)]
    return Samples(even, np.column_stack(columns[:3]), np.column_stack(columns[3:]))


@dataclass(frozen=True)
class Found:
    """What an analysis says, or why it could not."""

    lean: float = np.nan
    rotation: float = np.nan
    cadence: float = np.nan
    refused: str = ""
    notes: str = ""


def found_in(files: dict[str, bytes], logger: str) -> Found:
    """Read and analyse files of one recording."""
    with tempfile.TemporaryDirectory() as folder:
        for name, data in files.items():
            (Path(folder) / name).write_bytes(data)
        path = Path(folder) / next(iter(files)) if len(files) == 1 else Path(folder)
        try:
            recording = read(path, **SAID.get(logger, {}))  # type: ignore[arg-type]
            measures = analyze(recording, placement="sternum").measures
        except GaitError as error:
            return Found(refused=str(error))
    values = [measures[key].value for key in ("lean", "rotation", "cadence")]
    return Found(*(np.nan if value is None else value for value in values), notes=" ".join(recording.notes))


@cache
def written(logger: str) -> Files:
    return LOGGERS[logger](run())


@cache
def clean(logger: str) -> Found:
    return found_in({name: text.encode() for name, text in written(logger).items()}, logger)


def cell(logger: str, damage: str) -> tuple[bool, str]:
    """Whether it holds, and a word for it."""
    mark, clock = SHAPES[logger]
    files = {
        name: text.encode() if name == "Metadata.csv" else damaged(text.encode(), damage, mark, clock)
        for name, text in written(logger).items()
    }
    found, true = found_in(files, logger), clean(logger)
    if found.refused:
        words = NAMES.get(damage, ())
        return any(word in found.refused for word in words), f"refused: {found.refused}"
    off = (
        abs(found.lean - true.lean),
        abs(found.rotation - true.rotation),
        abs(found.cadence / true.cadence - 1.0),
    )
    if damage in UNTELLABLE and logger in CLOCKLESS:
        return "cannot be told" in found.notes, "said"
    holds = off[0] <= LEAN_DEG and off[1] <= ROTATION_DEG and off[2] <= CADENCE
    return holds, f"{off[0]:.2f}° {off[1]:.2f}° {100 * off[2]:.2f}%"


def main() -> int:
    parser = argparse.ArgumentParser(description="Damages x loggers.")
    parser.add_argument("--loggers", default=",".join(SHAPES))
    parser.add_argument("--damages", default=",".join(ALL))
    args = parser.parse_args()
    loggers = args.loggers.split(",")
    worst = 0
    for logger in loggers:
        c = clean(logger)
        print(
            f"clean {logger:16} lean {c.lean:.2f}° rotation {c.rotation:.2f}° cadence {c.cadence:.2f} {c.refused}"
        )
    print(f"{'lean, rotation, cadence off by':28}", *(f"{logger:>16}" for logger in loggers))
    said: list[str] = []
    for damage in args.damages.split(","):
        cells = []
        for logger in loggers:
            holds, word = cell(logger, damage)
            worst += not holds
            short = "refused" if word.startswith("refused") else word.replace(" ", "/").replace("°", "")
            cells.append(f"{short + ('' if holds else ' !'):>16}")
            if word.startswith("refused") or not holds:
                said.append(f"{damage} x {logger}: {word}")
        print(f"{damage:28}", *cells, flush=True)
    print(f"\n{worst} cells do not hold.", *said, sep="\n  ")
    return int(worst > 0)


if __name__ == "__main__":
    raise SystemExit(main())
