"""Which picture shows a trait, from which arrays, and in which words.

Lives here: draw_trait, and one function a trait that takes its arrays out of an analysis.
Not here: strokes (pictures/), the run as a strip (strip.py), tables of their data (data_tables.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from gait.analysis import Analysis
from gait.measures.measure import Cycle, Measure
from gait.report import data_tables as tables
from gait.report.pictures import body, run, stride
from gait.report.pictures.chart import Chart, Table
from gait.report.pictures.stride import Box, Curve, Landings
from gait.report.pictures.svg import WIDTH, Picture
from gait.report.telling import place_of, told_number
from gait.report.words import Words
from gait.rotations import Floats
from gait.strides import Strides
from gait.traits.trait import Trait

#: Most single strides in a picture; more lines only blacken it.  Chosen by looking.
MOST_LINES = 60

#: Most strides laid over one another.  Chosen: single ones can still be told apart.
MOST_OVERLAID = 20

#: Rows of the beat, and strides in a row.  Chosen by looking: they fit a phone.
BEAT_ROWS, BEAT_COLUMNS = 8, 10


def draw_trait(trait: Trait, analysis: Analysis, words: Words) -> Chart | None:
    """The picture of a seen trait, None when there is none for it or nothing to draw it from."""
    draw = _PICTURES.get(trait.rule.key)
    return draw(trait, analysis, words) if draw else None


def _lean(trait: Trait, analysis: Analysis, words: Words) -> Chart | None:
    measure = analysis.measures["lean"]
    at, angles = _some_strides(measure)
    if measure.value is None or not len(angles):
        return None
    place = place_of(analysis)
    picture = body.from_side(
        angles,
        measure.value,
        whole=place == "upper",
        standing=words.trait("lean", place, "standing"),
        running=words.trait("lean", place, "running"),
        told=told_number(trait.evidence, words),
    )
    low, high = (words.amount(v, "deg") for v in np.percentile(angles, [10, 90]))
    told = {"count": words.number(len(angles)), "low": low, "high": high}
    return _chart(
        trait, picture, analysis, words, tables.of_strides(at, [measure], analysis, words), told=told
    )


def _set_off(trait: Trait, analysis: Analysis, words: Words) -> Chart | None:
    starts, place = analysis.measures.curves.starts, place_of(analysis)
    if starts is None or not len(starts.lean_deg):
        return None
    picture = body.setting_off(
        starts.t,
        starts.lean_deg,
        first_step=words.trait("set_off", place, "first_step"),
        forward=words.trait("set_off", place, "forward"),
        told=told_number(trait.evidence, words),
    )
    told = {"count": words.number(len(starts.lean_deg))}
    return _chart(trait, picture, analysis, words, tables.of_starts(starts, words), told=told)


def _turn(trait: Trait, analysis: Analysis, words: Words) -> Chart | None:
    measure = analysis.measures["rotation"]
    value, (at, ranges) = trait.evidence.value, _some_strides(measure)
    if value is None or not len(ranges):
        return None
    place = place_of(analysis)
    cycle = analysis.measures.cycles.get("rotation")
    picture = Picture(WIDTH, 234 if cycle is None else 424)
    body.from_above(
        picture, 120, value, ranges, whole=place == "upper", ahead=words.trait("turn", place, "ahead"),
        told=told_number(trait.evidence, words),
    )  # fmt: skip
    number = words.amount(value, "deg")
    if cycle is None:
        table = tables.of_strides(at, [measure], analysis, words)
        return _chart(
            trait, picture, analysis, words, table, caption="caption_above", told={"number": number}
        )
    over, names = _curve(cycle), _landings(analysis.measures.strides, words)
    limit = float(np.max(np.abs([over.low, over.high]))) * 1.35
    left, right = (words.trait("turn", place, side) for side in ("to_left", "to_right"))
    stride.turn_curve(picture, Box(16, 236, WIDTH - 32, 132, -limit, limit), over, names, left, right)
    told = dict(zip(("left", "right"), _extremes_told(cycle, words), strict=True))
    return _chart(
        trait, picture, analysis, words, tables.of_cycle(cycle, words), slots=("alt", "alt_cycle"),
        told={"number": number, **told},
    )  # fmt: skip


def _even_turn(trait: Trait, analysis: Analysis, words: Words) -> Chart | None:
    cycle, place = analysis.measures.cycles.get("rotation"), place_of(analysis)
    if cycle is None:
        return None
    # From furthest left on, half a stride; and the other half of it in a mirror.
    wave, half = cycle.mean, len(cycle.mean) // 2
    wave = np.roll(wave, -int(np.argmax(wave - np.roll(wave, half))))
    first, second = wave[: half + 1], -np.append(wave[half:], wave[0])[: half + 1]
    names = (words.trait("even_turn", place, "one"), words.trait("even_turn", place, "other"))
    picture = stride.halves(first, second, one=names[0], other=names[1])
    table = tables.of_halves(first, second, names, cycle.unit, words)
    return _chart(trait, picture, analysis, words, table)


def _shift(trait: Trait, analysis: Analysis, words: Words) -> Chart | None:
    loop, place = analysis.measures.curves.loop, place_of(analysis)
    if loop is None:
        return None
    measure = analysis.measures["sway"]
    at, ranges = _some_strides(measure)
    if measure.value is None or not len(at):
        return None
    picture = Picture(WIDTH, 312)
    body.from_behind(
        picture,
        84,
        244,
        measure.value,
        ranges,
        whole=place == "upper",
        told=told_number(trait.evidence, words),
    )
    stride.loop(
        picture, (WIDTH - 94, 124), loop.right, loop.up, (loop.right_spread, loop.up_spread),
        names=(words.trait("shift", place, "left"), words.trait("shift", place, "right")),
        ruler=(lambda n: words.amount(n, "cm", 0 if n >= 1 else 1)) if words.numbers else None,
    )  # fmt: skip
    told = {
        "number": words.amount(measure.value, "deg"),
        "wide": words.amount(float(np.ptp(loop.right)), "cm", 1),
        "high": words.amount(float(np.ptp(loop.up)), "cm", 1),
    }
    table = tables.of_loop(loop, analysis.measures.cycles.get("sway"), words)
    return _chart(trait, picture, analysis, words, table, told=told)


def _rhythm(trait: Trait, analysis: Analysis, words: Words) -> Chart | None:
    rows = _beat_rows(analysis.measures.strides)
    if not rows:
        return None
    place = place_of(analysis)
    early, late = (words.trait("rhythm", place, slot) for slot in ("early", "late"))
    picture = run.beat(rows, early=early, late=late)
    table = tables.of_beats(rows, analysis.recording.start_s, words)
    return _chart(trait, picture, analysis, words, table, told={"rows": words.number(len(rows))})


def _spring(trait: Trait, analysis: Analysis, words: Words) -> Chart | None:
    measure = analysis.measures["vertical_oscillation"]
    cycle = analysis.measures.cycles.get("height")
    if measure.value is None or cycle is None:
        return None
    strides, number = analysis.measures.strides, told_number(trait.evidence, words)
    picture = stride.bounce(
        _curve(cycle), _landings(strides, words), _air(strides),
        in_air=words.trait("spring", place_of(analysis), "air"), told=number,
    )  # fmt: skip
    return _chart(
        trait, picture, analysis, words, tables.of_cycle(cycle, words),
        told={"number": number or words.amount(measure.value, "cm")},
    )  # fmt: skip


def _regular(trait: Trait, analysis: Analysis, words: Words) -> Chart | None:
    overlay = analysis.measures.curves.overlay
    if overlay is None or not len(overlay.rows):
        return None
    some = overlay.rows[:: -(-len(overlay.rows) // MOST_OVERLAID)]
    picture = stride.overlaid(some, _landings(analysis.measures.strides, words))
    table = tables.of_overlay(overlay.phase, some, words)
    return _chart(trait, picture, analysis, words, table, told={"count": words.number(len(some))})


def _two_as_one(trait: Trait, analysis: Analysis, words: Words) -> Chart | None:
    cycles, place = analysis.measures.cycles, place_of(analysis)
    cycle = cycles.get("vertical_acceleration") or cycles.get("height")
    if cycle is None:
        return None
    middle = _middle_phase(analysis.measures.strides)
    over = _curve(cycle).closed()
    share = np.linspace(0, 1, len(cycle.phase) // 2 + 1)
    first, second = (
        np.interp(a + share * (b - a), over.phase, over.mean) for a, b in ((0.0, middle), (middle, 1.0))
    )
    one, other = (words.trait("two_as_one", place, slot) for slot in ("one", "other"))
    table = tables.of_halves(first, second, (one, other), cycle.unit, words)
    return _chart(trait, stride.halves(first, second, one=one, other=other), analysis, words, table)


def _smooth(trait: Trait, analysis: Analysis, words: Words) -> Chart | None:
    cycle = analysis.measures.cycles.get("rotation")
    if cycle is None:
        return None
    over, place = _curve(cycle), place_of(analysis)
    limit = float(np.max(np.abs([over.low, over.high]))) * 1.15
    picture = Picture(WIDTH, 232)
    left, right = (words.trait("turn", place, side) for side in ("to_left", "to_right"))
    names = _landings(analysis.measures.strides, words)
    stride.turn_curve(picture, Box(16, 14, WIDTH - 32, 162, -limit, limit), over, names, left, right)
    return _chart(trait, picture, analysis, words, tables.of_cycle(cycle, words))


def _together(trait: Trait, analysis: Analysis, words: Words) -> Chart | None:
    concentration, place = trait.evidence.value, place_of(analysis)
    cycle = analysis.measures.cycles.get("rotation")
    if concentration is None or not 0 < concentration <= 1 or cycle is None:
        return None
    # The curve's own extremes, so that the clock says what the curve of the turn says on the same page.
    phases = _extremes(cycle)
    names = (words.trait("together", place, "left"), words.trait("together", place, "right"))
    clock = analysis.measures.curves.clock
    moments: tuple[Floats, Floats] = (np.zeros(0), np.zeros(0))
    if clock is not None and len(clock.start):
        some = _evenly(len(clock.start), MOST_LINES)
        moments = (clock.furthest_left[some], clock.furthest_right[some])
    picture = stride.clock(
        _curve(cycle), _landings(analysis.measures.strides, words),
        ((names[0], phases[0]), (names[1], phases[1])), concentration, moments,
    )  # fmt: skip
    told = dict(zip(("left", "right"), _extremes_told(cycle, words), strict=True))
    return _chart(trait, picture, analysis, words, tables.of_cycle(cycle, words), told=told)


_PICTURES: dict[str, Callable[[Trait, Analysis, Words], Chart | None]] = {
    "lean": _lean,
    "set_off": _set_off,
    "turn": _turn,
    "even_turn": _even_turn,
    "shift": _shift,
    "rhythm": _rhythm,
    "spring": _spring,
    "regular": _regular,
    "two_as_one": _two_as_one,
    "smooth": _smooth,
    "together": _together,
}


def _chart(
    trait: Trait,
    picture: Picture,
    analysis: Analysis,
    words: Words,
    table: Table | None,
    *,
    caption: str = "caption",
    slots: tuple[str, ...] = ("alt",),
    told: Mapping[str, str] | None = None,
) -> Chart:
    """A picture with the words of its trait; each slot of the text has a second part with numbers."""
    key, place = trait.rule.key, place_of(analysis)
    sentences: list[str] = []
    for slot in slots:
        sentences.append(words.trait(key, place, slot))
        if words.numbers and words.knows(key, f"{slot}_told"):
            sentences.append(words.trait(key, place, f"{slot}_told", **(told or {})))
    title, text = words.trait(key, place, "title"), " ".join(sentences)
    svg = picture.to_svg(f"pic-{key}", title, text)
    return Chart(key, title, text, words.trait(key, place, caption), svg, table if words.numbers else None)


def _some_strides(measure: Measure) -> tuple[NDArray[np.intp], Floats]:
    """At most ``MOST_LINES`` strides that count, evenly over the run: which, and their values."""
    at = np.flatnonzero(measure.counted & np.isfinite(measure.per_stride))
    at = at[_evenly(len(at), MOST_LINES)]
    return at, np.asarray(measure.per_stride[at])


def _evenly(n: int, most: int) -> NDArray[np.intp]:
    """Indices of at most so many of n things: the middle one of each of so many equal parts."""
    some = min(n, most)
    return np.asarray(((np.arange(some) + 0.5) * n / max(some, 1)).astype(np.intp))


def _curve(cycle: Cycle) -> Curve:
    return Curve(cycle.phase, cycle.mean, cycle.low, cycle.high)


def _landings(strides: Strides, words: Words) -> Landings:
    """The two landings of a stride; without a side they are one foot and the other."""
    side = str(strides.side[0]) if len(strides) and len(set(strides.side.tolist())) == 1 else ""
    other = {"left": "right", "right": "left"}.get(side)
    pair = (side, other) if other else ("A", "B")
    feet = (side, other) if other else ("", "")
    return Landings(words.say(f"feet.{pair[0]}"), words.say(f"feet.{pair[1]}"), feet, _middle_phase(strides))


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


def _extremes_told(cycle: Cycle, words: Words) -> tuple[str, str]:
    left, right = _extremes(cycle)
    return words.amount(100 * left, "percent"), words.amount(100 * right, "percent")


def _beat_rows(strides: Strides) -> list[Floats]:
    """Starts of ten strides in a row without a break, some of them, from early to late."""
    regular = np.asarray(strides.regular, bool)
    follows = np.isclose(strides.start[1:], strides.stop[:-1], atol=1e-6) & regular[1:] & regular[:-1]
    if len(follows) < BEAT_COLUMNS - 1:
        return []
    whole = np.convolve(follows, np.ones(BEAT_COLUMNS - 1, int), "valid") == BEAT_COLUMNS - 1
    at: list[int] = []
    for i in np.flatnonzero(whole).tolist():
        if not at or i >= at[-1] + BEAT_COLUMNS:
            at.append(i)
    some: NDArray[np.intp] = np.linspace(0, len(at) - 1, min(BEAT_ROWS, len(at))).round().astype(np.intp)
    return [strides.start[at[i] : at[i] + BEAT_COLUMNS] for i in some]
