"""All measures of a run, in order: the room's one door.

Lives here: the list, and the mean waveforms.
Not here: any single measure.
"""

from __future__ import annotations

import numpy as np

from gait.measures import (
    evenness,
    lasting,
    lean,
    pairing,
    regularity,
    rhythm,
    rotation,
    settling,
    smoothness,
    spring,
    sway,
    tipping,
    togetherness,
)
from gait.measures.context import View
from gait.measures.curves import Curves, Settling
from gait.measures.measure import Cycle, Measures
from gait.rotations import Floats
from gait.units import DEG

#: Strides, evenly over the run, that are enough for a waveform and its spread.  [strides]
#: Chosen: the 10th percentile of 2000 is known to 2 % of the spread.
MOST_FOR_WAVES = 2000

#: In the order of the tables.
ALL = (
    rhythm.cadence,
    lean.lean,
    rotation.rotation,
    sway.sway,
    spring.vertical_oscillation,
    spring.contact_time,
    spring.flight_time,
    rhythm.stride_time_cv,
    regularity.step_regularity,
    regularity.stride_regularity,
    togetherness.togetherness,
    smoothness.smoothness,
    tipping.set_off,
    evenness.turn_symmetry,
    evenness.turn_split,
    sway.lateral_share,
    pairing.step_time_difference,
    pairing.step_likeness,
)

#: Every key there can be.
KEYS = (
    "cadence",
    "lean",
    "rotation",
    "sway",
    "vertical_oscillation",
    "contact_time",
    "flight_time",
    "stride_time_cv",
    "step_regularity",
    "stride_regularity",
    "togetherness",
    "smoothness",
    "set_off",
    "turn_symmetry",
    "turn_split",
    "lateral_share",
    "step_time_difference",
    "step_likeness",
    "settle_drop",
    "settle_time",
    *(f"late_{key}" for key in lasting.COMPARED),
)


def measure_all(view: View) -> Measures:
    """Every measure of the strides in view, how lean, turn and bounce run over the stride, and data for pictures."""
    found = [one(view) for one in ALL]
    parts, settled = settling.settling(view)
    found += [*parts, *lasting.late(view, found)]
    some = _some(view)
    cycles = {} if some is None else _cycles(some)
    return Measures(view.strides, {m.key: m for m in found}, cycles, _curves(view, some, settled))


def _some(view: View) -> View | None:
    """Strides that count, evenly over the run, from left contact on where sides are known; None without any."""
    # Strides that open with the other foot (feet named anew on the way) would blur the mean.
    opened = ~rotation.opens_other(view)
    counted = np.flatnonzero(view.counted & opened & np.isfinite(view.cycles["up"]).all(axis=1))
    return view.at(counted[:: -(-len(counted) // MOST_FOR_WAVES)]) if len(counted) else None


def _cycles(some: View) -> dict[str, Cycle]:
    """Mean and spread of waveforms over the strides in view."""
    m = some.mounting
    waves: dict[str, tuple[str, Floats]] = {
        "rotation": ("deg", rotation.drift_free(some) * DEG),
        "height": ("cm", spring.bounce(some) * 100.0),
        "vertical_acceleration": ("mps2", some.cycles["up"]),
    }
    if m.standing is not None and m.sign_known:
        waves["lean"] = ("deg", some.cycles["lean"] * DEG)
    if m.forward_sigma_deg < sway.UNKNOWN_FORWARD_DEG:
        waves["sway"] = ("deg", some.cycles["sway"] * DEG)
    return {key: _cycle(key, unit, wave) for key, (unit, wave) in waves.items()}


def _curves(view: View, some: View | None, settled: Settling | None) -> Curves:
    """What pictures are drawn from."""
    starts = tipping.starts_curve(view)
    if some is None:
        return Curves(settling=settled, starts=starts)
    return Curves(
        loop=sway.loop(some),
        clock=togetherness.clock(view),
        beats=rhythm.beats(view),
        overlay=regularity.overlay(some),
        settling=settled,
        starts=starts,
    )


def _cycle(key: str, unit: str, wave: Floats) -> Cycle:
    """Mean and the 10th and 90th percentile of waves (k, m)."""
    low, high = np.percentile(wave, [10, 90], axis=0)
    return Cycle(key, unit, np.arange(wave.shape[1]) / wave.shape[1], wave.mean(axis=0), low, high)
