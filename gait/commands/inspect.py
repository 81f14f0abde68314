"""``gait inspect``: what a file is, as it was understood, before anything is analysed.

Lives here: the lines that say so.
Not here: reading (readers/), analysing (pipeline.py).
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from gait.commands.command import DONE, a_path, tell
from gait.commands.reading import add_file_arguments, check_file_arguments, written

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gait.analysis import Analysis
    from gait.recording import Recording

PURPOSE = """\
Say what a recording is: its format, which columns were taken for what and in which unit and why, its rate
and how even it is, how long, what is missing, whether an axis reached the end of its range, which way is up
in the sensor, and whether running and quiet standing are in it. Where something is missing it says what to add.
"""

EPILOG = """\
examples
  gait inspect run.csv
  gait inspect export.zip
  gait inspect bare.txt --columns t,gx,gy,gz,ax,ay,az --units us,raw:16g,raw:2000dps
"""

#: Names of the sensor's axes.
AXES = ("+x", "+y", "+z", "-x", "-y", "-z")

#: Gaps that are listed one by one. [1]
MOST_LISTED = 5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Flags and manual page."""
    parser.description, parser.epilog = PURPOSE, EPILOG
    parser.usage = "gait inspect FILE [options]"
    parser.add_argument("run", metavar="FILE", type=a_path, help="the recording")
    add_file_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Do it."""
    from gait.errors import SignalError
    from gait.pipeline import analyze
    from gait.readers import read_with_units
    from gait.readers.words import parse_units

    check_file_arguments(args)
    units = parse_units(args.units) if args.units is not None else None
    recording, found = read_with_units(args.run, units=units, **written(args))
    lines = [f"{recording.source}", ""]
    lines += [
        _line(*clause.partition(": ")[::2])
        for clause in recording.understood or (f"format: {recording.dialect}",)
    ]
    lines += [_line("units", str(found)), *_clock_lines(recording)]
    try:
        analysis: Analysis | None = analyze(recording)
        why_not = ""
    except SignalError as error:
        analysis, why_not = None, str(error)
    lines += _force_lines(recording)
    if analysis is not None:
        lines += _analysis_lines(analysis)
    notes = analysis.quality.notes if analysis is not None else recording.notes
    lines += (
        ["", *(f"- {note}" for note in (*notes, *([why_not] if why_not else [])))] if notes or why_not else []
    )
    missing = list(_to_add(recording, analysis))
    lines += ["", *(f"To add: {sentence}" for sentence in missing)] if missing else []
    tell("\n".join(lines))
    return DONE


def _line(name: str, value: str) -> str:
    return f"{name:<27}{value}"


def _clock_lines(recording: Recording) -> Iterator[str]:
    """Rate, jitter, duration, gaps."""
    import numpy as np

    t = recording.samples.t
    step = np.diff(t)
    usual = 1.0 / recording.rate_hz
    ordinary = step[(step > 0.5 * usual) & (step < 1.5 * usual)]
    jitter = round(1000.0 * float(np.std(ordinary)), 4) if len(ordinary) else 0.0
    yield _line("rate", f"{recording.rate_hz:.4g} Hz, steps vary by {jitter:.2g} ms (1 sd)")
    yield _line("duration", f"{t[-1] - t[0]:.1f} s, from {t[0]:.10g} to {t[-1]:.10g}")
    if recording.started_at is not None:
        yield _line("began", f"{recording.started_at:%Y-%m-%d %H:%M:%S} UTC")
    yield _line("rows", f"{recording.rows} in the file, {len(t)} samples used")
    gaps = recording.gaps
    if len(gaps) == 0:
        yield _line("gaps", "none longer than 3 samples")
    else:
        listed = ", ".join(f"{a:.2f} to {b:.2f} s" for a, b in gaps[:MOST_LISTED])
        more = f" and {len(gaps) - MOST_LISTED} more" if len(gaps) > MOST_LISTED else ""
        yield _line("gaps", f"{len(gaps)}, {(gaps[:, 1] - gaps[:, 0]).sum():.1f} s in all: {listed}{more}")


def _force_lines(recording: Recording) -> Iterator[str]:
    """Gravity, up and clipping."""
    import numpy as np

    from gait.quality import RangeEnd
    from gait.units import DEG, G

    acc = recording.samples.acc
    mean = acc.mean(axis=0)
    size = float(np.linalg.norm(mean))
    yield _line(
        "magnitude",
        f"{np.median(np.linalg.norm(acc, axis=1)) / G:.3g} g (median), of the mean {size / G:.3g} g",
    )
    if size > 0:
        toward = np.concatenate([mean, -mean]) / size
        best = int(np.argmax(toward))
        yield _line(
            "up in the sensor", f"near {AXES[best]}, {np.arccos(min(toward[best], 1.0)) * DEG:.0f}° from it"
        )
    ends = RangeEnd()
    ends.push(recording.samples)
    clipped = {axis: len(times) / len(acc) for axis, times in ends.by_axis().items()}
    said = ", ".join(f"{axis} {100 * share:.2g} %" for axis, share in clipped.items())
    yield _line("at the end of range", said or "none")


def _analysis_lines(analysis: Analysis) -> Iterator[str]:
    """Bouts and standing."""
    kinds = {"run": "running", "walk": "walking", "still": "standing still"}
    bouts = analysis.bouts
    for kind, word in kinds.items():
        at = [i for i in range(len(bouts)) if bouts.kind[i] == kind]
        seconds = sum(float(bouts.stop[i] - bouts.start[i]) for i in at)
        yield _line(word, f"{seconds:.0f} s in {len(at)} stretch{'es' * (len(at) != 1)}" if at else "none")
    standing = analysis.mounting.standing
    yield _line(
        "quiet standing",
        "not found" if standing is None else f"{standing[0]:.1f} to {standing[1]:.1f} s, gives lean its zero",
    )
    yield _line("placement", analysis.recording.placement)


def _to_add(recording: Recording, analysis: Analysis | None) -> Iterator[str]:
    """What would let more be heard."""
    if analysis is None:
        return
    if not any(analysis.bouts.kind == "run"):
        yield "a run; none was found in this recording."
    if analysis.mounting.standing is None:
        yield "some 5 s of quiet standing, in the recording or in a second one (--standing FILE), so that lean has a zero."
    if recording.placement == "unknown":
        yield "where it was worn (--placement sternum, upper-back, waist or sacrum)."
    if (
        analysis.mounting.standing is not None
        and not analysis.mounting.sign_known
        and any(analysis.bouts.kind == "run")
    ):
        yield "which sensor axis points forward (--facing +x, -x, ...), unless the placement tells."
