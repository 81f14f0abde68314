"""How the trunk goes forward when the runner sets off.

Lives here: the lean gained at starts from quiet standing.
Not here: finding the starts (set_off.py), the lean of running (lean.py).
"""

from __future__ import annotations

import numpy as np

from gait.blocks import student_95
from gait.measures.context import View
from gait.measures.curves import Starts
from gait.measures.measure import Measure, nothing
from gait.rotations import Floats
from gait.units import DEG, RAD

#: How far the gyro-carried inclination of a start is off.  [°, 1 sd]  Source: the traits' catalogue (u = 1).
SYSTEMATIC_DEG = 1.0

#: The standing that the gain is counted from, before the first contact.  [s]  Source: the traits' catalogue.
SECOND_BEFORE = 1.0


def set_off(view: View) -> Measure:
    """Lean over the first three steps of a start, minus its mean over the second before the first contact.

    Returns
    -------
    Measure
        Key ``set_off``; ``n`` counts starts. [°], positive forward. Nothing when there is no start out of standing
        or when forward and backward cannot be told apart.
    """
    none = np.zeros(0)
    m = view.mounting
    starts = view.set_offs
    if starts is None or len(starts) == 0:
        return nothing("set_off", "deg", none, ("No start out of quiet standing was heard.",))
    if not m.sign_known:
        return nothing("set_off", "deg", none, m.why or ("Forward and backward could not be told apart.",))
    gained = gains(view)
    n = len(gained)
    trust, why = view.trust(trunk=True, forward=True)
    value = float(gained.mean())
    half = student_95(n) * float(gained.std(ddof=1)) / np.sqrt(n) if n >= 2 else None
    turned = abs(value) * (1.0 - np.cos(m.forward_sigma_deg * RAD))
    return Measure(
        key="set_off",
        unit="deg",
        value=value,
        low=None if half is None else value - half,
        high=None if half is None else value + half,
        systematic=float(np.hypot(SYSTEMATIC_DEG, turned)),
        n=n,
        per_stride=none,
        column="",
        trust=trust,
        why=why if half is not None else (*why, "One start gives no interval."),
        counted=np.zeros(0, bool),
        blocks=n,
    )


def gains(view: View) -> Floats:
    """Lean gained at each start (s,). [°]"""
    starts = view.set_offs
    assert starts is not None, "set_off asks first"
    out = np.empty(len(starts))
    for i, (lean, contact) in enumerate(zip(starts.lean, starts.contacts, strict=True)):
        steps = (starts.t >= 0.0) & (starts.t < contact[-1] - contact[0])
        before = (starts.t >= -SECOND_BEFORE) & (starts.t < 0.0)
        out[i] = (lean[steps].mean() - lean[before].mean()) * DEG
    return out


def starts_curve(view: View) -> Starts | None:
    """Lean around each start, against the second before its first contact."""
    starts = view.set_offs
    if starts is None or len(starts) == 0 or not view.mounting.sign_known:
        return None
    before = (starts.t >= -SECOND_BEFORE) & (starts.t < 0.0)
    lean = (starts.lean - starts.lean[:, before].mean(axis=1, keepdims=True)) * DEG
    return Starts(starts.t, lean, starts.contacts[:, 0])
