"""How a table of text is written, from its first lines.

Lives here: delimiter, decimal sign, header, line of units, what the comment lines above say.
Not here: what columns mean (dialects.py), the numbers (rows.py).
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gait.errors import ReadError
from gait.readers import dialects
from gait.readers.rows import COMMENTS, Shape, TextSource

#: Lines looked at to tell the delimiter and the number of cells.
_SNIFFED_LINES = 30

_KEY_VALUE = re.compile(r"^\s*(?:#|//|%)+\s*([A-Za-z][\w .-]{0,40}?)\s*[:=]\s*(.*?)\s*$")


@dataclass(frozen=True)
class Head:
    """What the first lines of a table tell.

    Attributes
    ----------
    shape : Shape
    header : tuple of str or None
        The header's cells, units joined to them where they stand in a line below; None when there is none.
    said : mapping
        Keys (lower case) and values in the comment lines above.
    first : tuple of str
        Cells of the first row of numbers, empty when there is none.
    """

    shape: Shape
    header: tuple[str, ...] | None
    said: Mapping[str, str]
    first: tuple[str, ...]


def sniff(source: TextSource) -> Head:
    """Find out from the first lines how a table is written.

    Raises
    ------
    ReadError
        If the file is empty or no text.
    """
    name, head = source.name, source.head
    if not head.strip():
        raise ReadError(
            f"{name} is empty: the logger wrote nothing into it. Record again, or give another file."
            if not head
            else f"{name} holds nothing but blank lines."
        )
    if b"\x00" in head[:4096] and not head.strip(b"\x00\r\n\t "):
        raise ReadError(f"{name} holds nothing but zero bytes; it was probably never written to the end.")
    if _binary(head):
        raise ReadError(
            f"{name} is no text, so it is no table of numbers. gait reads CSV files (also packed as .gz) and the zip "
            "or folder of a phone logger."
        )
    end = b"\n" if b"\n" in head else b"\r"
    lines = head.split(end)
    at, offset, said, delimiter = 0, 0, {}, None
    while at < len(lines):
        bare = lines[at].strip(b"\x00\r\n\t ")
        announced = re.fullmatch(rb'"?sep=(.)"?', lines[at].strip(b"\r\n"))
        if announced:
            delimiter = announced[1].decode("ascii", "replace")
        elif bare and not bare.startswith(COMMENTS):
            break
        elif (pair := _KEY_VALUE.match(_text(bare))) is not None:
            said[pair[1].strip().lower()] = pair[2]
        offset += len(lines[at]) + 1
        at += 1
    body = [_text(line).strip("\r") for line in lines[at : at + _SNIFFED_LINES] if line.strip()]
    if len(body) > 1 and len(lines) <= at + _SNIFFED_LINES and not head.endswith(end):
        body = body[:-1]  # the last line may be cut by the end of the head
    if not body:
        raise ReadError(f"{name} holds comments and no rows of numbers.")
    delimiter = _delimiter(body) if delimiter is None else delimiter
    decimal = "," if delimiter in (";", "\t", "|") and _decimal_comma(body) else "."
    header: tuple[str, ...] | None = None
    first = _split(body[0], delimiter)
    if not is_row(first, decimal):
        header = first
        skipped = 1
        below = _split(body[1], delimiter) if len(body) > 1 else ()
        if any(below) and all(dialects.is_unit(cell) or not cell for cell in below):
            header = tuple(f"{c} ({u})" if u else c for c, u in zip(header, below, strict=False))
            skipped = 2
        for _ in range(skipped):
            while not lines[at].strip():
                offset += len(lines[at]) + 1
                at += 1
            offset += len(lines[at]) + 1
            at += 1
        body = body[skipped:]
    widths = [len(_split(line, delimiter)) for line in body]
    width = max(set(widths), key=widths.count) if widths else len(first)
    quoted = any('"' in line for line in body)
    rows = (row for row in (_split(line, delimiter) for line in body) if is_row(row, decimal))
    return Head(
        Shape(delimiter, decimal, quoted, width, min(offset, len(head))), header, said, next(rows, ())
    )


def _text(line: bytes) -> str:
    """A line as text: UTF-8, or what Windows writes where it does not write UTF-8."""
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("cp1252", "replace")


def _binary(head: bytes) -> bool:
    """Whether bytes are no text."""
    start = head[:4096]
    odd = sum(byte < 9 or 13 < byte < 32 for byte in start)
    return odd > 0.02 * len(start)


def _delimiter(lines: Sequence[str]) -> str:
    """The delimiter that most lines share, "" for white space."""
    for candidate in ("\t", ";", "|", ","):
        if sum(line.count(candidate) >= 3 for line in lines) > len(lines) / 2:
            return candidate
    for candidate in (",", ";", "\t"):
        if sum(candidate in line for line in lines) > len(lines) / 2:
            return candidate
    return "" if all(len(line.split()) > 1 for line in lines) else ","


def _split(line: str, delimiter: str) -> tuple[str, ...]:
    """Cells of one line."""
    return (
        tuple(line.split())
        if not delimiter
        else tuple(cell.strip().strip('"') for cell in line.split(delimiter))
    )


def _decimal_comma(lines: Sequence[str]) -> bool:
    """Whether numbers have a comma where others have a point."""
    text = " ".join(lines)
    return len(re.findall(r"\d,\d", text)) > 3 and not re.search(r"\d\.\d", text)


def is_row(cells: Sequence[str], decimal: str) -> bool:
    """Whether this is a row of numbers and no header: more numbers than words."""
    filled = [cell for cell in cells if cell]
    numbers = 0
    for cell in filled:
        with contextlib.suppress(ValueError):
            float(cell.replace(decimal, "."))
            numbers += 1
    return 2 * numbers > len(filled)
