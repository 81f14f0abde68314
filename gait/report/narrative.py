"""Traits become sentences: what was there, and nothing else.

Lives here: which sentences a run earns, in which order, with which rounding.
Not here: the sentences themselves (words_<language>.toml), how they look (html.py).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from gait.blocks import STRIDES_PER_BLOCK
from gait.pipeline import Analysis
from gait.quality import CREPT_DEG
from gait.recording import Placement
from gait.report.words import Words
from gait.traits.trait import LEAST_BLOCKS, LEAST_STANDING, Z95, Evidence, Trait

#: Most highlights on a page; what else was seen is unfolded below.  Source: TRAITS, rule 3.
MOST_HIGHLIGHTS = 3

#: A number is told while its total uncertainty (1 sd) is at most this share of it, else the sentence does
#: without.  Chosen: 2° +- 1° is "a little", 3° +- 1° is "about 3°".
LOOSEST_TOLD = 0.4

#: From this share of strides on it is "nearly every stride".  Chosen: one in twenty may differ.
NEARLY_ALL = 0.95

#: Units whose numbers mean something to a runner, with the finest step that is told.
TOLD_STEP = {"deg": 1.0, "cm": 1.0}

#: Word for the place of the sensor, by placement.
PLACES: dict[Placement, str] = {
    "sternum": "upper",
    "upper-back": "upper",
    "waist": "hips",
    "sacrum": "hips",
    "unknown": "trunk",
}

Outcome = Literal["seen", "nothing_clear", "no_run"]


@dataclass(frozen=True)
class Said:
    """One trait in words: its title, the line for when it leads, and its sentence with the number."""

    key: str
    title: str
    headline: str
    sentence: str


@dataclass(frozen=True)
class Story:
    """All that is said to the runner, in reading order; an empty text is not said.

    Attributes
    ----------
    outcome : str
        "seen", "nothing_clear" or "no_run".
    headline, opening : str
        From the clearest trait, and what it was heard in.
    highlights, others : tuple of Said
        At most three, clearest first; what else was seen.
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
    others: tuple[Said, ...]
    invitation: str
    quiet: str
    footer: tuple[str, ...]


def narrate(analysis: Analysis, words: Words) -> Story:
    """What the runner is told of an analysis.

    Parameters
    ----------
    analysis : Analysis
    words : Words

    Returns
    -------
    Story
        Only what was seen is named. What was not spoken of is silent.
    """
    footer = (words.say("story.silence"), words.say("story.medical"))
    running = _seconds(analysis, "run")
    if running == 0:
        return Story(
            "no_run", words.say("story.no_run_headline"), _no_run(analysis, words), (), (), "", "", footer
        )

    seen = sorted((t for t in analysis.traits if t.state == "seen"), key=lambda t: -(t.clarity or 0.0))
    said = tuple(say_trait(t, analysis, words) for t in seen)
    steady = int(np.count_nonzero(analysis.measures.strides.regular))
    quiet = _quiet(analysis, words, steady)
    if not said:
        opening = (
            words.say("story.none_clear", count=words.count(steady))
            if steady
            else words.say("story.no_strides", duration=words.duration(running))
        )
        keep = words.say("story.none_clear_keep")
        return Story(
            "nothing_clear", words.say("story.none_clear_headline"), opening, (), (), keep, quiet, footer
        )
    heard = "story.heard" if len(said) > 1 else "story.heard_one"
    return Story(
        outcome="seen",
        headline=said[0].headline,
        opening=words.say(heard, count=words.count(steady), duration=words.duration(running)),
        highlights=said[:MOST_HIGHLIGHTS],
        others=said[MOST_HIGHLIGHTS:],
        invitation=words.trait(said[0].key, place_of(analysis), "keep"),
        quiet=quiet,
        footer=footer,
    )


def place_of(analysis: Analysis) -> str:
    """Word for where the sensor was worn: upper, hips or trunk."""
    return PLACES[analysis.mounting.placement]


