"""Which way the torso faces inside the sensor's axes, and which foot is which.

Lives here: how the cues are put together into a mounting with its uncertainty. Unknown is a state.
Not here: up (standing.py), angles of the torso (torso.py), each cue (axis.py, set_off.py, feet.py).

Forward is first found as an axis (mod 180 degrees) from how a stride is built: what comes twice a stride is
fore-aft, what alternates is sideways. Which end of the axis is forward, and which foot is left, are settled
together: each cue gives evidence for one of the four readings.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gait import rotations
from gait.bouts import Bouts
from gait.contacts import Contacts
from gait.errors import SignalError
from gait.facing.axis import FEWEST_STRIDES, axis_of, look_at, strides_to_look_at, wrap
from gait.facing.feet import KNOWN, Reading, read, sides_of
from gait.facing.mounting import Mounting
from gait.facing.set_off import Gain, speed_gained
from gait.gravity import Settled
from gait.recording import Placement
from gait.rotations import Floats
from gait.slip import Slip
from gait.standing import FARTHEST_STANDING_DEG, Standing, angle_deg, find_standing, mean_up
from gait.strides import Threads, pair
from gait.units import DEG, RAD

#: Uncertainty of the forward axis from the stride's harmonics, one standard deviation.  [°]
#: Source: synthetic runners, tests/accuracy/targets.py.
HARMONIC_SIGMA_DEG = 4.0

#: ... and of an axis that a person stated.  [°]  Chosen: a clip is put on no straighter than that.
STATED_SIGMA_DEG = 5.0

#: A stated forward axis farther than this from what the running tells is said to contradict it.  [°]
#: Chosen: five times the forward axis' own uncertainty, three times that of a clip put on askew.
CONTRADICTED_DEG = 30.0

#: Uncertainty of a forward axis of which nothing is known.  [°]  Source: it may be any, 90° to either side.
NOT_KNOWN_DEG = 90.0

#: A set-off farther than this from the stride's own axis went round a bend, and says no direction.  [°]  Chosen.
FARTHEST_SET_OFF_DEG = 45.0

#: A stated axis less level than this points up or down.  [1]  Chosen: 30° from the vertical.
LEAST_LEVEL = 0.5

#: What a cue says: its name, the azimuth of forward in level axes [rad], one standard deviation [°].
Cue = tuple[str, float, float]

#: What is read where there is too little to look at.
NOTHING_READ = Reading(1, 0.0, {}, False)


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
    slip: Slip | None = None,
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
    slip : Slip, optional
        The clip moved on the way; where it moved far, forward is looked for on the side of the standing alone.

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
    strides = strides_to_look_at(settled, pair(contacts, threads), contacts, threads)
    if learnt is not None:
        if len(strides) < FEWEST_STRIDES or not learnt.sign_known:
            return learnt, sides_of(NOTHING_READ, threads)
        seen = look_at(settled, strides, learnt.q_torso_sensor)
        reading = read(seen, strides, contacts, threads, 0.0, None, placement, fixed=True)
        return learnt, sides_of(reading, threads)
    stood, up, why = _zero(settled, bouts, contacts, standing, None if slip is None else slip.at)
    heard = (-np.inf, np.inf)
    if slip is not None and slip.far:
        heard = slip.heard(stood.span if stood else None, standing is not None)
        strides = strides.at(np.flatnonzero((strides.start >= heard[0]) & (strides.stop <= heard[1])))
    q_level = rotations.between(up, [0.0, 0.0, 1.0])
    look = look_at(settled, strides, q_level) if len(strides) >= FEWEST_STRIDES else None
    axis, stands_out = axis_of(look) if look is not None else (0.0, False)
    if stands_out:
        # Angles are not quite vectors: looked at once more along the axis found, the answer no longer depends
        # on how the sensor happened to be turned (2° at most before, 0.03° after).
        q_level = rotations.multiply(_about_up(-axis), q_level)
        look = look_at(settled, strides, q_level)
        axis, stands_out = axis_of(look)
    gain = speed_gained(settled, bouts, q_level, heard)
    reading = NOTHING_READ
    if look is not None:
        reading = read(look, strides, contacts, threads, axis, gain, placement)
    forward, sigma = axis + (0.0 if reading.sign > 0 else np.pi), NOT_KNOWN_DEG
    cues = _cues(forward, gain) if stands_out else []
    if cues:
        forward, sigma = _together(cues)
    sign_known = stands_out and reading.lead >= KNOWN and not reading.torn
    contradicted = None
    if facing is not None:
        stated = _stated(facing, up, q_level)
        off = abs(wrap(stated - forward)) * DEG if cues else 0.0
        off = off if sign_known else min(off, 180.0 - off)
        contradicted = off if off > CONTRADICTED_DEG else None
        forward, sigma, sign_known = stated, STATED_SIGMA_DEG, True
        cues.append(("stated", forward, STATED_SIGMA_DEG))
        if look is not None:
            reading = read(look, strides, contacts, threads, forward, None, placement, fixed=True)
    elif not sign_known:
        why.append(_why_sign(placement, reading, look is not None))
    mounting = Mounting(
        q_torso_sensor=rotations.multiply(_about_up(-forward), q_level),
        standing=stood.span if stood else None,
        forward_sigma_deg=sigma,
        sign_known=sign_known,
        placement=placement,
        cues=tuple((name, float(wrap(a - forward) * DEG), s) for name, a, s in cues),
        why=tuple(why),
        standing_count=stood.count if stood else 0,
        crept_deg=stood.crept_deg if stood else None,
        acc_offset=settled.motion.acc_offset,
        standing_elsewhere=standing is not None and stood is not None,
        contradicted_deg=contradicted,
    )
    return mounting, sides_of(reading, threads)


def _zero(
    settled: Settled,
    bouts: Bouts,
    contacts: Contacts,
    standing: Standing | None,
    slipped_at: float | None,
) -> tuple[Standing | None, Floats, list[str]]:
    """The standing that lean is counted from, up in the sensor's axes (3,), and why there is no zero."""
    held = mean_up(settled, bouts)
    if standing is not None and len(contacts) and angle_deg(standing.up, held) > FARTHEST_STANDING_DEG:
        off = angle_deg(standing.up, held)
        worn = f"The standing file has the sensor {off:.0f}° from how it was held in the run, so it was worn otherwise then"
        return None, held, [f"{worn}, and lean has no zero here."]
    stood = standing or find_standing(settled, bouts, slipped_at)
    if stood is None:
        return None, held, ["No quiet standing of 5 s was found, so lean has no zero here."]
    return stood, stood.up, []


