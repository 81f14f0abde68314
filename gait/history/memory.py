"""A run is remembered, and what is remembered is judged by the catalogue of today.

Lives here: which runs are earlier than one, keeping one, judging all again, and their growth.
Not here: the file (store.py), the rules (traits/).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from gait.analysis import Analysis
from gait.history.growth import ABOUT_RUNS, Growth, earlier_run, grow, measures_asked
from gait.history.rows import NewRun
from gait.history.run import Dated, Run
from gait.history.store import SAME_START, Store
from gait.recording import Placement, Recording
from gait.traits.earlier import Earlier, State
from gait.traits.heard import hear
from gait.traits.rule import Catalogue
from gait.traits.trait import Trait, judge_heard

#: A beginning that a recording tells is believed in these years; beyond them some systems know no local time.
YEARS = (1971, 2200)

#: ... and a file is no older than this. [s since 1970]  Archives set its time to 0.
EARLIEST = 2 * 86400.0

#: A clock of a recording that reads between these counts seconds since 1970. [s]  2001 to 2096; no counter of a
#: sensor gets there in 30 years.
EPOCH = (1e9, 4e9)


@dataclass(frozen=True)
class Identity:
    """Which recording it is, and when it began.

    Attributes
    ----------
    content : str
        Its content_hash.
    started_at : datetime
    dated : str
        As in Run.
    source : str
    """

    content: str
    started_at: datetime
    dated: Dated
    source: str


def identify(path: Path, content: str, recording: Recording) -> Identity:
    """What a recording is called in the history.

    Parameters
    ----------
    path : Path
        Its file or folder; its time stands in where the recording does not tell when it began.
    content : str
        Its content_hash.
    recording : Recording
    """
    if recording.started_at is not None and YEARS[0] <= recording.started_at.year < YEARS[1]:
        return Identity(content, recording.started_at, "recording", recording.source)
    start, stop = float(recording.samples.t[0]), float(recording.samples.t[-1])
    if EPOCH[0] < start < EPOCH[1]:
        return Identity(content, datetime.fromtimestamp(start, UTC), "recording", recording.source)
    # A file is written when the run is over; what is before its end is taken off.
    began = min(max(path.stat().st_mtime - (stop - start), EARLIEST), EPOCH[1])
    return Identity(content, datetime.fromtimestamp(began, UTC), "file", recording.source)


def earlier_than(store: Store, this: Identity, placement: Placement, catalogue: Catalogue) -> Earlier:
    """Runs before this one with the sensor in the same place, judged by the catalogue."""
    # The same run in another file begins at the same moment; it is not earlier than itself.
    until = this.started_at - timedelta(seconds=SAME_START)
    before = [
        earlier_run(run)
        for run in runs_of(store, catalogue)
        if run.placement == placement and run.content != this.content and run.started_at < until
    ]
    return Earlier(tuple(before))


def remember(
    store: Store,
    this: Identity,
    analysis: Analysis,
    *,
    surface: str | None = None,
    shoes: str | None = None,
) -> tuple[int, str | None]:
    """Keep an analysed run.

    Returns
    -------
    As ``Store.keep``.
    """
    measures = analysis.measures
    heard = hear(measures, analysis.mounting, analysis.quality, six_position=analysis.six_position)
    states, why = _verdict(analysis.traits)
    return store.keep(
        NewRun(
            content=this.content,
            started_at=this.started_at,
            dated=this.dated,
            source=this.source,
            length_s=analysis.recording.stop_s - analysis.recording.start_s,
            heard=heard.thinned(),
            units={key: measure.unit for key, measure in measures.items()},
            states=states,
            why=why,
            gait=analysis.versions["gait"],
            catalogue=analysis.versions["catalogue"],
            surface=surface,
            shoes=shoes,
        )
    )


def runs_of(store: Store, catalogue: Catalogue) -> tuple[Run, ...]:
    """All runs with the measures that growth asks for, judged by this catalogue.

    Runs that another catalogue judged are judged again from their stored measures, oldest first, and stay so.
    """
    asked = measures_asked(catalogue)
    runs = store.runs(asked)
    if all(run.catalogue == catalogue.version for run in runs):
        return runs
    alone = Catalogue(catalogue.version, tuple(r for r in catalogue.rules if r.kind not in ABOUT_RUNS))
    verdicts: list[tuple[int, Mapping[str, State], Mapping[str, tuple[str, ...]]]] = []
    before: dict[str, list[Run]] = {}
    for run in runs:
        same = before.setdefault(run.placement, [])
        if run.catalogue != catalogue.version:
            heard, _, _ = store.heard(run.number)
            earlier = Earlier(tuple(earlier_run(r) for r in same))
            states, why = _verdict(judge_heard(heard, alone, earlier=earlier))
            verdicts.append((run.number, states, why))
            run = replace(run, states=states, catalogue=catalogue.version)
        same.append(run)
    store.judged(verdicts, catalogue.version)
    return store.runs(asked)


def growth_of(
    store: Store, catalogue: Catalogue, *, content: str = "", placement: str | None = None
) -> Growth | None:
    """What grew over the runs.

    Parameters
    ----------
    store : Store
    catalogue : Catalogue
    content : str
        Of the run up to which it is told, with the sensor where it was in that one; the latest when not given.
    placement : str, optional
        Only runs with the sensor there.

    Returns
    -------
    Growth or None
        None when there is no such run.
    """
    runs = runs_of(store, catalogue)
    until = [run for run in runs if content in ("", run.content) and placement in (None, run.placement)]
    return grow(runs, catalogue, until[-1]) if until else None


def _verdict(traits: tuple[Trait, ...]) -> tuple[dict[str, State], dict[str, tuple[str, ...]]]:
    """States and reasons of the traits that are of one run."""
    own = [trait for trait in traits if trait.rule.kind not in ABOUT_RUNS]
    return {t.rule.key: t.state for t in own}, {t.rule.key: t.why for t in own}
