"""Quaternion algebra against scipy's Rotation (another tool) and its own laws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.spatial.transform import Rotation

from gait import rotations
from gait.rotations import Floats

#: A few roundings of float64 on numbers of size 1 to 30; nothing here is approximate.
ROUNDING = 1e-11

#: Products of hundreds of rotations gather roundings; measured 1e-13 for 400.
LONG_ROUNDING = 1e-11

#: `between` near a half turn loses half of the digits (its length is the root of a cancelled sum).
OPPOSITE_ROUNDING = 2e-6  # within 1.4e-6 rad of opposite any half turn is given

numbers = st.floats(-3.0, 3.0)
vectors = arrays(float, 3, elements=st.floats(-30.0, 30.0))


@st.composite
def quaternions(draw: st.DrawFn) -> Floats:
    """Unit quaternions, w of either sign."""
    q = draw(arrays(float, 4, elements=st.floats(-1.0, 1.0)).filter(lambda a: np.linalg.norm(a) > 0.1))
    return np.asarray(q / np.linalg.norm(q))


@st.composite
def directions(draw: st.DrawFn) -> Floats:
    v = draw(arrays(float, 3, elements=st.floats(-1.0, 1.0)).filter(lambda a: np.linalg.norm(a) > 0.1))
    return np.asarray(v / np.linalg.norm(v))


def in_scipy(q: Floats) -> Rotation:
    return Rotation.from_quat(q, scalar_first=True)


def same_rotation(p: Floats, q: Floats) -> bool:
    """Equal up to the sign that a quaternion leaves open."""
    return bool(np.abs(np.abs(np.sum(p * q, axis=-1)) - 1.0).max() < ROUNDING)


@given(quaternions(), quaternions(), vectors)
def test_neighbours_cancel(q_a_b: Floats, q_b_c: Floats, v: Floats) -> None:
    at_once = rotations.rotate(rotations.multiply(q_a_b, q_b_c), v)
    one_by_one = rotations.rotate(q_a_b, rotations.rotate(q_b_c, v))
    np.testing.assert_allclose(at_once, one_by_one, atol=30 * ROUNDING)


@given(quaternions(), quaternions(), vectors)
def test_product_and_rotation_are_those_of_scipy(p: Floats, q: Floats, v: Floats) -> None:
    both = (in_scipy(p) * in_scipy(q)).as_quat(scalar_first=True)
    assert same_rotation(rotations.multiply(p, q), both)
    np.testing.assert_allclose(rotations.rotate(q, v), in_scipy(q).apply(v), atol=30 * ROUNDING)
    np.testing.assert_allclose(rotations.to_matrix(q), in_scipy(q).as_matrix(), atol=ROUNDING)


@given(quaternions(), vectors)
def test_a_rotation_keeps_length_and_its_inverse_takes_it_back(q: Floats, v: Floats) -> None:
    turned = rotations.rotate(q, v)
    assert np.linalg.norm(turned) == pytest.approx(np.linalg.norm(v), abs=100 * ROUNDING)
    np.testing.assert_allclose(rotations.rotate(rotations.inverse(q), turned), v, atol=100 * ROUNDING)
    np.testing.assert_allclose(rotations.multiply(q, rotations.inverse(q)), rotations.IDENTITY, atol=ROUNDING)


@given(arrays(float, 3, elements=numbers))
def test_rotation_vectors_are_those_of_scipy(v: Floats) -> None:
    assert same_rotation(rotations.from_rotvec(v), Rotation.from_rotvec(v).as_quat(scalar_first=True))


def test_a_quarter_turn_to_the_left_takes_forward_to_left() -> None:
    q = rotations.from_rotvec([0.0, 0.0, np.pi / 2])
    np.testing.assert_allclose(rotations.rotate(q, [1.0, 0.0, 0.0]), [0.0, 1.0, 0.0], atol=ROUNDING)


@pytest.mark.parametrize("angle", [0.0, 1e-300, 1e-12, 1e-8])
def test_no_turn_at_all_is_the_identity(angle: float) -> None:
    q = rotations.from_rotvec([angle, 0.0, 0.0])
    assert np.isfinite(q).all()
    np.testing.assert_allclose(q, [1.0, angle / 2, 0.0, 0.0], atol=1e-16)


@given(quaternions())
def test_to_matrix_and_back(q: Floats) -> None:
    assert same_rotation(rotations.from_matrix(rotations.to_matrix(q)), q)


@given(st.integers(0, 400), st.integers(0, 2**32 - 1))
def test_running_products_are_those_of_a_plain_loop(n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    q = rotations.from_rotvec(rng.normal(size=(n, 3)))
    before = q.copy()
    found = rotations.cumulative_product(q)
    one = rotations.IDENTITY
    loop = np.empty((n, 4))
    for i in range(n):
        one = rotations.multiply(one, q[i])
        loop[i] = one
    assert found.shape == (n, 4)
    np.testing.assert_allclose(found, loop, atol=LONG_ROUNDING)
    np.testing.assert_array_equal(q, before)


@given(directions(), directions())
def test_between_is_the_shortest_way(a: Floats, b: Floats) -> None:
    q = rotations.between(a, b)
    angle = np.arctan2(np.linalg.norm(np.cross(a, b)), a @ b)
    near_opposite = np.pi - angle < 1e-3
    np.testing.assert_allclose(
        rotations.rotate(q, a), b, atol=OPPOSITE_ROUNDING if near_opposite else ROUNDING
    )
    assert in_scipy(q).magnitude() == pytest.approx(angle, abs=OPPOSITE_ROUNDING)


@given(directions())
def test_between_opposites_is_a_half_turn(a: Floats) -> None:
    q = rotations.between(a, -a)
    np.testing.assert_allclose(rotations.rotate(q, a), -a, atol=OPPOSITE_ROUNDING)
    assert np.linalg.norm(q) == pytest.approx(1.0)


def test_between_does_not_ask_for_unit_vectors() -> None:
    q = rotations.between([0.0, 0.0, 9.8], [3.0, 0.0, 0.0])
    np.testing.assert_allclose(rotations.rotate(q, [0.0, 0.0, 1.0]), [1.0, 0.0, 0.0], atol=ROUNDING)


def test_everything_broadcasts() -> None:
    rng = np.random.default_rng(4)
    q = rotations.from_rotvec(rng.normal(size=(5, 3)))
    v = rng.normal(size=(5, 3))
    each = np.array([rotations.rotate(a, b) for a, b in zip(q, v, strict=True)])
    np.testing.assert_allclose(rotations.rotate(q, v), each, atol=ROUNDING)
    assert rotations.rotate(q[0], v).shape == (5, 3)
    assert rotations.rotate(q, v[0]).shape == (5, 3)
    assert rotations.multiply(q[0], q).shape == (5, 4)
    assert rotations.to_matrix(q).shape == (5, 3, 3)
    both = np.concatenate([v, -v[:1]])
    np.testing.assert_allclose(
        rotations.rotate(rotations.between(both, v[0]), both / np.linalg.norm(both, axis=1, keepdims=True)),
        np.broadcast_to(v[0] / np.linalg.norm(v[0]), both.shape),
        atol=OPPOSITE_ROUNDING,
    )
