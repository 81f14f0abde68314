"""Which way the torso faces inside the sensor's axes, and which foot is which.

Lives here: forward from set-off and steps, its sign, the sides. Unknown is a state.
Not here: up (standing.py), angles of the torso (torso.py), contacts (contacts.py).

Forward is first found as an axis (mod 180 degrees) from how a stride is built: what comes twice a stride is
fore-aft, what alternates is sideways. Which end of the axis is forward, and which foot is left, are settled
together: each cue gives evidence for one of the four readings.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from gait import rotations, torso
from gait.bouts import Bouts
from gait.contacts import Contacts
from gait.errors import SignalError
from gait.gravity import Settled
from gait.motion import CARRIED_GAP
from gait.recording import Placement
from gait.rotations import Floats
from gait.standing import FARTHEST_STANDING_DEG, Standing, angle_deg, find_standing, mean_up
from gait.strides import Strides, Threads, pair
from gait.units import DEG, RAD, G

#: The axes that can be stated to point forward.
FACINGS = ("+x", "-x", "+y", "-y", "+z", "-z")

#: Strides that are looked at to find the forward axis.  [strides]  Chosen: more changed it by less than 0.3°.
MOST_STRIDES = 400

#: ... and of each thread at least, to tell its feet; taken in groups of neighbours.  [strides]  Chosen.
STRIDES_A_THREAD, GROUP = 60, 20

#: Velocity gained around a start, and lost around a stop, is summed over this long.  [s]
#: Chosen: setting off to a jog takes 2-3 s; longer only adds drift.
BEFORE_START, AFTER_START = 1.0, 3.0

#: A start must gain at least this to say where forward is.  [m/s]  Chosen: on a treadmill drift stays below.
LEAST_GAIN = 1.0

#: Uncertainty of each cue of the forward axis, one standard deviation.  [°]
#: Source: synthetic runners, tests/accuracy/targets.py; set-off grows with less speed gained.
HARMONIC_SIGMA_DEG = 4.0
SET_OFF_SIGMA_DEG = 6.0
STATED_SIGMA_DEG = 5.0

#: A stated forward axis farther than this from what the running tells is said to contradict it.  [°]
#: Chosen: five times the forward axis' own uncertainty, three times that of a clip put on askew.
CONTRADICTED_DEG = 30.0

#: Evidence a cue can give at most, in nats.  [1]
#: Source: counts of the design study on motion capture (n right of n, rule of succession): sternum 40 of 40
#: gives ln(41/1); pelvis 10 of 10 gives ln(11/1).
STERNUM_EVIDENCE, PELVIS_EVIDENCE = 3.7, 2.4

#: Velocity gained at a start settles the sign ("no sign errors").  [nats]  Chosen: above both others together.
SET_OFF_EVIDENCE = 8.0

#: A sign or a side is known when its reading leads by this much.  [nats]  Chosen: e^2.2, nine to one or better.
KNOWN = 2.2

#: Phase of fore-aft against vertical specific force at step frequency; centre of what was seen.  [°]
#: Source: -115 to -179° at the sternum (40 clips), -18 to -55° at the pelvis (10 clips).
STERNUM_PHASE_DEG, PELVIS_PHASE_DEG = -147.0, -36.0

#: A phase farther than this from the centre (or its opposite) says nothing.  [°]
#: Source: the clips reach 32° at the sternum and 19° at the pelvis; half as much again.
PHASE_REACH_DEG = 48.0

#: Least evidence by the feet that confirms the phase when no start was recorded.  [nats]
#: Chosen: the treadmill clip, whose lateral force is faint, gives 0.8; a body that does not turn gives none.
LEAST_AGREEING = 0.3

#: Turn difference and lateral force at which a cue speaks at full voice.  [°], [m/s²]
#: Chosen: sternum turns differ by 14-30°, pelvis by 0.4-14°; lateral force by more than 0.5 in every clip.
STERNUM_TURN_DEG, PELVIS_TURN_DEG, LATERAL_FORCE = 5.0, 4.0, 0.4

#: The lateral force is averaged over this much of stance.  [s]  Source: as the cue itself, first 0.2 s.
STANCE_START = 0.2

#: Feet were swapped where the turn at contact keeps the opposite sign over this many strides; told only where
#: the bout's usual difference is larger than this.  [strides], [°]  Chosen: well above a pelvis' noise of 1°.
SWAPPED_OVER, SWAPPED_TURN_DEG = 31, 3.0

#: Steps of a thread below which its feet are not named.  [steps]  Chosen.
FEWEST_STEPS = 6


@dataclass(frozen=True)
class Mounting:
    """How the sensor sits on the torso.

    Attributes
    ----------
    q_torso_sensor : (4,) array
        Torso: x forward, y left, z up along the runner's own standing line (along the mean of running
        when no standing is known).
    standing : (2,) tuple or None
        The quiet standing that gave "up", None when there was none. [s]
    standing_count : int
        How many stretches of standing it rests on: 2 when there was one before and one after.
    crept_deg : float or None
        Angle between standing before and after, None unless both were there. [°]
    acc_offset : (3,) array
        What was taken from the accelerometer, see standing_offset. [m/s²]
    standing_elsewhere : bool
        The standing is of another recording, and its times are that one's.
    contradicted_deg : float or None
        How far a stated forward axis lies from what the running itself tells, where that is far. [°]
    forward_sigma_deg : float
        One standard deviation of the forward axis about the up axis. [°]
    sign_known : bool
        False when forward and backward cannot be told apart.
    placement : Placement
    cues : tuple of (str, float, float)
        What each cue said: name, forward azimuth about up relative to the one taken [°], sigma [°].
    why : tuple of str
        What is not known and why, about the recording.
    """

    q_torso_sensor: Floats
    standing: tuple[float, float] | None
    forward_sigma_deg: float
    sign_known: bool
    placement: Placement
    cues: tuple[tuple[str, float, float], ...] = ()
    why: tuple[str, ...] = ()
    standing_count: int = 0
    crept_deg: float | None = None
    acc_offset: Floats = field(default_factory=lambda: np.zeros(3))
    standing_elsewhere: bool = False
    contradicted_deg: float | None = None


def find_facing(
    settled: Settled,
    bouts: Bouts,
    contacts: Contacts,
    threads: Threads,
    *,
    placement: Placement = "unknown",
    standing: Standing | None = None,
    facing: str | None = None,
    learnt: Mounting | None = None,
    slipped_at: float | None = None,
) -> tuple[Mounting, NDArray[np.str_]]:
    """How the sensor sits on the torso, and which foot each contact is.

    Parameters
    ----------
    settled, bouts, contacts, threads
        As found.
    placement : Placement
    standing : Standing, optional
        From another recording; else it is looked for here.
    facing : str, optional
        Sensor axis that points forward ("+x", ...), as stated by a person.
    learnt : Mounting, optional
        What was learnt of the same mounting before; then only the feet are named.
    slipped_at : float, optional
        When the clip moved on the way. [s]

    Returns
    -------
    Mounting
    sides : (c,) array of str
        "left"/"right" where the placement lets a cue speak and it is clear, else "A"/"B".

    Raises
    ------
    SignalError
        If the stated forward axis points up or down in this recording.
    """
    if learnt is not None:
        strides = _some(settled, pair(contacts, threads), contacts, threads)
        if len(strides) < 4 or not learnt.sign_known:
            return learnt, _sides(_Reading(1, 0.0, {}, False), threads)
        seen = _look(settled, strides, learnt.q_torso_sensor)
        reading = _read(seen, strides, contacts, threads, 0.0, None, placement, fixed=True)
        return learnt, _sides(reading, threads)
    stood = standing or find_standing(settled, bouts, slipped_at)
    why: list[str] = []
    held = mean_up(settled, bouts)
    if standing is not None and len(contacts) and angle_deg(standing.up, held) > FARTHEST_STANDING_DEG:
        stood = None
        why.append(
            f"The standing file has the sensor {angle_deg(standing.up, held):.0f}° from how it was held in the run, so "
            "it was worn otherwise then, and lean has no zero here."
        )
    elif stood is None:
        why.append("No quiet standing of 5 s was found, so lean has no zero here.")
    up = stood.up if stood else held
    q_level = rotations.between(up, [0.0, 0.0, 1.0])
    strides = _some(settled, pair(contacts, threads), contacts, threads)
    look = _look(settled, strides, q_level) if len(strides) >= 4 else None

    axis, axis_ok = (0.0, False) if look is None else _axis(look)
    if look is not None and axis_ok:
        # Angles are not quite vectors: looked at once more along the axis found, the answer no longer depends
        # on how the sensor happened to be turned (2° at most before, 0.03° after).
        q_level = rotations.multiply([np.cos(-axis / 2), 0.0, 0.0, np.sin(-axis / 2)], q_level)
        look = _look(settled, strides, q_level)
        axis, axis_ok = _axis(look)
    gain = _speed_gained(settled, bouts, q_level)
    reading = (
        _read(look, strides, contacts, threads, axis, gain, placement)
        if look
        else _Reading(1, 0.0, {}, False)
    )
    forward = axis + (0.0 if reading.sign > 0 else np.pi)
    cues: list[tuple[str, float, float]] = []
    if axis_ok:
        cues.append(("stride harmonics", forward, HARMONIC_SIGMA_DEG))
    sign_known = axis_ok and reading.lead >= KNOWN and not reading.torn
    if gain is not None and axis_ok:
        off = abs(_wrap(gain.azimuth - forward))
        if off < 45 * RAD:
            cues.append(("set-off", gain.azimuth, gain.sigma_deg))
    if cues:
        weight = np.array([1 / s**2 for _, _, s in cues])
        shift = np.array([_wrap(a - forward) for _, a, _ in cues])
        forward += float((weight * shift).sum() / weight.sum())
        sigma = float(1 / np.sqrt(weight.sum()))
        if len(cues) > 1:
            # Cues that disagree more than they should are less sure than they say.
            sigma *= max(1.0, float(np.sqrt((weight * (shift - shift.mean()) ** 2).sum())) / 2.0)
    else:
        sigma = 90.0
    contradicted = None
    if facing is not None:
        stated = _stated(facing, up, q_level)
        off = abs(_wrap(stated - forward)) * DEG if cues else 0.0
        off = off if sign_known else min(off, 180.0 - off)
        contradicted = off if off > CONTRADICTED_DEG else None
        forward, sigma, sign_known = stated, STATED_SIGMA_DEG, True
        cues.append(("stated", forward, STATED_SIGMA_DEG))
        if look:
            reading = _read(look, strides, contacts, threads, forward, None, placement, fixed=True)
    elif not sign_known:
        why.append(_why_sign(placement, reading, look is not None))
    about = np.array([np.cos(-forward / 2), 0.0, 0.0, np.sin(-forward / 2)])
    mounting = Mounting(
        q_torso_sensor=rotations.multiply(about, q_level),
        standing=stood.span if stood else None,
        forward_sigma_deg=sigma,
        sign_known=sign_known,
        placement=placement,
        cues=tuple((name, float(_wrap(a - forward) * DEG), s) for name, a, s in cues),
        why=tuple(why),
        standing_count=stood.count if stood else 0,
        crept_deg=stood.crept_deg if stood else None,
        acc_offset=settled.motion.acc_offset,
        standing_elsewhere=standing is not None and stood is not None,
        contradicted_deg=contradicted,
    )
    return mounting, _sides(reading, threads)


@dataclass(frozen=True)
class _Look:
    """Mean waveforms of some strides in level axes that face nowhere in particular.

    Accelerations, rates: (2, POINTS) along level x and y, from foot 0's contact on, per stride averaged.
    """

    acc: Floats
    rate: Floats
    up: Floats
    cycles: torso.Cycles


def _some(settled: Settled, strides: Strides, contacts: Contacts, threads: Threads) -> Strides:
    """Steady, whole strides of every thread: all of a short one, STRIDES_A_THREAD or more of a long one.

    They are taken in groups of neighbours, so that the motion around them is prepared once.
    """
    keep = np.flatnonzero(strides.regular & ~torso.holed(settled, strides.start, strides.stop))
    if len(keep) > MOST_STRIDES:
        thread = threads.thread[np.searchsorted(contacts.contact, strides.start[keep])]
        edges = np.flatnonzero(np.diff(thread)) + 1
        chosen = []
        for mine in np.split(keep, edges):
            wanted = max(STRIDES_A_THREAD, round(MOST_STRIDES * len(mine) / len(keep)))
            groups = np.array_split(mine, max(1, len(mine) // GROUP))
            chosen += groups[:: max(1, len(mine) // wanted)]
        keep = np.concatenate(chosen)
    return strides.at(keep)


def _look(settled: Settled, strides: Strides, q_level: Floats) -> _Look:
    """Lay the strides over their phase in level axes."""
    c = torso.cycles(settled, strides, q_level, torso.FACING)
    acc = np.stack([c["forward"], c["left"]])
    rate = np.stack([c["roll_rate"], c["pitch_rate"]])
    return _Look(acc, rate, c["up"], c)


def _axis(look: _Look) -> tuple[float, bool]:
    """Azimuth of the fore-aft axis (mod pi) in level axes, and whether it stands out.

    Acceleration: even harmonics of the stride lie fore-aft, odd ones sideways. Angular rate: even ones nod
    about the sideways axis, odd ones roll about the fore-aft axis.
    """
    total = np.zeros((2, 2))
    for wave, fore_is_even in ((look.acc, True), (look.rate, False)):
        mean = wave.mean(axis=1)
        harmonics = np.fft.rfft(mean, axis=1)[:, 1:9]
        even, odd = harmonics[:, 1::2], harmonics[:, 0::2]
        fore, side = (even, odd) if fore_is_even else (odd, even)
        power = [np.real(h @ h.conj().T) for h in (fore, side)]
        size = [np.trace(p) for p in power]
        if min(size) <= 0:
            continue
        total += power[0] / size[0] - power[1] / size[1]
    values, vectors = np.linalg.eigh(total)
    best = vectors[:, 1]
    return float(np.arctan2(best[1], best[0])), bool(values[1] - values[0] > 0.4)


@dataclass(frozen=True)
class _Gain:
    """Velocity gained at starts and lost at stops: azimuth in level axes [rad], sigma [°], size [m/s]."""

    azimuth: float
    sigma_deg: float
    size: float


def _speed_gained(settled: Settled, bouts: Bouts, q_level: Floats) -> _Gain | None:
    """Sum of velocity changes around the edges of running, along the heading of level axes."""
    motion = settled.motion
    total, count, spread = np.zeros(2), 0, []
    for i in np.flatnonzero(bouts.kind == "run"):
        for edge, sign in ((bouts.start[i], 1.0), (bouts.stop[i], -1.0)):
            before, after = (BEFORE_START, AFTER_START) if sign > 0 else (AFTER_START, BEFORE_START)
            a, b = np.searchsorted(motion.t, [edge - before - 2.0, edge + after + 2.0])
            if b - a < (before + after) * motion.rate_hz or np.diff(motion.t[a:b]).max() > CARRIED_GAP:
                continue
            t = motion.t[a:b]
            if t[0] > edge - before or t[-1] < edge + after:
                continue
            width = np.full(len(t), 0.7)
            m = torso.torso_motion(settled, slice(int(a), int(b)), q_level, width)
            inside = (t >= edge - before) & (t <= edge + after)
            gained = sign * np.array([m["forward"][inside].sum(), m["left"][inside].sum()]) / motion.rate_hz
            if np.hypot(*gained) >= LEAST_GAIN:
                total += gained
                count += 1
                spread.append(gained)
    if count == 0 or np.hypot(*total) < LEAST_GAIN * np.sqrt(count):
        return None
    size = float(np.hypot(*total) / count)
    return _Gain(float(np.arctan2(total[1], total[0])), SET_OFF_SIGMA_DEG * max(1.0, 2.5 / size), size)


@dataclass(frozen=True)
class _Reading:
    """Sign of the axis (+1 forward as given), its lead in nats, the left foot of each thread, cues torn apart."""

    sign: int
    lead: float
    left: dict[int, int]
    torn: bool


def _read(
    look: _Look,
    strides: Strides,
    contacts: Contacts,
    threads: Threads,
    axis: float,
    gain: _Gain | None,
    placement: Placement,
    fixed: bool = False,
) -> _Reading:
    """Weigh the cues for forward against backward and, thread by thread, left against right."""
    phase = _phase_vote(look, axis, placement)
    thread = threads.thread[np.searchsorted(contacts.contact, strides.start)]
    turn, push = _foot_cues(look, strides, axis, placement)
    most = _most(placement)
    feet: dict[int, dict[int, float]] = {}
    evidence = {}
    for sign in (1, -1):
        feet[sign] = {
            int(th): most * (_voice(turn[thread == th]) + sign * _voice(push[thread == th]))
            for th in np.unique(thread)
        }
        # Threads of one run repeat the same body: their evidence is averaged, not summed.
        evidence[sign] = float(np.mean(np.abs(list(feet[sign].values())))) + sign * phase
    by_feet = evidence[1] - evidence[-1] - 2.0 * phase
    torn = by_feet * phase < 0
    # Without a start both kinds of cue have to speak, and to agree.
    alone = abs(by_feet) < LEAST_AGREEING or phase == 0.0
    if gain is not None:
        alone = False
        ahead = float(np.cos(gain.azimuth - axis))
        evidence[1] += SET_OFF_EVIDENCE * ahead
        evidence[-1] -= SET_OFF_EVIDENCE * ahead
        torn = False
    sign = 1 if fixed or evidence[1] >= evidence[-1] else -1
    left = {th: 0 if vote > 0 else 1 for th, vote in feet[sign].items() if abs(vote) >= KNOWN / 2}
    return _Reading(sign, 0.0 if alone else abs(evidence[1] - evidence[-1]), left, torn)


def _most(placement: Placement) -> float:
    """Evidence that one cue can give at most at this placement. [nats]"""
    if placement == "unknown":
        return 0.0
    return STERNUM_EVIDENCE if placement in ("sternum", "upper-back") else PELVIS_EVIDENCE


def _phase_vote(look: _Look, axis: float, placement: Placement) -> float:
    """What the phase of fore-aft against vertical says for the axis' sign. [nats]"""
    if placement == "upper-back":
        return 0.0  # not among the clips the cue comes from
    along = np.cos(axis) * look.acc[0] + np.sin(axis) * look.acc[1]
    fore, vertical = (np.fft.rfft(wave.mean(axis=0))[2] for wave in (along, look.up))
    centre = (STERNUM_PHASE_DEG if placement == "sternum" else PELVIS_PHASE_DEG) * RAD
    agrees = float(np.cos(np.angle(fore * np.conj(vertical)) - centre))
    # Half-way between both answers lies nothing that was ever seen.
    return _most(placement) * agrees if abs(agrees) > np.cos(PHASE_REACH_DEG * RAD) else 0.0


