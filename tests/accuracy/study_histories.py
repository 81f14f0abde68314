"""Histories of a runner in whom nothing changes: whatever is announced as new is announced falsely.

Simulated at the level of a run's summary (values, intervals), which is what the ledger sees: a true value that stays, a
runner who differs from day to day, and the measure's own error. Each run is judged by the whole catalogue, with
all runs before it as its history. Many true values lie where a trait is seen now and then: that is where the
ledger can go wrong.

Lives here: the histories, how often something is announced, and how soon what truly begins is.
Not here: single runs (study.py).
"""

from __future__ import annotations

from statistics import NormalDist

import numpy as np

from gait.traits.earlier import Earlier, EarlierRun
from gait.traits.heard import Heard, Number
from gait.traits.rule import Bound, Catalogue
from gait.traits.trait import Trait, judge_heard

#: Runs of a history.  Source: the acceptance of the traits.
RUNS = 20

#: A runner differs from day to day by this, and the measure errs by this, in its systematic uncertainty. [u, 1 sd]
#: Chosen: one and the same person, worn anew each time, is as uncertain as u says, in both together.
DAY_BY_DAY, ERROR = 0.8, 0.6

#: Standard error of a run's mean. [u]  Chosen: 500 strides.
STANDARD_ERROR = 0.1

#: How much a runner's smoothness differs from day to day.  [SPARC, 1 sd]  Chosen: three times what the sensor adds.
SMOOTH_DAYS = 0.06

#: How often a true value is far below its bound, where the trait comes and goes, and far beyond.
SHARES = (0.3, 0.4, 0.3)


