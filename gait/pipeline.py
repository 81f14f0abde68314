"""Push samples, ask what they show: a whole file or a live run, the same object.

Lives here: the order of the rooms, and the only memory between two pushes.
Not here: any signal processing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gait import bouts as bouts_room
from gait import facing as facing_room
from gait import motion as motion_room
from gait import quality as quality_room
from gait import set_off as set_off_room
from gait import slip as slip_room
from gait import standing as standing_room
from gait import strides as strides_room
from gait import torso
from gait.analysis import Analysis, RecordingFacts
from gait.bouts import Bouts
from gait.calibration.calibration import Calibration
from gait.contacts import Contacts, find_contacts
from gait.errors import CalibrationError, SignalError
from gait.facing import FACINGS, Mounting
from gait.gravity import Settled, settle
from gait.measures.context import View
from gait.measures.suite import measure_all
from gait.motion import Motion, MotionFilter
from gait.recording import PLACEMENTS, Placement, Recording, Samples
from gait.series import series_of
from gait.slip import Slip
from gait.standing import Standing
from gait.steady import steady
from gait.timeline import EvenClock
from gait.torso import Cycles
from gait.traits.earlier import Earlier
from gait.traits.rules import Catalogue, load_catalogue
from gait.traits.trait import judge
from gait.version import VERSION

#: Strides this far inside what is held do not change when more is pushed or older samples are forgotten.  [s]
#: Chosen: the smoothing of gravity reaches that far; 2 s leave 0.6° of lean (tests/flow/test_cuts.py).
SETTLE = 4.0

#: Samples pushed at a time from a whole recording.  [samples]  Chosen: bounded memory.
PUSH = 60_000

#: More time than this between two samples is a pause of the logger, not a loss.  [s]
#: Chosen: a wireless link drops out for a second, a hand needs two.
PAUSE = 2.0

#: A contact this near to one that was found before is the same one.  [s]
#: Chosen: half of the shortest step; from window to window they move by a millisecond.
SAME_CONTACT = 0.1


class Pipeline:
    """Push samples, ask what they show. A whole file or a live run: the same object.

    It remembers the even clock, the gyro bias filter, the ends of range and what was learnt of the mounting;
    all else is a function of the samples held.

    Parameters
    ----------
    rate_hz : float
        Nominal sampling rate. [Hz]
    placement : Placement
    standing : Standing, optional
        Up in the sensor's axes from another recording.
    calibration : Calibration, optional
    facing : str, optional
        Sensor axis that points forward: "+x", "-x", "+y", "-y", "+z" or "-z".
    window_s : float, optional
        Forget samples older than this. [s]
    catalogue : Catalogue, optional
        The traits' rules; the built-in ones when not given.
    earlier : Earlier, optional
        Earlier runs of this runner, for the traits that ask for them.
    """

    def __init__(
        self,
        rate_hz: float,
        *,
        placement: Placement = "unknown",
        standing: Standing | None = None,
        calibration: Calibration | None = None,
        facing: str | None = None,
        window_s: float | None = None,
        catalogue: Catalogue | None = None,
        earlier: Earlier | None = None,
    ) -> None:
        if not 0 < rate_hz < float("inf"):
            raise SignalError(f"A sampling rate of {rate_hz} Hz cannot be; give the rate with --rate.")
        if placement not in PLACEMENTS:
            raise SignalError(
                f"The placement {placement!r} is not known; it is one of {', '.join(PLACEMENTS)}."
            )
        if facing is not None and facing not in FACINGS:
            raise SignalError(f"The facing {facing!r} is no axis; it is one of {', '.join(FACINGS)}.")
        if rate_hz < quality_room.LEAST_RATE:
            raise SignalError(
                f"{rate_hz:.3g} samples a second are too few to hear a running step; it takes "
                f"{quality_room.LEAST_RATE:.0f}, and 100 or more are good."
            )
        self._rate_hz = rate_hz
        self._placement = placement
        self._standing = standing
        self._calibration = calibration
        self._facing = facing
        self._window_s = window_s
        self._catalogue = catalogue or load_catalogue()
        self._earlier = earlier
        self._clock = EvenClock(rate_hz)
        self._filter = MotionFilter(rate_hz)
        self._held: list[Motion] = []
        self._forgot = False
        self._learnt: Mounting | None = None
        self._opens: float | None = None
        self._last_t: float | None = None
        self._rows = 0
        self._missing = 0
        self._range_end = quality_room.RangeEnd()

    def push(self, samples: Samples) -> None:
        """Take the next samples, in the sensor's axes, later than all before."""
        if len(samples) == 0:
            return
        t = samples.t if self._last_t is None else np.concatenate([[self._last_t], samples.t])
        if len(t) > 1 and t[1] <= t[0]:
            raise SignalError(f"Samples at {t[1]:.3f} s came after {t[0]:.3f} s; push them in order.")
        step = np.diff(t)
        self._missing += int(np.maximum(np.round(step[step <= PAUSE] * self._rate_hz) - 1, 0).sum())
        self._last_t = float(t[-1])
        self._rows += len(samples)
        self._range_end.push(samples)
        if self._calibration is not None:
            samples = self._calibration.apply(samples)
        motion = self._filter.push(self._clock.push(samples))
        if len(motion):
            self._held.append(motion)
        if self._window_s is not None:
            self._forget(self._last_t - self._window_s)

    def learn(self, mounting: Mounting | None) -> None:
        """Keep a mounting for the analyses to come, as a live run does once it is known; None forgets it."""
        self._learnt = mounting

    def stand(self, standing: Standing | None) -> None:
        """Keep a standing for the analyses to come, which the window will forget."""
        self._standing = standing

    def follow(self, opens: float) -> None:
        """Keep when a stride opened, so that feet without a name keep theirs (A, B) from window to window. [s]"""
        self._opens = opens

    def analysis(
        self,
        *,
        series: bool = False,
        waves: bool = False,
        progress: Callable[[str], None] | None = None,
    ) -> Analysis:
        """What the samples held show; changes nothing.

        Parameters
        ----------
        series : bool
            Also give torso terms per sample while running.
        waves : bool
            Also give the strides with their waveforms.
        progress : callable, optional
            Called with the name of each stage as it begins.

        Raises
        ------
        SignalError
            If nothing was pushed, or the stated facing points up or down.
        """
        tell = progress or (lambda _stage: None)
        tell("gravity and bouts")
        settled, bouts = self._bouts()
        motion = settled.motion
        tell("contacts")
        contacts = find_contacts(settled, bouts)
        threads = strides_room.follow_feet(contacts)
        tell("facing")
        slip = slip_room.find_slip(settled, bouts) if self._learnt is None else None
        mounting, sides = facing_room.find_facing(
            settled,
            bouts,
            contacts,
            threads,
            placement=self._placement,
            standing=self._standing,
            facing=self._facing,
            learnt=self._learnt,
            slip=slip,
        )
        if self._opens is not None:
            sides = _as_before(sides, contacts, threads, self._opens)
        tell("strides")
        contacts, cycles = _laid_out(settled, contacts.with_sides(sides), threads, mounting)
        quality = quality_room.assess(
            motion,
            bouts,
            lost_share=self._missing / max(1, self._missing + self._rows),
            cycles=cycles,
            range_end=self._range_end,
            faced=mounting.forward_sigma_deg < 45.0,
            crept_deg=mounting.crept_deg,
            contradicted_deg=mounting.contradicted_deg,
            slip=slip,
            steps=contacts.contact,
        )
        if quality.not_trunk:
            contacts, cycles = _unnamed(contacts, cycles)
        if slip is not None:
            cycles = _unspoiled(cycles, slip, mounting)
        strides = replace(cycles.strides, regular=steady(cycles, quality.clipped_t))
        cycles = replace(cycles, strides=strides)
        tell("measures and traits")
        six = bool(self._calibration and self._calibration.six_position)
        starts = set_off_room.find_set_offs(settled, bouts, contacts, mounting.q_torso_sensor)
        view = View(strides, cycles, mounting, quality, six, set_offs=starts, calibration=self._calibration)
        measures = measure_all(view)
        traits = judge(measures, mounting, quality, self._catalogue, six_position=six, earlier=self._earlier)
        t0, t1 = float(motion.t[0]), float(motion.t[-1])
        start = t0 + SETTLE if self._forgot else t0
        return Analysis(
            recording=RecordingFacts(
                "", "", self._rate_hz, t0, t1, self._rows, _gaps(motion), self._placement
            ),
            quality=quality,
            mounting=mounting,
            six_position=six,
            bouts=bouts,
            contacts=contacts,
            measures=measures,
            traits=traits,
            settled=(start, t1 - SETTLE) if t1 - SETTLE > start else None,
            versions={"gait": VERSION, "catalogue": self._catalogue.version},
            series=series_of(settled, bouts, mounting, cycles) if series else None,
            calibration=self._calibration,
            view=view if waves else None,
        )

    def _bouts(self) -> tuple[Settled, Bouts]:
        """Settled motion of the samples held, and what kinds of motion are in it."""
        if not self._held:
            raise SignalError(
                "There are too few samples to analyse; a recording of some seconds at least is needed."
            )
        motion = motion_room.join(self._held)
        self._held[:] = [motion]  # the same samples in one piece; the pieces would be held twice
        still = bouts_room.find_still(motion)
        if self._learnt is not None:
            offset = self._learnt.acc_offset
        elif self._standing is not None:
            offset = self._standing.acc_offset
        else:
            offset = standing_room.standing_offset(motion, still)
        settled = settle(replace(motion, acc_offset=offset))
        return settled, bouts_room.find_bouts(settled, still)

    def _forget(self, before: float) -> None:
        """Drop samples older than ``before``."""
        self._range_end.forget(before)
        while self._held and len(self._held[0]) and self._held[0].t[-1] < before:
            self._held.pop(0)
            self._forgot = True
        if self._held and self._held[0].t[0] < before:
            self._held[0] = self._held[0].after(before)
            self._forgot = True


