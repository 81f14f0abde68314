"""A report becomes a page: one file that needs nothing else.

Lives here: filling page.html with a Report, and writing numbers for the analyst's tables.
Not here: what is said (narrative.py), how it looks (page.html, style.css).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gait.report.document import AXIS_DIGITS
from gait.report.over_runs import draw_growth, tell_growth
from gait.report.report import Report
from gait.report.words import Words, load_words
from gait.version import VERSION

if TYPE_CHECKING:
    from jinja2 import Template

    from gait.history.growth import Growth

#: Where the templates and the style lie.
FOLDER = Path(__file__).parent

#: Name of the bound's words by kind of bout.
BOUT_WORDS = {"run": "analyst.run_kind", "walk": "analyst.walk_kind", "still": "analyst.still_kind"}

#: Digits behind the point by unit in the analyst's tables: one finer than the systematic part usually is.
TABLE_DIGITS = {"deg": 2, "cm": 2, "ms": 1, "spm": 1, "percent": 2, "": 3}

#: Measures shown for each stretch of running.  Chosen: what analysts compare; the rest is in analysis.json.
PER_BOUT = ("cadence", "lean", "rotation", "sway", "vertical_oscillation", "contact_time", "flight_time")

#: A note on losses that says no more than the row "lost samples" does.
LOSS_NOTE = re.compile(r"[\d.]+ % of the samples were lost\.")


def to_html(report: Report) -> str:
    """The runner's page.

    Parameters
    ----------
    report : Report

    Returns
    -------
    str
        One HTML file with its style and pictures in it: no script, and nothing to fetch.
    """
    words = report.words
    return _template("page.html").render(
        story=report.story,
        charts={chart.key: chart for chart in report.charts},
        doc=report.document,
        say=words.say,
        measure=words.measure,
        numbers=report.numbers,
        others=words.listed(said.name for said in report.story.others),
        bout_word=lambda kind: words.say(BOUT_WORDS[kind]) if kind in BOUT_WORDS else kind,
        amount=lambda value, unit, digits=None: _amount(value, unit, words, digits),
        clock=lambda t, digits=1: _time(t - report.document["recording"]["start_s"], words, digits),
        own_clock=lambda t: _time(t, words),
        axis=lambda vector: _axis(vector, words),
        notes=[n for n in report.document["quality"]["notes"] if not LOSS_NOTE.fullmatch(n)],
        runs=[bout for bout in report.document["bouts"] if bout["kind"] == "run"],
        runs_show=PER_BOUT,
        limit=lambda evidence: _limit(evidence, words),
        style=_style(),
        language=report.language,
    )


def growth_to_html(growth: Growth, language: str = "en", *, numbers: bool = True) -> str:
    """A page of growth alone.

    Parameters
    ----------
    growth : Growth
    language : str
        One of ``words.languages()``.
    numbers : bool
        False for words-only mode.

    Returns
    -------
    str
        One HTML file, as ``to_html`` makes.
    """
    words = load_words(language, numbers=numbers)
    return _template("growth.html").render(
        grown=tell_growth(growth, words),
        chart=draw_growth(growth, words) if growth.leaves else None,
        heading=words.say("growth.last"),
        say=words.say,
        style=_style(),
        language=words.language,
        version=VERSION,
    )


@cache
def _template(name: str) -> Template:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(FOLDER, encoding="utf-8"),
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    return environment.get_template(name)


def _style() -> str:
    return (FOLDER / "style.css").read_text(encoding="utf-8")


def _amount(value: float | None, unit: str, words: Words, digits: int | None = None) -> str:
    """A number with its unit for a table, a dash where there is none."""
    if value is None:
        return words.say("analyst.nothing")
    return words.amount(value, unit, TABLE_DIGITS.get(unit, 3) if digits is None else digits)


def _time(seconds: float, words: Words, digits: int = 1) -> str:
    """A time, with nothing between its thousands: it is to be laid beside a clock."""
    return f"{seconds:.{digits}f}".replace(".", words.text["language.point"])


def _axis(vector: Sequence[float], words: Words) -> str:
    """A unit vector by its parts."""
    parts = {name: words.number(part, AXIS_DIGITS) for name, part in zip("xyz", vector, strict=True)}
    return words.say("analyst.axis", **parts)


def _limit(evidence: Mapping[str, Any], words: Words) -> str:
    """What the evidence had to clear, a dash where it is no number."""
    floor, ceiling = (
        None if evidence[side] is None else _amount(evidence[side], evidence["unit"], words)
        for side in ("floor", "ceiling")
    )
    if floor is not None and ceiling is not None:
        return words.say("analyst.between", low=floor, high=ceiling)
    if floor is not None:
        return words.say("analyst.above", n=floor)
    return words.say("analyst.nothing") if ceiling is None else words.say("analyst.below", n=ceiling)
