"""A rule meets what was heard in a run: seen, not spoken of, or could not listen.

Lives here: the evidence rule.
Not here: the words (report/), the thresholds (catalogue.toml), what earlier runs add (ledger.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from gait.blocks import STRIDES_PER_BLOCK
from gait.facing import Mounting
from gait.measures.measure import NO_STRIDE, Measures
from gait.quality import Quality
from gait.traits.earlier import Earlier, State
from gait.traits.evidence import NO_EVIDENCE, Z95, Evidence, unclear, weigh, with_unit
from gait.traits.heard import Heard, Number, hear
from gait.traits.ledger import About, kept, newly_seen
from gait.traits.rule import Bound, Catalogue, TraitRule

__all__ = [
    "LEAST_BLOCKS",
    "LEAST_STANDING",
    "Z95",
    "About",
    "Evidence",
    "State",
    "Trait",
    "judge",
    "judge_heard",
]

#: Fewest blocks a claim rests on.  Chosen: with fewer, t(.95) grows past 1.9 and one odd block decides.
LEAST_BLOCKS = 8

#: Shortest quiet standing that gives lean its zero. [s]  5 s are asked for; a tenth is lost to its edges.
LEAST_STANDING = 4.9

#: Least trust in a measure that a claim may rest on.  Chosen: the middle of its scale.
LEAST_TRUST = 0.5


@dataclass(frozen=True)
class Trait:
    """What may be said of one thing that is there. There is no type for a fault.

    Attributes
    ----------
    rule : TraitRule
    state : State
    clarity : float or None
        (m - floor) / sqrt(SE² + u²), the smallest of all its bounds; None unless measured.
    evidence : Evidence
        Of the leading bound.
    why : tuple of str
        The reasons, unless seen.
    also : tuple of Evidence
        Of the further bounds; for ``late`` one for each trait that was looked at, in the order of ``about``.
    about : tuple of About
        For ``late``, ``new`` and ``kept``: the traits it speaks of.
    """

    rule: TraitRule
    state: State
    clarity: float | None
    evidence: Evidence
    why: tuple[str, ...]
    also: tuple[Evidence, ...] = ()
    about: tuple[About, ...] = ()


def judge(
    measures: Measures,
    mounting: Mounting,
    quality: Quality,
    catalogue: Catalogue,
    *,
    six_position: bool = False,
    earlier: Earlier | None = None,
) -> tuple[Trait, ...]:
    """Hold every rule of the catalogue against what was measured.

    Parameters
    ----------
    measures : Measures
    mounting : Mounting
    quality : Quality
    catalogue : Catalogue
    six_position : bool
        Whether the sensor was calibrated in six positions, which lets a smaller systematic part be believed.
    earlier : Earlier, optional
        Earlier runs of this runner; without them traits that speak of growth could not be listened to.

    Returns
    -------
    tuple of Trait
        One for each rule, in the catalogue's order.

    Notes
    -----
    *Seen* when every bound is cleared (see ``evidence.weigh``), the share of strides is reached and every gate passed.
    """
    return judge_heard(
        hear(measures, mounting, quality, six_position=six_position), catalogue, earlier=earlier
    )


def judge_heard(heard: Heard, catalogue: Catalogue, *, earlier: Earlier | None = None) -> tuple[Trait, ...]:
    """The same from a run's summary, so that a kept run can be judged again by another catalogue."""
    traits: dict[str, Trait] = {}
    for rule in catalogue.rules:
        if rule.kind == "run":
            trait = _judge_run(rule, heard, traits.get(rule.after) if rule.after else None)
        elif rule.kind == "own":
            trait = _judge_own(rule, heard, earlier)
        elif rule.kind == "late":
            trait = _judge_late(rule, heard, traits)
        else:
            trait = _judge_growth(rule, heard, catalogue, traits, earlier)
        traits[rule.key] = trait
    return tuple(traits.values())


