"""Quaternion algebra on arrays, w first.

Lives here: product, inverse, rotation of vectors, for (n, 4) arrays at numpy speed.
Not here: estimating an orientation (motion.py), or what the axes mean (facing.py).

A rotation ``q_a_b`` takes the coordinates of a vector in frame b to those in frame a, so
neighbours cancel: ``q_a_b * q_b_c = q_a_c``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

#: Real arrays; double precision unless a docstring says single.
Floats = NDArray[np.floating]

#: No rotation at all.
IDENTITY: Floats = np.array([1.0, 0.0, 0.0, 0.0])


def multiply(p: ArrayLike, q: ArrayLike) -> Floats:
    """Hamilton product of quaternions (..., 4), broadcast against each other."""
    a, b = np.asarray(p, float), np.asarray(q, float)
    pw, px, py, pz = a[..., 0], a[..., 1], a[..., 2], a[..., 3]
    qw, qx, qy, qz = b[..., 0], b[..., 1], b[..., 2], b[..., 3]
    out = np.empty(np.broadcast_shapes(a.shape, b.shape))
    out[..., 0] = pw * qw - px * qx - py * qy - pz * qz
    out[..., 1] = pw * qx + px * qw + py * qz - pz * qy
    out[..., 2] = pw * qy - px * qz + py * qw + pz * qx
    out[..., 3] = pw * qz + px * qy - py * qx + pz * qw
    return out


def inverse(q: ArrayLike) -> Floats:
    """Inverse of unit quaternions (..., 4)."""
    return np.asarray(np.asarray(q, float) * np.array([1.0, -1.0, -1.0, -1.0]))


def rotate(q: ArrayLike, v: ArrayLike) -> Floats:
    """Coordinates of vectors (..., 3) after unit quaternions (..., 4), broadcast."""
    qa, va = np.asarray(q, float), np.asarray(v, float)
    w, x, y, z = qa[..., 0], qa[..., 1], qa[..., 2], qa[..., 3]
    a, b, c = va[..., 0], va[..., 1], va[..., 2]
    # v + 2w (u x v) + 2 u x (u x v), written out: half the time of going through matrices.
    tx, ty, tz = 2 * (y * c - z * b), 2 * (z * a - x * c), 2 * (x * b - y * a)
    out = np.empty((*np.broadcast_shapes(qa.shape[:-1], va.shape[:-1]), 3))
    out[..., 0] = a + w * tx + y * tz - z * ty
    out[..., 1] = b + w * ty + z * tx - x * tz
    out[..., 2] = c + w * tz + x * ty - y * tx
    return out


def from_rotvec(v: ArrayLike) -> Floats:
    """Quaternions (..., 4) of rotation vectors (..., 3) [rad]."""
    r = np.asarray(v, float)
    angle = np.linalg.norm(r, axis=-1, keepdims=True)
    return np.concatenate([np.cos(angle / 2), r * 0.5 * np.sinc(angle / (2 * np.pi))], axis=-1)


def cumulative_product(q: Floats) -> Floats:
    """Running products q[0], q[0] q[1], q[0] q[1] q[2], ... of quaternions (n, 4), normalised.

    Products inside blocks of about sqrt(n) run side by side, so Python steps n/block times instead of n.
    """
    n = len(q)
    if n == 0:
        return q.copy()
    size = max(1, int(np.sqrt(n)))
    blocks = -(-n // size)
    padded = np.concatenate([q, np.broadcast_to(IDENTITY, (blocks * size - n, 4))]).reshape(blocks, size, 4)
    for j in range(1, size):
        padded[:, j] = multiply(padded[:, j - 1], padded[:, j])
    before = padded[:1, -1].repeat(blocks, axis=0)  # product of all blocks before each
    before[0] = IDENTITY
    for i in range(1, blocks):
        before[i] = multiply(before[i - 1], padded[i - 1, -1])
    out = multiply(before[:, None], padded).reshape(-1, 4)[:n]
    return np.asarray(out / np.linalg.norm(out, axis=-1, keepdims=True))


def from_matrix(m: ArrayLike) -> Floats:
    """Quaternion (4,) of one proper rotation matrix (3, 3)."""
    from scipy.spatial.transform import Rotation

    return np.asarray(Rotation.from_matrix(np.asarray(m, float)).as_quat(scalar_first=True))


def to_matrix(q: ArrayLike) -> Floats:
    """Rotation matrix (..., 3, 3) of unit quaternions (..., 4); its columns are frame b in a."""
    qa = np.asarray(q, float)
    return np.stack([rotate(qa, e) for e in np.eye(3)], axis=-1)


def between(a: ArrayLike, b: ArrayLike) -> Floats:
    """Shortest rotation (..., 4) that takes directions a (..., 3) to b (..., 3).

    Opposite directions have no shortest rotation; any half turn is returned.
    """
    u, v = np.asarray(a, float), np.asarray(b, float)
    u = u / np.linalg.norm(u, axis=-1, keepdims=True)
    v = v / np.linalg.norm(v, axis=-1, keepdims=True)
    w = 1.0 + np.sum(u * v, axis=-1, keepdims=True)
    q = np.concatenate(
        np.broadcast_arrays(w, np.cross(u, v)[..., :1], np.cross(u, v)[..., 1:2], np.cross(u, v)[..., 2:]),
        axis=-1,
    )
    opposite = w[..., 0] < 1e-12
    if np.any(opposite):
        axis = np.cross(u, np.where(np.abs(u[..., :1]) < 0.9, [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]))
        q = np.where(opposite[..., None], np.concatenate([0 * w, axis], axis=-1), q)
    return np.asarray(q / np.linalg.norm(q, axis=-1, keepdims=True))
