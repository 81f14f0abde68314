"""What the commands that look at remembered runs share.

Lives here: the ``--store`` option, opening the store for a command, a recording on its way into it, finding the run
that is meant, writing runs down.
Not here: any command; what is kept and how (history/).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gait.commands.command import a_path
from gait.errors import HistoryError

if TYPE_CHECKING:
    from gait.analysis import Analysis
    from gait.history.growth import Growth
    from gait.history.run import Run
    from gait.history.store import Store
    from gait.recording import Recording
    from gait.traits.earlier import Earlier
    from gait.traits.rule import Catalogue

STORE = """\
the store
  Runs are remembered in one file on this machine, and nothing of it leaves it: the one that --store names,
  else the environment variable GAIT_STORE, else `history.sqlite` in the folder where this system keeps a
  user's data.
"""

RUN = """\
RUN
  its number in `gait runs`, `last`, its day (2026-05-17), or the name of its recording
"""

#: What a line, a tag or the name of a file is cut to. [characters]  Chosen: a line is no diary, and a list stays readable.
LONGEST_LINE, LONGEST_TAG, LONGEST_NAME = 1000, 60, 200


def add_store(parser: argparse.ArgumentParser | argparse._ArgumentGroup) -> None:
    """The option that names the store."""
    parser.add_argument("--store", metavar="FILE", type=a_path, help="where runs are remembered, see below")


@contextmanager
def opened(args: argparse.Namespace, *, begin: bool = False) -> Iterator[Store]:
    """The store that a command was told of."""
    from gait.history.place import store_path
    from gait.history.store import open_store

    with open_store(store_path(args.store), begin=begin, tell=notice) as store:
        yield store


def notice(sentence: str) -> None:
    """Something to know that ends nothing, on stderr."""
    if sys.stderr is not None:
        print(f"gait: {sentence}", file=sys.stderr, flush=True)


class Memory:
    """A recording on its way into the store.

    Attributes
    ----------
    failed : HistoryError or None
        Why it could not be kept.
    told : str
        What to say about it.
    """

    def __init__(
        self, store: Store, args: argparse.Namespace, recording: Recording, catalogue: Catalogue
    ) -> None:
        from gait.history.content import content_hash
        from gait.history.memory import identify
        from gait.report.words import load_words

        self._words = load_words(args.language)
        self._store = store
        this = identify(args.run, content_hash(args.run), recording)
        self._this = replace(this, source=one_line(this.source, LONGEST_NAME))
        self._placement = recording.placement
        self._catalogue = catalogue
        self._tags = [
            None if text is None else one_line(text, LONGEST_TAG) for text in (args.surface, args.shoes)
        ]
        self.failed: HistoryError | None = None
        self.told = ""

    def earlier(self) -> Earlier:
        """Runs before it, with the sensor in the same place."""
        from gait.history.memory import earlier_than

        return earlier_than(self._store, self._this, self._placement, self._catalogue)

    def keep(self, analysis: Analysis) -> Growth | None:
        """Keep it; what grew up to it. None where it could not be kept, or nobody ran in it."""
        from gait.history.memory import growth_of, remember

        if "run" not in analysis.bouts.kind:
            self.told = self._words.say("summary.kept_none")
            return None
        surface, shoes = self._tags
        try:
            number, before = remember(self._store, self._this, analysis, surface=surface, shoes=shoes)
            growth = growth_of(self._store, self._catalogue, content=self._this.content)
        except HistoryError as error:
            self.failed = error
            return None
        say = self._words.say
        self.told = say("summary.kept", run=number, where=self._store.path)
        if before is not None:
            self.told += " " + say("summary.kept_instead", run=before)
        if self._this.dated == "file":
            when = f"{self._this.started_at.astimezone():%Y-%m-%d %H:%M}"
            self.told += " " + say("summary.kept_by_file", when=when)
        if growth is not None and not growth.runs[-1].feel:
            self.told += "\n" + say("summary.feel", run=number)
        return growth


def one_line(text: str, most: int) -> str:
    """What somebody said as one line that every terminal can show."""
    plain = "".join(c if c.isprintable() else " " for c in text.encode("utf-8", "replace").decode())
    return " ".join(plain.split())[:most].rstrip()


def find(runs: Sequence[Run], meant: str, path: Path) -> Run:
    """The run that is meant.

    Raises
    ------
    HistoryError
        If there is none, or more than one.
    """
    if not runs:
        raise nothing_yet(path)
    if meant == "last":
        return runs[-1]
    named = called(runs, meant)
    if len(named) == 1:
        return named[0]
    if not named:
        raise HistoryError(
            f"No remembered run is called {meant!r}; `gait runs` lists them with their numbers."
        )
    numbers = ", ".join(str(run.number) for run in named[:10])
    raise HistoryError(f"{len(named)} runs are called {meant!r}: {numbers}. Take the number of one.")


def called(runs: Sequence[Run], meant: str) -> list[Run]:
    """The runs of this number, else of this day, else of a recording of this name."""
    day = _day(meant)
    return (
        [run for run in runs if meant == str(run.number)]
        or [run for run in runs if run.started_at.date() == day]
        or [run for run in runs if run.source in (meant, Path(meant).name)]
    )


def nothing_yet(path: Path) -> HistoryError:
    """What to say where no run is remembered."""
    return HistoryError(f"No run is remembered in {path}. `gait analyze RUN --keep` remembers one.")


def plain(run: Run) -> dict[str, Any]:
    """A run for JSON."""
    return {
        "number": run.number,
        "content": run.content,
        "started_at": run.started_at.astimezone(UTC).isoformat(),
        "dated": run.dated,
        "source": run.source,
        "placement": run.placement,
        "surface": run.surface or None,
        "shoes": run.shoes or None,
        "running_s": run.running_s,
        "strides": run.strides,
        "feel": run.feel or None,
        "catalogue": run.catalogue,
        "traits": dict(run.states),
    }


def when(run: Run) -> str:
    """Its day and time, with a ``~`` where the time is that of the file."""
    return f"{run.started_at:%Y-%m-%d %H:%M}{'~' if run.dated == 'file' else ''}"


def by_file(runs: Sequence[Run], language: str = "en") -> str:
    """What the ``~`` means, "" where there is none."""
    if not any(run.dated == "file" for run in runs):
        return ""
    from gait.report.words import load_words

    return load_words(language).say("summary.placed_by_file")


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
