"""What the numbers themselves tell of their units: gravity, its turning, the steps of the clock.

Lives here: every unit in which a table could be, by physics alone.
Not here: what was said and who is believed (infer.py), how a refusal reads (refusals.py).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gait.readers.clock import usual_step
from gait.readers.tilt import scale_by_tilt
from gait.readers.words import ACC_UNITS, GYR_UNITS, TIME_UNITS, mps2, radps
from gait.rotations import Floats
from gait.units import DEG, G

#: Sampling rates of sensors worn on a body. [Hz]  Chosen: at most a factor 200 apart, so that s, ms, us and ns,
#: which are a factor 1000 apart, never overlap.
PLAUSIBLE_RATE_HZ = (10.0, 2000.0)

#: Full scales of 16-bit sensors that raw counts are tried in. [g], [°/s]
#: Source: MPU-6000/6050 product specification rev. 3.4, sections 6.1 and 6.2.
RAW_ACC_RANGES = (2, 4, 8, 16)
RAW_GYR_RANGES = (250, 500, 1000, 2000)

#: Length of the stretches over which specific force is averaged to show gravity. [s]  Chosen: five or more strides.
GRAVITY_WINDOW_S = 4.0

#: Fewer rows than these contradict nobody's word. [rows]  Chosen: half a minute of the slowest logger seen (2 Hz).
FEWEST_ROWS = 60

#: Magnitude that the mean specific force may have, in g: at rest (a sensor's scale and offset), and in motion.
#: Chosen: on 12 real and motion-capture recordings 0.975-1.01 at rest, 0.96-1.09 in motion (the last one a trouser pocket).
RESTING_G = (0.88, 1.12)

MOVING_G = (0.8, 1.25)

#: The same in a unit that was said, before it is refused: mistaken units are a factor 2 to 10 off.
#: Chosen: below and above all that was seen, and a quarter for the offset and scale of a cheap sensor.
STATED_G = (0.75, 1.3)

#: Most that specific force varies about its mean (rms over a stretch, in g) on a person. Chosen: seen was 1.5 at most (trouser pocket).
#: Acceleration without gravity, in m/s², has a mean that may look like 1 g by chance, and varies by 6 to 9.
MOST_VARIATION_G = 2.5

#: A stretch is restful when |specific force| varies by less than this share. Chosen: standing 0.5 %, slow walk 8 %.
RESTFUL = 0.03

#: Length of the stretches in which movement and turning are compared. [s]
TURNING_WINDOW_S = 2.0

#: How much a sensor on a person turns (rms about its mean [°/s]), by how much |specific force| varies [share of g].
#: Each line: from, to, least, most. Seen: 0.1 (simulated noise) to 1 standing, 20 to 28 in slow walking (0.08), 23 to 37
#: in quick walking (0.3), 68 to 125 in running (0.8), 270 in a trouser pocket (1.0). Chosen: bands so narrow that a
#: number in none of them is refused, and so far apart in rad/s and °/s that none is in both. Whoever stands may turn
#: slowly about the vertical, which no accelerometer sees, so the first band is wide.
TURNING_DPS = (
    (0.0, 0.02, 0.01, 60.0),
    (0.05, 0.15, 12.0, 60.0),
    (0.15, math.inf, 18.0, 420.0),
)

#: No body turns faster than this, whatever it does (rms about its mean over a stretch). [°/s]
#: Chosen: twice what a trouser pocket may; counts of the usual ranges taken for °/s are beyond it in running.
FASTEST_DPS = 840.0

#: Least time in one of the classes above before it counts. [s]
LEAST_CLASS_S = 4.0

#: The scale that gravity shows may differ from a unit by these factors. Chosen: neighbouring raw ranges are 2 apart.
TILT_SCALE = (0.75, 1.33)

#: Gravity's turning speaks against a stated unit beyond these factors alone. Chosen: a neighbouring raw range (2) is
#: left to whoever set it.
STATED_TILT_SCALE = (1 / 3, 3.0)

#: A number this many times the usual one is damage, which shall not weigh on gravity. Chosen: five times the hardest
#: landing that a 16 g sensor can show.
DAMAGE_TIMES = 80.0

#: At most this much of a recording is looked at. [s]  Chosen: units do not change on the way.
LOOKED_AT_S = 600.0

#: A stated rate and the clock may differ by this share. Chosen: phones miss their nominal rate by up to 2 %.
RATE_TOLERANCE = 0.05


@dataclass(frozen=True)
class Look:
    """What was seen of a recording whose clock is in seconds; everything else in the file's own units."""

    resting: float | None  # median |mean specific force| over restful stretches
    moving: float  # the same over all stretches
    variation: float  # median rms of specific force about its mean over all stretches
    whole: tuple[bool, bool]  # acc, gyr hold whole numbers alone
    acc: Floats
    gyr: Floats
    rate_hz: float
    pieces: tuple[slice, ...]


