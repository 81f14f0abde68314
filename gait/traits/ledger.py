"""The ledger of many runs, which only gains: newly seen, old friends.

Lives here: what the states of earlier runs and of this one say together.
Not here: how one run is judged (trait.py), where runs are kept (history/).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from gait.traits.earlier import EarlierRun, State
from gait.traits.heard import Number
from gait.traits.rule import TraitRule


@dataclass(frozen=True)
class About:
    """A trait that another one speaks of.

    Attributes
    ----------
    key : str
        Of the trait spoken of.
    seen, heard : int
        ``new``, ``kept``: in how many runs it was seen, of how many that could hear it, this run among them.
        ``late``: seen is 1 when it holds to the end; heard is 1.
    glimpse : bool
        ``new``: seen for the first time, and not yet a second time running.
    """

    key: str
    seen: int
    heard: int
    glimpse: bool = False


def newly_seen(
    rule: TraitRule,
    watched: Sequence[TraitRule],
    states: Mapping[str, State],
    measures: Mapping[str, Number],
    runs: Sequence[EarlierRun],
) -> list[About]:
    """Traits seen now and in the run before that could hear them, and in none of at least ``rule.runs`` before.

    Seen for the first time it is a glimpse. Where the trait rests on a measure, that has to have moved, too: a
    trait that hovers around its floor is seen now and then without anything being new.

    Parameters
    ----------
    rule : TraitRule
        Of kind ``new``.
    watched : sequence of TraitRule
        Whose traits are looked at.
    states, measures
        Of this run.
    runs : sequence of EarlierRun
        Oldest first.
    """
    about: list[About] = []
    for trait in watched:
        if states.get(trait.key) != "seen":
            continue
        heard = _eligible(trait.key, runs)
        sights = [run.states[trait.key] == "seen" for run in heard]
        if len(heard) >= rule.runs and not any(sights):
            about.append(About(trait.key, 1, len(heard) + 1, glimpse=True))
        elif len(heard) > rule.runs and sights[-1] and not any(sights[:-1]):
            now = [measures.get(trait.measure), heard[-1].measures.get(trait.measure)]
            before = [run.measures.get(trait.measure) for run in heard[:-1]]
            if not trait.measure or _moved(before, now, rule.sure, up=_upward(trait)):
                about.append(About(trait.key, 2, len(heard) + 1))
    return about


def kept(
    rule: TraitRule, watched: Sequence[TraitRule], states: Mapping[str, State], runs: Sequence[EarlierRun]
) -> list[About]:
    """Traits seen in at least the stated share of at least ``rule.runs`` runs that could hear them."""
    about: list[About] = []
    for trait in watched:
        sights = [run.states[trait.key] == "seen" for run in _eligible(trait.key, runs)]
        if states[trait.key] != "could_not_listen":
            sights.append(states[trait.key] == "seen")
        if is_kept(rule, sum(sights), len(sights)):
            about.append(About(trait.key, sum(sights), len(sights)))
    return about


def is_kept(rule: TraitRule, seen: int, heard: int) -> bool:
    """Whether so many sights in so many runs that could hear it make an old friend."""
    return heard >= rule.runs and seen >= rule.of_runs * heard


def _eligible(key: str, runs: Sequence[EarlierRun]) -> list[EarlierRun]:
    """Runs that could hear a trait."""
    return [run for run in runs if run.states.get(key, "could_not_listen") != "could_not_listen"]


def _upward(trait: TraitRule) -> bool:
    """Whether the trait is seen when its measure is large."""
    return trait.bound is None or trait.bound.floor is not None


def _moved(before: Sequence[Number | None], now: Sequence[Number | None], sure: float, *, up: bool) -> bool:
    """Whether the mean of ``now`` stands out from ``before``, by the spread of runs among each other.

    Student's test of two groups with one spread, one-sided. The spread is never taken for less than what the
    runs' own intervals say, so that three runs that happen to agree do not make everything stand out.
    """
    old = np.array([n.value for n in before if n is not None and n.value is not None])
    new = np.array([n.value for n in now if n is not None and n.value is not None])
    if len(old) < 2 or len(new) < 2:
        return False
    free = len(old) + len(new) - 2
    spread = (np.sum((old - old.mean()) ** 2) + np.sum((new - new.mean()) ** 2)) / free
    own = [
        ((n.high - n.low) / 3.3) ** 2
        for n in (*before, *now)
        if n and n.low is not None and n.high is not None
    ]
    error = np.sqrt(max(spread, float(np.mean(own)) if own else 0.0) * (1 / len(old) + 1 / len(new)))
    change = (new.mean() - old.mean()) * (1.0 if up else -1.0)
    return bool(change > stdtrit(free, sure) * error)
