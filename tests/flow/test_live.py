"""A live run as a person has it: the page in a real browser, and everything that can happen on the way."""

from __future__ import annotations

import argparse
import json
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any, Self

import numpy as np
import pytest

import gait
from firmware_bridge import frames
from firmware_bridge.capture import read as read_capture
from firmware_bridge.decoder import Decoder
from firmware_bridge.events import Chip, Data
from firmware_bridge.sensor_stream import Faults
from firmware_bridge.virtual_sensor import VirtualSensor
from gait.cli import main
from gait.commands import live as live_command
from gait.commands.simulate import made_up_counts
from gait.live.stage import Stage
from gait.live.view import View
from gait.readers.words import parse_placement
from tests.flow.live_browser import page_of
from tests.flow.test_bridge_cli import ENVIRONMENT, LOST_BY_A_KILL_S, numbers

pytest.importorskip("pty")
pytest.importorskip("starlette")

#: Nothing here takes so long; it ends a test that hangs. [s]
PATIENCE = 60.0

#: From a sample's arrival to its being drawn, median. [ms]  The claim is 1500 and stands in tests/speed/test_live_speed.py;
#: here it is only that nothing piles up, on however busy a machine.
LATE_MS = 5000.0

#: Times true speed, where a fault does not need the wall's own pace.
SPEED = 15.0

COUNTS = made_up_counts(1, 60.0, 200.0)
CHIP = Chip(firmware=(0, 1), device_id=b"made-up\0")


class Views:
    """What a live run shows, view by view."""

    def __init__(self) -> None:
        self.views: list[dict[str, Any]] = []

    def alive(self) -> bool:
        raise NotImplementedError

    def until(self, what: Callable[[dict[str, Any]], bool], patience: float = PATIENCE) -> dict[str, Any]:
        """The first view from now on of which that is true."""
        stop, at = time.monotonic() + patience, max(0, len(self.views) - 1)
        while time.monotonic() < stop:
            while at < len(self.views):
                if what(self.views[at]):
                    return self.views[at]
                at += 1
            assert self.alive()
            time.sleep(0.02)
        raise AssertionError(f"never seen; last: {self.views[-1] if self.views else None}")


class Live(Views):
    """A `gait live` that runs: its views as they come, its page's address."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        super().__init__()
        self.process = process
        assert process.stderr is not None
        self.address = ""
        for line in process.stderr:
            if found := re.search(r"http://\S+", line):
                self.address = found[0]
                break
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.views.append(json.loads(line))

    def alive(self) -> bool:
        return self.process.poll() is None

    def end(self) -> tuple[int, str]:
        """Ctrl-C; the exit status and what was said for people."""
        self.process.send_signal(signal.SIGINT)
        assert self.process.stderr is not None
        said = self.process.stderr.read()
        self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        return self.process.returncode, said


@contextmanager
def live(folder: Path, *words: str) -> Iterator[Live]:
    """A process of its own: views as lines, and the page beside them at whatever port is free."""
    process = subprocess.Popen(
        [sys.executable, "-m", "gait", "live", *words, "--json-lines", "--http", "0"],
        cwd=folder, env=ENVIRONMENT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        yield Live(process)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


class Here(Views):
    """The same without a process and a page: the command's run on its stage."""

    def __init__(self, *words: str) -> None:
        super().__init__()
        parser = argparse.ArgumentParser()
        live_command.add_arguments(parser)
        args = parser.parse_args(words)
        view, numbers = View(), count(1)

        def begin() -> live_command.LiveRun:
            return live_command.LiveRun(args, parse_placement(args.placement), next(numbers))

        self.stage = Stage(begin, lambda scene: self.views.append(view.say(scene)), update_s=0.1)
        self.stage.open(begin())

    def alive(self) -> bool:
        return True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stage.close()


def worn(sensor: VirtualSensor, path: Path) -> tuple[str, ...]:
    return (sensor.path, "-o", str(path), "--placement", "sternum")


def wait_on(page: Any, what: str, patience: float = 20.0) -> None:
    """Until an expression is true on the page, whose policy lets nobody's text be run by itself."""
    stop = time.monotonic() + patience
    while not page.evaluate(what):
        assert time.monotonic() < stop, what
        page.wait_for_timeout(50)


