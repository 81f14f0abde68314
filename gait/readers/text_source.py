"""The bytes of one file, whatever wraps them.

Lives here: opening a file, plain or packed, its head, and the rest piece by piece, within bounds.
Not here: what stands in it (head.py), numbers from it (rows.py).
"""

from __future__ import annotations

import codecs
import gzip
import io
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from gait.errors import ReadError

#: Bytes looked at to find out how a table is written. Chosen: every known preamble is below 4 kB.
HEAD_BYTES = 1 << 16

#: Bytes parsed at once. [B]  Chosen: above 1 MiB the speed is flat, and a block costs four times its size in memory.
BLOCK_BYTES = 1 << 22

#: Lines longer than this are no table. [B]  Chosen: 60 times the widest export seen.
LONGEST_LINE = 1 << 20

#: More text than this is not unpacked. [B]  Chosen: MOST_ROWS of 200 bytes each.
MOST_BYTES = 4_000_000_000

#: Characters that open a comment line.
COMMENTS = (b"#", b"//", b"%")

#: Whole lines of comment.
COMMENT_LINES = re.compile(rb"(?:\A|(?<=[\r\n]))[ \t]*(?:#|//|%)[^\r\n]*[\r\n]*")


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
    packed_bytes : int or None
        Size of the packed file, None for one that is not packed.
    ended_early : bool
        True once a packed file turned out to be cut or damaged; what came before is good.
    """

    def __init__(
        self, stream: IO[bytes], name: str, size: int | None = None, packed_bytes: int | None = None
    ) -> None:
        self.name = name
        self.packed_bytes = packed_bytes
        self.ended_early = False
        self.text_bytes = size
        self._stream: IO[bytes] | gzip.GzipFile = stream
        self._given = 0
        packed = stream.peek(2)[:2] if isinstance(stream, io.BufferedReader) else b""
        if packed == b"\x1f\x8b":
            self._stream = gzip.GzipFile(fileobj=stream)
            self.text_bytes = None if size is None else 4 * size
            self.packed_bytes = size
        self.head = self._take(HEAD_BYTES)
        if self.head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            whole = self.head + self._take(MOST_BYTES // 16)
            self._stream = io.BytesIO(whole.decode("utf-16", "replace").encode())
            self.head, self._given = self._take(HEAD_BYTES), 0
        self.head = self._past_comments(self.head.removeprefix(codecs.BOM_UTF8))

    @staticmethod
    def open(path: Path) -> TextSource:
        """Open a file, plain or gzip, by what is in it and not by its name."""
        return TextSource(path.open("rb"), path.name, path.stat().st_size)

    def close(self) -> None:
        """Close what was opened."""
        self._stream.close()

    def _past_comments(self, head: bytes) -> bytes:
        """The head, with comment lines left out that fill it to its end."""
        kept = head
        if not head.lstrip(b"\x00\r\n\t ").startswith(COMMENTS):
            return head
        while len(head) >= HEAD_BYTES // 2 and not COMMENT_LINES.sub(b"", head).strip(b"\x00\r\n\t "):
            last = head[head.rfind(b"\n") + 1 :][-LONGEST_LINE:]
            head = last + self._take(BLOCK_BYTES)
            if len(head) == len(last):
                return kept
        if head is kept:
            return head
        body = COMMENT_LINES.sub(b"", head)
        return kept[: kept.rfind(b"\n", 0, HEAD_BYTES // 2) + 1] + body

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
