"""Who does the tasks: any executor of ``concurrent.futures`` with what a batch must know of it beside.

Lives here: the shape of a crew.
Not here: the crews there are (pool.py, cluster.py), the loop that keeps one busy (run.py).
"""

from __future__ import annotations

from concurrent.futures import Executor
from typing import Protocol


class Crew(Protocol):
    """An executor, and how it fares.

    Attributes
    ----------
    executor : Executor
    width : int
        Tasks that are handed out at a time: enough to keep everybody busy, few enough to lose little.
    died : tuple of exception types
        What a task's future says when the worker that had it is gone.
    notes : tuple of str
        What the user should know of it.
    """

    executor: Executor
    width: int
    died: tuple[type[BaseException], ...]
    notes: tuple[str, ...]

    def renew(self) -> None:
        """Make the executor whole again after a worker died, if it does not do so by itself."""

    def check(self) -> None:
        """Called when nothing came back for a while; raises BatchError if nothing will."""

    def close(self, *, now: bool = False) -> None:
        """Let go of it; ``now`` does not wait for what is in hand."""
