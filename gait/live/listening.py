"""Samples in, what is there now out.

Lives here: Listening, the one Pipeline of a live run with its trailing window; calibration as the samples come:
standing, setting off, the sensor understood. Remembers the standing, the mounting, and the strides (ledger.py).
Not here: where samples come from (session.py, replay.py), words (view.py), any signal processing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Literal

import numpy as np

from gait import rotations
from gait.analysis import Analysis
from gait.calibration.calibration import Calibration
from gait.facing import Mounting
from gait.live.ledger import Ledger, Told
from gait.pipeline import Pipeline
from gait.recording import Placement, Samples
from gait.rotations import Floats
from gait.series import Series
from gait.standing import SHORTEST_STANDING, Standing
from gait.units import G

#: The window that is looked at. [s]  Source: tests/gait/live/test_listening.py, strides settled in 30 s are the offline ones.
WINDOW_S = 30.0

#: Before so much is there nothing is looked at. [s]  Chosen: standing is found from 2 s on.
FIRST_S = 2.0

#: Quiet standing that is asked for. [s]  Source: the rule of the traits, 5 s.
STAND_S = 5.0

#: What a number says is the mean over so long, without the newest second, whose inclination still settles. [s]
#: Chosen: 14 strides; the mean lean of a steady runner then moves by 0.2°.
NOW_S, NEWEST_S = 10.0, 1.0

#: Fewest strides that make a number. [strides]  Chosen: 3 s.
FEWEST_NOW = 4

#: Strides from which the mounting is kept. [strides]  Chosen: 17 to 22 s of running, while standing and set-off are
#: still inside the window; more changed the forward axis by less than its own uncertainty.
STRIDES_TO_LEARN = 26

#: A forward axis less sure than this is no axis. [°]  Source: as the measures have it.
NO_AXIS_DEG = 45.0

#: A bout that ended this long before the newest sample is over: its end is found that late. [s]  Chosen: a window of
#: the bouts' own looks (0.45 s), a step, and as much again for standing.
STILL_GOES_ON_S, RUN_GOES_ON_S = 0.9, 1.5

#: The ribbons reach back so far. [s]
MINUTE_S = 60.0

#: The figure moves by so much of the newest motion, so finely. [s], [Hz]  Chosen: a message each half second may come
#: twice as late; 25 Hz draws a step of 0.35 s round.
MOTION_S, MOTION_HZ = 3.0, 25.0

Phase = Literal["waiting", "stand", "set_off", "learning", "running", "standing", "walking", "pause"]


@dataclass(frozen=True)
class Band:
    """A number of now.

    Attributes
    ----------
    value : float
        Mean over the strides of the last NOW_S.
    low, high : float
        10th and 90th percentile of the strides in the window.
    sigma : float
        One standard deviation of what is not known of ``value``, statistical and systematic.
    n : int
        Strides in ``value``.
    """

    value: float
    low: float
    high: float
    sigma: float
    n: int


@dataclass(frozen=True)
class Moving:
    """How the trunk moved just now, MOTION_HZ; angles [°] NaN where not known, height [cm] around its mean."""

    t: Floats
    lean_deg: Floats
    rotation_deg: Floats
    sway_deg: Floats
    height_cm: Floats


@dataclass(frozen=True)
class Look:
    """What is there now.

    Attributes
    ----------
    t : float
        Of the newest sample, in the recording's own time. [s]
    phase : Phase
    still_s : float
        How long it has been still, up to STAND_S and beyond; 0 while it moves. [s]
    mounting : Mounting or None
        As far as it is known.
    learnt : bool
        The mounting is kept from here on.
    standing : Standing or None
        The one that is kept.
    now : mapping of Band
        "cadence" [spm], "lean" [°], "rotation" [°]; those that are known.
    minute : mapping of (k,) array
        The strides of the last minute: "start" [s], "cadence", "lean", "rotation"; NaN where not known.
    moving : Moving or None
    told : tuple of Told
        Traits that became clear in the run so far.
    steady : int
        Steady strides of the run so far.
    not_trunk : str
        Why the angles are no trunk's, "" when nothing speaks against it.
    clipped_share : float
        As in Quality, of the window.
    """

    t: float
    phase: Phase
    still_s: float = 0.0
    mounting: Mounting | None = None
    learnt: bool = False
    standing: Standing | None = None
    now: Mapping[str, Band] = field(default_factory=dict)
    minute: Mapping[str, Floats] = field(default_factory=dict)
    moving: Moving | None = None
    told: tuple[Told, ...] = ()
    steady: int = 0
    not_trunk: str = ""
    clipped_share: float = 0.0


class Listening:
    """Push samples as they come, look as often as you like.

    Parameters
    ----------
    rate_hz : float
    placement, calibration, facing
        As for Pipeline.
    window_s : float
        [s]
    """

    def __init__(
        self,
        rate_hz: float,
        *,
        placement: Placement = "unknown",
        calibration: Calibration | None = None,
        facing: str | None = None,
        window_s: float = WINDOW_S,
    ) -> None:
        self._empty = partial(
            Pipeline, rate_hz, placement=placement, calibration=calibration, facing=facing, window_s=window_s
        )
        self._pipeline = self._empty()
        #: The settled strides of the run so far.
        self.ledger = Ledger()
        self._first = self._newest = float("nan")
        self._kept: Standing | None = None
        self._stood_in: Standing | None = None
        self._learnt: Mounting | None = None
        self._ran = False

    def push(self, samples: Samples) -> None:
        """Take the next samples."""
        if len(samples) == 0:
            return
        if not np.isfinite(self._first):
            self._first = float(samples.t[0])
        self._newest = float(samples.t[-1])
        self._pipeline.push(samples)

    def again(self) -> None:
        """Forget how the sensor sat: it was put on anew."""
        self._pipeline = self._empty()
        self._first = float("nan")
        self._kept = self._learnt = self._stood_in = None
        self._ran = False

    def look(self) -> Look:
        """What is there now; changes only what was learnt.

        Raises
        ------
        SignalError
            If the stated facing points up or down.
        """
        if not self._newest - self._first > FIRST_S:
            return Look(self._newest, "waiting", steady=len(self.ledger))
        if self.ledger.last_start is not None:
            self._pipeline.follow(self.ledger.last_start)
        found = self._pipeline.analysis(series=True, waves=True)
        if self._heed_standing(found):
            found = self._pipeline.analysis(series=True, waves=True)
        self._heed_mounting(found)
        self.ledger.take(found)
        phase, still_s = self._phase(found)
        moving = phase in ("learning", "running")
        return Look(
            t=self._newest,
            phase=phase,
            still_s=still_s,
            mounting=found.mounting,
            learnt=self._learnt is not None,
            standing=self._kept,
            now=_now(found, self._newest) if moving else {},
            minute=self._minute(found),
            moving=_moving(found.series, self._newest, _step_s(found)) if moving and found.series else None,
            told=tuple(self.ledger.traits(self._newest).values()),
            steady=len(self.ledger),
            not_trunk=found.quality.not_trunk,
            clipped_share=found.quality.clipped_share,
        )

    # ------------------------------------------------------------ what is learnt

    def _heed_standing(self, found: Analysis) -> bool:
        """Keep the standing that is heard; whether the window has to be looked at anew with what was kept."""
        heard = None if self._stood_in is not None else _standing_of(found.mounting)
        if self._learnt is not None:
            fresh = self._learnt.standing is None and self._still_s(found) >= STAND_S
            if fresh:  # it ran without a zero, and now it gets one
                self._learnt, self._ran = None, False
                self._pipeline.learn(None)
            return fresh
        if heard is not None:
            self._kept = heard
            return False
        if (
            self._kept is not None
            and self._stood_in is None
            and found.recording.start_s <= self._kept.span[0]
        ):
            # It is still in the window and was passed over: then it was no standing of the runner's.
            self._kept = None
            return False
        if self._still_s(found) >= STAND_S and self._stood_in is not None:
            # Standing anew before it ran: the newer one counts.
            self._stand_in(None)
            return True
        if self._kept is not None and self._stood_in is None:
            self._stand_in(self._kept)
            return True
        if self._stood_in is not None and found.mounting.standing is None:
            self._kept = None  # it lay otherwise then: no zero
            self._stand_in(None)
            return True
        return False

    def _stand_in(self, standing: Standing | None) -> None:
        """Let a standing count that the window has forgotten, or none."""
        self._stood_in = standing
        self._pipeline.stand(standing)

    def _heed_mounting(self, found: Analysis) -> None:
        """Keep how the sensor sits, once enough strides tell."""
        m = found.mounting
        enough = np.count_nonzero(found.measures.strides.regular) >= STRIDES_TO_LEARN
        if self._learnt is None and enough and m.sign_known and m.forward_sigma_deg < NO_AXIS_DEG:
            self._learnt = replace(m, standing_elsewhere=False)
            self._pipeline.learn(self._learnt)

    def _still_s(self, found: Analysis) -> float:
        """For how long it has been still, 0 when it is not. [s]."""
        b = found.bouts
        if len(b) == 0 or b.kind[-1] != "still" or self._newest - b.stop[-1] > STILL_GOES_ON_S:
            return 0.0
        return float(self._newest - b.start[-1])

    def _phase(self, found: Analysis) -> tuple[Phase, float]:
        """Where the run is, and for how long it has been still. [s]."""
        b = found.bouts
        kind = str(b.kind[-1]) if len(b) and self._newest - b.stop[-1] < RUN_GOES_ON_S else ""
        still_s = self._still_s(found)
        if kind == "run":
            self._ran = True
            return ("running" if self._learnt is not None else "learning"), 0.0
        if not self._ran:
            return ("stand" if self._kept is None else "set_off"), still_s
        if still_s:
            return "standing", still_s
        return ("walking" if kind == "walk" else "pause"), 0.0

    def _minute(self, found: Analysis) -> dict[str, Floats]:
        """Strides of the last minute: those settled, then those the window still moves."""
        rows = self.ledger.rows(self._newest - MINUTE_S)
        strides = found.measures.strides
        last = self.ledger.last_start
        after = strides.start > (last + 0.1 if last is not None else -np.inf)
        keys = ("cadence", "lean", "rotation")
        new = {"start": strides.start, **{key: found.measures[key].per_stride for key in keys}}
        out = {}
        for key, values in new.items():
            values = np.where(strides.regular, values, np.nan) if key != "start" else values
            old = rows.get(key, np.zeros(0))
            old = np.where(rows["regular"] > 0.5, old, np.nan) if rows and key != "start" else old
            out[key] = np.concatenate([old, values[after]])
        return out


def _standing_of(mounting: Mounting) -> Standing | None:
    """The standing behind a mounting, to be kept for windows that have forgotten it."""
    if mounting.standing is None or mounting.standing[1] - mounting.standing[0] < SHORTEST_STANDING:
        return None
    up = rotations.rotate(rotations.inverse(mounting.q_torso_sensor), [0.0, 0.0, 1.0])
    return Standing(up, mounting.standing, mounting.standing_count, None, mounting.acc_offset)


def _now(found: Analysis, newest: float) -> dict[str, Band]:
    """The numbers of now, those that are known."""
    out: dict[str, Band] = {}
    strides = found.measures.strides
    recent = (strides.start >= newest - NOW_S - NEWEST_S) & (strides.stop <= newest - NEWEST_S)
    for key in ("cadence", "lean", "rotation"):
        m = found.measures[key]
        mine = recent & m.counted
        if m.value is None or mine.sum() < FEWEST_NOW:
            continue
        values = m.per_stride[mine]
        low, high = np.percentile(m.per_stride[m.counted], [10, 90])
        se = float(values.std(ddof=1) / np.sqrt(len(values)))
        out[key] = Band(
            float(values.mean()),
            float(low),
            float(high),
            float(np.hypot(se, m.systematic or 0.0)),
            len(values),
        )
    return out


def _step_s(found: Analysis) -> float:
    """Usual time of a step in the window. [s]."""
    strides = found.measures.strides
    return float(np.median(strides.duration)) / 2 if len(strides) else 0.36


def _moving(series: Series, newest: float, step_s: float) -> Moving | None:
    """The newest motion, thinned."""
    t = series.t
    if len(t) < 8 or t[-1] - t[0] < 1.0:
        return None
    # On whole multiples of the spacing, so that the next message goes on where this one ended.
    first = max(t[0], newest - MOTION_S)
    at = np.arange(np.ceil(first * MOTION_HZ), np.floor(t[-1] * MOTION_HZ) + 1) / MOTION_HZ
    if len(at) < 2:
        return None
    part = slice(int(np.searchsorted(t, at[0] - 2 * step_s)), len(t))

    def thin(x: Floats) -> Floats:
        return np.interp(at, t[part], x[part])

    # The height of a body that swings once a step: the acceleration over half a step, in metres of that swing.
    half = max(1, round(0.5 * step_s / float(np.median(np.diff(t[part])))))
    up = np.clip(series.vertical_acceleration_mps2[part], -2 * G, 3 * G)
    smooth = np.convolve(up - up.mean(), np.ones(half) / half, mode="same")
    height = -100.0 * smooth * (np.pi / 2) / (2 * np.pi / step_s) ** 2
    return Moving(
        at,
        thin(series.lean_deg),
        thin(series.rotation_deg),
        thin(series.sway_deg),
        np.interp(at, t[part], height),
    )
