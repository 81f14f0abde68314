"""Which way of finding "down" is nearest to the truth in running: ours, VQF, and the usual filters.

    python -m tests.accuracy.settle [--seeds 30] [--all-seeds]

All methods get the same even samples, with the same gyro bias and accelerometer offset taken out; forward is the
true one, upright is the mean force in standing, and lean is taken over the true strides. So inclination alone is
compared. Simulated runs, held-out seeds
(odd) unless --all-seeds; and the treadmill clip of motion capture, when the folder shared/data is beside the checkout or
GAIT_SHARED_DATA says where it is.

Lives here: the other methods, as short as they can be said, and the comparison that chose gait/gravity.py.
Not here: the accuracy of the whole (targets.py).
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from vqf import VQF, offlineVQF

from gait import dsp, gravity, rotations, torso
from gait.bouts import find_still
from gait.gravity import Settled, settle
from gait.motion import Motion, MotionFilter
from gait.pipeline import standing_of
from gait.readers import read
from gait.recording import Recording
from gait.rotations import Floats
from gait.standing import standing_offset
from gait.strides import Strides
from gait.synthetic import Truth, draw
from gait.synthetic.draw import Grade
from gait.timeline import EvenClock
from gait.units import DEG
from tests.accuracy.targets import PATHS, stride_mean

#: The clip, and how long into it strides begin to count: filters without a standing need time. [s]
CLIP, CLIP_SETTLES = "rbds032_pelvis_3p5mps", 4.0

#: A true stride longer than this holds a stop. [s]  Chosen: 1.6 times the slowest.
LONGEST_STRIDE = 1.2

#: Two strides, over which the streaming mean looks back, take this long. [s]  Chosen: a stride of 0.7 s.
STRIDE = 0.7


@dataclass(frozen=True)
class Method:
    """A name, and what gives q_earth_sensor (n, 4) of all samples; its heading need only be carried by the gyro."""

    name: str
    find: Callable[[Settled], Floats]


@dataclass(frozen=True)
class Run:
    """Settled motion with its true strides (k,), their true lean [°], and how the sensor sits."""

    label: str
    settled: Settled
    strides: Strides
    lean_deg: Floats
    q_torso_sensor: Floats


def ours(**constants: object) -> Callable[[Settled], Floats]:
    """The project's own method, with some of its constants set otherwise."""

    def find(settled: Settled) -> Floats:
        with _set(constants):
            return settle(settled.motion).q_earth_sensor

    return find


@contextmanager
def _set(constants: dict[str, object]) -> Iterator[None]:
    was = {name: getattr(gravity, name) for name in constants}
    try:
        for name, value in constants.items():
            setattr(gravity, name, value)
        yield
    finally:
        for name, value in was.items():
            setattr(gravity, name, value)


def _readings(settled: Settled) -> tuple[Floats, Floats, float]:
    """Gyro without bias, specific force without offset, sampling interval."""
    motion = settled.motion
    gyr = np.ascontiguousarray(motion.gyr - settled.gyr_bias, float)
    return gyr, np.ascontiguousarray(motion.force(slice(0, len(motion))), float), 1.0 / motion.rate_hz


def vqf_causal(tau: float) -> Callable[[Settled], Floats]:
    """VQF as it would run live; its own bias estimation is off, the bias is gone."""

    def find(settled: Settled) -> Floats:
        gyr, acc, step = _readings(settled)
        one = VQF(step, tauAcc=tau, motionBiasEstEnabled=False, restBiasEstEnabled=False)
        return np.asarray(one.updateBatch(gyr, acc)["quat6D"])

    return find


def vqf_offline(tau: float) -> Callable[[Settled], Floats]:
    """VQF forward and backward over the whole recording."""

    def find(settled: Settled) -> Floats:
        gyr, acc, step = _readings(settled)
        off = {"tauAcc": tau, "motionBiasEstEnabled": False, "restBiasEstEnabled": False}
        return np.asarray(offlineVQF(gyr, acc, None, step, off)["quat6D"])

    return find


