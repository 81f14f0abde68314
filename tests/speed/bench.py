"""How long it takes and how much memory, from CSV to JSON and page.

    python -m tests.speed.bench [--runs 3] [--quick] [--keep DIR] [--json FILE] [--save]

Every figure comes from a process of its own with one thread, medians of some runs; memory is that process's peak.
The recordings are simulated whole, in the length they have (an hour takes 5 s, ten hours 45 s): nothing is tiled, so
drift, lost samples and laps are as in a run of that length. --quick leaves out the ten hours.

Each figure is also given as a ratio to baseline.json beside this file, both divided by what the same fixed arithmetic
took in their run, so that a faster machine is no faster gait. --save writes a new baseline.

Wall time says what a person waits; where other work shares the cores, CPU time says what the code costs.

Lives here: what is measured, how, and the targets beside it. POSIX only, unlike the code it measures.
Not here: a claim a test fails on; machines differ.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

# Nothing heavy here: a child's peak memory begins with what its parent held.

REPOSITORY = Path(__file__).resolve().parents[2]

#: One thread in every library, as on one core.
ONE_CORE = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")

#: Live: window, rate, how much is pushed at a time, how many updates are timed. [s] [Hz] [s]
LIVE_WINDOW, LIVE_RATE, LIVE_PUSH, LIVE_UPDATES = 30.0, 200.0, 1.0, 60


@dataclass(frozen=True)
class Length:
    """A recording to measure on."""

    key: str
    hours: float
    rate_hz: float

    @property
    def file(self) -> str:
        """Its name."""
        return f"run_{self.key}.csv"


LENGTHS = (
    Length("60min_100Hz", 1.0, 100.0),
    Length("60min_200Hz", 1.0, 200.0),
    Length("10h_100Hz", 10.0, 100.0),
    Length("10h_200Hz", 10.0, 200.0),
)

#: One hour and ten, by rate.
GROWTH = (("60min_100Hz", "10h_100Hz"), ("60min_200Hz", "10h_200Hz"))

#: Figures to compare with.
BASELINE = Path(__file__).with_name("baseline.json")

#: A ratio beyond this is marked. Chosen: on a shared machine the same code differs by a tenth.
SLOWER = 1.2

#: Growth from one hour to ten that still counts as linear, as an exponent.  Chosen: 1.05 is 12 % more than ten times.
LINEAR = 1.05

#: Stage or total -> seconds, wall and CPU.
Times = dict[str, tuple[float, float]]


def make(path: Path, hours: float, rate_hz: float) -> None:
    """Write the CSV of a run on a track: an easy runner, standing before and after, an MPU-6050's errors."""
    import numpy as np

    from gait.readers.csv_file import write_csv
    from gait.synthetic import Course, Runner, Sensor, simulate

    course = Course(path="track", standing_s=10.0, running_s=hours * 3600.0 - 20.0, standing_after_s=10.0)
    sensor = Sensor.mpu6050(np.random.default_rng(5), rate_hz)
    recording, _ = simulate(Runner(speed_mps=2.9), course, sensor, seed=5)
    write_csv(recording, path)


class Watch:
    """Wall and CPU seconds between calls, by name."""

    def __init__(self) -> None:
        self.times: Times = {}
        self._name: str | None = None
        self._since = (0.0, 0.0)

    def __call__(self, name: str | None) -> None:
        """What ran until now ends, and ``name`` begins."""
        now = (time.perf_counter(), time.process_time())
        if self._name is not None:
            self.times[self._name] = (now[0] - self._since[0], now[1] - self._since[1])
        self._name, self._since = name, now


def stages(path: Path) -> tuple[Times, float]:
    """Import, then CSV to JSON and tables, stage by stage, and the peak until there; then the page."""
    watch = Watch()
    watch("import")
    import gait.readers  # noqa: F401
    from gait import tables
    from gait.pipeline import PUSH, Pipeline
    from gait.readers import read
    from gait.report.report import build

    watch("read the CSV")
    recording = read(path)
    watch("even clock and gyro bias (push)")
    pipeline = Pipeline(recording.rate_hz, placement="sternum")
    for a in range(0, len(recording.samples), PUSH):
        pipeline.push(recording.samples[a : a + PUSH])
    del recording  # as gait.analyze lets go of it
    analysis = pipeline.analysis(progress=watch)
    watch("words and JSON")
    json.dumps(build(analysis, charts=False).as_dict(), indent=2, ensure_ascii=False, allow_nan=False)
    watch("tables")
    tables.to_csv(tables.strides_table(analysis))
    tables.to_csv(tables.steps_table(analysis))
    watch(None)
    peak = peak_mb()
    beyond = [t for name, t in watch.times.items() if name != "import"]
    watch.times["all beyond import"] = (sum(t[0] for t in beyond), sum(t[1] for t in beyond))
    watch("the page, beside")
    from gait.report.html import to_html

    to_html(build(analysis))
    watch(None)
    return watch.times, peak


