"""Which units a table is in, when nobody has said; and whether what was said can be.

Lives here: the one reading that gravity, the turning of gravity and the clock leave possible; or the refusal.
Not here: what the words mean (words.py), what a header says (dialects.py).

Nothing is guessed. Every unit we know is tried; a reading that a person wearing a sensor cannot produce is struck
out; if exactly one is left it is taken, with a note that says so; else the file is refused with the flag to add.
A unit that was said is believed as long as it can be: what gravity or the gyroscope flatly contradicts is refused.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from gait.errors import ReadError
from gait.readers.clock import usual_step
from gait.readers.tilt import scale_by_tilt
from gait.readers.words import (
    ACC_UNITS,
    FULL_SCALE_COUNTS,
    GYR_UNITS,
    TIME_UNITS,
    Units,
    mps2,
    radps,
    seconds,
)
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

#: Least time in one of the classes above before it counts. [s]
LEAST_CLASS_S = 4.0

#: The scale that gravity shows may differ from a unit by these factors. Chosen: neighbouring raw ranges are 2 apart.
TILT_SCALE = (0.75, 1.33)

#: Gravity's turning speaks against a stated unit beyond these factors alone. Chosen: a neighbouring raw range (2) is
#: left to whoever set it.
STATED_TILT_SCALE = (1 / 3, 3.0)

#: Counts that sensors with fewer than 16 bits give for 1 g. Source: ADXL345 data sheet rev. E, table 1 (256 counts);
#: MMA8451Q, LIS3DH: 1024 and 4096 at ±2 g.
COUNTS_A_G = (64, 128, 256, 512, 1024)

#: A measured gravity fits such a number within this share. Chosen: a running sensor's mean force is 0.96 to 1.09 g.
COUNTS_TOLERANCE = 0.12

#: A number this many times the usual one is damage, which shall not weigh on gravity. Chosen: five times the hardest
#: landing that a 16 g sensor can show.
DAMAGE_TIMES = 80.0

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
    asked: Units | None = None,
    header: Units | None = None,
) -> tuple[Units, Factors, tuple[str, ...]]:
    """Find the units that nobody has told, and refuse those told that cannot be.

    Parameters
    ----------
    t, acc, gyr : (n,), (n, 3), (n, 3) arrays
        As in the file.
    told : Units
        By the caller, the header or another recording, the first of them that says a word.
    name : str
        The file, for messages.
    rate_hz : float, optional
        A stated rate, which helps with the clock. [Hz]
    asked, header : Units, optional
        What of ``told`` the caller and the header said, for where they differ and for messages.

    Returns
    -------
    Units
        All three words.
    Factors
        What they are worth in SI.
    tuple of str
        Notes that say what was found and by what, and which of two contradicting words was taken.

    Raises
    ------
    ReadError
        If no reading is possible, or more than one; or what was told cannot be.
    """
    said = _Said(asked or Units(), header or Units(), told)
    time, by_clock = _clock_unit(t, said, name, rate_hz)
    look = _look(t, TIME_UNITS[time], acc, gyr)
    short = len(t) < GRAVITY_WINDOW_S * look.rate_hz
    acc_words = _acc_readings(look)
    if told.acc is None:
        if len(acc_words) != 1:
            raise ReadError(_acc_refusal(name, look, acc_words, time))
        acc_word = acc_words[0]
    else:
        acc_word = told.acc
        if not short and not _could_be_gravity(look, acc_word):
            raise ReadError(_stated_acc_refusal(name, look, acc_words, time, said))
        if said.differ("acc") and (short or _could_be_gravity(look, said.header.acc or "")):
            raise ReadError(_open_conflict(name, "acceleration", acc_word, said.header.acc))
    gyr_words, evidence, possible = _gyr_readings(look, mps2(acc_word))
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
        if not short and len(gyr_words) == 1 and gyr_words[0] != gyr_word and not possible(gyr_word):
            raise ReadError(
                f"{name}: {said.who('gyr')} that its turning is in {gyr_word}, and how it turns fits {gyr_words[0]} alone. "
                f"{said.way_out('gyr', gyr_words[0], f'{time},{acc_word},{gyr_words[0]}')}"
            )
        if said.differ("gyr") and (short or not gyr_words or possible(said.header.gyr or "")):
            raise ReadError(_open_conflict(name, "turning", gyr_word, said.header.gyr))
    found, factors = Units(time, acc_word, gyr_word), _factors(time, acc_word, gyr_word)
    reasons = [
        *([by_clock] if told.time is None and by_clock else []),
        *([f"a gravity of {look.resting or look.moving:.4g}"] if told.acc is None else []),
        *([evidence] if told.gyr is None else []),
    ]
    against = said.overruled(found)
    if not reasons:
        return found, factors, against
    why = ", ".join(reasons[:-1]) + (" and " if reasons[1:] else "") + reasons[-1]
    return (
        found,
        factors,
        (f"The file does not say all its units; it was read as {found}, by {why}.", *against),
    )


@dataclass(frozen=True)
class _Said:
    """Who said which unit."""

    asked: Units
    header: Units
    told: Units

    def differ(self, what: str) -> bool:
        """Whether --units and the header contradict each other."""
        asked, header = getattr(self.asked, what), getattr(self.header, what)
        return asked is not None and header is not None and asked != header

    def who(self, what: str) -> str:
        """Subject and verb of what was told."""
        if getattr(self.asked, what) is not None:
            return "--units says"
        return "its header says" if getattr(self.header, what) is not None else "the other recording says"

    def way_out(self, what: str, fits: str, units: str) -> str:
        """What to do when this unit fits and the one told does not."""
        if getattr(self.header, what) == fits:
            return "Leave --units out; the header fits."
        return f"Say --units {units}."

    def overruled(self, found: Units) -> tuple[str, ...]:
        """A note where --units was followed and the header not."""
        names = {"time": "clock", "acc": "acceleration", "gyr": "turning"}
        parts = [
            f"{name} in {getattr(self.header, what)}" for what, name in names.items() if self.differ(what)
        ]
        if not parts:
            return ()
        return (
            f"The header says {' and '.join(parts)}; the file was read as {found}, as asked, and its numbers fit that alone.",
        )


def _factors(time: str, acc: str, gyr: str) -> Factors:
    """The words in SI."""
    return Factors(seconds(time), mps2(acc), radps(gyr))


def _clock_unit(t: Floats, said: _Said, name: str, rate_hz: float | None) -> tuple[str, str]:
    """The clock's unit and what speaks for it."""
    step = usual_step(t)
    told = said.told
    if told.time is not None:
        _check_clock(step, said, name, rate_hz)
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
    rates, fitting = _clock_readings(step, rate_hz)
    low, high = PLAUSIBLE_RATE_HZ
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


