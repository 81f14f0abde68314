"""A recording played as if it happened now.

Lives here: Replay, which gives the same State as a live run, by the clock on the wall.
Not here: reading the file (readers/), the rest of the view.
"""

from __future__ import annotations

import threading
import time

from gait.calibration.calibration import Calibration
from gait.errors import GaitError
from gait.live.listening import Listening, Look
from gait.live.session import State
from gait.recording import Placement, Recording


class Replay:
    """Plays a recording's samples at some speed.

    Parameters
    ----------
    recording : Recording
    speed : float
        Times true speed.
    placement, calibration, facing
        As for Pipeline.
    """

    def __init__(
        self,
        recording: Recording,
        *,
        speed: float = 1.0,
        placement: Placement | None = None,
        calibration: Calibration | None = None,
        facing: str | None = None,
    ) -> None:
        self._recording, self._speed = recording, speed
        self._listening = Listening(
            recording.rate_hz,
            placement=placement or recording.placement,
            calibration=calibration,
            facing=facing,
        )
        self._begin = time.monotonic()
        self._at = 0
        self._look: Look | None = None
        self._why = ""
        self._moments: list[float] = []
        self._lock = threading.Lock()
        self._again = self._closed = False

    @property
    def over(self) -> bool:
        """All is due, whether or not anybody still looks."""
        t = self._recording.samples.t
        return self._passed() > float(t[-1] - t[0])

    def mark(self) -> None:
        """Mark this moment, for whoever watches; nothing is written."""
        with self._lock:
            self._moments.append(self._passed())

    def again(self) -> None:
        """Calibrate again."""
        self._again = True

    def close(self) -> None:
        """Nothing more will be played."""
        self._closed = True

    def state(self) -> State:
        """Play what is due, look, and say what there is to show."""
        s = self._recording.samples
        stop = int(s.t.searchsorted(s.t[0] + self._passed(), side="right"))
        if stop > self._at:
            if self._again:
                self._again = False
                self._listening.again()
            self._listening.push(s[self._at : stop])
            self._at = stop
            try:
                self._look = self._listening.look()
            except GaitError as error:
                self._why = str(error)
        with self._lock:
            return State(
                look=self._look,
                passed_s=min(self._passed(), float(s.t[-1] - s.t[0])),
                connection="closed" if self._closed else "replay",
                sensor=self._recording.device,
                file=self._recording.source,
                samples=self._at,
                rate_hz=self._recording.rate_hz,
                moments=tuple(self._moments),
                why=self._why,
                newest_ns=time.time_ns(),
                speed=self._speed,
            )

    def _passed(self) -> float:
        """Seconds of the recording that are due by now."""
        return (time.monotonic() - self._begin) * self._speed
