"""All measures of a run, in order: the room's one door.

Lives here: the list, and the mean waveforms.
Not here: any single measure.
"""

from __future__ import annotations

import numpy as np

from gait.measures import lean, regularity, rhythm, rotation, smoothness, spring, sway, togetherness
from gait.measures.context import View
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
)


def measure_all(view: View) -> Measures:
    """Every measure of the strides in view, and how lean, turn and bounce run over the stride."""
    found = [one(view) for one in ALL]
    return Measures(view.strides, {m.key: m for m in found}, _cycles(view))


def _cycles(view: View) -> dict[str, Cycle]:
    """Mean and spread over the counted strides, from left contact on where sides are known."""
    # Strides that open with the other foot (feet named anew on the way) would blur the mean.
    opened = ~np.isin(view.strides.side, ("right", "B"))
    counted = np.flatnonzero(view.counted & opened & np.isfinite(view.cycles["up"]).all(axis=1))
    if len(counted) == 0:
        return {}
    some = view.at(counted[:: -(-len(counted) // MOST_FOR_WAVES)])
    m = view.mounting
    waves: dict[str, tuple[str, Floats]] = {
        "rotation": ("deg", rotation.drift_free(some) * DEG),
        "height": ("cm", spring.bounce(some) * 100.0),
        "vertical_acceleration": ("mps2", some.cycles["up"]),
    }
    if m.standing is not None and m.sign_known:
        waves["lean"] = ("deg", some.cycles["lean"] * DEG)
    if m.forward_sigma_deg < 45.0:
        waves["sway"] = ("deg", some.cycles["sway"] * DEG)
    heard = {key: (unit, wave) for key, (unit, wave) in waves.items() if np.isfinite(wave).all(axis=1).any()}
    return {key: _cycle(key, unit, wave) for key, (unit, wave) in heard.items()}


def _cycle(key: str, unit: str, wave: Floats) -> Cycle:
    """Mean and the 10th and 90th percentile of waves (k, m)."""
    wave = wave[np.isfinite(wave).all(axis=1)]
    low, high = np.percentile(wave, [10, 90], axis=0)
    return Cycle(key, unit, np.arange(wave.shape[1]) / wave.shape[1], wave.mean(axis=0), low, high)
