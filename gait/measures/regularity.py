"""How much a step and a stride resemble the next.

Lives here: correlations of the vertical acceleration with itself.
Not here: variability of their times (rhythm.py).
"""

from __future__ import annotations

import numpy as np

from gait.measures.context import View
from gait.measures.curves import Overlay
from gait.measures.measure import Measure, measured
from gait.torso import POINTS

#: Soft tissue and noise.  [1, 1 sd]  Source: the traits' catalogue (regular, u = 0.03).
SYSTEMATIC = 0.03

#: Strides laid over each other for a picture.  [strides]  Source: the traits' design.
OVERLAID = 20


def step_regularity(view: View) -> Measure:
    """Correlation of the vertical acceleration with itself one step later.

    Returns
    -------
    Measure
        Key ``step_regularity``, per stride (k,), -1 to 1.

    References
    ----------
    .. [1] Moe-Nilssen & Helbostad, "Estimation of gait cycle characteristics by trunk accelerometry,"
       J Biomech 37 (2004) 121-126, doi 10.1016/S0021-9290(03)00233-1.

    Notes
    -----
    Differences: the lag is each stride's own, not one for the whole record, so drifting pace does not count
    as irregularity.
    """
    return _regularity(view, "step_regularity", stride=False)


def stride_regularity(view: View) -> Measure:
    """Correlation of the vertical acceleration with itself one stride later; else as step_regularity.

    Returns
    -------
    Measure
        Key ``stride_regularity``, per stride (k,), -1 to 1.
    """
    return _regularity(view, "stride_regularity", stride=True)


def _regularity(view: View, key: str, *, stride: bool) -> Measure:
    per_stride = view.cycles.again_stride if stride else view.cycles.again_step
    trust, why = view.trust(trunk=False)
    return measured(
        key, "", per_stride, view.counted, systematic=SYSTEMATIC, column=f"{key}_1", trust=trust, why=why
    )


def overlay(view: View) -> Overlay:
    """Some strides evenly over those in view."""
    at = np.unique(np.linspace(0, len(view.strides) - 1, OVERLAID).round().astype(int))
    return Overlay(np.arange(POINTS) / POINTS, np.asarray(view.cycles["up"][at], float))
