"""The same file through public packages, each in an environment of its own, in one run; and the ratios.

    python -m tests.speed.compare --env mobgap=DIR --env skdh=DIR [--minutes 60] [--runs 3] [--file CSV]

DIR holds a virtual environment with nothing in it but the package:

    python -m venv DIR && DIR/bin/pip install mobgap                 (or scikit-digital-health)

What is timed is from the CSV on disk to the package's own strides and measures, beyond its imports and after its
compiler (numba) had one short warm-up; each in a process of its own with one thread. The packages are made for walking
at the lower back and do not do the same: none carries an orientation to lean and rotation, none makes a page. They are
given what they ask for: axes already turned to the body, gravity's unit, and bouts where they want these. So the ratio
says what the same hour of recording costs, not that one replaces the other.

Lives here: how each is called.
Not here: gait's own figures (bench.py).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

REPOSITORY = Path(__file__).resolve().parents[2]
ONE_CORE = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1"
)

#: Recordings are at this rate. [Hz]
RATE_HZ = 100.0

#: A program for each package. Standing input is none; the first argument is the CSV; the last line out is JSON.
BEGIN = """
import json, sys, time, warnings, importlib.metadata as m
warnings.simplefilter("ignore")
began = time.perf_counter(), time.process_time()
"""
END = """
def timed(path):
    a = time.perf_counter(), time.process_time()
    n = go(path)
    return time.perf_counter() - a[0], time.process_time() - a[1], n
imported = time.process_time() - began[1]
if len(sys.argv) > 2:
    go(sys.argv[2])
wall, cpu, found = timed(sys.argv[1])
peak = next(int(s.split()[1]) for s in open("/proc/self/status") if s.startswith("VmHWM")) / 1e3
print(json.dumps({"version": version, "wall": wall, "cpu": cpu, "found": found, "import": imported, "peak_mb": peak}))
"""
PROGRAMS = {
    "gait": """
import gait.readers
from gait import tables
from gait.pipeline import analyze
from gait.readers import read
from gait.report.report import build
from gait.version import VERSION as version
def go(path):
    analysis = analyze(read(path), placement="waist")
    json.dumps(build(analysis, charts=False).as_dict())
    tables.to_csv(tables.strides_table(analysis))
    tables.to_csv(tables.steps_table(analysis))
    return f"{len(analysis.measures.strides)} strides"
""",
    "mobgap": """
import numpy as np, pandas as pd
from mobgap.data import GaitDatasetFromData
from mobgap.pipeline import MobilisedPipelineHealthy
version = m.version("mobgap")
def go(path):
    table = pd.read_csv(path, comment="#")
    data = pd.DataFrame({
        "acc_x": table.az_mps2, "acc_y": table.ay_mps2, "acc_z": table.ax_mps2,
        "gyr_x": np.degrees(table.gz_radps), "gyr_y": np.degrees(table.gy_radps), "gyr_z": np.degrees(table.gx_radps),
    })
    person = {"height_m": 1.75, "sensor_height_m": 1.0, "cohort": "HA"}
    one = GaitDatasetFromData({"run": {"LowerBack": data}}, 100.0, {"run": person},
                              {"run": {"measurement_condition": "free_living", "recording_identifier": "run"}})
    found = MobilisedPipelineHealthy().safe_run(one[0])
    return f"{len(found.raw_per_stride_parameters_)} strides"
""",
    "skdh": """
import pandas as pd
from skdh.gait import GaitLumbar
version = m.version("scikit-digital-health")
def go(path):
    table = pd.read_csv(path, comment="#")
    acc = table[["ax_mps2", "ay_mps2", "az_mps2"]].to_numpy() / 9.80665
    gyr = table[["gx_radps", "gy_radps", "gz_radps"]].to_numpy()
    found = GaitLumbar().predict(
        time=1.6e9 + table.t_s.to_numpy(), accel=acc, gyro=gyr, fs=100.0, height=1.75, gait_pred=True, v_axis=2
    )
    return f"{len(found['IC Timestamp'])} steps"
""",
}  # fmt: skip


def make(path: Path, minutes: float) -> None:
    """Write a run with the sensor's axes along the body's, as the packages ask for."""
    import numpy as np

    from gait.readers.csv_file import write_csv
    from gait.rotations import IDENTITY
    from gait.synthetic import Course, Runner, Sensor, simulate

    course = Course(path="track", standing_s=10.0, running_s=minutes * 60.0 - 20.0, standing_after_s=10.0)
    sensor = Sensor.mpu6050(np.random.default_rng(5), RATE_HZ, IDENTITY)
    recording, _ = simulate(Runner(speed_mps=2.9, placement="sacrum"), course, sensor, seed=5)
    write_csv(recording, path)


def call(python: str, program: str, file: Path, warm: Path) -> dict[str, float | str]:
    """One run of one package."""
    env = {**os.environ, **ONE_CORE}
    if python == sys.executable:
        env["PYTHONPATH"] = str(REPOSITORY)
    done = subprocess.run(
        [python, "-c", BEGIN + program + END, str(file), str(warm)],
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{python} failed:\n{done.stderr[-3000:]}")
    said: dict[str, float | str] = json.loads(done.stdout.splitlines()[-1])
    return said


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.speed.compare")
    parser.add_argument("--env", action="append", default=[], metavar="NAME=DIR")
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--file", type=Path, help="keep the recording there, and use it if it is there")
    args = parser.parse_args()
    pythons = {"gait": sys.executable}
    for said in args.env:
        name, _, folder = said.partition("=")
        if name not in PROGRAMS:
            parser.error(f"{name} is none of {', '.join(PROGRAMS)}")
        pythons[name] = str(Path(folder) / "bin" / "python")
    with tempfile.TemporaryDirectory() as passing:
        file, warm = args.file or Path(passing) / "run.csv", Path(passing) / "warm.csv"
        if not file.exists():
            make(file, args.minutes)
        make(warm, 2.0)
        # Turn by turn, so that what else the machine does meets all alike.
        found: dict[str, list[dict[str, float | str]]] = {name: [] for name in pythons}
        for _ in range(args.runs):
            for name, python in pythons.items():
                found[name].append(call(python, PROGRAMS[name], file, warm))
                print(name, found[name][-1], file=sys.stderr, flush=True)

    def middle(name: str, key: str) -> float:
        return median(float(one[key]) for one in found[name])

    print(f"{args.minutes:g} min at {RATE_HZ:g} Hz; medians of {args.runs}; load {os.getloadavg()[0]:.1f}\n")
    print(
        "| package | found | import, CPU s | CSV to measures, CPU s | wall s | peak MB | times gait, CPU | wall |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for name in pythons:
        cpu, wall = middle(name, "cpu"), middle(name, "wall")
        print(
            f"| {name} {found[name][0]['version']} | {found[name][0]['found']} | {middle(name, 'import'):.1f} | {cpu:.2f} | "
            f"{wall:.2f} | {middle(name, 'peak_mb'):.0f} | {cpu / middle('gait', 'cpu'):.1f} | {wall / middle('gait', 'wall'):.1f} |"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
