"""How a table of text is written, from its first lines.

Lives here: delimiter, decimal sign, header, line of units, what the comment lines above say.
Not here: what columns mean (dialects.py, header_words.py), the numbers (rows.py).
"""

from __future__ import annotations

import contextlib
import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gait.errors import ReadError
from gait.readers.header_words import is_unit
from gait.readers.rows import Shape, split
from gait.readers.text_source import COMMENTS, HEAD_BYTES, TextSource

#: Lines looked at to tell the delimiter.
_SNIFFED_LINES = 30

#: Rows looked at to tell the number of cells.
LINES_MEASURED = 40

#: More cells than this in a line are no table of a logger. Chosen: ten times the widest export seen.
MOST_CELLS = 1000

#: Lines in which keys and values are looked for.
LINES_OF_COMMENT = 400

#: Longest key of a line with a key and a value. [characters]
_LONGEST_KEY = 41

_ANNOUNCED = re.compile(r'"?sep=(.)"?,*')
_BARE_KEY_VALUE = re.compile(r"^([A-Za-z][\w ]{0,40}?)\s*:[,;\t ]*(\S.*?)\s*$")

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
        Cells of the first row that has a number wherever rows have one, empty when there is none.
    above : tuple of str
        All lines above it.
    rows : tuple of str
        The first rows of numbers as text, without the sign that closes them.
    table : tuple of tuples
        Their cells.
    """

    shape: Shape
    header: tuple[str, ...] | None
    said: Mapping[str, str]
    first: tuple[str, ...]
    above: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    table: tuple[tuple[str, ...], ...] = ()


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
            f"{name} is no text, so it is no table of numbers. gait reads CSV files (also packed as .gz), the zip or folder of a "
            "phone logger, and captures, which are not packed: unpack one first."
        )
    lines = _lines(head)
    said = _said(lines)
    bare = [line for line in lines if not line.comment]
    announced = [line for line in bare[:3] if _ANNOUNCED.fullmatch(line.text)]
    bare = [line for line in bare if line not in announced]
    if not bare:
        raise ReadError(f"{name} holds comments and no rows of numbers.")
    body = (
        [line.text for line in bare[-_SNIFFED_LINES:]]
        if len(bare) < 2 * _SNIFFED_LINES
        else [line.text for line in bare[_SNIFFED_LINES : 2 * _SNIFFED_LINES]]
    )  # past whatever stands above a table
    marked = _ANNOUNCED.fullmatch(announced[0].text) if announced else None
    delimiter = marked[1] if marked else _delimiter(body)
    decimal = "," if _decimal_comma(body, delimiter) else "."
    closed = ";" if delimiter != ";" and all(line.rstrip().endswith(";") for line in body) else ""
    cells = [tuple(split(line.text.rstrip().removesuffix(closed), delimiter)) for line in bare]
    cells = [tuple(cell.strip().strip('"').strip() for cell in row) for row in cells]
    widest = max(len(row) for row in cells)
    if widest > MOST_CELLS:
        raise ReadError(
            f"{name} has a line of {widest} cells, and the widest table of a logger has some hundred; it is no such table."
        )
    rows = [i for i, row in enumerate(cells) if len(row) > 1 and is_row(row, decimal)]
    if not rows:
        return Head(Shape(delimiter, decimal, False, len(cells[0]), len(head)), cells[0], said, (), ())
    widths = [len(cells[i]) for i in rows[:LINES_MEASURED]]
    width = max(set(widths), key=widths.count)
    first = next(i for i in rows if len(cells[i]) == width)
    above = next(
        (i for i in range(first) if len(cells[i]) >= width - 1 and not is_row(cells[i], decimal)), None
    )
    header: tuple[str, ...] | None = None
    begins = first
    if above is not None:
        begins = above + 1
        header = cells[above]
        below = cells[above + 1]
        if above + 1 < first and len(below) >= width - 1 and _units(below):
            begins += 1
            header = tuple(
                f"{c} ({u.replace('(', '').replace(')', '')})" if u else c
                for c, u in itertools.zip_longest(header, below, fillvalue="")
            )
    else:
        header = _commented_header(lines, bare[first], delimiter, width)
    for row in cells[: above if above is not None else 0]:
        filled = [cell for cell in row if cell]
        if len(filled) == 2 and len(filled[0]) <= _LONGEST_KEY:
            said.setdefault(filled[0].rstrip(": ").lower(), filled[1])
    named = header or (cells[0] if not is_row(cells[0], decimal) else ())
    if delimiter == "," and len(named) > 3 and width in (2 * len(named), 2 * len(named) - 1):
        raise ReadError(
            f"{name}: its header has {len(named)} columns and its rows {width}, as if commas stood both between numbers and "
            "inside them. Export it with points as decimal signs, or with another sign between the columns."
        )
    quoted = any('"' in line.text for line in bare[first : first + LINES_MEASURED])
    start = bare[begins].offset
    table = tuple(cells[i] for i in rows[:LINES_MEASURED] if len(cells[i]) == width)
    numbers = [count_numbers(row, decimal) for row in table]
    return Head(
        Shape(delimiter, decimal, quoted, width, start, closed),
        header,
        said,
        table[numbers.index(max(numbers))],
        tuple(line.text for line in lines if line.offset < start),
        tuple(bare[i].text.rstrip().removesuffix(closed) for i in rows[:LINES_MEASURED]),
        table,
    )


@dataclass(frozen=True)
class _Line:
    """A line that is not blank, where it starts, and whether it is a comment."""

    text: str
    offset: int
    comment: bool


def _lines(head: bytes) -> list[_Line]:
    """Lines of the head; the last one may be cut and then does not count."""
    end = b"\n" if b"\n" in head else b"\r"
    pieces = head.split(end)
    if len(pieces) > 2 and len(head) >= HEAD_BYTES:
        pieces.pop()
    out: list[_Line] = []
    offset = 0
    for piece in pieces:
        bare = piece.strip(b"\x00\r\n\t ")
        if bare:
            text = _text(piece.strip(b"\x00\r\n "))
            out.append(_Line(text, offset, bare.startswith(COMMENTS)))
        offset += len(piece) + 1
    return out


def _said(lines: Sequence[_Line]) -> dict[str, str]:
    """Keys (lower case) and values in comment lines, and in lines such as ``StartTime: 2026-05-01``."""
    said: dict[str, str] = {}
    for line in lines[:LINES_OF_COMMENT]:
        pair = (_KEY_VALUE if line.comment else _BARE_KEY_VALUE).match(line.text)
        if pair is not None:
            said.setdefault(pair[1].strip().lower(), pair[2].strip(' ,;"'))
    return said


def _commented_header(
    lines: Sequence[_Line], first: _Line, delimiter: str, width: int
) -> tuple[str, ...] | None:
    """The header where it stands in the last comment line above the rows, None when it does not."""
    for line in reversed([line for line in lines if line.comment and line.offset < first.offset]):
        text = line.text.lstrip("#/% ")
        formats = re.findall(r"%(?:int|float)\((\w+)\)", text)
        cells = tuple(formats or (cell.strip().strip('"') for cell in split(text, delimiter)))
        while cells and not cells[-1]:
            cells = cells[:-1]
        words = sum(bool(re.search("[A-Za-z]", cell)) for cell in cells)
        if width - 1 <= len(cells) <= width and words > len(cells) / 2:
            return cells
    return None


def _units(cells: Sequence[str]) -> bool:
    """Whether these are units below a header: three of ours at least, and short words for other quantities."""
    ours = sum(is_unit(cell) for cell in cells)
    return ours >= 3 and all(re.fullmatch(r"[A-Za-z_°%µ/^()0-9 -]{0,20}", cell) for cell in cells)


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


def _decimal_comma(lines: Sequence[str], delimiter: str) -> bool:
    """Whether numbers have a comma where others have a point."""
    text = " ".join(lines)
    if delimiter == ",":
        return len(re.findall(r'"-?\d+,\d+"', text)) > 3 and not re.search(r"\d\.\d", text)
    stamps = re.sub(
        r"\d+[:.]\d\d[:.]\d\d[.,:]\d+|\d+\.\d+\.\d+", "", text
    )  # times and dates have points, too
    return len(re.findall(r"\d,\d", stamps)) > 3 and not re.search(r"\d\.\d", stamps)


def is_row(cells: Sequence[str], decimal: str) -> bool:
    """Whether this is a row of numbers and no header: more numbers than words."""
    return 2 * count_numbers(cells, decimal) > sum(1 for cell in cells if cell)


def count_numbers(cells: Sequence[str], decimal: str) -> int:
    """How many cells hold a number."""
    numbers = 0
    for cell in cells:
        with contextlib.suppress(ValueError):
            float(cell.replace(decimal, "."))
            numbers += 1
    return numbers
