"""Bytes of a table in, rows of numbers out; what is damaged is counted and left out.

Lives here: cutting bytes into blocks of whole lines, numbers from lines.
Not here: opening a file (text_source.py), what the columns mean (dialects.py), whether the clock makes sense (clock.py).
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gait.errors import ReadError
from gait.readers.text_source import COMMENT_LINES, COMMENTS, LONGEST_LINE, TextSource
from gait.readers.wall_clock import WallClock
from gait.rotations import Floats

#: More rows than this are not read. Chosen: 27 h at 200 Hz, 1.2 GB in memory.
MOST_ROWS = 20_000_000

#: Blocks with damage are cut into pieces of this size. [B]  Chosen: bounds the memory that damage costs.
PIECE_BYTES = 1 << 17

#: Pieces with damage are halved down to this many lines, which are then read one by one.
#: Chosen: one parse of 256 lines takes as long as reading them one by one.
LINES_ONE_BY_ONE = 256

#: Numbers of a packed file may take this much memory, and this many times its size beyond it. [B], [1]
#: Chosen: a run packs to a third of its text, and its numbers take as much memory as its text.
PACKED_FREE, PACKED_TIMES = 40_000_000, 12

#: After this many rows a file of which next to none can be used is given up. Chosen: a recording of half an hour.
HOPELESS_ROWS = 200_000
HOPELESS_SHARE = 0.02

#: Last lines that a line without an end is compared with, to tell whether it is torn. Chosen.
LINES_COMPARED = 20

_BLANK_LINES = re.compile(rb"\n{2,}")


@dataclass(frozen=True)
class Shape:
    """How the rows of a table are written.

    Attributes
    ----------
    delimiter : str
        One character, or "" for white space.
    decimal : str
    quoted : bool
        Whether numbers stand in quotes.
    width : int
        Cells in a row, an empty one after a trailing delimiter included.
    start : int
        Offset of the first data row in the text. [B]
    closed : str
        A sign at the end of each row that is no delimiter, "" when there is none.
    """

    delimiter: str = ","
    decimal: str = "."
    quoted: bool = False
    width: int = 7
    start: int = 0
    closed: str = ""


@dataclass(frozen=True)
class Numbers:
    """The usable rows of a table, and what was wrong with the others.

    Attributes
    ----------
    groups : tuple of (n, w) arrays
        One array per group of columns asked for.
    place : (n,) array or None
        Which row of the file each one was, counted from 0; None when all rows were usable.
    rows : int
        Data rows in the file.
    malformed : int
        Rows that were no row of numbers, or too short.
    blank : int
        Rows with an empty cell, NaN or infinity.
    torn : bool
        Whether the last line ended in the middle.
    """

    groups: tuple[Floats, ...]
    place: Floats | None
    rows: int
    malformed: int
    blank: int
    torn: bool


def read_numbers(
    source: TextSource,
    shape: Shape,
    groups: Sequence[Sequence[int]],
    clocks: Mapping[int, WallClock] | None = None,
) -> Numbers:
    """Read columns of numbers from a table of text.

    Parameters
    ----------
    source : TextSource
    shape : Shape
    groups : sequence of sequences of int
        Columns that belong together, counted from 0.
    clocks : mapping, optional
        Columns whose cells are stamps in words.

    Returns
    -------
    Numbers
        Rows in which every asked column holds a finite number.

    Raises
    ------
    ReadError
        If the text is beyond the bounds of a recording.
    """
    wanted = tuple(sorted({place for group in groups for place in group}))
    asked = _Asked(shape, wanted, clocks or {})
    order = [[wanted.index(place) for place in group] for group in groups]
    held = [_Growing(len(group), _expected_rows(source, shape)) for group in groups]
    places: list[_Kept] = []
    rows = malformed = blank = 0
    torn = False
    for block in _blocks(source, shape):
        if not block.endswith((b"\n", b"\r")) and (end := _torn(block, shape)) is not None:
            block, torn = block[:end], True
        for table, bad in _parse(block, asked):
            first, n, kept = rows, len(table), None
            if not math.isfinite(float(table.sum())):
                kept = np.flatnonzero(np.isfinite(table).all(axis=1))
                table = table[kept]
                blank += n - len(table) - bad
            if len(table):
                places.append(_Kept(first, len(table), kept))
            for part, columns in zip(held, order, strict=True):
                part.add(table, columns)
            rows += n
            malformed += bad
            _bounded(source, held, rows)
    place = np.concatenate([kept.rows() for kept in places]) if (malformed or blank) and places else None
    return Numbers(tuple(part.done() for part in held), place, rows + torn, malformed, blank, torn)


def _bounded(source: TextSource, held: Sequence[_Growing], rows: int) -> None:
    """Refuse what no recording is before it costs time and memory."""
    good = held[0].n
    if good > MOST_ROWS:
        raise ReadError(
            f"{source.name} has more than {MOST_ROWS / 1e6:.0f} million rows, which is the most that is read. "
            "Cut it into parts."
        )
    if rows > HOPELESS_ROWS and good < HOPELESS_SHARE * rows:
        raise ReadError(
            f"{source.name}: of its first {rows} lines {good} are rows of numbers, so it is no table of them, or of another "
            "shape than its first lines. Give the file as the logger wrote it."
        )
    if source.packed_bytes is not None:
        most = PACKED_FREE + PACKED_TIMES * source.packed_bytes
        if sum(part.bytes for part in held) > most:
            raise ReadError(
                f"{source.name} is packed so tightly ({source.packed_bytes} bytes hold more than {good} rows) that it can be "
                "no recording of a moving body. If it is one, unpack it first."
            )


@dataclass(frozen=True)
class _Asked:
    """What is read of each row."""

    shape: Shape
    wanted: tuple[int, ...]
    clocks: Mapping[int, WallClock]


@dataclass(frozen=True)
class _Kept:
    """Which rows of the file one block gave: all n from ``first`` on, or the listed ones."""

    first: int
    n: int
    listed: NDArray[np.intp] | None

    def rows(self) -> Floats:
        """Row numbers of the file."""
        return self.first + (np.arange(self.n) if self.listed is None else self.listed).astype(float)


class _Growing:
    """An array that rows are added to without ever being copied as a whole by us."""

    def __init__(self, width: int, expected: int) -> None:
        # Memory that is reserved but not written costs nothing, so the guess may be generous.
        self._array = np.empty((max(expected, 1024), width))
        self.n = 0

    def add(self, table: Floats, columns: Sequence[int]) -> None:
        """Append the chosen columns of a table."""
        stop = self.n + len(table)
        if stop > len(self._array):
            self._array.resize((max(stop, len(self._array) * 5 // 4), self._array.shape[1]), refcheck=False)
        for to, place in enumerate(columns):
            self._array[self.n : stop, to] = table[:, place]
        self.n = stop

    @property
    def bytes(self) -> int:
        """Memory that the rows take."""
        return self.n * self._array.shape[1] * self._array.itemsize

    def done(self) -> Floats:
        """The rows held, and nothing beyond."""
        self._array.resize((self.n, self._array.shape[1]), refcheck=False)
        return self._array


def _expected_rows(source: TextSource, shape: Shape) -> int:
    """How many rows the text may have, from the length of the first ones."""
    body = source.head[shape.start :]
    lines = max(body.count(b"\n"), 1)
    total = source.text_bytes if source.text_bytes is not None else len(source.head)
    return min(int(1.02 * lines * max(total / max(len(body), 1), 1.0)) + 16, MOST_ROWS)


def _blocks(source: TextSource, shape: Shape) -> Iterator[bytes]:
    """The text after the header as blocks that end where a line ends."""
    end = b"\n" if b"\n" in source.head else b"\r"
    closed = shape.closed.encode()

    def plain(block: bytes) -> bytes:
        if b"\r" in block:
            block = block.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        return block.replace(closed, b"") if closed else block

    left = source.head[shape.start :]
    for piece in source.rest():
        cut = piece.rfind(end) + 1
        if cut:
            yield plain(left + piece[:cut])
            left = piece[cut:]
        else:
            left += piece
            if len(left) > LONGEST_LINE:
                raise ReadError(
                    f"{source.name} has a line of more than {LONGEST_LINE // 1024} kB; it is no table of numbers."
                )
    if left.strip(b"\x00\r\n\t "):
        yield plain(left)


def _torn(block: bytes, shape: Shape) -> int | None:
    """Where the last line starts if it was cut while being written, else None.

    A line without an end may be whole. It is torn when it has fewer cells than the line above, or when its last
    number has fewer decimals than all of the lines before it.
    """
    lines = block.splitlines(keepends=True)[-LINES_COMPARED - 1 :]
    if len(lines) < 2:
        return None
    *before, last = [[cell.strip() for cell in _cells(line, shape)] for line in lines]
    start = len(block) - len(lines[-1])
    if len(last) < len(before[-1]):
        return start

    def decimals(cells: list[str]) -> int:
        return len(cells[-1].partition(shape.decimal)[2]) if cells else 0

    return start if decimals(last) < min(decimals(cells) for cells in before) else None


def _cells(line: bytes, shape: Shape) -> list[str]:
    """One line's cells as text."""
    return split(line.decode("utf-8", "replace").strip("\r\n"), shape.delimiter)


