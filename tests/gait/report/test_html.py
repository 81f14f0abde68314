"""The page: one file, nothing fetched, clean for the runner, whole for the analyst."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from gait.analysis import Analysis
from gait.bouts import Bouts
from gait.report.html import growth_to_html, to_html
from gait.report.report import Report, build
from gait.report.words import languages, load_words
from tests.gait.an_analysis import a_mounting, a_quality, an_analysis, some_measures
from tests.gait.report.made import a_growth, everything, several_bouts, walking

#: A page stays below this. [bytes]
LARGEST = 500_000

ANALYSES = {
    "clear": an_analysis(),
    "hips": an_analysis(some_measures(100, lean=3), mounting=a_mounting("waist")),
    "trunk": an_analysis(mounting=a_mounting("unknown", standing=None, sign_known=False)),
    "nothing clear": an_analysis(some_measures(180, lean=0, rotation=1, bounce=1, sway=0.5, likeness=0.5)),
    "walking": walking(),
    "everything": everything(),
    "everything at the hips": everything("waist"),
}

#: Language and whether numbers are told.
VOICES = [(language, numbers) for language in languages() for numbers in (True, False)]


class RunnersPart(HTMLParser):
    """The words of a page outside of what is marked as the analyst's or as bare numbers, alternatives included.

    The runner's own words (how it felt) are the runner's.
    """

    VOID = ("meta", "br", "link", "img", "hr")

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, bool]] = []
        self.words: list[str] = []
        self.tags: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append(tag)
        self.ids += [found["id"] or ""] if "id" in found else []
        hidden = (
            tag == "style"
            or found.get("data-part") in ("analyst", "numbers", "own")
            or bool(self.open and self.open[-1][1])
        )
        if tag not in self.VOID:
            self.open.append((tag, hidden))
        if not hidden:
            self.words += [v or "" for k, v in attrs if k in ("aria-label", "alt", "title", "content")]

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open[-1][0] == tag, f"</{tag}> closes <{self.open[-1][0]}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        if not (self.open and self.open[-1][1]):
            self.words.append(data)


def parsed(page: str) -> RunnersPart:
    parser = RunnersPart()
    parser.feed(page)
    parser.close()
    assert parser.open == []
    return parser


@pytest.fixture(scope="module", params=list(ANALYSES))
def pages(request: pytest.FixtureRequest) -> dict[tuple[str, bool], str]:
    """One analysis in every voice, with growth where everything is seen."""
    analysis = ANALYSES[request.param]
    growth = a_growth(placement=analysis.mounting.placement) if "everything" in request.param else None
    return {voice: to_html(build(analysis, voice[0], numbers=voice[1], growth=growth)) for voice in VOICES}


@pytest.fixture(params=VOICES, ids=lambda voice: f"{voice[0]}{'' if voice[1] else ' in words'}")
def page(request: pytest.FixtureRequest, pages: dict[tuple[str, bool], str]) -> str:
    return pages[request.param]


def words_of(page: str) -> str:
    """The words of the runner's part."""
    return " ".join(" ".join(parsed(page).words).split())


def language_of(page: str) -> str:
    found = re.search(r'<html lang="(\w+)">', page)
    assert found is not None
    return found.group(1)


def test_nothing_is_fetched_and_nothing_runs(page: str) -> None:
    assert "http" not in page.replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert not re.search(r"<script|<link|<iframe|<img|@import|url\((?!#)|\son\w+=|src=", page)


def test_the_runners_part_has_no_forbidden_word(page: str) -> None:
    for language in {"en", language_of(page)}:
        assert load_words(language).forbidden_in(words_of(page)) == []


def test_words_only_shows_no_digit(pages: dict[tuple[str, bool], str]) -> None:
    for language in languages():
        wordless = pages[language, False]
        assert not re.search(r"\d", words_of(re.sub(r'content="[^"]*"', "", wordless)))
        assert 'data-part="analyst"' not in wordless
        assert "<table" not in wordless


def test_the_page_is_well_made(page: str) -> None:
    part = parsed(page)
    assert page.lstrip().startswith("<!DOCTYPE html>")
    assert language_of(page) in languages()
    assert part.tags.count("main") == part.tags.count("h1") == part.tags.count("footer") == 1
    assert len(part.ids) == len(set(part.ids))
    assert '<meta name="viewport"' in page
    assert "prefers-color-scheme: dark" in page
    assert "@media print" in page
    assert len(page.encode()) < LARGEST
    assert '<meta name="generator" content="gait' in page[:4096]
    assert "None" not in re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)


def test_order_of_the_page() -> None:
    page = to_html(build(everything(), growth=a_growth()))
    order = ("opening", "highlights", "connection hue-together", "strip hue-settle", "growth", "invitation", "feel",
             "others", "measured")  # fmt: skip
    places = [page.index(f'class="{c}"') for c in order] + [page.index("<footer>")]
    assert places == sorted(places)
    assert page.count('class="highlight ') == 3
    assert "<details open" not in page
    assert "gait feel" in page


def test_what_was_not_seen_leaves_no_gap() -> None:
    page = to_html(
        build(an_analysis(some_measures(180, lean=0, rotation=1, bounce=1, sway=0.5, likeness=0.5)))
    )
    for part in ("highlight ", "connection", 'class="growth"', 'class="others"'):
        assert part not in page[page.index("<body>") :]


def test_every_picture_has_its_numbers_folded_below() -> None:
    page = to_html(build(everything(), growth=a_growth()))
    assert page.count('<details class="data">') == 13, "eleven traits, the strip, the plant"
    part = parsed(page)
    assert part.tags.count("figure") == 14


