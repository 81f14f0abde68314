"""The loop that keeps a crew busy, over real pools: everything comes back once, and only the guilty is blamed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, ThreadPoolExecutor
from pathlib import Path

import pytest

from gait.batch.pool import PoolCrew
from gait.batch.run import BLAMED, outcomes
from gait.batch.task import Outcome, Task
from gait.results import Asked
from tests.gait.batch.deadly import dies


class ThreadCrew:
    """Any executor will do."""

    def __init__(self, width: int) -> None:
        self.executor = ThreadPoolExecutor(2)
        self.width = width
        self.died = (BrokenExecutor,)
        self.notes: tuple[str, ...] = ()

    def renew(self) -> None: ...
    def check(self) -> None: ...
    def close(self, *, now: bool = False) -> None:
        self.executor.shutdown()


def some_tasks(names: list[str], out: Path = Path()) -> list[Task]:
    return [Task(name, name, str(out), Asked()) for name in names]


@pytest.fixture
def pool() -> Iterator[PoolCrew]:
    crew = PoolCrew(2)
    yield crew
    crew.close(now=True)


@pytest.mark.parametrize("width", [1, 2, 50])
def test_every_task_comes_back_once_over_any_executor(width: int) -> None:
    crew, tasks = ThreadCrew(width), some_tasks([f"run {i}" for i in range(23)])
    found = list(outcomes(tasks, crew, lambda task: Outcome(task.name, {})))
    crew.close()
    assert sorted(index for index, _ in found) == list(range(23))
    assert all(outcome.run == tasks[index].name for index, outcome in found)


def test_nothing_to_do_is_done_at_once() -> None:
    assert list(outcomes([], ThreadCrew(1))) == []


def test_no_more_is_handed_out_than_the_crew_takes() -> None:
    crew, most = ThreadCrew(3), 0
    submit: Callable[..., object] = crew.executor.submit
    flying = 0

    def counted(*args: object) -> object:
        nonlocal flying, most
        flying += 1
        most = max(most, flying)
        return submit(*args)

    crew.executor.submit = counted  # type: ignore[method-assign]
    for _ in outcomes(some_tasks([str(i) for i in range(20)]), crew, lambda task: Outcome(task.name, {})):
        flying -= 1
    assert most == 3


def test_a_file_that_kills_its_worker_is_blamed_alone(pool: PoolCrew, tmp_path: Path) -> None:
    names = [f"run{i}" for i in range(8)]
    names.insert(2, "poison")
    found = dict(outcomes(some_tasks(names, tmp_path), pool, dies))
    assert found[2].failure == BLAMED
    assert all(found[i].row == {"seen": True} for i in range(9) if i != 2)


def test_a_worker_that_was_killed_costs_nothing(pool: PoolCrew, tmp_path: Path) -> None:
    names = ["run0", "unlucky", "run2", "run3", "run4"]
    found = dict(outcomes(some_tasks(names, tmp_path), pool, dies))
    assert [found[i].failure for i in range(5)] == [None] * 5
