"""Which end of the axis is forward and which foot is left, settled together.

Lives here: each cue's evidence for one of the four readings, the names of the feet, feet that a hop exchanged.
Not here: the axis itself (axis.py), contacts (contacts.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from gait import torso
from gait.contacts import Contacts
from gait.facing.axis import Look
from gait.facing.set_off import Gain
from gait.recording import Placement
from gait.rotations import Floats
from gait.strides import Strides, Threads
from gait.units import DEG, RAD, G

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
class Reading:
    """Sign of the axis (+1 forward as given), its lead in nats, the left foot of each thread, cues torn apart."""

    sign: int
    lead: float
    left: dict[int, int]
    torn: bool


def read(
    look: Look,
    strides: Strides,
    contacts: Contacts,
    threads: Threads,
    axis: float,
    gain: Gain | None,
    placement: Placement,
    fixed: bool = False,
) -> Reading:
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
        # A set-off outweighs either of the others, but not both of them where they are clear and agree.
        against = (evidence[1] - evidence[-1]) * ahead < 0 and abs(by_feet) >= KNOWN
        torn = against and not torn and phase != 0.0
        evidence[1] += SET_OFF_EVIDENCE * ahead
        evidence[-1] -= SET_OFF_EVIDENCE * ahead
    sign = 1 if fixed or evidence[1] >= evidence[-1] else -1
    lead = 0.0 if alone else abs(evidence[1] - evidence[-1])
    votes = feet[sign]
    if not fixed and (torn or max(lead, abs(by_feet)) < KNOWN):
        # One cue alone names a foot for either end: whichever is forward, it has to be the same one.
        votes = {th: _weaker(vote, feet[-1][th]) for th, vote in feet[1].items()}
    # Turn and lateral force agree in every clip they come from. A body in which they do not is none of those: its feet
    # have no name (in the study's runs, whose turn and roll are set each by itself, they had the wrong one in 15 of 168).
    left = {
        th: 0 if vote > 0 else 1
        for th, vote in votes.items()
        if abs(vote) >= KNOWN / 2 and _voice(turn[thread == th]) * sign * _voice(push[thread == th]) >= 0.0
    }
    return Reading(sign, lead, left, torn)


def _weaker(a: float, b: float) -> float:
    """The smaller of two votes for the same side, 0 where they are for different ones."""
    return 0.0 if a * b <= 0 else min(a, b, key=abs)


def _most(placement: Placement) -> float:
    """Evidence that one cue can give at most at this placement. [nats]"""
    if placement == "unknown":
        return 0.0
    return STERNUM_EVIDENCE if placement in ("sternum", "upper-back") else PELVIS_EVIDENCE


def _phase_vote(look: Look, axis: float, placement: Placement) -> float:
    """What the phase of fore-aft against vertical says for the axis' sign. [nats]"""
    if placement == "upper-back":
        return 0.0  # not among the clips the cue comes from
    along = np.cos(axis) * look.acc[0] + np.sin(axis) * look.acc[1]
    fore, vertical = (np.fft.rfft(wave.mean(axis=0))[2] for wave in (along, look.up))
    centre = (STERNUM_PHASE_DEG if placement == "sternum" else PELVIS_PHASE_DEG) * RAD
    agrees = float(np.cos(np.angle(fore * np.conj(vertical)) - centre))
    # Half-way between both answers lies nothing that was ever seen.
    return _most(placement) * agrees if abs(agrees) > np.cos(PHASE_REACH_DEG * RAD) else 0.0


def _foot_cues(look: Look, strides: Strides, axis: float, placement: Placement) -> tuple[Floats, Floats]:
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


def sides_of(reading: Reading, threads: Threads) -> NDArray[np.str_]:
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
