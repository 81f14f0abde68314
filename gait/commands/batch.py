"""``gait batch``: many recordings, each as `gait analyze` does it, and the tables of all of them.

Lives here: flags, progress, what is said at the end.
Not here: which files (batch/listing.py), who works (batch/pool.py, batch/cluster.py), the tables (batch/tables.py).
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from gait.commands.command import DONE, FAILED, STOPPED, UsageError, a_path, tell
from gait.commands.reading import add_asked_arguments, asked_of
from gait.folder import OutputError, check_folder, sweep

if TYPE_CHECKING:
    from gait.batch.crew import Crew
    from gait.batch.task import Entry, Outcome, Task

PURPOSE = """\
Analyse many recordings, as many at a time as there are cores, and gather them in one table of runs and one
of strides. What is done is known by the content of the file and by what was asked, so the same command
after Ctrl-C, a crash or a power cut does the rest and nothing twice.

PATHS are files, folders (looked through to the bottom), patterns, URLs (with the extra `remote`), or a
manifest: a CSV with the column path (relative to the manifest) and any of placement, standing, calibration
and facing for each recording, where an empty cell leaves it to the flags. Its other columns, runner and
tags say, go into runs.csv as they are.
"""

EPILOG = """\
files in DIR
  runs.csv       one row a recording: where it is from, each measure with its bounds, each trait's state
  strides.csv    one row a stride of all recordings; the column run is the key of both
  failures.csv   recordings that could not be done, with the sentence that says why
  runs.parquet, strides.parquet   the same, with the extra `tables`; see gait query
  <stem>-<digest>/                one folder a recording, with what gait analyze writes

cluster
  --cluster tcp://host:8786 sends the same tasks to the workers of a Dask scheduler (extra `cluster`). They
  read the recordings where they lie and write into DIR, so paths and DIR must hold on every worker; that
  and the versions are checked before anything begins. Certificates: see docs/scale.md.

exit status
  0  every recording was done
  1  some could not be, or the batch could not go on; one sentence on stderr says what
  2  the command was used in a wrong way
  130  Ctrl-C; the same command does the rest

examples
  gait batch runs/ --out study --placement sternum
  gait batch 'runs/**/*.csv.gz' --out study --jobs 4 --no-report
  gait batch manifest.csv --out study
  gait batch manifest.csv --out /shared/study --cluster tcp://10.0.0.7:8786
  gait query "select runner, avg(cadence_spm) from runs group by runner" --in study
"""

#: Failures that are told one by one; the others are in failures.csv.
TOLD = 10


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Flags and manual page."""
    parser.description, parser.epilog = PURPOSE, EPILOG
    parser.usage = "gait batch PATHS... --out DIR [options]"
    parser.add_argument(
        "places", metavar="PATHS", nargs="+", help="files, folders, patterns, URLs, manifests"
    )
    add_asked_arguments(parser)
    who = parser.add_argument_group("who does it")
    who.add_argument("--jobs", metavar="N", type=int, help="processes on this machine, one a core by default")
    who.add_argument("--cluster", metavar="URL", help="a Dask scheduler: tcp://host:8786 or tls://host:8786")
    out = parser.add_argument_group("what comes out")
    out.add_argument("--out", metavar="DIR", type=a_path, required=True, help="folder for everything")
    out.add_argument("--force", action="store_true", help="write over files that gait did not write")
    out.add_argument("--series", action="store_true", help="write series.csv of each recording, too")
    out.add_argument("--no-report", action="store_true", help="leave out the pages, which take longest")
    out.add_argument("--quiet", action="store_true", help="print nothing; errors still go to stderr")


def run(args: argparse.Namespace) -> int:
    """Do it."""
    from gait.calibration.store import NONE

    for name in ("standing", "calibration", "catalogue"):
        # By a path that holds on a worker, too, wherever it was started; "none" is a word and no path.
        if (path := getattr(args, name)) is not None and str(path) != NONE:
            setattr(args, name, path.absolute())
    asked = asked_of(args)
    _check(args)
    from gait.batch.listing import find_entries
    from gait.batch.run import outcomes
    from gait.batch.task import Outcome, longest_first, tasks_of

    out: Path = args.out.absolute()
    _make_ready(out, force=args.force)
    entries = find_entries(args.places, asked, out)
    tasks = tasks_of(entries, str(out), series=args.series, page=not args.no_report, force=args.force)
    found: list[Outcome | None] = [None] * len(tasks)
    crew = _crew(args, out, tasks)
    for note in crew.notes:
        _say(note)
    finished = False
    try:
        with _progress(entries, silent=args.quiet) as advance:
            order = longest_first(entries)
            for nth, outcome in outcomes([tasks[i] for i in order], crew):
                index = order[nth]
                found[index] = outcome
                advance(entries[index], outcome)
        finished = True
    except KeyboardInterrupt:
        done = sum(one is not None and one.row is not None for one in found)
        _say(
            f"stopped; {done} of {len(tasks)} recordings are done and stay done. The same command does the rest."
        )
        return STOPPED
    finally:
        crew.close(now=not finished)
    return _finish(out, entries, [one if one is not None else Outcome() for one in found], quiet=args.quiet)


