"""Traits become sentences: what was there, and nothing else.

Lives here: which sentences a run earns, and in which order.
Not here: the sentences themselves (words_<language>.toml), their numbers (telling.py), what kept a recording from being
heard (quiet.py), what grew over runs (over_runs.py), how they look (html.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from gait.analysis import Analysis
from gait.report.over_runs import Grown, tell_growth
from gait.report.quiet import quiet_line, seconds_of
from gait.report.telling import Said, place_of, say_trait
from gait.report.words import Words
from gait.traits.trait import Trait

if TYPE_CHECKING:
    from gait.history.growth import Growth

#: Most highlights on a page; what else was seen is unfolded below.  Chosen: what one keeps in mind while running.
MOST_HIGHLIGHTS = 3

#: Traits that have a place of their own on the page: how the turn meets the step, the run as a strip, growth.
CONNECTION = "together"
STRIP = ("settle", "late")
LEDGER = ("new", "kept")

Outcome = Literal["seen", "nothing_clear", "no_run"]


@dataclass(frozen=True)
class Story:
    """All that is said to the runner, in reading order; an empty text is not said.

    Attributes
    ----------
    outcome : str
        "seen", "nothing_clear" or "no_run".
    headline, opening : str
        From the clearest trait, and what it was heard in.
    highlights : tuple of Said
        At most three, clearest first.
    connection : Said or None
        How the turn meets the step.
    strip : tuple of Said
        What is told of the run as a whole: where it found its flow, what was still there at the end.
    growth : Grown or None
        What earlier runs add.
    others : tuple of Said
        What else was seen.
    invitation : str
        One, to keep company with.
    quiet : str
        One line about the recording, where it kept something from being heard.
    footer : tuple of str
    """

    outcome: Outcome
    headline: str
    opening: str
    highlights: tuple[Said, ...]
    connection: Said | None
    strip: tuple[Said, ...]
    growth: Grown | None
    others: tuple[Said, ...]
    invitation: str
    quiet: str
    footer: tuple[str, ...]

    @property
    def told(self) -> tuple[Said, ...]:
        """All that is said of single traits, in the order of the page."""
        own = (self.connection,) if self.connection is not None else ()
        return (*self.highlights, *own, *self.strip, *self.others)


def narrate(analysis: Analysis, words: Words, growth: Growth | None = None) -> Story:
    """What the runner is told of an analysis.

    Parameters
    ----------
    analysis : Analysis
    words : Words
    growth : Growth, optional
        What grew up to this run, where there are earlier ones.

    Returns
    -------
    Story
        Only what was seen is named. What was not spoken of is silent.
    """
    footer = (words.say("story.silence"), words.say("story.medical"))
    running = seconds_of(analysis, "run")
    if running == 0:
        opening = _no_run(analysis, words)
        return Story(
            "no_run", words.say("story.no_run_headline"), opening, (), None, (), None, (), "", "", footer
        )

    seen = sorted((t for t in analysis.traits if t.state == "seen"), key=lambda t: -(t.clarity or 0.0))
    steady = int(np.count_nonzero(analysis.measures.strides.regular))
    quiet = quiet_line(analysis, words, steady)
    grown = tell_growth(growth, words) if growth is not None else _ledger(seen, analysis, words)
    told = [t for t in seen if t.rule.key not in LEDGER]
    if not told:
        opening = (
            words.say("story.none_clear", count=words.count(steady))
            if steady
            else words.say("story.no_strides", duration=words.duration(running))
        )
        headline, keep = words.say("story.none_clear_headline"), words.say("story.none_clear_keep")
        return Story("nothing_clear", headline, opening, (), None, (), grown, (), keep, quiet, footer)
    place = place_of(analysis)
    said = {t.rule.key: say_trait(t, analysis, words) for t in told}
    plain = [s for key, s in said.items() if key not in (CONNECTION, *STRIP)]
    leading = plain[0] if plain else next(iter(said.values()))
    heard = "story.heard" if len(said) > 1 else "story.heard_one"
    return Story(
        outcome="seen",
        headline=leading.headline,
        opening=words.say(heard, count=words.count(steady), duration=words.duration(running)),
        highlights=tuple(plain[:MOST_HIGHLIGHTS]),
        connection=said.get(CONNECTION),
        strip=tuple(said[key] for key in STRIP if key in said),
        growth=grown,
        others=tuple(plain[MOST_HIGHLIGHTS:]),
        invitation=words.trait(leading.key, place, "keep") if words.knows(leading.key, "keep") else "",
        quiet=quiet,
        footer=footer,
    )


def _ledger(seen: list[Trait], analysis: Analysis, words: Words) -> Grown | None:
    """What the traits that speak of the ledger say, where there is no more to tell of earlier runs."""
    lines = tuple(say_trait(t, analysis, words).sentence for t in seen if t.rule.key in LEDGER)
    return Grown("", "", lines, ()) if lines else None


def _no_run(analysis: Analysis, words: Words) -> str:
    parts = [
        words.say(f"story.{name}", duration=words.duration(seconds))
        for name, kind in (("still", "still"), ("walking", "walk"))
        if (seconds := seconds_of(analysis, kind)) >= 1
    ]
    if not parts:
        return words.say("story.no_run_empty")
    return words.say("story.no_run", parts=words.say("story.and").join(parts))
