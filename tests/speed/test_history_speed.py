"""How quickly a long history opens, by processor time, which does not count what other programs take."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path

import pytest

from gait.history.memory import growth_of, runs_of
from gait.history.store import open_store
from gait.report.html import growth_to_html
from gait.traits.earlier import State
from gait.traits.rules import load_catalogue
from tests.gait.history import made

#: Runs, and how long they may take to open beyond start and imports. [s]  Source: the acceptance of the memory.
RUNS, LONGEST = 2000, 0.5

#: Measures of a run beside the ones that traits rest on.  A real run has 25 in all.
FURTHER = 12


@pytest.mark.speed
def test_two_thousand_runs_open_at_once(tmp_path: Path) -> None:
    catalogue = load_catalogue()
    rules = [rule for rule in catalogue.rules if rule.kind in ("run", "own", "late")]
    values = {rule.measure: 5.0 for rule in rules if rule.measure} | {
        f"further_{i}": 1.0 for i in range(FURTHER)
    }
    what = made.heard(**values)
    path = tmp_path / "history.sqlite"
    with open_store(path, begin=True, tell=pytest.fail) as store:
        store._db.execute("PRAGMA synchronous = OFF")
        for day in range(RUNS):
            states: dict[str, State] = {
                rule.key: "seen" if (day + i) % 3 and day > 30 * i else "not_spoken_of"
                for i, rule in enumerate(rules)
            }
            when = made.BEGINNING + timedelta(days=day)
            store.keep(made.a_run(day, states, what=what, catalogue=catalogue.version, started_at=when))
    took = {}
    for name in ("runs", "growth"):
        best = 1e9
        for _ in range(3):
            begin = time.process_time()
            with open_store(path, tell=pytest.fail) as store:
                if name == "runs":
                    assert len(store.runs()) == RUNS
                else:
                    growth = growth_of(store, catalogue)
                    assert growth is not None
                    growth_to_html(growth)
            best = min(best, time.process_time() - begin)
        took[name] = best
    print(f"{path.stat().st_size / 1e6:.0f} MB", {name: f"{seconds:.3f} s" for name, seconds in took.items()})
    with open_store(path, tell=pytest.fail) as store:
        assert all(run.catalogue == catalogue.version for run in runs_of(store, catalogue))
    assert max(took.values()) <= LONGEST
