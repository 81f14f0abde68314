"""Runs begin and end from whatever thread, and trouble on one side leaves the other alone."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from gait.errors import GaitError
from gait.live.session import State
from gait.live.stage import Finished, Scene, Stage

PATIENCE = 5.0


class Run:
    """A run in which this and that goes wrong."""

    def __init__(self, *, listens: str = "", looks: str = "", finishes: str = "") -> None:
        self.trouble = {"listen": listens, "state": looks, "finish": finishes}
        self.ended = threading.Event()
        self.marked = 0

    def _maybe(self, where: str, kind: type[Exception] = GaitError) -> None:
        if self.trouble[where]:
            raise kind(self.trouble[where])

    def listen(self, stopped: Callable[[], bool]) -> None:
        self._maybe("listen")
        while not stopped():
            time.sleep(0.005)
        self.ended.set()

    def state(self) -> State:
        self._maybe("state", ZeroDivisionError)
        return State(None, 1.0, "connected", "made up")

    def finish(self) -> Finished:
        self._maybe("finish")
        return Finished(b"page", "It was there.")

    def mark(self) -> None:
        self.marked += 1

    def again(self) -> None:
        self.marked += 100


def until(what: Callable[[], bool]) -> None:
    stop = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < stop
        time.sleep(0.005)


def opened(run: Run, make: Callable[[], Run] = Run) -> tuple[Stage, list[Scene]]:
    scenes: list[Scene] = []
    stage = Stage(make, scenes.append, update_s=0.01)
    stage.open(run)
    return stage, scenes


def test_a_run_goes_on_until_it_is_stopped_and_is_then_analysed() -> None:
    run = Run()
    stage, scenes = opened(run)
    until(lambda: any(s.state for s in scenes))
    assert not stage.start()
    assert stage.mark()
    assert stage.again()
    assert run.marked == 101
    assert stage.stop()
    until(lambda: stage.doing == "finished")
    assert run.ended.is_set()
    assert not stage.stop()
    assert not stage.mark()
    assert stage.start()
    until(lambda: any(s.number == 2 and s.doing == "running" for s in scenes))
    stage.close()
    assert [d for d, before in zip(doings(scenes), [None, *doings(scenes)], strict=False) if d != before][
        -1
    ] == "finished"


def doings(scenes: list[Scene]) -> list[str]:
    return [scene.doing for scene in scenes]


def test_closing_while_it_runs_tells_the_end() -> None:
    for _ in range(20):  # whoever looks may be anywhere in its round
        stage, scenes = opened(Run())
        stage.close()
        assert scenes[-1].doing == "finished"
        assert scenes[-1].finished is not None


def test_what_was_recorded_before_the_trouble_is_analysed() -> None:
    stage, scenes = opened(Run(listens="No room is left."))
    until(lambda: stage.doing == "finished")
    stage.close()
    assert scenes[-1].why == "No room is left."
    assert scenes[-1].finished is not None


def test_trouble_in_looking_leaves_the_recording_alone() -> None:
    run = Run(looks="by nothing")
    stage, scenes = opened(run)
    until(lambda: bool(stage.why))
    assert stage.doing == "running"
    assert not run.ended.is_set()
    stage.close()
    assert run.ended.is_set()
    assert "ZeroDivisionError" in scenes[-1].why
    assert scenes[-1].finished is not None


def test_whoever_is_told_may_fail_too() -> None:
    def told(scene: Scene) -> None:
        raise ValueError("no more room on the wall")

    run = Run()
    stage = Stage(Run, told, update_s=0.01)
    stage.open(run)
    until(lambda: bool(stage.why))
    stage.close()
    assert run.ended.is_set()
    assert stage.finished is not None


@pytest.mark.parametrize("make", [lambda: Run(finishes="Too few samples."), None])
def test_a_run_that_cannot_be_is_said_so_and_another_may_begin(make: Callable[[], Run] | None) -> None:
    def none() -> Run:
        raise GaitError("No port looks like a sensor's.")

    stage, scenes = opened(Run(), make or none)
    stage.stop()
    until(lambda: stage.doing == "finished")
    assert stage.start()
    if make:
        until(lambda: stage.doing == "running")
        stage.stop()
    until(lambda: stage.doing == "failed")
    assert stage.why in ("Too few samples.", "No port looks like a sensor's.")
    assert stage.start()
    stage.close()
    assert scenes[-1].doing == "failed"
