"""Which units a table is in, when nobody has said.

Lives here: the one reading that gravity, the turning of gravity and the clock leave possible; or the refusal.
Not here: what the words mean (words.py), what a header says (dialects.py).

Nothing is guessed. Every unit we know is tried; a reading that a person wearing a sensor cannot produce is struck
out; if exactly one is left it is taken, with a note that says so; else the file is refused with the flag to add.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gait.errors import ReadError
from gait.readers.clock import usual_step
from gait.readers.tilt import scale_by_tilt
from gait.readers.words import ACC_UNITS, GYR_UNITS, TIME_UNITS, Units, mps2, radps, seconds
from gait.rotations import Floats
from gait.units import DEG, G

#: Sampling rates of sensors worn on a body. [Hz]  Chosen: at most a factor 200 apart, so that s, ms, us and ns,
#: which are a factor 1000 apart, never overlap.
PLAUSIBLE_RATE_HZ = (10.0, 2000.0)

#: Beyond these even a stated unit is not believed. [Hz]  Chosen: a factor 10 and more beyond what can be analysed.
POSSIBLE_RATE_HZ = (0.9, 20_000.0)

#: Full scales of 16-bit sensors that raw counts are tried in. [g], [°/s]
#: Source: MPU-6000/6050 product specification rev. 3.4, sections 6.1 and 6.2.
RAW_ACC_RANGES = (2, 4, 8, 16)
RAW_GYR_RANGES = (250, 500, 1000, 2000)

#: Length of the stretches over which specific force is averaged to show gravity. [s]  Chosen: five or more strides.
GRAVITY_WINDOW_S = 4.0

#: Magnitude that the mean specific force may have, in g: at rest (a sensor's scale and offset), and in motion.
#: Chosen: on 12 real and motion-capture recordings 0.975-1.01 at rest, 0.96-1.09 in motion (the last one a trouser pocket).
RESTING_G = (0.88, 1.12)
MOVING_G = (0.8, 1.25)

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

#: Least time in one of the classes above before it counts. [s]
LEAST_CLASS_S = 4.0

#: The scale that gravity shows may differ from a unit by these factors. Chosen: neighbouring raw ranges are 2 apart.
TILT_SCALE = (0.75, 1.33)

#: At most this much of a recording is looked at. [s]  Chosen: units do not change on the way.
LOOKED_AT_S = 600.0

#: A stated rate and the clock may differ by this share. Chosen: phones miss their nominal rate by up to 2 %.
RATE_TOLERANCE = 0.05


@dataclass(frozen=True)
class Factors:
    """What one unit of each column is worth in s, m/s² and rad/s."""

    time: float
    acc: float
    gyr: float


@dataclass(frozen=True)
class _Look:
    """What was seen of a recording whose clock is in seconds; everything else in the file's own units."""

    resting: float | None  # median |mean specific force| over restful stretches
    moving: float  # the same over all stretches
    variation: float  # median rms of specific force about its mean over all stretches
    whole: tuple[bool, bool]  # acc, gyr hold whole numbers alone
    acc: Floats
    gyr: Floats
    rate_hz: float
    pieces: tuple[slice, ...]


