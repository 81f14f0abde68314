"""A sensor that is not there, on a pseudo-terminal: it sends, obeys commands like the sketch, and can be unplugged.

Lives here: VirtualSensor; which such sensors are alive on this computer.
Not here: the bytes it sends (sensor_stream.py), the real sketch (firmware/, bench/).
"""

from __future__ import annotations

import contextlib
import os
import select
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Self

from numpy import int16
from numpy.typing import NDArray

from firmware_bridge import frames
from firmware_bridge.errors import BadFrame, LinkLost
from firmware_bridge.events import AFTER_RESET, SENDING, Ack, Chip, Pong
from firmware_bridge.sensor_stream import Faults, stream

#: Between two looks at the clock and the line. [s]  Chosen: a sample at 1 kHz is 1 ms; this is what a pty carries smoothly.
PULSE_S = 0.004

#: When nobody reads, the line is given so long before bytes are lost, as on a wire. [s]
PATIENCE_S = 0.5

#: How the folder with a made-up sensor's port begins, in the system's folder for passing files.
FOLDER = "gait-sensor-"


def running() -> list[str]:
    """Ports of made-up sensors on this computer that are alive."""
    found: list[str] = []
    if os.name != "posix":  # none can be there, and asking after a process would end it on Windows
        return found
    for owner in sorted(Path(tempfile.gettempdir()).glob(f"{FOLDER}*/owner")):
        try:
            if owner.stat().st_uid != os.getuid():  # anybody can put a folder of this name there
                continue
            os.kill(int(owner.read_text()), 0)
        except (OSError, ValueError):
            # Whoever made it is gone, and its pseudo-terminal may be somebody else's by now.
            continue
        port = owner.with_name("port")
        if port.is_symlink():
            found.append(str(port))
    return found


