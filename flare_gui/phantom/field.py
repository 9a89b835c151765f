"""Building blocks of synthetic anatomy: smooth random fields fixed in millimetres, and smooth unions of shapes.

A shape is a field: negative inside, about the distance to the surface in mm elsewhere. `a` and `b` together are
`np.minimum(a, b)`, where they overlap `np.maximum(a, b)`, `a` without `b` is `np.maximum(a, -b)`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy.interpolate import PchipInterpolator

Axes = tuple[np.ndarray, np.ndarray, np.ndarray]
Points = np.ndarray | Sequence[Sequence[float]]

# Noise covers this cube round the patient's origin; beyond it the outermost knots repeat.
_REACH_MM = 320.0
# Mean of the sum of squared cubic B-spline weights: what interpolation leaves of the knots' variance along one axis.
_SPLINE_POWER = 0.4793


class Noise:
    """A smooth random field with mean 0 and deviation 1, a cubic B-spline over knots `scale_mm` apart.

    The knots are fixed in mm, so that the same patient comes out whatever grid he is drawn on.
    """

    def __init__(self, rng: np.random.Generator, scale_mm: float) -> None:
        self.scale_mm = scale_mm
        size = int(np.ceil(2 * _REACH_MM / scale_mm)) + 4
        self._knots = rng.standard_normal((size, size, size), np.float32) / np.float32(_SPLINE_POWER**1.5)

    def on(self, axes: Axes) -> np.ndarray:
        """Float32 values on the grid of three axes in mm, shape (len(x), len(y), len(z))."""
        (wx, kx), (wy, ky), (wz, kz) = (self._weights(axis) for axis in axes)
        along_x = np.tensordot(wx, self._knots[kx, ky, kz], axes=(1, 0))
        along_y = np.tensordot(along_x, wy, axes=(1, 1))  # (x, z, y)
        return np.tensordot(along_y, wz, axes=(1, 1))

    def at(self, points: np.ndarray) -> np.ndarray:
        """Values at (n, 3) points in mm."""
        (wx, kx), (wy, ky), (wz, kz) = (self._weights(points[:, i]) for i in range(3))
        return np.einsum("nx,ny,nz,xyz->n", wx, wy, wz, self._knots[kx, ky, kz], optimize="greedy")

    def _weights(self, axis: np.ndarray) -> tuple[np.ndarray, slice]:
        """(len(axis), k) weights of the k knots within reach, and which those are."""
        size = self._knots.shape[0]
        position = np.clip((np.asarray(axis, float) + _REACH_MM) / self.scale_mm + 1, 1, size - 2 - 1e-6)
        first, last = (int(position.min()) - 1, int(position.max()) + 3) if position.size else (0, 1)
        distance = np.abs(position[:, None] - np.arange(first, last)[None])
        inner = 2 / 3 - distance**2 + distance**3 / 2
        outer = np.clip(2 - distance, 0, None) ** 3 / 6
        return np.where(distance < 1, inner, outer).astype(np.float32), slice(first, last)


def mix(weights: np.ndarray, arrays: Sequence[np.ndarray]) -> np.ndarray:
    """The sum of three arrays, each times its weight, in float32."""
    a, b, c = (np.float32(weight) * array for weight, array in zip(weights, arrays, strict=True))
    return a + b + c


def smooth_min(a: np.ndarray, b: np.ndarray, blend_mm: float) -> np.ndarray:
    """Union of two shapes with a fillet about `blend_mm` wide (the quadratic blend of I. Quilez)."""
    share = np.clip(1 - np.abs(a - b) / blend_mm, 0, 1)
    return np.minimum(a, b) - share * share * (blend_mm / 4)


def smooth_max(a: np.ndarray, b: np.ndarray, blend_mm: float) -> np.ndarray:
    """Intersection of two shapes with a rounded edge about `blend_mm` wide."""
    return -smooth_min(-a, -b, blend_mm)


def profile(knots: Mapping[Any, float], at: np.ndarray) -> np.ndarray:
    """A smooth curve through `knots` (position: value) that never overshoots; constant beyond both ends."""
    where = sorted(knots)
    curve = PchipInterpolator(where, [knots[w] for w in where])
    return curve(np.clip(at, where[0], where[-1]))


def curve(points: Points, radii: np.ndarray, step_mm: float) -> tuple[np.ndarray, np.ndarray]:
    """A smooth curve through (n, 3) `points` in pieces of about `step_mm`: (m, 3) points and (m,) radii, in mm."""
    knots = np.asarray(points, float)
    chord = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(knots, axis=0), axis=1))])
    at = np.linspace(0, chord[-1], max(2, int(np.ceil(chord[-1] / step_mm)) + 1))
    return PchipInterpolator(chord, knots)(at), PchipInterpolator(chord, np.asarray(radii, float))(at)


def frame(up: tuple[float, float, float], towards: tuple[float, float, float]) -> np.ndarray:
    """Rows of a rotation: first nearest to `towards`, third along `up`, second perpendicular to both."""
    third = np.asarray(up, float) / np.linalg.norm(up)
    first = np.asarray(towards, float) - np.dot(towards, third) * third
    first /= np.linalg.norm(first)
    return np.array([first, np.cross(third, first), third])
