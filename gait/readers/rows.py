"""Bytes of a table in, rows of numbers out; what is damaged is counted and left out.

Lives here: opening a file whatever wraps it, cutting its bytes into blocks of whole lines, numbers from lines.
Not here: what the columns mean (dialects.py), whether the clock makes sense (clock.py).
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import math
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gait.errors import ReadError
from gait.rotations import Floats

#: Bytes looked at to find out how a table is written. Chosen: every known preamble is below 4 kB.
HEAD_BYTES = 1 << 16

#: Bytes parsed at once. [B]  Chosen: above 1 MiB the speed is flat, and a block costs four times its size in memory.
BLOCK_BYTES = 1 << 22

#: Lines longer than this are no table. [B]  Chosen: 60 times the widest export seen.
LONGEST_LINE = 1 << 20

#: More rows than this are not read. Chosen: 27 h at 200 Hz, 1.2 GB in memory.
MOST_ROWS = 20_000_000

#: More text than this is not unpacked. [B]  Chosen: MOST_ROWS of 200 bytes each.
MOST_BYTES = 4_000_000_000

#: Blocks with damage are halved down to this many lines, which are then read one by one.
#: Chosen: one parse of 256 lines takes as long as reading them one by one.
LINES_ONE_BY_ONE = 256

#: Last lines that a line without an end is compared with, to tell whether it is torn. Chosen.
LINES_COMPARED = 20

#: Characters that open a comment line.
COMMENTS = (b"#", b"//", b"%")


class TextSource:
    """The bytes of one file as UTF-8, unpacked, with its head kept.

    Attributes
    ----------
    name : str
        For messages.
    head : bytes
        The first ``HEAD_BYTES`` of text.
    text_bytes : int or None
        Size of the whole text where it can be told beforehand, a hint only.
    ended_early : bool
        True once a packed file turned out to be cut or damaged; what came before is good.
    """

    def __init__(self, stream: IO[bytes], name: str, size: int | None = None) -> None:
        self.name = name
        self.ended_early = False
        self.text_bytes = size
        self._stream: IO[bytes] | gzip.GzipFile = stream
        self._given = 0
        packed = stream.peek(2)[:2] if isinstance(stream, io.BufferedReader) else b""
        if packed == b"\x1f\x8b":
            self._stream = gzip.GzipFile(fileobj=stream)
            self.text_bytes = None if size is None else 4 * size
        self.head = self._take(HEAD_BYTES)
        if self.head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            whole = self.head + self._take(MOST_BYTES // 16)
            self._stream = io.BytesIO(whole.decode("utf-16", "replace").encode())
            self.head, self._given = self._take(HEAD_BYTES), 0
        self.head = self.head.removeprefix(codecs.BOM_UTF8)

    @staticmethod
    def open(path: Path) -> TextSource:
        """Open a file, plain or gzip, by what is in it and not by its name."""
        return TextSource(path.open("rb"), path.name, path.stat().st_size)

    def close(self) -> None:
        """Close what was opened."""
        self._stream.close()

    def rest(self) -> Iterator[bytes]:
        """What follows the head, piece by piece."""
        while piece := self._take(BLOCK_BYTES):
            yield piece

    def _take(self, size: int) -> bytes:
        """Up to ``size`` bytes, fewer only at the end."""
        pieces, missing = [], size
        while missing > 0 and not self.ended_early:
            try:
                piece = (
                    self._stream.read1(missing)
                    if hasattr(self._stream, "read1")
                    else self._stream.read(missing)
                )
            except (EOFError, zlib.error, gzip.BadGzipFile):
                self.ended_early = True
                break
            if not piece:
                break
            pieces.append(piece)
            missing -= len(piece)
        self._given += size - missing
        if self._given > MOST_BYTES:
            raise ReadError(
                f"{self.name} unpacks to more than {MOST_BYTES / 1e9:.0f} GB, which no recording needs."
            )
        return b"".join(pieces)


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
    """

    delimiter: str = ","
    decimal: str = "."
    quoted: bool = False
    width: int = 7
    start: int = 0


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