def _clock_readings(step: float, rate_hz: float | None) -> tuple[dict[str, float], list[str]]:
    """Rows in a second by unit, and the units in which that is what was stated, or what sensors give."""
    rates = {word: 1.0 / (step * worth) for word, worth in TIME_UNITS.items()}
    low, high = PLAUSIBLE_RATE_HZ
    if rate_hz is not None:
        return rates, [word for word, rate in rates.items() if _close(rate, rate_hz)]
    return rates, [word for word, rate in rates.items() if low <= rate <= high]


def _check_clock(step: float, said: _Said, name: str, rate_hz: float | None) -> None:
    """Refuse a unit from --units that another one should replace."""
    word = said.asked.time
    if word is None:
        return
    rates, fitting = _clock_readings(step, rate_hz)
    possible = POSSIBLE_RATE_HZ[0] <= rates[word] <= POSSIBLE_RATE_HZ[1]
    if rate_hz is not None:
        possible = possible and word in fitting
    if not possible and len(fitting) == 1:
        rest = f"{said.told.acc or '...'},{said.told.gyr or '...'}"
        raise ReadError(
            f"{name}: --units says that its clock is in {word}, which would make {rates[word]:.4g} rows in a second; in "
            f"{fitting[0]} there are {rates[fitting[0]]:.4g}. {said.way_out('time', fitting[0], f'{fitting[0]},{rest}')}"
        )
    if said.differ("time") and (word not in fitting or said.header.time in fitting):
        raise ReadError(_open_conflict(name, "clock", word, said.header.time))


