"""Which sentences a run earns."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gait.analysis import Analysis
from gait.bouts import Bouts
from gait.recording import PLACEMENTS
from gait.report.narrative import MOST_HIGHLIGHTS, Story, narrate
from gait.report.telling import told_number
from gait.report.words import Words, languages, load_words
from gait.traits.trait import Evidence
from tests.gait.an_analysis import a_mounting, a_quality, an_analysis, some_measures, with_measure
from tests.gait.report.made import a_growth, everything, walking

WORDS = load_words()

#: A run of which nothing stands clear, where it is too short for the beat.
SILENT = {"lean": 0.0, "rotation": 1.0, "bounce": 1.0, "sway": 0.5, "likeness": 0.5}


def told(analysis: Analysis, words: Words = WORDS) -> Story:
    story = narrate(analysis, words)
    for text in said_in(story):
        assert words.forbidden_in(text) == []
        assert "{" not in text
    return story


def said_in(story: Story) -> list[str]:
    """All that a story says."""
    single = [text for one in story.told for text in (one.title, one.name, one.headline, one.sentence)]
    grown = story.growth
    over = [] if grown is None else [grown.headline, grown.opening, *grown.lines]
    return [story.headline, story.opening, story.invitation, story.quiet, *story.footer, *single, *over]


def test_three_highlights_clearest_first_and_one_invitation() -> None:
    story = told(an_analysis())
    assert story.outcome == "seen"
    assert len(story.highlights) == MOST_HIGHLIGHTS == 3
    # Whatever the catalogue's numbers are: clearest first, and what has a place of its own is not among them.
    seen = sorted((t for t in an_analysis().traits if t.state == "seen"), key=lambda t: -(t.clarity or 0))
    assert [s.key for s in story.highlights + story.others] == [
        t.rule.key for t in seen if t.rule.key != "together"
    ]
    assert story.headline == story.highlights[0].headline
    assert story.invitation.count("company") == 1
    assert "no need to do more of it" in story.invitation
    assert story.quiet == ""


def test_sentences_with_their_numbers() -> None:
    story = told(an_analysis())
    assert {s.key: s.sentence for s in story.told} == {
        "turn": "In nearly every stride your upper body turned from one side to the other and back, through about 28°.",
        "shift": (
            "As you ran your upper body tipped over one foot and then over the other, "
            "through about 7° from side to side."
        ),
        "spring": (
            "You rose and sank by about 8 cm with each step, "
            "and in nearly every stride there was a moment with both feet in the air."
        ),
        "together": "The turn of your upper body and your landing kept time with each other, stride after stride.",
        "lean": "Your upper body was ahead of your own standing line in nearly every stride, by about 6°.",
        "regular": "Stride after stride your movement went up and down in nearly the same way.",
        "two_as_one": "Your two steps were alike, in their time and in their shape.",
        "rhythm": "One stride took as long as the next, give or take a hundredth of a second.",
        "even_turn": "The way to the left and the way to the right were alike, in their time and in their shape.",
    }


@pytest.mark.parametrize("placement", PLACEMENTS)
def test_the_place_of_the_sensor_decides_the_words(placement: str) -> None:
    story = told(an_analysis(mounting=a_mounting(placement)))  # type: ignore[arg-type]
    said = " ".join(s.sentence + s.title + s.headline for s in story.told)
    spoken = {w for w in ("upper body", "hips", "trunk") if w in said}
    expected = {"sternum": "upper body", "upper-back": "upper body", "waist": "hips", "sacrum": "hips"}
    assert spoken == {expected.get(placement, "trunk")}


def test_what_is_not_clear_is_silent() -> None:
    story = told(an_analysis(some_measures(rotation=2.0)))
    said = " ".join([story.headline, story.opening, story.quiet, *(s.sentence for s in story.highlights)])
    assert "turn" not in said.lower()
    assert {s.key for s in story.told} == {"lean", "rhythm", "spring", "regular", "shift", "two_as_one"}


def test_nothing_clear_is_about_the_listening() -> None:
    story = told(an_analysis(some_measures(240, **SILENT)))
    assert story.outcome == "nothing_clear"
    assert story.opening == (
        "We listened to about 240 of your strides. Nothing can be named with confidence this time, and that is "
        "about the listening, not about your running."
    )
    assert (story.highlights, story.others, story.quiet) == ((), (), "")


def test_a_short_run_is_said_of_the_recording() -> None:
    story = told(an_analysis(some_measures(50)))
    assert story.outcome == "nothing_clear"
    assert story.quiet.startswith("About the recording: it holds 50 steady strides; from 80 on")


def test_one_steady_stride_is_one() -> None:
    assert "it holds one steady stride; from 80 on" in told(an_analysis(some_measures(1))).quiet


def test_the_opening_is_as_fine_as_the_run_is_short() -> None:
    # A newcomer ran 132 strides in about 100 s and read "150 of your strides, over 2 minutes".
    story = told(an_analysis(some_measures(132)))
    assert story.opening.startswith(
        "Heard in about 130 of your strides, in about 95 seconds of running. All of this"
    )


def test_a_clip_that_hardly_moved_did_not_move() -> None:
    loose = with_measure(some_measures(), "lean", trust=0.1, why=("Some reason.",))
    assert told(an_analysis(loose, mounting=replace(a_mounting(), crept_deg=0.4))).quiet == ""
    moved = told(an_analysis(loose, mounting=replace(a_mounting(), crept_deg=8.0)))
    assert "the clip moved" in moved.quiet


def test_no_running_says_what_was_found() -> None:
    story = told(walking())
    assert story.outcome == "no_run"
    assert "about 35 seconds of standing still and about 6 minutes of walking" in story.opening
    assert (story.invitation, story.highlights) == ("", ())
    empty = an_analysis(some_measures(0), bouts=Bouts(np.empty(0), np.empty(0), np.empty(0, str)))
    assert "could be made out" in told(empty).opening


def test_running_without_a_steady_stride() -> None:
    bouts = Bouts(np.array([0.0]), np.array([3.0]), np.array(["run"]))
    story = told(an_analysis(some_measures(0), bouts=bouts))
    assert story.outcome == "nothing_clear"
    assert story.opening.startswith("No steady stride was found. This recording holds 3 seconds of running")


@pytest.mark.parametrize(
    ("analysis", "says"),
    [
        (an_analysis(mounting=a_mounting(standing=None)), "no quiet standing"),
        (an_analysis(mounting=a_mounting(standing=(0.0, 3.0))), "very short"),
        (an_analysis(mounting=a_mounting(sign_known=False)), "which way the sensor faced"),
        (an_analysis(quality=a_quality(clipped_share=0.1)), "end of its range"),
        (an_analysis(quality=a_quality(not_trunk="It swings with a leg.")), "in a pocket"),
    ],
)
def test_what_kept_the_recording_from_being_heard_is_one_quiet_line(analysis: Analysis, says: str) -> None:
    story = told(analysis)
    assert says in story.quiet
    assert story.quiet.startswith("About the recording:")


def evidence(value: float, sd: float, unit: str = "deg") -> Evidence:
    return Evidence("lean", unit, value, value - 1.645 * sd, value + 1.645 * sd, 0.5, None, 1.0, 100, sd)


@pytest.mark.parametrize(
    ("value", "sd", "number"),
    [
        (6.1, 1.0, "6°"),
        (27.6, 0.7, "28°"),
        (27.6, 3.0, "28°"),
        (27.6, 5.0, "30°"),
        (2.0, 1.0, None),
        (3.0, 1.0, "3°"),
    ],
)
def test_a_number_is_as_fine_as_its_uncertainty_allows(value: float, sd: float, number: str | None) -> None:
    assert told_number(evidence(value, sd), WORDS) == number


def test_percent_and_ratios_are_no_runners_numbers() -> None:
    assert told_number(evidence(1.4, 0.1, "percent"), WORDS) is None
    assert told_number(evidence(0.97, 0.01, ""), WORDS) is None


def test_a_loose_number_is_left_out() -> None:
    story = told(an_analysis(with_measure(some_measures(lean=3.2), "lean", systematic=1.4)))
    lean = next(s for s in story.told if s.key == "lean")
    assert "°" not in lean.sentence
    assert "a little ahead" in lean.sentence


def test_what_has_a_place_of_its_own_is_no_highlight() -> None:
    story = told(everything())
    assert story.connection is not None
    assert story.connection.key == "together"
    assert [s.key for s in story.strip] == ["settle", "late"]
    assert len(story.highlights) == MOST_HIGHLIGHTS
    own = {"together", "settle", "late", "new", "kept"}
    assert not own & {s.key for s in story.highlights + story.others}


def test_flow_is_defined_once() -> None:
    story = told(everything())
    said = " ".join(s.sentence for s in story.told)
    assert said.count("what this page calls flow") == 1
    assert "After about 7 minutes of running" in story.strip[0].sentence


def test_what_was_still_there_at_the_end_is_named_and_nothing_else() -> None:
    late = told(everything()).strip[1].sentence
    assert (
        late
        == "At the end of the run it was as in its middle: a little forward; the turn of your upper body."
    )


def test_growth_says_what_is_there_and_no_loss() -> None:
    story = narrate(everything(), WORDS, a_growth())
    assert story.growth is not None
    assert story.growth.lines == (
        "Something else is going right: the shift from foot to foot. It was there two runs running.",
        "A first glimpse: finding your flow.",
        "Old friends: a little forward; the turn of your upper body; the spring in it; the steady beat.",
        "Still there: each stride like the last; turn and landing as one; both steps alike.",
    )
    assert story.growth.felt[0] == ("29 March 2026", "light, and easy after the bridge")
    for text in said_in(story):
        assert WORDS.forbidden_in(text) == []


def test_a_leaf_of_which_there_is_nothing_to_tell_is_not_spoken_of() -> None:
    growth = a_growth({"turn": "sssss", "lean": "ssssn"}, feel=False)
    grown = narrate(everything(), WORDS, growth).growth
    assert grown is not None
    assert "forward" not in " ".join(grown.lines)
    silent = narrate(everything(), WORDS, a_growth({"turn": "ssssn"}, feel=False)).growth
    assert silent is not None
    assert silent.lines == ("The leaves that opened stay; this time the listening stayed quiet.",)


def test_without_a_history_the_ledger_is_told_by_its_traits() -> None:
    grown = told(everything()).growth
    assert grown is not None
    assert grown.lines == (
        "Two runs running now: the shift from foot to foot.",
        "There again: a little forward; the turn of your upper body.",
    )


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("placement", PLACEMENTS)
def test_words_only_tells_no_number(language: str, placement: str) -> None:
    words = load_words(language, numbers=False)
    cases = [
        (everything(placement), a_growth(placement=placement)),  # type: ignore[arg-type]
        (an_analysis(some_measures(50)), None),
        (an_analysis(some_measures(1)), None),
        (an_analysis(some_measures(0)), None),
        (walking(), None),
    ]
    for analysis, growth in cases:
        for text in said_in(narrate(analysis, words, growth)):
            assert not any(c.isdigit() for c in text), text
            assert words.forbidden_in(text) == []


@pytest.mark.parametrize("placement", PLACEMENTS)
def test_german_speaks_of_the_same_things(placement: str) -> None:
    german = load_words("de")
    story = told(everything(placement), german)  # type: ignore[arg-type]
    assert [s.key for s in story.told] == [s.key for s in told(everything(placement)).told]  # type: ignore[arg-type]
    english = told(everything(placement))  # type: ignore[arg-type]
    assert not {s.sentence for s in story.told} & {s.sentence for s in english.told}


def test_a_trait_that_only_a_coachs_catalogue_knows_has_its_title() -> None:
    analysis = everything()
    first = analysis.traits[0]
    own = replace(first, rule=replace(first.rule, key="humming", title="A hum in it"))
    story = told(replace(analysis, traits=(own,)))
    assert story.headline == "A hum in it."
    assert story.invitation == ""


def test_a_coachs_own_title_is_used() -> None:
    analysis = everything()
    first = analysis.traits[0]
    own = replace(first, rule=replace(first.rule, title="Leaning into the wind"))
    story = told(replace(analysis, traits=(own, *analysis.traits[1:])))
    assert "Leaning into the wind" in [s.title for s in story.told]
    assert "A little forward" not in [s.title for s in story.told]