class VirtualSensor:
    """Plays readings on a pseudo-terminal. Opening the port resets it, as with an Arduino.

    Parameters
    ----------
    counts : (n, 6) array
    chip, faults : optional
    speed : float
        Times true speed.
    loop : bool
        Begin again at the end; otherwise fall silent.

    Raises
    ------
    LinkLost
        Where there are no pseudo-terminals (Windows).
    """

    def __init__(
        self,
        counts: NDArray[int16],
        chip: Chip | None = None,
        faults: Faults | None = None,
        *,
        speed: float = 1.0,
        loop: bool = True,
    ) -> None:
        self._counts, self._chip, self._faults = counts, chip or Chip(), faults or Faults()
        self._speed, self._loop = speed, loop
        self._folder = tempfile.TemporaryDirectory(prefix=FOLDER)
        (Path(self._folder.name) / "owner").write_text(str(os.getpid()))
        #: Path of the port; stays the same when it is unplugged and plugged in again.
        self.path = str(Path(self._folder.name) / "port")
        self._stop = threading.Event()
        self._out = threading.Event()
        self._master = self._slave = -1
        self._heard = b""
        self._backlog = b""
        self._sending = True
        self._resets = 0
        self._finished = threading.Event()
        self._begin = self._played = 0.0
        self._frames: Iterator[tuple[float, bytes]] = iter(())
        self._next: tuple[float, bytes] | None = None
        self._thread: threading.Thread | None = None
        try:
            self._plug_in()
        except BaseException:
            self._folder.cleanup()
            raise

    @property
    def resets(self) -> int:
        """How often somebody opened the port."""
        return self._resets

    @property
    def played_s(self) -> float:
        """Seconds of the run that were sent since the last reset. [s]."""
        return self._played

    @property
    def finished(self) -> bool:
        """All was played (never with ``loop``)."""
        return self._finished.is_set()

    def start(self) -> Self:
        """Play in a thread of its own."""
        self._thread = threading.Thread(target=self.run, name="gait virtual sensor", daemon=True)
        self._thread.start()
        return self

    def run(self) -> None:
        """Play until `close`."""
        while not self._stop.is_set():
            if self._out.is_set():
                self._pull_out()
                time.sleep(PULSE_S)
                continue
            if self._master < 0:
                self._plug_in()
            self._listen()
            self._play()

    def unplug(self) -> None:
        """Pull the plug: whoever reads gets an error, and the port is gone."""
        self._out.set()

    def replug(self) -> None:
        """Put it back under the same path."""
        self._out.clear()

    def close(self) -> None:
        """Stop and take the port away."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(5.0)
        self._pull_out()
        self._folder.cleanup()

    def __enter__(self) -> Self:
        return self.start() if self._thread is None else self

    def __exit__(self, *_: object) -> None:
        self.close()

    # ------------------------------------------------------------ the port

    def _plug_in(self) -> None:
        try:
            import fcntl
            import termios
            import tty
        except ImportError as error:
            raise LinkLost(
                "A made-up sensor needs pseudo-terminals, which this system does not have. "
                "Use Linux, macOS or WSL, or analyse a sample: gait sample my-sample.",
                reason="unsupported",
            ) from error
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        # Packet mode tells when somebody opens the port: opening flushes what had come in before.
        fcntl.ioctl(self._master, termios.TIOCPKT, b"\1\0\0\0")
        link = Path(self.path)
        passing = link.with_suffix(".new")
        passing.unlink(missing_ok=True)
        passing.symlink_to(os.ttyname(self._slave))
        passing.replace(link)
        self._backlog, self._heard = b"", b""
        self._reset()

    def _pull_out(self) -> None:
        if self._master >= 0:
            Path(self.path).unlink(missing_ok=True)
            for end in (self._master, self._slave):
                with contextlib.suppress(OSError):
                    os.close(end)
            self._master = self._slave = -1

    def _reset(self) -> None:
        self._frames = stream(self._counts, self._chip, self._faults, loop=self._loop)
        self._next = next(self._frames, None)
        self._begin, self._played = time.monotonic(), 0.0
        self._sending, self._backlog = True, b""
        self._finished.clear()

    # ------------------------------------------------------------ in and out

    def _listen(self) -> None:
        """Wait a pulse for commands, and obey."""
        wants = [self._master] if self._backlog else []
        with contextlib.suppress(OSError, ValueError):
            readable, _, _ = select.select([self._master], wants, [], PULSE_S if not wants else 0.0)
            if not readable:
                return
            packet = os.read(self._master, 4096)
            if packet[:1] != b"\0":
                if packet[0] & 0x01:  # TIOCPKT_FLUSHREAD: the port was opened
                    self._resets += 1
                    self._reset()
                return
            self._heard = (self._heard + packet[1:])[-4096:]
            *whole, self._heard = self._heard.split(b"\0")
            for frame in whole:
                self._obey(frame)

    def _tick(self) -> int:
        own = (time.monotonic() - self._begin) * self._speed * (1.0 + 1e-6 * self._faults.clock_ppm)
        return int(self._faults.first_tick + own * 1e6) & 0xFFFFFFFF

    def _obey(self, frame: bytes) -> None:
        found = frames.unpack(frame) if frame else ""
        if isinstance(found, str):
            return
        kind, payload = found
        values = (
            [int.from_bytes(payload, "little")]
            if kind == frames.PING and len(payload) == 4
            else list(payload)
        )
        if kind not in range(frames.START, frames.BATCH + 1):
            answer = frames.encode_ack(Ack(kind, 1)) if kind >= 0x80 else b""
        elif kind == frames.PING and len(payload) == 4:
            now = self._tick()
            answer = frames.encode_pong(Pong(values[0], now, now))
        elif kind == frames.ASK_INFO and not payload:
            answer = frames.encode_info(self._now())
        else:
            answer = self._change(kind, values)
        self._backlog = answer + self._backlog if not self._backlog else self._backlog + answer

    def _now(self) -> Chip:
        state = (self._chip.state | SENDING if self._sending else self._chip.state & ~SENDING) & ~AFTER_RESET
        return replace(self._chip, state=state, tick=self._tick())

    def _change(self, kind: int, values: list[int]) -> bytes:
        """Obey a command that changes something. The rate of the readings is fixed, so a divider is refused."""
        try:
            frames.command(kind, *values)
        except BadFrame:
            lengths = {
                frames.RANGES: 2,
                frames.SET_ID: 8,
                frames.START: 0,
                frames.STOP: 0,
                frames.ASK_INFO: 0,
            }
            return frames.encode_ack(Ack(kind, 2 if len(values) != lengths.get(kind, 1) else 3))
        if kind in (frames.START, frames.STOP):
            self._sending = kind == frames.START
            return frames.encode_ack(Ack(kind, 0))
        if kind == frames.SET_ID:
            self._chip = replace(self._chip, device_id=bytes(values))
        elif (kind, *values) not in (
            (frames.DIVIDER, self._chip.divider),
            (frames.RANGES, self._chip.acc_range, self._chip.gyr_range),
            (frames.FILTER, self._chip.dlpf),
            (frames.BATCH, self._chip.per_frame),
        ):
            return frames.encode_ack(Ack(kind, 3))
        return frames.encode_ack(Ack(kind, 0)) + frames.encode_info(self._now())

    def _play(self) -> None:
        """Send what is due."""
        now = (time.monotonic() - self._begin) * self._speed
        parts = [self._backlog]
        waiting = len(self._backlog)
        while self._next is not None and self._next[0] <= now and waiting < 1 << 16:
            if self._sending or self._next[1][1:2] != bytes([frames.DATA]):
                parts.append(self._next[1])
                waiting += len(self._next[1])
            self._played = self._next[0]
            self._next = next(self._frames, None)
        self._backlog = b"".join(parts)
        if self._next is None and not self._backlog:
            self._finished.set()
        if not self._backlog:
            return
        try:
            done = os.write(self._master, self._backlog)
            self._backlog = self._backlog[done:]
        except BlockingIOError:
            # Nobody reads. A wire would have lost these; at many times true speed a reader may merely be late.
            _, writable, _ = select.select([], [self._master], [], PATIENCE_S if self._speed > 1 else 0.0)
            if not writable:
                self._backlog = b""
        except OSError:
            self._backlog = b""
