"""A serial port, or a URL, as chunks of bytes with the host's time; lost and found again without anybody's help.

Lives here: Link with its one reader thread, the list of ports with what each likely is. The only file that knows the
serial package.
Not here: what the bytes mean (decoder.py, dialects/), saving them (recorder.py).
"""

from __future__ import annotations

import contextlib
import os
import queue
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

import serial
from serial.tools import list_ports

from firmware_bridge import frames
from firmware_bridge.errors import LinkLost

#: The sketch's speed on a 16 MHz board, then those that other sketches use most. [baud]
BAUDS = (115_200, 57_600, 9_600, 38_400, 250_000, 500_000, 1_000_000, 230_400)

#: A read waits this long before it looks whether it should stop. [s]  Chosen: ends within a fifth of a second.
READ_S = 0.2

#: A command that cannot be handed to the system for so long is not sent. [s]
WRITE_S = 1.0

#: Between two attempts to find a lost port again. [s]  Chosen.
RETRY_S = 0.25

#: INFO is asked for after this long, and again each time, until somebody says that the sensor was understood. [s]
#: Chosen: an Arduino's bootloader takes 1 to 2 s after the reset that opening causes; a pty answers at once.
HELLO_S = (0.1, 1.0)

#: Chunks that may wait for whoever saves them. Chosen: minutes at 1 kHz; beyond, the system's own buffer holds on.
MOST_WAITING = 20_000

#: Bytes taken at once. [B]
MOST_BYTES = 1 << 16

#: VID, PID -> what is behind; PID None for any. The bridge is named, not the sensor: that takes a handshake.
#: Source: the USB ID registry and the boards' own descriptors.
_KINDS: tuple[tuple[int, int | None, str], ...] = (
    (0x2341, 0x0043, "Arduino Uno"),
    (0x2341, 0x0001, "Arduino Uno"),
    (0x2341, 0x0010, "Arduino Mega"),
    (0x2341, 0x0042, "Arduino Mega"),
    (0x2341, None, "Arduino"),
    (0x2A03, None, "Arduino"),
    (0x1A86, 0x7523, "CH340, as on many Nano boards and WitMotion sensors"),
    (0x1A86, None, "CH34x"),
    (0x0403, 0x6001, "FTDI FT232, as on older Nano boards and Pro Mini adapters"),
    (0x0403, 0x6015, "FTDI FT-X"),
    (0x0403, None, "FTDI"),
    (0x10C4, None, "CP210x, as on many boards with Bluetooth or ESP32"),
    (0x067B, None, "Prolific PL2303"),
    (0x239A, None, "Adafruit board"),
    (0x2E8A, None, "Raspberry Pi Pico"),
)


def _raised_by_unplugging() -> tuple[type[BaseException], ...]:
    """Everything an unplugged port was seen to raise. Source: pyserial issues 331, 341, 401, 417, 446, 572."""
    kinds: tuple[type[BaseException], ...] = (serial.SerialException, OSError, TypeError, ValueError)
    with contextlib.suppress(ImportError):  # there is no termios on Windows
        import termios

        kinds = (*kinds, termios.error)
    return kinds


_UNPLUGGED = _raised_by_unplugging()


@dataclass(frozen=True)
class Port:
    """A port of this machine.

    Attributes
    ----------
    path : str
        What `Link` takes.
    kind : str
        What it likely is, for people; "" when nothing is known.
    likely : bool
        A sensor may well be behind it.
    """

    path: str
    kind: str
    likely: bool


@dataclass(frozen=True)
class Chunk:
    """Bytes that had arrived by ``host_ns`` [ns since 1970 UTC], or that the port was lost or found."""

    data: bytes
    host_ns: int
    change: Literal["", "lost", "found"] = ""


