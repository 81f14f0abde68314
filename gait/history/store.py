"""Runs kept in one SQLite file on this machine.

Lives here: opening the file and bringing it up to date, what is written to it and read from it. Nothing leaves it.
Not here: its tables (schema.py), their rows (rows.py), whose file it is (file.py), setting a damaged one aside (damage.py),
what follows from the runs (growth.py).
"""

from __future__ import annotations

import json
import os
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from gait.errors import HistoryError
from gait.history.damage import set_aside
from gait.history.file import look_at, which
from gait.history.rows import NewRun, as_json, facts_of, run_of
from gait.history.run import Run
from gait.history.schema import APPLICATION_ID, STEPS, VERSION

if TYPE_CHECKING:
    from gait.traits.earlier import State
    from gait.traits.heard import Heard, Number

#: How long another process is waited for. [s]  Chosen: keeping a run takes some milliseconds.
PATIENCE = 20.0

#: Two recordings are of one run when they begin and last alike to this, and their cadence agrees. [s] [s] [1]
#: Chosen: a capture and the CSV made of it agree far better; two runs of one clock that always begins anew do not.
SAME_START, SAME_LENGTH, SAME_CADENCE = 2.0, 1.0, 1e-3

#: What SQLite says without a code of its own where a file is not as it was written.
NOT_OURS = re.compile("no such (table|column)|Could not decode to UTF-8")


class DamagedStore(HistoryError):
    """The file is a store that cannot be read any more.

    Attributes
    ----------
    file : (int, int) or None
        Which file it was, by device and number: its name may be another one's by now.
    """

    def __init__(self, sentence: str, file: tuple[int, int] | None) -> None:
        super().__init__(sentence)
        self.file = file


@contextmanager
def open_store(path: Path, *, begin: bool = False, tell: Callable[[str], None]) -> Iterator[Store]:
    """The store in a file.

    Parameters
    ----------
    path : Path
    begin : bool
        Begin one where there is none, and look the whole file over before anything is written to it.
    tell : callable
        Is told, in a sentence, when a damaged store was set aside and a new one was begun.

    Raises
    ------
    HistoryError
        If there is none, it is not one, it cannot be read or written, or it is damaged; then it was set aside.
    """
    try:
        store = Store(path, begin=begin)
    except DamagedStore as error:
        sentence = _aside(path, error)
        if not begin:
            raise HistoryError(sentence) from error
        tell(sentence)
        store = Store(path, begin=True)
    try:
        yield store
    except DamagedStore as error:
        store.close()
        raise HistoryError(_aside(path, error)) from error
    finally:
        store.close()


def _aside(path: Path, error: DamagedStore) -> str:
    """Set a damaged store aside; the sentence that says so."""
    if which(path) != error.file:
        return f"{error} Another process set it aside meanwhile; the same command once more goes on."
    try:
        aside = set_aside(path, datetime.now())  # noqa: DTZ005  (a name for people, in their own time)
    except OSError as refused:
        raise HistoryError(f"{error} It could not be set aside: {refused.strerror or refused}.") from refused
    return f"{error} It was set aside whole as {aside.name}; `gait analyze RUN --keep` begins a new one."


