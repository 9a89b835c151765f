"""Kernel regression from the few voxels of strokes to all others: who looks alike and lies near is corrected alike.

A Gaussian process (Rasmussen and Williams 2006, chapter 2) whose kernel is a sum of three: one that reaches through an
organ, one for a part of it, one for what lies beside the stroke. What a single stroke says reaches far; where strokes
contradict each other, the narrow ones part them.
"""

from typing import NamedTuple

import numpy as np

from flare_gui import separable


class Scale(NamedTuple):
    """`weight` of one Gaussian, its reach in `features` (standard deviations of all together) and in `mm`."""

    weight: float
    features: float
    mm: float


SCALES = (Scale(0.4, 1.5, 100.0), Scale(0.3, 1.0, 40.0), Scale(0.3, 0.8, 15.0))

# Rows that one thread takes at once.
CHUNK = 1 << 12


class Points(NamedTuple):
    """`features` (n, c) and places in `mm` (n, 3), float32."""

    features: np.ndarray
    mm: np.ndarray


def kernel(a: Points, b: Points) -> np.ndarray:
    """(len(a), len(b)) float32, 1 where both are the same."""
    alike, near = _half_squares(a.features, b.features), _half_squares(a.mm, b.mm)
    total = np.zeros_like(alike)
    for scale in SCALES:
        total += scale.weight * np.exp(alike * np.float32(-(scale.features**-2)) + near * np.float32(-(scale.mm**-2)))
    return total


def solve(points: Points, wanted: np.ndarray, noise: np.ndarray) -> np.ndarray:
    """The coefficient of each point, float32, so that the sum of kernels comes near what is `wanted` there.

    `noise` is the variance of each wanted value beside the kernel's 1: the larger, the less it is heard.
    """
    inner = kernel(points, points).astype(float) + np.diag(noise)
    return np.linalg.solve(inner, wanted).astype(np.float32)


def spread(coefficients: np.ndarray, points: Points, features: np.ndarray, mm: np.ndarray) -> np.ndarray:
    """The sum of kernels, float32 (n,), at places in `mm` (n, 3) with `features` (n, c) of any float type."""
    result = np.empty(len(mm), np.float32)
    # Small products, or BLAS wakes threads of its own beside ours: see `separable`.
    height = max(1, separable.PRODUCT // points.features.size)

    def part(start: int) -> None:
        end = min(start + CHUNK, len(mm))
        here = Points(features[start:end].astype(np.float32), mm[start:end].astype(np.float32))
        for first in range(0, end - start, height):
            rows = slice(first, min(first + height, end - start))
            small = kernel(Points(here.features[rows], here.mm[rows]), points)
            result[start + rows.start : start + rows.stop] = small @ coefficients

    separable.in_threads(part, range(0, len(mm), CHUNK))
    return result


def _half_squares(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Half of the squared distances (len(a), len(b))."""
    squares = a @ b.T
    np.subtract((a**2).sum(1, dtype=np.float32)[:, None] / 2, squares, out=squares)
    squares += (b**2).sum(1, dtype=np.float32) / 2
    return np.maximum(squares, 0, out=squares)
