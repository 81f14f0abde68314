"""What grew over runs, in words and as a plant.

Lives here: the growth section of a page, and all that the page of growth alone says.
Not here: when a leaf opens (history/growth.py), the strokes (pictures/plant.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gait.report.pictures.chart import Chart, Table
from gait.report.pictures.plant import Leaf, plant
from gait.report.telling import PLACES, named
from gait.report.words import Words

if TYPE_CHECKING:
    from gait.history.growth import Growth

#: What is told of the last run, in this order.
NEWS = ("newly_seen", "first_glimpse", "from_the_start", "old_friend", "still_there")

#: Most lines of how it felt, the latest.  Chosen: a handful to remember by.
MOST_FELT = 5


@dataclass(frozen=True)
class Grown:
    """What earlier runs add.

    Attributes
    ----------
    headline, opening : str
        For a page of its own.
    lines : tuple of str
        What the last run means to the leaves, in reading order.
    felt : tuple of (day, line)
        How runs felt, in the runner's own words, the latest first.
    """

    headline: str
    opening: str
    lines: tuple[str, ...]
    felt: tuple[tuple[str, str], ...]


def tell_growth(growth: Growth, words: Words) -> Grown:
    """What is said of growth: what is there, and never what is not.

    Parameters
    ----------
    growth : Growth
    words : Words
    """
    place, runs = PLACES[_placement(growth)], len(growth.runs)
    first = runs == 1
    lines = []
    for news in NEWS:
        names = [named(leaf.key, place, words) for leaf in growth.leaves if leaf.news == news]
        if names:
            several = news == "newly_seen" and len(names) > 1
            slot = f"{news}_several" if several else f"{news}_first" if news == "from_the_start" and first else news
            lines.append(words.say(f"growth.{slot}", names=words.listed(names)))
    if not lines:
        lines.append(words.say("growth.quiet" if growth.leaves else "growth.none"))
    if any(leaf.stage != "bud" for leaf in growth.leaves):
        headline = words.say("growth.headline_first" if first else "growth.headline")
    else:
        headline = words.say("growth.headline_none")
    where = words.say(f"growth.place_{place}")
    opening = words.say("growth.opening_one" if first else "growth.opening", runs=words.number(runs), place=where)
    felt = [(words.day(run.started_at), run.feel) for run in reversed(growth.runs) if run.feel]
    return Grown(headline, opening, tuple(lines), tuple(felt[:MOST_FELT]))


def draw_growth(growth: Growth, words: Words) -> Chart:
    """The plant."""
    place, runs = PLACES[_placement(growth)], len(growth.runs)
    leaves = [
        Leaf(leaf.key, named(leaf.key, place, words), leaf.stage, leaf.news in ("newly_seen", "first_glimpse"))
        for leaf in growth.leaves
    ]
    title = words.say("growth.title")
    text = words.say("growth.alt", names=words.listed(leaf.name for leaf in leaves))
    table = None
    if words.numbers:
        text += " " + words.say("growth.alt_told", runs=words.number(runs))
        columns = tuple(words.say(f"growth.{name}") for name in ("leaf", "stage", "first", "seen"))
        rows = [_row(leaf.name, found.stage, growth, found.first, found.seen, words)
                for leaf, found in zip(leaves, growth.leaves, strict=True)]
        table = Table(columns, tuple(rows))
    svg = plant(leaves, runs).to_svg("pic-growth", title, text)
    return Chart("growth", title, text, words.say("growth.caption"), svg, table)


def _row(name: str, stage: str, growth: Growth, first: int, seen: int, words: Words) -> tuple[str, ...]:
    how_far = words.say(f"growth.{'leaf_open' if stage == 'leaf' else stage}")
    runs = words.say("growth.run_one") if seen == 1 else words.say("growth.runs", n=words.number(seen))
    return (name, how_far, words.day(growth.runs[first].started_at), runs)


def _placement(growth: Growth) -> str:
    """Where it was worn, "unknown" where that is no word of ours."""
    return growth.placement if growth.placement in PLACES else "unknown"
