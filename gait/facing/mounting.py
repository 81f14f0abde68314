"""How the sensor sits on the torso, as far as it is known.

Lives here: the type. Unknown is a state.
Not here: how it is found out (find.py).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from gait.recording import Placement
from gait.rotations import Floats

#: The axes that can be stated to point forward.
FACINGS = ("+x", "-x", "+y", "-y", "+z", "-z")


@dataclass(frozen=True)
class Mounting:
    """How the sensor sits on the torso.

    Attributes
    ----------
    q_torso_sensor : (4,) array
        Torso: x forward, y left, z up along the runner's own standing line (along the mean of running
        when no standing is known).
    standing : (2,) tuple or None
        The quiet standing that gave "up", None when there was none. [s]
    standing_count : int
        How many stretches of standing it rests on: 2 when there was one before and one after.
    crept_deg : float or None
        Angle between standing before and after, None unless both were there. [°]
    acc_offset : (3,) array
        What was taken from the accelerometer, see standing_offset. [m/s²]
    standing_elsewhere : bool
        The standing is of another recording, and its times are that one's.
    contradicted_deg : float or None
        How far a stated forward axis lies from what the running itself tells, where that is far. [°]
    forward_sigma_deg : float
        One standard deviation of the forward axis about the up axis. [°]
    sign_known : bool
        False when forward and backward cannot be told apart.
    placement : Placement
    cues : tuple of (str, float, float)
        What each cue said: name, forward azimuth about up relative to the one taken [°], sigma [°].
    why : tuple of str
        What is not known and why, about the recording.
    """

    q_torso_sensor: Floats
    standing: tuple[float, float] | None
    forward_sigma_deg: float
    sign_known: bool
    placement: Placement
    cues: tuple[tuple[str, float, float], ...] = ()
    why: tuple[str, ...] = ()
    standing_count: int = 0
    crept_deg: float | None = None
    acc_offset: Floats = field(default_factory=lambda: np.zeros(3))
    standing_elsewhere: bool = False
    contradicted_deg: float | None = None
