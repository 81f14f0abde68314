"""A report: all that is said of an analysis, as plain data.

Lives here: analysis.json, the summary for a terminal, and the data a page is made of.
Not here: which sentences (narrative.py), pictures (charts.py), HTML (html.py).
"""

from __future__ import annotations

import json
import math
import textwrap
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from gait.calibration.uncertainty import told
from gait.facing import Mounting
from gait.measures.measure import Measure
from gait.pipeline import Analysis
from gait.report.charts import Chart, draw_trait
from gait.report.narrative import Said, Story, narrate, say_trait
from gait.report.strip import draw_run
from gait.report.words import Words, load_words
from gait.rotations import inverse, rotate
from gait.traits.trait import Trait

#: Name and version of analysis.json's layout.
SCHEMA = "gait.analysis/1"

#: Name and version of a whole report's layout.
REPORT_SCHEMA = "gait.report/1"

#: Digits behind the point of any number in analysis.json; finer than any sensor here.
DIGITS = 4

#: ... and of an axis' parts: 0.06°, finer than any axis is known.
AXIS_DIGITS = 3

#: Forward and up of the torso, in its own axes.  Source: the frames of the house.
FORWARD, UP = (1.0, 0.0, 0.0), (0.0, 0.0, 1.0)

#: From this uncertainty (1 sd) on, no forward axis is known. [°]
#: Chosen: as the measures have it; an axis off by 45° is sideways as much as forward.
UNKNOWN_FORWARD_DEG = 45.0

#: Width of the summary. [characters]
COLUMNS = 78


@dataclass(frozen=True)
class Report:
    """All that is said of one recording; nothing in it but text, numbers, lists and mappings.

    Attributes
    ----------
    language : str
    story : Story
        What the runner is told.
    charts : tuple of Chart
        Pictures of what was seen, then of the run.
    document : mapping
        The content of analysis.json.
    """

    language: str
    story: Story
    charts: tuple[Chart, ...]
    document: Mapping[str, Any]

    def as_dict(self) -> dict[str, Any]:
        """The content of analysis.json."""
        return dict(self.document)

    def as_json(self) -> str:
        """analysis.json as text: no NaN, letters as they are."""
        return json.dumps(self.as_dict(), ensure_ascii=False, allow_nan=False, indent=2) + "\n"

    def summary(self) -> str:
        """The runner's part in short, for a terminal."""
        story = self.story
        items = [f"- {said.sentence}" for said in story.highlights + story.others]
        paragraphs = [
            textwrap.fill(story.headline, COLUMNS),
            textwrap.fill(story.opening, COLUMNS),
            "\n".join(textwrap.fill(item, COLUMNS, subsequent_indent="  ") for item in items),
            textwrap.fill(story.invitation, COLUMNS),
            textwrap.fill(story.quiet, COLUMNS),
            textwrap.fill(" ".join(story.footer), COLUMNS),
        ]
        return "\n\n".join(p for p in paragraphs if p) + "\n"

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
        story = whole["story"]
        for part in ("highlights", "others"):
            story[part] = tuple(Said(**said) for said in story[part])
        story["footer"] = tuple(story["footer"])
        return Report(
            language=whole["language"],
            story=Story(**story),
            charts=tuple(Chart(**chart) for chart in whole["charts"]),
            document=whole["document"],
        )


def build(analysis: Analysis, language: str = "en", *, charts: bool = True) -> Report:
    """All that is said of an analysis.

    Parameters
    ----------
    analysis : Analysis
    language : str
        One that has a words file.
    charts : bool
        Whether to draw pictures; analysis.json and the summary do without, and save their time.

    Returns
    -------
    Report
    """
    words = load_words(language)
    story = narrate(analysis, words)
    pictures: list[Chart | None] = []
    if charts:
        told = [said.key for said in story.highlights + story.others]
        traits = {t.rule.key: t for t in analysis.traits}
        pictures = [draw_trait(traits[key], analysis, words) for key in told]
        pictures.append(draw_run(analysis, words))
    return Report(
        language=words.language,
        story=story,
        charts=tuple(picture for picture in pictures if picture is not None),
        document=_document(analysis, words),
    )


def _document(analysis: Analysis, words: Words) -> dict[str, Any]:
    """analysis.json, field by field as the contract has it."""
    facts, quality, mounting = analysis.recording, analysis.quality, analysis.mounting
    document = {
        "schema": SCHEMA,
        "made_by": {
            "version": analysis.versions.get("gait", ""),
            "catalogue": analysis.versions.get("catalogue", ""),
        },
        "recording": {
            "source": facts.source,
            "dialect": facts.dialect,
            "rate_hz": facts.rate_hz,
            "start_s": facts.start_s,
            "stop_s": facts.stop_s,
            "rows": facts.rows,
            "gaps_s": [list(gap) for gap in facts.gaps_s],
            "placement": facts.placement,
        },
        "quality": {
            "lost_share": quality.lost_share,
            "clipped_share": quality.clipped_share,
            "notes": list(quality.notes),
        },
        "calibration": {
            "standing_s": None if mounting.standing is None else list(mounting.standing),
            "standing_elsewhere": mounting.standing_elsewhere,
            "up_axis": _in_sensor_axes(mounting, UP),
            "forward_axis": {
                "axis": _in_sensor_axes(mounting, FORWARD)
                if mounting.forward_sigma_deg < UNKNOWN_FORWARD_DEG
                else None,
                "sigma_deg": mounting.forward_sigma_deg,
                "sign_known": mounting.sign_known,
                "cues": [{"name": n, "azimuth_deg": a, "sigma_deg": s} for n, a, s in mounting.cues],
                "why": list(mounting.why),
            },
            "six_position": analysis.six_position,
            "sensor": told(analysis.calibration),
            "standings": mounting.standing_count,
            "crept_deg": mounting.crept_deg,
        },
        "bouts": [
            {"kind": kind, "start_s": start, "stop_s": stop}
            for kind, start, stop in zip(
                analysis.bouts.kind.tolist(),
                analysis.bouts.start.tolist(),
                analysis.bouts.stop.tolist(),
                strict=True,
            )
        ],
        "measures": {key: _measure(measure) for key, measure in analysis.measures.items()},
        "traits": [_trait(trait, analysis, words) for trait in analysis.traits],
    }
    plain: dict[str, Any] = _plain(document)
    return plain


def _in_sensor_axes(mounting: Mounting, direction: tuple[float, float, float]) -> list[float]:
    """A direction of the torso as a unit vector in the sensor's own axes."""
    vector = rotate(inverse(mounting.q_torso_sensor), direction)
    return [round(float(x), AXIS_DIGITS) + 0.0 for x in vector]  # + 0.0: no "-0.0"


def _measure(measure: Measure) -> dict[str, Any]:
    return {
        "value": measure.value,
        "unit": measure.unit,
        "low": measure.low,
        "high": measure.high,
        "systematic": measure.systematic,
        "n": measure.n,
        "trust": measure.trust,
        "why": list(measure.why),
    }


def _trait(trait: Trait, analysis: Analysis, words: Words) -> dict[str, Any]:
    return {
        "key": trait.rule.key,
        "state": trait.state,
        "clarity": trait.clarity,
        "sentence": say_trait(trait, analysis, words).sentence if trait.state == "seen" else None,
        "evidence": asdict(trait.evidence),
        "why": list(trait.why),
    }


def _plain(value: Any) -> Any:
    """Plain Python all the way down; a number that is none becomes null."""
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        return round(float(value), DIGITS) if math.isfinite(value) else None
    return None if value is None else str(value)
