"""What the data can carry.

Lives here: losses, clipping, rate, a clip that crept, a place that is no trunk.
Not here: what follows for a measure (measures/) or a trait (traits/).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gait.bouts import Bouts
from gait.motion import Motion
from gait.rotations import Floats
from gait.torso import Cycles
from gait.units import DEG, G

#: Two neighbours this near to the largest value of an axis, relative to it, are the end of the range.  [1]
#: Chosen: a real impact has one sample at its top (200 Hz), a clipped one a flat.
FLAT = 0.004

#: Ends of range are looked for above this.  [m/s²]  Source: the smallest range of any such sensor is ±2 g,
#: with a scale error of 3 % and a bias of 0.08 g.
LEAST_RANGE = 1.85 * G

#: Fewest clipped samples that are said.  [samples]  Chosen: a few flats happen by chance.
FEWEST_CLIPPED = 5

#: Standing before and after that differ by more: the clip moved.  [°]
#: Chosen: a person repeats standing to 1°, so two differ by 1.4° (1 sd); twice that.
CREPT_DEG = 3.0

#: Below this rate contacts and waveforms suffer.  [Hz]  Source: 50 Hz doubles the stride error against 100.
LOW_RATE = 75.0

#: A trunk that runs tips to and fro by less than this in a stride.  [°]
#: Source: motion capture, nod 1.5-4° and roll 2-6° to either side, wobble on top; a phone in a trouser pocket
#: tips by 40-70° (MotionSense).
MOST_TIP_DEG = 32.0

#: Fewest strides that tell.  [strides]  Chosen.
FEWEST_STRIDES = 5

#: Trunk angles need at least this.  [Hz]  Chosen: 8 samples a step.
LEAST_RATE = 20.0


@dataclass(frozen=True)
class Quality:
    """Facts about the recording, never about the runner.

    Attributes
    ----------
    lost_share : float
        Share of the expected samples that are not there, 0 to 1.
    clipped_share : float
        Share of samples while running in which an axis sits at the end of its range, 0 to 1.
    notes : tuple of str
        One sentence each, for people.
    rate_low : bool
        The rate is below LOW_RATE.
    not_trunk : str
        Why the angles are no trunk's (a pocket), "" when nothing speaks against it.
    clipped : (n,) bool array
        Samples at the end of the range.
    """

    lost_share: float
    clipped_share: float
    notes: tuple[str, ...]
    rate_low: bool
    not_trunk: str
    clipped: NDArray[np.bool_]


def assess(
    motion: Motion, bouts: Bouts, *, lost_share: float, cycles: Cycles, crept_deg: float | None
) -> Quality:
    """Gather what is known of the recording.

    Parameters
    ----------
    motion : Motion
        n samples.
    bouts : Bouts
    lost_share : float
        As in Quality.
    cycles : Cycles
        Strides in torso axes, to see whether they can be a trunk's.
    crept_deg : float or None
        Angle between standing before and after. [°]
    """
    not_trunk = _no_trunk(cycles)
    at_end = clipped(motion.acc, LEAST_RANGE)
    running = np.zeros(len(motion), bool)
    for i in np.flatnonzero(bouts.kind == "run"):
        a, b = np.searchsorted(motion.t, [bouts.start[i], bouts.stop[i]])
        running[a:b] = True
    share = float(at_end[running].mean()) if running.any() else float(at_end.mean()) if len(at_end) else 0.0
    said: list[str] = []
    if share > 0:
        top = float(np.abs(motion.acc).max() / G)
        said.append(
            f"The accelerometer reached the end of its range (about {top:.0f} g) in {100 * share:.1f} % of the "
            "samples; a wider range (±16 g) hears those moments whole."
        )
    if lost_share > 0.001:
        said.append(f"{100 * lost_share:.1f} % of the samples were lost.")
    low = motion.rate_hz < LOW_RATE
    if low:
        said.append(
            f"{motion.rate_hz:.0f} samples a second are few for a running step; 100 or more hear it well."
        )
    if crept_deg is not None and crept_deg > CREPT_DEG:
        said.append(
            f"The standing before and after the run differ by {crept_deg:.1f}°: the clip moved on the way."
        )
    if not_trunk:
        said.append(not_trunk)
    return Quality(lost_share, share, tuple(said), low, not_trunk, at_end)


def _no_trunk(cycles: Cycles) -> str:
    """Why the strides cannot be a trunk's, "" when they can."""
    whole = np.isfinite(cycles["up"][:, 0])
    if whole.sum() < FEWEST_STRIDES:
        return ""
    tip = np.ptp(np.stack([cycles["lean"][whole], cycles["sway"][whole]]), axis=2).max(axis=0) * DEG
    usual = float(np.median(tip))
    if usual <= MOST_TIP_DEG:
        return ""
    return (
        f"The sensor tipped by {usual:.0f}° in every stride, which a trunk does not: it may have been in a "
        "pocket or on a limb, so nothing is said of the trunk."
    )


def clipped(x: Floats, least: float) -> NDArray[np.bool_]:
    """Samples (n,) in which an axis of x (n, 3) stays at its own largest or smallest value."""
    out = np.zeros(len(x), bool)
    for axis in range(x.shape[1]):
        for side in (x[:, axis], -x[:, axis]):
            top = float(side.max()) if len(side) else 0.0
            if top < least:
                continue
            high = side >= top * (1.0 - FLAT)
            flat = np.zeros(len(x), bool)
            both = high[1:] & high[:-1]
            flat[1:] |= both
            flat[:-1] |= both
            if flat.sum() >= FEWEST_CLIPPED:
                out |= flat
    return out