def _close(rate: float, stated: float) -> bool:
    """Whether two rates are the same for a logger."""
    return abs(rate / stated - 1.0) < RATE_TOLERANCE


def _look(t: Floats, second: float, acc: Floats, gyr: Floats) -> _Look:
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


def _could_be_gravity(look: _Look, word: str) -> bool:
    """Whether gravity, in a unit that was said, has about the size of gravity."""
    low, high = STATED_G
    sizes = [look.moving] if look.resting is None else [look.resting, look.moving]
    return any(low <= size * mps2(word) / G <= high for size in sizes)


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


def _gyr_readings(look: _Look, acc_worth: float) -> tuple[list[str], str, Callable[[str], bool]]:
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


def _open_conflict(name: str, what: str, asked: str, header: str | None) -> str:
    """--units and the header contradict each other, and the numbers do not say that --units is right."""
    return (
        f"{name}: --units says that its {what} is in {asked} and its header says {header}, and its numbers do not show the "
        "header to be wrong. Leave --units out; or, where the header is known to be wrong, name the columns as well: "
        "--columns t,ax,ay,az,gx,gy,gz."
    )


def _stated_acc_refusal(name: str, look: _Look, words: Sequence[str], time: str, said: _Said) -> str:
    """Why the stated unit of acceleration cannot be."""
    told = said.told
    size = look.resting if look.resting is not None else look.moving
    gravity = size * mps2(told.acc or "") / G
    opening = f"{name}: {said.who('acc')} that its acceleration is in {told.acc}, with which gravity would be {gravity:.2g} g"
    if len(words) == 1:
        way_out = said.way_out("acc", words[0], f"{time},{words[0]},{told.gyr or '...'}")
        return f"{opening}; it fits {words[0]} alone. {way_out}"
    if words:
        return f"{opening}; it could be {' or '.join(words)}. Say which: --units {time},{words[0]},{told.gyr or '...'}."
    if _no_gravity_in(look):
        return (
            f"{opening} and its ups and downs {look.variation * mps2(told.acc or '') / G:.2g} g, so gravity is not in it, or "
            "other columns are the accelerometer. Export the acceleration with gravity, or say the columns "
            "(--columns t,ax,ay,az,gx,gy,gz)."
        )
    if look.whole[0]:
        return f"{opening}. {_counts_advice(size, time, told.gyr)}"
    return (
        f"{opening}, and in no unit that is known is it 1 g. Say which columns are the accelerometer: "
        "--columns t,ax,ay,az,gx,gy,gz; and look up the unit of their numbers."
    )


def _no_gravity_in(look: _Look) -> bool:
    """Whether the mean is so small beside the ups and downs that gravity was taken out."""
    return (look.resting if look.resting is not None else look.moving) < 0.3 * look.variation


def _counts_advice(size: float, time: str, gyr: str | None) -> str:
    """Which words say a sensor's counts, in one sentence or two."""
    nearest = min(COUNTS_A_G, key=lambda counts: abs(math.log(size / counts)))
    counts = nearest if abs(size / nearest - 1.0) < COUNTS_TOLERANCE else size
    span = f"{FULL_SCALE_COUNTS / counts:.3g}"
    return (
        f"Some {size:.4g} counts are 1 g here, and raw:<range>g means 32768 counts for the range. If the sensor's manual "
        f"has {counts:.4g} counts a g, say --units {time},raw:{span}g,{gyr or 'raw:2000dps'}; else say which columns are "
        "the accelerometer: --columns t,ax,ay,az,gx,gy,gz."
    )


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
    if look.whole[0]:
        return f"{name}: gravity measures {size:.4g}, which is 1 g in no unit that is known. {_counts_advice(size, time, None)}"
    return (
        f"{name}: gravity measures {size:.4g}, which is 1 g in no unit that is known. Say the units, for example "
        f"--units {time},g,dps, or which columns are the accelerometer: --columns t,ax,ay,az,gx,gy,gz."
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
