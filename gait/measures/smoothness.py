"""How smoothly the trunk turns within a stride.

Lives here: the spectral arc length of its angular rate.
Not here: how far it turns (rotation.py).
"""

from __future__ import annotations

import numpy as np

from gait.measures.context import View
from gait.measures.measure import Measure, measured
from gait.rotations import Floats

#: Highest frequency that counts.  [Hz]  Source: Balasubramanian 2015 uses 10 Hz for movements of the trunk and arm.
HIGHEST = 10.0

#: Amplitude share below which the spectrum ends.  [1]  Source: as above, 0.05.
THRESHOLD = 0.05

#: Zero padding of the spectrum.  [times]  Source: as above, a padding level of 4 gives 16 times.
PADDING = 8

#: Strides worked on at a time.  [strides]  Chosen: bounded memory.
PIECE = 4000

#: Soft tissue.  [1, 1 sd]  Chosen: change of the value when the synthetic tissue wobble goes from 0.3 to 1.3.
SYSTEMATIC = 0.3


def smoothness(view: View) -> Measure:
    """Spectral arc length (SPARC) of the angular rate's magnitude over each stride.

    Returns
    -------
    Measure
        Key ``smoothness``, per stride (k,), below 0; nearer to 0 is smoother.

    References
    ----------
    .. [1] Balasubramanian, Melendez-Calderon, Roby-Brami, Burdet, "On the analysis of movement smoothness,"
       J NeuroEng Rehabil 12:112 (2015), doi 10.1186/s12984-015-0090-9.
    """
    size, time = view.cycles["turning"], view.strides.duration
    per_stride = np.full(len(time), np.nan)
    for a in range(0, len(time), PIECE):
        per_stride[a : a + PIECE] = _arc_length(size[a : a + PIECE], time[a : a + PIECE])
    trust, why = view.trust(trunk=True)
    return measured(
        "smoothness",
        "",
        per_stride,
        view.counted,
        systematic=SYSTEMATIC,
        column="smoothness_1",
        trust=trust,
        why=why,
    )


def _arc_length(size: Floats, time: Floats) -> Floats:
    """SPARC of the rows of size (k, m) that last ``time`` (k,) seconds; NaN where a row is not whole."""
    n = size.shape[1] * PADDING
    spectrum = np.abs(np.fft.rfft(size, n, axis=1))
    top = spectrum[:, :1]
    level = spectrum / np.where(top > 0, top, np.nan)
    hz = np.arange(level.shape[1]) / (PADDING * time[:, None])
    loud = (hz <= HIGHEST) & (level >= THRESHOLD)
    last = np.where(loud.any(axis=1), level.shape[1] - 1 - np.argmax(loud[:, ::-1], axis=1), 0)
    span = np.take_along_axis(hz, last[:, None], axis=1)
    step = np.sqrt(
        (np.diff(hz, axis=1) / np.where(span > 0, span, np.nan)) ** 2 + np.diff(level, axis=1) ** 2
    )
    used = np.arange(step.shape[1]) < last[:, None]
    length = -np.where(used, step, 0.0).sum(axis=1)
    return np.where(np.isfinite(size).all(axis=1) & (last > 0), length, np.nan)
