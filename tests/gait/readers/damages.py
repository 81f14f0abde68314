"""Damage as files meet it, each a function of a file's lines.

Damage hits rows well below the header; what the header's own damage does is asked elsewhere.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Rng = np.random.Generator
Lines = list[str]

#: Rows from here on are hit; above are header and preamble.
FIRST = 60


@dataclass(frozen=True)
class Table:
    """One file: its lines without their ends, the sign between cells, and the column of its clock or None."""

    lines: Lines
    mark: str
    clock: int | None

    def some(self, rng: Rng, share: float) -> list[int]:
        """Rows that are hit."""
        n = len(self.lines)
        return sorted(
            int(i) for i in rng.choice(np.arange(FIRST, n - 2), max(int(share * n), 1), replace=False)
        )

    def cells(self, row: int) -> list[str]:
        return self.lines[row].split(self.mark)


def _change(table: Table, rows: list[int], how: Callable[[list[str], int], list[str]]) -> Lines:
    out = list(table.lines)
    for row in rows:
        if out[row].strip():
            out[row] = table.mark.join(how(out[row].split(table.mark), row))
    return out


def _cell(word: str, share: float = 0.01) -> Callable[[Table, Rng], Lines]:
    def damage(table: Table, rng: Rng) -> Lines:
        def hit(cells: list[str], row: int) -> list[str]:
            # Numbers of the sensor stand in the second half of a row, wherever its clock does.
            at = [i for i, cell in enumerate(cells) if i != table.clock and cell.strip()]
            cells[at[len(at) // 2]] = word
            return cells

        return _change(table, table.some(rng, share), hit)

    return damage


def _stamp(of: Callable[[Table, int], int], share: float) -> Callable[[Table, Rng], Lines]:
    """The stamp of another row."""

    def damage(table: Table, rng: Rng) -> Lines:
        def hit(cells: list[str], row: int) -> list[str]:
            if table.clock is not None:
                cells[table.clock] = table.cells(max(FIRST, min(of(table, row), len(table.lines) - 3)))[
                    table.clock
                ]
            return cells

        return _change(table, table.some(rng, share), hit)

    return damage


def _garbage(table: Table, rng: Rng, share: float = 0.01) -> Lines:
    return _change(table, table.some(rng, share), lambda cells, row: ["!!", "", "?x"])


def _short(table: Table, rng: Rng) -> Lines:
    return _change(table, table.some(rng, 0.01), lambda cells, row: cells[: len(cells) // 2])


def _missing(table: Table, rng: Rng) -> Lines:
    gone = set(table.some(rng, 0.02))
    return [line for i, line in enumerate(table.lines) if i not in gone]


def _gap(table: Table, rng: Rng) -> Lines:
    middle = int(len(table.lines) * 0.6)
    return [*table.lines[:middle], *table.lines[middle + len(table.lines) // 13 :]]


def _duplicated(table: Table, rng: Rng) -> Lines:
    twice = set(table.some(rng, 0.01))
    return [one for i, line in enumerate(table.lines) for one in ([line, line] if i in twice else [line])]


def _swapped(table: Table, rng: Rng) -> Lines:
    out = list(table.lines)
    for i in table.some(rng, 0.005):
        out[i], out[i + 1] = out[i + 1], out[i]
    return out


def _joined(table: Table, rng: Rng) -> Lines:
    hit = set(table.some(rng, 0.003))
    text = "".join(line + ("" if i in hit else "\n") for i, line in enumerate(table.lines))
    return text.split("\n")[:-1]


def _between(*more: str, every: int = 500) -> Callable[[Table, Rng], Lines]:
    def damage(table: Table, rng: Rng) -> Lines:
        head, rows = table.lines[:FIRST], table.lines[FIRST:]
        return head + [
            one for i, line in enumerate(rows) for one in ([*more, line] if i % every == 0 else [line])
        ]

    return damage


def _header_again(table: Table, rng: Rng) -> Lines:
    words = [line for line in table.lines[:12] if sum(c.isalpha() for c in line) > len(line) / 3]
    middle = len(table.lines) // 2
    return [*table.lines[:middle], *words[-1:], *table.lines[middle:]]


def _bursts(table: Table, rng: Rng) -> Lines:
    """Rows come five at a time, all with the stamp of the last one."""
    if table.clock is None:
        return table.lines
    out = list(table.lines)
    rows = [i for i in range(FIRST, len(out)) if out[i].strip()]
    for first in range(0, len(rows) - 5, 5):
        last = out[rows[first + 4]].split(table.mark)[table.clock]
        for row in rows[first : first + 5]:
            cells = out[row].split(table.mark)
            cells[table.clock] = last
            out[row] = table.mark.join(cells)
    return out


def _anew(table: Table, rng: Rng) -> Lines:
    """The clock begins anew in the middle: what follows bears the stamps of the beginning."""
    if table.clock is None:
        return table.lines
    middle = len(table.lines) * 3 // 4
    early = [line for line in table.lines[FIRST:] if line.strip()]
    late = [line for line in table.lines[middle:] if line.strip()]
    out = table.lines[:middle]
    for line, stamp in zip(late, early, strict=False):
        cells = line.split(table.mark)
        cells[table.clock] = stamp.split(table.mark)[table.clock]
        out.append(table.mark.join(cells))
    return out


def _pasted_twice(table: Table, rng: Rng) -> Lines:
    return [*table.lines, *table.lines]


def _footer(table: Table, rng: Rng) -> Lines:
    return [*table.lines, "", "End of recording", "Total: 1 file", "battery 81 %"]


def _same(table: Table, rng: Rng) -> Lines:
    return table.lines


#: Damage to lines by name.
LINES: dict[str, Callable[[Table, Rng], Lines]] = {
    "malformed lines": _garbage,
    "rows cut short": _short,
    "blank cells": _cell(""),
    "NaN": _cell("NaN"),
    "inf": _cell("inf"),
    "words in cells": _cell("n/a"),
    "numbers no sensor gives": _cell("1e300", 0.005),
    "header repeated": _header_again,
    "rows twice": _duplicated,
    "stamps twice": _stamp(lambda _, row: row - 1, 0.01),
    "stamps backward": _stamp(lambda _, row: row - 40, 0.005),
    "stamps far ahead": _stamp(lambda _, row: row + 3000, 0.005),
    "bursts of one stamp": _bursts,
    "rows missing": _missing,
    "a long gap": _gap,
    "neighbours swapped": _swapped,
    "rows joined": _joined,
    "comments between": _between("# paused", "// went on"),
    "blank lines between": _between("", every=3),
    "clock began anew": _anew,
    "pasted twice": _pasted_twice,
    "a footer": _footer,
    "a third malformed": lambda table, rng: _garbage(table, rng, 0.33),
    "a third blank": _cell("", 0.33),
}

#: Damage to bytes by name.
BYTES: dict[str, Callable[[bytes, Rng], bytes]] = {
    "torn last line": lambda data, rng: data[: -max(len(data.splitlines()[-1]) // 2, 3)],
    "mixed line ends": lambda data, rng: b"".join(
        line.rstrip(b"\r\n") + (b"\r\n" if i % 3 else b"\n")
        for i, line in enumerate(data.splitlines(keepends=True))
    ),
    "old Mac line ends": lambda data, rng: data.replace(b"\r\n", b"\n").replace(b"\n", b"\r"),
    "BOM": lambda data, rng: b"\xef\xbb\xbf" + data,
    "UTF-16": lambda data, rng: data.decode().encode("utf-16"),
    "bytes of another encoding": lambda data, rng: _strewn(data, rng, b"\xb0\xe9\xff"),
    "zero bytes": lambda data, rng: data[: len(data) // 2] + bytes(300) + data[len(data) // 2 :],
    "gzip": lambda data, rng: gzip.compress(data),
    "gzip that ends early": lambda data, rng: gzip.compress(data)[: -len(gzip.compress(data)) // 12],
}


def _strewn(data: bytes, rng: Rng, signs: bytes) -> bytes:
    out = bytearray(data)
    for at in rng.choice(np.arange(len(data) // 20, len(data)), 40, replace=False):
        if out[at] not in b"\r\n":
            out[at] = signs[int(rng.integers(len(signs)))]
    return bytes(out)


ALL = (*LINES, *BYTES)


def damaged(data: bytes, name: str, mark: str, clock: int | None, seed: int = 1) -> bytes:
    """A file's bytes with this damage."""
    rng = np.random.default_rng(seed)
    if name in BYTES:
        return BYTES[name](data, rng)
    end = "\r\n" if b"\r\n" in data else "\n"
    lines = data.decode().split(end)[:-1]
    return (end.join(LINES[name](Table(lines, mark, clock), rng)) + end).encode()
