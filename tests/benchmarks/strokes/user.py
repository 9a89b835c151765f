"""A simulated user, who draws one short stroke in the middle of the largest error, and not quite there."""

from typing import NamedTuple

import numpy as np
from scipy import ndimage

from flare_gui import geometry

# What the hand misses: the whole stroke by this much (standard deviation in mm), each of its points by a voxel at most.
AIM_MM, WOBBLE_VOXELS = 1.5, 1.0

# A stroke reaches so far to either side of the error's middle, as long as the error does.
HALF_LENGTH_MM = 10.0
STEP_MM = 0.8

# Errors are looked at in voxels of about this size: what is smaller nobody sees.
SEEN_MM = 1.5


class Drawn(NamedTuple):
    """`points_mm` (n, 3) in RAS+; `inside` whether the organ is there; `radius_mm` that of a ball that fits."""

    points_mm: np.ndarray
    inside: bool
    radius_mm: float


class User:
    """Sees a mask, its reference and nothing else, and draws on the plane that shows most of the error."""

    def __init__(self, affine: np.ndarray, seed: int) -> None:
        self._affine, self._rng = affine, np.random.default_rng(seed)
        spacing = np.array(geometry.spacing(affine))
        self._stride = np.maximum(1, np.round(SEEN_MM / spacing)).astype(int)
        self._mm = spacing * self._stride
        self._voxel_mm = spacing

    def draw(self, mask: np.ndarray, reference: np.ndarray, known: np.ndarray) -> Drawn | None:
        """The next stroke; None when no error is to be seen. All are boolean (x, y, z)."""
        seen = tuple(slice(None, None, int(step)) for step in self._stride)
        mask, reference, known = mask[seen], reference[seen], known[seen]
        errors = [(_largest(reference & ~mask & known), True), (_largest(mask & ~reference & known), False)]
        error, inside = max(errors, key=lambda pair: np.count_nonzero(pair[0]))
        box = geometry.box_of(error)
        if box is None:
            return None
        part = np.pad(error[box], 1)
        depth = ndimage.distance_transform_edt(part, sampling=self._mm)
        middle = np.array(np.unravel_index(depth.argmax(), part.shape))
        line = self._line(part, middle)
        voxels = (line + [side.start - 1 for side in box]) * self._stride
        return Drawn(geometry.apply(self._affine, voxels), inside, float(depth.max()))

    def _line(self, error: np.ndarray, middle: np.ndarray) -> np.ndarray:
        """Points (n, 3), in voxels of `error`, along its longest direction on the plane that shows most of it."""
        sizes = [np.count_nonzero(geometry.layer(error, axis, middle[axis])) for axis in range(3)]
        axis = int(np.argmax(np.array(sizes) / self._mm))
        across = [other for other in range(3) if other != axis]
        flat, mm = geometry.layer(error, axis, middle[axis]), self._mm[across]
        centre = middle[across] * mm
        apart = np.argwhere(_piece_at(flat, middle[across])) * mm - centre
        near = apart[np.linalg.norm(apart, axis=1) < 1.5 * HALF_LENGTH_MM]
        along = np.linalg.eigh(near.T @ near)[1][:, -1]
        steps = np.arange(0, HALF_LENGTH_MM, STEP_MM)
        points = np.concatenate([_inside(flat, centre + steps[:, None] * way, mm) for way in (along, -along)])
        slip = self._rng.normal(0, AIM_MM, 2)
        wobble = self._rng.uniform(-WOBBLE_VOXELS, WOBBLE_VOXELS, points.shape) * self._voxel_mm[across]
        return np.insert((points + slip + wobble) / mm, axis, middle[axis], axis=1)


def _largest(error: np.ndarray) -> np.ndarray:
    pieces, count = ndimage.label(error)
    if count == 0:
        return error
    found: np.ndarray = pieces == np.bincount(pieces.ravel())[1:].argmax() + 1
    return found


def _piece_at(flat: np.ndarray, voxel: np.ndarray) -> np.ndarray:
    pieces, _ = ndimage.label(flat)
    found: np.ndarray = pieces == pieces[tuple(voxel)]
    return found


def _inside(flat: np.ndarray, points: np.ndarray, mm: np.ndarray) -> np.ndarray:
    """The first of `points` (n, 2) in mm, up to where they leave the error."""
    voxels = np.clip(np.rint(points / mm).astype(int), 0, np.array(flat.shape) - 1)
    outside = np.flatnonzero(~flat[tuple(voxels.T)])
    return points[: outside[0]] if outside.size else points