def analyze(
    recording: Recording,
    *,
    placement: Placement | None = None,
    standing: Recording | None = None,
    calibration: Calibration | None = None,
    facing: str | None = None,
    series: bool = False,
    catalogue: Catalogue | None = None,
    earlier: Earlier | None = None,
    progress: Callable[[str], None] | None = None,
) -> Analysis:
    """What one recording shows.

    Parameters
    ----------
    recording : Recording
    placement : Placement, optional
        Where the sensor was worn; the recording's own word when not given.
    standing : Recording, optional
        Quiet standing with the same mounting.
    calibration : Calibration, optional
        Of this sensor. A sensor that is told must be the one it was made for.
    facing : str, optional
        Sensor axis that points forward, "+x" to "-z".
    series : bool
        Also give torso terms per sample while running.
    catalogue : Catalogue, optional
    earlier : Earlier, optional
        Earlier runs of this runner with the sensor in the same place.
    progress : callable, optional
        Called with the name of each stage as it begins.

    Returns
    -------
    Analysis

    Raises
    ------
    SignalError
        If the recording cannot be analysed as asked; the message says what to do.
    CalibrationError
        If the calibration is another sensor's.

    Examples
    --------
    >>> from gait.synthetic import Course, Runner, Sensor, simulate
    >>> recording, truth = simulate(Runner(lean_deg=6.0), Course(), Sensor.ideal(), seed=1)
    >>> found = analyze(recording, placement="sternum")
    >>> [kind for kind in found.bouts.kind]
    ['still', 'run']
    """
    if len(recording.samples) < 2:
        raise SignalError(
            "There are too few samples to analyse; a recording of some seconds at least is needed."
        )
    said: tuple[str, ...] = ()
    if calibration is not None:
        calibration, said = _of_this_sensor(calibration, recording)
    stood = standing_of(standing, calibration) if standing is not None else None
    pipeline = Pipeline(
        recording.rate_hz,
        placement=placement or recording.placement,
        standing=stood,
        calibration=calibration,
        facing=facing,
        catalogue=catalogue,
        earlier=earlier,
    )
    s = recording.samples
    for a in range(0, len(s), PUSH):
        pipeline.push(s[a : a + PUSH])
    facts = RecordingFacts(
        recording.source,
        recording.dialect,
        recording.rate_hz,
        float(s.t[0]),
        float(s.t[-1]),
        recording.rows or len(s),
        tuple((float(a), float(b)) for a, b in recording.gaps),
        placement or recording.placement,
    )
    notes = recording.notes + said
    # Ten hours of samples are 200 MB. The pipeline holds what it needs, so they go unless somebody else holds them.
    del recording, s
    found = pipeline.analysis(series=series, progress=progress)
    facts = replace(facts, gaps_s=facts.gaps_s or found.recording.gaps_s)
    return replace(found, recording=facts, quality=replace(found.quality, notes=notes + found.quality.notes))


