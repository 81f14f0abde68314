"""The ledger: what is told of a trait over runs, and that it only gains."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.special import ndtri

from gait.history.growth import Leaf, earlier_run, grow, watched
from gait.history.run import Run
from gait.traits.earlier import State
from gait.traits.heard import Number
from gait.traits.ledger import kept, newly_seen
from gait.traits.rules import load_catalogue
from tests.gait.history import made

CATALOGUE = load_catalogue()
TURN = CATALOGUE["turn"]

STATES: dict[str, State] = {"s": "seen", "-": "not_spoken_of", "?": "could_not_listen"}

#: Share of runs in which a trait that is not there is claimed at most.  Source: the acceptance of the study,
#: 4 runs of 1000.
FALSE_CLAIMS = 0.004

#: Histories with a false "newly seen" have to be fewer.  Source: TRAITS.
MOST_FALSE_NEWS = 0.05

#: Traits that hover about their floor for good may be called new by mistake in so many histories. Measured:
#: 3 to 6 % for one such trait, by how often it is seen.
MOST_HOVERING = 0.08


def a_run(
    day: int, states: dict[str, State], values: dict[str, float] | None = None, placement: str = "sternum"
) -> Run:
    measures = {
        CATALOGUE[key].measure: Number(value, value - 0.5, value + 0.5, 0.3, 400, 20, 1.0)
        for key, value in (values or {}).items()
    }
    when = made.BEGINNING + timedelta(days=day)
    return Run(
        day + 1, f"{day:064x}", when, "recording", f"{day}.csv", placement, 600.0, 400, CATALOGUE.version,
        states=states, measures=measures,
    )  # fmt: skip


def history(states: str, placement: str = "sternum") -> list[Run]:
    """Runs in which the turn was seen (s), not spoken of (-) or could not be heard (?)."""
    value = {"s": 12.0, "-": 2.0, "?": 2.0}
    # A hundredth of a degree apart: no two runs are alike.
    return [
        a_run(i, {"turn": STATES[c]}, {"turn": value[c] + 0.01 * (i % 3)}, placement)
        for i, c in enumerate(states)
    ]


def told(states: str) -> list[str | None]:
    runs = history(states)
    leaves = grow(runs, CATALOGUE, runs[-1]).leaves
    return [] if not leaves else list(leaves[0].told)


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ("s", ["from_the_start"]),
        ("ss", ["from_the_start", "still_there"]),
        ("sss", ["from_the_start", "still_there", "old_friend"]),
        ("--s", [None, None, "from_the_start"]),
        ("---s", [None, None, None, "first_glimpse"]),
        ("---ss", [None, None, None, "first_glimpse", "newly_seen"]),
        ("---sss", [None, None, None, "first_glimpse", "newly_seen", "still_there"]),
        ("---s-ss", [None, None, None, "first_glimpse", None, "still_there", "still_there"]),
        ("---s?s", [None, None, None, "first_glimpse", None, "newly_seen"]),
        ("??????s", [None] * 6 + ["from_the_start"]),
        ("?-?-?-?s?s", [None] * 7 + ["first_glimpse", None, "newly_seen"]),
        ("s---ss", ["from_the_start", None, None, None, "still_there", "still_there"]),
        ("s-?-?s?s", ["from_the_start", None, None, None, None, "still_there", None, "old_friend"]),
        ("-----", []),
    ],
)
def test_what_is_told_run_by_run(states: str, expected: list[str | None]) -> None:
    assert told(states) == expected


@settings(max_examples=150, deadline=None)
@given(st.text("s-?", min_size=1, max_size=25))
def test_leaves_never_fall(states: str) -> None:
    runs = history(states)
    stages = ["none", "bud", "leaf", "friend"]
    grown = [grow(runs, CATALOGUE, run).leaves for run in runs]
    reached = [stages.index(leaves[0].stage if leaves else "none") for leaves in grown]
    assert all(before <= after for before, after in pairwise(reached))
    for leaves, before in zip(grown[1:], grown, strict=False):
        assert not before or leaves[0].told[: len(before[0].told)] == before[0].told, (
            "what was told stays told"
        )


@settings(max_examples=150, deadline=None)
@given(st.text("s-?", min_size=1, max_size=25))
def test_a_run_that_could_not_hear_counts_for_nothing(states: str) -> None:
    with_deaf = [news for news, state in zip(told(states), states, strict=False) if state != "?"]
    assert [n for n in with_deaf if n] == [n for n in told(states.replace("?", "") or "-") if n]


@settings(max_examples=100, deadline=None)
@given(st.text("s-?", min_size=1, max_size=12))
def test_it_says_what_the_traits_of_each_run_say(states: str) -> None:
    """The catalogue's own `new` and `kept`, asked run by run, and the ledger agree."""
    runs = history(states)
    for i, news in enumerate(told(states)):
        before = [earlier_run(run) for run in runs[:i]]
        new = newly_seen(CATALOGUE["new"], [TURN], runs[i].states, runs[i].measures, before)
        assert (news in ("first_glimpse", "newly_seen")) == bool(new)
        if news in ("still_there", "old_friend"):
            assert (news == "old_friend") == bool(kept(CATALOGUE["kept"], [TURN], runs[i].states, before))