def streaming_mean(settled: Settled) -> Floats:
    """Specific force in the gyro-carried frame, averaged over the two strides before each sample."""
    gyr, acc, step = _readings(settled)
    carried = rotations.cumulative_product(rotations.from_rotvec(gyr * step))
    width = np.full(len(acc), STRIDE / step)
    at = np.maximum(np.arange(len(acc)) - width, 1.0)
    return _turned(carried, dsp.double_box(rotations.rotate(carried, acc), at, width))


def no_gyro(settled: Settled) -> Floats:
    """Direction of the accelerometer's own mean over the strides around; the gyro gives the heading alone."""
    gyr, acc, step = _readings(settled)
    carried = rotations.cumulative_product(rotations.from_rotvec(gyr * step))
    mean = dsp.double_box(acc, np.arange(len(acc), dtype=float), np.full(len(acc), STRIDE / step))
    return _turned(carried, rotations.rotate(carried, mean))


def _turned(carried: Floats, up: Floats) -> Floats:
    return rotations.multiply(rotations.between(up, [0.0, 0.0, 1.0]), carried)


def sample_by_sample(correct: Callable[..., tuple[float, float, float]]) -> Callable[[Settled], Floats]:
    """A filter that turns the frame by the gyro plus what ``correct(w, x, y, z, a, b, c, step)`` adds [rad/s].

    ``a, b, c`` is the unit direction of the specific force, sensor axes; (w, x, y, z) takes sensor to earth.
    """

    def find(settled: Settled) -> Floats:
        gyr, acc, step = _readings(settled)
        unit = acc / np.maximum(np.linalg.norm(acc, axis=1, keepdims=True), 1e-9)
        first = acc[: max(1, round(1.0 / step))].mean(axis=0)
        w, x, y, z = rotations.between(first, [0.0, 0.0, 1.0]).tolist()
        out = np.empty((len(acc), 4))
        for i, ((p, q, r), (a, b, c)) in enumerate(zip(gyr.tolist(), unit.tolist(), strict=True)):
            dp, dq, dr = correct(w, x, y, z, a, b, c, step)
            p, q, r = 0.5 * step * (p + dp), 0.5 * step * (q + dq), 0.5 * step * (r + dr)
            w, x, y, z = (
                w - x * p - y * q - z * r,
                x + w * p + y * r - z * q,
                y + w * q - x * r + z * p,
                z + w * r + x * q - y * p,
            )
            size = (w * w + x * x + y * y + z * z) ** -0.5
            w, x, y, z = w * size, x * size, y * size, z * size
            out[i] = w, x, y, z
        return out

    return find


def madgwick(beta: float) -> Callable[..., tuple[float, float, float]]:
    """Gradient descent of a fixed speed. Madgwick 2010, eq. 25 and 31."""

    def correct(
        w: float, x: float, y: float, z: float, a: float, b: float, c: float, step: float
    ) -> tuple[float, float, float]:
        f1 = 2 * (x * z - w * y) - a
        f2 = 2 * (w * x + y * z) - b
        f3 = 1 - 2 * (x * x + y * y) - c
        g = (
            -2 * y * f1 + 2 * x * f2,
            2 * z * f1 + 2 * w * f2 - 4 * x * f3,
            -2 * w * f1 + 2 * z * f2 - 4 * y * f3,
            2 * x * f1 + 2 * y * f2,
        )
        size = sum(s * s for s in g) ** 0.5
        if size == 0.0:
            return 0.0, 0.0, 0.0
        gw, gx, gy, gz = (-2 * beta * s / size for s in g)
        # As a rate in sensor axes: the vector part of q* times the change.
        return (
            w * gx - x * gw - y * gz + z * gy,
            w * gy + x * gz - y * gw - z * gx,
            w * gz - x * gy + y * gx - z * gw,
        )

    return correct


