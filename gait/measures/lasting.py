"""How the end of a run compares with its middle.

Lives here: the difference of the run's last fifth and its middle two fifths, for what traits rest on.
Not here: whether that is alike (traits/).
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from gait.blocks import student_95
from gait.measures.context import View
from gait.measures.measure import Measure
from gait.quality import CREPT_DEG
from gait.rotations import Floats

#: The middle, and the end, as shares of the run's strides, counted or not.  Source: the traits' catalogue.
MIDDLE, END = (0.3, 0.7), 0.8

#: Least share of the strides of either part that count in the measure.  [1]  Chosen: most of them.
#: With fewer the end of what was heard is not the end of the run: a clip that moved, landings beyond the range.
LEAST_HEARD = 0.5

#: Blocks of either part.  [1]  Chosen: 40 strides a block in 20 min, over which people wander.
BLOCKS = 8

#: Measures that are looked at, with what the recording may add to the difference.  [unit of the measure, 1 sd]
#: Source: the study of the traits; most of what is systematic in a measure is the same in both parts.
COMPARED = {
    "lean": 0.5,
    "rotation": 0.3,
    "sway": 0.3,
    "vertical_oscillation": 0.15,
    "stride_time_cv": 0.1,
    "stride_regularity": 0.01,
    "togetherness": 0.005,
}


def late(view: View, measures: Iterable[Measure]) -> list[Measure]:
    """End minus middle, of each measure that is compared and has strides enough in both.

    Returns
    -------
    list of Measure
        Keys ``late_<key>``, in the unit of the measure; ``n`` counts the strides of the end.
    """
    return [found for m in measures if m.key in COMPARED and (found := _late(view, m)) is not None]


def _late(view: View, m: Measure) -> Measure | None:
    if m.value is None or len(m.per_stride) != len(m.counted):
        return None
    n = len(m.counted)
    parts = []
    for part in (slice(int(MIDDLE[0] * n), int(MIDDLE[1] * n)), slice(int(END * n), n)):
        counted = m.counted[part]
        if counted.sum() < max(2 * BLOCKS, LEAST_HEARD * len(counted)):
            return None
        parts.append(m.per_stride[part][counted])
    middle, end = parts
    (a, sa), (b, sb) = (_mean(part) for part in (middle, end))
    half = student_95(BLOCKS) * float(np.hypot(sa, sb))
    u = COMPARED[m.key]
    if m.key == "lean" and view.mounting.crept_deg is not None:
        # Two standings bound what the clip did; beyond CREPT_DEG lean itself is not believed.
        u = float(np.hypot(0.5 * u, min(view.mounting.crept_deg, CREPT_DEG) / np.sqrt(12.0)))
    return Measure(
        key=f"late_{m.key}",
        unit=m.unit,
        value=b - a,
        low=b - a - half,
        high=b - a + half,
        systematic=u,
        n=len(end),
        per_stride=np.zeros(0),
        column="",
        trust=m.trust,
        why=m.why,
        counted=np.zeros(0, bool),
        blocks=BLOCKS,
    )


def _mean(x: Floats) -> tuple[float, float]:
    """Mean of a part, and its standard error from blocks."""
    means = np.array([block.mean() for block in np.array_split(x, BLOCKS)])
    return float(means.mean()), float(means.std(ddof=1) / np.sqrt(BLOCKS))
