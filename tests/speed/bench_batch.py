"""Many recordings: does a second process help, and is anything lost when processes are killed.

    python -m tests.speed.bench_batch make DIR [--count 200]       recordings of 10 to 40 min at 50 Hz
    python -m tests.speed.bench_batch speed DIR [--count N] [--rounds 2]   pool and Dask with 1 process and 2, and a pure-CPU control
    python -m tests.speed.bench_batch faults DIR [--count N]       kill -9 of a worker, a poisoned file; pool and Dask
    python -m tests.speed.bench_batch kills DIR [--count N]        kill -9 of the batch itself, ten times at random
    python -m tests.speed.bench_batch noops [--tasks 100000]       what Dask's scheduler takes for a task that does nothing
    python -m tests.speed.bench_batch query [--strides 1000000]    SQL over large tables

The recordings are a few simulated runs, each cut to many lengths and disturbed by a gain and noise of its own: no two
have the same bytes, and making 200 takes two minutes and not an hour. Everything goes through the command line, as a
person does it, in processes of its own.

Lives here: long checks on one machine; POSIX only.
Not here: quick checks of the same (tests/flow/test_batch.py), one recording's speed (bench.py).
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from statistics import median

REPOSITORY = Path(__file__).resolve().parents[2]
ONE_CORE = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
ENVIRONMENT = {**os.environ, **ONE_CORE, "PYTHONPATH": str(REPOSITORY)}

#: Simulated runs that all others are made from; shortest and longest of these. [min]
PARENTS, SHORTEST_MIN, LONGEST_MIN = 5, 10.0, 40.0

RATE_HZ = 50.0

#: A control task turns this many times, about as long as a recording of the set takes.
TURNS = 4_000_000

#: A second process must bring this, or this share of what it brings to pure turning in the same run.
GAIN, SHARE = 1.8, 0.9

#: What makes a recording poisonous: the process that analyses it is killed, as by the kernel when memory is short.
POISON = """\
import os, signal, sys
if "gait-poison" in os.environ.get("GAIT_BENCH_POISON", ""):
    import gait.batch.worker as worker
    analyze = worker.analyze_file
    def poisoned(path, *args, **kwargs):
        if path.name.startswith("poison"):
            os.kill(os.getpid(), signal.SIGKILL)
        return analyze(path, *args, **kwargs)
    worker.analyze_file = poisoned