def mahony(gain: float) -> Callable[..., tuple[float, float, float]]:
    """A rate in proportion to the angle between felt and carried up. Mahony 2008."""

    def correct(
        w: float, x: float, y: float, z: float, a: float, b: float, c: float, step: float
    ) -> tuple[float, float, float]:
        u, v, t = 2 * (x * z - w * y), 2 * (w * x + y * z), 1 - 2 * (x * x + y * y)
        return gain * (b * t - c * v), gain * (c * u - a * t), gain * (a * v - b * u)

    return correct


def complementary(share: float) -> Callable[..., tuple[float, float, float]]:
    """Each sample the carried up moves the rest of ``share`` of the way to the felt one."""

    def correct(
        w: float, x: float, y: float, z: float, a: float, b: float, c: float, step: float
    ) -> tuple[float, float, float]:
        return mahony((1.0 - share) / step)(w, x, y, z, a, b, c, step)

    return correct


METHODS = (
    Method("**ours**: stride means, smoothed with penalty and Cauchy loss (gait/gravity.py)", ours()),
    Method("ours without the Cauchy loss", ours(CAUCHY_SCALE=float("inf"))),
    Method("ours without the penalty: each stride mean for itself", ours(STIFFNESS=(1e-6, 1e-6))),
    Method("ours, standing weighs no more than running", ours(REST_WEIGHT=1.0)),
    Method("offline VQF, tau_acc 1 s", vqf_offline(1.0)),
    Method("offline VQF, tau_acc 3 s", vqf_offline(3.0)),
    Method("mean over the two strides before (streaming)", streaming_mean),
    Method("causal VQF, tau_acc 1 s", vqf_causal(1.0)),
    Method("causal VQF, tau_acc 3 s", vqf_causal(3.0)),
    Method("stride mean of the accelerometer, no gyro", no_gyro),
    Method("Madgwick, beta 0.033", sample_by_sample(madgwick(0.033))),
    Method("Mahony, gain 0.5", sample_by_sample(mahony(0.5))),
    Method("complementary, 0.98", sample_by_sample(complementary(0.98))),
)


def motion_of(recording: Recording) -> Motion:
    """The recording's motion, as the pipeline makes it."""
    even = EvenClock(recording.rate_hz).push(recording.samples)
    return MotionFilter(recording.rate_hz).push(even)


def simulated(seed: int, sensor: Grade) -> Run:
    """One drawn run with its truth."""
    recording, truth = draw(seed, path=PATHS[seed % 3], sensor=sensor)
    motion = motion_of(recording)
    motion = replace(motion, acc_offset=standing_offset(motion, find_still(motion)))
    strides = true_strides(truth)
    lean = stride_mean(truth.t, truth.lean_deg, strides.start, strides.stop)
    first, last = next((start, stop) for kind, start, stop in truth.bouts if kind == "still")
    # A second of either end is left out: setting off begins before the first step.
    a, b = np.searchsorted(motion.t, [first + 1.0, last - 1.0])
    mounting = _mounting(truth.q_torso_sensor, motion.acc[a:b].mean(axis=0))
    return Run(truth.course.path, settle(motion), strides, lean, mounting)


def true_strides(truth: Truth) -> Strides:
    """Strides of both feet in turn, from true contact to true contact, inside running."""
    bout = np.zeros(len(truth.contact), np.intp)
    for i, (kind, start, stop) in enumerate(truth.bouts):
        if kind == "run":
            bout[(truth.contact >= start) & (truth.contact <= stop) & truth.running] = i + 1
    return _strides(truth.contact, bout)


def _strides(contact: Floats, bout: np.ndarray) -> Strides:
    long = contact[2:] - contact[:-2]
    i = np.flatnonzero((bout[:-2] > 0) & (bout[2:] == bout[:-2]) & (long < LONGEST_STRIDE))[::2]
    none = np.full(len(i), np.nan)
    side = np.full(len(i), "A")
    return Strides(
        contact[i], contact[i + 1], contact[i + 2], none, none, side, bout[i], np.ones(len(i), bool)
    )


