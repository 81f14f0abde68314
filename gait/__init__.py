"""What a single motion sensor on the trunk can truthfully say about how somebody runs.

>>> import gait
>>> recording = gait.read("run.csv")            # doctest: +SKIP
>>> analysis = gait.analyze(recording)          # doctest: +SKIP

The page, the JSON and the words are made by ``gait.report.report.build(analysis)``.

Lives here: the front door; what stands behind it is loaded when it is asked for.
Not here: anything else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gait.analysis import Analysis as Analysis
    from gait.calibration.calibration import Calibration as Calibration
    from gait.pipeline import Pipeline as Pipeline
    from gait.pipeline import analyze as analyze
    from gait.readers import read as read
    from gait.readers import write_csv as write_csv
    from gait.recording import Recording as Recording
    from gait.recording import Samples as Samples
    from gait.report.report import Report as Report

__version__ = "0.1.0"

#: Name -> the module it lives in. Loading one loads numpy and more, which `gait --help` must not wait for.
_DOORS = {
    "Analysis": "gait.analysis",
    "Calibration": "gait.calibration.calibration",
    "Pipeline": "gait.pipeline",
    "Recording": "gait.recording",
    "Report": "gait.report.report",
    "Samples": "gait.recording",
    "analyze": "gait.pipeline",
    "read": "gait.readers",
    "write_csv": "gait.readers",
}

__all__ = [
    "Analysis",
    "Calibration",
    "Pipeline",
    "Recording",
    "Report",
    "Samples",
    "analyze",
    "read",
    "write_csv",
]


def __getattr__(name: str) -> object:
    """Load what is asked for, once."""
    if name not in _DOORS:
        raise AttributeError(f"module 'gait' has no attribute {name!r}")
    from importlib import import_module

    value: object = getattr(import_module(_DOORS[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Names behind the door."""
    return sorted([*globals(), *_DOORS])
