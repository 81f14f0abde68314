"""All that one recording shows, as it is handed on.

Lives here: the shape of what the pipeline finds.
Not here: finding it (pipeline.py), writing it (tables.py, report/).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gait.bouts import Bouts
from gait.calibration.calibration import Calibration
from gait.contacts import Contacts
from gait.facing import Mounting
from gait.measures.context import View
from gait.measures.measure import Measures
from gait.quality import Quality
from gait.recording import Placement
from gait.series import Series
from gait.traits.trait import Trait


@dataclass(frozen=True)
class RecordingFacts:
    """What analysis.json says of the recording. Times in the recording's own time base [s]."""

    source: str
    dialect: str
    rate_hz: float
    start_s: float
    stop_s: float
    rows: int
    gaps_s: tuple[tuple[float, float], ...]
    placement: Placement


@dataclass(frozen=True)
class Analysis:
    """All that one recording shows.

    Attributes
    ----------
    recording : RecordingFacts
    quality : Quality
    mounting : Mounting
    six_position : bool
    bouts : Bouts
    contacts : Contacts
    measures : Measures
    traits : tuple of Trait
    settled : (t0, t1) or None
        Strides in here would not change if the recording went on. [s]
    versions : mapping
        "gait" and "catalogue".
    series : Series or None
    calibration : Calibration or None
        What was taken out of the readings.
    view : View or None
        The strides with their waveforms, when they were asked for.
    """

    recording: RecordingFacts
    quality: Quality
    mounting: Mounting
    six_position: bool
    bouts: Bouts
    contacts: Contacts
    measures: Measures
    traits: tuple[Trait, ...]
    settled: tuple[float, float] | None
    versions: Mapping[str, str]
    series: Series | None = None
    calibration: Calibration | None = None
    view: View | None = None