"""


def make(folder: Path, count: int) -> None:
    """Write the recordings."""
    import numpy as np

    from gait.readers.csv_file import write_csv
    from gait.synthetic import Course, Runner, Sensor, simulate

    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(11)
    parents = []
    for seed in range(PARENTS):
        course = Course(path="track", standing_s=10.0, running_s=LONGEST_MIN * 60.0 - 10.0)
        sensor = Sensor.mpu6050(np.random.default_rng(seed), RATE_HZ)
        runner = Runner(speed_mps=2.6 + 0.25 * seed, lean_deg=3.0 + 2.0 * seed)
        parents.append(simulate(runner, course, sensor, seed=seed)[0])
    for k in range(count):
        parent = parents[k % PARENTS]
        minutes = rng.uniform(SHORTEST_MIN, LONGEST_MIN)
        n = int(minutes * 60.0 * RATE_HZ)
        samples = parent.samples[:n]
        acc = samples.acc * rng.normal(1.0, 0.003) + rng.normal(0.0, 0.02, samples.acc.shape)
        gyr = samples.gyr * rng.normal(1.0, 0.005) + rng.normal(0.0, 0.002, samples.gyr.shape)
        path = folder / f"run_{k:03d}.csv"
        gaps = parent.gaps[parent.gaps[:, 1] <= samples.t[-1]]
        if not path.exists():
            write_csv(replace(parent, samples=replace(samples, acc=acc, gyr=gyr), gaps=gaps), path)


def files(folder: Path, count: int) -> list[str]:
    """The first so many recordings."""
    found = sorted(str(path) for path in folder.glob("run_*.csv"))[:count]
    if len(found) < count:
        raise SystemExit(f"{folder} holds {len(found)} recordings; make {count} first.")
    return found


def batch(places: Sequence[str], out: Path, *words: str) -> tuple[float, int]:
    """Run ``gait batch`` as a person does: wall seconds and status."""
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "gait", "batch", *places, "--out", str(out), "--no-report", *words],
        env=ENVIRONMENT,
    )
    return time.perf_counter() - began, done.returncode


def turn(_: int) -> int:
    """Keep a core busy with nothing but itself."""
    x = 1
    for _ in range(TURNS):
        x = (x * 1103515245 + 12345) & 0x7FFFFFFF
    return x


def speed(folder: Path, count: int, work: Path, rounds: int) -> None:
    """A pool and a cluster, each with one process and with two, and pure turning, all in turns.

    Everything is started and warm before, and in each round everybody gets the same share of the recordings: what else the
    machine does then meets all alike. With many rounds the last recording of each, for which one process waits, counts often.
    """
    from contextlib import ExitStack

    from gait.batch.cluster import ClusterCrew
    from gait.batch.listing import find_entries
    from gait.batch.pool import PoolCrew
    from gait.batch.run import outcomes
    from gait.batch.task import longest_first, tasks_of
    from gait.results import Asked

    os.environ.update(ENVIRONMENT)
    places = files(folder, count)
    took: dict[str, float] = {}

    def do(name: str, crew: object, some: Sequence[str]) -> None:
        out = work / name
        out.mkdir(parents=True, exist_ok=True)
        entries = find_entries(some, Asked(), out)
        entries = [entries[i] for i in longest_first(entries)]
        tasks = tasks_of(entries, str(out), page=False)
        began = time.perf_counter()
        assert all(outcome.row is not None for _, outcome in outcomes(tasks, crew))
        took[name] = took.get(name, 0.0) + time.perf_counter() - began

    with ExitStack() as stack:
        pure = {
            n: stack.enter_context(ProcessPoolExecutor(n, mp_context=get_context("spawn"))) for n in (1, 2)
        }
        crews: dict[str, object] = {}
        for n in (1, 2):
            crews[f"pool {n}"] = PoolCrew(n)
            address, _ = stack.enter_context(cluster(n))
            crews[f"Dask {n}"] = ClusterCrew(address, folder, places)
            stack.callback(crews[f"pool {n}"].close)
            stack.callback(crews[f"Dask {n}"].close)
            list(pure[n].map(turn, range(4)))
        for name, crew in crews.items():
            do(f"warm {name}", crew, places[:4])
        share = max(2, count // rounds)
        for first in range(0, count, share):
            some = places[first : first + share]
            for n in (1, 2):
                began = time.perf_counter()
                list(pure[n].map(turn, range(len(some) // 2)))
                took[f"pure {n}"] = took.get(f"pure {n}", 0.0) + time.perf_counter() - began
                for what in ("pool", "Dask"):
                    do(f"{what} {n}", crews[f"{what} {n}"], some)
            said = {name: round(seconds, 1) for name, seconds in took.items() if not name.startswith("warm")}
            print(first + len(some), said, flush=True)
    for what in ("pool", "Dask"):
        gain, control = took[f"{what} 1"] / took[f"{what} 2"], took["pure 1"] / took["pure 2"]
        holds = gain >= GAIN or gain >= SHARE * control
        print(
            f"{count} recordings, {what}: 1 process {took[f'{what} 1']:.1f} s, 2 processes {took[f'{what} 2']:.1f} s, gain "
            f"{gain:.2f}; pure CPU gains {control:.2f}; share {gain / control:.2f}; load {os.getloadavg()[0]:.1f}: "
            f"{'holds' if holds else 'DOES NOT HOLD'}",
            flush=True,
        )


def same(left: Path, right: Path) -> None:
    """The tables of two batches are equal, byte for byte."""
    for name in ("runs.csv", "strides.csv", "failures.csv"):
        assert (left / name).read_bytes() == (right / name).read_bytes(), f"{name} differs"


@contextmanager
def cluster(workers: int, environment: dict[str, str] | None = None) -> Iterator[tuple[str, list[int]]]:
    """A scheduler and workers as processes of their own, on loopback; its address, and the nannies."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = environment or ENVIRONMENT
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    dask = [sys.executable, "-m", "distributed.cli.dask_scheduler"]
    words = ["--host", "127.0.0.1", "--port", str(port), "--no-dashboard"]
    scheduler = subprocess.Popen([*dask, *words], env=env, **quiet)
    address = f"tcp://127.0.0.1:{port}"
    words = [address, "--nthreads", "1", "--no-dashboard", "--host", "127.0.0.1"]
    words += ["--local-directory", tempfile.gettempdir()]
    dask = [sys.executable, "-m", "distributed.cli.dask_worker"]
    crew = [subprocess.Popen([*dask, *words], env=env, **quiet) for _ in range(workers)]
    try:
        wait_for_workers(address, workers)
        yield address, [one.pid for one in crew]
    finally:
        for process in [*crew, scheduler]:
            process.send_signal(signal.SIGINT)
        for process in [*crew, scheduler]:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


