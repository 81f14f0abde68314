"""How much a step and a stride resemble the next.

Lives here: correlations of the vertical acceleration with itself.
Not here: variability of their times (rhythm.py).
"""

from __future__ import annotations

from gait.measures.context import View
from gait.measures.measure import Measure, measured

#: Soft tissue and noise.  [1, 1 sd]  Source: the traits' catalogue (regular, u = 0.03).
SYSTEMATIC = 0.03


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