def read_numbers(source: TextSource, shape: Shape, groups: Sequence[Sequence[int]]) -> Numbers:
    """Read columns of numbers from a table of text.

    Parameters
    ----------
    source : TextSource
    shape : Shape
    groups : sequence of sequences of int
        Columns that belong together, counted from 0.

    Returns
    -------
    Numbers
        Rows in which every asked column holds a finite number.

    Raises
    ------
    ReadError
        If the text is beyond the bounds of a recording.
    """
    wanted = sorted({place for group in groups for place in group})
    order = [[wanted.index(place) for place in group] for group in groups]
    held = [_Growing(len(group), _expected_rows(source, shape)) for group in groups]
    places: list[_Kept] = []
    rows = malformed = blank = 0
    torn = False
    for block in _blocks(source, shape):
        if not block.endswith((b"\n", b"\r")) and (end := _torn(block, shape)) is not None:
            block, torn = block[:end], True
        table, bad = _parse(block, shape, wanted)
        first, n, kept = rows, len(table), None
        if not math.isfinite(float(table.sum())):
            kept = np.flatnonzero(np.isfinite(table).all(axis=1))
            table = table[kept]
            blank += n - len(table) - bad
        places.append(_Kept(first, len(table), kept))
        for part, columns in zip(held, order, strict=True):
            part.add(table, columns)
        rows += n
        malformed += bad
        if held[0].n > MOST_ROWS:
            raise ReadError(
                f"{source.name} has more than {MOST_ROWS / 1e6:.0f} million rows, which is the most that is read. "
                "Cut it into parts."
            )
    place = np.concatenate([kept.rows() for kept in places]) if malformed or blank else None
    return Numbers(tuple(part.done() for part in held), place, rows + torn, malformed, blank, torn)


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
    left = source.head[shape.start :]
    for piece in source.rest():
        cut = piece.rfind(end) + 1
        if cut:
            yield left + piece[:cut]
            left = piece[cut:]
        else:
            left += piece
            if len(left) > LONGEST_LINE:
                raise ReadError(
                    f"{source.name} has a line of more than {LONGEST_LINE // 1024} kB; it is no table of numbers."
                )
    if left.strip(b"\x00\r\n\t "):
        yield left


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
    text = line.decode("utf-8", "replace").strip("\r\n")
    if not shape.delimiter:
        return text.split()
    return text.split(shape.delimiter)


def _parse(block: bytes, shape: Shape, wanted: Sequence[int]) -> tuple[Floats, int]:
    """Numbers of one block, NaN for what is no number, and how many lines were no rows."""
    whole = len(wanted) == shape.width
    if not _even(block, shape, whole):
        return _parse_halves(block, shape, wanted)
    try:
        frame = pd.read_csv(
            io.BytesIO(block),
            sep=shape.delimiter or r"\s+",
            decimal=shape.decimal,
            header=None,
            usecols=None if whole else list(wanted),
            dtype=np.float64,
            index_col=False,
            engine="c",
            low_memory=False,
            quoting=csv.QUOTE_MINIMAL if shape.quoted else csv.QUOTE_NONE,
            encoding_errors="replace",
            skipinitialspace=True,
        )
        return frame.to_numpy(), 0
    except pd.errors.EmptyDataError:
        return np.empty((0, len(wanted))), 0
    except (ValueError, pd.errors.ParserError, OverflowError):
        return _parse_halves(block, shape, wanted)


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


def _parse_halves(block: bytes, shape: Shape, wanted: Sequence[int]) -> tuple[Floats, int]:
    """Numbers of a block with damage in it: halved until the damage is among a few lines."""
    lines = block.splitlines(keepends=True)
    if len(lines) <= LINES_ONE_BY_ONE:
        return _parse_lines(lines, shape, wanted)
    half = len(lines) // 2
    first, bad_first = _parse(b"".join(lines[:half]), shape, wanted)
    second, bad_second = _parse(b"".join(lines[half:]), shape, wanted)
    return np.concatenate([first, second]), bad_first + bad_second


def _parse_lines(lines: Sequence[bytes], shape: Shape, wanted: Sequence[int]) -> tuple[Floats, int]:
    """Numbers line by line; a row of NaN for each line that is no row."""
    out: list[list[float]] = []
    bad = 0
    for line in lines:
        bare = line.strip(b"\x00\r\n\t ")
        if not bare or bare.startswith(COMMENTS):
            continue
        cells = [cell.strip().strip('"').strip() for cell in _cells(bare, shape)]
        try:
            if len(cells) > shape.width:
                raise ValueError("two rows in one line")
            row = [_number(cells[place], shape.decimal) for place in wanted]
        except (ValueError, IndexError):
            if _is_header(cells, wanted):
                continue
            row, bad = [math.nan] * len(wanted), bad + 1
        out.append(row)
    return np.array(out, dtype=float).reshape(len(out), len(wanted)), bad


def _number(cell: str, decimal: str) -> float:
    """One cell as a number, NaN when it is empty."""
    if not cell or cell.lower() in {"na", "n/a", "null", "none"}:
        return math.nan
    return float(cell.replace(decimal, ".") if decimal != "." else cell)


def _is_header(cells: Sequence[str], wanted: Sequence[int]) -> bool:
    """Whether a line is a header once more: words in every wanted column, no digit at the start."""
    asked = [cells[place] for place in wanted if place < len(cells)]
    return len(asked) == len(wanted) and all(cell[:1].isalpha() for cell in asked)
