"""What every measure may look at.

Lives here: View, the strides with their waveforms and what is known of sensor and placement.
Not here: any measure.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gait.calibration.calibration import Calibration
from gait.facing import Mounting
from gait.quality import Quality
from gait.set_off import SetOffs
from gait.strides import Strides
from gait.torso import Cycles

#: What is left of the trust where a person's word on the mounting and the recording disagree.  [1]
#: Chosen: below the half that a claim asks for; as for lean.
CONTRADICTED_TRUST = 0.4


@dataclass(frozen=True)
class View:
    """k strides laid over their phase, in torso axes.

    Attributes
    ----------
    strides : Strides
    cycles : Cycles
    mounting : Mounting
    quality : Quality
    calibrated : bool
        The accelerometer was calibrated in six positions.
    set_offs : SetOffs or None
        Starts out of quiet standing.
    calibration : Calibration or None
        What was taken out, for what it leaves open.
    """

    strides: Strides
    cycles: Cycles
    mounting: Mounting
    quality: Quality
    calibrated: bool
    set_offs: SetOffs | None = None
    calibration: Calibration | None = None

    @property
    def counted(self) -> NDArray[np.bool_]:
        """Strides that count: steady, straight enough, unclipped (k,)."""
        return self.strides.regular

    def at(self, index: NDArray[np.intp]) -> View:
        """Only some of the strides."""
        c = self.cycles
        strides = self.strides.at(index)
        values = {name: wave[index] for name, wave in c.values.items()}
        cycles = Cycles(strides, values, c.again_step[index], c.again_stride[index])
        return replace(self, strides=strides, cycles=cycles)

    def trust(self, *, trunk: bool, forward: bool = False) -> tuple[float, tuple[str, ...]]:
        """Trust that the recording leaves to a measure, and why; ``trunk`` for angles of the trunk, ``forward`` for those
        that rest on where forward is.
        """
        trust, why = 1.0, []
        q = self.quality
        if q.rate_low:
            trust *= 0.25 if trunk and q.rate_poor else 0.5
            why.append("The recording has few samples a second.")
        if q.clipped_share > 0:
            trust *= float(np.clip(1.0 - 20.0 * q.clipped_share, 0.0, 1.0))
            why.append(
                f"The sensor reached the end of its range in {100 * q.clipped_share:.1f} % of the running."
            )
        if q.lost_share > 0.05:
            trust *= float(np.clip(1.0 - 2.0 * q.lost_share, 0.0, 1.0))
            why.append(f"{100 * q.lost_share:.0f} % of the samples were lost.")
        off = self.mounting.contradicted_deg
        if forward and off is not None:
            trust *= CONTRADICTED_TRUST
            why.append(f"The stated forward axis is {off:.0f}° from what the running itself tells.")
        if trunk and q.not_trunk:
            trust = 0.0
            why.append(q.not_trunk)
        return trust, tuple(why)