def captured(folder: Path) -> Run:
    """The treadmill clip with its standing."""
    truth = json.loads((folder / f"{CLIP}_truth.json").read_text(encoding="utf-8"))
    recording = read(folder / f"{CLIP}.csv")
    standing = standing_of(read(folder / f"{CLIP}_stand.csv"))
    motion = replace(motion_of(recording), acc_offset=standing.acc_offset)
    contact = np.array(truth["ic_t"])
    contact = contact[(contact > motion.t[0] + CLIP_SETTLES) & (contact < motion.t[-1] - 0.1)]
    strides = _strides(contact, np.ones(len(contact), np.intp))
    t, lean = recording.samples.t, np.array(truth["lean_fwd"]) * DEG
    mean = stride_mean(t, lean, strides.start, strides.stop)
    mounting = _mounting(rotations.from_matrix(truth["R_mount"]), standing.up)
    return Run("motion capture", settle(motion), strides, mean, mounting)


def errors(run: Run, method: Method) -> Floats:
    """Lean minus true lean of each stride (k,). [°]"""
    seen = replace(run.settled, q_earth_sensor=method.find(run.settled))
    cycles = torso.cycles(seen, run.strides, run.q_torso_sensor)
    error = cycles["lean"].astype(float).mean(axis=1) * DEG - run.lean_deg
    return np.asarray(error[np.isfinite(error)])


def _mounting(true: Floats, up: Floats) -> Floats:
    """q_torso_sensor with the true forward direction and z along the standing line ``up``, sensor axes."""
    z = up / np.linalg.norm(up)
    y = np.cross(z, rotations.rotate(rotations.inverse(true), [1.0, 0.0, 0.0]))
    y /= np.linalg.norm(y)
    return rotations.from_matrix(np.stack([np.cross(y, z), y, z]))


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.accuracy.settle", description=(__doc__ or "").split("\n", 1)[0]
    )
    parser.add_argument("--seeds", type=int, default=30, metavar="N", help="how many runs [30]")
    parser.add_argument("--all-seeds", action="store_true", help="0 to N-1 instead of the first N odd ones")
    args = parser.parse_args()
    seeds = range(args.seeds) if args.all_seeds else range(1, 2 * args.seeds, 2)
    runs = {grade: [simulated(seed, grade) for seed in seeds] for grade in ("mpu6050", "calibrated")}
    told = os.environ.get("GAIT_SHARED_DATA")
    folder = (Path(told) if told else Path(__file__).resolve().parents[3] / "shared" / "data") / "mocap"
    clip = captured(folder) if folder.is_dir() else None
    print(f"{len(seeds)} simulated runs{'' if args.all_seeds else ' (held-out seeds)'}, degrees.")
    if clip is None:
        print(f"No motion capture at {folder}.")
    else:
        print(
            f"Motion capture: {CLIP}, {len(clip.strides)} strides. Its readings were computed from the capture, so no tissue wobbles."
        )
    head = [
        "method",
        "mean lean error, p50 / p95",
        "stride RMSE, p50 / p95",
        *(f"{p}, stride RMSE p50" for p in PATHS),
    ]
    head += [
        "calibrated: mean lean",
        "calibrated: stride RMSE",
        "motion capture: mean error",
        "stride sd about it",
    ]
    print(f"\n| {' | '.join(head)} |\n|{' --- |' * len(head)}")
    for method in METHODS:
        cells = [method.name]
        for grade, some in runs.items():
            found = [errors(run, method) for run in some]
            mean = np.abs([e.mean() for e in found])
            rms = np.sqrt([np.mean(e**2) for e in found])
            cells += [_pair(mean), _pair(rms)]
            if grade == "mpu6050":
                paths = np.array([run.label for run in some])
                cells += [f"{np.median(rms[paths == p]):.2f}" for p in PATHS]
        if clip is not None:
            e = errors(clip, method)
            cells += [f"{e.mean():+.2f}", f"{e.std():.2f}"]
        print(f"| {' | '.join(cells)} |", flush=True)
    return 0


def _pair(x: Floats) -> str:
    return f"{np.percentile(x, 50):.2f} / {np.percentile(x, 95):.2f}"


if __name__ == "__main__":
    sys.exit(main())