def wait_for_workers(address: str, workers: int) -> None:
    """Until all are there."""
    from distributed import Client

    for _ in range(60):
        try:
            with Client(address, timeout=2, set_as_default=False) as client:
                client.wait_for_workers(workers, timeout=60)
                return
        except OSError:
            time.sleep(0.5)
    raise SystemExit("no scheduler came up")


def children(pid: int) -> list[int]:
    """Processes below one, that hold numpy (and so are at work)."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
                if parent == pid and "numpy" in (entry / "maps").read_text():
                    found.append(int(entry.name))
            except (OSError, IndexError, ValueError):
                continue
    return found


def done_in(out: Path) -> int:
    """Recordings that are done."""
    return len(list(out.glob("*/batch.json")))


def kill_a_worker(places: Sequence[str], out: Path, nannies: Sequence[int], *words: str) -> int:
    """Run a batch and kill -9 one of its workers half-way; the batch's status."""
    command = [sys.executable, "-m", "gait", "batch", *places, "--out", str(out), "--no-report", *words]
    running = subprocess.Popen(command, env=ENVIRONMENT)
    while done_in(out) < len(places) // 2 and running.poll() is None:
        time.sleep(0.05)
    victims = [pid for parent in (nannies or [running.pid]) for pid in children(parent)]
    assert victims, "no worker to kill"
    os.kill(victims[0], signal.SIGKILL)
    print(f"killed worker {victims[0]} with {done_in(out)} of {len(places)} done", flush=True)
    return running.wait()


