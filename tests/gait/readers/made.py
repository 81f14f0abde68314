"""Small recordings for the readers' tests: a person who stands, bends over twice and walks on, by plain formulas.

Not a runner (that is gait.synthetic): just enough gravity, turning and steps for units to be told.
"""

from __future__ import annotations

import numpy as np

from gait.rotations import Floats, from_rotvec, inverse, rotate
from gait.units import RAD, G

RATE = 100.0


def table(
    seconds: float = 24.0, *, bend_deg: float = 25.0, rate: float = RATE
) -> tuple[Floats, Floats, Floats]:
    """Clock [s], specific force [m/s²], rate [rad/s] of someone who bends about y and bounces."""
    t = np.arange(round(seconds * rate)) / rate
    pitch = bend_deg * RAD * np.sin(2 * np.pi * t / 9.0) + 0.06 * np.sin(2 * np.pi * 2.7 * t)
    yaw = 0.15 * np.sin(2 * np.pi * 1.35 * t)
    q = from_rotvec(np.column_stack([0 * t, pitch, 0 * t]))
    up = np.column_stack([0 * t, 0 * t, G + 6.0 * np.sin(2 * np.pi * 2.7 * t)])
    acc = rotate(inverse(q), up)
    # Small yaw on top: its rate counts, its effect on the direction of gravity is nil.
    gyr = np.column_stack([0 * t, np.gradient(pitch, t), np.gradient(yaw, t)])
    return t, acc, gyr


def lines(
    t: Floats, acc: Floats, gyr: Floats, header: str | None = "t,ax,ay,az,gx,gy,gz", fmt: str = "%.6f"
) -> str:
    """The table as CSV text."""
    rows = [",".join(fmt % value for value in row) for row in np.column_stack([t, acc, gyr])]
    return "\n".join([*([header] if header else []), *rows]) + "\n"