def split(line: str, delimiter: str) -> list[str]:
    """Cells of one line, quotes taken off."""
    if not delimiter:
        return line.split()
    if '"' in line:
        try:
            return next(csv.reader([line], delimiter=delimiter, skipinitialspace=True), [])
        except csv.Error:
            pass
    return line.split(delimiter)


def _parse(block: bytes, asked: _Asked) -> Iterator[tuple[Floats, int]]:
    """Tables of numbers, NaN for what is no number, and how many of their lines were no rows."""
    table = _by_pandas(block, asked)
    if table is not None:
        yield table, 0
        return
    block = _BLANK_LINES.sub(b"\n", COMMENT_LINES.sub(b"", block)).lstrip(b"\n")
    table = _by_pandas(block, asked)
    if table is not None:
        yield table, 0
        return
    at = 0
    while at < len(block):
        cut = block.rfind(b"\n", at, at + PIECE_BYTES) + 1
        if cut <= at:
            cut = (block.find(b"\n", at) + 1) or len(block)
        yield from _parse_halves(block[at:cut], asked)
        at = cut


def _by_pandas(block: bytes, asked: _Asked) -> Floats | None:
    """Numbers of whole rows alone, by the C parser; None when there is damage among them."""
    shape, wanted, clocks = asked.shape, asked.wanted, asked.clocks
    whole = len(wanted) == shape.width
    if not _even(block, shape, whole):
        return None
    try:
        frame = pd.read_csv(
            io.BytesIO(block),
            sep=shape.delimiter or r"\s+",
            decimal=shape.decimal,
            header=None,
            usecols=None if whole else list(wanted),
            dtype={place: str if place in clocks else np.float64 for place in wanted}
            if clocks
            else np.float64,
            index_col=False,
            engine="c",
            low_memory=False,
            quoting=csv.QUOTE_MINIMAL if shape.quoted else csv.QUOTE_NONE,
            encoding_errors="replace",
            skipinitialspace=True,
        )
        for place, clock in clocks.items():
            frame[place] = clock.seconds(frame[place])
        return frame.to_numpy(dtype=float)
    except pd.errors.EmptyDataError:
        return np.empty((0, len(wanted)))
    except (ValueError, pd.errors.ParserError, OverflowError):
        return None


