"""Whether, and when, a run settles into its own pattern.

Lives here: parts of the run against the pattern of the run's own last half, and shuffles of the parts.
Not here: whether it may be spoken of (traits/).

The pattern of a part of the run is how the trunk turns, tips and bounces over the stride, and how steadily. The mean
lean is no part of it: a clip that creeps would settle, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gait.blocks import student_95
from gait.measures.context import View
from gait.measures.curves import Settling
from gait.measures.measure import Measure, nothing
from gait.measures.rotation import opens_other
from gait.measures.togetherness import turn_phase
from gait.rotations import Floats

#: Length of a part: this, or more where the run would have more than MOST_PARTS.  [s]
#: Chosen: 40 strides give a pattern; a settling of two minutes has four parts.
PART_S = 30.0

#: Most parts.  [1]  Chosen: shuffles of ten hours then cost what those of two cost.
MOST_PARTS = 240

#: Shortest running that can settle, and be seen to stay.  [s]  Source: the traits' catalogue (15 min).
SHORTEST = 900.0

#: Parts without so many strides are left out.  [strides]  Chosen: one block.
FEWEST_STRIDES = 10

#: Harmonics of the stride that make the pattern, by channel.  [1]
#: Chosen: turn and sway live in the stride, the bounce in the step; above them is skin and strap.
HARMONICS = {"rotation": (1, 2, 3), "sway": (1, 2, 3), "up": (1, 2, 4)}

#: The run has settled within this share of it, so that it can be seen to stay.  [1]  Chosen.
LATEST = 0.4

#: It stays near for so long.  [s]  Source: the traits' catalogue (3 min).
STAYS_S = 180.0

#: ... and this share of all parts afterwards is near.  [1]  Chosen: a road crossed, a look at the clock.
STAYS_SHARE = 0.9

#: Near is up to this quantile of the last half's own distances, and at least so much.  [1], [1]
#: Chosen: one part of twenty of the settled run lies beyond; distances are in units of their usual one, and parts
#: between the settling and the last half, whose wander the last half does not know, reach 1.6 (the study's runs).
NEAR_QUANTILE, NEAR_LEAST = 0.95, 1.6

#: ... and up to this share of how far off the run began: then it has come nearly all the way.  [1]  Chosen: a runner
#: whose pattern wanders over minutes after settling would else be told a minute or two late.
NEAR_OF_FIRST = 0.15

#: Parts that say how far off it began.  [parts]  Chosen: a minute and a half.
FIRST = 3

#: Shuffles, and the share of them that must fall behind; the seed makes them the same every time.
#: Source: the traits' catalogue (p < .01).
SHUFFLES, ABOVE, SEED = 999, 0.99, 20260102

#: How far the pattern right after settling has come from the first one to the last.  [1]
#: Chosen: a run that drifts all the time has come 64 % of the way when it has settled at the latest moment allowed.
ARRIVED = 0.75

#: Soft tissue and the choice of features.  [distance, 1 sd]  [min, 1 sd]  Source: the study of the traits.
DROP_SYSTEMATIC, TIME_SYSTEMATIC_MIN = 0.2, 0.3

TOO_SHORT = "The running is too short for its parts to be held against each other."

#: A pattern before and after a clip's moving are of two sensors.
CLIP_MOVED = "The clip moved on the way, so the parts of the run cannot be held against each other."


@dataclass(frozen=True)
class _Found:
    """What the parts show together."""

    t: Floats
    minutes: Floats
    distance: Floats
    level: float
    settled: int | None
    drop: float
    se: float
    why: str


def settling(view: View) -> tuple[tuple[Measure, Measure], Settling | None]:
    """How far the run came, and when it was there.

    Returns
    -------
    drop : Measure
        Key ``settle_drop``: mean distance of the parts before the run settled minus that of the parts after;
        1 is the usual distance of the last half's own parts. ``n`` counts parts. Trust is 0 unless it settled: by
        LATEST, to stay, further than in 99 % of shuffles, and without drifting on.
    time : Measure
        Key ``settle_time``: running time until then, None when it did not. [min]
    curve : Settling or None
    """
    parts = _parts(view)
    none = np.zeros(0)
    if parts is None or view.quality.slip is not None:
        not_told = (TOO_SHORT if parts is None else CLIP_MOVED,)
        return (
            nothing("settle_drop", "", none, not_told),
            nothing("settle_time", "min", none, not_told),
        ), None
    found = _find(*parts)
    trust, why = view.trust(trunk=True)
    if found.why:
        trust, why = 0.0, (*why, found.why)
    n = len(found.distance)
    half = student_95(n) * found.se
    drop = Measure(
        key="settle_drop",
        unit="",
        value=found.drop,
        low=found.drop - half,
        high=found.drop + half,
        systematic=DROP_SYSTEMATIC,
        n=n,
        per_stride=none,
        column="",
        trust=trust,
        why=why,
        counted=np.zeros(0, bool),
        blocks=n,
    )
    curve = Settling(
        found.t, found.distance, found.level, None if found.settled is None else _start(found, found.settled)
    )
    if found.settled is None:
        return (drop, nothing("settle_time", "min", none, (found.why,))), curve
    minutes = float(found.minutes[found.settled])
    # The moment is known to a part of the run, evenly within it.
    width = float(np.median(np.diff(found.minutes))) / 2.0
    time = Measure(
        key="settle_time",
        unit="min",
        value=minutes,
        low=max(0.0, minutes - width),
        high=minutes + width,
        systematic=TIME_SYSTEMATIC_MIN,
        n=n,
        per_stride=none,
        column="",
        trust=trust,
        why=why,
        counted=np.zeros(0, bool),
        blocks=n,
    )
    return (drop, time), curve


def _parts(view: View) -> tuple[Floats, Floats, Floats] | None:
    """Middle of each part [s], running minutes before it, and its pattern (w, f); None when the run is too short."""
    whole = np.isfinite(view.cycles["rotation"][:, 0]) & np.isfinite(view.cycles["up"][:, 0])
    counted = np.flatnonzero(view.counted & whole)
    if not len(counted):
        return None
    time = view.strides.duration
    ran = view.strides.ran()
    if ran[-1] < SHORTEST:
        return None
    length = max(PART_S, ran[-1] / MOST_PARTS)
    number = (ran[counted] / length).astype(np.intp)
    pieces = [i for i in np.split(counted, np.flatnonzero(np.diff(number)) + 1) if len(i) >= FEWEST_STRIDES]
    if len(pieces) * length < SHORTEST / 2:
        return None
    waves = {key: np.fft.rfft(view.cycles[key], axis=1)[:, list(n)] for key, n in HARMONICS.items()}
    other = _other_foot(view, waves, counted)
    # A stride that opens with the other foot begins one step on, which need not be half a stride.
    step = (view.strides.middle - view.strides.start) / time
    for key, numbers in HARMONICS.items():
        waves[key] *= np.where(other[:, None], np.exp(2j * np.pi * step[:, None] * numbers), 1.0)
    phase = turn_phase(view) + 2 * np.pi * step * (other.astype(float) - opens_other(view))
    usual = float(np.median(time[counted]))
    rows = []
    for mine in pieces:
        row: list[float] = []
        for key in HARMONICS:
            mean = waves[key][mine].mean(axis=0)
            row += [*mean.real, *mean.imag]
        row.append(float(np.log(np.abs(np.diff(time[mine])).mean() / usual + 1e-4)))
        row.append(float(np.log(1.0 - np.abs(np.exp(1j * phase[mine]).mean()) + 1e-4)))
        rows.append(row)
    middle = np.array([0.5 * (view.strides.start[i[0]] + view.strides.stop[i[-1]]) for i in pieces])
    before = np.array([ran[i[0]] - time[i[0]] for i in pieces]) / 60.0
    return middle, before, np.array(rows)


def _other_foot(
    view: View, waves: Mapping[str, NDArray[np.complex128]], counted: NDArray[np.intp]
) -> NDArray[np.bool_]:
    """Strides (k,) that open with the other foot than those of the last half do, by all that alternates with the feet.

    Feet that were named the wrong way round for a while are no other pattern.
    """
    said = opens_other(view)
    odd = np.concatenate(
        [waves[key][:, [i for i, n in enumerate(numbers) if n % 2]] for key, numbers in HARMONICS.items()],
        axis=1,
    )
    odd = np.where(said[:, None], -odd, odd)
    parts = np.concatenate([odd.real, odd.imag], axis=1)
    last = parts[counted[len(counted) // 2 :]]
    usual = np.median(last, axis=0)
    spread = np.median(np.abs(last - usual), axis=0)
    known = spread > 0
    against = (parts[:, known] / spread[known] ** 2) @ usual[known] < 0
    return np.asarray(said ^ against)


def _find(t: Floats, minutes: Floats, rows: Floats) -> _Found:
    """Whether the parts settle."""
    n = len(rows)
    distance, level, scaled = _distances(rows)
    quiet = _median_of_three(distance) <= level
    per_part = 60.0 * float(np.median(np.diff(minutes)))
    stays = max(2, round(STAYS_S / per_part))
    latest = int(LATEST * n)
    settled = next((s for s in range(latest + 1) if quiet[s : s + stays].all()), None)
    early = latest if settled is None else max(1, settled)
    drop = float(distance[:early].mean() - distance[early:].mean())
    se = float(distance[n // 2 :].std(ddof=1) * np.sqrt(1.0 / early + 1.0 / (n - early)))
    why = ""
    if settled is None or quiet[settled:].mean() < STAYS_SHARE:
        settled, why = (
            None,
            "No moment was found from which on the run stays near the pattern of its last half.",
        )
    elif settled == 0:
        settled, why = None, "The run is near the pattern of its last half from its first minute on."
    elif not _arrived(scaled, settled, stays):
        settled, why = None, "The pattern went on changing, so no moment stands out."
    elif not _beyond_shuffles(rows):
        settled, why = None, "Parts of the run in any order look as settled as this."
    return _Found(t, minutes, distance, level, settled, drop, se, why)


def _distances(rows: Floats) -> tuple[Floats, float, Floats]:
    """Distance of each part from the mean of the last half (w,), what is near, and the rows in their own spread."""
    n = len(rows)
    last = rows[n // 2 :]
    k = len(last)
    spread = last.std(axis=0, ddof=1)
    scaled = (rows - last.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    # A part of the last half has drawn the mean towards itself; those before have not, and see the mean's own error.
    leave = np.where(np.arange(n) >= n // 2, k / (k - 1.0), 1.0)[:, None]
    distance = np.sqrt(np.mean((scaled * leave) ** 2, axis=1))
    usual = float(np.sqrt(np.mean(distance[n // 2 :] ** 2)))
    distance = distance / (usual if usual > 0 else 1.0)
    own = float(np.quantile(distance[n // 2 :], NEAR_QUANTILE))
    level = max(NEAR_LEAST, own, NEAR_OF_FIRST * float(np.median(distance[:FIRST])))
    return distance, level, scaled


def _median_of_three(x: Floats) -> Floats:
    """Each value or the median with its neighbours; ends as they are."""
    out = x.copy()
    out[1:-1] = np.median(np.stack([x[:-2], x[1:-1], x[2:]]), axis=0)
    return out


def _beyond_shuffles(rows: Floats) -> bool:
    """Whether early parts lie further off than in 99 % of runs whose parts come in any other order."""
    rng = np.random.default_rng(SEED)
    own = _contrast(rows)
    beaten = sum(_contrast(rng.permutation(rows)) >= own for _ in range(SHUFFLES))
    return (1 + beaten) / (1 + SHUFFLES) < 1.0 - ABOVE


def _contrast(rows: Floats) -> float:
    """How far the first parts lie beyond the others, for the number of first parts where that stands out most."""
    distance = _distances(rows)[0]
    n = len(distance)
    sums = np.cumsum(distance)
    first = np.arange(1, int(LATEST * n) + 1)
    early, late = sums[first - 1] / first, (sums[-1] - sums[first - 1]) / (n - first)
    return float(np.max((early - late) / np.sqrt(1.0 / first + 1.0 / (n - first))))


def _arrived(scaled: Floats, settled: int, stays: int) -> bool:
    """Whether the parts right after settling are where the last ones are, along the way from the first."""
    n = len(scaled)
    first, last = scaled[:settled].mean(axis=0), scaled[-(n // 4) :].mean(axis=0)
    way = last - first
    length = float(way @ way)
    if length == 0.0:
        return False
    after = (scaled[settled : settled + stays].mean(axis=0) - first) @ way / length
    return bool(after >= ARRIVED)


def _start(found: _Found, part: int) -> float:
    """When a part began. [s]"""
    if part == 0:
        return float(found.t[0])
    return float(0.5 * (found.t[part - 1] + found.t[part]))