def live() -> Times:
    """One second of samples pushed into a trailing window, and what it shows."""
    from gait.pipeline import Pipeline
    from gait.synthetic import Course, Runner, Sensor, simulate

    seconds = LIVE_WINDOW + 15.0 + LIVE_UPDATES * LIVE_PUSH
    recording, _ = simulate(Runner(), Course(running_s=seconds), Sensor.ideal(LIVE_RATE), seed=5)
    samples = recording.samples
    warm = int((LIVE_WINDOW + 15.0) * LIVE_RATE)
    pipeline = Pipeline(LIVE_RATE, placement="sternum", window_s=LIVE_WINDOW + 15.0)
    pipeline.push(samples[:warm])
    learnt = pipeline.analysis().mounting
    pipeline = Pipeline(LIVE_RATE, placement="sternum", window_s=LIVE_WINDOW)
    pipeline.learn(learnt)
    pipeline.push(samples[:warm])
    pipeline.analysis()
    took = []
    size = int(LIVE_PUSH * LIVE_RATE)
    for a in range(warm, warm + LIVE_UPDATES * size, size):
        wall, cpu = time.perf_counter(), time.process_time()
        pipeline.push(samples[a : a + size])
        pipeline.analysis()
        took.append((time.perf_counter() - wall, time.process_time() - cpu))
    worst = sorted(took)[int(0.95 * len(took))]
    return {
        "live update": (median(t[0] for t in took), median(t[1] for t in took)),
        "live update, p95": worst,
    }


def control() -> tuple[float, float]:
    """Fixed arithmetic on arrays and in plain Python, like ours in kind: what this machine does in the meantime."""
    import numpy as np

    took = []
    x = np.random.default_rng(1).normal(size=(400_000, 3))
    for _ in range(5):
        wall, cpu = time.perf_counter(), time.process_time()
        for _ in range(10):
            np.cumsum(np.sqrt(x * x + 1.0), axis=0)
        total = 0
        for i in range(1_000_000):
            total += i & 7
        took.append((time.perf_counter() - wall, time.process_time() - cpu))
    return median(t[0] for t in took), median(t[1] for t in took)


def peak_mb() -> float:
    """Peak resident memory of this process. [MB]"""
    status = Path("/proc/self/status")
    if status.exists():
        return next(int(s.split()[1]) for s in status.read_text().splitlines() if s.startswith("VmHWM")) / 1e3
    import resource

    # macOS counts bytes, others kB; unlike VmHWM it may begin at what the parent held.
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)


