"""``gait align``: pace, heart beats and time of day from the watch that ran along.

Lives here: the flags, the summary, whose file is whose.
Not here: finding the place (exchange/match.py), the tables (exchange/align.py).
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from gait.commands.command import DONE, UsageError, a_path, tell
from gait.commands.reading import add_asked_arguments, asked_of, progress
from gait.folder import OutputError, default_folder, write_folder
from gait.results import analyze_read, read_file

if TYPE_CHECKING:
    from gait.exchange.activity import Activity
    from gait.exchange.match import Match

PURPOSE = """\
A sensor on the trunk knows no pace, no distance and no heart. A watch that ran along does. This lays the cadence that
both of them saw over each other, says when the recording took place on the watch's clock and how sure that is, and
writes the strides with what the watch knew. Where no moment stands out, it says so and writes nothing.
"""

EPILOG = """\
files
  aligned.csv     strides.csv with time_utc, speed_mps, pace_s_per_km, distance_m, heart_rate_bpm
  bands.csv       every measure with its bounds, and the traits' shares of strides, in bands of pace
  alignment.json  offset of the two clocks with its standard deviation
  They go to <stem>-aligned in the current folder or to --out.

what it needs
  The original FIT file of a watch or foot pod that counts steps, and at least two minutes in common. A start, a stop
  or a change of pace that both recorded makes it sure; a run as even as a clock cannot be placed.

example
  gait align run.gaitcap --placement sternum --activity watch.fit
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Flags and manual page."""
    parser.description, parser.epilog = PURPOSE, EPILOG
    parser.usage = "gait align RUN --activity FILE [options]"
    parser.add_argument("run", metavar="RUN", type=a_path, help="the recording")
    parser.add_argument(
        "--activity", metavar="FILE", type=a_path, required=True, help="the watch's FIT file (extra: fit)"
    )
    parser.add_argument(
        "--band", metavar="S", type=float, default=30.0, help="width of a band of pace, seconds a kilometre"
    )
    parser.add_argument(
        "--out", metavar="DIR", type=a_path, help="folder for the files, <stem>-aligned by default"
    )
    parser.add_argument("--force", action="store_true", help="write over files that are there")
    parser.add_argument("--json", action="store_true", help="print alignment.json and nothing else")
    parser.add_argument("--quiet", action="store_true", help="print nothing; errors still go to stderr")
    add_asked_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Do it."""
    if not 1.0 <= args.band <= 600.0:
        raise UsageError(f"--band takes 1 to 600 seconds a kilometre; {args.band:g} is none.")
    asked = asked_of(args)
    stem = default_folder(args.run).name.removesuffix("-gait")
    folder: Path = args.out or Path(f"{stem}-aligned")
    names = ("alignment.json", "aligned.csv", "bands.csv")
    there = [name for name in names if (folder / name).exists()]
    if there and not args.force:
        raise OutputError(
            f"{folder} holds {', '.join(there)} already. Name another folder with --out, or write over them with --force."
        )
    with progress(args.quiet or args.json) as say:
        from gait.exchange import align as alignment
        from gait.exchange.activity import read_activity
        from gait.tables import to_csv

        say("reading the activity")
        activity = read_activity(args.activity)
        in_hand, standing = read_file(args.run, asked, progress=say)
        recording = in_hand[0]
        analysis = analyze_read(in_hand, standing, asked, progress=say)
        say("laying the cadences over each other")
        found = alignment.align(analysis, activity)
        start = datetime.fromtimestamp(analysis.recording.start_s + found.offset_s, UTC)
        content = {
            "schema": "gait.alignment/1",
            "recording": recording.source,
            "activity": activity.source,
            "starts_at": start.isoformat(timespec="milliseconds"),
            **{key: round(value, 4) for key, value in asdict(found).items()},
        }
        text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
        files = {
            "alignment.json": text.encode(),
            "aligned.csv": to_csv(alignment.strides_table(analysis, activity, found)),
            "bands.csv": to_csv(alignment.bands_table(analysis, activity, found, args.band)),
        }
        write_folder(folder, files)
        bands = files["bands.csv"].count(b"\n") > 1
    if args.json:
        tell(text, end="", after=f"The files are in {folder}.")
    elif not args.quiet:
        tell(_summary(found, start, analysis.recording.start_s))
        if not bands:
            tell(_why_no_bands(activity))
        tell("\n".join(str(folder / name) for name in names))
    return DONE


def _summary(found: Match, start: datetime, start_s: float) -> str:
    """Where the recording lies, in words."""
    local = start.astimezone()
    east = f"{local:%z}"
    zone = "UTC" if int(east[:5]) == 0 else f"UTC{east[:3]}:{east[3:5]}, as this computer's clock"
    return (
        f"Second {start_s:.1f} of the recording is {local:%Y-%m-%d %H:%M:%S}.{local.microsecond // 100_000} ({zone}) on the "
        f"watch, give or take {found.sigma_s:.1f} s (one standard deviation).\n"
        f"They share {found.overlap_s / 60:.0f} minutes. Of the ups and downs in the watch's cadence "
        f"{100 * found.explained:.0f} % are in the recording's, too; the rest is what the watch rounds, smooths or hears otherwise."
    )


def _why_no_bands(activity: Activity) -> str:
    """Why there is a header and nothing below it."""
    import numpy as np

    from gait.exchange.align import SLOWEST_RUN

    if not np.isfinite(activity.speed_mps).any():
        return f"bands.csv has a header only: {activity.source} holds no speed, so there is no pace."
    return (
        f"bands.csv has a header only: where the recording holds strides that count, {activity.source} tells of no speed of "
        f"{SLOWEST_RUN:g} m/s or more."
    )