def _cues(forward: float, gain: Gain | None) -> list[Cue]:
    """What the stride's harmonics and a set-off say, with their uncertainty."""
    cues = [("stride harmonics", forward, HARMONIC_SIGMA_DEG)]
    if gain is not None and abs(wrap(gain.azimuth - forward)) < FARTHEST_SET_OFF_DEG * RAD:
        cues.append(("set-off", gain.azimuth, gain.sigma_deg))
    return cues


def _together(cues: list[Cue]) -> tuple[float, float]:
    """Forward in level axes [rad] and its standard deviation [°], from all cues."""
    first = cues[0][1]
    weight = np.array([1 / s**2 for _, _, s in cues])
    shift = np.array([wrap(a - first) for _, a, _ in cues])
    sigma = float(1 / np.sqrt(weight.sum()))
    if len(cues) > 1:
        # Cues that disagree more than they should are less sure than they say.
        sigma *= max(1.0, float(np.sqrt((weight * (shift - shift.mean()) ** 2).sum())) / 2.0)
    return first + float((weight * shift).sum() / weight.sum()), sigma


def _about_up(angle: float) -> Floats:
    """Rotation (4,) by an angle [rad] about up."""
    return np.array([np.cos(angle / 2), 0.0, 0.0, np.sin(angle / 2)])


def _stated(facing: str, up: Floats, q_level: Floats) -> float:
    """Azimuth of a stated sensor axis in level axes."""
    axis = np.zeros(3)
    axis["xyz".index(facing[1])] = -1.0 if facing[0] == "-" else 1.0
    level = rotations.rotate(q_level, axis)
    if np.hypot(level[0], level[1]) < LEAST_LEVEL:
        name = "xyz"[int(np.argmax(np.abs(up)))]
        raise SignalError(
            f"--facing {facing}: that axis points up or down in this recording (up is near the {name} axis). "
            "Name the axis that pointed forward."
        )
    return float(np.arctan2(level[1], level[0]))


def _why_sign(placement: Placement, reading: Reading, looked: bool) -> str:
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
