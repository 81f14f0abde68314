"""One live run: what the recorder hears on one side, what there is to show on the other.

Lives here: Session, where the recorder's thread and the one that looks meet; what happened to the connection.
Not here: port, capture and bytes (firmware_bridge), what is there now (listening.py), how it is shown (view.py).
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from firmware_bridge.vitals import Vitals
from gait.calibration.calibration import Calibration
from gait.errors import GaitError
from gait.live.listening import WINDOW_S, Listening, Look
from gait.readers.arrivals import Arrivals
from gait.readers.words import Units
from gait.recording import Placement

if TYPE_CHECKING:
    from firmware_bridge.recorder import Heard

#: A sensor that says nothing for so long is said to be silent. [s]  Chosen: Bluetooth holds its breath for one.
SILENT_S = 2.0

#: Damage this near to an unplugging is the torn frame it left. [s]
TORN_S = 1.5

#: Damage is told of again after so long at the earliest. [s]  Chosen: one calm line, not a stream of them.
TOLD_AGAIN_S = 30.0

#: So many of the things that happened are kept to be shown. Chosen.
MOST_HAPPENED = 50

#: Marks nearer to each other are one moment, and there is an end to them. [s]  Chosen: several viewers may press at once.
MARKS_APART_S, MOST_MARKS = 0.5, 1000

Connection = Literal["connected", "away", "silent", "replay", "closed"]


@dataclass(frozen=True)
class Happened:
    """Something that happened, by its key in the words, when in the run [s], and the values of its sentence."""

    at_s: float
    key: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class State:
    """All there is to show.

    Attributes
    ----------
    look : Look or None
        None before the first samples are understood.
    passed_s : float
        Since the run began. [s]
    connection : Connection
    sensor : str
        Who speaks, for people.
    file : str
        What is recorded into, or played; "" for none.
    written : int
        [B]
    samples, lost : int
    rate_hz : float
        Over the last seconds.
    happened : tuple of Happened
        Latest last.
    moments : tuple of float
        What was marked, in seconds since the run began. [s]
    why : str
        Why nothing is understood, "" when nothing is amiss.
    newest_ns : int
        Host time at which the newest sample shown had arrived. [ns since 1970 UTC]
    speed : float
        Times true speed.
    """

    look: Look | None
    passed_s: float
    connection: Connection
    sensor: str
    file: str = ""
    written: int = 0
    samples: int = 0
    lost: int = 0
    rate_hz: float = 0.0
    happened: tuple[Happened, ...] = ()
    moments: tuple[float, ...] = ()
    why: str = ""
    newest_ns: int = 0
    speed: float = 1.0


class Session:
    """Hear on one thread, look on another.

    Parameters
    ----------
    sensor : str
        Who speaks, for people.
    file : str
        What is recorded into.
    placement, calibration, facing
        As for Pipeline.
    units : Units, optional
        Of a text line, as the caller knows them.
    window_s : float
        [s]
    """

    def __init__(
        self,
        sensor: str,
        file: str,
        *,
        placement: Placement = "unknown",
        calibration: Calibration | None = None,
        facing: str | None = None,
        units: Units | None = None,
        window_s: float = WINDOW_S,
    ) -> None:
        self._sensor, self._file = sensor, file
        self._placement, self._calibration, self._facing = placement, calibration, facing
        self._window_s = window_s
        self._arrivals = Arrivals(sensor, units=units)
        self._vitals = Vitals()
        self._listening: Listening | None = None
        self._look: Look | None = None
        self._why = ""
        self._lock = threading.Lock()
        self._begin = time.monotonic()
        self._heard_at = self._begin
        self._away_since: float | None = None
        self._changed_at = -1e9
        self._damage_told = -1e9
        self._damaged = self._restarts = 0
        self._closed = False
        self._newest_ns = self._seen_ns = self._written = 0
        self._happened: deque[Happened] = deque(maxlen=MOST_HAPPENED)
        self._moments: list[float] = []
        self._marks: deque[float] = deque()
        self._again = False

    # ------------------------------------------------------------ the recorder's thread

    def heard(self, item: Heard, written: int) -> None:
        """Events of one chunk, which are in the capture already."""
        now = time.monotonic()
        with self._lock:
            self._written = written
            before = self._vitals.samples
            self._vitals.take(item.events, item.host_ns)
            if item.change == "lost":
                self._vitals.restarted()
                self._away_since = self._changed_at = now
                self._tell("unplugged")
            elif item.change == "found" and self._away_since is not None:
                self._tell("plugged", away=max(1, round(now - self._away_since)))
                self._away_since, self._changed_at = None, now
            if self._vitals.samples > before:
                self._heard_at, self._newest_ns = now, item.host_ns
            self._arrivals.take(item.events, item.host_ns)
            damaged, self._damaged = self._vitals.damaged - self._damaged, self._vitals.damaged
            torn = now - self._changed_at < TORN_S
            if damaged and not torn and before and now - self._damage_told > TOLD_AGAIN_S:
                self._damage_told = now
                self._tell("damaged")

    def marks(self) -> list[float]:
        """Moments that were marked since the last time, for the capture. [s]."""
        out = []
        while self._marks:
            out.append(self._marks.popleft())
        return out

    def close(self) -> None:
        """Nothing more will be heard."""
        with self._lock:
            self._closed = True

    # ------------------------------------------------------------ anybody's thread

    def mark(self) -> None:
        """Mark this moment."""
        with self._lock:
            at = time.monotonic() - self._begin
            if (self._moments and at - self._moments[-1] < MARKS_APART_S) or len(self._moments) >= MOST_MARKS:
                return
            self._moments.append(at)
            self._marks.append(at)

    def again(self) -> None:
        """The sensor was put on anew: calibrate again."""
        self._again = True

    # ------------------------------------------------------------ the thread that looks

    def state(self) -> State:
        """Take in what arrived, look, and say what there is to show."""
        with self._lock:
            self._seen_ns = self._newest_ns
        try:
            if self._take_in():
                self._why = ""
        except GaitError as error:
            self._why = str(error)
        with self._lock:
            if self._arrivals.restarts > self._restarts:
                # An unplugging that ends in a reset is told of once.
                if time.monotonic() - self._changed_at > 2 * TORN_S and self._away_since is None:
                    self._tell("reset")
                self._restarts = self._arrivals.restarts
            return State(
                look=self._look,
                passed_s=time.monotonic() - self._begin,
                connection=self._connection(),
                sensor=self._sensor,
                file=self._file,
                written=self._written,
                samples=self._vitals.samples,
                lost=self._vitals.lost,
                rate_hz=self._vitals.rate_hz,
                happened=tuple(self._happened),
                moments=tuple(self._moments),
                why=self._why or self._arrivals.why,
                newest_ns=self._seen_ns,
            )

    def _take_in(self) -> bool:
        """Look at what arrived; whether there was any."""
        samples = self._arrivals.samples()
        if samples is None:
            return False
        if self._listening is None:
            self._listening = Listening(
                self._arrivals.rate_hz or 0.0,
                placement=self._placement,
                calibration=self._calibration,
                facing=self._facing,
                window_s=self._window_s,
            )
        if self._again:
            self._again = False
            self._listening.again()
        self._listening.push(samples)
        self._look = self._listening.look()
        return True

    def _connection(self) -> Connection:
        if self._closed:
            return "closed"
        if self._away_since is not None:
            return "away"
        return "silent" if time.monotonic() - self._heard_at > SILENT_S else "connected"

    def _tell(self, key: str, **values: object) -> None:
        self._happened.append(Happened(time.monotonic() - self._begin, key, values))