def ports() -> list[Port]:
    """The serial ports of this machine, likely ones first. A pseudo-terminal is not among them; its path is taken as it is."""
    found = []
    for entry in list_ports.comports():
        kind = next((name for vid, pid, name in _KINDS if vid == entry.vid and pid in (None, entry.pid)), "")
        words = (entry.description or "").lower()
        if not kind and ("bluetooth" in words or "rfcomm" in entry.device):
            kind = "Bluetooth"
        if not kind and entry.vid is not None:
            kind = f"USB {entry.vid:04x}:{entry.pid:04x} {entry.description or ''}".strip()
        found.append(Port(entry.device, kind, entry.vid is not None or kind == "Bluetooth"))
    return sorted(found, key=lambda port: (not port.likely, port.path))


class Link:
    """Bytes from a port, by name, path or URL (``socket://``, ``rfc2217://``, ``loop://``).

    One thread reads, opens again after an unplugging, and asks our sketch for INFO after each opening until `greeted`.

    Parameters
    ----------
    port : str
    baud : int
    reconnect : bool
        Look for the port again when it goes away; otherwise the chunks end there.

    Raises
    ------
    LinkLost
        If the port cannot be opened.
    """

    def __init__(
        self, port: str, baud: int = BAUDS[0], *, reconnect: bool = True, hello: bool = True
    ) -> None:
        self.port, self.baud = port, baud
        #: No more will come: it was closed, or lost and not to be found again.
        self.ended = False
        self._reconnect, self._hello = reconnect, hello
        self._greeted = threading.Event()
        self._stop = threading.Event()
        self._waiting: queue.Queue[Chunk | None] = queue.Queue(MOST_WAITING)
        self._writing = threading.Lock()
        self._serial: Any = _opened(port, baud)
        self._thread = threading.Thread(target=self._run, name=f"gait link {port}", daemon=True)
        self._thread.start()

    def chunks(self, timeout_s: float | None = None) -> Iterator[Chunk]:
        """Chunks as they come, until the link is closed.

        Parameters
        ----------
        timeout_s : float, optional
            Yield an empty chunk when nothing came for so long, so that the caller can look at its own clock.
        """
        while not self.ended:
            try:
                chunk = self._waiting.get(timeout=timeout_s)
            except queue.Empty:
                yield Chunk(b"", time.time_ns())
                continue
            if chunk is None:
                self.ended = True
                return
            yield chunk

    def send(self, frame: bytes) -> bool:
        """Send a command; False when the port is not there just now."""
        with self._writing:
            port = self._serial
            if port is None:
                return False
            try:
                port.write(frame)
                return True
            except _UNPLUGGED:
                return False

    def greeted(self) -> None:
        """Somebody understood the sensor: INFO need not be asked for again until the port is opened anew."""
        self._greeted.set()

    def set_baud(self, baud: int) -> None:
        """Listen at another speed, without opening the port anew."""
        self.baud = baud
        with self._writing, contextlib.suppress(*_UNPLUGGED):
            if self._serial is not None:
                self._serial.baudrate = baud
                self._serial.reset_input_buffer()
        while True:
            try:
                self._waiting.get_nowait()
            except queue.Empty:
                return

    @property
    def has_speed(self) -> bool:
        """Whether the port has a speed that can be a wrong one; a network connection has none."""
        return not self.port.startswith("socket://")

    def close(self) -> None:
        """Stop reading and close the port; twice does no harm."""
        self._stop.set()
        self._thread.join(10 * READ_S)
        self._shut()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # ------------------------------------------------------------ the thread

    def _run(self) -> None:
        hello_at = time.monotonic() + HELLO_S[0]
        while not self._stop.is_set():
            if self._serial is None:
                if not self._reconnect:
                    break
                self._stop.wait(RETRY_S)
                with contextlib.suppress(LinkLost):
                    self._serial = _opened(self.port, self.baud)
                    self._greeted.clear()
                    hello_at = time.monotonic() + HELLO_S[0]
                    self._put(Chunk(b"", time.time_ns(), "found"))
                continue
            try:
                data = self._read()
            except _UNPLUGGED:
                self._shut()
                self._put(Chunk(b"", time.time_ns(), "lost"))
                continue
            if data:
                self._put(Chunk(data, time.time_ns()))
            if self._hello and not self._greeted.is_set() and time.monotonic() >= hello_at:
                self.send(frames.command(frames.ASK_INFO))
                hello_at = time.monotonic() + HELLO_S[1]
        self._end()

    def _read(self) -> bytes:
        """What there is, or the first byte that comes within READ_S."""
        port = self._serial
        data = bytes(port.read(min(port.in_waiting or 1, MOST_BYTES)))
        if data and self.port.startswith("socket://"):
            # pyserial knows of a socket only that there is something, not how much: take the rest without waiting.
            port.timeout = 0
            with contextlib.suppress(
                *_UNPLUGGED
            ):  # gone meanwhile: the next read says so, and these bytes are ours
                data += bytes(port.read(MOST_BYTES))
            port.timeout = READ_S
        return data

    def _put(self, chunk: Chunk) -> None:
        while not self._stop.is_set():
            with contextlib.suppress(queue.Full):
                self._waiting.put(chunk, timeout=READ_S)
                return

    def _end(self) -> None:
        """Tell whoever listens that no more comes, even when nobody makes room."""
        while True:
            with contextlib.suppress(queue.Full):
                self._waiting.put_nowait(None)
                return
            with contextlib.suppress(queue.Empty):
                self._waiting.get_nowait()

    def _shut(self) -> None:
        with self._writing:
            port, self._serial = self._serial, None
            if port is not None:
                with contextlib.suppress(*_UNPLUGGED):
                    port.close()


