"""Pictures of what was there, one for each trait.

Lives here: what a picture shows, and its text for who does not see it.
Not here: the single strokes (strokes.py), SVG itself (svg.py), the run as a strip (strip.py).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gait.measures.measure import Cycle, Measure
from gait.pipeline import Analysis
from gait.report.narrative import place_of, told_number
from gait.report.strokes import (
    DOTTED,
    DOTTED_LINE,
    bar,
    bow_tie,
    circle,
    cycle_curve,
    dots,
    landing_ticks,
    plain_space,
)
from gait.report.svg import HUE, INK, PAPER, SOFT, TEXT, canvas, panel, to_svg
from gait.report.words import Words
from gait.rotations import Floats
from gait.strides import Strides
from gait.traits.trait import Trait
from gait.units import RAD

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Most single strides in a picture; more lines only blacken it.  Chosen by looking.
MOST_LINES = 60

#: Rows of the beat, and strides in a row.  Chosen by looking: they fit a phone.
BEAT_ROWS, BEAT_COLUMNS = 8, 10

#: Width of every picture. [picture units]
WIDTH = 420.0


@dataclass(frozen=True)
class Chart:
    """A picture and its words.

    Attributes
    ----------
    key : str
        Trait it belongs to, or "run".
    title, text : str
        Name and text alternative.
    caption : str
        The line under it.
    svg : str
    """

    key: str
    title: str
    text: str
    caption: str
    svg: str


def draw_trait(trait: Trait, analysis: Analysis, words: Words) -> Chart | None:
    """The picture of a seen trait, None when there is none for it or nothing to draw it from."""
    draw = _PICTURES.get(trait.rule.key)
    return draw(trait, analysis, words) if draw else None


def _lean(trait: Trait, analysis: Analysis, words: Words) -> Chart | None:
    measure = analysis.measures["lean"]
    angles = _some_strides(measure)
    if measure.value is None or not len(angles):
        return None
    place = place_of(analysis)
    whole = place == "upper"  # a head is drawn only where the sensor speaks for what carries it
    height = 316.0 if whole else 250.0
    figure = canvas(WIDTH, height)
    axes = plain_space(panel(figure, 0, 0, 1, 1), WIDTH, height)
    hip = (WIDTH * 0.42, 20.0)
    trunk, head, arc = (168.0, 23.0, 246.0) if whole else (150.0, 0.0, 186.0)

    def along(angle: float, length: float) -> tuple[float, float]:
        return hip[0] + length * float(np.sin(angle * RAD)), hip[1] + length * float(np.cos(angle * RAD))

    axes.plot([hip[0] - 110, hip[0] + 170], [hip[1], hip[1]], color=SOFT, lw=1, alpha=0.35)
    for angle in angles:
        axes.plot(
            *zip(hip, along(angle, arc), strict=True), color=HUE, lw=2, alpha=0.10, solid_capstyle="round"
        )
    axes.plot(*zip(hip, along(0, arc + 6), strict=True), color=INK, lw=1.6, **DOTTED_LINE)
    axes.plot(*zip(hip, along(measure.value, trunk), strict=True), color=HUE, lw=7, solid_capstyle="round")
    if whole:
        circle(axes, along(0, trunk + head), head, edge=INK, lw=1.6, **DOTTED)
        circle(axes, along(measure.value, trunk + head), head, face=PAPER, edge=HUE, lw=3.5)
    circle(axes, hip, 7, face=HUE)
    name, number = words.trait("lean", place, "running"), told_number(trait.evidence, words)
    (x, y), standing = along(0, arc + 16), words.trait("lean", place, "standing")
    axes.text(x - 8, y, standing, color=INK, fontsize=TEXT, ha="right")
    x, y = along(measure.value, arc + 16)
    axes.text(x + 8, y, name, color=HUE, fontsize=TEXT + 1, weight="bold")
    if number is not None:
        x, y = along(measure.value, trunk / 2)
        axes.text(x + 16, y, number, color=HUE, fontsize=TEXT + 2, weight="bold", va="center")

    low, high = (words.amount(v, "deg") for v in np.percentile(angles, [10, 90]))
    text = words.trait("lean", place, "alt", count=len(angles), low=low, high=high)
    return _chart("lean", figure, text, place, words)


def _turn(trait: Trait, analysis: Analysis, words: Words) -> Chart | None:
    value, ranges = trait.evidence.value, _some_strides(analysis.measures["rotation"])
    if value is None or not len(ranges):
        return None
    place, number = place_of(analysis), told_number(trait.evidence, words)
    text = words.trait("turn", place, "alt", number=number or words.amount(value, "deg"))
    cycle = analysis.measures.cycles.get("rotation")
    above, below = 226.0, 154.0 if cycle is not None else 0.0
    figure = canvas(WIDTH, above + below)
    axes = plain_space(panel(figure, 0, below / (above + below), 1, above / (above + below)), WIDTH, above)
    _from_above(axes, value, ranges, head=place == "upper", ahead=words.trait("turn", place, "ahead"))
    if number is not None:
        axes.text(358, 106, number, color=HUE, fontsize=TEXT + 2, va="center", weight="bold")
    if cycle is None:
        return _chart("turn", figure, text.strip(), place, words, caption="caption_above")

    curve = figure.add_axes((0.06, 34 / (above + below), 0.88, (below - 50) / (above + below)))
    cycle_curve(curve, cycle)
    strides = analysis.measures.strides
    landing_ticks(curve, _middle_phase(strides), *_landing_names(strides, words))
    limit = float(np.nanmax(np.abs([cycle.low, cycle.high]))) * 1.6
    curve.set_ylim(-limit, limit)
    curve.axhline(0, color=SOFT, lw=0.8, alpha=0.5)
    for side, y, va in (("to_left", 0.97, "top"), ("to_right", 0.03, "bottom")):
        name = words.trait("turn", place, side)
        curve.text(0.012, y, name, transform=curve.transAxes, color=SOFT, fontsize=TEXT, va=va)
    left, right = (words.amount(100 * p, "percent") for p in _extremes(cycle))
    text += words.trait("turn", place, "alt_cycle", left=left, right=right)
    return _chart("turn", figure, text, place, words)


def _from_above(axes: Axes, value: float, ranges: Floats, *, head: bool, ahead: str) -> None:
    """A line across the body, swept half its range to each side; ahead is up."""
    middle, reach, half = (WIDTH / 2, 106.0), 136.0, value / 2
    bow_tie(axes, middle, reach, half)
    for extent in ranges:
        for angle in (-extent / 2, extent / 2):
            bar(axes, middle, reach, angle, color=HUE, lw=1.2, alpha=0.10)
    bar(axes, middle, reach, 0.0, color=INK, lw=1.6, **DOTTED_LINE)
    for angle in (-half, half):
        bar(axes, middle, reach - 26, angle, color=HUE, lw=8, solid_capstyle="round")
    if head:  # with its nose ahead; where the sensor does not speak for it, no more than the body's middle
        axes.plot([middle[0]], [middle[1] + 33], marker=(3, 0, 0), ms=12, color=HUE, mec="none")
    circle(axes, middle, 30 if head else 15, face=PAPER, edge=HUE, lw=3.5)
    axes.plot([middle[0]] * 2, [middle[1] + 50, middle[1] + 90], color=SOFT, lw=1, alpha=0.6)
    axes.text(middle[0], middle[1] + 98, ahead, color=SOFT, fontsize=TEXT, ha="center")


def _rhythm(_: Trait, analysis: Analysis, words: Words) -> Chart | None:
    starts = _beat_rows(analysis.measures.strides)
    if not len(starts):
        return None
    row, margin = 26.0, 18.0
    height = row * len(starts) + 2 * margin
    figure = canvas(WIDTH, height)
    axes = plain_space(panel(figure, 0, 0, 1, 1), WIDTH, height)
    left, step = 58.0, (WIDTH - 58 - 26) / (BEAT_COLUMNS - 1)
    for column in range(BEAT_COLUMNS):
        x = left + column * step
        axes.plot([x, x], [margin - 4, height - margin + 4], color=SOFT, lw=0.8, alpha=0.45)
    for i, times in enumerate(starts):
        y = height - margin - row * (i + 0.5)
        beat = (times[-1] - times[0]) / (BEAT_COLUMNS - 1)
        dots(axes, left + (times - times[0]) / beat * step, np.full(BEAT_COLUMNS, y), 11)
    place = place_of(analysis)
    for label, y in (("early", height - margin - row / 2), ("late", margin + row / 2)):
        axes.text(2, y, words.trait("rhythm", place, label), color=SOFT, fontsize=TEXT, va="center")
    text = words.trait("rhythm", place, "alt", rows=len(starts))
    return _chart("rhythm", figure, text, place, words)


def _spring(trait: Trait, analysis: Analysis, words: Words) -> Chart | None:
    measure = analysis.measures["vertical_oscillation"]
    cycle = analysis.measures.cycles.get("height")
    if measure.value is None or cycle is None:
        return None
    strides, height = analysis.measures.strides, 230.0
    figure = canvas(WIDTH, height)
    axes = figure.add_axes((0.06, 34 / height, 0.88, (height - 58) / height))
    place = place_of(analysis)
    for start, stop in _air(strides):
        axes.axvspan(start, stop, color=HUE, alpha=0.13, lw=0)
        axes.text(
            (start + stop) / 2, 1.03, words.trait("spring", place, "air"), color=HUE, fontsize=TEXT, ha="center",
            va="bottom", transform=axes.get_xaxis_transform(),
        )  # fmt: skip
    cycle_curve(axes, cycle)
    landing_ticks(axes, _middle_phase(strides), *_landing_names(strides, words))
    low, high = float(np.nanmin(cycle.low)), float(np.nanmax(cycle.high))
    axes.set_ylim(low - 0.12 * (high - low), high + 0.2 * (high - low))
    number = told_number(trait.evidence, words) or words.amount(measure.value, "cm")
    text = words.trait("spring", place, "alt", number=number)
    return _chart("spring", figure, text, place, words)


def _together(trait: Trait, analysis: Analysis, words: Words) -> Chart | None:
    concentration = trait.evidence.value
    cycle = analysis.measures.cycles.get("rotation")
    if concentration is None or not 0 < concentration <= 1 or cycle is None:
        return None
    height = 294.0
    figure = canvas(WIDTH, height)
    axes = plain_space(panel(figure, 0, 0, 1, 1), WIDTH, height)
    middle, radius = (WIDTH / 2, height / 2), 104.0
    place = place_of(analysis)

    def on(phase: float | Floats, r: float) -> tuple[Floats, Floats]:
        turn = 2 * np.pi * np.asarray(phase, float)
        return np.asarray(middle[0] + r * np.sin(turn)), np.asarray(middle[1] + r * np.cos(turn))

    axes.plot(*on(np.linspace(0, 1, 121), radius), color=SOFT, lw=1.4, alpha=0.7)
    for tick in np.arange(24) / 24:
        axes.plot(*np.transpose([on(tick, radius - 4), on(tick, radius + 4)]), color=SOFT, lw=0.8, alpha=0.5)
    # Within half to each side of its mean lies the moment of 19 strides of 20, by the spread that belongs to
    # the concentration.
    half = 2 * np.sqrt(-2 * np.log(concentration)) / (2 * np.pi)
    # The curve's own extremes, so that the clock says what the curve of the turn says on the same page.
    extremes = dict(zip(("left", "right"), _extremes(cycle), strict=True))
    for label, phase in extremes.items():
        arc = np.linspace(phase - half, phase + half, 41)
        axes.plot(*on(arc, radius), color=HUE, lw=22, alpha=0.28, solid_capstyle="round")
        axes.plot(*on(phase, radius), color=HUE, marker="o", ms=13, mec="none")
        x, y = on(phase, radius - 34)
        side = "left" if x < middle[0] - 20 else "right" if x > middle[0] + 20 else "center"
        word = words.trait("together", place, label)
        axes.text(float(x), float(y), word, color=HUE, fontsize=TEXT, ha=side, va="center")
    names = _landing_names(analysis.measures.strides, words)
    middle_phase = _middle_phase(analysis.measures.strides)
    for phase, name, va in ((0.0, names[0], "bottom"), (middle_phase, names[1], "top")):
        axes.plot(*on(phase, radius), color=INK, marker="D", ms=9, mec="none")
        x, y = on(phase, radius + 18)
        axes.text(float(x), float(y), name, color=INK, fontsize=TEXT, ha="center", va=va)
    shares = {label: words.amount(100 * phase, "percent") for label, phase in extremes.items()}
    text = words.trait("together", place, "alt", **shares)
    return _chart("together", figure, text, place, words)


_PICTURES: dict[str, Callable[[Trait, Analysis, Words], Chart | None]] = {
    "lean": _lean,
    "turn": _turn,
    "rhythm": _rhythm,
    "spring": _spring,
    "together": _together,
}


def _chart(
    key: str, figure: Figure, text: str, place: str, words: Words, *, caption: str = "caption"
) -> Chart:
    title = words.trait(key, place, "title")
    return Chart(
        key, title, text, words.trait(key, place, caption), to_svg(figure, f"pic-{key}", title, text)
    )


def _some_strides(measure: Measure) -> Floats:
    """At most ``MOST_LINES`` strides that count, evenly over the run."""
    values: Floats = measure.per_stride[measure.counted & np.isfinite(measure.per_stride)]
    lines = min(len(values), MOST_LINES)
    # The middle stride of each of so many equal parts.
    return np.asarray(values[((np.arange(lines) + 0.5) * len(values) / max(lines, 1)).astype(int)])


def _landing_names(strides: Strides, words: Words) -> tuple[str, str]:
    """Names of the two landings of a stride; without a side they are one foot and the other."""
    side = str(strides.side[0]) if len(strides) and len(set(strides.side.tolist())) == 1 else ""
    other = {"left": "right", "right": "left"}.get(side)
    pair = (side, other) if other else ("A", "B")
    return words.say(f"feet.{pair[0]}"), words.say(f"feet.{pair[1]}")


def _middle_phase(strides: Strides) -> float:
    """Where in the stride the other foot lands, 0 to 1."""
    keep = np.asarray(strides.regular, bool)
    share = ((strides.middle - strides.start) / (strides.stop - strides.start))[keep]
    share = share[np.isfinite(share)]
    return float(np.median(share)) if len(share) else 0.5


def _air(strides: Strides) -> list[tuple[float, float]]:
    """The two stretches of a stride with no foot on the ground, as phases; fewer where not seen."""
    keep = np.asarray(strides.regular, bool)
    length = strides.stop - strides.start
    stretches = []
    for toe_off, landing in ((strides.toe_off_first, strides.middle), (strides.toe_off_second, strides.stop)):
        phases = np.stack([toe_off - strides.start, landing - strides.start])[:, keep] / length[keep]
        phases = phases[:, np.isfinite(phases).all(axis=0)]
        if phases.shape[1]:
            start, stop = np.median(phases, axis=1)
            if start < stop:
                stretches.append((float(start), float(stop)))
    return stretches


def _extremes(cycle: Cycle) -> tuple[float, float]:
    """Phases at which the mean is highest and lowest."""
    return float(cycle.phase[np.nanargmax(cycle.mean)]), float(cycle.phase[np.nanargmin(cycle.mean)])


def _beat_rows(strides: Strides) -> list[Floats]:
    """Starts of ten strides in a row without a break, some of them, from early to late."""
    regular = np.asarray(strides.regular, bool)
    follows = np.isclose(strides.start[1:], strides.stop[:-1], atol=1e-6) & regular[1:] & regular[:-1]
    if len(follows) < BEAT_COLUMNS - 1:
        return []
    run = np.convolve(follows, np.ones(BEAT_COLUMNS - 1, int), "valid") == BEAT_COLUMNS - 1
    at: list[int] = []
    for i in np.flatnonzero(run).tolist():
        if not at or i >= at[-1] + BEAT_COLUMNS:
            at.append(i)
    some: NDArray[np.intp] = np.linspace(0, len(at) - 1, min(BEAT_ROWS, len(at))).round().astype(np.intp)
    return [strides.start[at[i] : at[i] + BEAT_COLUMNS] for i in some]