def settle(
    t: Floats,
    acc: Floats,
    gyr: Floats,
    told: Units,
    name: str,
    *,
    rate_hz: float | None = None,
    explicit: bool = False,
) -> tuple[Units, Factors, tuple[str, ...]]:
    """Find the units that nobody has told.

    Parameters
    ----------
    t, acc, gyr : (n,), (n, 3), (n, 3) arrays
        As in the file.
    told : Units
        By the caller or the header.
    name : str
        The file, for messages.
    rate_hz : float, optional
        A stated rate, which helps with the clock. [Hz]
    explicit : bool
        Whether ``told`` comes from the caller or a known logger, who are believed against the evidence.

    Returns
    -------
    Units
        All three words.
    Factors
        What they are worth in SI.
    tuple of str
        A note that says what was found and by what.

    Raises
    ------
    ReadError
        If no reading is possible, or more than one.
    """
    time, by_clock = _clock_unit(t, told, name, rate_hz)
    if told.acc is not None and told.gyr is not None and explicit:
        return Units(time, told.acc, told.gyr), _factors(time, told.acc, told.gyr), ()
    look = _look(t, TIME_UNITS[time], acc, gyr)
    believed = explicit or len(t) < GRAVITY_WINDOW_S * look.rate_hz
    acc_words = _acc_readings(look)
    if told.acc is None:
        if len(acc_words) != 1:
            raise ReadError(_acc_refusal(name, look, acc_words, time))
        acc_word = acc_words[0]
    else:
        acc_word = told.acc
        if not believed and len(acc_words) == 1 and acc_words[0] != acc_word and acc_words[0] in ACC_UNITS:
            raise ReadError(
                f"{name} calls its acceleration {acc_word}, and gravity in it measures {look.moving:.4g}, which fits "
                f"{acc_words[0]}. Say which is right: --units {time},{acc_words[0]},{told.gyr or 'radps'} or the header's."
            )
    gyr_words, evidence = _gyr_readings(look, mps2(acc_word))
    if told.gyr is None:
        if not np.ptp(gyr, axis=0).any():
            raise ReadError(
                f"{name}: the gyroscope says the same in every row, so it was probably off; record again with it on."
            )
        if len(gyr_words) != 1:
            raise ReadError(_gyr_refusal(name, time, acc_word, gyr_words, look))
        gyr_word = gyr_words[0]
    else:
        gyr_word = told.gyr
        if not believed and len(gyr_words) == 1 and gyr_word in GYR_UNITS and gyr_words[0] != gyr_word:
            raise ReadError(
                f"{name} calls its turning {gyr_word}, and how it turns fits {gyr_words[0]} alone. "
                f"Say which is right: --units {time},{acc_word},{gyr_words[0]} or --units {time},{acc_word},{gyr_word}."
            )
    found, factors = Units(time, acc_word, gyr_word), _factors(time, acc_word, gyr_word)
    reasons = [
        *([by_clock] if told.time is None and by_clock else []),
        *([f"a gravity of {look.resting or look.moving:.4g}"] if told.acc is None else []),
        *([evidence] if told.gyr is None else []),
    ]
    if not reasons:
        return found, factors, ()
    why = ", ".join(reasons[:-1]) + (" and " if reasons[1:] else "") + reasons[-1]
    return found, factors, (f"The file does not say all its units; it was read as {found}, by {why}.",)


def _factors(time: str, acc: str, gyr: str) -> Factors:
    """The words in SI."""
    return Factors(seconds(time), mps2(acc), radps(gyr))


def _clock_unit(t: Floats, told: Units, name: str, rate_hz: float | None) -> tuple[str, str]:
    """The clock's unit and what speaks for it."""
    step = usual_step(t)
    if told.time is not None:
        if rate_hz is not None and not _close(1.0 / (step * TIME_UNITS[told.time]), rate_hz):
            raise ReadError(
                f"{name}: its clock says {1.0 / (step * TIME_UNITS[told.time]):.4g} rows in a second and the stated rate is "
                f"{rate_hz:g}. Leave out the one that is wrong (the clock with --columns -,ax,ay,az,gx,gy,gz)."
            )
        said_hz = 1.0 / (step * TIME_UNITS[told.time])
        if not POSSIBLE_RATE_HZ[0] <= said_hz <= POSSIBLE_RATE_HZ[1]:
            raise ReadError(
                f"{name}: with a clock in {told.time} there would be {said_hz:.3g} rows in a second, which no sensor gives. "
                "Say the unit it is really in: --units ms,... or us, ns, s."
            )
        return told.time, ""
    rates = {word: 1.0 / (step * worth) for word, worth in TIME_UNITS.items()}
    low, high = PLAUSIBLE_RATE_HZ
    if rate_hz is not None:
        fitting = [word for word, rate in rates.items() if _close(rate, rate_hz)]
    else:
        fitting = [word for word, rate in rates.items() if low <= rate <= high]
    steps = np.diff(t[: 1 << 16])
    if rate_hz is None and step == 1.0 and bool((steps == np.round(steps)).all()):
        raise ReadError(
            f"{name}: the clock goes up by one from row to row, so it may be counting rows or milliseconds. Say the rate "
            "and leave it out (--rate 100 --columns -,ax,ay,az,gx,gy,gz), or say --units ms,..."
        )
    if len(fitting) != 1:
        raise ReadError(
            f"{name}: the clock steps by {step:.4g} from row to row, which in no unit is "
            + (
                f"the stated {rate_hz:g} rows in a second."
                if rate_hz
                else f"between {low:g} and {high:g} rows in a second."
            )
            + " Say the units (--units s,mps2,radps) or leave the clock out (--columns -,ax,ay,az,gx,gy,gz --rate 100)."
        )
    return fitting[0], f"a clock of {rates[fitting[0]]:.4g} Hz"