def _of_this_sensor(calibration: Calibration, recording: Recording) -> tuple[Calibration, tuple[str, ...]]:
    """The calibration at the recording's temperature, and what is said of it; refused when it is another sensor's."""
    told, made_for = recording.device, calibration.device
    if told and made_for and told != made_for:
        raise CalibrationError(
            f"{recording.source or 'The recording'} is of the sensor {told!r}, the calibration of {made_for!r}: gains and "
            "offsets of one sensor say nothing of another. Give this sensor's own, or none."
        )
    said = [calibration.sentence()]
    if made_for and not told:
        said.append(
            "The recording does not say which sensor it is of; that it is this one was taken as said."
        )
    warmth = float(np.median(recording.temperature[:, 1])) if len(recording.temperature) else None
    return calibration.at(warmth), tuple(said)


def standing_of(recording: Recording, calibration: Calibration | None = None) -> Standing:
    """Up in the sensor's axes from a recording of quiet standing.

    Raises
    ------
    SignalError
        If no 5 s of it are still.
    """
    pipeline = Pipeline(recording.rate_hz, calibration=calibration)
    pipeline.push(recording.samples)
    settled, bouts = pipeline._bouts()
    found = standing_room.find_standing(settled, bouts)
    if found is None:
        raise SignalError(
            f"{recording.source or 'The standing recording'}: no {standing_room.SHORTEST_STANDING:.0f} s of quiet "
            "standing in it. Record 5 to 10 s of standing still, with the sensor worn as in the run."
        )
    return found


