"""Sensors with clocks of their own, joined to one recording.

Lives here: one sensor's rising stamps and axes, gravity added back, two clocks made one.
Not here: which file or row is which sensor (phone_log.py, long_table.py), damaged stamps (stamps.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from gait.errors import ReadError
from gait.readers import clock, infer
from gait.readers.damage import WILD_WORDS, WILDEST_ACC, WILDEST_GYR, beyond, bounded, counted
from gait.readers.table import LEAST_ROWS
from gait.readers.words import Units, mps2, radps
from gait.recording import Recording, Samples
from gait.rotations import Floats

#: Two sensors of one recording overlap by at least this share of the shorter one. Chosen: one may be switched on late.
LEAST_OVERLAP = 0.3


@dataclass(frozen=True)
class Part:
    """One sensor's rising stamps [s] and axes in file units, with what was noticed."""

    t: Floats
    xyz: Floats
    rows: int
    damage: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def join(
    acc: Part,
    gyr: Part,
    told: Units,
    name: str,
    *,
    dialect: str,
    asked: Units | None = None,
    header: Units | None = None,
    acc_sign: float = 1.0,
) -> tuple[Recording, Units]:
    """One recording from an accelerometer and a gyroscope.

    Parameters
    ----------
    acc, gyr : Part
    told : Units
        As far as anybody said; time is in seconds.
    name, dialect : str
    asked, header : Units, optional
        As in infer.settle.
    acc_sign : float

    Raises
    ------
    ReadError
        If they share no time, or the units are left open.
    """
    if told.acc and told.gyr:
        acc = sane(acc, WILDEST_ACC / mps2(told.acc), name)
        gyr = sane(gyr, WILDEST_GYR / radps(told.gyr), name)
    t, gyr_at, bridged = on_clock(acc.t, gyr)
    shorter = min(acc.t[-1] - acc.t[0], gyr.t[-1] - gyr.t[0])
    if len(t) < LEAST_ROWS or t[-1] - t[0] < LEAST_OVERLAP * shorter:
        raise ReadError(
            f"{name}: accelerometer and gyroscope share {len(t)} samples in time; a recording needs {LEAST_ROWS} and most of the "
            f"shorter one. The first runs from {acc.t[0]:.6g} to {acc.t[-1]:.6g} s and the other from {gyr.t[0]:.6g} to "
            f"{gyr.t[-1]:.6g} s by their own clocks; are they of the same recording?"
        )
    notes = [*acc.notes, *(note for note in gyr.notes if note not in acc.notes)]
    for part, file in ((acc, "the accelerometer"), (gyr, "the gyroscope")):
        if part.damage:
            notes.append(f"Left out of {part.rows} rows of {file}: {', '.join(part.damage)}.")
    force = acc.xyz[np.isin(acc.t, t)]
    found, factors, more = infer.settle(
        t, force, gyr_at, Units("s", told.acc, told.gyr), name, asked=asked, header=header
    )
    step = clock.usual_step(t)
    recording = Recording(
        samples=Samples(t, acc_sign * factors.acc * force, factors.gyr * gyr_at),
        rate_hz=1.0 / step,
        source=name,
        dialect=dialect,
        rows=acc.rows,
        gaps=clock.gaps(t, step),
        notes=(*notes, *more, *([bridged] if bridged else [])),
    )
    return recording, found


def sane(part: Part, most: float, name: str) -> Part:
    """The same without rows that hold a number beyond ``most``, which no sensor gives."""
    wild = beyond(part.xyz, part.xyz, most, most)
    if wild is None:
        return part
    n = int(wild.sum())
    damage = (*part.damage, *counted(n, *WILD_WORDS))
    bounded(name, part.rows, part.rows - len(part.t) + n, damage)
    return replace(part, t=part.t[~wild], xyz=part.xyz[~wild], damage=damage)


def add(linear: Part, gravity: Part) -> Part:
    """Acceleration without gravity, and gravity, added on the clock of the first."""
    t, values, _ = on_clock(linear.t, gravity)
    kept = np.isin(linear.t, t)
    notes: Sequence[str] = (*linear.notes, *(note for note in gravity.notes if note not in linear.notes))
    return Part(t, linear.xyz[kept] + values, linear.rows, (*linear.damage, *gravity.damage), tuple(notes))


def on_clock(t: Floats, part: Part) -> tuple[Floats, Floats, str]:
    """Another sensor's axes at these stamps, where its own samples lie close enough on both sides.

    Returns
    -------
    t : (m,) array
        The stamps for which there is a value.
    values : (m, 3) array
    note : str
    """
    step = clock.usual_step(part.t)
    after = np.searchsorted(part.t, t)
    inside = (after > 0) & (after < len(part.t))
    exact = np.isin(t, part.t)
    span = part.t[np.minimum(after, len(part.t) - 1)] - part.t[np.maximum(after - 1, 0)]
    near = exact | (inside & (span <= (clock.MOST_MISSING + 1.5) * step))
    at = t[near]
    values = np.column_stack([np.interp(at, part.t, part.xyz[:, axis]) for axis in range(3)])
    return (
        at,
        values,
        "" if exact.all() else "The gyroscope was brought to the accelerometer's clock by interpolation.",
    )
