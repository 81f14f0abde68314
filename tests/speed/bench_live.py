"""How a live run keeps up: `python -m tests.speed.bench_live update|latency|viewers|soak`.

update   one look at a 30 s window at 200 Hz, CPU time on one core
viewers  what ten viewers of the page cost the recorder
soak     two hours of recording at twenty times true speed, looked at by the wall's clock: memory, losses, lateness
latency  from a sample's arrival to the screen, in a real browser

Everything but `update` runs the real command on a made-up sensor in a process of its own.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

REPOSITORY = Path(__file__).resolve().parents[2]
PAGE_KB = os.sysconf("SC_PAGE_SIZE") / 1024 if hasattr(os, "sysconf") else 4.0


@contextlib.contextmanager
def command(*words: str, folder: Path, **more: Any) -> Iterator[subprocess.Popen[str]]:
    """A gait command as a process of its own."""
    process = subprocess.Popen(
        [sys.executable, "-m", "gait", *words], cwd=folder, text=True,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)}, **more,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def update_ms(looks: int = 40) -> list[float]:
    """CPU time of single looks at a full window. [ms]."""
    from gait.live.listening import Listening
    from gait.live.session import State
    from gait.live.stage import Scene
    from gait.live.view import View
    from gait.synthetic import Course, Runner, Sensor, simulate

    sensor = Sensor.mpu6050(np.random.default_rng(1), 200.0)
    recording, _ = simulate(Runner(placement="sternum"), Course(standing_s=8.0, running_s=70.0), sensor, 1)
    listening, view, out = Listening(recording.rate_hz, placement="sternum"), View(), []
    s = recording.samples
    for a in range(0, len(s), 100):
        begin = time.process_time()
        listening.push(s[a : a + 100])
        look = listening.look()
        json.dumps(view.say(Scene(1, "running", State(look, 0.0, "connected", ""))))
        if s.t[a] - s.t[0] > 40.0:
            out.append(1e3 * (time.process_time() - begin))
    return out[:looks]


@dataclass
class Soaked:
    """What a soak showed.

    times, memory_mb : of the recording [s], resident [MB]
    late_s : how far the newest sample shown was behind the one due [recording s], per line
    """

    times: list[float]
    memory_mb: list[float]
    late_s: list[tuple[float, float]]
    samples: int
    lost: int
    last: dict[str, Any]


def soak(recorded_s: float, speed: float, viewers: int = 1) -> Soaked:
    """Record and look for so long."""
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as around:
        folder = Path(name)
        sensor = around.enter_context(
            command("simulate", "--speed", str(speed), "--seconds", "600", folder=folder, stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL)
        )  # fmt: skip
        assert sensor.stdout is not None
        port = sensor.stdout.readline().strip()
        live = around.enter_context(
            command("live", port, "--json-lines", "--http", "0", "--placement", "sternum", folder=folder,
                    stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        )  # fmt: skip
        assert live.stdout is not None
        assert live.stderr is not None
        page = live.stderr.readline().split()[-1]
        host, number = page.removeprefix("http://").strip("/").split(":")
        stop = threading.Event()
        for _ in range(viewers):
            threading.Thread(target=_view, args=(host, int(number), stop), daemon=True).start()
        out = Soaked([], [], [], 0, 0, {})
        first: tuple[float, float] | None = None
        for line in live.stdout:
            said = json.loads(line)
            now = time.monotonic()
            if said["t"] is None:
                continue
            if first is None:
                first = (now, said["t"])
            recorded = said["t"] - first[1]
            out.late_s.append((recorded, (now - first[0]) * speed - recorded))
            out.times.append(recorded)
            out.memory_mb.append(resident_mb(live.pid))
            out.samples, out.lost, out.last = said["connection"]["samples"], said["connection"]["lost"], said
            if recorded >= recorded_s:
                break
        stop.set()
        live.kill()  # its whole analysis is another bench
        return out


def resident_mb(pid: int) -> float:
    """Resident memory of a process. [MB]."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE_KB / 1024


def _view(host: str, port: int, stop: threading.Event, got: list[float] | None = None) -> None:
    """Look at the page's stream, as a browser does."""
    with contextlib.suppress(OSError), socket.create_connection((host, port), 5.0) as line:
        line.sendall(
            f"GET /events HTTP/1.1\r\nHost: {host}:{port}\r\nSec-Fetch-Site: same-origin\r\n\r\n".encode()
        )
        line.settimeout(5.0)
        while not stop.is_set() and (data := line.recv(1 << 16)):
            if got is not None and b"data: " in data:
                got.append(time.monotonic())