def _as_before(
    sides: NDArray[np.str_], contacts: Contacts, threads: strides_room.Threads, opens: float
) -> NDArray[np.str_]:
    """Sides (c,) in which the thread of a stride that opened before still opens with its foot A."""
    near = np.flatnonzero(np.abs(contacts.contact - opens) < SAME_CONTACT)
    if len(near) == 0 or sides[near[0]] != "B":
        return sides
    mine = threads.thread == threads.thread[near[0]]
    return np.where(mine, np.array(["A", "B"])[(threads.foot != threads.foot[near[0]]).astype(int)], sides)


def _laid_out(
    settled: Settled, contacts: Contacts, threads: strides_room.Threads, mounting: Mounting
) -> tuple[Contacts, Cycles]:
    """Strides with their waveforms, feet that turned out to be named the wrong way round exchanged."""
    # Feet without a name have strides, too: those from the foot that a thread begins with.
    opening = np.where(np.isin(contacts.side, ("left", "A")), threads.foot, 1 - threads.foot)
    opening = np.where(contacts.side == "", 0, opening)
    strides = strides_room.pair(contacts, threads, opening)
    cycles = torso.cycles(settled, strides, mounting.q_torso_sensor)
    swapped = facing_room.swapped_feet(cycles)
    if not swapped.any():
        return contacts, cycles
    # Left and right change places in and after swapped strides.
    of = np.searchsorted(strides.start, contacts.contact, side="right") - 1
    exchange = swapped[np.maximum(of, 0)] & (of >= 0)
    sides = np.where(exchange, strides_room.other_foot(contacts.side), contacts.side)
    return contacts.with_sides(sides), replace(cycles, strides=strides.with_swapped(swapped))


def _unnamed(contacts: Contacts, cycles: Cycles) -> tuple[Contacts, Cycles]:
    """Feet without names: what is no trunk tells no left from right."""

    def letters(sides: NDArray[np.str_]) -> NDArray[np.str_]:
        return np.array([{"left": "A", "right": "B"}.get(str(x), x) for x in sides], "<U5")

    strides = replace(cycles.strides, side=letters(cycles.strides.side))
    return contacts.with_sides(letters(contacts.side)), replace(cycles, strides=strides)


def _unspoiled(cycles: Cycles, slip: Slip, mounting: Mounting) -> Cycles:
    """Without the tilts of strides on the other side of a slip than the standing they are told from.

    Where it moved far the turn goes, too: it would be taken about an axis that is no longer the trunk's.
    """
    strides = cycles.strides
    spoiled = slip.spoiled(strides.start, strides.stop, mounting.standing, mounting.standing_elsewhere)
    lost = ("lean", "sway", "rotation") if slip.far else ("lean", "sway")
    tilts = {name: np.where(spoiled[:, None], np.nan, cycles[name]) for name in lost}
    return replace(cycles, values={**cycles.values, **tilts})


def _gaps(motion: Motion) -> tuple[tuple[float, float], ...]:
    """Where time is missing."""
    at = np.flatnonzero(motion.gap)
    at = at[at > 0]
    return tuple((float(motion.t[i - 1]), float(motion.t[i])) for i in at)
