"""``gait query``: SQL over the tables of a batch.

Lives here: flags, and how an answer is printed.
Not here: the database (batch/sql.py).
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import math
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gait.commands.command import DONE, a_path, tell

if TYPE_CHECKING:
    from collections.abc import Sequence

PURPOSE = """\
Answer one SELECT over the tables that gait batch wrote: runs (one row a recording), strides (one row a
stride, key run) and failures. Needs the extra `tables`. It only reads.
"""

EPILOG = """\
examples
  gait query "describe runs" --in study
  gait query "select run, cadence_spm, lean_deg from runs order by lean_deg desc limit 10" --in study
  gait query "select runner, avg(s.contact_time_ms) from strides s join runs using (run)
              where regular group by runner" --in study --csv > contact.csv
"""

#: Rows and letters of a cell that a person is shown; --csv and --json give all.
MOST_ROWS, WIDEST = 100, 40


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Flags and manual page."""
    parser.description, parser.epilog = PURPOSE, EPILOG
    parser.usage = 'gait query "select ..." [--in DIR] [options]'
    parser.add_argument("sql", metavar="SQL", help="one SELECT")
    parser.add_argument(
        "--in",
        dest="folder",
        metavar="DIR",
        type=a_path,
        default=Path(),
        help="--out of the batch; here by default",
    )
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--csv", action="store_true", help="print CSV, all rows")
    how.add_argument("--json", action="store_true", help="print a list of rows, all of them")


def run(args: argparse.Namespace) -> int:
    """Do it."""
    from gait.batch.sql import answer

    columns, rows = answer(args.sql, args.folder, most=None if args.csv or args.json else MOST_ROWS + 1)
    if args.json:
        said = [dict(zip(columns, map(_plain, row), strict=True)) for row in rows]
        tell(json.dumps(said, indent=1, ensure_ascii=False, allow_nan=False))
    elif args.csv:
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows([columns, *rows])
        tell(text.getvalue(), end="")
    else:
        tell(_table(columns, rows[:MOST_ROWS]))
        if len(rows) > MOST_ROWS:
            tell("... and more; --csv prints all rows.")
    return DONE


def _table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Columns as wide as they need to be, numbers to the right."""
    cells = [list(columns), *([_shown(value) for value in row] for row in rows)]
    widths = [max(len(line[i]) for line in cells) for i in range(len(columns))]
    right = [all(isinstance(row[i], int | float | None) for row in rows) for i in range(len(columns))]
    lines = [
        "  ".join(
            c.rjust(w) if r else c.ljust(w) for c, w, r in zip(line, widths, right, strict=True)
        ).rstrip()
        for line in cells
    ]
    return "\n".join(lines)


def _shown(value: object) -> str:
    if value is None:
        return ""
    text = f"{value:.6g}" if isinstance(value, float) else " ".join(str(value).split())
    return text if len(text) <= WIDEST else f"{text[: WIDEST - 1]}…"


def _plain(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, bool | int | float | str | None):
        return value
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    return str(value)
