"""When feet land and leave, and where that throws the body.

Lives here: contact times with human variability, and the centre of mass driven by the forces of stance.
Not here: the trunk above it (trunk.py).

The forces of one stance are sums of sines over the contact time, so position, speed and acceleration are exact
at any time without integrating on a grid: nothing drifts in ten hours, and in flight the centre of mass falls with g.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline
from scipy.linalg import solve_discrete_are
from scipy.signal import lfilter

from gait.errors import SignalError
from gait.rotations import Floats
from gait.synthetic.course import Bout, Path
from gait.synthetic.runner import Runner
from gait.units import G

#: How long the swing of running or walking takes to begin, and to die away after the last contact. [s]
#: Chosen: one step; a first step from standing has little flight.
RISE, FALL = 0.40, 0.50

#: First contact after a start. [s]  Chosen: the foot that was lifted comes down.
FIRST_CONTACT = 0.30

#: Steps computed beyond either end of a bout, for its neighbours to fade into and filters to settle in.
EXTRA_STEPS = 8

#: Vertical force of a walking stance, as Waveform.force: two peaks. Chosen: peaks of 1.1, valley of 0.75
#: body weights at 1.4 m/s (Winter 1991), with 24 % more stance than step.
WALK_FORCE = (1.0, 0.0, 0.30, 0.0)

#: Stance over step time in walking. Source: Perry 1992, stance 62 % of the stride.
WALK_DUTY = 1.24

#: Walking cadence at 0 m/s and its rise with speed. [steps/min] [steps/min per m/s]  Chosen: 112 at 1.4 m/s.
WALK_CADENCE, WALK_CADENCE_RISE = 66.0, 33.0

#: How hard height and speed are steered back: weight of height against speed, and of the impulse it takes.
#: [1/s²] [1]  Chosen: disturbances are gone after two or three steps, in running and in walking.
STEERING, EFFORT = 30.0, 0.05


@dataclass(frozen=True)
class Steps:
    """The steps of one bout; a few extra at both ends give its neighbours something to fade into.

    Attributes
    ----------
    bout : Bout
    body : Runner
        As it moves in this bout.
    contact, toe_off : (c,) array
        [s]
    left : (c,) bool array
        The foot that lands is the left one.
    shock : (c,) array
        Of landing, times the runner's own.
    real : slice
        Those that happen.
    phase : CubicSpline
        Strides since an even beginning: whole at left contacts, half at right ones.
    force : tuple of float
        Shape of the vertical force.
    height, along, aside : Throw
        The centre of mass against an even glide.
    """

    bout: Bout
    body: Runner
    contact: Floats
    toe_off: Floats
    left: NDArray[np.bool_]
    shock: Floats
    real: slice
    phase: CubicSpline
    force: tuple[float, ...]
    height: Throw
    along: Throw
    aside: Throw

    def weight(self, t: Floats) -> Floats:
        """How far the bout is under way: 0 before it, 1 in it, 0 after it."""
        return self.bout.under_way(t, RISE, FALL, FALL)


@dataclass(frozen=True)
class Throw:
    """One coordinate of the centre of mass: at each contact where and how fast, and the stances' impulses.

    Attributes
    ----------
    where, speed : (c,) array
        At contact. [m] [m/s]
    pull : float
        Constant acceleration. [m/s²]
    terms : list of (shape, (c,) array)
        Sine shapes with the impulse (or, where a shape has none, the peak) of each stance.
    """

    where: Floats
    speed: Floats
    pull: float
    terms: list[tuple[tuple[float, ...], Floats]]


def steps_of(
    bout: Bout, path: Path, body: Runner, rng: np.random.Generator, before: Steps | None = None
) -> Steps:
    """All steps of a bout of running or walking; ``before`` is the first bout of the course, where this is another."""
    running = bout.kind == "run"
    body = body if running else body.walking()
    # A stream of its own, so that how many bouts there are leaves the first one as it is.
    same_foot = before is None or bool(rng.spawn(1)[0].random() < 0.5)
    contact, extra = _contacts(bout, path, body, rng, 1.0 if same_foot else -1.0)
    step = np.diff(contact, append=2 * contact[-1] - contact[-2])
    speed = path.speed(contact)
    stance: Floats
    if running:
        stance = body.contact_time(speed) * (1.0 + 0.6 * (step / body.step_time(speed) - 1.0))
    else:
        stance = WALK_DUTY * step
    # Chosen: contact times vary by 2 % from step to step. In walking a leg on the
    # ground holds the height, which a force a little longer would throw off by centimetres.
    stance = np.minimum(
        stance * (1.0 + (0.02 if running else 0.003) * rng.normal(size=len(step))),
        0.99 * step if running else 1.4 * step,
    )
    shock = np.clip(
        1.0 + body.shock_cv * rng.normal(size=len(step)), 1 - 3 * body.shock_cv, 1 + 3 * body.shock_cv
    )
    shock = np.maximum(shock, 0.05)
    first_left = bool(rng.random() < 0.5)
    if before is not None:
        first_left = bool(before.left[before.real][0]) == same_foot
    left = (np.arange(len(contact)) - extra) % 2 == (0 if first_left else 1)
    strides = (np.arange(len(contact)) + (0 if left[0] else 1)) / 2.0
    shape = body.shape()
    force = shape.force if running else WALK_FORCE
    height = _vertical(force, step, stance)
    push = np.where(left, -1.0, 1.0) * shape.push * G * step
    peak = (
        shape.braking * (np.pi / 2) * G * step / stance * np.clip(speed / max(body.speed_mps, 1.0), 0.0, 1.5)
    )
    along = _steered([((0.0, -1.0), peak)], step, stance, np.zeros(len(step)))
    aside = _steered([], step, stance, push)
    return Steps(
        bout, body, contact, contact + stance, left, shock, slice(extra, len(contact) - extra),
        CubicSpline(contact, strides), force, height, along, aside,
    )  # fmt: skip


def _contacts(
    bout: Bout, path: Path, body: Runner, rng: np.random.Generator, first: float
) -> tuple[Floats, int]:
    """Contact times from some steps before the bout to some after it, and how many those are.

    ``first`` is 1 when the bout opens with the foot the course opened with, else -1.
    """
    t = np.arange(bout.start, bout.stop, 0.02)
    if bout.kind == "run":
        rate = 1.0 / body.step_time(path.speed(t))
    else:
        rate = (WALK_CADENCE + WALK_CADENCE_RISE * path.speed(t)) / 60.0
    beat = np.concatenate([[0.0], np.cumsum(rate[:-1] * 0.02)])
    # From rest the lifted foot comes down; a recording that begins on the way begins anywhere in a step.
    lead = rng.random() if bout.opens else FIRST_CONTACT * float(rate[0])
    even = np.interp(np.arange(lead, beat[-1]), beat, t)
    even = even[even < bout.stop - 0.05]
    if len(even) < 3:
        raise SignalError(f"{bout.stop - bout.start:.1f} s of a {bout.kind} are too short for three steps.")
    extra = EXTRA_STEPS
    # Slow variability adds up to a second over a run; some steps more keep it stepping to its end.
    more = even[-1] + (even[-1] - even[-2]) * np.arange(1, 4 + len(even) // 20)
    mean = np.diff(np.concatenate([even, more]))
    wobble = body.step_time_cv * pink(len(mean), rng)
    wobble += body.timing_asymmetry * np.where(np.arange(len(mean)) % 2 == 0, first, -first)
    step = mean * (1.0 + wobble)
    real = even[0] + np.concatenate([[0.0], np.cumsum(step)])
    real = real[real < bout.stop - 0.05]
    first, last = real[1] - real[0], real[-1] - real[-2]
    before = real[0] - first * np.arange(extra, 0, -1)
    after = real[-1] + last * np.arange(1, extra + 1)
    return np.concatenate([before, real, after]), extra


def pink(n: int, rng: np.random.Generator) -> Floats:
    """Noise of variance 1 with long memory: autoregressive parts of 1, 5, 25 and 125 steps, and white.

    Chosen: close to the scaling exponent of 0.7-0.9 that stride times of runners show (Jordan 2006).
    """
    out = 0.6 * rng.normal(size=n)
    for memory in (1.0, 5.0, 25.0, 125.0):
        a = np.exp(-1.0 / memory)
        noise = rng.normal(size=n) * np.sqrt(1 - a * a)
        out += 0.4 * lfilter([1.0], [1.0, -a], noise, zi=[a * rng.normal()])[0]
    return np.asarray(out)


def _moments(shape: tuple[float, ...], stance: Floats, tau: Floats) -> tuple[Floats, Floats]:
    """Speed and way after time tau from a stance whose force has impulse 1 (or, without one, peak 1)."""
    x = np.clip(tau / stance, 0.0, 1.0)
    impulse, unit = 0.0, 0.0
    speed, way = np.zeros(len(x)), np.zeros(len(x))
    for k, b in enumerate(shape, start=1):
        w = k * np.pi
        impulse += b * (1 - np.cos(w)) / w
        speed += b * (1 - np.cos(w * x)) / w
        way += b * (x - np.sin(w * x) / w) / w
        unit += abs(b)
    past = np.maximum(tau - stance, 0.0)
    if abs(impulse) < 1e-12:
        return speed * stance / unit, way * stance**2 / unit
    return speed / impulse, way * stance / impulse + past


def _steered(
    known: list[tuple[tuple[float, ...], Floats]],
    step: Floats,
    stance: Floats,
    impulse: Floats,
    pull: float = 0.0,
    shape: tuple[float, ...] = (1.0,),
) -> Throw:
    """Impulses near the wanted ones that keep the body in place.

    The speed wanted at a contact is the one with which an even gait of that step would repeat itself; what
    irregular steps leave is steered back.
    """
    n = len(step)
    following = np.append(step[1:], step[-1])
    v1, x1 = _moments(shape, stance, step)
    v2, x2 = _moments(shape, stance, step + following)
    # What a stance that outlasts its step still gives in the next one.
    tail_v, tail_x = v2 - v1, x2 - x1 - v1 * following
    dv, dx = pull * step, pull * step**2 / 2
    for other, size in known:
        a, b = _moments(other, stance, step)
        a2, b2 = _moments(other, stance, step + following)
        dv, dx = dv + size * a, dx + size * b
        dv[1:] += (size * (a2 - a))[:-1]
        dx[1:] += (size * (b2 - b - a * following))[:-1]
    mean_dx = dx + impulse * (x1 + tail_x)
    # Sideways the speed turns round in each stance, and the way cancels over two steps.
    sideways = pull == 0.0 and bool(np.any(impulse))
    wanted = -impulse / 2 if sideways else -mean_dx / step
    hold_x, hold_v = _hold(*(float(np.mean(q)) for q in (step, v1, x1, tail_v, tail_x)))
    where, speed, out = np.zeros(n), np.zeros(n), np.zeros(n)
    x, v = 0.0, float(wanted[0])
    last_v, last_x = float(impulse[0] * tail_v[0]), float(impulse[0] * tail_x[0])
    next_wanted = np.append(wanted[1:], wanted[-1])
    for i, (h, d, e, a, b, tv, tx, even, goal) in enumerate(
        zip(*(q.tolist() for q in (step, dv, dx, v1, x1, tail_v, tail_x, impulse, next_wanted)), strict=True)
    ):
        where[i], speed[i] = x, v
        # Where the even impulse would lead, and what is added to it.
        x_free = x + v * h + e + last_x + even * b
        v_free = v + d + last_v + even * a - goal
        more = -(hold_x * x_free + hold_v * v_free)
        out[i] = even + more
        x, v = x_free + more * b, v_free + goal + more * a
        last_v, last_x = out[i] * tv, out[i] * tx
    return Throw(where, speed, pull, [(shape, out), *known])


def _hold(step: float, v1: float, x1: float, tail_v: float, tail_x: float) -> tuple[float, float]:
    """How much impulse answers an error of place and of speed at the next contact. [1/s] [1].

    The optimal linear regulator of (place, speed error, last addition) for a mean step; it is needed because
    in walking half of what a step adds comes after the next contact.
    """
    a = np.array([[1.0, step, tail_x], [0.0, 1.0, tail_v], [0.0, 0.0, 0.0]])
    b = np.array([[x1], [v1], [1.0]])
    cost = solve_discrete_are(a, b, np.diag([STEERING, 1.0, 1e-9]), np.array([[EFFORT]]))
    gain = (b.T @ cost)[0] / (EFFORT + float((b.T @ cost @ b)[0, 0]))
    return float(gain[0]), float(gain[1])


def _vertical(force: tuple[float, ...], step: Floats, stance: Floats) -> Throw:
    """Up and down: the impulse of a step carries the weight for a step."""
    return _steered([], step, stance, G * step, -G, force)


def locate(throw: Throw, steps: Steps, t: Floats, i: NDArray[np.intp]) -> Floats:
    """The coordinate at times t that lie in steps i. [m]."""
    tau = t - steps.contact[i]
    out = throw.where[i] + throw.speed[i] * tau + throw.pull * tau**2 / 2
    stance = steps.toe_off - steps.contact
    for shape, size in throw.terms:
        _, way = _moments(shape, stance[i], tau)
        out += size[i] * way
        # The foot before may still be on the ground.
        step = np.diff(steps.contact, prepend=steps.contact[0] - 1.0)
        late = np.flatnonzero(stance[np.maximum(i - 1, 0)] > step[i])
        if len(late):
            k = i[late]
            v1, x1 = _moments(shape, stance[k - 1], step[k])
            _, x2 = _moments(shape, stance[k - 1], step[k] + tau[late])
            out[late] += size[k - 1] * (x2 - x1 - v1 * tau[late])
    return np.asarray(out)
