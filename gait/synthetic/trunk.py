"""The moving trunk: where the sensor's place is and how it is turned, at any time.

Lives here: Body, which puts path, steps and waveforms together, and the Pose it gives.
Not here: what a sensor reads there (sensor.py), the forces of stance (steps.py).

Place and orientation are given; what an accelerometer and a gyroscope feel follows from them by differences, so
they are consistent whatever the waveforms are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import CubicSpline
from scipy.signal import bilinear, lfilter

from gait.rotations import Floats
from gait.synthetic.course import Course, Path, smooth
from gait.synthetic.runner import Runner
from gait.synthetic.steps import Steps, locate, pink, steps_of
from gait.synthetic.waveform import Harmonics, curve, half_range
from gait.units import DEG, RAD, G

#: The trunk leans into an acceleration by this share of the apparent gravity's own tilt, along and across
#: the path. Chosen: balance asks for 1.
INTO_ACCELERATION = 1.0

#: Sway of quiet standing: forward, sideways, turning; one standard deviation. [°]  Chosen: trunk sway in
#: quiet stance is some tenths of a degree.
STANDING_SWAY_DEG = (0.30, 0.20, 0.4)

#: Slow wandering of trunk angles while running: forward, sideways, turning. [°]  Chosen: 0.4° of
#: lean over seconds; people look around a little.
RUNNING_WANDER_DEG = (0.4, 0.3, 1.0)

#: How far standing again is from the first standing, one standard deviation. [°]  Chosen: posture repeats to
#: about half a degree.
STANDING_AGAIN_DEG = 0.5

#: Knots of slow noise. [s]  Chosen: sway has most of its power below 0.5 Hz.
SWAY_KNOT, WANDER_KNOT = 0.7, 4.0

#: Share of the sideways way of a rolling trunk's upper end that the hips take back by giving way to the other
#: side. Chosen: halves the sideways force at the sternum to what the chest clips of motion capture have.
HIPS_GIVE_WAY = 0.5

#: How long the trunk takes from its standing line to its running lean. [s]  Chosen: three steps.
TILT_TIME = 1.2

#: How long a runner who starts upright stays so. [s]  Chosen: three steps from the start of the bout.
UPRIGHT = 1.5

#: How long it takes to settle, and how late turn and roll come before that at most. [s] [strides]  Chosen.
SETTLES_IN, LATE_STRIDES = 30.0, 0.125

#: Share of the time from the first to the last running over which a late fading happens. [1]  Chosen: it has happened
#: when the last fifth begins.
FADE = (0.7, 0.8)

#: Resonance of skin and strap under the sensor, and its damping ratio. [Hz] [1]
#: Source: SIGNALS.md, the nominal tissue of its simulator; carried over to compare with its figures.
TISSUE_HZ, TISSUE_RATIO = 12.0, 0.2

#: Share of the trunk's motion that reaches the sensor through that spring at wobble 1; the rest goes through
#: strap and bone. Chosen: 1 would swallow every impact, and sensors on straps do show them.
TISSUE_SHARE = 0.35

#: What tissue of wobble 1 takes from the shock of landing, so that Runner.impact_g is what a worn sensor feels.
#: Follows from the three numbers above at the shock's own 28 Hz.
SHOCK_LOSS = 1.2 * TISSUE_SHARE

#: Filters over the trunk settle within this. [s]  Chosen: the slowest (12 Hz, ratio 0.2) is down to 1e-9 by then.
SETTLE = 1.5


@dataclass(frozen=True)
class Pose:
    """The trunk at n times, an even grid.

    Attributes
    ----------
    t : (n,) array
        [s]
    com, place : (n, 3) array
        Whole body's centre of mass, and the sensor's place on a rigid trunk: earth, z up. [m]
    matrix : (n, 3, 3) array
        Its columns are torso forward, left, up in earth.
    heading, lean, sway, turn : (n,) array
        Of the path; the long axis forward and to the right in the path's planes; forward axis minus heading. [rad]
    """

    t: Floats
    com: Floats
    place: Floats
    matrix: Floats
    heading: Floats
    lean: Floats
    sway: Floats
    turn: Floats


class Body:
    """One runner on one course; ``pose`` may be asked for any stretch, in any order."""

    def __init__(self, runner: Runner, course: Course, rng: np.random.Generator) -> None:
        self.runner = runner
        self.path = Path(course, runner.speed_mps)
        self.steps: list[Steps] = []
        for bout in self.path.bouts:
            if bout.kind != "still":
                before = self.steps[0] if self.steps else None
                self.steps.append(steps_of(bout, self.path, runner, rng, before))
        self._strides = [_stride_splines(s, rng) for s in self.steps]
        self._loose = [_loose_spline(s, rng.spawn(1)[0]) for s in self.steps]
        self._forms = [
            _Forms(s.body, s.body.step_time(s.body.speed_mps) if s.bout.kind == "run" else 0.54)
            for s in self.steps
        ]
        stop = self.path.stop
        self._sway = _slow(stop, SWAY_KNOT, rng)
        self._wander = _slow(stop, WANDER_KNOT, rng)
        moving = [b for b in self.path.bouts if b.kind != "still"]
        self._first, self._last = (moving[0].start, moving[-1].stop) if moving else (stop, stop + 1.0)
        still = [b for b in self.path.bouts if b.kind == "still"]
        self._again = [(b, RAD * STANDING_AGAIN_DEG * rng.normal(size=2)) for b in still if b.start > 0]
        # Zero is this person's own standing: the first standing's mean is taken off.
        self._rest = np.zeros(3)
        if still and still[0].start == 0.0:
            self._rest = self._sway(np.arange(0.0, still[0].stop, 0.05)).mean(axis=0)

    @property
    def stop(self) -> float:
        """Length of the course. [s]"""
        return self.path.stop

    @property
    def tissue_wobble(self) -> float:
        """As the runner has it. [1]"""
        return self.runner.tissue_wobble

    @property
    def sensor_height(self) -> float:
        """Of the sensor over the whole body's centre of mass. [m]"""
        return float(self.runner.arm()[2])

    def angles(self, t: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        """Lean, sway to the right, turn and heading at times t. [rad]."""
        path = self.path
        lean, sway, turn = np.zeros(len(t)), np.zeros(len(t)), np.zeros(len(t))
        heading, speed = path.heading(t), path.speed(t)
        moving = np.zeros(len(t))
        upright = np.zeros(len(t))
        away, left = self._away(t)
        for steps, splines, loose, forms in zip(
            self.steps, self._strides, self._loose, self._forms, strict=True
        ):
            weight = steps.weight(t)
            # The tilt takes longer than the bounce.
            tilt = steps.bout.under_way(t, TILT_TIME, TILT_TIME, 0.6 * TILT_TIME)
            moving = np.maximum(moving, tilt)
            body = steps.body
            share = (t - self._first) / max(self._last - self._first, 1.0) - 0.5
            if body.start_upright and not steps.bout.opens:
                up = 1.0 - smooth((t - steps.bout.start - UPRIGHT) / TILT_TIME)
                tilt = tilt * (1.0 - up)
                upright = np.maximum(upright, up * weight)
            lean += RAD * tilt * left * (body.lean_deg + body.lean_drift_deg * share)
            on = np.flatnonzero(weight > 0)
            if not len(on):
                continue
            t_on, w = t[on], weight[on]
            cycle = np.exp(2j * np.pi * steps.phase(t_on))
            size = splines(t_on) * left[on, None]
            size[:, 1:] *= 1.0 - body.settle_by * away[on, None]
            late = body.settle_by * LATE_STRIDES * away[on]
            lean[on] += RAD * w * body.nod_deg * size[:, 0] * curve(forms.nod, cycle)
            sway[on] += (
                RAD * w * body.roll_deg * size[:, 1] * curve(forms.roll, cycle * np.exp(-2j * np.pi * late))
            )
            own = np.exp(1j * RAD * loose(t_on) - 2j * np.pi * late)
            turn[on] += RAD * w * body.turn_deg * size[:, 2] * curve(forms.turn, cycle * own)
        lean += (1.0 - upright) * np.arctan(INTO_ACCELERATION * path.speed(t, 1) / G)
        sway -= np.arctan(INTO_ACCELERATION * speed * path.heading(t, 1) / G)
        still = self._sway(t) - self._rest
        run = self._wander(t)
        for k, angle in enumerate((lean, sway, turn)):
            angle += RAD * (
                (1 - moving) * STANDING_SWAY_DEG[k] * still[:, k] + moving * RUNNING_WANDER_DEG[k] * run[:, k]
            )
        for bout, offset in self._again:
            on_again = smooth((t - bout.start) / TILT_TIME) * smooth((bout.stop + 0.5 - t) / TILT_TIME)
            lean += on_again * offset[0]
            sway += on_again * offset[1]
        return lean, sway, turn, heading

    def _away(self, t: Floats) -> tuple[Floats, Floats]:
        """How far the run is from settled, 1 to 0, and what is left of the trunk's movement late in it, 1 to 1 - fade_by."""
        r = self.runner
        away: Floats = np.zeros(len(t))
        if r.settle_by:
            away = 1.0 - smooth((t - self._first - r.settle_s + SETTLES_IN) / SETTLES_IN)
        share = (t - self._first) / max(self._last - self._first, 1.0)
        return away, 1.0 - r.fade_by * smooth((share - FADE[0]) / (FADE[1] - FADE[0]))

    def pose(self, t: Floats) -> Pose:
        """The trunk on an even grid t; it looks SETTLE further back, so any cut gives the same."""
        dt = t[1] - t[0]
        back = int(np.ceil(SETTLE / dt))
        full = np.concatenate([t[0] + dt * np.arange(-back, 0), t])
        lean, sway, turn, heading = self.angles(full)
        matrix = frame(heading, lean, sway, turn)
        # Centre of mass and what the trunk adds to it, along the path, to its left and up.
        com, extra = np.zeros((len(full), 3)), np.zeros((len(full), 3))
        for steps, forms in zip(self.steps, self._forms, strict=True):
            weight = steps.weight(full)
            on = np.flatnonzero(weight > 0)
            if not len(on):
                continue
            lo, hi = on[0], on[-1] + 1
            t_on, w = full[lo:hi], weight[lo:hi]
            i = np.clip(np.searchsorted(steps.contact, t_on, side="right") - 1, 0, len(steps.contact) - 1)
            for axis, throw in enumerate((steps.along, steps.aside, steps.height)):
                com[lo:hi, axis] += w * locate(throw, steps, t_on, i)
            cycle = np.exp(2j * np.pi * steps.phase(t_on))
            for axis, form in enumerate((forms.surge, forms.sideways, forms.heave)):
                extra[lo:hi, axis] += w * curve(form, cycle)
            shape = steps.body.shape()
            # A short dip whose acceleration peaks at impact_g: -d² exp(-x²/2d²) has the second derivative 1 at
            # its centre, the one nearest in time: its first flank may reach before the contact.
            centre = steps.contact + shape.impact_delay
            nearest = np.minimum(i + 1, len(centre) - 1)
            nearest = np.where(np.abs(t_on - centre[i]) < np.abs(t_on - centre[nearest]), i, nearest)
            shock = (
                steps.body.impact_g * G / (1.0 - SHOCK_LOSS * steps.body.tissue_wobble) * steps.shock[nearest]
            )
            width = shape.impact_width
            extra[lo:hi, 2] -= w * shock * width**2 * np.exp(-0.5 * ((t_on - centre[nearest]) / width) ** 2)
        # Legs and spine pass the bounce on to the trunk late and smoothed.
        lag = 2 * np.pi * self.runner.shape().trunk_lag_hz
        b, a = bilinear([lag**2], [1.0, 2 * lag, lag**2], fs=1 / dt)
        late = lfilter(b, a, com[:, 2])
        road = np.concatenate([self.path.place(full), np.zeros((len(full), 1))], axis=1)
        com_earth = road + _turned(com, heading)
        com[:, 2] = late
        place = road + _turned(com + extra, heading) + matrix @ self.runner.arm()
        keep = slice(back, None)
        return Pose(
            t, com_earth[keep], place[keep], matrix[keep], heading[keep], lean[keep], sway[keep], turn[keep]
        )


class _Forms:
    """Waveforms of one gait with unit amplitude, and further motion of the trunk in metres."""

    def __init__(self, body: Runner, step_time: Floats | float) -> None:
        shape = body.shape()
        self.nod = _unit(shape.nod)
        self.roll = _unit(shape.roll)
        self.turn = _unit(shape.turn)
        omega = np.pi / float(step_time)  # of the stride [rad/s]
        self.heave = _metres(shape.heave, omega)
        hips = HIPS_GIVE_WAY * float(body.arm()[2]) * body.roll_deg * RAD
        self.sideways = (
            *_metres(shape.sideways, omega),
            *((k, hips * share, phase) for k, share, phase in self.roll),
        )
        surge = _metres(shape.surge, omega)
        # What is missing to the wanted fore-aft component at step frequency, k = 2 of the stride.
        up = _vertical_phasor(body, float(step_time))
        wanted = shape.fore_aft * np.exp(1j * (np.angle(up) + shape.fore_aft_phase_deg * RAD))
        there = _braking_phasor(body, float(step_time))
        for k, share, phase in self.nod:
            if k == 2:
                arm = body.arm()
                nod = RAD * body.nod_deg * share * np.exp(1j * phase * RAD)
                there += -((2 * omega) ** 2) * arm[2] * nod
        missing = -(wanted - there) / (2 * omega) ** 2
        self.surge = (*surge, (2, float(abs(missing)), float(np.angle(missing) * DEG)))


def _unit(harmonics: Harmonics) -> Harmonics:
    half = half_range(harmonics)
    return tuple((k, share / half, phase) for k, share, phase in harmonics)


def _metres(harmonics: Harmonics, omega: float) -> Harmonics:
    return tuple((k, -share / (k * omega) ** 2, phase) for k, share, phase in harmonics)


def _phasor(shape: tuple[float, ...], step_time: float, stance: float) -> complex:
    """First harmonic over the step of a stance shape as it stands."""
    tau = (np.arange(2000) + 0.5) / 2000 * stance
    f = sum(b * np.sin(k * np.pi * tau / stance) for k, b in enumerate(shape, start=1))
    return complex(2 / step_time * np.sum(f * np.exp(-2j * np.pi * tau / step_time)) * stance / 2000)


def _stance(body: Runner, step_time: float) -> float:
    return min(float(body.contact_time(body.speed_mps)), body.longest_stance * step_time)


def _vertical_phasor(body: Runner, step_time: float) -> complex:
    """Vertical acceleration at step frequency of the lagging trunk, phase from contact. Size is relative."""
    shape = body.shape()
    lag = 2 * np.pi * shape.trunk_lag_hz
    s = 2j * np.pi / step_time
    return _phasor(shape.force, step_time, _stance(body, step_time)) * lag**2 / (s + lag) ** 2


def _braking_phasor(body: Runner, step_time: float) -> complex:
    """Fore-aft acceleration of the centre of mass at step frequency. [m/s²]."""
    stance = _stance(body, step_time)
    peak = body.shape().braking * (np.pi / 2) * G * step_time / stance
    return peak * _phasor((0.0, -1.0), step_time, stance)


def _stride_splines(steps: Steps, rng: np.random.Generator) -> CubicSpline:
    """Size of nod, roll and turn over time, 1 on average, one knot a stride."""
    t = steps.contact[::2]
    size = [1.0 + steps.body.stride_cv * np.clip(pink(len(t), rng), -3, 3) for _ in range(3)]
    return CubicSpline(t, np.stack(size, axis=1))


def _loose_spline(steps: Steps, rng: np.random.Generator) -> CubicSpline:
    """Phase of the turn against the landing over time, one knot a stride. [°]"""
    t = steps.contact[::2]
    return CubicSpline(t, steps.body.turn_loose_deg * np.clip(pink(len(t), rng), -3, 3))


def _slow(stop: float, knot: float, rng: np.random.Generator) -> CubicSpline:
    """Three smooth noises of variance about 1."""
    t = np.arange(-6.0, stop + 6.0 + knot, knot)
    noise = rng.normal(size=(len(t), 3))
    noise[1:] = (noise[1:] + noise[:-1]) / np.sqrt(2.0)
    return CubicSpline(t, noise)


def _turned(v: Floats, heading: Floats) -> Floats:
    """Along, left, up of the path to earth."""
    c, s = np.cos(heading), np.sin(heading)
    return np.stack([c * v[:, 0] - s * v[:, 1], s * v[:, 0] + c * v[:, 1], v[:, 2]], axis=1)


def frame(heading: Floats, lean: Floats, sway: Floats, turn: Floats) -> Floats:
    """Torso axes in earth, (n, 3, 3): the long axis leans and sways exactly so, the forward axis points so."""
    c, s = np.cos(heading), np.sin(heading)
    along, right = np.tan(lean), np.tan(sway)
    up = np.stack([c * along + s * right, s * along - c * right, np.ones_like(c)], axis=1)
    up /= np.sqrt((up**2).sum(axis=1))[:, None]
    ca, sa = np.cos(heading + turn), np.sin(heading + turn)
    forward = np.stack([ca, sa, -(up[:, 0] * ca + up[:, 1] * sa) / up[:, 2]], axis=1)
    forward /= np.sqrt((forward**2).sum(axis=1))[:, None]
    return np.stack([forward, np.cross(up, forward), up], axis=2)
