"""What kept a recording from being heard, said of the recording.

Lives here: the one quiet line of a page.
Not here: reasons for the analyst (traits/), the sentences (words_<language>.toml).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gait.analysis import Analysis
from gait.blocks import STRIDES_PER_BLOCK
from gait.quality import CREPT_DEG
from gait.report.words import Words
from gait.traits.trait import LEAST_BLOCKS, LEAST_STANDING, Trait

#: Traits that only some recordings can hold (several starts, a long run, earlier runs); nobody is told of what they
#: would take.
RARE = ("set_off", "smooth", "settle", "late", "new", "kept")


def quiet_line(analysis: Analysis, words: Words, steady: int) -> str:
    """The one thing about the recording that kept most from being heard, "" when nothing did.

    Parameters
    ----------
    analysis : Analysis
    words : Words
    steady : int
        Strides that count.
    """
    slip, standing = analysis.quality.slip, analysis.mounting.standing
    if slip is not None and standing is not None:
        later = standing[0] >= slip.at and not analysis.mounting.standing_elsewhere
        return words.say(
            "story.moved",
            minute=str(slip.minute(analysis.recording.start_s)),
            where=words.say("story.after" if later else "story.before"),
        )
    deaf: Sequence[Trait] = [
        t for t in analysis.traits if t.state == "could_not_listen" and t.rule.key not in RARE
    ]
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
        return words.say("story.dead_axis" if analysis.quality.dead_axes else "story.no_trunk")
    if analysis.quality.events_lost:
        return words.say("story.few")
    if any("standing" in t.rule.needs for t in deaf):
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


def seconds_of(analysis: Analysis, kind: str) -> float:
    """How much of a recording was of one kind of motion. [s]"""
    bouts = analysis.bouts
    return float(np.sum((bouts.stop - bouts.start)[np.asarray(bouts.kind) == kind]))