class Store:
    """An open store; close it, or use ``open_store``."""

    def __init__(self, path: Path, *, begin: bool = False) -> None:
        self.path = path
        look_at(path, begin=begin)
        self._file = which(path)
        with self._sentences():
            # Statements outside of _writing() are single reads; none of them leaves a transaction open.
            self._db = sqlite3.connect(os.fspath(path), timeout=PATIENCE, isolation_level=None)
        try:
            with self._sentences():
                self._bring_up_to_date()
                self._db.execute("PRAGMA foreign_keys = ON")
                self._db.execute("PRAGMA secure_delete = ON")
                if begin:
                    found = self._db.execute("PRAGMA quick_check(1)").fetchone()
                    if found != ("ok",):
                        raise DamagedStore(f"The history in {path} is damaged.", self._file)
        except BaseException:
            self._db.close()
            raise

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    # ------------------------------------------------------------------------------------------------ reading

    def runs(self, measures: Iterable[str] | None = ()) -> tuple[Run, ...]:
        """All runs, oldest first, with their states.

        Parameters
        ----------
        measures : iterable of str or None
            Keys of the measures to read with them; None reads all.
        """
        with self._sentences():
            self._db.execute("BEGIN")  # all of it at one moment
            try:
                states: dict[int, dict[str, State]] = {}
                for number, key, state in self._db.execute("SELECT run, key, state FROM traits"):
                    states.setdefault(number, {})[key] = state
                numbers = self._numbers(measures)
                rows = self._db.execute(
                    "SELECT number, content, started_at, dated, source, placement, heard, catalogue, surface, shoes, feel "
                    "FROM runs"
                ).fetchall()
            finally:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
        with self._understood():
            found = [run_of(row, states, numbers) for row in rows]
        return tuple(sorted(found, key=lambda run: run.order))

    def heard(self, number: int) -> tuple[Heard, Mapping[str, str], Mapping[str, Sequence[str]]]:
        """All that was heard in a run, the units of its measures, and the reasons of its traits."""
        from gait.traits.heard import Heard

        with self._sentences():
            (said,) = self._db.execute("SELECT heard FROM runs WHERE number = ?", (number,)).fetchone()
            rows = self._db.execute(
                "SELECT key, unit, value, low, high, systematic, n, blocks, trust, why, strides FROM measures WHERE run = ?",
                (number,),
            ).fetchall()
            why = self._db.execute("SELECT key, why FROM traits WHERE run = ?", (number,)).fetchall()
        names = ("value", "low", "high", "systematic", "n", "blocks", "trust")
        with self._understood():
            plain = json.loads(said)
            plain["measures"] = {
                row[0]: {
                    **dict(zip(names, row[2:9], strict=True)),
                    "why": json.loads(row[9]),
                    "strides": json.loads(row[10]),
                }
                for row in rows
            }
            return Heard.from_dict(plain), {r[0]: r[1] for r in rows}, {key: json.loads(w) for key, w in why}

    def _numbers(self, keys: Iterable[str] | None) -> dict[int, dict[str, Number]]:
        """Measures of all runs by number and key, without strides."""
        wanted = None if keys is None else sorted(set(keys))
        if wanted == []:
            return {}
        from gait.traits.heard import Number

        where = "" if wanted is None else f" WHERE key IN ({', '.join('?' * len(wanted))})"
        found: dict[int, dict[str, Number]] = {}
        for run, key, value, low, high, systematic, n, blocks, trust in self._db.execute(
            f"SELECT run, key, value, low, high, systematic, n, blocks, trust FROM measures{where}",
            wanted or (),
        ):
            found.setdefault(run, {})[key] = Number(value, low, high, systematic, n, blocks, trust)
        return found

    # ------------------------------------------------------------------------------------------------ writing

    def keep(self, run: NewRun) -> tuple[int, str | None]:
        """Remember a run; the same recording again takes the place it had.

        Returns
        -------
        number : int
        before : str or None
            Name of the recording whose place it took.
        """
        with self._writing():
            there = self._same(run)
            if there is None:
                number = self._insert_run(run)
            else:
                number = there[0]
                self._replace_run(number, run)
            self._insert_measures(number, run)
            self._insert_states(number, run.states, run.why)
        return number, None if there is None else there[1]

    def judged(
        self, verdicts: Iterable[tuple[int, Mapping[str, State], Mapping[str, Sequence[str]]]], catalogue: str
    ) -> None:
        """Put what a catalogue says today in the place of what was said before."""
        with self._writing():
            there = {number for (number,) in self._db.execute("SELECT number FROM runs")}
            for number, states, why in verdicts:
                if number not in there:  # forgotten by another process meanwhile
                    continue
                self._db.execute("DELETE FROM traits WHERE run = ?", (number,))
                self._insert_states(number, states, why)
                self._db.execute("UPDATE runs SET catalogue = ? WHERE number = ?", (catalogue, number))

    def feel(self, number: int, line: str) -> None:
        """Keep the runner's own line with a run."""
        with self._writing():
            self._db.execute("UPDATE runs SET feel = ? WHERE number = ?", (line, number))

    def forget(self, number: int) -> None:
        """Take a run out of the file, so that nothing of it is left in it.

        What is deleted is overwritten (``secure_delete``); the file is then written anew, since pages that were
        rearranged may still hold parts of it.
        """
        with self._writing():
            self._db.execute("DELETE FROM runs WHERE number = ?", (number,))
        try:
            with self._sentences():
                self._db.execute("VACUUM")
        except DamagedStore:
            raise
        except HistoryError as error:
            raise HistoryError(
                f"Run {number} is deleted, but the file could not be written anew, and parts may be left in it: {error}"
            ) from error

    # ------------------------------------------------------------------------------------------------- inside

    def _same(self, run: NewRun) -> tuple[int, str] | None:
        """The run that a recording is already kept as: by its content, or as the same run in another file."""
        found: tuple[int, str] | None = self._db.execute(
            "SELECT number, source FROM runs WHERE content = ?", (run.content,)
        ).fetchone()
        cadence = run.heard.measures.get("cadence")
        if found is None and run.dated == "recording" and cadence is not None and cadence.value is not None:
            rows = self._db.execute(
                "SELECT number, source, started_at, length_s, value FROM runs JOIN measures ON run = number AND key = 'cadence' "
                "WHERE dated = 'recording' AND placement = ? AND value IS NOT NULL",
                (run.heard.placement,),
            )
            for number, source, started, length, value in rows:
                apart = (datetime.fromisoformat(started) - run.started_at).total_seconds()
                if (
                    abs(apart) <= SAME_START
                    and abs(length - run.length_s) <= SAME_LENGTH
                    and abs(value - cadence.value) <= SAME_CADENCE * cadence.value
                ):
                    return int(number), str(source)
        return found

    def _insert_run(self, run: NewRun) -> int:
        facts = facts_of(run)
        cursor = self._db.execute(
            "INSERT INTO runs (content, started_at, dated, kept_at, source, length_s, placement, surface, shoes, gait, "
            "catalogue, heard) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (run.content, *facts[:6], run.surface or "", run.shoes or "", *facts[6:]),
        )
        assert cursor.lastrowid is not None
        return cursor.lastrowid

    def _replace_run(self, number: int, run: NewRun) -> None:
        self._db.execute(
            "UPDATE runs SET content = ?, started_at = ?, dated = ?, kept_at = ?, source = ?, length_s = ?, placement = ?, "
            "gait = ?, catalogue = ?, heard = ?, surface = coalesce(?, surface), shoes = coalesce(?, shoes) WHERE number = ?",
            (run.content, *facts_of(run), run.surface, run.shoes, number),
        )
        self._db.execute("DELETE FROM measures WHERE run = ?", (number,))
        self._db.execute("DELETE FROM traits WHERE run = ?", (number,))

    def _insert_measures(self, number: int, run: NewRun) -> None:
        measures = run.heard.as_dict()["measures"]
        self._db.executemany(
            "INSERT INTO measures VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    number, key, run.units.get(key, ""), m["value"], m["low"], m["high"], m["systematic"], m["n"],
                    m["blocks"], m["trust"], as_json(m["why"]), as_json(m["strides"]),
                )
                for key, m in measures.items()
            ],
        )  # fmt: skip

    def _insert_states(
        self, number: int, states: Mapping[str, State], why: Mapping[str, Sequence[str]]
    ) -> None:
        self._db.executemany(
            "INSERT INTO traits VALUES (?, ?, ?, ?)",
            [(number, key, state, as_json(list(why.get(key, ())))) for key, state in states.items()],
        )

    def _bring_up_to_date(self) -> None:
        """Make the tables of today out of whatever version is there."""
        marked, version = self._marks()
        if marked == APPLICATION_ID and version == VERSION:
            return
        if version > VERSION and marked == APPLICATION_ID:
            raise HistoryError(
                f"The history in {self.path} is of a newer gait (version {version} of the file, this one knows {VERSION}). "
                "Use that one, or name another file with --store."
            )
        with self._writing():
            marked, version = self._marks()  # another process may have been quicker
            tables = self._db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
            if marked != APPLICATION_ID and (tables or version or marked):
                raise HistoryError(
                    f"{self.path} is the database of another program; name another file with --store."
                )
            for step in STEPS[version:]:
                for statement in step:
                    self._db.execute(statement)
            self._db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            self._db.execute(f"PRAGMA user_version = {VERSION}")

    def _marks(self) -> tuple[int, int]:
        """Whose file it is, and of which version."""
        (marked,) = self._db.execute("PRAGMA application_id").fetchone()
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        return marked, version

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """All of it or nothing, and nobody else meanwhile."""
        with self._sentences():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    @contextmanager
    def _sentences(self) -> Iterator[None]:
        """What SQLite says, as a sentence."""
        try:
            yield
        except sqlite3.Error as error:
            raise self._sentence(error) from error

    @contextmanager
    def _understood(self) -> Iterator[None]:
        """What SQLite finds in order and is not what we wrote. It is left where it is: the fault may be ours."""
        try:
            yield
        except (ValueError, KeyError, TypeError) as error:
            raise HistoryError(
                f"The history in {self.path} holds what this gait does not understand ({type(error).__name__}: {error}); "
                "it is left as it is. Name another with --store, or rename it to begin anew."
            ) from error

    def _sentence(self, error: sqlite3.Error) -> HistoryError:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        where = f"The history in {self.path}"
        if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB) or NOT_OURS.search(str(error)):
            return DamagedStore(f"{where} is damaged.", self._file)
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return HistoryError(
                f"{where} was in use by another program for {PATIENCE:.0f} s; try again when it is done."
            )
        if code == sqlite3.SQLITE_READONLY:
            return HistoryError(
                f"{where} cannot be written to; look after its permissions or name another with --store."
            )
        if code == sqlite3.SQLITE_FULL:
            return HistoryError(f"{where} cannot grow, the disk is full; nothing in it was changed.")
        return HistoryError(f"{where} cannot be used: {error}. Nothing in it was changed.")
