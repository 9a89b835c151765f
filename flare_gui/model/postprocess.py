"""Organs at the model's resolution become labels on the scan's own grid, with smooth surfaces."""

import numpy as np
from scipy import ndimage

from flare_gui import geometry, separable
from flare_gui.model.anatomy import Organs
from flare_gui.model.body import Box
from flare_gui.organs import ORGANS, Organ
from flare_gui.progress import Cancel, Progress
from flare_gui.separable import Axis

# Voxels around an organ in which its margin falls from its surface to clearly outside.
RIM = 2


def upsample(organs: Organs, affine: np.ndarray, canvas: np.ndarray, progress: Progress, cancel: Cancel) -> None:
    """Paint the organs into `canvas`, uint8 zeros on the grid of `affine` in the same space. Reports "finish".

    Each organ's margin is interpolated linearly inside the organ's own box, and the organ is where it is above 0. At no
    point do two margins reach above 0 together, except where clean-up moved a border; there the earlier organ stays.
    """
    boxes = ndimage.find_objects(organs.labels, max_label=max(organ.label for organ in ORGANS))
    for done, organ in enumerate(ORGANS, 1):
        cancel.check()
        found = boxes[organ.label - 1]
        if found is not None:
            _paint(canvas, affine, organs, organ, _grown(found, organs.labels.shape))
        progress("finish", done / len(ORGANS))


def _paint(canvas: np.ndarray, affine: np.ndarray, organs: Organs, organ: Organ, box: Box) -> None:
    """Set the voxels of one organ, which lies inside `box` of the model's grid."""
    # One voxel more around, repeated: where the scan cuts an organ, its border is not to fade out half a voxel early.
    margin = np.pad(organs.margin(organ, box), 1, mode="edge")
    margin_affine = geometry.crop(organs.affine, np.array([axis.start - 1 for axis in box]))
    ends = geometry.apply(np.linalg.inv(affine) @ margin_affine, geometry.corners(margin.shape))
    low = np.clip(np.floor(ends.min(axis=0)), 0, np.array(canvas.shape)).astype(int)
    high = np.clip(np.ceil(ends.max(axis=0)) + 1, low, np.array(canvas.shape)).astype(int)
    if (high == low).any():
        return
    part = canvas[tuple(slice(a, b) for a, b in zip(low, high, strict=True))]
    fine_affine = geometry.crop(affine, low)
    step = np.linalg.inv(margin_affine) @ fine_affine
    if geometry.is_separable(step):
        _Brush(margin, part, step, organ.label).paint()
    else:
        fine = geometry.resample(margin, margin_affine, fine_affine, part.shape, fill=-1.0)
        part[(fine > 0) & (part == 0)] = organ.label


class _Brush:
    """Sets `part` to `label` where `margin`, interpolated by `step` (4x4, fine to coarse voxels), is above 0.

    Piece by piece in the cache: a float copy of the organ at the scan's resolution, 100 MB for a liver, never exists.
    """

    def __init__(self, margin: np.ndarray, part: np.ndarray, step: np.ndarray, label: int) -> None:
        order = separable.memory_order(part)
        by_axis = separable.axes(margin.shape, part.shape, np.diag(step)[:3], step[:3, 3])
        self._axes: list[Axis] = [by_axis[i] for i in order]
        # What lies beyond the margin's grid is clearly outside; no more than that is asked of it.
        self._margin = np.ascontiguousarray(margin.transpose(order))
        self._part, self._label = part.transpose(order), label

    def paint(self) -> None:
        """Do it, on all cores."""
        depth = max(1, separable.SLAB // (self._part.shape[1] * self._part.shape[2]))
        starts = range(0, len(self._part), depth)
        separable.in_threads(self._slab, [slice(start, start + depth) for start in starts])

    def _slab(self, to: slice) -> None:
        slow, middle, fast = self._axes
        of = slow.needed_for(to)
        inside = self._margin[of] > 0
        if not inside.any():
            return
        rows = middle.reached_from(separable.span(inside, 1))
        columns = fast.reached_from(separable.span(inside, 2))
        fine = slow.slow(self._margin[of], of, to)
        fine = middle.middle(fine, rows)[:, rows]
        fine = fast.fast(fine, columns)[:, :, columns]
        part = self._part[to, rows, columns]
        # Where the weights end, interpolation gives 0 and not more.
        np.copyto(part, np.uint8(self._label), where=(fine > 0) & (part == 0))


def _grown(box: Box, shape: tuple[int, ...]) -> Box:
    x, y, z = (slice(max(0, s.start - RIM), min(n, s.stop + RIM)) for s, n in zip(box, shape, strict=True))
    return x, y, z
