"""``gait analyze``: a recording in, a page, a JSON and tables out.

Lives here: what comes out and where, what is remembered, what goes to stdout.
Not here: how a recording is told of (reading.py), reading and analysing (results.py), what is said (report/), whose
file is whose (folder.py).
"""

from __future__ import annotations

import argparse
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from gait.commands.command import DONE, UsageError, a_path, tell
from gait.commands.reading import add_asked_arguments, asked_of, progress
from gait.commands.remembered import Memory, add_store, notice, opened
from gait.folder import check_folder, default_folder, write_folder
from gait.results import analyze_read, read_file, result_names, result_of

PURPOSE = """\
Read the recording of one motion sensor worn on the trunk, find the running in it, and write what can
truthfully be said about it: a page for the runner, numbers with their uncertainty for the analyst.

RUN is a capture of `gait record`, a serial logger's raw file, a CSV with a clock, an accelerometer and a
gyroscope (also packed as .gz), or the zip or folder of a logger that writes a file for each sensor. Which
format it is, is recognised (`gait formats` lists them); where the units are not said and more than one
reading is possible, gait refuses and names the flag to add.
"""

EPILOG = """\
files
  report.html    the runner's page, one file, no network
  analysis.json  every number with its bounds (schema gait.analysis/1)
  strides.csv    one row a stride
  steps.csv      one row a foot contact
  series.csv     one row a sample while running (with --series)
  They go to <stem>-gait in the current folder or to --out. A file that gait did not write is never
  written over, unless --force. All times are seconds in the recording's own time base.

standing
  Lean needs a zero: some 5 s of quiet standing, before the run in the same recording or as a second
  recording with the sensor worn in the same place (--standing). Without it lean stays empty, and the
  JSON says why.

exit status
  0  the recording was read, even if nothing clear was found in it
  1  it could not be read or analysed; one sentence on stderr says what, where and what next
  2  the command was used in a wrong way

examples
  gait analyze run.csv --placement sternum
  gait analyze run.csv.gz --standing stand.csv.gz --placement waist --out monday
  gait analyze log.csv --units ms,g,dps --from 60 --to 600
  gait analyze bare.txt --columns t,gx,gy,gz,ax,ay,az --units us,raw:16g,raw:2000dps
  gait analyze export.zip --placement chest --json | jq .measures.cadence
  gait analyze run.csv --placement waist --language de --words
  gait analyze run.csv --placement sternum --keep --surface trail --shoes "old blue"

memory
  With --keep the run is remembered, with what was measured and seen, and the page shows what grew over the
  runs; the same recording again takes its place. `gait runs`, `gait growth`, `gait feel` and `gait forget` go
  on from there. It is kept in one file on this machine, and nothing of it leaves it: the one that --store
  names, else GAIT_STORE, else `history.sqlite` in the folder where this system keeps a user's data.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Flags and manual page."""
    parser.description, parser.epilog = PURPOSE, EPILOG
    parser.usage = "gait analyze RUN [options]"
    parser.add_argument("run", metavar="RUN", type=a_path, help="the recording")
    add_asked_arguments(parser)
    memory = parser.add_argument_group("memory")
    memory.add_argument("--keep", action="store_true", help="remember this run")
    memory.add_argument("--surface", metavar="TEXT", help="what it ran on, kept with it")
    memory.add_argument("--shoes", metavar="TEXT", help="in which shoes, kept with it")
    add_store(memory)
    out = parser.add_argument_group("what comes out")
    out.add_argument("--out", metavar="DIR", type=a_path, help="folder for the files, <stem>-gait by default")
    out.add_argument("--force", action="store_true", help="write over files that gait did not write")
    out.add_argument("--series", action="store_true", help="write series.csv, too")
    out.add_argument(
        "--language", metavar="TAG", default="en", help="language of the page and the summary: en or de"
    )
    out.add_argument(
        "--words", action="store_true", help="a page and a summary in words only, without numbers"
    )
    out.add_argument("--no-report", action="store_true", help="leave out report.html, which takes longest")
    out.add_argument("--json", action="store_true", help="print analysis.json and nothing else")
    out.add_argument("--quiet", action="store_true", help="print nothing; errors still go to stderr")


def run(args: argparse.Namespace) -> int:
    """Do it."""
    folder: Path = args.out if args.out is not None else default_folder(args.run)
    asked = replace(asked_of(args), language=args.language, numbers=not args.words)
    _check(args)
    page = not args.no_report
    check_folder(folder, result_names(series=args.series, page=page), force=args.force)
    from gait.traits.rules import load_catalogue

    catalogue = load_catalogue(args.catalogue)
    with progress(args.quiet or args.json) as say, ExitStack() as open_now:
        in_hand, standing = read_file(args.run, asked, progress=say)
        memory: Memory | None = None
        if args.keep:
            memory = Memory(open_now.enter_context(opened(args, begin=True)), args, in_hand[0], catalogue)
        earlier = memory.earlier() if memory else None
        analysis = analyze_read(in_hand, standing, asked, earlier=earlier, series=args.series, progress=say)
        growth = memory.keep(analysis) if memory else None
        say("putting it into words")
        result = result_of(analysis, asked, growth=growth, series=args.series, page=page, progress=say)
        write_folder(folder, result.files)
        if memory and memory.failed:
            notice(f"The files are in {folder}, without growth.")
            raise memory.failed
    if args.json:
        tell(result.files["analysis.json"], after=f"The files are in {folder}.")
    elif not args.quiet:
        from gait.report.words import load_words

        say_so = load_words(args.language).say
        text = result.summary.strip()
        if (known := analysis.calibration) is not None:
            named = ", ".join(filter(None, (known.device, known.made_at[:10])))
            which = named or say_so("analyst.not_known")
            text += "\n\n" + say_so(f"summary.{'six' if known.six_position else 'some'}_rests", which=which)
        first = ("page", "report.html") if page else ("numbers", "analysis.json")
        text += "\n\n" + say_so(f"summary.{first[0]}", where=folder / first[1])
        text += f"\n{memory.told}" if memory else ""
        tell(text, after=f"The files are in {folder}; --quiet prints nothing.")
    return DONE


def _check(args: argparse.Namespace) -> None:
    """Words that the flags of this command alone may hold; a wrong one is a usage error."""
    from gait.report.words import languages

    if args.language not in languages():
        raise UsageError(f"--language takes {' or '.join(languages())}; {args.language!r} is none of them.")
    if not args.keep:
        given = [flag for flag in ("store", "surface", "shoes") if getattr(args, flag) is not None]
        if given:
            raise UsageError(f"--{given[0]} goes with --keep, which remembers the run.")
