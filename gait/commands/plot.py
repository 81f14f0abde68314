"""``gait plot``: a picture of one measure for a publication.

Lives here: flags, which of recording and folder was named, writing the picture.
Not here: the numbers (report/figure_data.py), the drawing (report/figures.py), analysing a recording (results.py).
"""

from __future__ import annotations

import argparse
import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gait.commands.command import DONE, UsageError, a_path, check_parent, tell
from gait.commands.reading import add_asked_arguments, asked_of
from gait.folder import OutputError, default_folder
from gait.results import Asked, analyze_file

if TYPE_CHECKING:
    from gait.report.figure_data import OverStride, OverTime
    from gait.report.words import Words

#: Kinds of pictures, by the end of the name.
KINDS = (".pdf", ".svg", ".png")

#: Dots per inch of a PNG.  Chosen: what journals ask of half-tones.
DPI = 300

PURPOSE = """\
Draw one measure for a publication, over time (single strides, a running mean, the mean with its 90 % interval) or
over the stride (mean, 10th to 90th percentile, where feet land and leave). RUN is a recording, analysed as `gait
analyze` would with the same flags, or the folder that it wrote; a folder keeps every flag it was analysed with.
"""

EPILOG = """\
examples
  gait plot run.csv --placement sternum --measure lean -o lean.pdf
  gait plot log.csv --units ms,raw:16g,raw:2000dps --measure cadence -o cadence.png
  gait plot run-gait --measure rotation -o rotation.svg
  gait plot run-gait --measure rotation --over stride -o turn.png
  gait analyze run.csv --series   writes what curves over the stride from a folder are made of
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Flags and manual page."""
    parser.description, parser.epilog = PURPOSE, EPILOG
    parser.usage = "gait plot RUN --measure KEY [options]"
    parser.add_argument("run", metavar="RUN", type=a_path, help="the recording, or a folder of gait analyze")
    parser.add_argument(
        "--measure", metavar="KEY", required=True, help="as in analysis.json: lean, rotation, cadence, ..."
    )
    parser.add_argument("--over", choices=("time", "stride"), default="time", help="time by default")
    parser.add_argument(
        "-o",
        "--out",
        metavar="FILE",
        type=a_path,
        help="the picture: .pdf, .svg or .png; <stem>-<measure>-over-<time|stride>.pdf by default",
    )
    parser.add_argument("--force", action="store_true", help="write over a file that is there")
    parser.add_argument("--quiet", action="store_true", help="print nothing; errors still go to stderr")
    add_asked_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Do it."""
    stem = default_folder(args.run).name.removesuffix("-gait")
    out: Path = args.out if args.out is not None else Path(f"{stem}-{args.measure}-over-{args.over}.pdf")
    if out.suffix.lower() not in KINDS:
        raise UsageError(f"-o takes a name that ends in {', '.join(KINDS)}; {out.name} does not.")
    check_parent(out)
    if out.exists() and not args.force:
        raise OutputError(f"{out} is there already. Name another with -o, or write over it with --force.")
    from gait.report.figures import draw_over_stride, draw_over_time
    from gait.report.words import load_words

    # It complains of a home folder it cannot write to, at its import, and then makes do with another.
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    data = _data(args, load_words())
    from matplotlib import rc_context

    from gait.report.figure_data import OverTime

    figure = draw_over_time(data) if isinstance(data, OverTime) else draw_over_stride(data)
    passing = out.with_name(f".{out.stem}.{os.getpid()}{out.suffix.lower()}")
    try:
        # Letters stay letters, and the same numbers give the same file.
        settings: dict[Any, Any] = {
            "svg.fonttype": "none",
            "pdf.fonttype": 42,
            "svg.hashsalt": "gait",
            "text.parse_math": False,
        }
        with rc_context(settings):
            figure.savefig(passing, dpi=DPI, metadata=_METADATA[out.suffix.lower()])
        passing.replace(out)
    except OSError as error:
        raise OutputError(f"{out} cannot be written: {error.strerror or error}.") from error
    finally:
        passing.unlink(missing_ok=True)
    if not args.quiet:
        tell(f"The picture: {out}", after=f"The picture is {out}.")
    return DONE


#: What a file says of itself; no time, so that it can be compared.
_METADATA: dict[str, dict[str, str | None]] = {
    ".pdf": {"CreationDate": None},
    ".svg": {"Date": None},
    ".png": {},
}


def _data(args: argparse.Namespace, words: Words) -> OverTime | OverStride:
    """The numbers, from the folder or from the recording."""
    from gait.report import figure_data

    asked = asked_of(args)
    if (args.run / "analysis.json").is_file():
        if asked != Asked():
            raise UsageError(
                "How it was worn and written goes with a recording; a folder was analysed already. Name the recording, or "
                "leave those flags out."
            )
        read_folder = figure_data.time_in if args.over == "time" else figure_data.stride_in
        return read_folder(args.run, args.measure, words)
    analysis = analyze_file(args.run, asked)
    of_analysis = figure_data.time_of if args.over == "time" else figure_data.stride_of
    return of_analysis(analysis, args.measure, words)
