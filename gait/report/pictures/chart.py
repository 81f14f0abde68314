"""A picture with its words and its numbers.

Lives here: Chart and Table, plain data.
Not here: what is in them.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """What a picture shows, as text in columns; the first column names the rows."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Chart:
    """A picture and its words.

    Attributes
    ----------
    key : str
        What it belongs to: a trait, "strip", "growth" or "run".
    title, text : str
        Name and text alternative.
    caption : str
        The line under it.
    svg : str
    table : Table or None
        Its data; None in words-only mode.
    narrow : str
        The same for a narrow screen, where it needs to be drawn anew; "" when ``svg`` serves everywhere.
    """

    key: str
    title: str
    text: str
    caption: str
    svg: str
    table: Table | None = None
    narrow: str = ""