def _opened(port: str, baud: int) -> Any:
    """The open port, alone ours where the system can say so."""
    settings: dict[str, Any] = {"baudrate": baud, "timeout": READ_S}
    if "://" not in port:  # pyserial's rfc2217 has no limit for writing
        settings["write_timeout"] = WRITE_S
        if os.name == "posix":
            settings["exclusive"] = True
    try:
        return serial.serial_for_url(port, **settings)
    except _UNPLUGGED as error:
        raise _why_not(port, error) from error


def _why_not(port: str, error: BaseException) -> LinkLost:
    """The sentence for a port that cannot be opened."""
    number = getattr(error, "errno", None)
    text = str(error)
    if "://" in port:
        return _why_no_url(port, " ".join(text.split()))
    if number == 13 or "Permission" in text or "Access is denied" in text:
        return LinkLost(
            f"{port} may not be opened by you. On Linux: sudo usermod -a -G dialout $USER, then log in again.",
            reason="denied",
        )
    if number in (11, 16) or "exclusively lock" in text or "busy" in text:
        return LinkLost(
            f"{port} is in use by another program. Close it there (the Arduino IDE's serial monitor, say).",
            reason="busy",
        )
    if number == 25 or "Inappropriate ioctl" in text or Path(port).is_dir():
        return LinkLost(f"{port} is no serial port. gait ports lists those that are there.", reason="absent")
    if number == 2 or "No such file" in text or "FileNotFoundError" in text or "could not open port" in text:
        return LinkLost(f"There is no port {port}. gait ports lists those that are there.", reason="absent")
    return LinkLost(f"{port} cannot be opened: {' '.join(text.split())[:160]}.", reason="lost")


def _why_no_url(port: str, text: str) -> LinkLost:
    """The sentence for a URL at which nobody is, or that is none."""
    kind, _, place = port.partition("://")
    if kind in ("socket", "rfc2217"):
        host, _, number = place.partition("/")[0].partition("?")[0].rpartition(":")
        if not host or not number.isdecimal():
            return LinkLost(f"{port} names no place; it is written {kind}://host:port.", reason="absent")
        why = text.rpartition("] ")[2] if "[Errno" in text else text.rpartition(": ")[2]
        return LinkLost(
            f"Nobody could be reached at {port} ({why.strip()[:120]}). Is the server running there, and of this kind?",
            reason="absent",
        )
    return LinkLost(f"{port} cannot be opened: {text[:160]}.", reason="lost")