def _judge_run(rule: TraitRule, heard: Heard, earlier: Trait | None) -> Trait:
    """One run by its own measures."""
    assert rule.bound is not None, "rows.py sees to it"
    number = heard.measures.get(rule.measure)
    evidence, clarity = weigh(rule.bound, heard, _share(rule, heard, number))
    also = [weigh(bound, heard) for bound in rule.also]
    further = tuple(e for e, _ in also)
    clear = [c for c in (clarity, *(c for _, c in also)) if c is not None]
    clarity = min(clear) if clarity is not None else None

    deaf = _deaf_reasons(rule, number, heard)
    if not deaf and evidence.low is None:
        deaf = ["The spread of this measure from stride to stride is not known in this recording."]
    if not deaf and earlier is not None and earlier.state == "could_not_listen":
        deaf = [f'This rests on "{earlier.rule.title}", which could not be listened to.', *earlier.why]
    if deaf:
        return Trait(rule, "could_not_listen", clarity, evidence, tuple(dict.fromkeys(deaf)), further)

    reasons = unclear(evidence) + _share_reasons(rule, evidence) + _low_trust(number)
    for bound, found in zip(rule.also, further, strict=True):
        reasons += _further_reasons(bound, found, heard)
    if earlier is not None and earlier.state != "seen":
        reasons.append(f'This rests on "{earlier.rule.title}", which is not clear in this recording.')
    state: State = "not_spoken_of" if reasons else "seen"
    return Trait(rule, state, clarity, evidence, tuple(dict.fromkeys(reasons)), further)


def _judge_own(rule: TraitRule, heard: Heard, earlier: Earlier | None) -> Trait:
    """One run against a quantile of the runner's own."""
    runs = earlier.runs if earlier is not None else ()
    before = [run.measures[rule.measure] for run in runs if rule.measure in run.measures]
    own = sorted(n.value for n in before if n.value is not None and n.trust >= LEAST_TRUST)
    number = heard.measures.get(rule.measure)
    assert rule.bound is not None, "rows.py sees to it"
    deaf = _deaf_reasons(rule, number, heard)
    if number is not None:
        # What is systematic in the measure is the same in all runs; what is left is how it repeats, and the rule says.
        heard = replace(heard, measures={**heard.measures, rule.measure: replace(number, systematic=None)})
    if len(own) < rule.runs:
        deaf.append(_needs_runs(rule.runs, len(own)))
        return Trait(rule, "could_not_listen", None, weigh(rule.bound, heard)[0], tuple(dict.fromkeys(deaf)))
    floor = float(np.quantile(own, rule.of_runs))
    bound = Bound(rule.measure, rule.unit, floor, None, rule.bound.systematic, rule.bound.range)
    evidence, clarity = weigh(bound, heard)
    if not deaf and evidence.low is None:
        deaf = ["The spread of this measure from stride to stride is not known in this recording."]
    if deaf:
        return Trait(rule, "could_not_listen", clarity, evidence, tuple(dict.fromkeys(deaf)))
    reasons = unclear(evidence) + _low_trust(number)
    return Trait(rule, "not_spoken_of" if reasons else "seen", clarity, evidence, tuple(reasons))


def _judge_late(rule: TraitRule, heard: Heard, traits: Mapping[str, Trait]) -> Trait:
    """The end of the run against its middle, for each trait that was seen: shown to be alike, or silence."""
    minutes = heard.running_s / 60.0
    deaf = [] if heard.steady else [NO_STRIDE]
    if minutes < rule.least_minutes:
        deaf.append(f"{minutes:.0f} minutes of running were heard; it takes {rule.least_minutes:.0f}.")
    if deaf:
        return Trait(rule, "could_not_listen", None, NO_EVIDENCE, tuple(deaf))
    also: list[Evidence] = []
    about: list[About] = []
    clarities: list[float] = []
    for key, margin in rule.margins.items():
        trait = traits.get(key)
        if trait is None or trait.state != "seen":
            continue
        measure = f"late_{trait.rule.measure}"
        bound = Bound(measure, trait.rule.unit, -margin, margin, (0.0, 0.0))
        evidence, clarity = weigh(bound, heard)
        if evidence.low is None or clarity is None:
            continue
        holds = not unclear(evidence)
        also.append(evidence)
        about.append(About(key, int(holds), 1))
        if holds:
            clarities.append(clarity)
    if clarities:
        return Trait(rule, "seen", max(clarities), NO_EVIDENCE, (), tuple(also), tuple(about))
    why = (
        "Of what was seen, nothing is shown to be the same at the end as in the middle of this recording."
        if also
        else "Nothing was seen in this recording whose end could be held against its middle."
    )
    return Trait(rule, "not_spoken_of", None, NO_EVIDENCE, (why,), tuple(also), ())


