"""The shape of a runner's movement over the stride, and how much runners differ in it.

Lives here: Waveform, its two families (upper body and hips), sums of harmonics.
Not here: how large the movement is (runner.py), when strides happen (steps.py).

Sources of the families: SIGNALS.md (Left and right; Sign, b) for the turn at contact, the sideways force and the fore-aft
phase, which hold for every runner drawn here; tests/accuracy/compare_waveforms.py for the harmonics of
the treadmill pelvis and of the two retargeted chest clips. Spreads: Chosen so that those clips lie among the drawn
runners, except the chest clips' fore-aft force, which contradicts the forty sternum clips of SIGNALS.md.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gait.rotations import Floats
from gait.units import RAD

Worn = Literal["sternum", "upper-back", "waist", "sacrum"]
Complexes = NDArray[np.complex128]

#: Harmonics of the stride as (number, share, phase [°]): share * cos(2π number φ + phase), φ = 0
#: at left-foot contact and 0.5 at right-foot contact.
Harmonics = tuple[tuple[int, float, float], ...]


@dataclass(frozen=True)
class Waveform:
    """The shape of one runner's movement over the stride; sizes are in Runner.

    Attributes
    ----------
    force : tuple of float
        Vertical ground force over one stance, x from 0 to 1: sum of force[k-1] sin(k π x). The second
        makes the peak early, the third flat or double-peaked.
    trunk_lag_hz : float
        The trunk follows the centre of mass through spine and legs like a critically damped second-order
        low pass of this corner; a lower one makes it land later. [Hz]
    braking : float
        Peak of fore-aft braking and propulsion over the peak of the vertical force.
    push : float
        Sideways impulse away from the stance foot over the vertical impulse.
    turn, nod, roll : Harmonics
        Torso azimuth, forward inclination, inclination to the right.
    fore_aft_phase_deg : float
        Phase of the sensor's fore-aft against its vertical acceleration at step frequency. [°]
    fore_aft : float
        Size of that fore-aft component. [m/s²]
    heave, sideways, surge : Harmonics
        Further acceleration of trunk against centre of mass, up, to the left and forward; shares are m/s²
        at the runner's own cadence.
    impact_delay, impact_width : float
        When after contact the shock peaks at the sensor, and its standard deviation in time. [s]
    """

    force: tuple[float, ...]
    trunk_lag_hz: float
    braking: float
    push: float
    turn: Harmonics
    nod: Harmonics
    roll: Harmonics
    fore_aft_phase_deg: float
    fore_aft: float
    heave: Harmonics
    sideways: Harmonics
    surge: Harmonics
    impact_delay: float
    impact_width: float

    @staticmethod
    def varied(placement: Worn, rng: np.random.Generator | None = None, turn_deg: float = 12.0) -> Waveform:
        """One runner's own shape.

        Parameters
        ----------
        placement : str
        rng : Generator or None
            None gives the middle of every range.
        turn_deg : float
            Amplitude of turning; at the hips it decides the phase that keeps the difference between
            left and right contact within what was measured. [°]
        """
        dice = _dice(rng)
        return _upper_body(dice) if placement in ("sternum", "upper-back") else _hips(dice, turn_deg)


class _Dice(NamedTuple):
    """Normal around a middle, cut at two spreads so that no runner is impossible; even between two ends."""

    near: Callable[[float, float], float]
    within: Callable[[float, float], float]


def _dice(rng: np.random.Generator | None) -> _Dice:
    if rng is None:
        return _Dice(lambda middle, _: middle, lambda low, high: (low + high) / 2)
    return _Dice(
        lambda middle, spread: middle + spread * float(np.clip(rng.normal(), -2.0, 2.0)),
        lambda low, high: float(rng.uniform(low, high)),
    )


def _force(dice: _Dice) -> tuple[float, ...]:
    """Vertical force of a running stance: peak before its middle, soft end."""
    early, peaked = dice.near(0.13, 0.05), dice.near(-0.13, 0.05)
    # The force ends by falling: its slope at toe-off, -1 + 2 early - 3 peaked, stays below zero.
    return (1.0, early, max(peaked, -(1.0 - 2.0 * early - 0.1) / 3.0), dice.near(0.0, 0.015))


def _upper_body(dice: _Dice) -> Waveform:
    near, within = dice
    return Waveform(
        force=_force(dice),
        trunk_lag_hz=within(17.0, 60.0),
        braking=near(0.12, 0.02),
        push=near(0.035, 0.010),
        impact_delay=within(0.019, 0.040),
        impact_width=within(0.0065, 0.0095),
        turn=(
            (1, 1.0, within(-15.0, 45.0)),
            (2, near(0.04, 0.02), within(0, 360)),
            (3, near(0.08, 0.03), within(90, 270)),
        ),
        nod=(
            (2, 1.0, near(-120.0, 16.0)),
            (1, near(0.15, 0.06), within(0, 360)),
            (4, near(0.12, 0.05), near(-70.0, 25.0)),
        ),
        roll=(
            (1, 1.0, near(136.0, 10.0)),
            (2, near(0.12, 0.05), within(0, 360)),
            (3, near(0.19, 0.05), near(80.0, 20.0)),
        ),
        fore_aft_phase_deg=near(-134.0, 9.0),
        fore_aft=within(2.2, 4.2),
        heave=(
            (4, near(1.2, 0.5), near(160.0, 40.0)),
            (6, near(1.5, 0.5), near(90.0, 35.0)),
            (8, near(0.8, 0.3), near(60.0, 40.0)),
            (1, near(0.4, 0.2), within(0, 360)),
        ),
        sideways=(
            (3, near(1.6, 0.6), near(-140.0, 25.0)),
            (5, near(1.4, 0.5), near(-170.0, 40.0)),
            (2, near(0.3, 0.15), within(0, 360)),
        ),
        surge=(
            (4, near(1.0, 0.4), within(-60.0, 60.0)),
            (6, near(0.8, 0.4), within(0, 360)),
            (1, near(0.3, 0.15), within(0, 360)),
        ),
    )


def _hips(dice: _Dice, turn_deg: float) -> Waveform:
    near, within = dice
    # Degrees between the turns at left and right contact: the phase keeps them inside the clips' 0.4-14.
    # The hips are turned furthest left after left contact, as in the treadmill clip.
    apart = min(within(2.3, 12.5), 1.9 * turn_deg)
    return Waveform(
        force=_force(dice),
        trunk_lag_hz=within(14.0, 40.0),
        braking=near(0.12, 0.02),
        push=near(0.035, 0.010),
        impact_delay=within(0.019, 0.040),
        impact_width=within(0.0065, 0.0095),
        turn=(
            (1, 1.0, -float(np.degrees(np.arccos(apart / (2 * turn_deg))))),
            (2, near(0.08, 0.03), within(0, 360)),
            (3, near(0.06, 0.02), near(114.0, 20.0)),
        ),
        nod=(
            (2, 1.0, near(62.0, 15.0)),
            (1, near(0.2, 0.08), within(0, 360)),
            (4, near(0.16, 0.06), near(-35.0, 25.0)),
            (6, near(0.12, 0.05), near(37.0, 25.0)),
        ),
        roll=(
            (1, 1.0, near(-20.0, 10.0)),
            (2, near(0.2, 0.1), within(0, 360)),
            (3, near(1.0, 0.4), near(134.0, 15.0)),
            (5, near(0.3, 0.12), near(113.0, 25.0)),
        ),
        fore_aft_phase_deg=near(-33.0, 5.0),
        fore_aft=within(3.5, 5.5),
        heave=(
            (4, near(4.3, 1.2), near(-112.0, 25.0)),
            (6, near(2.1, 0.7), near(125.0, 35.0)),
            (8, near(0.8, 0.3), near(95.0, 40.0)),
            (1, near(0.3, 0.15), within(0, 360)),
        ),
        sideways=(
            (1, near(0.9, 0.25), near(5.0, 20.0)),
            (5, near(1.9, 0.6), near(105.0, 20.0)),
            (2, near(0.4, 0.2), within(0, 360)),
            (7, near(0.7, 0.3), near(-40.0, 30.0)),
        ),
        surge=(
            (4, near(2.0, 0.7), near(124.0, 25.0)),
            (6, near(1.5, 0.5), near(-10.0, 30.0)),
            (1, near(0.2, 0.1), within(0, 360)),
        ),
    )


def half_range(harmonics: Harmonics) -> float:
    """Half of peak to peak of a waveform whose shares are as given."""
    return float(np.ptp(curve(harmonics, np.exp(2j * np.pi * np.arange(360) / 360)))) / 2


def curve(harmonics: Harmonics, turn: Complexes) -> Floats:
    """The waveform at stride phases given as unit complex numbers exp(2πiφ)."""
    out = np.zeros(len(turn))
    for k, share, phase in harmonics:
        out += np.real(share * np.exp(1j * phase * RAD) * turn**k)
    return out
