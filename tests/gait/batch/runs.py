"""Short made-up recordings on disk."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from gait.readers.csv_file import write_csv
from gait.recording import Recording
from gait.synthetic import Course, Runner, Sensor, simulate


@cache
def recording(seed: int) -> Recording:
    """Half a minute of running at 50 Hz; another runner for each seed."""
    runner = Runner(lean_deg=4.0 + seed)
    return simulate(runner, Course(standing_s=6.0, running_s=25.0), Sensor.ideal(50.0), seed)[0]


def write_runs(folder: Path, count: int, name: str = "run") -> list[Path]:
    """So many recordings."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{name}_{seed}.csv" for seed in range(count)]
    for seed, path in enumerate(paths):
        write_csv(recording(seed), path)
    return paths