def faults(folder: Path, count: int, work: Path) -> None:
    """A killed worker, a poisoned file."""
    places = files(folder, count)
    status = kill_a_worker(places, work / "killed", (), "--jobs", "2")
    print(f"pool, a worker killed: {done_in(work / 'killed')} of {count} done, status {status}", flush=True)
    with cluster(2) as (address, nannies):
        status = kill_a_worker(places, work / "killed_dask", nannies, "--cluster", address)
    print(
        f"Dask, a worker killed: {done_in(work / 'killed_dask')} of {count} done, status {status}", flush=True
    )
    same(work / "killed", work / "killed_dask")
    poison = work / "poison"
    poison.mkdir(parents=True, exist_ok=True)
    shutil.copy(places[count // 3], poison / "poison.csv")
    (poison / "sitecustomize.py").write_text(POISON)
    ENVIRONMENT.update(GAIT_BENCH_POISON="gait-poison", PYTHONPATH=f"{poison}{os.pathsep}{REPOSITORY}")
    mixed = [*places[: count // 3], str(poison / "poison.csv"), *places[count // 3 : count - 1]]
    _, status = batch(mixed, work / "poisoned", "--jobs", "2")
    told_of_poison(work / "poisoned", "pool", count, status)
    with cluster(2) as (address, _):
        _, status = batch(mixed, work / "poisoned_dask", "--cluster", address)
    told_of_poison(work / "poisoned_dask", "Dask", count, status)


def told_of_poison(out: Path, where: str, count: int, status: int) -> None:
    """All others done, it alone blamed."""
    blamed = (out / "failures.csv").read_text().splitlines()[1:]
    print(
        f"{where}, a poisoned file: {done_in(out)} of {count} done, status {status}, blamed: {blamed}",
        flush=True,
    )
    assert done_in(out) == count - 1
    assert status == 1
    assert len(blamed) == 1
    assert "poison.csv" in blamed[0]


def kills(folder: Path, count: int, work: Path) -> None:
    """Kill the batch itself ten times at random; the tables are those of an undisturbed run."""
    places, rng = files(folder, count), random.Random(7)
    whole = work / "undisturbed"
    if not (whole / "runs.csv").exists():
        batch(places, whole)
    out, survivors, killed = work / "ten_kills", 0, 0
    words = [*places, "--out", str(out), "--no-report", "--jobs", "2"]
    while killed < 10:
        running = subprocess.Popen([sys.executable, "-m", "gait", "batch", *words], env=ENVIRONMENT)
        # Somewhere in the next tenth of the work, and anywhere in what is in hand just then.
        far = (killed + rng.random()) * count / 10.5
        while done_in(out) < far and running.poll() is None:
            time.sleep(0.02)
        time.sleep(rng.uniform(0.0, 2.0))
        workers = children(running.pid)
        running.kill()
        if running.wait() == -signal.SIGKILL:
            killed += 1
        gone = time.monotonic() + 30.0  # a worker looks after its parent when it gets the time to
        while any(Path(f"/proc/{pid}").exists() for pid in workers) and time.monotonic() < gone:
            time.sleep(0.1)
        survivors += sum(Path(f"/proc/{pid}").exists() for pid in workers)
        print(f"kill {killed}: {done_in(out)} of {count} done, {len(workers)} workers at work", flush=True)
    _, status = batch(places, out, "--jobs", "2")
    same(out, whole)
    halves = len(list(out.glob("**/.*.part")))
    print(
        f"after ten kills: status {status}, tables equal; {survivors} workers outlived a batch, {halves} half files left"
    )


def nothing(i: int) -> int:
    """A task that does nothing."""
    return i


def cpu_of(pid: int) -> float:
    """CPU seconds a process has used."""
    words = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def noops(tasks: int) -> None:
    """Tasks that do nothing, all at once and as gait batch hands them out; CPU says what an idle machine would take."""
    from concurrent.futures import FIRST_COMPLETED
    from concurrent.futures import wait as wait_some

    from distributed import Client, wait

    from gait.batch.cluster import IN_HAND

    with cluster(2) as (address, _), Client(address) as client:
        pid = client.run_on_scheduler(os.getpid)

        def tell(what: str, count: int, began: float, used: float) -> None:
            took, cpu = time.perf_counter() - began, cpu_of(pid) - used
            status = Path(f"/proc/{pid}/status").read_text()
            peak = next(int(s.split()[1]) for s in status.splitlines() if s.startswith("VmHWM")) / 1e3
            print(
                f"{count} {what}: {took:.1f} s, {count / took:.0f} a second; scheduler's CPU {cpu:.1f} s, "
                f"{1e3 * cpu / count:.2f} ms a task, peak {peak:.0f} MB; load {os.getloadavg()[0]:.1f}",
                flush=True,
            )

        executor, few = client.get_executor(pure=False), tasks // 50
        began, used = time.perf_counter(), cpu_of(pid)
        flying: set[object] = set()
        left = few
        while flying or left:
            while left and len(flying) < 2 * IN_HAND:
                flying.add(executor.submit(nothing, left))
                left -= 1
            _, flying = wait_some(flying, return_when=FIRST_COMPLETED)
        tell(f"with {2 * IN_HAND} in hand, as gait batch does", few, began, used)
        began, used = time.perf_counter(), cpu_of(pid)
        futures = client.map(nothing, range(tasks), pure=False)
        wait(futures)
        tell("at once", tasks, began, used)


def query(strides: int, work: Path) -> None:
    """The command from start to end, over Parquet."""
    import numpy as np

    from gait.batch import sql

    out = work / "large"
    out.mkdir(parents=True, exist_ok=True)
    rng, runs = np.random.default_rng(3), strides // 5000
    columns = ("start_s", "stop_s", "cadence_spm", "lean_deg", "rotation_deg", "contact_time_ms")
    table, key = out / "strides.csv", 0
    with table.open("w") as file:
        file.write(f"run,{','.join(columns)}\n")
        for key in range(runs):
            rows = rng.normal(100.0, 5.0, (5000, len(columns))).round(3).astype(str)
            file.writelines(f"run-{key},{','.join(row)}\n" for row in rows)
    (out / "runs.csv").write_text(
        "run,path,runner\n" + "".join(f"run-{k},p{k}.csv,r{k % 40}\n" for k in range(runs))
    )
    kinds = {"run": "VARCHAR", **dict.fromkeys(columns, "DOUBLE")}
    sql.write_parquet(out, {"runs": dict.fromkeys(("run", "path", "runner"), "VARCHAR"), "strides": kinds})
    asked = {
        "mean by run": "select run, avg(cadence_spm), stddev(contact_time_ms) from strides group by run",
        "join by runner": "select runner, median(lean_deg), count(*) from strides join runs using (run) group by runner",
        "one row": "select count(*) from strides where lean_deg > 110",
    }
    for name, words in asked.items():
        took = []
        for _ in range(5):
            began = time.perf_counter()
            command = [sys.executable, "-m", "gait", "query", words, "--in", str(out), "--csv"]
            one = subprocess.Popen(command, env=ENVIRONMENT, stdout=subprocess.DEVNULL)
            _, status, used = os.wait4(one.pid, 0)
            one.returncode = os.waitstatus_to_exitcode(status)
            assert one.returncode == 0
            took.append((time.perf_counter() - began, used.ru_utime + used.ru_stime))
        wall, cpu = (median(t[i] for t in took) for i in (0, 1))
        load = os.getloadavg()[0]
        print(
            f"{strides} strides, {name}: whole process {wall:.2f} s, CPU {cpu:.2f} s; load {load:.1f}",
            flush=True,
        )


def main() -> int:
    """Do what is asked."""
    parser = argparse.ArgumentParser(prog="python -m tests.speed.bench_batch")
    parser.add_argument("what", choices=("make", "speed", "faults", "kills", "noops", "query"))
    parser.add_argument("folder", type=Path, nargs="?", help="holds the recordings; results go beside it")
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--tasks", type=int, default=100_000)
    parser.add_argument("--strides", type=int, default=1_000_000)
    args = parser.parse_args()
    if args.what == "noops":
        noops(args.tasks)
        return 0
    if args.folder is None:
        parser.error("a folder is needed")
    work: Path = args.folder.absolute().with_name(f"{args.folder.name}-results")
    if args.what == "make":
        make(args.folder, args.count)
    elif args.what == "query":
        query(args.strides, work)
    else:
        # Only what this script made is taken away, so that nothing counts as done before.
        made = {"speed": [f"{w}{n}" for w in ("pool ", "Dask ", "warm pool ", "warm Dask ") for n in (1, 2)], "kills": ("ten_kills",),
                "faults": ("killed", "killed_dask", "poison", "poisoned", "poisoned_dask")}  # fmt: skip
        for name in made[args.what]:
            shutil.rmtree(work / name, ignore_errors=True)
        if args.what == "speed":
            speed(args.folder, args.count, work, args.rounds)
        else:
            {"faults": faults, "kills": kills}[args.what](args.folder, args.count, work)
    return 0


if __name__ == "__main__":
    sys.exit(main())
