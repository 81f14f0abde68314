"""Parquet beside the CSVs, and SQL over either.

Lives here: the only file that imports DuckDB.
Not here: what is in the tables (tables.py), how an answer is printed (commands/query.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gait.errors import GaitError, MissingExtra
from gait.folder import whole_file

if TYPE_CHECKING:
    import duckdb

#: Tables by the name they have in SQL.
TABLES = ("runs", "strides", "failures")


class QueryError(GaitError):
    """A query cannot be answered; the message says what is wrong with it."""


def has_duckdb() -> bool:
    """Whether the extra is installed."""
    from importlib.util import find_spec

    return find_spec("duckdb") is not None


def write_parquet(folder: Path, types: Mapping[str, Mapping[str, str]]) -> None:
    """A Parquet file beside each CSV.

    Parameters
    ----------
    folder : Path
        Holds the CSVs.
    types : mapping
        For each table, SQL types of its columns, in their order.
    """
    duck = _connect()
    for table, columns in types.items():
        said = "{" + ", ".join(f"{_text(name)}: {_text(kind)}" for name, kind in columns.items()) + "}"
        source = _text(str(folder / f"{table}.csv"))
        with whole_file(folder / f"{table}.parquet") as passing:
            duck.execute(
                f"COPY (SELECT * FROM read_csv({source}, header = true, delim = ',', quote = '\"', escape = '\"', "
                f"auto_detect = false, columns = {said})) TO {_text(str(passing))} (FORMAT parquet, COMPRESSION zstd)"
            )
    duck.close()


def answer(sql: str, folder: Path, *, most: int | None = None) -> tuple[list[str], list[tuple[Any, ...]]]:
    """The answer to one SELECT over the tables of a batch.

    Parameters
    ----------
    sql : str
        One statement that reads. The tables are ``runs``, ``strides`` and ``failures``.
    folder : Path
        What `gait batch` was given as --out.
    most : int, optional
        Rows, at most.

    Returns
    -------
    columns, rows

    Raises
    ------
    MissingExtra
        Without DuckDB.
    QueryError
        If there are no tables, or the statement is wrong, several, or would change something.
    """
    duck = _connect()
    import duckdb

    found = False
    for table in TABLES:
        parquet, plain = folder / f"{table}.parquet", folder / f"{table}.csv"
        if parquet.is_file():
            source = f"read_parquet({_text(str(parquet))})"
        elif plain.is_file():
            source = (
                f"read_csv({_text(str(plain))}, header = true, delim = ',', quote = '\"', sample_size = -1)"
            )
        else:
            continue
        found = True
        try:
            duck.execute(f"CREATE VIEW {table} AS SELECT * FROM {source}")
        except duckdb.Error as error:
            raise QueryError(f"{plain} is no table of gait batch ({_words(error)}).") from error
    if not found:
        raise QueryError(
            f"{folder} holds no runs.csv or strides.csv. Name the folder that gait batch was given as --out with --in."
        )
    try:
        statements = duckdb.extract_statements(sql)
        if len(statements) != 1:
            raise QueryError(f"A query is one SELECT; this is {len(statements) or 'no'} statements.")
        if statements[0].type not in (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN):
            raise QueryError("A query only reads: a SELECT (or WITH, FROM, DESCRIBE, SUMMARIZE).")
        answered = duck.execute(statements[0])
        columns = [str(column[0]) for column in answered.description or ()]
        return columns, answered.fetchall() if most is None else answered.fetchmany(most)
    except duckdb.Error as error:
        raise QueryError(f"The query cannot be answered: {_words(error)}") from error


def _connect() -> duckdb.DuckDBPyConnection:
    """A database in memory, that fetches nothing."""
    try:
        import duckdb
    except ImportError as error:
        raise MissingExtra(
            "SQL and Parquet need the extra `tables`: pip install 'gait-traits[tables]'."
        ) from error
    return duckdb.connect(config={"autoinstall_known_extensions": False, "autoload_known_extensions": False})


def _text(text: str) -> str:
    """A string of SQL."""
    return "'" + text.replace("'", "''") + "'"


def _words(error: Exception) -> str:
    """DuckDB's own words without its little picture of the place."""
    return " ".join(str(error).split("\n\nLINE")[0].split())[:300]
