"""Several runs become a ledger that only gains: new, still there, old friends.

Lives here: Growth and Leaf, from what the ledger says of each run in turn. A leaf never falls.
Not here: what is new and what is kept (traits/ledger.py), where runs come from (store.py), words and picture (report/).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from gait.history.run import Run
from gait.traits.earlier import EarlierRun, State
from gait.traits.ledger import is_kept, newly_seen
from gait.traits.rule import Catalogue, TraitRule

#: Kinds of traits that speak of several runs themselves; they have no leaf.
ABOUT_RUNS = ("new", "kept")

#: What a trait that was seen in a run means to the ledger:
#:
#: * "from_the_start": seen for the first time, with too few runs before to call it new;
#: * "first_glimpse": seen for the first time after several runs that could hear it;
#: * "newly_seen": the same, one run later, seen again, and its measure has moved. Told once in the life of a leaf;
#: * "still_there": seen before;
#: * "old_friend": seen before, in most of the runs that could hear it.
News = Literal["from_the_start", "first_glimpse", "newly_seen", "still_there", "old_friend"]

#: How far a leaf has come. It never goes back.
Stage = Literal["bud", "leaf", "friend"]


@dataclass(frozen=True)
class Leaf:
    """One trait over the runs.

    Attributes
    ----------
    key : str
        Of the trait.
    stage : str
        "bud": a first glimpse; "leaf": seen from the start, or again after its first glimpse; "friend":
        once an old friend. A stage is never lost.
    news : str or None
        What the last of the runs means to it; None when it was not seen there, of which nobody speaks.
    states : tuple of State
        One for each run of the Growth, in its order; "could_not_listen" where a run did not know the trait.
    told : tuple of (News or None)
        What each run meant to it, in the same order.
    first : int
        Index of the run in which it was seen first.
    opened, friend : int or None
        Index of the run in which it became a leaf, and an old friend.
    seen, heard : int
        Runs in which it was seen, of the runs that could hear it.
    """

    key: str
    stage: Stage
    news: News | None
    states: tuple[State, ...]
    told: tuple[News | None, ...]
    first: int
    opened: int | None
    friend: int | None
    seen: int
    heard: int


@dataclass(frozen=True)
class Growth:
    """All that was ever seen over runs with the sensor in one place.

    Attributes
    ----------
    placement : str
        Where it was worn in all of them.
    runs : tuple of Run
        Oldest first; the last is the run that the news are about.
    leaves : tuple of Leaf
        In the order in which they were seen first. What was never seen has none.
    """

    placement: str
    runs: tuple[Run, ...]
    leaves: tuple[Leaf, ...]

    def of(self, *news: News) -> tuple[Leaf, ...]:
        """The leaves of which there is this to tell about the last run."""
        return tuple(leaf for leaf in self.leaves if leaf.news in news)


def grow(runs: Iterable[Run], catalogue: Catalogue, until: Run) -> Growth:
    """What grew over runs.

    Parameters
    ----------
    runs : iterable of Run
        In any order and of any placement, judged by ``catalogue``, with ``measures_asked`` in them.
    catalogue : Catalogue
        Says what is new and what is an old friend.
    until : Run
        The run that it is about. Only runs up to it, with the sensor in the same place, count.

    Returns
    -------
    Growth
    """
    in_order = sorted(runs, key=lambda run: run.order)
    same = [r for r in in_order if r.placement == until.placement and r.order <= until.order]
    past = [earlier_run(run) for run in same]
    leaves = [leaf for rule in watched(catalogue) if (leaf := _leaf(rule, catalogue, past)) is not None]
    return Growth(until.placement, tuple(same), tuple(sorted(leaves, key=lambda leaf: leaf.first)))


def watched(catalogue: Catalogue) -> tuple[TraitRule, ...]:
    """The traits that have a leaf: all but those that speak of several runs themselves."""
    return tuple(rule for rule in catalogue.rules if rule.kind not in ABOUT_RUNS)


def measures_asked(catalogue: Catalogue) -> set[str]:
    """Keys of the measures that growth, and a judgement against earlier runs, look at."""
    return {rule.measure for rule in watched(catalogue) if rule.measure}


def earlier_run(run: Run) -> EarlierRun:
    """A remembered run as those who judge the next one want it."""
    return EarlierRun(str(run.number), run.started_at, run.catalogue, run.measures, run.states)


def _leaf(rule: TraitRule, catalogue: Catalogue, runs: Sequence[EarlierRun]) -> Leaf | None:
    """The leaf of a trait, None when it was never seen."""
    told = _news(rule, catalogue, runs)
    moments = [i for i, news in enumerate(told) if news is not None]
    if not moments:
        return None
    opened = next((i for i in moments if told[i] != "first_glimpse"), None)
    friend = next((i for i in moments if told[i] == "old_friend"), None)
    states = tuple(_state(run, rule.key) for run in runs)
    return Leaf(
        key=rule.key,
        stage="friend" if friend is not None else "leaf" if opened is not None else "bud",
        news=told[-1],
        states=states,
        told=told,
        first=moments[0],
        opened=opened,
        friend=friend,
        seen=len(moments),
        heard=sum(state != "could_not_listen" for state in states),
    )


def _news(rule: TraitRule, catalogue: Catalogue, runs: Sequence[EarlierRun]) -> tuple[News | None, ...]:
    """What each run means to one trait. A run that could not hear it is passed over as if it had not been."""
    new, kept = _rule(catalogue, "new"), _rule(catalogue, "kept")
    told: list[News | None] = []
    heard = seen = 0
    for i, run in enumerate(runs):
        state = _state(run, rule.key)
        news: News | None = None
        heard += state != "could_not_listen"
        if state == "seen":
            # Only its first two sights can be news, so only there all the runs before are looked through.
            about = newly_seen(new, [rule], run.states, run.measures, runs[:i]) if new and seen < 2 else []
            seen += 1
            if about:
                news = "first_glimpse" if about[0].glimpse else "newly_seen"
            elif seen == 1:
                news = "from_the_start"
            else:
                news = "old_friend" if kept and is_kept(kept, seen, heard) else "still_there"
        told.append(news)
    return tuple(told)


def _rule(catalogue: Catalogue, kind: str) -> TraitRule | None:
    """The catalogue's rule of a kind, None when it has none."""
    return next((rule for rule in catalogue.rules if rule.kind == kind), None)


def _state(run: EarlierRun, key: str) -> State:
    return run.states.get(key, "could_not_listen")
