"""A crew on this machine: a pool of processes.

Lives here: how they are started and ended.
Not here: what they do (worker.py).
"""

from __future__ import annotations

import multiprocessing
import os
from concurrent.futures import BrokenExecutor, Executor, ProcessPoolExecutor

from gait.batch.worker import THREADS, begin


class PoolCrew:
    """Processes of this machine; see `Crew`.

    Parameters
    ----------
    jobs : int
        How many.
    """

    executor: Executor

    def __init__(self, jobs: int) -> None:
        self._jobs = jobs
        # One waits beside those in work, so that none idles while its next is being handed over.
        self.width = jobs + 1
        self.died: tuple[type[BaseException], ...] = (BrokenExecutor,)
        self.notes: tuple[str, ...] = ()
        self._others = set(multiprocessing.active_children())
        self._told = {name: os.environ.get(name) for name in THREADS}
        # Read by libraries when a worker loads them, so it must be there before the worker is.
        os.environ.update(dict.fromkeys(THREADS, "1"))
        self.executor = self._pool()

    def renew(self) -> None:
        """A new pool; one that lost a process takes nothing more."""
        self.executor.shutdown(wait=True, cancel_futures=True)
        self.executor = self._pool()

    def check(self) -> None:
        """A pool notices by itself."""

    def close(self, *, now: bool = False) -> None:
        """End the processes."""
        if now:
            for process in set(multiprocessing.active_children()) - self._others:
                process.kill()
        self.executor.shutdown(wait=True, cancel_futures=True)
        for name, value in self._told.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value

    def _pool(self) -> ProcessPoolExecutor:
        # Spawned on every system alike: a fork would take over threads' locks, and our ends of each other's pipes.
        return ProcessPoolExecutor(
            self._jobs, mp_context=multiprocessing.get_context("spawn"), initializer=begin
        )


def usable_cores() -> int:
    """Cores that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # Windows, macOS
        return os.cpu_count() or 1
