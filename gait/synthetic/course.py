"""Where and when a runner stands, walks and runs.

Lives here: Course (a list of stretches and the shape of the road) and Path, its speed and heading in time.
Not here: feet (steps.py), the trunk (trunk.py).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from scipy.interpolate import CubicSpline

from gait.rotations import Floats

Kind = Literal["run", "walk", "still"]
Road = Literal["straight", "track", "surges"]

#: Knots of speed and heading; fast enough for a set-off, slow enough for ten hours. [s]
KNOT = 0.05

#: How long a change of speed takes for each m/s of it. [s per m/s]  Chosen: 3 m/s gained in 1.8 s,
#: mean 1.7 m/s², what runners do without hurry (a sprinter's start is 4-5 m/s²).
CHANGE_PER_SPEED = 0.6

#: Radius and length of a bend of a standard track. [m]  Source: World Athletics track handbook (inner edge 36.50 m,
#: measured 0.30 m outside); straight 84.39 m.
TRACK_RADIUS, TRACK_STRAIGHT = 36.80, 84.39

#: Length over which a bend begins and ends. [m]  Chosen: two strides; nobody turns at once.
EASE = 5.0


@dataclass(frozen=True)
class Stretch:
    """One thing done for a while.

    Attributes
    ----------
    kind : str
        "run", "walk" or "still".
    seconds : float
        [s]
    speed : float
        Times the runner's own speed; for walking in m/s. 0 when still.
    """

    kind: Kind
    seconds: float
    speed: float = 1.0


@dataclass(frozen=True)
class Course:
    """Standing, running, standing, on a straight, a track or with surges.

    Attributes
    ----------
    path : str
        "straight"; "track": 400 m laps, to the left; "surges": surges, one stop and bends to both sides.
    standing_s, running_s, standing_after_s : float
        [s]
    stretches : tuple of Stretch
        When given, this is what is done, and the times above are not used.
    """

    path: Road = "straight"
    standing_s: float = 8.0
    running_s: float = 80.0
    standing_after_s: float = 0.0
    stretches: tuple[Stretch, ...] = ()

    def plan(self) -> tuple[Stretch, ...]:
        """The stretches in order."""
        if self.stretches:
            return self.stretches
        before = (Stretch("still", self.standing_s, 0.0),) if self.standing_s else ()
        after = (Stretch("still", self.standing_after_s, 0.0),) if self.standing_after_s else ()
        if self.path != "surges":
            return (*before, Stretch("run", self.running_s), *after)
        # Shares of the running time. Chosen: two surges (+25 %, +15 %), an easy part, and a stop of 4 s.
        part = (self.running_s - 4.0) / 10.0
        run = (
            Stretch("run", 2 * part), Stretch("run", 1.5 * part, 1.25), Stretch("run", 2 * part, 0.9),
            Stretch("still", 4.0, 0.0),
            Stretch("run", 2 * part), Stretch("run", 1 * part, 1.15), Stretch("run", 1.5 * part),
        )  # fmt: skip
        return (*before, *run, *after)

    @staticmethod
    def walk(seconds: float = 40.0, speed: float = 1.4, standing_s: float = 8.0) -> Course:
        """Standing, then walking only."""
        return Course(stretches=(Stretch("still", standing_s, 0.0), Stretch("walk", seconds, speed)))

    @staticmethod
    def still(seconds: float = 30.0) -> Course:
        """Standing only."""
        return Course(stretches=(Stretch("still", seconds, 0.0),))


@dataclass(frozen=True)
class Bout:
    """Neighbouring stretches of one kind as one: [start, stop) s.

    A bout that opens or closes the course goes on beyond it: the recording is cut out of it.
    """

    kind: Kind
    start: float
    stop: float
    opens: bool = False
    closes: bool = False

    def under_way(self, t: Floats, rise: float, fall: float, held: float = 0.0) -> Floats:
        """0 before it, 1 in it, 0 after it; falling begins at the stop plus held minus fall. [1]."""
        out = np.ones(len(t))
        if not self.opens:
            out *= smooth((t - self.start) / rise)
        if not self.closes:
            out *= smooth((self.stop + held - t) / fall)
        return out


class Path:
    """Speed and heading in time, as splines that can be evaluated anywhere.

    Attributes
    ----------
    bouts : list of Bout
    stop : float
        End of the course. [s]
    speed, heading, place : CubicSpline
        [m/s]; [rad], to the left; east and north of the centre of the road [m].
    """

    def __init__(self, course: Course, speed_mps: float) -> None:
        plan = course.plan()
        edges = np.concatenate([[0.0], np.cumsum([s.seconds for s in plan])])
        self.stop = float(edges[-1])
        self.bouts: list[Bout] = []
        for stretch, start, stop in zip(plan, edges[:-1], edges[1:], strict=True):
            if self.bouts and self.bouts[-1].kind == stretch.kind:
                self.bouts[-1] = Bout(stretch.kind, self.bouts[-1].start, float(stop))
            else:
                self.bouts.append(Bout(stretch.kind, float(start), float(stop)))
        self.bouts[0] = replace(self.bouts[0], opens=True)
        self.bouts[-1] = replace(self.bouts[-1], closes=True)
        t = np.arange(-4.0, self.stop + 4.0 + KNOT, KNOT)
        wanted = [
            s.speed * speed_mps if s.kind == "run" else s.speed if s.kind == "walk" else 0.0 for s in plan
        ]
        v = np.full(len(t), wanted[0])
        for before, after, edge in zip(wanted[:-1], wanted[1:], edges[1:-1], strict=True):
            took = max(abs(after - before) * CHANGE_PER_SPEED, 0.5)
            # A stop is reached at its edge, a start leaves from it.
            begin = edge - took if after == 0.0 else edge
            v += (after - before) * smooth((t - begin) / took)
        heading = _heading(course.path, np.concatenate([[0.0], np.cumsum((v[1:] + v[:-1]) / 2 * KNOT)]))
        self.speed = CubicSpline(t, v)
        self.heading = CubicSpline(t, heading)
        self.place = CubicSpline(
            t, np.stack([v * np.cos(heading), v * np.sin(heading)], axis=1)
        ).antiderivative()


def smooth(x: Floats) -> Floats:
    """0 below 0, 1 above 1, between them rising with three continuous derivatives at the ends."""
    y = np.clip(x, 0.0, 1.0)
    square = y * y  # powers would be the slowest line of the simulator
    return np.asarray(square * square * (35.0 - 84.0 * y + square * (70.0 - 20.0 * y)))


def _heading(road: Road, s: Floats) -> Floats:
    """Heading over distance. [rad]."""
    if road == "straight":
        return np.zeros(len(s))
    step = 0.25
    grid = np.arange(s[0], s[-1] + 2 * step, step)
    if road == "track":
        bend = np.pi * TRACK_RADIUS
        along = np.mod(grid, 2 * (TRACK_STRAIGHT + bend)) % (TRACK_STRAIGHT + bend)
        curvature = np.where(along > TRACK_STRAIGHT, 1.0 / TRACK_RADIUS, 0.0)
    else:
        # Chosen: each 60 m a bend of 20 m and 45°, two to the left, then one to the right.
        along, count = np.mod(grid, 60.0), np.floor_divide(grid, 60.0)
        size = (np.pi / 4) / 20.0
        curvature = np.where(along > 40.0, np.where(count % 3 == 2, -size, size), 0.0)
    width = int(EASE / step)
    ease = np.hanning(width + 2)[1:-1]
    eased = np.convolve(np.pad(curvature, width, mode="edge"), ease / ease.sum(), mode="same")[width:-width]
    heading = np.concatenate([[0.0], np.cumsum((eased[1:] + eased[:-1]) / 2 * step)])
    return np.asarray(np.interp(s, grid, heading))
