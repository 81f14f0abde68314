"""A part of the matrix of damage; the whole of it: python -m tests.gait.readers.damage_matrix."""

from __future__ import annotations

import warnings

import pytest

from tests.gait.readers.damage_matrix import SHAPES, cell
from tests.gait.readers.damages import ALL

#: Each damage meets two of the loggers, each logger four of the damages.
PAIRS = [
    (list(SHAPES)[(3 * i + 7 * k) % len(SHAPES)], damage) for i, damage in enumerate(ALL) for k in (0, 1)
]


@pytest.mark.parametrize(
    ("logger", "damage"), PAIRS, ids=[f"{damage} x {logger}" for logger, damage in PAIRS]
)
def test_damage_leaves_the_numbers_or_is_named(logger: str, damage: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        holds, word = cell(logger, damage)
    assert holds, word
