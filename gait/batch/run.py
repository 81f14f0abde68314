"""Keep a crew busy until every task has an outcome.

Lives here: handing out, taking back, and who is blamed when a worker dies.
Not here: any executor (pool.py, cluster.py), what a task is (worker.py).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Future
from queue import Empty, SimpleQueue

from gait.batch.crew import Crew
from gait.batch.task import BatchError, Outcome, Task
from gait.batch.worker import analyze_one

#: After so long without a result it is asked whether anybody is still there. [s]  Chosen.
PATIENCE_S = 5.0

#: What is said of a recording whose worker died with it in hand, twice, the second time with nothing else.
BLAMED = (
    "the process that worked on it died, and did so again when it had nothing else in hand. It may need more memory than "
    "there is, or be damaged in a way that gait does not survive; `gait analyze` on it alone, with --from and --to, "
    "shows which part."
)


def outcomes(
    tasks: Sequence[Task], crew: Crew, work: Callable[[Task], Outcome] = analyze_one
) -> Iterator[tuple[int, Outcome]]:
    """Do all tasks, in any order.

    A worker that dies takes with it what it had in hand, and nobody knows which of these killed it. So all of them are
    tried once more, at the end and each alone; only a task that then kills its worker again is blamed.

    Parameters
    ----------
    tasks : sequence of Task
    crew : Crew
    work : callable
        What is called with a task on a worker.

    Yields
    ------
    int, Outcome
        Index of the task and what came of it, each once.

    Raises
    ------
    BatchError
        If nobody is left to work.
    """
    suspects: list[int] = []
    for index, outcome in _together(range(len(tasks)), tasks, crew, work, crew.width):
        if outcome is None:
            suspects.append(index)
        else:
            yield index, outcome
    for suspect in sorted(suspects):
        for index, outcome in _together([suspect], tasks, crew, work, 1):
            yield index, Outcome(failure=BLAMED) if outcome is None else outcome


def _together(
    indices: Sequence[int],
    tasks: Sequence[Task],
    crew: Crew,
    work: Callable[[Task], Outcome],
    width: int,
) -> Iterator[tuple[int, Outcome | None]]:
    """Some tasks, ``width`` at a time; None for one whose worker died."""
    waiting = deque(indices)
    flying: dict[Future[Outcome], int] = {}
    landed: SimpleQueue[Future[Outcome]] = SimpleQueue()
    broken = False
    while waiting or flying:
        if broken and not flying:
            crew.renew()
            broken = False
        while waiting and not broken and len(flying) < width:
            try:
                future = crew.executor.submit(work, tasks[waiting[0]])
            except BrokenExecutor:  # it broke between two submissions; this one was never in anybody's hands
                broken = True
                break
            flying[future] = waiting.popleft()
            future.add_done_callback(landed.put)
        if not flying:
            continue
        try:
            future = landed.get(timeout=PATIENCE_S)
        except Empty:
            crew.check()
            continue
        index = flying.pop(future)
        outcome: Outcome | None = None
        try:
            outcome = future.result()
        except crew.died as error:
            broken = broken or isinstance(error, BrokenExecutor)
        except CancelledError as error:
            raise BatchError("The executor let go of its tasks; the same command does the rest.") from error
        except Exception as error:
            # Whatever the work itself can raise is an outcome already: this is the executor's own.
            words = " ".join(str(error).split())[:200]
            outcome = Outcome(
                failure=f"it did not come back whole ({type(error).__name__}: {words}). Try again."
            )
        yield index, outcome
