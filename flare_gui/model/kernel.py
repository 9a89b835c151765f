"""Kernel regression from the few voxels of strokes to all others: who looks alike and lies near is corrected alike.

A Gaussian process (Rasmussen and Williams 2006, chapter 2) whose kernel is a sum of three: one that reaches through an
organ, one for a part of it, one for what lies beside the stroke. What a single stroke says reaches far; where strokes
contradict each other, the narrow ones part them. A fourth one says whom to believe: a stroke that sides with the
network against the mask speaks for the network, to either side, wherever the two differ nearby.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from flare_gui import separable


class Scale(NamedTuple):
    """`weight` of one Gaussian, its reach in `features` (standard deviations of all together) and in `mm`."""

    weight: float
    features: float
    mm: float


SCALES = (Scale(0.4, 1.5, 100.0), Scale(0.3, 1.0, 40.0), Scale(0.3, 0.8, 15.0))

# Weight and reach of whom to believe. Measured at 0, 0.5 and 1: with it half of what was moved by 8 mm is put right by
# one stroke in 96 % of the organs, without it in 70 %.
BELIEF, BELIEF_MM = 1.0, 30.0

# Rows that one thread takes at once: what is worked out for them stays in the cache, and steps are so long that threads
# seldom wait for Python's lock.
CHUNK = 1 << 11


class Points(NamedTuple):
    """`features` (n, c), places in `mm` (n, 3), and `apart` (n,) for the network against the mask, all float.

    `apart` is 0 where both agree, above 0 where the network alone sees the organ, below where the mask alone has it.
    """

    features: np.ndarray
    mm: np.ndarray
    apart: np.ndarray

    def part(self, rows: slice) -> "Points":
        """Some of them, as float32."""
        return Points(*(column[rows].astype(np.float32) for column in self))


def kernel(a: Points, b: Points) -> np.ndarray:
    """(len(a), len(b)) float32, 1 where both are the same and network and mask agree."""
    alike, near = _half_squares(a.features, b.features), _half_squares(a.mm, b.mm)
    total = np.zeros_like(alike)
    one, other = np.empty_like(alike), np.empty_like(alike)
    for scale in SCALES:
        np.multiply(alike, np.float32(-(scale.features**-2)), out=one)
        np.multiply(near, np.float32(-(scale.mm**-2)), out=other)
        np.exp(np.add(one, other, out=one), out=one)
        total += np.multiply(one, np.float32(scale.weight), out=one)
    differ = np.flatnonzero(a.apart)
    if differ.size and b.apart.any():
        trust = np.float32(BELIEF) * np.exp(near[differ] * np.float32(-(BELIEF_MM**-2)))
        total[differ] += trust * np.outer(a.apart[differ], b.apart)
    return total


def solve(points: Points, wanted: np.ndarray, noise: np.ndarray) -> np.ndarray:
    """The coefficient of each point, float32, so that the sum of kernels comes near what is `wanted` there.

    `noise` is the variance of each wanted value beside the kernel's 1: the larger, the less it is heard.
    """
    inner = kernel(points, points).astype(float) + np.diag(noise)
    return np.linalg.solve(inner, wanted).astype(np.float32)


def spread(coefficients: np.ndarray, points: Points, places: Points) -> np.ndarray:
    """The sum of kernels at `places`, float32 (n,)."""
    result = np.empty(len(places.mm), np.float32)

    def part(start: int) -> None:
        rows = slice(start, start + CHUNK)
        result[rows] = kernel(places.part(rows), points) @ coefficients

    separable.in_threads(part, range(0, len(result), CHUNK))
    return result


def bound(coefficients: np.ndarray, points: Points, axes_mm: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """What the sum of kernels cannot go below, and not above, in a grid of these places; float32 (x, y, z), 0 or more.

    Whatever looks how: by the distance to the box around `points` alone. `axes_mm` are the places by axis, (n,) each.
    """
    low, high = points.mm.min(axis=0), points.mm.max(axis=0)
    half_squares = [
        np.maximum(np.maximum(a - places, places - b), 0) ** 2 / 2
        for a, b, places in zip(low, high, axes_mm, strict=True)
    ]
    weights, mm = np.array([(scale.weight, scale.mm) for scale in SCALES] + [(BELIEF, BELIEF_MM)]).T
    x, y, z = (np.exp(-(mm[:, None] ** -2) * one).astype(np.float32) for one in half_squares)
    most = np.matmul((x.T * weights.astype(np.float32))[:, None] * y.T[None], z)
    return most * -np.minimum(coefficients, 0).sum(), most * np.maximum(coefficients, 0).sum()


def _half_squares(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Half of the squared distances (len(a), len(b))."""
    squares = np.empty((len(a), len(b)), np.float32)
    # Small products, or BLAS wakes threads of its own beside ours: see `separable`.
    height = max(1, separable.PRODUCT // b.size)
    for first in range(0, len(a), height):
        rows = slice(first, first + height)
        np.matmul(a[rows], b.T, out=squares[rows])
    np.subtract((a**2).sum(1, dtype=np.float32)[:, None] / 2, squares, out=squares)
    squares += (b**2).sum(1, dtype=np.float32) / 2
    return np.maximum(squares, 0, out=squares)