def test_simulated_from_standing_to_a_page_as_a_new_user_would(tmp_path: Path) -> None:
    """`gait live --simulate` at true speed, the page in a real browser: from the first byte to lean, turn and cadence."""
    words = [sys.executable, "-m", "gait", "live", "--simulate", "--http", "0", "-o", "run.gaitcap"]
    with (
        page_of() as page,
        subprocess.Popen(
            words, cwd=tmp_path, env=ENVIRONMENT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as process,
    ):
        try:
            assert process.stdout is not None
            said = [process.stdout.readline() for _ in range(3)]
            assert "into run.gaitcap" in said[0]
            _from_standing_to_the_end(page, said[1].split()[-1])
            process.send_signal(signal.SIGINT)
            rest, err = process.communicate(timeout=PATIENCE)
            assert process.returncode == 0, err
            assert "The page: run-gait/report.html" in rest
        finally:
            process.kill()
    assert (tmp_path / "run-gait" / "report.html").is_file()
    recording = gait.read(tmp_path / "run.gaitcap")
    marked = [note for note in recording.notes if note.startswith("Marked on the way")]
    assert len(marked) == 1
    at = float(re.findall(r"[\d.]+", marked[0])[0])
    assert recording.samples.t[0] < at <= recording.samples.t[-1]


def _from_standing_to_the_end(page: Any, address: str) -> None:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(address)
    page.wait_for_selector("body[data-phase=stand]", timeout=15_000)
    assert page.inner_text("h1") == "Stand still"
    page.wait_for_selector("body[data-phase=set_off]", timeout=15_000)
    assert "standing" in page.inner_text("#known")
    # The browser goes away and comes back: the run has gone on, and the page is where the run is.
    page.goto("about:blank")
    page.wait_for_timeout(2000)
    page.goto(address)
    page.wait_for_selector("article[data-key=lean]:not([data-empty])", timeout=30_000)
    number = {k: page.inner_text(f"article[data-key={k}] .big") for k in ("cadence", "lean", "rotation")}
    assert 160 <= int(number["cadence"]) <= 190
    assert re.fullmatch(r"\d{1,2}°", number["lean"])
    assert re.fullmatch(r"\d{2}°", number["rotation"])
    assert "Recording" in page.inner_text("#recording")
    wait_on(page, "Figure.lateness.length > 100")
    assert np.median(page.evaluate("Figure.lateness")) < LATE_MS
    turned = set()
    for _ in range(20):
        turned.add(page.evaluate("document.getElementById('above').getAttribute('transform')"))
        page.wait_for_timeout(50)
    assert len(turned) > 2
    page.keyboard.press("m")
    wait_on(page, "document.getElementById('moments').textContent === '1 moment marked'")
    page.keyboard.press("x")
    assert "once more" in page.inner_text("[data-do=stop]")
    page.keyboard.press("x")
    page.wait_for_selector("body[data-phase=finished]", timeout=30_000)
    with page.expect_popup() as popup:
        page.click("#open")
    popup.value.wait_for_load_state()
    assert "strides" in popup.value.inner_text("main")
    assert errors == []


def test_unplugged_and_back_is_one_line_and_the_run_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "run.gaitcap"
    with VirtualSensor(COUNTS, CHIP, speed=SPEED) as sensor, Here(*worn(sensor, path)) as run:
        run.until(lambda v: v["phase"] == "running")
        sensor.unplug()
        away = run.until(lambda v: v["connection"]["state"] == "away")
        assert away["phase"] == "away"
        assert away["line"] == "The sensor was unplugged. Plug it in again: the recording goes on."
        strides = away["strides"]
        sensor.replug()
        back = run.until(lambda v: v["connection"]["state"] == "connected")
        assert "is back after" in back["line"]
        run.until(lambda v: v["strides"] > strides + 20 and v["now"]["lean"]["value"] is not None)
        told = [h["text"] for h in run.views[-1]["happened"]]
        assert len(told) == 2  # and no word of the torn frame or the reset that came with it
    assert any("started anew once" in note for note in gait.read(path).notes)
    assert main(["analyze", str(path), "--no-report", "--quiet", "--out", str(tmp_path / "out")]) == 0


def test_garbage_on_the_line_is_one_calm_line(tmp_path: Path) -> None:
    path = tmp_path / "run.gaitcap"
    faults = Faults(garbage=0.02, damage=0.01)
    with VirtualSensor(COUNTS, CHIP, faults, speed=SPEED) as sensor, Here(*worn(sensor, path)) as run:
        run.until(lambda v: v["phase"] == "running" and v["now"]["lean"]["value"] is not None)
        last = run.views[-1]
        assert [h["text"] for h in last["happened"]] == [
            "Some bytes came damaged and were left out. The rest is whole."
        ]
        assert 150 < last["now"]["cadence"]["value"] < 190
    assert any("damaged" in note for note in gait.read(path).notes)


def test_a_sensor_that_starts_anew_is_told_and_heard_again(tmp_path: Path) -> None:
    path = tmp_path / "run.gaitcap"
    with VirtualSensor(COUNTS, CHIP, speed=SPEED) as sensor, Here(*worn(sensor, path)) as run:
        run.until(lambda v: v["phase"] == "running")
        strides = run.views[-1]["strides"]
        sensor._reset()  # as its own watchdog would: the port stays, the clock begins at 0
        run.until(lambda v: any("started anew" in h["text"] for h in v["happened"]))
        run.until(lambda v: v["strides"] > strides + 15)
    assert any("started anew once" in note for note in gait.read(path).notes)


def test_killed_on_the_way_the_capture_is_whole_and_the_page_says_so(tmp_path: Path) -> None:
    path = tmp_path / "run.gaitcap"
    with (
        VirtualSensor(COUNTS, CHIP) as sensor,
        live(tmp_path, *worn(sensor, path)) as run,
        page_of(run.address) as page,
    ):
        page.wait_for_selector("body[data-phase=set_off]", timeout=20_000)
        sent_s = sensor.played_s
        run.process.kill()
        run.process.wait(PATIENCE)
        page.wait_for_selector("#gone:not([hidden])", timeout=15_000)
        assert "recorded is on the disk" in page.inner_text("#gone")
        kept = numbers(path)
        # The page finds a gait that was started again, by itself.
        port = run.address.rsplit(":", 1)[1].strip("/")
        words = [
            sys.executable,
            "-m",
            "gait",
            "live",
            *worn(sensor, tmp_path / "b.gaitcap"),
            "--http",
            port,
        ]
        again = subprocess.Popen(words, cwd=tmp_path, env=ENVIRONMENT, stdout=subprocess.DEVNULL)
        try:
            wait_on(page, "document.querySelector('#recording span').textContent === 'b.gaitcap'", 30.0)
            assert not page.is_visible("#gone")
        finally:
            again.kill()
            again.wait()
    assert kept == list(range(len(kept)))
    assert len(kept) >= (sent_s - LOST_BY_A_KILL_S) * 200.0
    assert main(["analyze", str(path), "--no-report", "--quiet", "--out", str(tmp_path / "out")]) == 0


@pytest.mark.parametrize(
    ("named", "made"), [((), "run-*.gaitcap"), (("-o", "run-b.gaitcap"), "run-b*.gaitcap")]
)
def test_stop_and_start_make_two_captures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: tuple[str, ...], made: str
) -> None:
    monkeypatch.chdir(tmp_path)
    words = (*named, "--placement", "chest")
    with VirtualSensor(COUNTS, CHIP, speed=SPEED) as sensor, Here(sensor.path, *words) as run:
        run.until(lambda v: v["phase"] == "running")
        assert not run.stage.start()  # one is on
        assert run.stage.stop()
        done = run.until(lambda v: v["phase"] == "finished")
        assert done["report"]
        assert "strides" in done["summary"]
        assert not run.stage.mark()
        assert run.stage.start()
        run.until(lambda v: v["run"] == 2 and v["phase"] == "learning")
    captures = sorted(tmp_path.glob(made))
    assert len(captures) == len(list(tmp_path.glob("*.gaitcap"))) == 2
    for path in captures:
        assert len(gait.read(path).samples) > 1000
        assert (tmp_path / f"{path.stem}-gait" / "report.html").is_file()