def look_at(t: Floats, second: float, acc: Floats, gyr: Floats) -> Look:
    """Look at the first minutes and at pieces spread over the rest."""
    rate_hz = 1.0 / (usual_step(t) * second)
    n = len(t)
    acc = _without_damage(acc)
    piece = max(round(20 * rate_hz), 1)
    if n <= LOOKED_AT_S * rate_hz:
        starts = list(range(0, n, piece))
    else:
        spread = np.linspace(0, n - piece, round(LOOKED_AT_S / 20) - 6).astype(int)
        starts = [*range(0, 6 * piece, piece), *(int(i) for i in spread if i >= 6 * piece)]
    pieces = tuple(slice(i, min(i + piece, n)) for i in starts)
    window = max(round(GRAVITY_WINDOW_S * rate_hz), 1)
    means, restful, varied = [], [], []
    for part in pieces:
        for stretch in _stretches(acc[part], window):
            size = float(np.linalg.norm(stretch.mean(axis=0)))
            means.append(size)
            varied.append(float(np.sqrt(stretch.var(axis=0).sum())))
            if float(np.linalg.norm(stretch, axis=1).std()) < RESTFUL * size:
                restful.append(size)
    sample = (
        np.concatenate([gyr[part] for part in pieces[:3]]),
        np.concatenate([acc[part] for part in pieces[:3]]),
    )
    whole = tuple(
        bool((values == np.round(values)).all() and np.abs(values).max() > 1) for values in reversed(sample)
    )
    return Look(
        resting=float(np.median(restful)) if restful else None,
        moving=float(np.median(means)),
        variation=float(np.median(varied)),
        whole=(whole[0], whole[1]),
        acc=acc,
        gyr=gyr,
        rate_hz=rate_hz,
        pieces=pieces,
    )


