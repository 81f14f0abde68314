"""Several runs become a ledger that only gains: new, still there, old friends.

Lives here: Growth and Leaf, and the rules by which a leaf opens. A leaf never falls.
Not here: where earlier runs come from (store.py), the words and the picture (report/).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from gait.history.run import Run

if TYPE_CHECKING:
    from gait.traits.trait import State

#: Runs before, all of which could hear a trait and did not, that make its sight new.  [runs]  Source: TRAITS, `new`.
LEAST_BEFORE = 3

#: Runs that could hear a trait, and the share of them in which it was seen, that make it an old friend.
#: [runs] [1]  Source: TRAITS, `kept`.
LEAST_HEARD, LEAST_SHARE = 3, 0.6

#: Traits of the catalogue that speak of the ledger itself; they have no leaf.
ABOUT_THE_LEDGER = ("new", "kept")

#: What a trait that was seen in a run means to the ledger:
#:
#: * "from_the_start": seen for the first time, with too few runs before to call it new;
#: * "first_glimpse": seen for the first time after three or more runs that could hear it;
#: * "newly_seen": the same, one run later, seen again. Told once in the life of a leaf;
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


def grow(runs: Iterable[Run], until: Run | None = None) -> Growth:
    """What grew over runs.

    Parameters
    ----------
    runs : iterable of Run
        In any order and of any placement.
    until : Run, optional
        The run that it is about; the latest when not given. Only runs up to it, with the sensor in the
        same place, count.

    Returns
    -------
    Growth

    Raises
    ------
    ValueError
        If there is no run.
    """
    in_order = sorted(runs, key=_when)
    if until is None:
        if not in_order:
            raise ValueError("There is no run to grow from.")
        until = in_order[-1]
    same = tuple(r for r in in_order if r.placement == until.placement and _when(r) <= _when(until))
    keys = dict.fromkeys(k for r in reversed(same) for k in r.states if k not in ABOUT_THE_LEDGER)
    leaves = [leaf for key in keys if (leaf := _leaf(key, [_state(r, key) for r in same])) is not None]
    return Growth(until.placement, same, tuple(sorted(leaves, key=lambda leaf: leaf.first)))


def news_of(states: Sequence[State]) -> tuple[News | None, ...]:
    """What each run means to one trait, given its states from the oldest run on.

    Runs that could not hear it are passed over as if they had not been. "Newly seen" takes two runs running
    after at least ``LEAST_BEFORE`` runs in which it was never seen, so it can be told only once.
    """
    told: list[News | None] = []
    heard = seen = 0
    glimpsed = False
    for state in states:
        news: News | None = None
        if state == "seen":
            if seen == 0:
                news = "first_glimpse" if heard >= LEAST_BEFORE else "from_the_start"
            elif glimpsed:
                news = "newly_seen"
            elif heard + 1 >= LEAST_HEARD and seen + 1 >= LEAST_SHARE * (heard + 1):
                news = "old_friend"
            else:
                news = "still_there"
        if state != "could_not_listen":
            heard += 1
            seen += state == "seen"
            glimpsed = news == "first_glimpse"
        told.append(news)
    return tuple(told)


def _leaf(key: str, states: Sequence[State]) -> Leaf | None:
    """The leaf of a trait, None when it was never seen."""
    told = news_of(states)
    moments = [i for i, news in enumerate(told) if news is not None]
    if not moments:
        return None
    opened = next((i for i in moments if told[i] != "first_glimpse"), None)
    friend = next((i for i in moments if told[i] == "old_friend"), None)
    return Leaf(
        key=key,
        stage="friend" if friend is not None else "leaf" if opened is not None else "bud",
        news=told[-1],
        states=tuple(states),
        told=told,
        first=moments[0],
        opened=opened,
        friend=friend,
        seen=len(moments),
        heard=sum(state != "could_not_listen" for state in states),
    )


def _when(run: Run) -> tuple[float, int]:
    """Place of a run in the order of runs."""
    return run.started_at.timestamp(), run.number


def _state(run: Run, key: str) -> State:
    return run.states.get(key, "could_not_listen")