def history_table(catalogue: Catalogue, histories: int) -> str:
    """What is announced over many histories."""
    rng = np.random.default_rng(20)
    falsely, traits, glimpses = 0, 0, 0
    days, rough = 0, 0
    for _ in range(histories):
        announced, glimpsed, smooth = one_history(catalogue, rng)
        days += len(smooth)
        rough += sum(smooth)
        falsely += announced > 0
        traits += announced
        glimpses += glimpsed > 0
    rng = np.random.default_rng(21)
    begins = [beginning(catalogue, rng) for _ in range(histories // 4)]
    soon = [b for b in begins if b is not None]
    average = float(np.mean(soon)) if soon else float("nan")
    lines = [
        "| of histories of 20 runs | |",
        "| --- | --- |",
        f"| something announced as new, falsely | {100 * falsely / histories:.1f} % ({traits} traits in {histories}) |",
        f"| a first glimpse of something that was there all along | {100 * glimpses / histories:.1f} % |",
        f"| runs told to be smooth, and truly below the runner's own 40th percentile | {days}, {rough} |",
        f"| a turn that truly begins after ten runs is announced | {100 * len(soon) / len(begins):.1f} % |",
        f"| in which run from its beginning, on average | {average:.1f} |",
    ]
    return "\n".join(lines)


def one_history(catalogue: Catalogue, rng: np.random.Generator) -> tuple[int, int, list[bool]]:
    """Of a history in which nothing changes: how many traits are announced as new, how many are glimpsed, and of
    the runs that are told to be smooth which ones truly lie below what the rule says."""
    truth = {bound.measure: _true(bound, rng) for rule in catalogue.rules for bound in rule.bounds}
    announced: set[str] = set()
    glimpsed: set[str] = set()
    earlier: tuple[EarlierRun, ...] = ()
    smooth: list[bool] = []
    own = catalogue["smooth"]
    assert own.bound is not None
    u, lowest = own.bound.systematic[0], NormalDist().inv_cdf(own.of_runs)
    for i in range(RUNS):
        # How smooth the runner is this day, in the spread of days.
        day = rng.normal()
        truth[own.measure] = -2.0 + SMOOTH_DAYS * day
        heard = a_run(catalogue, truth, rng, {own.measure: ERROR * u})
        traits = judge_heard(heard, catalogue, earlier=Earlier(earlier))
        if any(t.rule is own and t.state == "seen" for t in traits):
            smooth.append(bool(day < lowest))
        for about in next((t.about for t in traits if t.rule.kind == "new"), ()):
            (glimpsed if about.glimpse else announced).add(about.key)
        earlier += (_kept(i, heard, traits, catalogue),)
    return len(announced), len(glimpsed), smooth


def beginning(catalogue: Catalogue, rng: np.random.Generator) -> int | None:
    """Of a turn that is not there in ten runs and clear from the eleventh on: in which run from there it is announced."""
    bound = catalogue["turn"].bounds[0]
    assert bound.floor is not None
    u = bound.systematic[0]
    earlier: tuple[EarlierRun, ...] = ()
    for i in range(RUNS):
        truth = {b.measure: _true(b, rng, 2) for rule in catalogue.rules for b in rule.bounds}
        truth[bound.measure] = bound.floor + (-2.0 if i < RUNS // 2 else 5.0) * u
        heard = a_run(catalogue, truth, rng)
        traits = judge_heard(heard, catalogue, earlier=Earlier(earlier))
        new = next(t for t in traits if t.rule.kind == "new")
        if any(a.key == "turn" and not a.glimpse for a in new.about):
            return i - RUNS // 2 + 1
        earlier += (_kept(i, heard, traits, catalogue),)
    return None


def a_run(
    catalogue: Catalogue,
    truth: dict[str, float],
    rng: np.random.Generator,
    errors: dict[str, float] | None = None,
) -> Heard:
    """The summary of a run around true values; ``errors`` by measure instead of the usual one."""
    numbers: dict[str, Number] = {}
    for rule in catalogue.rules:
        for bound in rule.bounds:
            if bound.measure in numbers:
                continue
            u = bound.systematic[0]
            error = (errors or {}).get(bound.measure, u * float(np.hypot(DAY_BY_DAY, ERROR)))
            value = truth[bound.measure] + error * rng.normal()
            value = float(np.clip(value, *bound.range))
            numbers[bound.measure] = _number(value, STANDARD_ERROR * u, rule.least, 3.0 * u)
    numbers["flight_time"] = _number(110.0, 1.0, 500, 12.0)
    numbers |= {
        f"late_{key}": _number(0.0, 0.01, 500, 0.0)
        for key in ("lean", "rotation", "sway", "vertical_oscillation", "stride_regularity", "togetherness")
    }
    return Heard(numbers, 500, 1500.0, "sternum", 8.0, True, False, "", 0.0)


def _number(value: float, error: float, n: int, spread: float) -> Number:
    z = np.array([-1.8, -1.2, -0.8, -0.4, -0.1, 0.1, 0.4, 0.8, 1.2, 1.8])
    return Number(
        value, value - 1.73 * error, value + 1.73 * error, None, max(n, 500), 20, 1.0, (), tuple((value + spread * z).tolist())
    )  # fmt: skip


def _true(bound: Bound, rng: np.random.Generator, kind: int | None = None) -> float:
    """A true value: far below what is seen, where it is seen now and then, far beyond."""
    u = bound.systematic[0]
    which = int(rng.choice(3, p=SHARES)) if kind is None else kind
    over = (float(rng.uniform(-4.0, -2.5)), float(rng.uniform(-1.5, 1.5)), float(rng.uniform(2.5, 6.0)))[
        which
    ]
    # It is seen from 1.65 u beyond its bound on.
    if bound.floor is not None and bound.ceiling is not None:
        middle, half = (bound.floor + bound.ceiling) / 2, (bound.ceiling - bound.floor) / 2
        return middle + max(0.0, half - (over + 1.65) * u)
    if bound.floor is not None:
        return bound.floor + (over + 1.65) * u
    if bound.ceiling is not None:
        return bound.ceiling - (over + 1.65) * u
    return -2.0


def _kept(i: int, heard: Heard, traits: tuple[Trait, ...], catalogue: Catalogue) -> EarlierRun:
    states = {t.rule.key: t.state for t in traits if t.rule.kind in ("run", "own", "late")}
    return EarlierRun(f"run {i}", None, catalogue.version, heard.measures, states)
