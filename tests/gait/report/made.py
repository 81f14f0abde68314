"""Analyses and growth for the report's rooms: one that shows everything, and histories known by construction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np

from gait.analysis import Analysis
from gait.bouts import Bouts
from gait.history.growth import Growth, grow
from gait.history.run import Run
from gait.measures.curves import Curves, Loop, Overlay, Settling, Starts, StrideClock
from gait.measures.measure import Measures
from gait.recording import Placement
from gait.traits.earlier import State
from gait.traits.heard import Number
from gait.traits.ledger import About
from gait.traits.rules import load_catalogue
from gait.traits.trait import Evidence, Trait
from tests.gait.an_analysis import STRIDE, a_mounting, a_ratio, an_analysis, some_measures

#: What a forced trait reads, in its own unit.
VALUES = {
    "set_off": 4.0, "even_turn": 0.96, "shift": 6.0, "regular": 0.95, "two_as_one": 0.5, "smooth": -1.6, "settle": 3.0,
}  # fmt: skip

#: The clearest traits of the built run; the others follow in the catalogue's order.
CLARITY = {"turn": 9.0, "spring": 8.0, "lean": 7.0, "together": 6.0}

#: When the built run has settled. [min]
SETTLED = 7.0


def some_curves(measures: Measures, *, settled: bool = True) -> Curves:
    """Everything that pictures are drawn from where a number is not enough."""
    rng = np.random.default_rng(3)
    phase = np.arange(64) / 64
    strides = measures.strides
    k, start = len(strides), strides.start
    left, right = (0.9 + 0.01 * rng.normal(size=k)) % 1.0, 0.4 + 0.01 * rng.normal(size=k)
    t = np.arange(start[0] + 10, strides.stop[-1], 20.0)
    distance = 1 + 3 * np.exp(-(t - t[0]) / 200) + 0.2 * np.abs(rng.normal(size=len(t)))
    before = np.linspace(-2.0, 1.5, 71)
    lean = 4.0 / (1 + np.exp(-6 * (before - 0.2)))
    return Curves(
        loop=Loop(
            phase,
            2.0 * np.sin(2 * np.pi * phase),
            -4.0 * np.cos(4 * np.pi * (phase - 0.1)),
            np.full(64, 0.2),
            np.full(64, 0.4),
        ),
        clock=StrideClock(start, np.full(k, 0.502), left, right),
        overlay=Overlay(
            phase,
            np.array([9 * np.sin(4 * np.pi * (phase - 0.1)) + 0.3 * rng.normal(size=64) for _ in range(20)]),
        ),
        settling=Settling(t, distance, 1.6, float(start[0] + 60 * SETTLED) if settled else None),
        starts=Starts(
            before,
            np.array([lean + 0.1 * rng.normal(size=71) for _ in range(3)]),
            np.array([9.0, 400.0, 800.0]),
        ),
    )


def everything(placement: Placement = "sternum", k: int = 1800) -> Analysis:
    """A run in which every trait of the catalogue is seen; its strides are a bit over twenty minutes."""
    measures = some_measures(k)
    ratio = a_ratio("settle_time", "min", SETTLED, 0.3, 0.3, 60)
    measures = replace(
        measures, by_key={**measures.by_key, "settle_time": ratio}, curves=some_curves(measures)
    )
    analysis = an_analysis(measures, mounting=a_mounting(placement))
    return replace(analysis, traits=tuple(_seen(trait) for trait in analysis.traits))


def _seen(trait: Trait) -> Trait:
    """The same trait, seen."""
    key = trait.rule.key
    about = {
        "late": (About("lean", 1, 1), About("turn", 1, 1), About("spring", 0, 1)),
        "new": (About("shift", 2, 6),),
        "kept": (About("lean", 9, 10), About("turn", 10, 10)),
    }.get(key, ())
    evidence = trait.evidence
    if key in VALUES:
        value = VALUES[key]
        evidence = Evidence(
            trait.rule.measure, trait.rule.unit, value, value - 1.0, value + 1.0, evidence.floor, evidence.ceiling, 0.97,
            200, 0.6,
        )  # fmt: skip
    # By hand, so that pictures do not change places when a number of the catalogue does.
    clarity = CLARITY.get(key, 2.0)
    return replace(trait, state="seen", clarity=clarity, why=(), evidence=evidence, about=about)


def walking() -> Analysis:
    """No running in it."""
    bouts = Bouts(np.array([0.0, 40.0]), np.array([35.0, 400.0]), np.array(["still", "walk"]))
    return an_analysis(some_measures(0), bouts=bouts)


def several_bouts() -> Analysis:
    """Three stretches of running with walking between."""
    measures = some_measures(600)
    strides = measures.strides
    bout = np.repeat([0, 2, 4], 200)
    start, stop = strides.start[[0, 200, 400]], strides.stop[[199, 399, 599]]
    gap = np.repeat([0.0, 60.0, 120.0], 200)
    moved = replace(
        strides, bout=bout, start=strides.start + gap, middle=strides.middle + gap, stop=strides.stop + gap,
        toe_off_first=strides.toe_off_first + gap, toe_off_second=strides.toe_off_second + gap,
    )  # fmt: skip
    begin = np.array([start[0], stop[0], start[1] + 60, stop[1] + 60, start[2] + 120])
    end = np.append(begin[1:], stop[2] + 120)
    bouts = Bouts(begin, end, np.array(["run", "walk", "run", "walk", "run"]))
    return an_analysis(Measures(moved, measures.by_key, measures.cycles), bouts=bouts)


def a_growth(
    states: Mapping[str, str] | None = None, *, placement: str = "sternum", feel: bool = True
) -> Growth:
    """Growth over runs; a row of letters a trait, one a run: s seen, n not spoken of, c could not listen."""
    rows = states or {
        "turn": "ssssssssss", "lean": "snssssssss", "spring": "nsssnsssss", "rhythm": "ccssssssss", "regular": "ccnnsnnsns",
        "together": "nnnnsssnss", "two_as_one": "nnnnnnsnss", "shift": "nnnnnnnnss", "settle": "cccccnnnns",
    }  # fmt: skip
    catalogue = load_catalogue()
    names: dict[str, State] = {"s": "seen", "n": "not_spoken_of", "c": "could_not_listen"}
    count = len(next(iter(rows.values())))
    first = datetime(2026, 3, 2, 6, 30, tzinfo=UTC)
    felt = {count - 1: "light, and easy after the bridge", count - 3: "like work, then not"} if feel else {}
    runs = [
        Run(
            number=i + 1, content=f"{i:064x}", started_at=first + timedelta(days=3 * i), dated="recording",
            source=f"run{i}.csv", placement=placement, running_s=1800 * STRIDE, strides=1800,
            states={key: names[row[i]] for key, row in rows.items()}, feel=felt.get(i, ""), catalogue=catalogue.version,
            measures={catalogue[key].measure: _number(row[i] == "s") for key, row in rows.items()},
        )
        for i in range(count)
    ]  # fmt: skip
    return grow(runs, catalogue, runs[-1])


def _number(seen: bool) -> Number:
    """A measure that has moved where its trait is seen."""
    value = 10.0 if seen else 0.0
    return Number(value, value - 0.1, value + 0.1, 0.1, 1000, 30, 1.0)