def test_newly_seen_is_told_at_most_once() -> None:
    rng = np.random.default_rng(5)
    for _ in range(200):
        states = "".join(rng.choice(list("s-?"), size=20, p=[0.4, 0.5, 0.1]))
        assert told(states).count("newly_seen") <= 1


def test_only_runs_with_the_sensor_in_the_same_place_count() -> None:
    runs = history("---", "waist") + [a_run(10 + i, {"turn": "seen"}) for i in range(2)]
    assert grow(runs, CATALOGUE, runs[-1]).leaves[0].told == ("from_the_start", "still_there")
    assert grow(runs, CATALOGUE, runs[2]).leaves == ()


def test_it_is_told_up_to_the_run_that_is_asked_for() -> None:
    runs = history("---sss")
    growth = grow(reversed(runs), CATALOGUE, runs[4])
    assert growth.runs == tuple(runs[:5])
    assert growth.of("newly_seen") == growth.leaves


def test_leaves_stand_in_the_order_of_their_first_sight() -> None:
    seen = [{"spring"}, {"spring", "turn"}, {"spring", "lean", "turn"}]
    keys = [rule.key for rule in watched(CATALOGUE)]
    runs = [
        a_run(i, {k: "seen" if k in now else "not_spoken_of" for k in keys}) for i, now in enumerate(seen)
    ]
    assert [leaf.key for leaf in grow(runs, CATALOGUE, runs[-1]).leaves] == ["spring", "turn", "lean"]
    assert not {"new", "kept"} & set(keys), "they speak of leaves and have none"


def test_a_trait_that_moved_nothing_is_not_new() -> None:
    states = [STATES[c] for c in "---ss"]
    runs = [a_run(i, {"turn": s}, {"turn": 5.0 + 0.3 * (i % 2)}) for i, s in enumerate(states)]
    assert grow(runs, CATALOGUE, runs[-1]).leaves[0].told[-1] == "still_there"


# ------------------------------------------------------------------------------------------- told falsely, how often


def told_as_new(rng: np.random.Generator, levels: NDArray[np.float64], histories: int) -> float:
    """Share of histories with a "newly seen".

    Parameters
    ----------
    levels : (runs, traits) array
        How far the measure of a trait is above its floor in each run, in standard deviations of its scatter from run
        to run; it is seen where level and scatter together are above it, and could not be heard in a tenth of the runs.
    """
    rules = [rule for rule in watched(CATALOGUE) if rule.kind == "run"][: levels.shape[1]]
    found = 0
    for _ in range(histories):
        runs = []
        for day, level in enumerate(levels):
            states: dict[str, State] = {}
            values: dict[str, float] = {}
            for rule, value in zip(rules, level + rng.normal(size=len(rules)), strict=True):
                assert rule.bound is not None
                heard: State = "seen" if value > 0 else "not_spoken_of"
                states[rule.key] = "could_not_listen" if rng.random() < 0.1 else heard
                values[rule.key] = value if rule.bound.floor is not None else -value
            runs.append(a_run(day, states, values))
        leaves: tuple[Leaf, ...] = grow(runs, CATALOGUE, runs[-1]).leaves
        found += any("newly_seen" in leaf.told for leaf in leaves)
    return found / histories


def steadily(*shares: float) -> NDArray[np.float64]:
    """Levels of traits that are seen in these shares of 20 runs for good."""
    return np.tile(ndtri(shares), (20, 1))


def test_newly_seen_is_rarely_told_of_what_was_never_there() -> None:
    assert told_as_new(np.random.default_rng(1), steadily(*[FALSE_CLAIMS] * 11), 200) < MOST_FALSE_NEWS


def test_newly_seen_is_rarely_told_of_what_was_always_there() -> None:
    assert told_as_new(np.random.default_rng(2), steadily(*[0.95] * 11), 200) < MOST_FALSE_NEWS


@pytest.mark.parametrize("share", [0.1, 0.2, 0.3, 0.5, 0.7])
def test_a_trait_that_hovers_about_its_floor_is_seldom_called_new(share: float) -> None:
    assert told_as_new(np.random.default_rng(3), steadily(share), 400) < MOST_HOVERING


@pytest.mark.parametrize(("above", "takes", "least"), [(1.5, 1, 0.8), (3.5, 1, 0.9), (3.5, 6, 0.7)])
def test_what_really_comes_is_mostly_told_as_new(above: float, takes: int, least: float) -> None:
    """From 2.5 standard deviations below its floor, after the eighth run."""
    share = np.clip((np.arange(20) - 8) / takes, 0.0, 1.0)
    assert told_as_new(np.random.default_rng(4), (-2.5 + share * (above + 2.5))[:, None], 200) > least