def _without_damage(acc: Floats) -> Floats:
    """The same with nought for numbers far beyond all others; no copy when there are none."""
    bound = DAMAGE_TIMES * float(np.median(np.abs(acc[:: max(len(acc) // 10_000, 1)]).max(axis=1)))
    if max(acc.max(), -acc.min()) <= bound:
        return acc
    return np.where(np.abs(acc) > bound, 0.0, acc)


def _stretches(values: Floats, window: int) -> list[Floats]:
    """Whole stretches of a piece, or the piece itself when it is shorter."""
    if len(values) < window:
        return [values] if len(values) else []
    return [values[i : i + window] for i in range(0, len(values) - window + 1, window)]


def could_be_gravity(look: Look, word: str) -> bool:
    """Whether gravity, in a unit that was said, has about the size of gravity."""
    low, high = STATED_G
    sizes = [look.moving] if look.resting is None else [look.resting, look.moving]
    return any(low <= size * mps2(word) / G <= high for size in sizes)


def acc_readings(look: Look) -> list[str]:
    """Every unit in which gravity has the size of gravity."""
    words = list(ACC_UNITS)
    if look.whole[0]:
        words += [f"raw:{span}g" for span in RAW_ACC_RANGES]

    def fits(word: str) -> bool:
        worth = mps2(word) / G
        if look.variation * worth > MOST_VARIATION_G:
            return False
        if look.resting is not None:
            return RESTING_G[0] <= look.resting * worth <= RESTING_G[1]
        return MOVING_G[0] <= look.moving * worth <= MOVING_G[1]

    return [word for word in words if fits(word)]


def gyr_readings(look: Look, acc_worth: float) -> tuple[list[str], str, Callable[[str], bool]]:
    """Every unit in which the sensor turns as a sensor on a person does, and as gravity says it did.

    Returns
    -------
    list of str
        The units, none when nothing tells.
    str
        What tells.
    callable
        Whether a unit that was said could be, with a wider margin.
    """
    words = list(GYR_UNITS)
    if look.whole[1]:
        words = [f"raw:{span}dps" for span in RAW_GYR_RANGES] + words
    classes = _turning_by_movement(look, acc_worth)
    scale = scale_by_tilt(look.acc, look.gyr, look.rate_hz, look.pieces, acc_worth)

    def fits(word: str, factors: tuple[float, float]) -> bool:
        turning = all(low <= rms * radps(word) * DEG <= high for rms, low, high in classes)
        return turning and (scale is None or factors[0] <= scale / radps(word) <= factors[1])

    left = [word for word in words if fits(word, TILT_SCALE)] if classes or scale is not None else []
    evidence = "a gyroscope that turns as " + (
        "gravity does" if scale is not None else "much as a person does"
    )
    return left, evidence, lambda word: fits(word, STATED_TILT_SCALE)


def turning_beyond_a_body(look: Look, acc_worth: float, word: str) -> float | None:
    """How fast the sensor would turn in this unit where no body does. [°/s]"""
    fastest = max(
        (rms * radps(word) * DEG for rms, _, _ in _turning_by_movement(look, acc_worth)), default=0.0
    )
    return fastest if fastest > FASTEST_DPS else None


def _turning_by_movement(look: Look, acc_worth: float) -> list[tuple[float, float, float]]:
    """Median rms of the gyroscope [file units] in stretches of like movement, with its bounds [°/s]."""
    window = max(round(TURNING_WINDOW_S * look.rate_hz), 2)
    movement, turning = [], []
    for part in look.pieces:
        for force, rate in zip(
            _stretches(look.acc[part], window), _stretches(look.gyr[part], window), strict=True
        ):
            movement.append(float(np.linalg.norm(force, axis=1).std()) * acc_worth / G)
            turning.append(float(np.sqrt(((rate - rate.mean(axis=0)) ** 2).sum(axis=1).mean())))
    moved, turned = np.array(movement), np.array(turning)
    duration = min(TURNING_WINDOW_S, max(part.stop - part.start for part in look.pieces) / look.rate_hz)
    out = []
    for start, stop, least, most in TURNING_DPS:
        inside = (moved >= start) & (moved < stop)
        if inside.sum() * duration >= LEAST_CLASS_S:
            out.append((float(np.median(turned[inside])), least, most))
    return out


def clock_readings(step: float, rate_hz: float | None) -> tuple[dict[str, float], list[str]]:
    """Rows in a second by unit, and the units in which that is what was stated, or what sensors give."""
    rates = {word: 1.0 / (step * worth) for word, worth in TIME_UNITS.items()}
    low, high = PLAUSIBLE_RATE_HZ
    if rate_hz is not None:
        return rates, [word for word, rate in rates.items() if close(rate, rate_hz)]
    return rates, [word for word, rate in rates.items() if low <= rate <= high]


def close(rate: float, stated: float) -> bool:
    """Whether two rates are the same for a logger."""
    return abs(rate / stated - 1.0) < RATE_TOLERANCE