def test_each_stretch_has_a_row_for_the_analyst() -> None:
    page = to_html(build(several_bouts()))
    assert "Each stretch of running" in page
    assert "Each stretch of running" not in to_html(build(an_analysis()))


def test_further_bounds_are_there_for_the_analyst() -> None:
    analysis = everything()
    said = analysts(to_html(build(analysis)))
    also = [e for trait in analysis.traits for e in trait.also]
    assert also
    for evidence in also:
        assert load_words().measure(evidence.measure) in said
    assert "−4.00 % to 4.00 %" in said


@pytest.mark.parametrize("voice", VOICES, ids=str)
def test_the_page_of_growth(voice: tuple[str, bool]) -> None:
    language, numbers = voice
    for growth in (a_growth(), a_growth({"turn": "s"}, feel=False), a_growth({"turn": "nn"}, feel=False)):
        page = growth_to_html(growth, language, numbers=numbers)
        text = words_of(page)
        assert load_words(language).forbidden_in(text) == []
        if not numbers:
            assert not re.search(r"\d", words_of(re.sub(r'content="[^"]*"', "", page)))
        assert page.count("<svg") == (1 if growth.leaves else 0)
        assert "http" not in page.replace('xmlns="http://www.w3.org/2000/svg"', "")


def test_every_number_is_there_for_the_analyst() -> None:
    report = build(an_analysis())
    page = to_html(report)
    analyst = page[page.index('data-part="analyst"') :]
    words = load_words()
    for key in report.document["measures"]:
        assert words.measure(key) in analyst
    for trait in report.document["traits"]:
        assert f'<th scope="row">{trait["key"]}</th>' in analyst
    assert analyst.count(">seen</td>") == sum(t["state"] == "seen" for t in report.document["traits"])
    for reason in (r for m in report.document["measures"].values() for r in m["why"]):
        assert reason in analyst


def analysts(page: str) -> str:
    """The words of the analyst's part."""
    part = page[page.index('data-part="analyst"') : page.index("<footer>")]
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", part).split()))


def test_times_on_the_page_count_from_its_beginning() -> None:
    epoch = 1.7e9
    late = an_analysis()
    late = replace(
        late,
        recording=replace(
            late.recording, start_s=epoch, stop_s=epoch + 400.0, gaps_s=((epoch + 12.1, epoch + 12.4),)
        ),
        mounting=replace(a_mounting(), standing=(epoch + 0.5, epoch + 7.5)),
        bouts=Bouts(np.array([epoch + 8.0]), np.array([epoch + 1368.0]), np.array(["run"])),
    )
    said = analysts(to_html(build(late, charts=False)))
    assert said.count("1700000000.0") == 1, "the recording's own clock, once"
    assert "0.0 … 400.0 s" in said
    assert "12.10 … 12.40 s" in said
    assert "0.5 … 7.5 s" in said
    assert "8.0 s" in said
    assert "1368.0 s" in said
    assert not re.search(r"\d,\d{3}", said)


def test_a_standing_of_another_file_has_no_time_here() -> None:
    mounting = replace(a_mounting(standing=(1000.0, 1010.0)), standing_elsewhere=True)
    said = analysts(to_html(build(an_analysis(mounting=mounting), charts=False)))
    assert "quiet standing from the standing recording" in said
    assert "1000" not in said


def test_an_axis_that_is_not_known_has_no_number() -> None:
    said = analysts(
        to_html(build(an_analysis(mounting=replace(a_mounting(), forward_sigma_deg=90.0)), charts=False))
    )
    assert "forward axis not known" in said
    assert "90.0°" not in said
    said = analysts(to_html(build(an_analysis(), charts=False)))
    assert (
        "up axis x 0.000, y 0.000, z 1.000 forward axis x 1.000, y 0.000, z 0.000; known to 3.0° (1 sd)"
        in said
    )


def test_what_fades_is_let_through_as_a_whole() -> None:
    """A fill that fades, with a fill-opacity, is solid on paper: hips were printed as a dark blot."""
    page = to_html(build(everything("waist")))
    faded = re.findall(r"<[^>]*fill:\s*url[^>]*>|<[^>]*fill=\"url[^>]*>", page)
    assert faded
    assert not [mark for mark in faded if "fill-opacity" in mark]


def test_the_page_compares_with_nobody() -> None:
    said = analysts(to_html(build(an_analysis())))
    for word in ("Typical", "energy", "cost", "Teng", "recreational", "most runners"):
        assert word not in said


def test_a_loss_is_told_once() -> None:
    quality = replace(a_quality(), notes=("0.2 % of the samples were lost.", "The packed file ends early."))
    said = analysts(to_html(build(an_analysis(quality=quality), charts=False)))
    assert "were lost" not in said
    assert "The packed file ends early." in said
    assert "lost samples 0.20 %" in said


def test_what_comes_from_the_recording_is_escaped() -> None:
    nasty = '"><script>alert(1)</script>&.csv'
    page = to_html(build(an_analysis(source=nasty)))
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&amp;.csv" in page
    parsed(page)


def test_a_file_name_never_reaches_the_runners_part() -> None:
    page = to_html(build(an_analysis(source="my best score.csv")))
    assert "best score" not in " ".join(parsed(page).words)


def test_a_page_from_a_report_that_was_away() -> None:
    report = build(an_analysis())
    assert to_html(Report.from_json(report.to_json())) == to_html(report)


def an_hour() -> Analysis:
    return an_analysis(some_measures(5000))


def test_an_hour_is_still_one_small_page() -> None:
    page = to_html(build(an_hour()))
    assert len(page.encode()) < LARGEST
