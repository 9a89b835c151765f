"""Masks of thick slices on a finer grid: between two slices the organ goes over from one outline to the next."""

from typing import NamedTuple

import numpy as np
from scipy import ndimage

from flare_gui import geometry

# Between slices of another slice's spacing no distance is ever compared.
_APART_MM = 1e6
# An axis that is coarser than finest by this is refined.
_COARSE = 1.5
# Distances to a mask have its voxels' corners: of so many voxels is the blur that rounds them off.
_BLUR = 0.8


def is_coarse(affine: np.ndarray, finest_mm: float) -> bool:
    """Whether a grid has an axis for `refined` to refine."""
    return bool((np.array(geometry.spacing(affine)) > _COARSE * finest_mm).any())


class Shape(NamedTuple):
    """A `field` (x, y, z), larger inside, placed by `affine`; where it is `level`, there is the surface."""

    field: np.ndarray
    affine: np.ndarray
    level: float


def refined(mask: np.ndarray, affine: np.ndarray, finest_mm: float, counted: tuple[slice, ...]) -> Shape:
    """The shape of a boolean (x, y, z) mask on a grid of about `finest_mm` along each axis that was coarser.

    Shape-based interpolation: signed distances to the outline, in mm, are interpolated linearly, so that a slope
    between slices is a slope and no stair (Raya and Udupa 1990). A blur rounds the voxels' corners off. `level` is
    where the volume in the part `counted` is the mask's.
    """
    spacing = np.array(geometry.spacing(affine))
    times = np.where(spacing > _COARSE * finest_mm, np.rint(spacing / finest_mm), 1).astype(int)
    coarse = np.flatnonzero(times > 1)
    sampling = spacing.copy()
    if coarse.size == 1:
        # Distances within each slice: those across are what is to be found.
        sampling[coarse] = _APART_MM
    field = _signed_distance(mask, sampling, float(spacing.max()))
    for axis in coarse:
        field = _between(field, int(axis), int(times[axis]))
    field = ndimage.gaussian_filter(field, _BLUR * times)
    part = field[tuple(slice(side.start * n, side.stop * n) for side, n in zip(counted, times, strict=True))]
    outside = part.size - np.count_nonzero(mask[counted]) * int(times.prod())
    level = float(np.partition(part, outside, axis=None)[outside])
    finer = affine @ np.diag([*(1 / times), 1.0])
    finer[:3, 3] = affine[:3, 3] + affine[:3, :3] @ (0.5 / times - 0.5)
    return Shape(field, finer, level)


def unseen(mask: np.ndarray, affine: np.ndarray, shape: Shape) -> np.ndarray:
    """Where `shape`, `refined` from `mask`, has nothing of it: thin islands and spurs, boolean (x, y, z)."""
    times = np.array(shape.field.shape) // mask.shape
    x, y, z = mask.shape
    fine = (shape.field > shape.level).reshape(x, times[0], y, times[1], z, times[2])
    seen: np.ndarray = np.any(fine, axis=(1, 3, 5))
    spacing = np.array(geometry.spacing(affine))
    # Corners of voxels are rounded off: what lies beside is seen. Not from one thick slice to the next.
    near = geometry.dilated(seen, np.flatnonzero(spacing <= _COARSE * spacing.min()).tolist())
    missing: np.ndarray = mask & ~near
    return missing


def _signed_distance(mask: np.ndarray, sampling: np.ndarray, most: float) -> np.ndarray:
    """float32, positive inside, none larger than `most`: an outline that is farther away makes no difference."""
    inside = ndimage.distance_transform_edt(mask, sampling)
    outside = ndimage.distance_transform_edt(~mask, sampling)
    return (np.minimum(inside, most) - np.minimum(outside, most)).astype(np.float32)


def _between(field: np.ndarray, axis: int, times: int) -> np.ndarray:
    """`field` at `times` as many places along `axis`, linear between its samples and constant beyond its ends."""
    count = field.shape[axis]
    places = np.clip((np.arange(count * times) + 0.5) / times - 0.5, 0, count - 1)
    low = np.minimum(places.astype(int), max(0, count - 2))
    share = (places - low).astype(np.float32).reshape([-1 if a == axis else 1 for a in range(3)])
    one, other = np.take(field, low, axis), np.take(field, np.minimum(low + 1, count - 1), axis)
    between: np.ndarray = one + share * (other - one)
    return between
