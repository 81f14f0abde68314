"""One recording, from its file to the files of its result, as it was asked.

Lives here: what can be asked of one recording, and what comes out for it, by name.
Not here: flags (commands/), whose a file is and writing it (folder.py), many recordings (batch/).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gait.analysis import Analysis
    from gait.history.growth import Growth
    from gait.recording import Recording
    from gait.traits.earlier import Earlier

# Nothing heavy is imported here: whoever only asks (a batch's first process, a manual page) must not wait for numpy.


@dataclass(frozen=True)
class Asked:
    """How a recording is to be read and taken: all that its numbers depend on beside the file.

    Attributes
    ----------
    placement : str or None
        In any word that means one; None takes the recording's own.
    facing : str or None
        Sensor axis that points forward.
    standing, calibration : str or None
        Paths of a recording of quiet standing and of the sensor's calibration; without one, what is kept for the
        sensor is used, and with "none" none.
    catalogue : str or None
        Path of the traits' rules; None takes those that come with gait.
    dialect, columns, units, sensor : str or None
        As `gait.readers.read` takes them.
    rate_hz : float or None
        Rows in a second where there is no clock. [Hz]
    start_s, stop_s : float or None
        The part to take. [s]
    language : str
        Of the page and the summary.
    numbers : bool
        Whether the runner's part tells numbers.
    """

    placement: str | None = None
    facing: str | None = None
    standing: str | None = None
    calibration: str | None = None
    catalogue: str | None = None
    dialect: str | None = None
    columns: str | None = None
    units: str | None = None
    sensor: str | None = None
    rate_hz: float | None = None
    start_s: float | None = None
    stop_s: float | None = None
    language: str = "en"
    numbers: bool = True


@dataclass(frozen=True)
class Result:
    """What comes out for one recording.

    Attributes
    ----------
    files : dict
        Content by name.
    summary : str
        A few lines of words.
    document : dict
        The content of analysis.json.
    """

    files: dict[str, bytes]
    summary: str
    document: dict[str, Any]


def result_names(*, series: bool = False, page: bool = True) -> list[str]:
    """Names of the files that a result has."""
    return ["analysis.json", "strides.csv", "steps.csv"] + ["series.csv"] * series + ["report.html"] * page


def analyze_file(
    run: Path, asked: Asked, *, series: bool = False, progress: Callable[[str], None] = lambda _: None
) -> Analysis:
    """Read what was named and analyse it.

    Raises
    ------
    ReadError, SignalError, CalibrationError, CatalogueError
        If it cannot be read or analysed as asked; the message says what to do.
    """
    # Handed on at once, so that analyze alone holds the samples and can let go of them.
    return analyze_read(*read_file(run, asked, progress=progress), asked, series=series, progress=progress)


def read_file(
    run: Path, asked: Asked, *, progress: Callable[[str], None] = lambda _: None
) -> tuple[list[Recording], Recording | None]:
    """The recording in a list of its own, with the placement that was said, and the one of standing."""
    from gait.readers import read_with_units
    from gait.readers.words import parse_placement, parse_units

    units = parse_units(asked.units) if asked.units is not None else None
    placement = parse_placement(asked.placement) if asked.placement is not None else None
    said: dict[str, Any] = {
        "dialect": asked.dialect,
        "columns": asked.columns,
        "rate_hz": asked.rate_hz,
        "sensor": asked.sensor,
    }
    progress("reading the recording")
    recording, found = read_with_units(run, units=units, start_s=asked.start_s, stop_s=asked.stop_s, **said)
    if placement is not None:
        notes = recording.notes
        if "unknown" != recording.placement != placement:
            notes += (f"The file says {recording.placement}; it was analysed as {placement}, as asked.",)
        recording = replace(recording, placement=placement, notes=notes)
    standing: Recording | None = None
    if asked.standing is not None:
        progress("reading the standing")
        standing, _ = read_with_units(Path(asked.standing), units=units, otherwise=found, **said)
    return [recording], standing


def analyze_read(
    in_hand: list[Recording],
    standing: Recording | None,
    asked: Asked,
    *,
    earlier: Earlier | None = None,
    series: bool = False,
    progress: Callable[[str], None] = lambda _: None,
) -> Analysis:
    """Analyse what was read; the list is emptied, so that ten hours of samples need not be held twice."""
    from gait.calibration.store import known
    from gait.pipeline import analyze
    from gait.traits.rules import load_catalogue

    recording = in_hand.pop()
    calibration, unusable = known(
        None if asked.calibration is None else Path(asked.calibration), recording.device
    )
    in_hand.append(replace(recording, notes=(*recording.notes, *unusable)))
    del recording
    return analyze(
        in_hand.pop(),
        standing=standing,
        calibration=calibration,
        facing=asked.facing,
        catalogue=load_catalogue(None if asked.catalogue is None else Path(asked.catalogue)),
        earlier=earlier,
        series=series,
        progress=progress,
    )


def result_of(
    analysis: Analysis,
    asked: Asked = Asked(),
    *,
    growth: Growth | None = None,
    series: bool = False,
    page: bool = True,
    progress: Callable[[str], None] = lambda _: None,
) -> Result:
    """Every file of an analysis by name, as `result_names` lists them, and its summary."""
    from gait import tables
    from gait.report.report import build

    report = build(analysis, asked.language, numbers=asked.numbers, growth=growth, charts=page)
    document = report.as_dict()
    text = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    files = {
        "analysis.json": text.encode("utf-8", "replace"),
        "strides.csv": tables.to_csv(tables.strides_table(analysis)),
        "steps.csv": tables.to_csv(tables.steps_table(analysis)),
    }
    if series:
        files["series.csv"] = tables.to_csv(tables.series_table(analysis))
    if page:
        from gait.report.html import to_html

        progress("drawing the page")
        files["report.html"] = to_html(report).encode("utf-8", "replace")
    return Result(files, report.summary(), document)