def test_what_was_seen_live_is_what_is_in_the_capture(tmp_path: Path) -> None:
    """Strides of the last minute seen live against those of the capture, in the sensor's own seconds."""
    path = tmp_path / "run.gaitcap"
    with VirtualSensor(COUNTS, CHIP, speed=SPEED, loop=False) as sensor, Here(*worn(sensor, path)) as run:
        run.until(lambda v: v["phase"] == "standing" and v["strides"] > 60)
        seen = run.views[-1]
    recording = gait.read(path)
    analysis = gait.analyze(recording, placement="sternum")
    found, t = analysis.measures, recording.samples.t
    ticks = [int(n) for e in read_capture(path, Decoder()) if isinstance(e, Data) for n in e.tick]
    # The file's seconds are in the host's pace; the sensor's own are the ticks.
    own = np.interp(found.strides.start, [t[0], t[-1]], [ticks[0] * 1e-6, ticks[-1] * 1e-6])
    minute = seen["minute"]
    zero = 0.5 * (analysis.mounting.crept_deg or 0.0)  # the file knows the standing after the run as well
    for ago, lean, turn in list(zip(minute["ago"], minute["lean"], minute["rotation"], strict=True))[5:-5]:
        i = int(np.argmin(np.abs(own - (seen["t"] - ago))))
        assert abs(own[i] - (seen["t"] - ago)) < 0.02
        assert abs(found["rotation"].per_stride[i] - turn) < 0.5 + 0.05  # a view rounds to 0.1
        assert abs(found["lean"].per_stride[i] - lean) < 0.3 + 0.05 + zero