def say_trait(trait: Trait, analysis: Analysis, words: Words) -> Said:
    """A seen trait in words."""
    key, place = trait.rule.key, place_of(analysis)
    often = _often(trait, words)
    values = {"often": often, "Often": often[:1].upper() + often[1:]}
    slot = "plain"
    if key == "rhythm":
        stride = _stride_time(analysis)
        if stride is not None and trait.evidence.value is not None:
            slot = "told"
            values["give"] = _hundredths(stride * trait.evidence.value / 100, words)
    elif (number := told_number(trait.evidence, words)) is not None:
        slot, values["number"] = "told", number
    return Said(
        key=key,
        title=words.trait(key, place, "title"),
        headline=words.trait(key, place, "headline"),
        sentence=words.trait(key, place, slot, **values),
    )


def told_number(evidence: Evidence, words: Words) -> str | None:
    """The value rounded to what its uncertainty allows, None when it is too loose or means little."""
    finest = TOLD_STEP.get(evidence.unit)
    if finest is None or evidence.value is None or evidence.low is None:
        return None
    sd = (evidence.value - evidence.low) / Z95
    if sd > LOOSEST_TOLD * abs(evidence.value):
        return None
    step = next(s * finest for s in (1, 2, 5, 10) if s * finest >= sd / 2 or s == 10)
    return words.amount(round(evidence.value / step) * step, evidence.unit)


def _often(trait: Trait, words: Words) -> str:
    share = trait.evidence.share
    return words.say("often.nearly_all" if share is not None and share >= NEARLY_ALL else "often.most")


def _stride_time(analysis: Analysis) -> float | None:
    """Median time [s] of the strides that count."""
    strides = analysis.measures.strides
    keep = np.asarray(strides.regular, bool)
    return float(np.median((strides.stop - strides.start)[keep])) if keep.any() else None


def _hundredths(seconds: float, words: Words) -> str:
    """A short time in hundredths of a second, rounded up so that it is never too fine."""
    n = max(1, math.ceil(round(seconds * 100, 1)))
    names = {1: "one", 2: "two", 3: "three"}
    return words.say(f"give.{names[n]}") if n in names else words.say("give.more", n=n)


def _seconds(analysis: Analysis, kind: str) -> float:
    bouts = analysis.bouts
    return float(np.sum((bouts.stop - bouts.start)[np.asarray(bouts.kind) == kind]))


def _no_run(analysis: Analysis, words: Words) -> str:
    parts = [
        words.say(f"story.{name}", duration=words.duration(seconds))
        for name, kind in (("still", "still"), ("walking", "walk"))
        if (seconds := _seconds(analysis, kind)) >= 1
    ]
    if not parts:
        return words.say("story.no_run_empty")
    return words.say("story.no_run", parts=words.say("story.and").join(parts))


def _quiet(analysis: Analysis, words: Words, steady: int) -> str:
    """The one thing about the recording that kept most from being heard, "" when nothing did."""
    slip, standing = analysis.quality.slip, analysis.mounting.standing
    if slip is not None and standing is not None:
        later = standing[0] >= slip.at and not analysis.mounting.standing_elsewhere
        return words.say(
            "story.moved",
            minute=str(slip.minute(analysis.recording.start_s)),
            where=words.say("story.after" if later else "story.before"),
        )
    deaf: Sequence[Trait] = [t for t in analysis.traits if t.state == "could_not_listen"]
    if not deaf:
        return ""
    # A sensor at the end of its range is why few strides could count, so it is said first.
    if any(analysis.quality.clipped_share > t.rule.most_clipped for t in deaf):
        return words.say("story.clipped")
    needed = LEAST_BLOCKS * STRIDES_PER_BLOCK
    if steady < needed:
        # Exact: "about 80; from 80 on" would puzzle.
        slot = "story.too_short_one" if steady == 1 else "story.too_short"
        return words.say(slot, count=words.number(steady), needed=needed) if steady else ""
    if analysis.quality.not_trunk and any("trunk" in t.rule.needs for t in deaf):
        return words.say("story.no_trunk")
    if analysis.quality.events_lost:
        return words.say("story.few")
    if any("standing" in t.rule.needs for t in deaf):
        standing = analysis.mounting.standing
        if standing is None:
            return words.say("story.no_standing")
        if standing[1] - standing[0] < LEAST_STANDING:
            return words.say("story.short_standing")
    if any("sign" in t.rule.needs for t in deaf) and not analysis.mounting.sign_known:
        return words.say("story.no_sign")
    if (
        any("sign" in t.rule.needs and t.evidence.value is not None for t in deaf)
        and (analysis.mounting.crept_deg or 0.0) > CREPT_DEG
    ):
        return words.say("story.crept")
    return ""