def recorder_pace(viewers: int, seconds: float = 12.0) -> tuple[float, float, list[int]]:
    """CPU seconds a second of a live run, worst gap between two views [s], and views each viewer got."""
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as around:
        folder = Path(name)
        sensor = around.enter_context(
            command("simulate", folder=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        )
        assert sensor.stdout is not None
        live = around.enter_context(
            command("live", sensor.stdout.readline().strip(), "--json-lines", "--http", "0", folder=folder,
                    stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        )  # fmt: skip
        assert live.stdout is not None
        assert live.stderr is not None
        host, number = live.stderr.readline().split()[-1].removeprefix("http://").strip("/").split(":")
        stop = threading.Event()
        got: list[list[float]] = [[] for _ in range(viewers)]
        for mine in got:
            threading.Thread(target=_view, args=(host, int(number), stop, mine), daemon=True).start()
        lines: list[float] = []
        at = cpu = 0.0
        said: dict[str, Any] = {}
        for line in live.stdout:
            said = json.loads(line)
            if said["connection"]["samples"] < 800:
                continue
            now = time.monotonic()
            if not lines:
                at, cpu = now, cpu_s(live.pid)
                for mine in got:
                    mine.clear()
            lines.append(now)
            if now - at > seconds:
                break
        used = (cpu_s(live.pid) - cpu) / (time.monotonic() - at)
        stop.set()
        assert said["connection"]["lost"] == 0
        live.kill()
        return used, max(np.diff(lines)), [len(mine) for mine in got]


def cpu_s(pid: int) -> float:
    """CPU time of a process so far. [s]."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def latency_ms(seconds: float = 25.0) -> list[float]:
    """From a sample's arrival to its being drawn by a real browser. [ms]."""
    from tests.flow.live_browser import page_of

    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as around:
        live = around.enter_context(
            command(
                "live", "--simulate", folder=Path(name), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
        )
        assert live.stdout is not None
        address = next(line for line in live.stdout if line.startswith("The page: ")).split()[-1]
        page = around.enter_context(page_of(address))
        page.wait_for_selector("body[data-phase=learning]", timeout=60_000)
        time.sleep(seconds)
        late: list[float] = page.evaluate("Figure.lateness")
        live.send_signal(signal.SIGKILL)
        return late


def main() -> None:
    """Run one bench and print what it found."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=("update", "latency", "viewers", "soak"))
    parser.add_argument("--hours", type=float, default=2.0, help="of recording, for soak (2)")
    parser.add_argument("--speed", type=float, default=20.0, help="times true speed, for soak (20)")
    args = parser.parse_args()
    if args.what == "update":
        ms = update_ms()
        print(
            f"one look at 30 s of 200 Hz: median {statistics.median(ms):.1f} ms, worst {max(ms):.1f} ms of CPU"
        )
    elif args.what == "latency":
        late = latency_ms()
        print(
            f"from arrival to screen: median {statistics.median(late):.0f} ms, 95 % {np.percentile(late, 95):.0f} ms"
        )
    elif args.what == "viewers":
        for viewers in (0, 10):
            used, gap, got = recorder_pace(viewers)
            print(
                f"{viewers} viewers: {100 * used:.1f} % of a core, worst gap between views {gap:.2f} s, views {got}"
            )
    else:
        found = soak(args.hours * 3600, args.speed)
        early = [m for t, m in zip(found.times, found.memory_mb, strict=True) if 540 < t < 660]
        late = [x for t, x in found.late_s if t > found.times[-1] - 600]
        begin = [x for t, x in found.late_s if 60 < t < 660]
        print(f"recorded {found.times[-1] / 3600:.2f} h: {found.samples} samples, {found.lost} lost")
        print(
            f"memory after 10 min {statistics.median(early):.1f} MB, at the end {found.memory_mb[-1]:.1f} MB, most {max(found.memory_mb):.1f} MB"
        )
        print(
            f"behind, median: {statistics.median(begin) / args.speed:.2f} s of the wall in the first ten minutes, "
            f"{statistics.median(late) / args.speed:.2f} s in the last; worst {max(x for _, x in found.late_s) / args.speed:.2f} s"
        )
        print(f"strides {found.last['strides']}, clear by then: {[t['key'] for t in found.last['traits']]}")


if __name__ == "__main__":
    main()
