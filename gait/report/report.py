"""A report: all that is said of an analysis, as plain data.

Lives here: Report, the summary for a terminal, and putting together what a page is made of.
Not here: which sentences (narrative.py), pictures (charts.py, strip.py), analysis.json (document.py), HTML (html.py).
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from gait.analysis import Analysis
from gait.report.charts import draw_trait
from gait.report.document import document_of
from gait.report.narrative import Story, narrate
from gait.report.over_runs import Grown, draw_growth
from gait.report.pictures.chart import Chart, Table
from gait.report.strip import draw_run, draw_strip
from gait.report.telling import Said
from gait.report.words import Words, load_words

if TYPE_CHECKING:
    from gait.history.growth import Growth

#: Name and version of a whole report's layout.
REPORT_SCHEMA = "gait.report/2"

#: A lean for which a calibration's doubt is told. [°]  Source: typical values, 2-11.
USUAL_LEAN_DEG = 8.0

#: Width of the summary. [characters]
COLUMNS = 78


@dataclass(frozen=True)
class Report:
    """All that is said of one recording; nothing in it but text, numbers, lists and mappings.

    Attributes
    ----------
    language : str
    numbers : bool
        False in words-only mode, in which the runner's part tells no number.
    story : Story
        What the runner is told.
    charts : tuple of Chart
        Pictures of what was seen, of the run as a strip, of growth, then of the run for the analyst.
    document : mapping
        The content of analysis.json.
    """

    language: str
    numbers: bool
    story: Story
    charts: tuple[Chart, ...]
    document: Mapping[str, Any]

    @property
    def words(self) -> Words:
        """The words it is written in."""
        return load_words(self.language, numbers=self.numbers)

    def as_dict(self) -> dict[str, Any]:
        """The content of analysis.json."""
        return dict(self.document)

    def as_json(self) -> str:
        """analysis.json as text: no NaN, letters as they are."""
        return json.dumps(self.as_dict(), ensure_ascii=False, allow_nan=False, indent=2) + "\n"

    def summary(self) -> str:
        """The runner's part in short, for a terminal."""
        story, words = self.story, self.words
        items = [
            said.sentence for said in (*story.highlights, story.connection, *story.strip) if said is not None
        ]
        more = words.listed(said.name for said in story.others)
        paragraphs = [
            story.headline,
            story.opening,
            "\n".join(f"- {item}" for item in items),
            words.say("story.more", names=more) if more else "",
            "\n".join(story.growth.lines) if story.growth else "",
            story.invitation,
            story.quiet,
            " ".join(story.footer),
        ]
        return "\n\n".join(_filled(p) for p in paragraphs if p) + "\n"

    def to_json(self) -> str:
        """The whole report, from which ``from_json`` makes it again."""
        whole = {"schema": REPORT_SCHEMA, **asdict(self)}
        return json.dumps(whole, ensure_ascii=False, allow_nan=False)

    @staticmethod
    def from_json(text: str) -> Report:
        """A report as ``to_json`` wrote it."""
        whole = json.loads(text)
        if not isinstance(whole, dict) or whole.get("schema") != REPORT_SCHEMA:
            raise ValueError(f"This is no {REPORT_SCHEMA}.")
        return Report(
            language=whole["language"],
            numbers=whole["numbers"],
            story=_story(whole["story"]),
            charts=tuple(_chart(chart) for chart in whole["charts"]),
            document=whole["document"],
        )


def build(
    analysis: Analysis,
    language: str = "en",
    *,
    numbers: bool = True,
    growth: Growth | None = None,
    charts: bool = True,
) -> Report:
    """All that is said of an analysis.

    Parameters
    ----------
    analysis : Analysis
    language : str
        One of ``words.languages()``.
    numbers : bool
        False for words-only mode.
    growth : Growth, optional
        What grew up to this run, where earlier ones are remembered.
    charts : bool
        Whether to draw pictures; analysis.json and the summary do without, and save their time.

    Returns
    -------
    Report
    """
    words = load_words(language, numbers=numbers)
    story = narrate(analysis, words, growth)
    pictures: list[Chart | None] = []
    if charts:
        traits = {t.rule.key: t for t in analysis.traits}
        pictures = [draw_trait(traits[said.key], analysis, words) for said in story.told]
        pictures.append(draw_strip(analysis, words))
        if growth is not None and growth.leaves:
            pictures.append(draw_growth(growth, words))
        if numbers:
            pictures.append(draw_run(analysis, words))
    return Report(
        language=words.language,
        numbers=numbers,
        story=story,
        charts=tuple(picture for picture in pictures if picture is not None),
        document=document_of(analysis, words),
    )


def _filled(paragraph: str) -> str:
    """Lines of a paragraph, each folded at its own indent."""
    return "\n".join(
        textwrap.fill(line, COLUMNS, subsequent_indent="  " if line.startswith("- ") else "")
        for line in paragraph.split("\n")
    )


def _story(plain: dict[str, Any]) -> Story:
    for part in ("highlights", "strip", "others"):
        plain[part] = tuple(Said(**said) for said in plain[part])
    if plain["connection"] is not None:
        plain["connection"] = Said(**plain["connection"])
    if plain["growth"] is not None:
        grown = plain["growth"]
        felt = tuple((day, line) for day, line in grown["felt"])
        plain["growth"] = Grown(**{**grown, "lines": tuple(grown["lines"]), "felt": felt})
    plain["footer"] = tuple(plain["footer"])
    return Story(**plain)


def _chart(plain: dict[str, Any]) -> Chart:
    table = plain["table"]
    if table is not None:
        table = Table(tuple(table["columns"]), tuple(tuple(row) for row in table["rows"]))
    return Chart(**{**plain, "table": table})