def _judge_growth(
    rule: TraitRule, heard: Heard, catalogue: Catalogue, traits: Mapping[str, Trait], earlier: Earlier | None
) -> Trait:
    """The run with the ones before it."""
    runs = earlier.runs if earlier is not None else ()
    # A newly seen trait was not seen in so many runs, then in the one before this and in this.
    needed = rule.runs + 1 if rule.kind == "new" else rule.runs - 1
    if len(runs) < needed:
        return Trait(rule, "could_not_listen", None, NO_EVIDENCE, (_needs_runs(needed, len(runs)),))
    states = {key: trait.state for key, trait in traits.items()}
    watched = [r for r in catalogue.rules if r.kind in ("run", "own", "late") and r.key in states]
    if rule.kind == "new":
        about = newly_seen(rule, watched, states, heard.measures, runs)
        found = [a for a in about if not a.glimpse]
        nothing = "Nothing in this recording is seen for the second time running and was not seen before."
    else:
        about = found = kept(rule, watched, states, runs)
        nothing = "Nothing was seen in most of the recordings that could hear it."
    state: State = "seen" if found else "not_spoken_of"
    return Trait(rule, state, None, NO_EVIDENCE, () if found else (nothing,), (), tuple(about))


def _needs_runs(needed: int, there: int) -> str:
    return f"It takes {needed} earlier runs with the sensor in the same place; {there or 'none'} of them {'is' if there <= 1 else 'are'} at hand."


def _share(rule: TraitRule, heard: Heard, number: Number | None) -> float | None:
    """Share of the strides that count which show the trait; a stride without a value does not."""
    of = heard.measures.get(rule.share.measure) if rule.share else None
    if rule.share is None or number is None or of is None or not number.n:
        return None
    above = of.share_above(rule.share.above)
    return None if above is None else min(1.0, above * of.n / number.n)


def _share_reasons(rule: TraitRule, evidence: Evidence) -> list[str]:
    if rule.share is None:
        return []
    if evidence.share is None:
        return [f"The recording has no {rule.share.measure} stride by stride to go with it."]
    if evidence.share < rule.share.least:
        shown = f"{evidence.share:.0%} of the strides in this recording show it one by one"
        return [f"{shown}; from {rule.share.least:.0%} on it is spoken of."]
    return []


def _low_trust(number: Number | None) -> list[str]:
    if number is None or number.trust >= LEAST_TRUST:
        return []
    return list(number.why) or [f"The trust in this measure is {number.trust:.2f}; it takes {LEAST_TRUST}."]


def _further_reasons(bound: Bound, found: Evidence, heard: Heard) -> list[str]:
    """Why a further bound is not cleared; a measure that is not there clears nothing."""
    number = heard.measures.get(bound.measure)
    if found.low is None:
        return list(number.why if number else ()) or [f"{bound.measure} was not measured in this recording."]
    return unclear(found) + _low_trust(number)


def _deaf_reasons(rule: TraitRule, number: Number | None, heard: Heard) -> list[str]:
    """Why the recording cannot answer, empty when it can."""
    first = [] if heard.steady else [NO_STRIDE]
    if number is None:
        return [*first, "This was not measured in this recording."]
    if number.value is None:
        return [*first, *(number.why or ("This could not be measured in this recording.",))]
    reasons: list[str] = first
    if "trunk" in rule.needs and heard.not_trunk:
        reasons.append(heard.not_trunk)
    if "standing" in rule.needs:
        reasons += _standing_reasons(heard)
    if "sign" in rule.needs and not heard.sign_known:
        reasons.append("Which way the sensor faced could not be told, so forward and backward stay open.")
    needed = max(rule.least, LEAST_BLOCKS * STRIDES_PER_BLOCK) if rule.counts == "strides" else rule.least
    if number.n < needed:
        what = {
            "strides": "steady strides",
            "starts": "set-offs from standing",
            "windows": "parts of the run",
        }
        reasons.append(f"{number.n} {what[rule.counts]} were heard; it takes {needed}.")
    if heard.running_s < 60.0 * rule.least_minutes:
        minutes = f"{heard.running_s / 60.0:.0f} minutes of running were heard"
        reasons.append(f"{minutes}; it takes {rule.least_minutes:.0f}.")
    if heard.clipped_share > rule.most_clipped:
        reasons.append(
            f"{heard.clipped_share:.1%} of the samples sit at the end of the sensor's range; "
            f"up to {rule.most_clipped:.0%} can be heard through."
        )
    if rule.low_trust == "could_not_listen":
        reasons += _low_trust(number)
    if rule.plausible is not None and not rule.plausible[0] <= number.value <= rule.plausible[1]:
        low, high = (with_unit(bound, rule.unit) for bound in rule.plausible)
        reasons.append(
            f"The recording reads {with_unit(number.value, rule.unit)}; beyond {low} to {high} "
            "the sensor or its fit is doubted."
        )
    return reasons


def _standing_reasons(heard: Heard) -> Sequence[str]:
    if heard.standing_s is None:
        return ["No quiet standing was heard in the recording, so lean has no zero."]
    if heard.standing_s < LEAST_STANDING:
        return [f"The quiet standing is {heard.standing_s:.1f} s long; lean gets its zero from 5 s."]
    return []
