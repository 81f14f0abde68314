"""One trait as a sentence, with its number rounded to what is known.

Lives here: Said, which of a trait's sentences is told, how fine a number is told.
Not here: which traits are told and where (narrative.py), the sentences (words_<language>.toml).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from gait.analysis import Analysis
from gait.recording import Placement
from gait.report.words import Words
from gait.traits.rules import load_catalogue
from gait.traits.trait import Z95, Evidence, Trait

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


@dataclass(frozen=True)
class Said:
    """One trait in words: its title, its name in a list, the line for when it leads, and its sentence."""

    key: str
    title: str
    name: str
    headline: str
    sentence: str


def place_of(analysis: Analysis) -> str:
    """Word for where the sensor was worn: upper, hips or trunk."""
    return PLACES[analysis.mounting.placement]


def say_trait(trait: Trait, analysis: Analysis, words: Words) -> Said:
    """A seen trait in words; one that only the catalogue knows has its title alone."""
    key, place = trait.rule.key, place_of(analysis)
    if not words.knows(key):
        title = trait.rule.title
        return Said(key, title, title, f"{title}.", f"{title}.")
    often = _often(trait, words)
    values = {"often": often, "Often": often[:1].upper() + often[1:]}
    slot, told = _told(trait, analysis, words)
    return Said(
        key=key,
        title=_coachs_title(trait) or words.trait(key, place, "title"),
        name=named(key, place, words),
        headline=words.trait(key, place, "headline"),
        sentence=words.trait(key, place, slot, **values, **told),
    )


def named(key: str, place: str, words: Words) -> str:
    """A trait's name in a list."""
    return words.trait(key, place, "name") if words.knows(key, "name") else key


def told_number(evidence: Evidence, words: Words) -> str | None:
    """The value rounded to what its uncertainty allows, None when it is too loose or means little."""
    finest = TOLD_STEP.get(evidence.unit)
    if not words.numbers or finest is None or evidence.value is None or evidence.low is None:
        return None
    sd = (evidence.value - evidence.low) / Z95
    if sd > LOOSEST_TOLD * abs(evidence.value):
        return None
    step = next(s * finest for s in (1, 2, 5, 10) if s * finest >= sd / 2 or s == 10)
    return words.amount(round(evidence.value / step) * step, evidence.unit)


def flow_after(analysis: Analysis, words: Words) -> str | None:
    """How long it ran before it found its flow, in words; None without, or without numbers."""
    minutes = analysis.measures.get("settle_time")
    if not words.numbers or minutes is None or minutes.value is None:
        return None
    return words.duration(60.0 * minutes.value)


def _coachs_title(trait: Trait) -> str:
    """A title that a coach wrote into a catalogue of their own, "" where it is ours."""
    ours = next((rule.title for rule in load_catalogue().rules if rule.key == trait.rule.key), "")
    return "" if trait.rule.title == ours else trait.rule.title


def _told(trait: Trait, analysis: Analysis, words: Words) -> tuple[str, dict[str, str]]:
    """The slot of a trait's sentence, and what is filled in."""
    key, place = trait.rule.key, place_of(analysis)
    if trait.about:
        firm = [a.key for a in trait.about if a.seen and not a.glimpse]
        glimpses = [a.key for a in trait.about if a.glimpse]
        slot = "told" if firm else "glimpse"
        return slot, {"names": words.listed(named(k, place, words) for k in firm or glimpses)}
    if key == "settle":
        when = flow_after(analysis, words)
        return ("told", {"when": when}) if when is not None else ("plain", {})
    if key == "rhythm":
        stride = _stride_time(analysis)
        if words.numbers and stride is not None and trait.evidence.value is not None:
            return "told", {"give": _hundredths(stride * trait.evidence.value / 100, words)}
        return "plain", {}
    number = told_number(trait.evidence, words)
    return ("told", {"number": number}) if number is not None else ("plain", {})


def _often(trait: Trait, words: Words) -> str:
    """In how many strides; where single strides were not asked, no more than "as you ran"."""
    share = trait.evidence.share
    if share is None:
        return words.say("often.none")
    return words.say("often.nearly_all" if share >= NEARLY_ALL else "often.most")


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