def _foot_cues(look: _Look, strides: Strides, axis: float, placement: Placement) -> tuple[Floats, Floats]:
    """Two cues (k,) that foot 0 is left, 1 at full voice: the turn, and the lateral force if +axis is forward."""
    c, half = look.cycles, torso.POINTS // 2
    chest = placement in ("sternum", "upper-back")
    turn = (
        (c["rotation"][:, 0] - c["rotation"][:, half])
        * DEG
        / (STERNUM_TURN_DEG if chest else PELVIS_TURN_DEG)
    )
    if placement == "upper-back":
        return turn, np.zeros(len(turn))  # behind the trunk's own axis the lever is turned about: not checked
    # Specific force in the trunk's own axes: gravity shows when the pelvis tips.
    sideways = -np.sin(axis) * look.acc[0] + np.cos(axis) * look.acc[1]
    lateral = sideways + G * (np.sin(axis) * np.tan(c["lean"]) + np.cos(axis) * np.tan(c["sway"]))
    early = max(2, int(STANCE_START / float(np.median(strides.duration)) * torso.POINTS))
    push = lateral[:, :early].mean(axis=1) - lateral[:, half : half + early].mean(axis=1)
    return turn, (-push if chest else push) / LATERAL_FORCE


def _voice(cue: Floats) -> float:
    """How clearly a cue speaks over some strides, -1 to 1."""
    return float(np.clip(np.mean(cue), -1.0, 1.0))


