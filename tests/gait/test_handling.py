"""The synthetic hand: what it reads agrees with how it turned. Truth: the hand itself."""

from __future__ import annotations

import numpy as np
import pytest

from gait.rotations import cumulative_product, from_rotvec, rotate
from gait.synthetic.handling import FACES, Hand, handle
from gait.synthetic.sensor import Sensor
from gait.units import DEG, G

#: An ideal gyro summed over a turn, against the hand's own turning. [°]
CARRIED_TOLERANCE_DEG = 0.1


@pytest.mark.parametrize("seed", range(3))
def test_the_gyro_leads_from_rest_to_rest(seed: int) -> None:
    s = handle(Sensor.ideal(500.0), seed).samples
    q = cumulative_product(from_rotvec(0.5 * (s.gyr[1:] + s.gyr[:-1]) * np.diff(s.t)[:, None]))
    up = rotate(q, s.acc[1:])  # in the axes of the first sample
    hand = Hand(FACES, np.random.default_rng([seed, 6]))
    for end in [*hand.turning[1:, 0], hand.stop]:
        at = (s.t[1:] > end - 1.0) & (s.t[1:] < end - 0.2)
        mean = up[at].mean(axis=0)
        assert np.linalg.norm(mean) == pytest.approx(G, abs=0.01)
        angle = np.arccos(mean @ s.acc[0] / np.linalg.norm(mean) / np.linalg.norm(s.acc[0])) * DEG
        assert angle < CARRIED_TOLERANCE_DEG


def test_faces_come_in_order_and_tremble_only_when_held() -> None:
    for tremor, calm in ((0.0, True), (0.5, False)):
        s = handle(Sensor.ideal(), 1, faces=("+x", "-z"), tremor_deg=tremor).samples
        assert np.argmax(s.acc[:100].mean(axis=0)) == 0
        assert np.argmin(s.acc[-100:].mean(axis=0)) == 2
        assert bool(s.gyr[:100].std() < 1e-9) is calm


def test_the_same_seed_gives_the_same_hand() -> None:
    one, other = (handle(Sensor.ideal(), 2).samples for _ in range(2))
    np.testing.assert_array_equal(one.acc, other.acc)