def _even(block: bytes, shape: Shape, whole: bool) -> bool:
    """Whether no row can have too many cells unnoticed.

    Asked for all columns, pandas reports longer rows itself, measured by the first one; asked for some, it does not.
    """
    if not shape.delimiter or shape.quoted:
        return True
    mark = shape.delimiter.encode()
    if whole:
        return len(block.split(b"\n", 1)[0].split(mark)) == shape.width
    lines = block.count(b"\n") + (not block.endswith(b"\n"))
    return block.count(mark) == lines * (shape.width - 1)


def _parse_halves(block: bytes, asked: _Asked) -> Iterator[tuple[Floats, int]]:
    """Numbers of a piece with damage in it: halved until the damage is among a few lines."""
    lines = block.splitlines(keepends=True)
    if len(lines) <= LINES_ONE_BY_ONE or _hopeless(lines, asked):
        yield _parse_lines(lines, asked)
        return
    half = len(lines) // 2
    for part in (lines[:half], lines[half:]):
        joined = b"".join(part)
        table = _by_pandas(joined, asked)
        if table is None:
            yield from _parse_halves(joined, asked)
        else:
            yield table, 0


def _hopeless(lines: Sequence[bytes], asked: _Asked) -> bool:
    """Whether half of the lines are too short to be rows, so that halving would not get rid of them."""
    mark = asked.shape.delimiter.encode() or b" "
    some = lines[:: max(len(lines) // 100, 1)]
    return 2 * sum(line.count(mark) < min(max(asked.wanted), asked.shape.width - 1) for line in some) > len(
        some
    )


def _parse_lines(lines: Sequence[bytes], asked: _Asked) -> tuple[Floats, int]:
    """Numbers line by line; a row of NaN for each line that is no row."""
    shape, wanted, clocks = asked.shape, asked.wanted, asked.clocks
    out: list[list[float]] = []
    stamps: dict[int, list[str]] = {place: [] for place in clocks}
    bad = 0
    mark, least, nothing = shape.delimiter.encode(), max(wanted), [math.nan] * len(wanted)
    for line in lines:
        bare = line.strip(b"\x00\r\n\t ")
        if not bare or bare.startswith(COMMENTS):
            continue
        if mark and bare.count(mark) < least:
            bad += 1
            out.append(nothing)
            for place in clocks:
                stamps[place].append("")
            continue
        cells = [cell.strip().strip('"').strip() for cell in _cells(bare, shape)]
        try:
            if len(cells) > shape.width:
                raise ValueError("two rows in one line")
            row = [0.0 if place in clocks else _number(cells[place], shape.decimal) for place in wanted]
            words = {place: cells[place] for place in clocks}
        except (ValueError, IndexError):
            if _is_header(cells, wanted):
                continue
            row, bad, words = nothing, bad + 1, dict.fromkeys(clocks, "")
        out.append(row)
        for place, word in words.items():
            stamps[place].append(word)
    table = np.array(out, dtype=float).reshape(len(out), len(wanted))
    for place, clock in clocks.items():
        # All at once: one stamp alone takes as long as a thousand.
        table[:, wanted.index(place)] = clock.seconds(stamps[place])
    return table, bad


def _number(cell: str, decimal: str) -> float:
    """One cell as a number, NaN when it is empty."""
    if not cell or cell.lower() in {"na", "n/a", "null", "none"}:
        return math.nan
    return float(cell.replace(decimal, ".") if decimal != "." else cell)


def _is_header(cells: Sequence[str], wanted: Sequence[int]) -> bool:
    """Whether a line is a header once more: words in every wanted column, no digit at the start."""
    asked = [cells[place] for place in wanted if place < len(cells)]
    return len(asked) == len(wanted) and all(cell[:1].isalpha() for cell in asked)