def _child(*words: str) -> tuple[Times, float]:
    """Run one of the functions above in a process of its own; its times and its peak. [MB]"""
    done = subprocess.run(
        [sys.executable, "-m", "tests.speed.bench", "--only", *words],
        cwd=REPOSITORY,
        env={**os.environ, **ONE_CORE},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    said = json.loads(done.stdout or "{}")
    return {name: tuple(t) for name, t in said.get("times", {}).items()}, said.get("peak_mb", 0.0)


def _program(*words: str | Path) -> tuple[tuple[float, float], float]:
    """Run ``gait`` as a person does: wall and CPU seconds of the whole process, and its peak. [MB]"""
    began = time.perf_counter()
    one = subprocess.Popen(
        [sys.executable, "-m", "gait", *map(str, words)],
        env={**os.environ, **ONE_CORE, "PYTHONPATH": str(REPOSITORY)},
        stdout=subprocess.DEVNULL,
    )
    _, status, used = os.wait4(one.pid, 0)
    wall = time.perf_counter() - began
    one.returncode = os.waitstatus_to_exitcode(status)
    if one.returncode:
        raise SystemExit(f"gait {' '.join(map(str, words))} ended with {one.returncode}.")
    peak = used.ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
    return (wall, used.ru_utime + used.ru_stime), peak


def _median_times(runs: Sequence[Times]) -> Times:
    return {name: (median(r[name][0] for r in runs), median(r[name][1] for r in runs)) for name in runs[0]}


@dataclass(frozen=True)
class Figures:
    """Medians of one recording: stages, whole processes, peaks [MB]."""

    stages: Times
    peaks: dict[str, float]


def measure(path: Path, runs: int, out: Path) -> Figures:
    """Everything that is measured on one recording."""
    found = [_child("stages", str(path)) for _ in range(runs)]
    times = _median_times([t for t, _ in found])
    peaks = {"stages": median(p for _, p in found)}
    for name, words in (("gait analyze --no-report", ("--no-report",)), ("gait analyze", ())):
        whole = [_program("analyze", path, "--quiet", "--force", "--out", out, *words) for _ in range(runs)]
        times[f"{name}, whole process"] = (median(t[0] for t, _ in whole), median(t[1] for t, _ in whole))
        peaks[name] = median(p for _, p in whole)
    return Figures(times, peaks)


def stage_table(figures: dict[str, Figures]) -> str:
    """Stages down, recordings across, and how they grow from one hour to ten."""
    lengths = [one for one in LENGTHS if one.key in figures]
    pairs = [(a, b) for a, b in GROWTH if b in figures]
    head = ["wall (CPU), s", *(one.key.replace("_", ", ") for one in lengths)]
    head += [f"growth, {ten.split('_')[1]}" for _, ten in pairs]
    lines = [_line(head), _line(["---"] * len(head))]
    for name in figures[lengths[0].key].stages:
        cells = [name]
        for one in lengths:
            wall, cpu = figures[one.key].stages[name]
            cells.append(f"{wall:.3f} ({cpu:.3f})")
        for hour, ten in pairs:
            cells.append(f"n^{_growth(figures[hour].stages[name][1], figures[ten].stages[name][1]):.2f}")
        lines.append(_line(cells))
    for name in figures[lengths[0].key].peaks:
        peaks = [f"{figures[one.key].peaks[name]:.0f} MB" for one in lengths]
        lines.append(_line([f"peak memory, {name}", *peaks, *[""] * len(pairs)]))
    return "\n".join(lines)


def _growth(small: float, large: float) -> float:
    """Exponent of growth between one hour and ten."""
    return math.log10(large / small) if small > 0 and large > 0 else float("nan")


def target_table(figures: dict[str, Figures], aside: Times) -> str:
    """What is to be reached (source: the project's table of speed and memory), what was, and whether wall time holds."""
    rows: list[tuple[str, str, float, float, str]] = []

    def add(work: str, got: tuple[float, float], most: float, unit: str = "s") -> None:
        scale = 1000.0 if unit == "ms" else 1.0
        said = f"{scale * got[0]:.{0 if unit == 'ms' else 2}f} {unit} (CPU {scale * got[1]:.{0 if unit == 'ms' else 2}f})"
        rows.append((work, f"<= {scale * most:g} {unit}", got[0], most, said))

    def add_peak(work: str, got: float, most: float) -> None:
        rows.append((work, f"<= {most:g} MB", got, most, f"{got:.0f} MB"))

    hour = figures[LENGTHS[0].key]
    add("60 min at 100 Hz to JSON, beyond import", hour.stages["all beyond import"], 1.0)
    add_peak("... peak memory", hour.peaks["gait analyze --no-report"], 300.0)
    add("60 min with the page, whole process", hour.stages["gait analyze, whole process"], 5.0)
    if LENGTHS[2].key in figures:
        ten = figures[LENGTHS[2].key]
        add("10 h at 100 Hz to JSON, beyond import", ten.stages["all beyond import"], 10.0)
        add_peak("... peak memory", ten.peaks["gait analyze --no-report"], 1000.0)
        exponent = _growth(hour.stages["all beyond import"][1], ten.stages["all beyond import"][1])
        rows.append(
            ("... growth from 1 h to 10 h", f"n^{LINEAR:g} at most", exponent, LINEAR, f"n^{exponent:.2f}")
        )
    add("gait --help", aside["gait --help"], 0.3)
    add("one live update, 30 s window at 200 Hz", aside["live update"], 0.050, "ms")
    add("... p95 of the updates", aside["live update, p95"], 0.050, "ms")
    lines = [_line(["work", "to reach", "got", "holds"]), _line(["---"] * 4)]
    lines += [_line([w, t, said, "yes" if got <= most else "**no**"]) for w, t, got, most, said in rows]
    return "\n".join(lines)


def ratio_table(now: dict[str, dict[str, float]], then: dict[str, dict[str, float]]) -> str:
    """CPU seconds and peaks against the baseline's, CPU per control; above 1 is slower or larger."""
    lines = [_line(["against the baseline", *now]), _line(["---"] * (len(now) + 1))]
    names = dict.fromkeys(name for figures in now.values() for name in figures)
    for name in names:
        cells = []
        for key, figures in now.items():
            before = then.get(key, {}).get(name)
            ratio = figures[name] / before if name in figures and before else None
            mark = "**" if ratio is not None and ratio > SLOWER else ""
            cells.append("" if ratio is None else f"{mark}{ratio:.2f}{mark}")
        lines.append(_line([name, *cells]))
    return "\n".join(lines)


def to_compare(figures: dict[str, Figures], aside: Times) -> dict[str, dict[str, float]]:
    """What a baseline holds: CPU seconds in units of the control, peaks as they are [MB]."""
    unit = aside["control"][1]
    content = {
        key: {
            **{name: round(t[1] / unit, 3) for name, t in one.stages.items()},
            **{f"peak, {name}": round(mb) for name, mb in one.peaks.items()},
        }
        for key, one in figures.items()
    }
    content["aside"] = {name: round(t[1] / unit, 4) for name, t in aside.items() if name != "control"}
    return content


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.speed.bench", description=(__doc__ or "").split("\n", 1)[0]
    )
    parser.add_argument("--runs", type=int, default=3, metavar="N", help="medians of so many [3]")
    parser.add_argument("--quick", action="store_true", help="without the ten hours")
    parser.add_argument(
        "--keep", type=Path, metavar="DIR", help="keep the recordings there, and use those that are"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures, too")
    parser.add_argument("--save", action="store_true", help="these figures are the new baseline")
    parser.add_argument("--only", nargs="+", help=argparse.SUPPRESS)  # what a child is asked for
    args = parser.parse_args()
    if args.only:
        return _as_child(*args.only)
    lengths = [one for one in LENGTHS if not (args.quick and one.hours > 1)]
    figures: dict[str, Figures] = {}
    with tempfile.TemporaryDirectory() as passing:
        folder = args.keep or Path(passing)
        folder.mkdir(parents=True, exist_ok=True)
        for one in lengths:
            path = folder / one.file
            if not path.exists():
                print(f"simulating {one.key} ...", file=sys.stderr)
                _child("make", str(path), str(one.hours), str(one.rate_hz))
            print(f"measuring {one.key} ...", file=sys.stderr)
            figures[one.key] = measure(path, args.runs, Path(passing) / "out")
            if args.keep is None:
                path.unlink()
    aside, live_peak = _child("live")
    aside |= _child("control")[0]
    helped = [_program("--help") for _ in range(max(5, args.runs))]
    aside["gait --help"] = (median(t[0] for t, _ in helped), median(t[1] for t, _ in helped))
    load = os.getloadavg()[0]
    print(
        f"Medians of {args.runs} runs, each in its own process with one thread; {os.cpu_count()} cores, load {load:.1f}."
    )
    print("Recordings simulated in full length, an easy run on a track with an MPU-6050's errors.\n")
    print(stage_table(figures))
    print(f"\n{target_table(figures, aside)}")
    print(f"\nLive: peak memory {live_peak:.0f} MB.")
    now = to_compare(figures, aside)
    if BASELINE.exists():
        print(f"\n{ratio_table(now, json.loads(BASELINE.read_text(encoding='utf-8')))}")
    if args.save:
        BASELINE.write_text(json.dumps(now, indent=1) + "\n", encoding="utf-8")
    if args.json:
        content = {key: {"stages": f.stages, "peaks_mb": f.peaks} for key, f in figures.items()}
        args.json.write_text(json.dumps({**content, "aside": aside}, indent=1) + "\n", encoding="utf-8")
    return 0


def _as_child(kind: str, *words: str) -> int:
    """Do one thing in this process and say what it took."""
    if kind == "make":
        path = Path(words[0])
        part = path.with_suffix(".part")
        make(part, float(words[1]), float(words[2]))
        part.replace(path)
        return 0
    if kind == "stages":
        times, peak = stages(Path(words[0]))
    else:
        times = live() if kind == "live" else {"control": control()}
        peak = peak_mb()
    print(json.dumps({"times": times, "peak_mb": peak}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
