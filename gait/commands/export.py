"""``gait export``: a run in the formats that other programs read.

Lives here: the flags, whose file is whose.
Not here: the formats (exchange/), reading and analysing (reading.py).
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from gait.commands.command import DONE, UsageError, a_path, tell
from gait.commands.reading import add_asked_arguments, asked_of, progress
from gait.folder import OutputError, default_folder, write_folder
from gait.results import analyze_read, read_file

if TYPE_CHECKING:
    from gait.analysis import Analysis
    from gait.recording import Recording

PURPOSE = """\
Write a run in formats that other programs read: a FIT activity for watches' programs, a BIDS data set for motion
laboratories, Parquet tables, or our own CSV of the raw samples. Several at once if you like.
"""

EPILOG = """\
what comes out, in the folder
  --fit      <stem>.fit: a record a second with cadence, vertical oscillation, contact time, and fields of our own: lean
             and turn [deg], step_cadence [spm], bounce [cm]. No pace and no distance: a trunk sensor knows none.
  --bids     bids/: BIDS-motion, the raw samples, their channels, foot contacts as events; another --subject or --task
             joins the data set that is there
  --parquet  strides.parquet, steps.parquet, samples.parquet
  --csv      <stem>.csv.gz: seconds, m/s2 and rad/s in the sensor's axes, which gait and everybody else reads

FIT needs the time of day. Where the recording does not tell it, --start does.

examples
  gait export run.gaitcap --placement sternum --fit
  gait export run.csv --placement waist --fit --start 2026-05-01T07:30:00+02:00 --bids --subject 07
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Flags and manual page."""
    parser.description, parser.epilog = PURPOSE, EPILOG
    parser.usage = "gait export RUN --fit|--bids|--parquet|--csv [options]"
    parser.add_argument("run", metavar="RUN", type=a_path, help="the recording")
    formats = parser.add_argument_group("formats")
    formats.add_argument("--fit", action="store_true", help="a FIT activity (extra: fit)")
    formats.add_argument("--bids", action="store_true", help="a BIDS-motion data set")
    formats.add_argument("--parquet", action="store_true", help="tables as Parquet (extra: tables)")
    formats.add_argument("--csv", action="store_true", help="the raw samples as our own CSV")
    formats.add_argument(
        "--start",
        dest="started_at",
        metavar="TIME",
        help="when the first sample was taken, ISO 8601, for FIT",
    )
    formats.add_argument("--subject", default="01", metavar="LABEL", help="BIDS label of the runner")
    formats.add_argument("--task", default="run", metavar="LABEL", help="BIDS label of the task")
    formats.add_argument(
        "--out", metavar="DIR", type=a_path, help="folder for the files, <stem>-export by default"
    )
    formats.add_argument("--force", action="store_true", help="write over files that are there")
    formats.add_argument("--quiet", action="store_true", help="print nothing; errors still go to stderr")
    add_asked_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Do it."""
    if not (args.fit or args.bids or args.parquet or args.csv):
        raise UsageError("Say what to write: --fit, --bids, --parquet or --csv.")
    start, asked = _moment(args.started_at), asked_of(args)
    stem = default_folder(args.run).name.removesuffix("-gait")
    folder: Path = args.out or Path(f"{stem}-export")
    names = _names(args, folder, stem)
    there = [name for name in names if (folder / name).exists()]
    if there and not args.force:
        raise OutputError(
            f"{folder} holds {', '.join(there[:3])} already. Name another folder with --out, or write over them with "
            "--force."
        )
    with progress(args.quiet) as say:
        in_hand, standing = read_file(args.run, asked, progress=say)
        recording = in_hand[0]
        when = start or recording.started_at
        if args.fit and when is None:
            raise UsageError(
                "The recording does not tell the time of day, which FIT needs: add --start 2026-05-01T07:30:00+02:00."
            )
        analysis = analyze_read(in_hand, standing, asked, progress=say)
        files = _files(args, folder, recording, analysis, stem, when, say)
        _write(folder, files)
        if args.csv:
            say("writing CSV")
            _write_raw(recording, folder / f"{stem}.csv.gz")
    if not args.quiet:
        tell("\n".join(str(folder / name) for name in dict.fromkeys((*files, *names))))
    return DONE


def _moment(text: str | None) -> datetime | None:
    """A moment that a flag tells; without a zone it is this machine's own."""
    if text is None:
        return None
    try:
        return datetime.fromisoformat(text).astimezone()
    except (ValueError, OverflowError, OSError) as error:
        raise UsageError(f"--start {text}: write it as 2026-05-01T07:30:00+02:00.") from error


def _names(args: argparse.Namespace, folder: Path, stem: str) -> list[str]:
    """What will be written anew, by its path in the folder, known before anything is read."""
    names = [f"{stem}.fit"] if args.fit else []
    if args.bids:
        from gait.exchange.bids import bids_names

        free = bids_names(folder / "bids", subject=args.subject, task=args.task)
        names += [f"bids/{name}" for name in free]
    if args.parquet:
        names += ["strides.parquet", "steps.parquet", "samples.parquet"]
    return [*names, f"{stem}.csv.gz"] if args.csv else names


def _files(
    args: argparse.Namespace,
    folder: Path,
    recording: Recording,
    analysis: Analysis,
    stem: str,
    when: datetime | None,
    say: Callable[[str], None],
) -> Mapping[str, bytes]:
    """Every file by its path in the folder."""
    from gait import tables

    files: dict[str, bytes] = {}
    if args.fit:
        from gait.exchange.fit import to_fit

        assert when is not None, "asked for before"
        say("writing FIT")
        files[f"{stem}.fit"] = to_fit(analysis, when)
    if args.bids:
        from gait.exchange.bids import bids_files, joined

        say("writing BIDS")
        made = bids_files(recording, analysis, subject=args.subject, task=args.task)
        files |= {f"bids/{name}": content for name, content in joined(folder / "bids", made).items()}
    if args.parquet:
        from gait.exchange.parquet import to_parquet

        say("writing Parquet")
        files["strides.parquet"] = to_parquet(tables.strides_table(analysis))
        files["steps.parquet"] = to_parquet(tables.steps_table(analysis))
        files["samples.parquet"] = to_parquet(tables.samples_table(recording))
    return files


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write the files of every folder, each whole."""
    for inside in dict.fromkeys(str(Path(name).parent) for name in files):
        mine = {Path(n).name: c for n, c in files.items() if str(Path(n).parent) == inside}
        write_folder(folder / inside, mine)


def _write_raw(recording: Recording, file: Path) -> None:
    """The raw samples as our own CSV."""
    from gait.readers import write_csv

    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_csv(recording, file)
    except OSError as error:
        raise OutputError(f"{file} cannot be written: {error.strerror or error}.") from error