FULL = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))
from gait.cli import main
from gait.commands import live as live_command
raise SystemExit(main(sys.argv[1:]))
"""


def test_a_full_disk_is_one_sentence_and_what_was_written_is_analysed(tmp_path: Path) -> None:
    path = tmp_path / "run.gaitcap"
    with VirtualSensor(COUNTS, CHIP, speed=SPEED) as sensor:
        done = subprocess.run(
            [sys.executable, "-c", FULL, "live", *worn(sensor, path), "--json-lines"],
            cwd=tmp_path, env=ENVIRONMENT, capture_output=True, text=True, timeout=PATIENCE,
        )  # fmt: skip
    assert done.returncode == 1
    assert "no room is left" in done.stderr
    assert "Traceback" not in done.stderr
    assert len(gait.read(path).samples) > 1500
    assert "no room is left" in json.loads(done.stdout.splitlines()[-1])["line"]


def test_a_recording_is_played_through_the_same_view(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from gait.readers import write_csv
    from tests.gait.live.made import a_run

    path = tmp_path / "run.csv"
    write_csv(a_run()[0], path)
    assert (
        main(["replay", str(path), "--speed", "20", "--placement", "sternum", "--json-lines", "--quiet"]) == 0
    )
    views = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    told = list(dict.fromkeys(v["phase"] for v in views))
    assert told[-2:] == ["finishing", "finished"]
    assert "learning" in told or "running" in told
    assert any(v["now"]["lean"]["value"] for v in views)
    assert {v["recording"]["text"] for v in views} <= {"Playing", "Saved", "Not recording"}
    assert not list(tmp_path.glob("*-gait"))


def test_wrong_usage_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    there = tmp_path / "there.gaitcap"
    there.write_bytes(frames.encode_note("wire", "gait"))
    for words, status, part in (
        (["live", "x", "--simulate"], 2, "leave PORT out"),
        (["live", "--simulate", "-o", str(there)], 2, "there already"),
        (["live", str(tmp_path / "nothing")], 1, "There is no port"),
        (["live", "--terminal", "--json-lines"], 2, "choose one"),
        (["live", "--simulate", "-o", str(tmp_path / "run.csv")], 2, "a table's name"),
        (["live", "--simulate", "-o", str(tmp_path / "no" / "run.gaitcap")], 2, "There is no folder"),
        (["live", "--http", "70000"], 2, "--http"),
        (["live", "--share", "--terminal"], 2, "--http"),
        (["live", "--placement", "knee"], 2, "knee"),
        (["replay", str(tmp_path / "nothing")], 1, "There is no file"),
        (["replay", str(there), "--speed", "100"], 2, "--speed"),
    ):
        assert main(words) == status, words
        said = capsys.readouterr().err
        assert part in said, words
        assert said.count("\n") == 1, words
