"""Which units a table is in, when nobody has said; and whether what was said can be.

Lives here: the one reading that gravity, the turning of gravity and the clock leave possible; or the refusal.
Not here: what the words mean (words.py), what a header says (dialects.py).

Nothing is guessed. Every unit we know is tried; a reading that a person wearing a sensor cannot produce is struck
out; if exactly one is left it is taken, with a note that says so; else the file is refused with the flag to add.
A unit that was said is believed as long as it can be: what gravity or the gyroscope flatly contradicts is refused.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gait.errors import ReadError
from gait.readers import refusals
from gait.readers.clock import usual_step
from gait.readers.evidence import (
    FEWEST_ROWS,
    GRAVITY_WINDOW_S,
    PLAUSIBLE_RATE_HZ,
    acc_readings,
    clock_readings,
    close,
    could_be_gravity,
    gyr_readings,
    look_at,
    turning_beyond_a_body,
)
from gait.readers.refusals import Said
from gait.readers.words import TIME_UNITS, Units, mps2, radps, seconds
from gait.rotations import Floats

#: Beyond these even a stated unit is not believed. [Hz]  Chosen: a factor 10 and more beyond what can be analysed.
POSSIBLE_RATE_HZ = (0.9, 20_000.0)


@dataclass(frozen=True)
class Factors:
    """What one unit of each column is worth in s, m/s² and rad/s."""

    time: float
    acc: float
    gyr: float


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
    said = Said(asked or Units(), header or Units(), told)
    time, by_clock = _clock_unit(t, said, name, rate_hz)
    look = look_at(t, TIME_UNITS[time], acc, gyr)
    short = len(t) < max(GRAVITY_WINDOW_S * look.rate_hz, FEWEST_ROWS)
    acc_words = acc_readings(look)
    if told.acc is None:
        if len(acc_words) != 1:
            raise ReadError(refusals.acc_refusal(name, look, acc_words, time))
        acc_word = acc_words[0]
    else:
        acc_word = told.acc
        if not short and not could_be_gravity(look, acc_word):
            raise ReadError(refusals.stated_acc_refusal(name, look, acc_words, time, said))
        if said.differ("acc") and (short or could_be_gravity(look, said.header.acc or "")):
            raise ReadError(refusals.open_conflict(name, "acceleration", acc_word, said.header.acc))
    gyr_words, evidence, possible = gyr_readings(look, mps2(acc_word))
    if told.gyr is None:
        if not np.ptp(gyr, axis=0).any():
            raise ReadError(
                f"{name}: the gyroscope says the same in every row, so it was probably off; record again with it on."
            )
        if len(gyr_words) != 1:
            raise ReadError(refusals.gyr_refusal(name, time, acc_word, gyr_words, look))
        gyr_word = gyr_words[0]
    else:
        gyr_word = told.gyr
        if not short and len(gyr_words) == 1 and gyr_words[0] != gyr_word and not possible(gyr_word):
            raise ReadError(
                f"{name}: {said.who('gyr')} that its turning is in {gyr_word}, and how it turns fits {gyr_words[0]} alone. "
                f"{said.way_out('gyr', gyr_words[0], f'{time},{acc_word},{gyr_words[0]}')}"
            )
        beyond = None if short else turning_beyond_a_body(look, mps2(acc_word), gyr_word)
        if beyond is not None:
            raise ReadError(refusals.beyond_a_body(name, said, gyr_word, beyond, f"{time},{acc_word}", look))
        if said.differ("gyr") and (short or not gyr_words or possible(said.header.gyr or "")):
            raise ReadError(refusals.open_conflict(name, "turning", gyr_word, said.header.gyr))
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


def _factors(time: str, acc: str, gyr: str) -> Factors:
    """The words in SI."""
    return Factors(seconds(time), mps2(acc), radps(gyr))


def _clock_unit(t: Floats, said: Said, name: str, rate_hz: float | None) -> tuple[str, str]:
    """The clock's unit and what speaks for it."""
    step = usual_step(t)
    told = said.told
    if told.time is not None:
        _check_clock(step, said, name, rate_hz)
        if rate_hz is not None and not close(1.0 / (step * TIME_UNITS[told.time]), rate_hz):
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
    rates, fitting = clock_readings(step, rate_hz)
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


def _check_clock(step: float, said: Said, name: str, rate_hz: float | None) -> None:
    """Refuse a unit from --units that another one should replace."""
    word = said.asked.time
    if word is None:
        return
    rates, fitting = clock_readings(step, rate_hz)
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
        raise ReadError(refusals.open_conflict(name, "clock", word, said.header.time))
