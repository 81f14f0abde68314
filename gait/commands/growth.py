"""``gait growth``: what grew over the runs that are remembered.

Lives here: the words on the terminal, the page, the JSON.
Not here: what grew (history/growth.py), how it is said and drawn (report/).
"""

from __future__ import annotations

import argparse
import json
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gait.commands.command import DONE, UsageError, a_path, tell
from gait.commands.remembered import STORE, add_store, opened, plain
from gait.errors import HistoryError, ReadError
from gait.folder import check_folder, write_folder

if TYPE_CHECKING:
    from gait.history.growth import Growth

#: Name and version of the layout of ``--json``.
SCHEMA = "gait.growth/1"

#: Name of the page.
PAGE = "growth.html"

#: Width of the text. [characters]
COLUMNS = 78

PURPOSE = """\
Say what grew over the runs that `gait analyze RUN --keep` remembered, and draw it: a leaf for everything
that was seen, and leaves never fall. Runs count together while the sensor is worn in one place.
"""

EPILOG = f"""\
{STORE}
examples
  gait growth
  gait growth --placement waist --out my-pages
  gait growth --json
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Flags and manual page."""
    parser.description, parser.epilog = PURPOSE, EPILOG
    parser.usage = "gait growth [options]"
    parser.add_argument(
        "--placement", metavar="WHERE", help="runs with the sensor there; by default where it was worn last"
    )
    parser.add_argument(
        "--catalogue", metavar="FILE", type=a_path, help="go by these traits (gait traits --write, --check)"
    )
    add_store(parser)
    parser.add_argument(
        "--out", metavar="DIR", type=a_path, default=Path(), help=f"folder for {PAGE}, by default this one"
    )
    parser.add_argument("--force", action="store_true", help=f"write over a {PAGE} that gait did not write")
    parser.add_argument("--no-page", action="store_true", help="write no page")
    parser.add_argument(
        "--language", metavar="TAG", default="en", help="language of page and words: en or de"
    )
    parser.add_argument("--words", action="store_true", help="words only, without numbers")
    parser.add_argument("--json", action="store_true", help="print JSON and nothing else, and write no page")


def run(args: argparse.Namespace) -> int:
    """Do it."""
    from gait.history.memory import growth_of
    from gait.readers.words import parse_placement
    from gait.report.words import languages
    from gait.traits.rules import load_catalogue

    if args.language not in languages():
        raise UsageError(f"--language takes {' or '.join(languages())}; {args.language!r} is none of them.")
    try:
        placement = None if args.placement is None else parse_placement(args.placement)
    except ReadError as error:
        raise UsageError(str(error)) from error
    page = not (args.no_page or args.json)
    if page:
        check_folder(args.out, [PAGE], force=args.force)
    catalogue = load_catalogue(args.catalogue)
    with opened(args) as store:
        growth = growth_of(store, catalogue, placement=placement)
        if growth is None:
            where = f" with the sensor at {placement}" if placement else ""
            raise HistoryError(
                f"No run{where} is remembered in {store.path}. `gait analyze RUN --keep` remembers one."
            )
    if args.json:
        tell(json.dumps(_plain(growth), ensure_ascii=False, allow_nan=False, indent=2))
        return DONE
    text = _text(growth, args.language, numbers=not args.words)
    if page:
        from gait.report.html import growth_to_html
        from gait.report.words import load_words

        html = growth_to_html(growth, args.language, numbers=not args.words)
        write_folder(args.out, {PAGE: html.encode("utf-8", "replace")})
        text += "\n\n" + load_words(args.language).say("summary.page", where=args.out / PAGE)
    tell(text, after=f"The page is {args.out / PAGE}." if page else "")
    return DONE


def _text(growth: Growth, language: str, *, numbers: bool) -> str:
    """What grew, for a terminal."""
    from gait.report.over_runs import tell_growth
    from gait.report.words import load_words

    words = load_words(language, numbers=numbers)
    grown = tell_growth(growth, words)
    by_file = words.say("growth.by_file") if any(run.dated == "file" for run in growth.runs) else ""
    felt = [f"{day}: {line}" for day, line in grown.felt]
    parts = [grown.headline, grown.opening, *grown.lines, *felt, by_file]
    return "\n\n".join(textwrap.fill(part, COLUMNS) for part in parts if part)


def _plain(growth: Growth) -> dict[str, Any]:
    """Everything that the page shows, and what it leaves out, for a program."""
    return {
        "schema": SCHEMA,
        "placement": growth.placement,
        "runs": [plain(run) for run in growth.runs],
        "leaves": [
            {
                "key": leaf.key,
                "stage": leaf.stage,
                "news": leaf.news,
                "first_run": growth.runs[leaf.first].number,
                "opened_run": None if leaf.opened is None else growth.runs[leaf.opened].number,
                "friend_run": None if leaf.friend is None else growth.runs[leaf.friend].number,
                "seen": leaf.seen,
                "heard": leaf.heard,
                "states": list(leaf.states),
                "told": list(leaf.told),
            }
            for leaf in growth.leaves
        ],
    }