def _sides(reading: _Reading, threads: Threads) -> NDArray[np.str_]:
    """Foot of each contact by thread."""
    side = np.array(["A", "B"])[threads.foot].astype("<U5")
    for th in np.unique(threads.thread):
        mine = threads.thread == th
        if int(th) in reading.left and mine.sum() >= FEWEST_STEPS:
            names = ("left", "right") if reading.left[int(th)] == 0 else ("right", "left")
            side[mine] = np.array(names)[threads.foot[mine]]
        elif reading.left:
            side[mine] = ""
    return side


def swapped_feet(cycles: torso.Cycles) -> NDArray[np.bool_]:
    """Strides (k,) in which left and right were taken for each other.

    Feet are followed by the clock; a hop or a stumble may lose a step unseen and swap them for good. The turn
    of the torso at the two contacts shows it: there it keeps the opposite sign over many strides.
    """
    strides = cycles.strides
    swapped = np.zeros(len(strides), bool)
    turn = (cycles["rotation"][:, 0] - cycles["rotation"][:, torso.POINTS // 2]) * DEG
    named = np.isin(strides.side, ("left", "right")) & np.isfinite(turn)
    turn = np.where(strides.side == "right", -turn, turn)
    for b in np.unique(strides.bout[named]):
        mine = np.flatnonzero(named & (strides.bout == b))
        steady = ndimage.median_filter(turn[mine], min(SWAPPED_OVER, len(mine)), mode="reflect")
        usual = float(np.median(turn[mine]))
        if usual > SWAPPED_TURN_DEG:
            all_of = np.flatnonzero(strides.bout == b)
            before = np.maximum(np.searchsorted(mine, all_of, side="right") - 1, 0)
            swapped[all_of] = (steady < -0.5 * usual)[before]  # one with a gap inside follows the one before
    return swapped


def _stated(facing: str, up: Floats, q_level: Floats) -> float:
    """Azimuth of a stated sensor axis in level axes."""
    axis = np.zeros(3)
    axis["xyz".index(facing[1])] = -1.0 if facing[0] == "-" else 1.0
    level = rotations.rotate(q_level, axis)
    if np.hypot(level[0], level[1]) < 0.5:
        name = "xyz"[int(np.argmax(np.abs(up)))]
        raise SignalError(
            f"--facing {facing}: that axis points up or down in this recording (up is near the {name} axis). "
            "Name the axis that pointed forward."
        )
    return float(np.arctan2(level[1], level[0]))


def _why_sign(placement: Placement, reading: _Reading, looked: bool) -> str:
    """Why forward and backward could not be told apart."""
    if not looked:
        return "Too few strides to tell which way the sensor faced."
    if placement == "unknown":
        return "No start from standing was recorded and the placement is not known, so forward and backward look alike."
    if reading.torn:
        return (
            "The cues for forward and backward disagree in this recording, so it stays open which is which."
        )
    return "Forward and backward could not be told apart in this recording."


def _wrap(angle: float) -> float:
    """Angle within ±pi."""
    return float((angle + np.pi) % (2 * np.pi) - np.pi)