def _close(rate: float, stated: float) -> bool:
    """Whether two rates are the same for a logger."""
    return abs(rate / stated - 1.0) < RATE_TOLERANCE


def _look(t: Floats, second: float, acc: Floats, gyr: Floats) -> _Look:
    """Look at the first minutes and at pieces spread over the rest."""
    rate_hz = 1.0 / (usual_step(t) * second)
    n = len(t)
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
    return _Look(
        resting=float(np.median(restful)) if restful else None,
        moving=float(np.median(means)),
        variation=float(np.median(varied)),
        whole=(whole[0], whole[1]),
        acc=acc,
        gyr=gyr,
        rate_hz=rate_hz,
        pieces=pieces,
    )


def _stretches(values: Floats, window: int) -> list[Floats]:
    """Whole stretches of a piece, or the piece itself when it is shorter."""
    if len(values) < window:
        return [values] if len(values) else []
    return [values[i : i + window] for i in range(0, len(values) - window + 1, window)]


def _acc_readings(look: _Look) -> list[str]:
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


def _gyr_readings(look: _Look, acc_worth: float) -> tuple[list[str], str]:
    """Every unit in which the sensor turns as a sensor on a person does, and as gravity says it did."""
    words = list(GYR_UNITS)
    if look.whole[1]:
        words = [f"raw:{span}dps" for span in RAW_GYR_RANGES] + words
    classes = _turning_by_movement(look, acc_worth)
    scale = scale_by_tilt(look.acc, look.gyr, look.rate_hz, look.pieces, acc_worth)
    left = []
    for word in words if classes or scale is not None else ():
        turning = all(low <= rms * radps(word) * DEG <= high for rms, low, high in classes)
        tilting = scale is None or TILT_SCALE[0] <= scale / radps(word) <= TILT_SCALE[1]
        if turning and tilting:
            left.append(word)
    if scale is not None:
        return left, "a gyroscope that turns as gravity does"
    return left, "a gyroscope that turns as much as a person does"


def _turning_by_movement(look: _Look, acc_worth: float) -> list[tuple[float, float, float]]:
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


def _acc_refusal(name: str, look: _Look, words: Sequence[str], time: str) -> str:
    """Why the accelerometer's unit cannot be told."""
    size = look.resting if look.resting is not None else look.moving
    if words:
        return f"{name}: gravity measures {size:.4g}, which could be {' or '.join(words)}. Say it: --units {time},{words[0]},..."
    if size < 0.3 * look.variation or size < 0.3:
        return (
            f"{name}: its mean acceleration is {size:.2g}, so gravity is not in it, or other columns are the accelerometer. "
            "Export the acceleration with gravity, or say the columns (--columns t,ax,ay,az,gx,gy,gz) and units (--units s,g,dps)."
        )
    return (
        f"{name}: gravity measures {size:.4g}, which is 1 g in no unit that is known. Say the units, for example "
        f"--units {time},raw:16g,raw:2000dps, or which columns are the accelerometer: --columns t,ax,ay,az,gx,gy,gz."
    )


def _gyr_refusal(name: str, time: str, acc: str, words: Sequence[str], look: _Look) -> str:
    """Why the gyroscope's unit cannot be told."""
    if look.whole[1] and (not words or any(word.startswith("raw") for word in words)):
        return (
            f"{name}: the gyroscope's numbers are whole, so they are probably counts, and nothing shows of which range. "
            f"Say it as set in the sensor: --units {time},{acc},raw:2000dps (or 250, 500, 1000)."
        )
    if words:
        return (
            f"{name}: the gyroscope could be in {' or '.join(words)}; it moves too little to tell. "
            f"Say it: --units {time},{acc},{words[0]} or --units {time},{acc},{words[-1]}."
        )
    return (
        f"{name}: how the gyroscope turns fits a person in neither rad/s nor °/s. If its columns are right, say the unit: "
        f"--units {time},{acc},radps or --units {time},{acc},dps."
    )
