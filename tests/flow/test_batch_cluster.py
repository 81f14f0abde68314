"""The same command on a Dask scheduler: scheduler and workers as processes of their own, on loopback."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gait.batch.cluster import ClusterCrew
from gait.batch.run import BLAMED, outcomes
from gait.batch.task import Task
from gait.cli import main
from gait.results import Asked
from tests.gait.batch.deadly import dies
from tests.gait.batch.runs import write_runs

pytest.importorskip("distributed")
if os.name != "posix":
    pytest.skip("workers are killed as POSIX kills", allow_module_level=True)

REPOSITORY = Path(__file__).resolve().parents[2]
TABLES = ("runs.csv", "strides.csv", "failures.csv")

#: Longest that anything here may take. [s]
PATIENCE = 120.0


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("in")
    write_runs(folder, 4)
    return folder


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a scheduler with two workers."""
    scratch = tmp_path_factory.mktemp("dask")
    # One more death than this, and the scheduler gives a task up; by default 3, which only takes longer.
    failures = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1"}
    env = {**os.environ, **failures, "PYTHONPATH": str(REPOSITORY)}
    file = scratch / "scheduler.json"
    words = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file)]
    log = (scratch / "log").open("w")
    quiet = {"stdout": log, "stderr": log, "env": env}
    scheduler = subprocess.Popen([sys.executable, "-m", "distributed.cli.dask_scheduler", *words], **quiet)  # type: ignore[call-overload]
    words = ["--scheduler-file", str(file), "--nthreads", "1", "--nworkers", "2", "--no-dashboard",
             "--host", "127.0.0.1", "--local-directory", str(scratch)]  # fmt: skip
    workers = subprocess.Popen([sys.executable, "-m", "distributed.cli.dask_worker", *words], **quiet)  # type: ignore[call-overload]
    from distributed import Client

    try:
        with Client(scheduler_file=str(file), timeout=PATIENCE, set_as_default=False) as client:  # type: ignore[no-untyped-call]
            client.wait_for_workers(2, timeout=PATIENCE)
            address = client.scheduler.address
        yield address
    finally:
        for process in (workers, scheduler):
            process.send_signal(signal.SIGINT)
        for process in (workers, scheduler):
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
        log.close()


def batch(inputs: Path, out: Path, *words: str) -> int:
    return main(["batch", str(inputs), "--out", str(out), "--no-report", "--quiet", *words])


def test_a_cluster_says_what_a_pool_says(inputs: Path, cluster: str, tmp_path: Path) -> None:
    assert batch(inputs, tmp_path / "dask", "--cluster", cluster) == 0
    assert batch(inputs, tmp_path / "pool", "--jobs", "1") == 0
    for name in TABLES:
        assert (tmp_path / "dask" / name).read_bytes() == (tmp_path / "pool" / name).read_bytes()


def test_recordings_at_urls_are_read_by_the_workers(inputs: Path, cluster: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    urls = [path.as_uri() for path in sorted(inputs.glob("*.csv"))]
    assert main(["batch", *urls, "--out", str(out), "--no-report", "--quiet", "--cluster", cluster]) == 0
    assert (out / "runs.csv").read_text().count("file://") == 4


def test_killed_workers_cost_nothing_and_the_poisoned_file_is_blamed_alone(
    cluster: str, tmp_path: Path
) -> None:
    names = ["run0", "run1", "unlucky", "poison", "run4", "run5"]
    tasks = [Task(name, name, str(tmp_path), Asked()) for name in names]
    crew = ClusterCrew(cluster, tmp_path, [])
    try:
        found = dict(outcomes(tasks, crew, dies))
    finally:
        crew.close()
    assert (tmp_path / "unlucky.tried").exists()  # it did die once
    assert found[3].failure == BLAMED
    assert all(found[i].row == {"seen": True} for i in (0, 1, 2, 4, 5))


@pytest.mark.skipif(
    not Path("/proc/self/cwd").exists(), reason="needs a path that means another folder to each process"
)
def test_a_path_that_means_something_else_on_the_workers_is_refused(
    inputs: Path,
    cluster: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As where /data is another disk on each machine."""
    monkeypatch.chdir(inputs)
    assert batch(inputs, Path("/proc/self/cwd/out"), "--cluster", cluster) == 1
    assert "does not see /proc/self/cwd/out" in capsys.readouterr().err
    assert batch(Path("/proc/self/cwd/run_0.csv"), tmp_path, "--cluster", cluster) == 1
    assert "does not see /proc/self/cwd/run_0.csv" in capsys.readouterr().err


def test_certificates_that_are_not_there_are_one_sentence(
    inputs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert batch(inputs, tmp_path, "--cluster", "tls://127.0.0.1:9") == 1
    assert "names none" in capsys.readouterr().err


def test_workers_that_keep_other_calibrations_are_refused(
    inputs: Path,
    cluster: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """They would use them by themselves, and this machine would not."""
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "chest.json").write_bytes(b"{}")
    monkeypatch.setenv("GAIT_CALIBRATIONS", str(kept))
    out = tmp_path / "out"
    assert batch(inputs, out, "--cluster", cluster) == 1
    assert "keeps other calibrations than this machine" in capsys.readouterr().err
    assert batch(inputs, out, "--cluster", cluster, "--calibration", "none") == 0


@pytest.mark.filterwarnings("error::pytest.PytestUnraisableExceptionWarning")
def test_what_is_no_scheduler_is_one_sentence_and_soon(
    inputs: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Such an answer once took 20 s more and left a traceback."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            with server.accept()[0] as connection:
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n" * 20)
                connection.recv(1)

        threading.Thread(target=answer, daemon=True).start()
        began = time.monotonic()
        assert batch(inputs, tmp_path, "--cluster", f"tcp://127.0.0.1:{server.getsockname()[1]}") == 1
        assert time.monotonic() - began < 20.0
    said = capfd.readouterr().err
    assert said.startswith("gait: No scheduler answers at tcp://127.0.0.1:")
    assert said.count("\n") == 1


def test_no_scheduler_there_is_one_sentence(
    inputs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    began = time.monotonic()
    assert batch(inputs, tmp_path, "--cluster", "tcp://127.0.0.1:9") == 1
    assert time.monotonic() - began < 20.0  # 10 s are granted
    said = capsys.readouterr().err
    assert said.startswith("gait: No scheduler answers at tcp://127.0.0.1:9 within 10 s.")
    assert said.count("\n") == 1
