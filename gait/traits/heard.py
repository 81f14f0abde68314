"""What a trait is judged by: the measures of a run in summary, and what is known of the recording.

Lives here: Heard, small enough to be kept for years and whole enough to be judged again by a newer catalogue.
Not here: rules (rule.py), how measures are made (measures/), where they are kept (history/).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from gait.facing import Mounting
from gait.measures.measure import Measure, Measures
from gait.quality import Quality
from gait.recording import Placement

#: Points of a measure's distribution over its strides that are kept.  Chosen: a share is then known to 1 %.
KEPT_POINTS = 51

#: Significant digits that are kept.  Chosen: a tenth of a per mille, finer than any measure here.
KEPT_DIGITS = 5


@dataclass(frozen=True)
class Number:
    """One measure in summary.

    Attributes
    ----------
    value, low, high, systematic, n, trust, why
        As in Measure.
    blocks : int
        Independent parts behind ``low`` and ``high``.
    strides : tuple of float
        The values of the strides that count, sorted; a stride without a value is NaN, at the end. Empty where the
        measure has none.
    """

    value: float | None
    low: float | None
    high: float | None
    systematic: float | None
    n: int
    blocks: int
    trust: float
    why: tuple[str, ...] = ()
    strides: tuple[float, ...] = ()

    def share_above(self, level: float) -> float | None:
        """Share of the strides above a level, None without strides."""
        if not self.strides:
            return None
        return float(np.mean(np.asarray(self.strides) > level))  # NaN compares as False


@dataclass(frozen=True)
class Heard:
    """Everything a catalogue is held against.

    Attributes
    ----------
    measures : mapping of Number
        By key.
    steady : int
        Strides that count.
    running_s : float
        From the first to the last stride of each bout. [s]
    placement : Placement
    standing_s : float or None
        Length of the quiet standing; None without. [s]
    sign_known, six_position : bool
    not_trunk : str
    clipped_share : float
    """

    measures: Mapping[str, Number]
    steady: int
    running_s: float
    placement: Placement
    standing_s: float | None
    sign_known: bool
    six_position: bool
    not_trunk: str
    clipped_share: float

    def thinned(self) -> Heard:
        """The same with ``KEPT_POINTS`` strides a measure, and numbers of ``KEPT_DIGITS`` digits."""
        return replace(self, measures={key: _thinned(number) for key, number in self.measures.items()})

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON; NaN becomes None."""
        plain = asdict(self)
        for number in plain["measures"].values():
            number["strides"] = [None if math.isnan(x) else x for x in number["strides"]]
            number["why"] = list(number["why"])
        return plain

    @staticmethod
    def from_dict(plain: Mapping[str, Any]) -> Heard:
        """What ``as_dict`` gave."""
        measures = {
            key: Number(
                **{
                    **number,
                    "why": tuple(number["why"]),
                    "strides": tuple(math.nan if x is None else float(x) for x in number["strides"]),
                }
            )
            for key, number in plain["measures"].items()
        }
        return Heard(**{**plain, "measures": measures})


def hear(measures: Measures, mounting: Mounting, quality: Quality, *, six_position: bool = False) -> Heard:
    """Sum up a run.

    Parameters
    ----------
    measures : Measures
    mounting : Mounting
    quality : Quality
    six_position : bool
        Whether the sensor was calibrated in six positions.

    Returns
    -------
    Heard
    """
    strides = measures.strides
    standing = mounting.standing
    return Heard(
        measures={key: _number(measure) for key, measure in measures.items()},
        steady=int(np.count_nonzero(strides.regular)),
        running_s=float(strides.ran()[-1]) if len(strides) else 0.0,
        placement=mounting.placement,
        standing_s=None if standing is None else float(standing[1] - standing[0]),
        sign_known=bool(mounting.sign_known),
        six_position=six_position,
        not_trunk=quality.not_trunk,
        clipped_share=float(quality.clipped_share),
    )


def _number(m: Measure) -> Number:
    strides = np.sort(m.per_stride[m.counted]) if len(m.per_stride) == len(m.counted) else np.zeros(0)
    return Number(
        _plain(m.value), _plain(m.low), _plain(m.high), _plain(m.systematic), m.n, m.independent, m.trust, m.why,
        tuple(strides.tolist()),
    )  # fmt: skip


def _thinned(number: Number) -> Number:
    """Strides at even steps of their order; NaN stay at the end."""
    strides = number.strides
    if len(strides) > KEPT_POINTS:
        at = ((np.arange(KEPT_POINTS) + 0.5) / KEPT_POINTS * len(strides)).astype(int)
        strides = tuple(strides[i] for i in at)
    return replace(
        number,
        value=_short(number.value),
        low=_short(number.low),
        high=_short(number.high),
        systematic=_short(number.systematic),
        strides=tuple(x if math.isnan(x) else float(f"{x:.{KEPT_DIGITS}g}") for x in strides),
    )


def _short(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.{KEPT_DIGITS}g}")


def _plain(value: float | None) -> float | None:
    """A finite Python float, or None."""
    return float(value) if value is not None and math.isfinite(value) else None
