"""Which way is down, from whole strides.

Lives here: the gyro-carried frame, the specific force averaged over strides in it, the settled inclination.
Not here: the heading, which nothing here knows and nothing above may ask for in absolute terms.

A filter that trusts single accelerometer samples is wrong by degrees in running, where half of the time is
flight or impact. What is right is the mean specific force over exactly one stride: velocity is periodic
there, so what remains is gravity. Between strides the gyro carries.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.linalg import solveh_banded

from gait import dsp, rotations
from gait.motion import Motion
from gait.rotations import Floats
from gait.units import RAD, G

#: Spacing of the nodes at which the direction of gravity is asked for, about half a stride.  [s]
#: Chosen: finer changed nothing, coarser cost accuracy at starts (synthetic runner).
NODE_EVERY = 0.35

#: Window in which the step rhythm is measured.  [s]  Chosen: 12-20 steps; shorter doubles the octave errors.
RHYTHM_WINDOW = 6.0

#: Steps a second that are looked for, from slow walking to a sprint.  [Hz]
#: Source: cadence 74-290 /min covers walking at 0.5 m/s (Grieve & Gear 1966) to 100 m sprints (Salo 2011).
STEP_BAND = (1.2, 4.8)

#: Share of the power a rhythm must hold to set the averaging length.  [1]
#: Chosen: noise has 0.3, a phone in a trouser pocket 0.6, a trunk 0.8-0.99.
RHYTHM_SHARE = 0.45

#: Averaging length where there is no rhythm.  [s]  Chosen: about a stride.
NO_RHYTHM_WIDTH = 1.0

#: Weight of the first and second differences against one node's own say.  [1]  Chosen on the tuning half of
#: the synthetic seeds; see tests/accuracy/settle.py.
STIFFNESS = (10.0, 300.0)

#: Residual at which a node is half believed: a surge or a start tilts the mean force.  [rad]  Chosen as above.
CAUCHY_SCALE = 1.0 * RAD

#: Nodes around one whose usual residual is allowed for.  [nodes]  Chosen: 14 s, longer than a start or a surge.
MOST_OF = 41

#: How much more a node in quiet standing weighs: no acceleration to average away.  [1]  Chosen as above.
REST_WEIGHT = 5.0

#: Gyro bias worse than this is not yet known from a rest.  [°/s, 1 sd]  Chosen: VQF ends below 0.1 after 2 s.
KNOWN_BIAS_DPS = 0.5

#: A bias this sure comes from some rest, however long ago.  [°/s, 1 sd]
#: Chosen: half of what is unknown at first; VQF's own grows to 3 in a day.
RESTED_DPS = 5.0

#: Passages shorter than this hold no whole stride to settle on.  [s]  Chosen.
SHORTEST_PASSAGE = 1.5

#: A gap this long halves the stiffness across it, twice as long all but ends it: what the gyro carries over a gap
#: is known for a few hundredths only.  [s]  Chosen: 0.24 s gaps then tilt by 0.6° instead of 4°.
LOOSE_GAP = 0.05

#: Samples worked on at a time, so that memory does not grow with the run.  [samples]  Chosen: 20 min at 200 Hz.
PIECE = 240_000


@dataclass(frozen=True)
class Settled:
    """Motion with its inclination settled.

    Attributes
    ----------
    motion : Motion
    q_earth_sensor : (n, 4) array
        Earth z is up; the heading starts anywhere in each passage and is carried by the gyro.
    settled : (n,) bool array
        False in passages too short to settle.
    node_t : (m,) array
        Times of the nodes. [s]
    step_hz : (m,) array
        Steps a second around each node, NaN where there is no rhythm.
    rhythm : (m,) array
        Share of the power the rhythm holds.
    gyr_bias : (3,) array
        Mean bias that was taken from the gyro. [rad/s]
    bias_from_rest : bool
        False when no rest gave the bias and it was taken from the running itself.
    """

    motion: Motion
    q_earth_sensor: Floats
    settled: NDArray[np.bool_]
    node_t: Floats
    step_hz: Floats
    rhythm: Floats
    gyr_bias: Floats
    bias_from_rest: bool

    def acc_earth(self, part: slice) -> Floats:
        """Acceleration without gravity, earth axes, of some samples. [m/s²]"""
        out = rotations.rotate(self.q_earth_sensor[part], self.motion.force(part))
        out[:, 2] -= G
        return out

    def up_force(self, part: slice) -> Floats:
        """Vertical specific force of some samples; g at rest. [m/s²]"""
        out = np.empty(part.stop - part.start)
        for a in range(part.start, part.stop, PIECE):
            here = slice(a, min(a + PIECE, part.stop))
            f = self.motion.force(here)
            w, x, y, z = self.q_earth_sensor[here].T
            # Third row of the rotation matrix alone: a third of the work.
            up = (
                2 * (x * z - w * y) * f[:, 0]
                + 2 * (y * z + w * x) * f[:, 1]
                + (1 - 2 * (x * x + y * y)) * f[:, 2]
            )
            out[a - part.start : here.stop - part.start] = up
        return out


def settle(motion: Motion) -> Settled:
    """Find which way is down at every sample.

    Parameters
    ----------
    motion : Motion
        n samples; each passage without a long gap is settled by itself.

    Returns
    -------
    Settled
    """
    n = len(motion)
    q = np.zeros((n, 4))
    q[:, 0] = 1.0
    ok = np.zeros(n, bool)
    node_t, step_hz, rhythm = [], [], []
    bias_of, from_rest, biases = _bias(motion)
    for part in motion.passages():
        length = part.stop - part.start
        if length < max(8, SHORTEST_PASSAGE * motion.rate_hz):
            continue
        carried = rotations.IDENTITY
        for a in range(part.start, part.stop, PIECE):
            b = min(a + PIECE, part.stop)
            _carry(motion, a, b, a == part.start, bias_of, carried, q)
            carried = q[b - 1]
        size = np.sqrt(np.einsum("ij,ij->i", motion.acc[part], motion.acc[part]))
        nodes = _nodes(motion, part)
        # A 6 s window changes little from node to node: every third is looked at.
        hz, share = dsp.local_period(size, motion.rate_hz, nodes.at[::3], RHYTHM_WINDOW, STEP_BAND)
        hz, share = (x.repeat(3)[: len(nodes.at)] for x in (hz, share))
        hz = np.where(share >= RHYTHM_SHARE, hz, np.nan)
        width = _widths(hz) * motion.rate_hz
        direction = _mean_force(motion, q, part, nodes, width) / G
        # A window cut short by a gap is no whole stride.
        edge = np.clip(np.minimum(nodes.at - nodes.first, nodes.last - nodes.at) / width, 0.05, 1.0)
        resting = dsp.at_index(motion.rest[part].astype(float), nodes.at) > 0.5
        up = _smooth(direction, np.where(resting, REST_WEIGHT, 1.0) * edge**4, nodes.link)
        _upright(q, part, nodes.at, up)
        ok[part] = True
        # Rounding may put the last node half a sample past the end.
        node_t.append(motion.t[part][np.minimum(np.round(nodes.at).astype(np.intp), length - 1)])
        step_hz.append(hz)
        rhythm.append(share)
    none = [np.zeros(0)]
    return Settled(
        motion=motion,
        q_earth_sensor=q,
        settled=ok,
        node_t=np.concatenate(node_t or none),
        step_hz=np.concatenate(step_hz or none),
        rhythm=np.concatenate(rhythm or none),
        gyr_bias=biases,
        bias_from_rest=from_rest,
    )


BiasOf = tuple[Floats, Floats]


def _bias(motion: Motion) -> tuple[BiasOf, bool, Floats]:
    """Gyro bias over time: from rests where there were any, else from the mean of the turning itself."""
    best = float(motion.bias_sigma.min(initial=np.inf))
    # Long after a rest its bias is less sure and still far better than none; while a rest is new it converges.
    known = motion.bias_sigma < (max(KNOWN_BIAS_DPS * RAD, 1.2 * best) if best < RESTED_DPS * RAD else 0.0)
    if known.any():
        # VQF's first estimates inside a rest still converge; before the first rest, that rest's value holds.
        t, b = motion.bias_t[known], motion.bias[known]
        return (t, b), True, b.mean(axis=0)
    if len(motion) == 0:
        return (np.zeros(1), np.zeros((1, 3))), False, np.zeros(3)
    # A trunk that runs upright turns round no horizontal axis in the long run, and little round the vertical.
    b = motion.gyr.mean(axis=0)
    return (motion.t[:1], b[None]), False, b


def _carry(motion: Motion, a: int, b: int, opens: bool, bias_of: BiasOf, start: Floats, out: Floats) -> None:
    """Integrate the gyro over samples a to b into ``out``, from orientation ``start`` of sample a - 1."""
    lo = a if opens else a - 1
    t = motion.t[lo:b]
    rate = motion.gyr[lo:b] - np.stack([np.interp(t, bias_of[0], bias_of[1][:, i]) for i in range(3)], axis=1)
    turned = rotations.from_rotvec(0.5 * (rate[1:] + rate[:-1]) * np.diff(t)[:, None])
    if opens:
        turned = np.concatenate([rotations.IDENTITY[None], turned])
    turned[0] = rotations.multiply(start, turned[0])
    out[a:b] = rotations.cumulative_product(turned)


@dataclass(frozen=True)
class _Nodes:
    """Where gravity is asked for in one passage; samples count from its start.

    at, first, last : (m,) place of the node, first and last sample of its stretch
    link : (m - 1,) how firmly neighbours are linked: 1 without a gap between them
    """

    at: Floats
    first: Floats
    last: Floats
    link: Floats


def _nodes(motion: Motion, part: slice) -> _Nodes:
    """Nodes of one passage, NODE_EVERY apart within each of its stretches."""
    at: list[Floats] = []
    first, last, link = [], [], []
    for s in motion.stretches(part):
        a, n = s.start - part.start, s.stop - s.start
        here = a + np.arange(
            min(0.5 * (n - 1), 0.5 * NODE_EVERY * motion.rate_hz), n - 0.5, NODE_EVERY * motion.rate_hz
        )
        if at:
            gap = motion.t[s.start] - motion.t[s.start - 1]
            link.append(np.array([1.0 / (1.0 + (gap / LOOSE_GAP) ** 8)]))
        link.append(np.ones(len(here) - 1))
        at.append(here)
        first.append(np.full(len(here), float(a)))
        last.append(np.full(len(here), float(a + n - 1)))
    return _Nodes(np.concatenate(at), np.concatenate(first), np.concatenate(last), np.concatenate(link))


def _mean_force(motion: Motion, q: Floats, part: slice, nodes: _Nodes, width: Floats) -> Floats:
    """Specific force in the carried frame, averaged over a stride around each node (m, 3). [m/s²]"""
    out = np.empty((len(nodes.at), 3))
    margin = int(2 * width.max()) + 2
    for s in motion.stretches(part):
        a, b = s.start - part.start, s.stop - part.start
        mine = np.flatnonzero((nodes.first == a) & (nodes.last == b - 1))
        for lo in range(a, b, PIECE):
            inside = mine[(nodes.at[mine] >= lo) & (nodes.at[mine] < lo + PIECE)]
            if len(inside) == 0:
                continue
            x, y = max(a, lo - margin), min(b, lo + PIECE + margin)
            whole = slice(part.start + x, part.start + y)
            force = rotations.rotate(q[whole], motion.force(whole))
            out[inside] = (
                dsp.double_box(force, nodes.at[inside] - x, width[inside])
                if y - x > 2
                else force.mean(axis=0)
            )
    return out


def _widths(hz: Floats) -> Floats:
    """One stride at each node, steadied over its neighbours; a default where there is no rhythm. [s]"""
    width = 2.0 / hz
    known = np.isfinite(width)
    if not known.any():
        return np.full(len(hz), NO_RHYTHM_WIDTH)
    padded = np.pad(np.where(known, width, np.nan), 4, mode="edge")
    rows = np.lib.stride_tricks.sliding_window_view(padded, 9)
    out = np.full(len(hz), NO_RHYTHM_WIDTH)
    out[known] = np.nanmedian(rows[known], axis=1)
    return out


def _smooth(direction: Floats, weight: Floats, link: Floats) -> Floats:
    """Unit vectors (m, 3) near the nodes' own directions, stiff in time, with a Cauchy loss."""
    m = len(direction)
    size = np.linalg.norm(direction, axis=1, keepdims=True)
    # A sensor that feels nothing at all has no up; any will do,.
    unit: Floats = np.where(size > 1e-6, direction, [0.0, 0.0, 1.0]) / np.where(size > 1e-6, size, 1.0)
    if m < 3:
        return unit
    bands = np.zeros((3, m))  # upper form of the symmetric penalty: second, first, main diagonal
    one = STIFFNESS[0] * link
    two = STIFFNESS[1] * np.minimum(link[1:], link[:-1])
    bands[2, :-1] += one
    bands[2, 1:] += one
    bands[1, 1:] -= one
    bands[2, :-2] += two
    bands[2, 1:-1] += 4 * two
    bands[2, 2:] += two
    bands[1, 1:-1] -= 2 * two
    bands[1, 2:] -= 2 * two
    bands[0, 2:] += two
    out = unit
    belief = np.ones(m)
    for turn in range(8):
        if turn:
            off = np.linalg.norm(unit - out, axis=1)
            # Where most nodes disagree the curve is wrong, not they: a gyro that drifts fast must be followed.
            usual = ndimage.median_filter(off, min(MOST_OF, m), mode="reflect")
            belief = 1.0 / (1.0 + (off / np.maximum(CAUCHY_SCALE, 1.5 * usual)) ** 2)
        a = bands.copy()
        a[2] += weight * belief
        out = solveh_banded(a, unit * (weight * belief)[:, None])
        out /= np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-9)
    return np.asarray(out)


def _upright(q: Floats, part: slice, at: Floats, up: Floats) -> None:
    """Turn the carried orientations of one passage so that ``up`` (m, 3) at the nodes becomes z, in place."""
    step = np.empty((len(up), 4))
    step[0] = rotations.between(up[0], [0.0, 0.0, 1.0])
    if len(up) > 1:
        # From node to node the frame is tilted along the shortest way, so no heading is added.
        step[1:] = rotations.between(up[1:], up[:-1])
    nodes = rotations.cumulative_product(step)
    length = part.stop - part.start
    for a in range(0, length, PIECE):
        b = min(a + PIECE, length)
        s = slice(part.start + a, part.start + b)
        here = dsp.at_index(nodes, np.interp(np.arange(a, b), at, np.arange(len(at))))
        here /= np.linalg.norm(here, axis=1, keepdims=True)
        q[s] = rotations.multiply(here, q[s])