def _check(args: argparse.Namespace) -> None:
    """What can be said against the flags before anything is done."""
    if args.jobs is not None and not 1 <= args.jobs <= 1024:
        raise UsageError(f"--jobs takes 1 to 1024 processes; {args.jobs} is none.")
    if args.cluster is not None:
        if args.jobs is not None:
            raise UsageError("--jobs is for this machine; on a cluster its workers say how many there are.")
        if not args.cluster.startswith(("tcp://", "tls://")):
            raise UsageError(
                f"--cluster takes tcp://host:8786 or tls://host:8786; {args.cluster!r} is neither."
            )


def _make_ready(out: Path, *, force: bool) -> None:
    """The folder, with nothing of others in the way."""
    from gait.batch.tables import MARKS

    check_folder(out, MARKS, force=force, marks=MARKS)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{out} cannot be made: {error.strerror or error}.") from error


def _crew(args: argparse.Namespace, out: Path, tasks: Sequence[Task]) -> Crew:
    if args.cluster is not None:
        from gait.batch.cluster import ClusterCrew

        kept = any(task.asked.calibration is None for task in tasks)
        return ClusterCrew(args.cluster, out, [task.place for task in tasks], kept=kept)
    from gait.batch.pool import PoolCrew, usable_cores

    return PoolCrew(min(args.jobs or usable_cores(), len(tasks)))


def _finish(out: Path, entries: Sequence[Entry], found: Sequence[Outcome], *, quiet: bool) -> int:
    """The tables, and what is said of it all."""
    from gait.batch import sql, tables

    lines = tables.lines_of(entries, found)
    failures = [(e.place, o.failure) for e, o in zip(entries, found, strict=True) if o.failure is not None]
    runs, strides = tables.write_tables(out, lines, failures)
    if sql.has_duckdb():
        sql.write_parquet(out, {"runs": runs, "strides": strides})
    sweep(out)
    for place, sentence in failures[:TOLD]:
        _say(f"{place}: {sentence}")
    if len(failures) > TOLD:
        _say(f"... and {len(failures) - TOLD} more, in {out / 'failures.csv'}.")
    if not quiet:
        done = len(found) - len(failures)
        before = sum(one.before for one in found)
        copies = done - len(lines)
        text = f"{done} of {len(found)} recordings are done" + (
            f", {before} of them before" if before else ""
        )
        text += f"; {copies} are copies of others, named beside them in runs.csv" if copies else ""
        told = f"{text}.\n\nThe tables: {out / 'runs.csv'}"
        tell(told, after=f"Everything is in {out}; --quiet prints nothing.")
    return FAILED if failures else DONE


def _say(sentence: str) -> None:
    """One line on stderr, if there is one."""
    if sys.stderr is not None:
        print(f"gait: {sentence}", file=sys.stderr, flush=True)


@contextmanager
def _progress(entries: Sequence[Entry], *, silent: bool) -> Iterator[Callable[[Entry, Outcome], None]]:
    """A line on stderr with how many are done, how fast, and how long it will take; on a terminal alone."""
    if silent or sys.stderr is None or not sys.stderr.isatty():
        yield lambda _entry, _outcome: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    sized = all(entry.size for entry in entries)
    total = sum(entry.size or 0 for entry in entries) if sized else len(entries)
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("left"), TimeRemainingColumn())
    began, done, failed = time.monotonic(), 0, 0
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        # Time left goes by bytes where they are known: recordings differ in length.
        task = bar.add_task(f"0 of {len(entries)}", total=total)

        def advance(entry: Entry, outcome: Outcome) -> None:
            nonlocal done, failed
            done += 1
            failed += outcome.failure is not None
            rate = done / (time.monotonic() - began) * 60.0
            text = f"{done} of {len(entries)}, {rate:.0f} a minute" + (f", {failed} failed" if failed else "")
            bar.update(task, advance=(entry.size or 0) if sized else 1, description=text)

        yield advance
