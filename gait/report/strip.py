"""The run over time: the runner's strip, and the analyst's small plots.

Lives here: what both take out of an analysis, and their words.
Not here: strokes (pictures/run.py, pictures/small_plots.py).
"""

from __future__ import annotations

import numpy as np

from gait.analysis import Analysis
from gait.measures.measure import Measure
from gait.report.data_tables import of_strip
from gait.report.pictures.chart import Chart
from gait.report.pictures.run import Band, Flow, Stretch, strip
from gait.report.pictures.small_plots import Plot, over_time
from gait.report.telling import flow_after, place_of
from gait.report.words import Words
from gait.strides import Strides

#: Widths of the strip: beside each other on a desk, and on a phone. [picture units]
WIDE, NARROW = 760.0, 360.0


def draw_strip(analysis: Analysis, words: Words) -> Chart | None:
    """The whole run from left to right, with its flow marked where `settle` was seen; None where nobody ran."""
    begin, length = analysis.recording.start_s, analysis.recording.stop_s - analysis.recording.start_s
    bouts, settling = analysis.bouts, analysis.measures.curves.settling
    stretches = [
        Stretch(str(kind), float(a) - begin, float(b) - begin)
        for kind, a, b in zip(bouts.kind, bouts.start, bouts.stop, strict=True)
    ]
    running = [s for s in stretches if s.kind == "run"]
    if not running or length <= 0:
        return None
    seen = any(t.rule.key == "settle" and t.state == "seen" for t in analysis.traits)
    band = flow = None
    # The band is told of a run that settled; of another it would be a picture without a sentence.
    if seen and settling is not None and len(settling.t):
        band = Band(settling.t - begin, settling.distance)
        if settling.settled_s is not None:
            when = flow_after(analysis, words)
            name = (
                words.text["page.flow_named_words"]
                if when is None
                else words.say("page.flow_named", when=when)
            )
            flow = Flow(settling.settled_s - begin, running[-1].stop, name)
    marks = (lambda minute: _mark(minute, words)) if words.numbers else None
    heard = analysis.measures.strides.middle[np.asarray(analysis.measures.strides.regular, bool)] - begin
    ends = (words.say("page.strip_begin"), words.say("page.strip_end"))
    wide, narrow = (
        strip(width, length, stretches, heard, band, flow, marks=marks, ends=ends) for width in (WIDE, NARROW)
    )
    place, title = place_of(analysis), words.say("page.strip")
    text = words.say("page.strip_alt_band" if band is not None else "page.strip_alt")
    if flow is not None:
        text += " " + words.say("page.strip_alt_flow")
    caption = words.trait("settle", place, "caption") if band is not None else words.say("page.strip_caption")
    table = (
        of_strip(stretches, settling if band is not None else None, begin, words) if words.numbers else None
    )
    return Chart(
        "strip", title, text, caption, wide.to_svg("pic-strip", title, text), table,
        narrow.to_svg("pic-strip-narrow", title, text),
    )  # fmt: skip


def draw_run(analysis: Analysis, words: Words) -> Chart | None:
    """Every per-stride measure over the time of the recording, one small plot under the other."""
    strides = analysis.measures.strides
    shown = [m for m in analysis.measures.values() if _has_strides(m, strides)]
    if not shown:
        return None
    t = strides.middle - analysis.recording.start_s
    plots = []
    for measure in shown:
        keep = np.isfinite(measure.per_stride) & np.asarray(measure.counted, bool)
        plots.append(Plot(_named(measure, words), t[keep], measure.per_stride[keep]))
    picture = over_time(plots, (float(t[0]), float(t[-1])))
    what = ", ".join(words.measure(m.key) for m in shown)
    title, text = words.say("analyst.run"), words.say("analyst.run_alt", what=what)
    return Chart("run", title, text, words.say("analyst.run_caption"), picture.to_svg("pic-run", title, text))


def _mark(minute: int, words: Words) -> str:
    """A moment of the run; whole hours are hours, so that a mark is easy to read."""
    whole = minute >= 60 and minute % 60 == 0
    return words.say("page.hour", n=minute // 60) if whole else words.say("page.minute", n=minute)


def _has_strides(measure: Measure, strides: Strides) -> bool:
    return (
        len(strides) > 0
        and len(measure.per_stride) == len(strides)
        and bool((measure.counted & np.isfinite(measure.per_stride)).any())
    )


def _named(measure: Measure, words: Words) -> str:
    unit = words.say(f"unit.{measure.unit or 'none'}", n="").strip()
    name = words.measure(measure.key)
    return f"{name} [{unit}]" if unit else name
