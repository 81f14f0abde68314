"""Runs of the study: what is drawn, what was true, what was heard.

Each run has for every trait a level of its own: absent, near its floor, or clear. What was true is measured on the
simulated motion itself by the definitions of the measures, not read from the runner's settings.

Lives here: drawing a run and its course, spoiling its recording, the truth of every bound.
Not here: what is counted over many runs (study.py).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

import numpy as np
from scipy import ndimage
from scipy.interpolate import CubicSpline

from gait import rotations
from gait.analysis import Analysis
from gait.measures.lasting import END, MIDDLE
from gait.measures.rhythm import MAD_OF_SD
from gait.pipeline import analyze
from gait.recording import Recording, Samples
from gait.rotations import Floats
from gait.synthetic import Course, Truth, draw
from gait.synthetic.course import Stretch
from gait.synthetic.waveform import Waveform
from gait.traits.heard import Heard, hear
from gait.units import RAD

Level = Literal["absent", "near", "clear"]
LEVELS: tuple[Level, ...] = ("absent", "near", "clear")

#: Traits that have a level of their own in a run.
TRAITS = (
    "lean",
    "set_off",
    "turn",
    "even_turn",
    "shift",
    "rhythm",
    "spring",
    "regular",
    "two_as_one",
    "together",
    "settle",
    "late",
)

#: Sampling rate of the study. [Hz]  It carries every question here: docs/accuracy.md has 200 Hz beside it.
RATE = 100.0

#: Inner grid of the simulated motion. [Hz]  Chosen: four times the chip's own low pass; 1000 takes 2.5 times as long.
GRID = 400.0

#: Running of a run, and how often. [s]  Short ones carry most traits; settle takes 15 min, late takes 20.
LENGTHS = ((205.0, 0.66), (360.0, 0.12), (980.0, 0.10), (1290.0, 0.12))

#: Points on a stride at which what was true is looked at.
POINTS = 64


@dataclass(frozen=True)
class Run:
    """One run of the study, small enough to be kept by the thousand.

    Attributes
    ----------
    seed : int
    levels : mapping
        Level by trait.
    made : mapping
        What the run was like: length, road, stops, placement, sensor, slip.
    truth : mapping
        True value by measure; for ``late_...`` the true difference.
    heard : Heard
        Thinned.
    """

    seed: int
    levels: dict[str, Level]
    made: dict[str, Any]
    truth: dict[str, float]
    heard: Heard

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {**asdict(replace(self, heard=None)), "heard": self.heard.as_dict()}  # type: ignore[type-var]

    @staticmethod
    def from_dict(plain: dict[str, Any]) -> Run:
        """What ``as_dict`` gave."""
        return Run(**{**plain, "heard": Heard.from_dict(plain["heard"])})


@dataclass
class _Plan:
    """A run before it is simulated."""

    levels: dict[str, Level]
    made: dict[str, Any] = field(default_factory=dict)
    runner: dict[str, Any] = field(default_factory=dict)
    course: Course = field(default_factory=Course)


def make_run(seed: int) -> Run:
    """Simulate one run, analyse it, and measure what was true."""
    rng = np.random.default_rng([seed, 77])
    plan = _plan(rng)
    made = plan.made
    recording, truth = draw(seed, sensor=made["sensor"], course=plan.course, rate_hz=RATE, **plan.runner)
    recording = _spoilt(recording, truth, made, rng)
    placement = truth.runner.placement if made["placement_known"] else "unknown"
    found = analyze(recording, placement=placement)
    heard = hear(found.measures, found.mounting, found.quality, six_position=made["sensor"] == "calibrated")
    return Run(seed, plan.levels, made, what_was_true(truth, found), heard.thinned())


def length_of(seed: int) -> float:
    """Running time that a run of the study will have. [s]"""
    return float(_plan(np.random.default_rng([seed, 77])).made["length_s"])


def _plan(rng: np.random.Generator) -> _Plan:
    levels: dict[str, Level] = {key: LEVELS[int(rng.choice(3, p=(0.4, 0.25, 0.35)))] for key in TRAITS}
    # Traits that cannot be listened to without another one are tried with it more often than by chance.
    if levels["turn"] != "clear" and rng.random() < 0.5:
        levels["turn"] = "clear"
    plan = _Plan(levels)
    lengths, shares = zip(*LENGTHS, strict=True)
    length = float(rng.choice(lengths, p=shares))
    placement = str(rng.choice(["sternum", "sacrum"]))
    made = plan.made
    made |= {
        "length_s": length,
        "road": str(rng.choice(["straight", "track", "hills"])),
        "stops": int(rng.choice([0, 1, 3], p=(0.4, 0.2, 0.4))),
        "standing": bool(rng.random() < 0.88),
        "standing_after": bool(rng.random() < 0.4),
        "sensor": str(rng.choice(["mpu6050", "calibrated"], p=(0.7, 0.3))),
        "placement": placement,
        "placement_known": bool(rng.random() < 0.9),
        "slip_deg": float(rng.uniform(2.0, 8.0)) if rng.random() < 0.08 else 0.0,
        "gap_s": float(rng.choice([0.0, 4.0], p=(0.9, 0.1))),
    }
    plan.course = _course(made, rng)
    plan.runner = _runner(levels, placement, length, rng)
    made |= {key: plan.runner[key] for key in ("settle_s", "settle_by", "fade_by")}
    return plan


def _course(made: dict[str, Any], rng: np.random.Generator) -> Course:
    """Stretches of unequal length, stops between them, hills as changes of pace."""
    pieces = made["stops"] + 1
    cuts = np.sort(rng.uniform(0.12, 0.95, made["stops"])) if made["stops"] else np.zeros(0)
    lengths = np.diff([0.0, *cuts, 1.0]) * made["length_s"]
    lengths = np.maximum(lengths, 12.0)
    stretches = [Stretch("still", 8.0, 0.0)] if made["standing"] else []
    for i in range(pieces):
        left = float(lengths[i])
        while left > 0:
            part = left if made["road"] != "hills" else min(left, float(rng.uniform(40.0, 150.0)))
            if left - part < 20.0:
                part = left
            pace = 1.0 if made["road"] != "hills" else float(rng.uniform(0.85, 1.15))
            stretches.append(Stretch("run", part, pace))
            left -= part
        if i < pieces - 1:
            stretches.append(Stretch("still", float(rng.uniform(5.0, 12.0)), 0.0))
    if made["standing_after"]:
        stretches.append(Stretch("still", 8.0, 0.0))
    return Course("track" if made["road"] == "track" else "straight", stretches=tuple(stretches))


def _runner(
    levels: dict[str, Level], placement: str, length: float, rng: np.random.Generator
) -> dict[str, Any]:
    """Settings of the runner that put each trait at its level."""

    def between(
        key: str, absent: tuple[float, float], near: tuple[float, float], clear: tuple[float, float]
    ) -> float:
        spans = {"absent": absent, "near": near, "clear": clear}
        return float(rng.uniform(*spans[levels[key]]))

    turn = between("turn", (0.0, 1.0), (1.2, 3.5), (5.0, 20.0))
    shape = Waveform.varied(placement, rng, max(turn, 3.0))  # type: ignore[arg-type]
    second = between("even_turn", (0.38, 0.60), (0.18, 0.32), (0.0, 0.07))
    first, _, third = shape.turn
    shape = replace(shape, turn=(first, (2, second, float(rng.uniform(0.0, 360.0))), third))
    roll = between("shift", (0.0, 0.7), (0.9, 2.5), (3.0, 6.0))
    if levels["regular"] == "absent":
        shock_cv, impact = float(rng.uniform(0.7, 1.0)), float(rng.uniform(3.5, 6.0))
    elif levels["regular"] == "near":
        shock_cv, impact = float(rng.uniform(0.3, 0.7)), float(rng.uniform(2.0, 4.5))
    else:
        shock_cv, impact = 0.2, float(rng.uniform(1.0, 3.0))
    cadence = float(rng.uniform(155.0, 185.0))
    flight = between("spring", (-0.030, -0.005), (0.0, 0.060), (0.075, 0.150))
    settles = levels["settle"] if length >= 900.0 else "absent"
    fades = levels["late"] if length >= 1200.0 else "clear"
    return {
        "placement": placement,
        "turn_deg": turn,
        "waveform": shape,
        "roll_deg": roll,
        "lean_deg": between("lean", (-6.0, 0.0), (0.0, 4.0), (5.5, 12.0)),
        "lean_drift_deg": float(rng.uniform(-3.0, 3.0)),
        "start_upright": levels["set_off"] == "absent",
        "step_time_cv": between("rhythm", (0.055, 0.08), (0.025, 0.045), (0.008, 0.018)),
        "shock_cv": shock_cv,
        "impact_g": impact,
        "cadence_spm": cadence,
        "contact_s": 60.0 / cadence - flight,
        "grounded": flight < 0.008,
        "timing_asymmetry": between("two_as_one", (0.035, 0.06), (0.012, 0.028), (0.0, 0.006))
        * float(rng.choice([-1.0, 1.0])),
        "turn_loose_deg": between("together", (36.0, 55.0), (14.0, 30.0), (0.0, 8.0)),
        "settle_s": float(rng.uniform(90.0, 330.0)) if settles != "absent" else 0.0,
        "settle_by": {
            "absent": 0.0,
            "near": float(rng.uniform(0.05, 0.3)),
            "clear": float(rng.uniform(0.5, 0.9)),
        }[settles],
        "fade_by": {
            "absent": float(rng.uniform(0.4, 0.7)),
            "near": float(rng.uniform(0.05, 0.3)),
            "clear": 0.0,
        }[fades],
    }


def _spoilt(recording: Recording, truth: Truth, made: dict[str, Any], rng: np.random.Generator) -> Recording:
    """A clip that slips, a piece that is lost."""
    s = recording.samples
    first, last = truth.contact[truth.running][[0, -1]]
    if made["slip_deg"]:
        at = float(rng.uniform(first + 20.0, last - 20.0))
        axis = rng.normal(size=3)
        turn = made["slip_deg"] * RAD * axis / np.linalg.norm(axis)
        share = np.clip((s.t - at) / 0.3, 0.0, 1.0)[:, None]
        q = rotations.from_rotvec(-share * turn)
        rate = np.where((share > 0) & (share < 1), turn / 0.3, 0.0)
        s = Samples(s.t, rotations.rotate(q, s.acc), rotations.rotate(q, s.gyr + rate))
        made["slip_s"] = at
    if made["gap_s"]:
        at = float(rng.uniform(first + 20.0, last - 20.0))
        keep = (s.t < at) | (s.t > at + made["gap_s"])
        s = Samples(s.t[keep], s.acc[keep], s.gyr[keep])
    return replace(recording, samples=s)


def what_was_true(truth: Truth, found: Analysis) -> dict[str, float]:
    """True values by measure, over the strides that really happened."""
    strides = _true_strides(truth)
    start, middle, stop = strides
    if len(start) < 20:
        return {}
    time = stop - start
    phase = np.arange(POINTS) / POINTS
    at = start[:, None] + phase * time[:, None]
    waves = {
        "rotation": np.interp(at, truth.t, truth.rotation_deg),
        "sway": np.interp(at, truth.t, truth.sway_deg),
    }
    turn = waves["rotation"] - waves["rotation"].mean(axis=1, keepdims=True)
    # The clock of the recording runs at its own rate and jitters; heights are those of true times.
    rate, since = np.polyfit(truth.t, truth.true_t, 1)
    up = CubicSpline(truth.true_t, truth.height).derivative(2)
    true_at, true_time = since + rate * at, rate * time[:, None]
    now = up(true_at)
    again = [_alike(now, up(true_at + share * true_time)) for share in (0.5, 1.0)]
    follows = np.append(np.abs(start[1:] - stop[:-1]) < 1e-6, False)
    spectrum = np.fft.rfft(turn, axis=1)
    power = np.abs(spectrum[:, :9] * np.arange(9)) ** 2
    low = spectrum.copy()
    low[:, 4:] = 0.0
    smooth = np.fft.irfft(low, POINTS, axis=1)
    split = np.mod(smooth.argmin(axis=1) - smooth.argmax(axis=1), POINTS) / POINTS * 100.0
    angle = np.angle(spectrum[:, 1])
    height = np.interp(at, truth.t, truth.height)
    half = POINTS // 2
    lean = _means(truth.t, truth.lean_deg, start, stop)
    flight = 500.0 * ((middle - _toe_offs(truth, start)) + (stop - _toe_offs(truth, middle)))
    usual = ndimage.median_filter(time, min(len(time), max(5, int(30.0 / np.median(time)))), mode="reflect")
    together = np.cos(angle - np.angle(np.mean(np.exp(1j * angle))))
    per_stride = {
        "lean": lean,
        "rotation": np.ptp(turn, axis=1),
        "sway": np.ptp(waves["sway"], axis=1),
        "vertical_oscillation": 50.0 * (np.ptp(height[:, :half], axis=1) + np.ptp(height[:, half:], axis=1)),
        "stride_time_cv": np.abs(time / usual - 1.0) / MAD_OF_SD * 100.0,
        "stride_regularity": np.where(follows, again[1], np.nan),
        "togetherness": together,
    }
    first, second = middle - start, stop - middle
    out = {key: float(np.nanmean(x)) for key, x in per_stride.items()}
    out |= {
        "turn_symmetry": float((power[:, 1::2].sum(axis=1) / power[:, 1:].sum(axis=1)).mean()),
        "turn_split": float(np.mean(split)),
        "flight_time": float(np.mean(flight)),
        "step_time_difference": float(np.mean(200.0 * (first - second) / (first + second))),
        "step_likeness": float(np.nanmean(again[0][follows]) / np.nanmean(again[1][follows])),
        "lean_share": float(np.mean(lean > 0.0)),
        "flight_share": float(np.mean(flight > 0.0)),
        "turn_share": float(np.mean(np.ptp(turn, axis=1) > 4.0)),
    }
    gained = _true_gains(truth, found)
    if len(gained):
        out["set_off"] = float(np.mean(gained))
    n = len(start)
    for key, x in per_stride.items():
        x = x[np.isfinite(x)]
        k = len(x)
        out[f"late_{key}"] = float(
            x[int(END * k) :].mean() - x[int(MIDDLE[0] * k) : int(MIDDLE[1] * k)].mean()
        )
    out["strides"] = float(n)
    return out


def _true_strides(truth: Truth) -> tuple[Floats, Floats, Floats]:
    """Contacts that open, halve and close the strides from left to left."""
    t, left, running = truth.contact, truth.side == "left", truth.running
    i = np.flatnonzero(left[:-2] & ~left[1:-1] & left[2:] & running[:-2] & running[1:-1] & running[2:])
    i = i[(t[i + 2] - t[i] < 1.1) & (t[i] > truth.t[0]) & (t[i + 2] + 1.0 < truth.t[-1])]
    return t[i], t[i + 1], t[i + 2]


def _toe_offs(truth: Truth, contact: Floats) -> Floats:
    return truth.toe_off[np.searchsorted(truth.contact, contact - 1e-6)]


def _means(t: Floats, x: Floats, start: Floats, stop: Floats) -> Floats:
    """Mean over each stride."""
    whole = np.concatenate([[0.0], np.cumsum(0.5 * (x[1:] + x[:-1]) * np.diff(t))])
    return (np.interp(stop, t, whole) - np.interp(start, t, whole)) / (stop - start)


def _alike(a: Floats, b: Floats) -> Floats:
    """Correlation of the rows."""
    a, b = a - a.mean(axis=1, keepdims=True), b - b.mean(axis=1, keepdims=True)
    return np.asarray((a * b).sum(axis=1) / np.sqrt((a * a).sum(axis=1) * (b * b).sum(axis=1)))


def _true_gains(truth: Truth, found: Analysis) -> Floats:
    """Lean gained at the starts that were heard."""
    starts = found.measures.curves.starts
    if starts is None:
        return np.zeros(0)
    out = []
    for contact in starts.first_contact:
        i = int(np.argmin(np.abs(truth.contact - contact)))
        if i + 3 >= len(truth.contact):
            continue
        a, b = truth.contact[i], truth.contact[i + 3]
        after = truth.lean_deg[(truth.t >= a) & (truth.t < b)].mean()
        out.append(after - truth.lean_deg[(truth.t >= a - 1.0) & (truth.t < a)].mean())
    return np.array(out)
