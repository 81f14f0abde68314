"""Even samples to motion in the sensor's own axes: gyro bias, rest.

Lives here: the only use of VQF, and its memory (the filter's state between two pushes).
Not here: which way is down (gravity.py), which way the torso faces (facing.py).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from vqf import VQF

from gait.rotations import Floats
from gait.timeline import EvenSamples

#: Largest gyro bias believed.  [°/s]  Source: MPU-6050 zero-rate output ±20 °/s (PS-MPU-6000A rev 3.4,
#: table 6.1) and its drift; VQF's own 2 °/s is meant for calibrated sensors.
LARGEST_BIAS_DPS = 25.0

#: What is known of the bias before any rest, one standard deviation.  [°/s]  As above: half the ±20 °/s.
UNKNOWN_BIAS_DPS = 10.0

#: Over a gap no longer than this the orientation is carried by the rates on its two sides; no sample is made up.
#: [s]  Chosen: a third of a stride; the turn of a trunk (300 °/s at most) is then known to a few degrees.
CARRIED_GAP = 0.25

#: The bias is kept once per this time; it moves with temperature, over minutes.  [s]  Chosen.
BIAS_EVERY = 1.0


@dataclass(frozen=True)
class Motion:
    """What the sensor felt, on an even clock, in the sensor's axes.

    Attributes
    ----------
    t : (n,) array
        Recording time. [s]
    rate_hz : float
        One over the spacing of ``t`` between gaps. [Hz]
    gap : (n,) bool array
        True where a new stretch begins.
    acc, gyr : (n, 3) float32 array
        Specific force [m/s²] and angular rate as measured, bias included [rad/s]. Single precision: 1e-6 of
        a reading, a hundredth of a 16-bit count, at half the memory.
    rest : (n,) bool array
        VQF's rest detection: still for 1.5 s.
    bias_t : (m,) array, bias : (m, 3) array, bias_sigma : (m,) array
        Gyro bias [rad/s] as VQF knew it at these times, and its uncertainty.
    acc_offset : (3,) array
        Taken from ``acc`` by ``force``; see facing.standing_offset. [m/s²]
    """

    t: Floats
    rate_hz: float
    gap: NDArray[np.bool_]
    acc: Floats
    gyr: Floats
    rest: NDArray[np.bool_]
    bias_t: Floats
    bias: Floats
    bias_sigma: Floats
    acc_offset: Floats = field(default_factory=lambda: np.zeros(3))

    def force(self, part: slice) -> Floats:
        """Specific force of some samples without the known offset (n, 3). [m/s²]"""
        return np.asarray(self.acc[part] - self.acc_offset)

    def __len__(self) -> int:
        return len(self.t)

    def after(self, time: float) -> Motion:
        """Only what is not before ``time``; the bias known last before it is kept."""
        i = int(np.searchsorted(self.t, time))
        gap = self.gap[i:].copy()
        gap[:1] = True
        j = max(0, int(np.searchsorted(self.bias_t, time)) - 1)
        return Motion(
            self.t[i:],
            self.rate_hz,
            gap,
            self.acc[i:],
            self.gyr[i:],
            self.rest[i:],
            self.bias_t[j:],
            self.bias[j:],
            self.bias_sigma[j:],
            self.acc_offset,
        )

    def stretches(self, within: slice | None = None) -> list[slice]:
        """Index ranges without a gap inside."""
        return _ranges(np.flatnonzero(self.gap), within or slice(0, len(self)))

    def passages(self) -> list[slice]:
        """Index ranges with at most short gaps inside, over which the gyro still carries."""
        at = np.flatnonzero(self.gap)
        at = at[at > 0]
        return _ranges(at[self.t[at] - self.t[at - 1] > CARRIED_GAP], slice(0, len(self)))


def _ranges(starts: NDArray[np.intp], within: slice) -> list[slice]:
    """The range cut at those starts that lie inside it."""
    inside = starts[(starts > within.start) & (starts < within.stop)]
    edges = [within.start, *(int(i) for i in inside), within.stop]
    return [slice(a, b) for a, b in pairwise(edges) if b > a]


class MotionFilter:
    """Push even samples, take motion out; remembers VQF's state and how many samples it saw.

    Motion bias estimation is off: on running it wandered by 3-8 °/s from the truth (RBDS treadmill clip,
    sensor bias known), because half of its gravity is impact.
    """

    def __init__(self, rate_hz: float) -> None:
        self._rate_hz = rate_hz
        self._filter = VQF(
            1.0 / rate_hz,
            motionBiasEstEnabled=False,
            biasClip=LARGEST_BIAS_DPS,
            biasSigmaInit=UNKNOWN_BIAS_DPS,
        )
        self._seen = 0

    def push(self, even: EvenSamples) -> Motion:
        """Motion of the samples given, in order."""
        s = even.samples
        n = len(s)
        if n == 0:
            none = np.zeros(0)
            single = np.zeros((0, 3), np.float32)
            return Motion(
                none, self._rate_hz, even.gap, single, single, np.zeros(0, bool), none, np.zeros((0, 3)), none
            )
        out = self._filter.updateBatch(np.ascontiguousarray(s.gyr), np.ascontiguousarray(s.acc))
        every = max(1, round(BIAS_EVERY * self._rate_hz))
        kept = np.arange((-self._seen) % every, n, every)
        self._seen += n
        return Motion(
            t=s.t,
            rate_hz=self._rate_hz,
            gap=even.gap,
            acc=s.acc.astype(np.float32),
            gyr=s.gyr.astype(np.float32),
            rest=np.asarray(out["restDetected"], bool),
            bias_t=s.t[kept],
            bias=out["bias"][kept],
            bias_sigma=out["biasSigma"][kept],
        )


def join(parts: list[Motion]) -> Motion:
    """Consecutive pieces as one."""
    if len(parts) == 1:
        return parts[0]

    def all_of(name: str) -> Floats:
        return np.concatenate([getattr(p, name) for p in parts])

    return Motion(
        t=all_of("t"),
        rate_hz=parts[0].rate_hz,
        gap=np.concatenate([p.gap for p in parts]),
        acc=all_of("acc"),
        gyr=all_of("gyr"),
        rest=np.concatenate([p.rest for p in parts]),
        bias_t=all_of("bias_t"),
        bias=all_of("bias"),
        bias_sigma=all_of("bias_sigma"),
        acc_offset=parts[0].acc_offset,
    )
