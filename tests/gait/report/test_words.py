"""The language file: whole, clean of forbidden words, and numbers as it writes them."""

from __future__ import annotations

import string
import tomllib
from pathlib import Path

import pytest

import gait.report
from gait.report.words import languages, load_words
from gait.traits.rows import UNITS
from gait.traits.rules import load_catalogue

FOLDER = Path(next(iter(gait.report.__path__)))
LANGUAGES = sorted(p.stem.removeprefix("words_") for p in FOLDER.glob("words_*.toml"))

#: Keys that never reach a runner's part.
FOR_ANALYSTS = ("analyst.", "measure.", "term.", "source.", "unit.spm", "unit.ms")


def test_english_is_there() -> None:
    assert "en" in LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_template_for_runners_has_a_forbidden_word(language: str) -> None:
    words = load_words(language)
    found = {k: words.forbidden_in(v) for k, v in words.text.items() if not k.startswith(FOR_ANALYSTS)}
    assert {k: f for k, f in found.items() if f} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_languages_have_the_same_sentences_and_gaps(language: str) -> None:
    english, other = load_words("en").text, load_words(language).text
    assert set(other) == set(english)
    for key, text in other.items():
        assert gaps(text) <= gaps(english[key]) | {"Often", "often"}, key


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("place", ["upper", "hips", "trunk"])
def test_every_trait_can_be_told_everywhere(language: str, place: str) -> None:
    words = load_words(language)
    fill = {"often": "o", "Often": "O", "number": "n", "give": "g", "when": "w", "names": "x"}
    for rule in load_catalogue().rules:
        for slot in ("title", "name", "headline", "told", "plain", "keep"):
            assert words.trait(rule.key, place, slot, **fill)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_measure_has_its_definition(language: str) -> None:
    words = load_words(language)
    known = {rule.measure for rule in load_catalogue().rules if rule.measure}
    known |= {bound.measure for rule in load_catalogue().rules for bound in rule.also}
    assert words.measure("late_lean") != "late_lean"
    for key in known | {"cadence"}:
        assert words.measure(key) != key
        assert words.measure(key, "says")
    assert words.measure("someone_elses") == "someone_elses"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_unit_has_its_sign(language: str) -> None:
    words = load_words(language)
    for unit in UNITS:
        assert "1" in words.amount(1, unit)


def gaps(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_the_list_is_the_designs() -> None:
    table = tomllib.loads((FOLDER / "words_en.toml").read_text(encoding="utf-8"))["lint"]
    # The list of the design, word for word.
    design = (
        "should, must, need to, try, fix, correct, improve, increase, decrease, reduce, better, worse, best, "
        "good form, bad form, score, grade, rank, percentile, target, goal, optimal, ideal, normal, abnormal, "
        "proper, poor, weak, lack, missing, insufficient, excessive, however, although, unfortunately, warning, "
        "risk, injury, imbalance, asymmetry, inefficient, overstride, heel strike, 180, well done, great job"
    )
    assert set(table["forbidden"]) >= set(design.split(", "))
    assert table["allowed"] == ["no need to do more of it"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("You should.", ["should"]),
        ("Your shoulders turn.", []),
        ("No need to do more of it.", []),
        ("You need  to run.", ["need  to"]),
        ("Scores, ranked and IMPROVED", ["Scores", "ranked", "IMPROVED"]),
        ("properly, corrections", ["properly", "corrections"]),
        ("180 strides", ["180"]),
        ("1800 strides, 1,180.5", ["180"]),
        ("the country, a trying day", ["trying"]),
    ],
)
def test_the_lint_finds_words_and_not_their_lookalikes(text: str, found: list[str]) -> None:
    assert load_words().forbidden_in(text) == found


def test_numbers() -> None:
    words = load_words()
    assert words.number(-0.04, 1) == "0.0"
    assert words.number(-1.26, 1) == "\N{MINUS SIGN}1.3"
    assert words.number(12345.6) == "12,346"
    assert words.amount(6.4, "deg") == "6°"
    assert words.amount(0.971, "", 2) == "0.97"


def test_a_count_is_never_the_number_that_is_not_said() -> None:
    words = load_words()
    said = {words.count(n) for n in range(1, 20000)}
    assert all(words.forbidden_in(f"{count} strides") == [] for count in said)
    assert (words.count(178), words.count(180)) == ("about 175", "about 185")


@pytest.mark.parametrize(
    ("n", "says"),
    [
        (1, "1"),
        (19, "19"),
        (20, "about 20"),
        (83, "about 80"),
        (132, "about 130"),
        (296, "about 300"),
        (517, "about 500"),
        (740, "about 750"),
        (2460, "about 2,500"),
    ],
)
def test_counts(n: int, says: str) -> None:
    assert load_words().count(n) == says


def test_durations() -> None:
    words = load_words()
    spoken = {
        s: words.duration(s) for s in (1, 12, 35, 70, 100.3, 119, 150, 184, 360, 584, 590, 5400, 6600, 10800)
    }
    assert spoken == {
        1: "1 second",
        12: "12 seconds",
        35: "about 35 seconds",
        70: "about 70 seconds",
        100.3: "about 100 seconds",
        119: "about 2 minutes",
        150: "about 2½ minutes",
        184: "about 3 minutes",
        360: "about 6 minutes",
        584: "about 9½ minutes",
        590: "about 10 minutes",
        5400: "about 90 minutes",
        6600: "about 1 h 50 min",
        10800: "about 3 hours",
    }
    assert all(words.forbidden_in(words.duration(s)) == [] for s in range(1, 50000, 7))
    lengths = [10, 30, 60, 100, 118, 119.9, 120, 150, 580, 590, 3000, 5990, 6010, 20000]
    assert all(words.duration(s).startswith("about ") == (s >= 20) for s in lengths)


def test_german_has_a_list_of_its_own() -> None:
    german = load_words("de")
    for text, found in (
        ("Du solltest länger laufen.", ["solltest"]),
        ("Das ist besser, am besten fehlerhaft.", ["besser", "am besten", "fehlerhaft"]),
        ("Verbessere deinen Rang.", ["Verbessere", "Rang"]),
        ("Das Ziel, die Zielgerade, der Besen.", ["Ziel"]),
        ("mehr davon braucht es nicht", []),
        ("180 Schritte", ["180"]),
    ):
        assert german.forbidden_in(text) == found
    assert len(german.forbidden) > 60


def test_numbers_as_germans_write_them() -> None:
    german = load_words("de")
    assert german.number(1234.5, 1) == "1.234,5"
    assert german.duration(150) == "etwa 2½ Minuten"


def test_english_comes_first_of_the_languages() -> None:
    assert languages() == ("en", "de")
