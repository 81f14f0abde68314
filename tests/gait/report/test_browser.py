"""The page as a person meets it in a real browser: nothing fetched, nothing cut off, two sheets of paper.

Skipped where chromium or playwright is missing, a failure under GAIT_CI=1. The references of the comparison of pictures
were looked at; ``pytest --update-golden`` makes them anew.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gait.report.html import growth_to_html, to_html
from gait.report.report import build
from tests.conftest import missing
from tests.gait.an_analysis import an_analysis, some_measures
from tests.gait.report.browser import (
    DESK,
    PHONE,
    a_browser,
    difference,
    opened,
    pictures_of,
    read_sheet,
    write_sheet,
)
from tests.gait.report.made import a_growth, everything, several_bouts, walking

if TYPE_CHECKING:
    from playwright.sync_api import Browser

GOLDEN = Path(__file__).parents[2] / "golden" / "pages"

#: Most the mean of a picture may differ from the one that was looked at, and most any part of it, an eighth wide.
#: [of 255]  Another family of letters (serif for sans) moves them by 1.4 and 19 at most; the tests below say what
#: is noticed all the same.
MOST_DIFFERENT, MOST_IN_A_PART = 3.0, 30.0

PAGES = {
    "everything": lambda: to_html(build(everything(), growth=a_growth())),
    "hips in German": lambda: to_html(build(everything("waist"), "de", growth=a_growth(placement="waist"))),
    "words only": lambda: to_html(build(everything(), numbers=False, growth=a_growth())),
    "nothing clear": lambda: to_html(build(an_analysis(some_measures(50)))),
    "walking": lambda: to_html(build(walking())),
    "several stretches": lambda: to_html(build(several_bouts())),
    "growth alone": lambda: growth_to_html(a_growth()),
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with a_browser() as found:
        yield found


@pytest.fixture(scope="module", params=list(PAGES))
def html(request: pytest.FixtureRequest) -> str:
    return PAGES[request.param]()


OPEN_ALL = "document.querySelectorAll('details').forEach(d => { d.open = true })"

#: Some of it, for axe takes its time for each cell of a table, and tables of a kind are made alike.
OPEN_SOME = """([some]) => {
    document.querySelectorAll(some).forEach(d => { d.open = true });
    document.querySelector('.data').open = true;
}"""


@pytest.mark.parametrize("unfolded", [False, True])
def test_nothing_scrolls_sideways_on_a_phone(browser: Browser, html: str, unfolded: bool) -> None:
    with opened(browser, html, PHONE) as page:
        if unfolded:
            page.evaluate(OPEN_ALL)
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE[0]


@pytest.mark.parametrize(
    ("which", "dark"),
    [("everything", False), ("hips in German", True), ("several stretches", True), ("growth alone", False)],
)
def test_axe_finds_nothing_serious(browser: Browser, which: str, dark: bool) -> None:
    try:
        from axe_playwright_python.sync_playwright import Axe
    except ImportError:
        missing("axe (pip install -e '.[dev]')")
    with opened(browser, PAGES[which](), PHONE if dark else DESK, dark=dark) as page:
        page.evaluate(OPEN_SOME, [".measured" if which == "several stretches" else ".others"])
        found = Axe().run(page).response["violations"]
    serious = {
        v["id"]: [n["html"][:200] for n in v["nodes"]]
        for v in found
        if v["impact"] in ("serious", "critical")
    }
    assert serious == {}


def test_opened_tables_are_cut_in_no_row_and_show_that_they_go_on(browser: Browser) -> None:
    """They ended in the middle of a row, and on a phone in the middle of the last column, with no sign of more."""
    with opened(browser, PAGES["everything"](), PHONE) as page:
        page.evaluate(OPEN_ALL)
        tables = page.evaluate(
            """[...document.querySelectorAll('.table')].map(t => ({
                below: t.scrollHeight - t.clientHeight, beside: t.scrollWidth - t.clientWidth,
                columns: t.querySelectorAll('thead th').length, picture: !!t.closest('.data'),
                shadow: getComputedStyle(t).backgroundAttachment }))"""
        )
    assert tables
    for table in tables:
        assert table["below"] <= 0
        assert table["shadow"].count("local") == 2
        if table["picture"] and table["columns"] <= 4:
            assert table["beside"] <= 0


def test_on_paper_what_was_folded_is_named(browser: Browser) -> None:
    with opened(browser, PAGES["everything"]()) as page:
        assert not page.locator(".on-paper").is_visible()
        page.emulate_media(media="print")
        assert page.locator(".on-paper").is_visible()
        page.evaluate("document.querySelector('.others').open = true")
        assert not page.locator(".on-paper").is_visible()  # then it is printed itself


def test_it_prints_on_two_sheets(browser: Browser, html: str) -> None:
    with opened(browser, html) as page:
        pdf = page.pdf(prefer_css_page_size=True, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf)) <= 2
    boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    assert boxes
    assert all(
        float(w) == pytest.approx(595, abs=1) and float(h) == pytest.approx(842, abs=1) for w, h in boxes
    )


def test_everything_unfolds_by_keyboard(browser: Browser) -> None:
    with opened(browser, PAGES["everything"]()) as page:
        count = page.evaluate(
            "document.querySelectorAll('main > details > summary, figure > details > summary').length"
        )
        for _ in range(200):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.tagName") == "SUMMARY":
                page.keyboard.press("Enter")
            if page.evaluate("document.activeElement === document.body"):
                break
        assert page.evaluate("document.querySelectorAll('details[open]').length") >= count
        assert page.evaluate("[...document.querySelectorAll('details')].every(d => d.open)")


def test_what_is_touched_is_large_enough(browser: Browser) -> None:
    with opened(browser, PAGES["everything"](), PHONE) as page:
        page.evaluate(OPEN_ALL)
        heights = page.evaluate(
            "[...document.querySelectorAll('summary')].map(s => s.getBoundingClientRect().height)"
        )
        assert min(heights) >= 40


def test_no_words_of_a_picture_are_cut_off_or_collide(browser: Browser, html: str) -> None:
    # Letters are wider in some fonts, so this is looked at where they are drawn.
    script = """() => {
        const bad = [];
        for (const svg of document.querySelectorAll('svg[role=img]')) {
            const frame = svg.getBoundingClientRect();
            if (!frame.width) continue;
            const boxes = [...svg.querySelectorAll('text')].map(t => [t.textContent, t.getBoundingClientRect()]);
            for (const [words, box] of boxes)
                if (box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1
                    || box.bottom > frame.bottom + 1) bad.push([svg.getAttribute('aria-labelledby'), words, 'outside']);
            for (let i = 0; i < boxes.length; i++) for (let j = 0; j < i; j++) {
                const [a, b] = [boxes[i][1], boxes[j][1]];
                const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
                const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
                if (across > 2 && down > 5) bad.push([svg.getAttribute('aria-labelledby'), boxes[i][0], boxes[j][0]]);
            }
        }
        return bad;
    }"""
    for size in (DESK, PHONE):
        with opened(browser, html, size) as page:
            page.evaluate(OPEN_ALL)
            assert page.evaluate(script) == []


@pytest.mark.parametrize(
    ("name", "size", "dark"), [("light", DESK, False), ("dark", DESK, True), ("phone", PHONE, False)]
)
def test_it_looks_as_it_did_when_it_was_looked_at(
    browser: Browser, name: str, size: tuple[int, int], dark: bool, update_golden: bool
) -> None:
    with opened(browser, PAGES["everything"](), size, dark=dark) as page:
        page.evaluate("document.querySelector('.others').open = true")
        now = pictures_of(page)
    reference = GOLDEN / f"{name}.png"
    if update_golden:
        write_sheet(now, reference)
    before = read_sheet(reference)
    assert len(now) == len(before)
    for i, (one, other) in enumerate(zip(now, before, strict=True)):
        whole, part = difference(one, other)
        assert whole < MOST_DIFFERENT, f"picture {i} of {name}: {whole:.1f}"
        assert part < MOST_IN_A_PART, f"picture {i} of {name}: {part:.1f} in a part of it"


@pytest.mark.parametrize(
    "gone",
    [
        "[stroke-linejoin] path { visibility: hidden }",
        ":root { --turn: #a00000 !important; --lean: #005500 !important }",
        ".highlight .picture > svg { background: none !important }",
    ],
    ids=["strokes", "hues", "plates"],
)
def test_the_comparison_notices_what_is_changed(browser: Browser, gone: str) -> None:
    with opened(browser, PAGES["everything"]()) as page:
        whole = pictures_of(page)
        page.add_style_tag(content=gone)
        changed = pictures_of(page)
    moved = [difference(one, other) for one, other in zip(whole, changed, strict=True)]
    assert max(mean for mean, _ in moved) > MOST_DIFFERENT or max(part for _, part in moved) > MOST_IN_A_PART


def test_the_comparison_bears_other_letters(browser: Browser) -> None:
    with opened(browser, PAGES["everything"]()) as page:
        whole = pictures_of(page)
        page.add_style_tag(content="svg { font-family: serif !important }")
        other = pictures_of(page)
    moved = [difference(one, two) for one, two in zip(whole, other, strict=True)]
    assert max(mean for mean, _ in moved) < MOST_DIFFERENT
    assert max(part for _, part in moved) < MOST_IN_A_PART
