"""A table as Parquet.

Lives here: the bytes of one file.
Not here: what the tables hold (tables.py).
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import pandas as pd

from gait.errors import MissingExtra


def to_parquet(table: pd.DataFrame) -> bytes:
    """A table as the bytes of a Parquet file.

    Raises
    ------
    MissingExtra
        If DuckDB is not installed.
    """
    try:
        import duckdb
    except ImportError as error:
        raise MissingExtra("Parquet is written with DuckDB: pip install 'gait-traits[tables]'") from error
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as database:
        file = Path(folder) / "table.parquet"
        database.register("rows", table)
        database.table("rows").write_parquet(str(file), compression="zstd")
        return file.read_bytes()
