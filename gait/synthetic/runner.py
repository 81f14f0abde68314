"""A runner's body: how fast, how it leans, turns, nods and lands.

Lives here: Runner, its rhythm and contact time by speed, where a sensor is worn on it.
Not here: the shape of its movement over a stride (waveform.py), where it runs (course.py), its feet (steps.py).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from gait.rotations import Floats
from gait.synthetic.waveform import Harmonics, Waveform, Worn

#: Speeds of the two tables below. [m/s]
SPEED_KNOTS = np.array([0.0, 2.0, 3.0, 4.0, 5.0, 7.0])

#: Running cadence at those speeds; sets the step time. [steps/min]  Source: SIGNALS.md, typical
#: values at 2, 3, 4 and 5 m/s; outside of them continued (set-off is a little slower).
CADENCE_KNOTS = np.array([150.0, 160.0, 168.0, 178.0, 195.0, 225.0])

#: Running contact time at those speeds; what is left of the step is flight. [s]  Source: as above.
CONTACT_KNOTS = np.array([0.340, 0.325, 0.266, 0.233, 0.209, 0.165])

#: From the whole body's centre of mass to the sensor, torso axes. [m]  Chosen: centre of mass near
#: the second sacral vertebra; sternum 0.32 m above it, sensors on the skin of an adult.
LEVER: dict[Worn, tuple[float, float, float]] = {
    "sternum": (0.09, 0.0, 0.32),
    "upper-back": (-0.12, 0.0, 0.36),
    "waist": (-0.10, 0.0, 0.08),
    "sacrum": (-0.11, 0.0, 0.02),
}


def cadence_at(speed: Floats | float) -> Floats:
    """Running cadence by speed. [steps/min]."""
    return np.asarray(np.interp(speed, SPEED_KNOTS, CADENCE_KNOTS))


def contact_at(speed: Floats | float) -> Floats:
    """Running contact time by speed. [s]."""
    return np.asarray(np.interp(speed, SPEED_KNOTS, CONTACT_KNOTS))


@dataclass(frozen=True)
class Runner:
    """One person, one place of the sensor.

    Attributes
    ----------
    placement : str
        "sternum", "upper-back", "waist" or "sacrum".
    speed_mps : float
        Speed on the straight at even effort. [m/s]
    cadence_spm, contact_s : float or None
        Rhythm and contact time; None takes what people use at that speed. [steps/min] [s]
    lean_deg : float
        Mean forward inclination against the own standing line. [°]
    lean_drift_deg : float
        How much the lean changes from the first to the last running second. [°]
    nod_deg, turn_deg, roll_deg : float
        Amplitude (half of peak to peak) of the forward inclination, the azimuth and the
        inclination to the right over a stride. [°]
    impact_g : float
        Peak of the local shock of landing as the sensor feels it, on top of what carries the body. [g]
    timing_asymmetry : float
        Steps from the foot that lands first in the course to the other last (1 + this) times the mean step, the
        others (1 - this).
    step_time_cv : float
        Standard deviation of step time over its mean, without the asymmetry; correlated from
        step to step.
    stride_cv : float
        The same for the amplitudes of turn, nod and roll from stride to stride.
    shock_cv : float
        The same for the shocks of landing from step to step.
    turn_loose_deg : float
        Standard deviation of the turn's phase against the landing, wandering from stride to stride. [°]
    start_upright : bool
        The trunk stays upright through the first three steps and leans later, instead of tipping into the start.
    settle_s, settle_by : float
        Until settle_s after the first running, turn and roll are (1 - settle_by) times as large and come settle_by
        of an eighth of a stride late; they settle within half a minute. 0 for a run that is settled at once. [s] [1]
    fade_by : float
        From 70 to 80 % of the course on, lean, turn, roll and nod lose this share. [1]
    tissue_wobble : float
        Of skin and strap under the sensor: 0 rigid, 1 a nominal mass on a spring (see trunk.py).
    waveform : Waveform or None
        None takes the middle of the family of this placement.
    lever : tuple or None
        From centre of mass to sensor, torso axes; None takes the placement's. [m]
    """

    placement: Worn = "sternum"
    speed_mps: float = 3.3
    cadence_spm: float | None = None
    contact_s: float | None = None
    lean_deg: float = 6.0
    lean_drift_deg: float = 0.0
    nod_deg: float = 2.0
    turn_deg: float = 13.0
    roll_deg: float = 3.5
    impact_g: float = 1.5
    timing_asymmetry: float = 0.0
    step_time_cv: float = 0.015
    stride_cv: float = 0.06
    shock_cv: float = 0.2
    turn_loose_deg: float = 0.0
    start_upright: bool = False
    settle_s: float = 0.0
    settle_by: float = 0.0
    fade_by: float = 0.0
    tissue_wobble: float = 1.0
    waveform: Waveform | None = None
    lever: tuple[float, float, float] | None = None

    def shape(self) -> Waveform:
        """Its waveform, or the middle of the placement's family."""
        return self.waveform or Waveform.varied(self.placement, None, self.turn_deg)

    def arm(self) -> Floats:
        """From centre of mass to sensor, torso axes. [m]."""
        return np.array(self.lever or LEVER[self.placement])

    def step_time(self, speed: Floats | float) -> Floats:
        """Mean running step time at a speed. [s]."""
        share = 1.0 if self.cadence_spm is None else self.cadence_spm / cadence_at(self.speed_mps)
        return np.asarray(60.0 / (cadence_at(speed) * share))

    def contact_time(self, speed: Floats | float) -> Floats:
        """Mean running contact time at a speed, never longer than 0.98 of a step. [s]."""
        share = 1.0 if self.contact_s is None else self.contact_s / contact_at(self.speed_mps)
        return np.asarray(np.minimum(contact_at(speed) * share, 0.98 * self.step_time(speed)))

    def walking(self) -> Runner:
        """The same person walking: everything smaller, and an upright trunk."""
        shape = self.shape()
        # Chosen from textbook gait (trunk excursions of walking are a third to a half of running's);
        # heel strike 0.1-0.3 g. The force of walking has two peaks: see steps.WALK_FORCE.
        small = 0.35

        def less(harmonics: Harmonics) -> Harmonics:
            return tuple((k, small * share, phase) for k, share, phase in harmonics)

        return replace(
            self,
            lean_deg=0.3 * self.lean_deg,
            lean_drift_deg=0.3 * self.lean_drift_deg,
            nod_deg=0.4 * self.nod_deg,
            turn_deg=0.35 * self.turn_deg,
            roll_deg=0.6 * self.roll_deg,
            impact_g=0.12 * self.impact_g,
            waveform=replace(
                shape,
                fore_aft=0.3 * shape.fore_aft,
                heave=less(shape.heave),
                sideways=less(shape.sideways),
                surge=less(shape.surge),
            ),
        )
