"""The file that survives: the wire's own bytes as they came, with the host's time between them.

Lives here: Capture, which appends and syncs; `read`, which reads a file while it is written, torn or whole.
Not here: ports (link.py), what the events mean (gait's readers).
"""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from firmware_bridge import frames
from firmware_bridge.decoder import Feed
from firmware_bridge.errors import CaptureError
from firmware_bridge.events import Event

#: Marks are at least this far apart. [ns]  Chosen: ten a second tell the host's time to 0.1 ms and cost 3 % of a 200 Hz run.
MARK_NS = 100_000_000

#: The file is synced to the disk this often. [ns]  Chosen: a second is what a crash may cost.
SYNC_NS = 1_000_000_000

#: Bytes read at once. [B]
READ_BYTES = 1 << 22


class Capture:
    """Append-only file of one run.

    Parameters
    ----------
    path : Path
        Must not exist yet.
    notes : mapping of str to str
        What a reader should know: ``wire``, ``port``, ``columns``, ``units``.
    boundary : bytes or None
        Marks go behind the last of these in a chunk (a zero for our own wire, a line end for text), so that none stands
        inside a frame; None where the wire has no such byte.
    clock_ns : callable
        Monotonic; decides when to mark and to sync. [ns]

    Raises
    ------
    CaptureError
        If the file is there already, or cannot be written.
    """

    def __init__(
        self,
        path: Path,
        notes: Mapping[str, str] | None = None,
        *,
        boundary: bytes | None = b"\0",
        clock_ns: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self.path, self._boundary, self._clock_ns = path, boundary, clock_ns
        self.written = 0
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | getattr(os, "O_BINARY", 0)
        try:
            self._file = os.open(path, flags, 0o644)
        except FileExistsError as error:
            raise CaptureError(f"{path} is there already; name another with -o.", reason="exists") from error
        except OSError as error:
            raise CaptureError(
                f"{path} cannot be written: {error.strerror or error}.", reason="unwritable"
            ) from error
        self._open = True
        self._notes = b""
        self._marked = clock_ns() - MARK_NS
        self._synced = clock_ns()
        self._write(b"".join(frames.encode_note(key, value) for key, value in (notes or {}).items()))

    def append(self, chunk: bytes, host_ns: int) -> None:
        """Save bytes that had arrived by ``host_ns``; a mark where one is due and a sync where one is due.

        Raises
        ------
        CaptureError
            If the disk is full or fails; what was written before is whole and stays readable.
        """
        now = self._clock_ns()
        if self._notes or now - self._marked >= MARK_NS:
            at = len(chunk) if self._boundary is None else chunk.rfind(self._boundary) + 1
            if at:
                chunk = chunk[:at] + frames.encode_mark(host_ns) + self._notes + chunk[at:]
                self._marked, self._notes = now, b""
        self._write(chunk)
        if now - self._synced >= SYNC_NS:
            self.sync()
            self._synced = now

    def note(self, key: str, value: str) -> None:
        """Leave a note among the samples, behind the next whole frame that comes."""
        self._notes += frames.encode_note(key, value)

    def sync(self) -> None:
        """Have the disk hold all that was written."""
        try:
            os.fsync(self._file)
        except OSError as error:
            raise self._failed(error) from error

    def close(self) -> None:
        """Sync and close; twice does no harm."""
        if not self._open:
            return
        self._open = False
        try:
            self._write(self._notes)  # no frame came behind which they could stand
            os.fsync(self._file)
        except OSError as error:
            raise self._failed(error) from error
        finally:
            os.close(self._file)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _write(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            try:
                done = os.write(self._file, rest)
            except OSError as error:
                raise self._failed(error) from error
            self.written += done
            rest = rest[done:]

    def _failed(self, error: OSError) -> CaptureError:
        """The sentence for a disk that does not take more."""
        full = error.errno in (errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC))
        what = "no room is left for it" if full else error.strerror or str(error)
        return CaptureError(
            f"{self.path.name} could not be written further: {what}. The {self.written} bytes before are whole and can be "
            f"analysed: gait analyze {self.path}",
            reason="full" if full else "unwritable",
        )


def chunks(path: Path) -> Iterator[bytes]:
    """The bytes of a capture, piece by piece, as far as they are there."""
    with path.open("rb") as file:
        while piece := file.read(READ_BYTES):
            yield piece


def read(path: Path, decoder: Feed) -> Iterator[Event]:
    """The events of a capture.

    Parameters
    ----------
    path : Path
    decoder : Feed
        Of the wire it holds, see `firmware_bridge.dialects.decoder_of`.
    """
    for piece in chunks(path):
        yield from decoder.feed(piece)
    yield from decoder.close()
