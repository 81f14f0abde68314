"""What grew over runs, as a plant: a leaf for each trait, and leaves never fall.

Lives here: stem, leaves, buds.
Not here: when a leaf opens (history/growth.py), its words.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np

from gait.report.pictures.svg import HUE, INK, PAPER, SOFT, TEXT, WIDTH, Picture
from gait.rotations import Floats

#: Height between two leaves, above the last and below the first. [picture units]
BETWEEN, ABOVE, BELOW = 36.0, 58.0, 96.0

#: Length and half width of a leaf and of a bud, and how steeply they stand. [picture units], [°]
LEAF, BUD, RISE = (66.0, 18.0), (32.0, 8.5), 24.0

#: Letters in a line beside a leaf, and beside a new one, whose letters are broader.  Chosen: what fits between leaf and edge.
LETTERS, LETTERS_OF_NEW = 15, 14

#: Most runs that are drawn as dots in the ground; of more, the last.  Chosen by looking.
MOST_RUNS = 36

Stage = Literal["bud", "leaf", "friend"]


class Leaf(NamedTuple):
    """A trait: its key (for its hue), name, how far it has come, and whether this run brought it forth."""

    key: str
    name: str
    stage: Stage
    new: bool


def plant(leaves: Sequence[Leaf], runs: int) -> Picture:
    """A plant with its leaves, the first seen nearest the ground, and its runs as dots below.

    Parameters
    ----------
    leaves : sequence of Leaf
        In the order in which they were seen first.
    runs : int
    """
    height = ABOVE + BETWEEN * max(len(leaves) - 1, 0) + BELOW
    picture = Picture(WIDTH, height)
    ground = height - 44

    def stem(y: Floats | float) -> Floats:
        """Where the stem is at heights."""
        up = (ground - np.asarray(y, float)) / max(ground, 1.0)
        return WIDTH / 2 + 9 * np.sin(2.6 * np.pi * up) * up

    _ground(picture, ground, runs)
    y = np.linspace(ground, ABOVE - 34, 60)
    thick = np.linspace(3.4, 1.2, 60)
    edge = [np.stack([stem(y) + s * thick, y], axis=1) for s in (-1, 1)]
    picture.area(np.concatenate([edge[0], edge[1][::-1]]), fill=SOFT, opacity=0.9)
    for i, leaf in enumerate(leaves):
        at = ground - (BELOW - 44) - BETWEEN * i
        side = 1 if i % 2 == 0 else -1
        x = float(stem(at))
        _leaf(picture, x, at, side, leaf)
        length = (BUD if leaf.stage == "bud" else LEAF)[0]
        tip = (x + side * (length * np.cos(np.radians(RISE)) + 8), at - length * np.sin(np.radians(RISE)))
        lines = textwrap.wrap(leaf.name, LETTERS_OF_NEW if leaf.new else LETTERS)
        for n, line in enumerate(lines):
            picture.text(
                tip[0], tip[1] + 5 + 15 * (n - (len(lines) - 1) / 2), line, at="start" if side > 0 else "end",
                fill=INK, font_size=f"{TEXT - 1:g}px", font_weight=650 if leaf.new else 400,
            )  # fmt: skip
    return picture


def _ground(picture: Picture, y: float, runs: int) -> None:
    """A line of earth, with a dot below for each run."""
    reach = 132.0
    x = np.linspace(WIDTH / 2 - reach, WIDTH / 2 + reach, 40)
    swell = y + 5 - 7 * np.exp(-(((x - WIDTH / 2) / 52) ** 2))
    picture.line(
        np.stack([x, swell], axis=1), stroke=SOFT, stroke_width=1.4, opacity=0.8, stroke_linecap="round"
    )
    n = min(runs, MOST_RUNS)
    at = WIDTH / 2 + (np.arange(n) - (n - 1) / 2) * min(12.0, 2 * reach / max(n, 1))
    if n:
        picture.dots(np.stack([at, np.full(n, y + 24)], axis=1), 4.5, stroke=SOFT)


def _leaf(picture: Picture, x: float, y: float, side: int, leaf: Leaf) -> None:
    """One leaf that stands off to a side of the stem."""
    length, half = BUD if leaf.stage == "bud" else LEAF
    blade = (
        f"M0 0C{0.2 * length:.1f} {-1.15 * half:.1f} {0.66 * length:.1f} {-1.2 * half:.1f} {length:g} 0"
        f"C{0.7 * length:.1f} {0.9 * half:.1f} {0.24 * length:.1f} {1.1 * half:.1f} 0 0Z"
    )
    picture.begin(f"translate({x:.1f} {y:.1f}) scale({side} 1) rotate({-RISE:g})", hue=leaf.key)
    picture.path(blade, fill=PAPER)
    picture.path(
        blade, fill=HUE, fill_opacity={"bud": 0.1, "leaf": 0.22, "friend": 0.42}[leaf.stage], stroke=HUE,
        stroke_width=1.8,
    )  # fmt: skip
    if leaf.stage != "bud":
        picture.path(
            f"M0 0C{0.3 * length:.1f} -3 {0.7 * length:.1f} -3 {0.93 * length:.1f} -0.5",
            stroke=HUE,
            stroke_width=1.2,
        )
    if leaf.stage == "friend":
        for share in (0.26, 0.42, 0.58, 0.73):
            reach = half * (0.72 - 0.5 * abs(share - 0.4))
            for up in (-1, 1):
                picture.path(
                    f"M{share * length:.1f} -2q{0.06 * length:.1f} {up * 0.5 * reach:.1f} {0.13 * length:.1f} {up * reach:.1f}",
                    stroke=HUE, stroke_width=0.9, opacity=0.8,
                )  # fmt: skip
    picture.end()
    if leaf.new:  # where it springs from
        picture.begin(f"translate({x:.1f} {y:.1f})", hue=leaf.key)
        picture.circle(0, 0, 5.5, fill=HUE, stroke=PAPER, stroke_width=1.6)
        picture.end()
