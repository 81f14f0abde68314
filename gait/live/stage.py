"""One run after the other: begin, listen, end, and the whole analysis behind it.

Lives here: Stage with its two threads, one that records or plays and one that looks twice a second and tells everybody.
Not here: what a run is (session.py, replay.py), who is told (server.py, terminal.py, the commands).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from gait.errors import GaitError
from gait.live.session import State

#: Everybody is told this often. [s]  Chosen: half a second of samples and 0.05 s of work, so that a sample is on the
#: screen within a second; the numbers themselves move more slowly.
UPDATE_S = 0.5

Doing = Literal["idle", "running", "finishing", "finished", "failed"]


class Run(Protocol):
    """A run that goes on: recorded live, or played."""

    def listen(self, stopped: Callable[[], bool]) -> None:
        """Feed what is shown until it is over or ``stopped``; on a thread of its own."""

    def state(self) -> State:
        """What there is to show."""

    def finish(self) -> Finished:
        """After it is over: analyse the whole."""

    def mark(self) -> None:
        """Mark this moment."""

    def again(self) -> None:
        """Calibrate again."""


@dataclass(frozen=True)
class Finished:
    """What a run left: its page, the summary in words, and where they are."""

    page: bytes
    summary: str
    folder: Path | None = None
    file: str = ""


@dataclass(frozen=True)
class Scene:
    """What is told: the run's state and what the stage is doing."""

    number: int
    doing: Doing
    state: State | None
    finished: Finished | None = None
    why: str = ""


class Stage:
    """Begins runs and ends them, from whatever thread.

    Parameters
    ----------
    begin : callable
        Makes the next run; may raise GaitError.
    told : callable
        Gets each Scene, on the thread that looks.
    """

    def __init__(
        self, begin: Callable[[], Run], told: Callable[[Scene], None], *, update_s: float = UPDATE_S
    ) -> None:
        self._make, self._told, self._update_s = begin, told, update_s
        self._lock = threading.Lock()
        self._doing: Doing = "idle"
        self._why = ""
        self._number = 0
        self._run: Run | None = None
        self._finished: Finished | None = None
        self._stop = threading.Event()
        self._over = threading.Event()
        self._changed = threading.Event()
        self._worker: threading.Thread | None = None
        self._looker = threading.Thread(target=self._look, name="gait live looks", daemon=True)

    @property
    def doing(self) -> Doing:
        """What it is at."""
        return self._doing

    @property
    def why(self) -> str:
        """Why it failed, "" when it did not."""
        return self._why

    @property
    def finished(self) -> Finished | None:
        """What the last run left."""
        return self._finished

    def open(self, run: Run | None = None) -> None:
        """Begin to tell, with a first run where there is one."""
        self._looker.start()
        if run is not None:
            with self._lock:
                self._go(run)

    def start(self) -> bool:
        """Begin the next run; False while one is on."""
        with self._lock:
            if self._doing in ("running", "finishing"):
                return False
            self._doing, self._why = "running", ""
            self._run, self._finished = None, None
            self._go(None)
            return True

    def stop(self) -> bool:
        """End the run; False when there is none. Returns at once: the whole analysis goes on."""
        with self._lock:
            if self._doing != "running":
                return False
            self._stop.set()
            return True

    def mark(self) -> bool:
        """Mark this moment; False when there is no run."""
        run = self._run
        if run is None or self._doing != "running":
            return False
        run.mark()
        self._changed.set()
        return True

    def again(self) -> bool:
        """Calibrate again; False when there is no run."""
        run = self._run
        if run is None or self._doing != "running":
            return False
        run.again()
        return True

    def close(self) -> None:
        """End everything, with the whole analysis of a run that is on."""
        self.stop()
        if self._worker is not None:
            self._worker.join()
        self._over.set()
        self._changed.set()
        if self._looker.is_alive():
            self._looker.join()

    # ------------------------------------------------------------ the two threads

    def _go(self, run: Run | None) -> None:
        self._number += 1
        self._doing, self._run = "running", run
        self._stop.clear()
        self._worker = threading.Thread(target=self._work, args=(run,), name="gait live records", daemon=True)
        self._worker.start()

    def _work(self, run: Run | None) -> None:
        """Record or play one run, then analyse it whole."""
        try:
            if run is None:
                run = self._make()
                self._run = run
            try:
                run.listen(self._stop.is_set)
            except GaitError as error:
                self._why = str(error)  # a full disk, say; what was recorded by then is analysed
            self._doing = "finishing"
            self._changed.set()
            self._finished = run.finish()
            self._doing = "finished"
        except (GaitError, OSError) as error:
            self._why = f"{self._why} {error}".strip()
            self._doing = "failed"
        finally:
            if self._doing in ("running", "finishing"):
                self._doing, self._why = "failed", self._why or "Something went wrong inside gait."
            self._changed.set()

    def _look(self) -> None:
        """Look and tell, twice a second by the wall's clock, and at once when something changed."""
        due = time.monotonic()
        while True:
            over = self._over.is_set()
            run = self._run
            try:
                state = run.state() if run is not None else None
                self._told(Scene(self._number, self._doing, state, self._finished, self._why))
            except Exception as error:  # whatever it is: the other thread goes on recording
                self._why = f"Looking along has ended inside gait ({type(error).__name__}: {error})."
                self._run = None
            if over:  # the last word is told, too
                return
            due = max(due + self._update_s, time.monotonic() - self._update_s)
            if self._changed.wait(max(0.01, due - time.monotonic())):
                self._changed.clear()
