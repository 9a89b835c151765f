"""An organ that is corrected by strokes on the scan's own grid: where it is, worked out only where that changes."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import ndimage

from flare_gui import geometry, separable
from flare_gui.model.body import Box
from flare_gui.model.features import NetworkFeatures
from flare_gui.model.taught import Taught
from flare_gui.organs import Organ
from flare_gui.strokes import Stroke

# A margin that changed by less moves the border by a small part of a voxel of the model's grid: not worth the time.
SEEN = 0.25

# The scan is worked on in blocks of so many voxels of the model's grid: most of what is near an organ does not change.
# One after the other: threads that take so little each would wait for one another and for the window most of the time.
BLOCK = 16


class Decision(NamedTuple):
    """For the voxels in `box`: `where` something is decided, and which of them are `inside` the organ."""

    box: Box
    where: np.ndarray
    inside: np.ndarray


class TaughtOnScan:
    """`Taught` with the mask that it began with: that one stays where strokes change nothing."""

    def __init__(self, features: NetworkFeatures, organ: Organ, labels: np.ndarray, affine: np.ndarray) -> None:
        """`labels` is uint8 (x, y, z) on the grid of `affine`, in canonical RAS."""
        self._affine, self._shape, self._grid_affine = affine, labels.shape, features.affine
        mask = labels == organ.label
        self._mask_box = geometry.box_of(mask)
        # With its surroundings, of which the border is made: one voxel of the model's grid to each side.
        around = np.ceil(np.array(geometry.spacing(features.affine)) / geometry.spacing(affine)).max().astype(int) + 1
        near = geometry.widened(self._mask_box or (slice(0, 1),) * 3, int(around), mask.shape)
        start = np.array([side.start for side in near])
        self._taught = Taught(features, organ, mask[near], geometry.crop(affine, start))
        self._shown = self._taught.base
        # A bit a voxel: the mask itself would be as large as the scan's labels. Along the axis that is fast in memory.
        self._fast = separable.memory_order(labels)[2]
        self._mask = None if self._mask_box is None else np.packbits(mask[self._mask_box], axis=self._fast)

    def corrected(self, strokes: Sequence[Stroke]) -> list[Decision]:
        """Where the organ is with all of `strokes` on it, block by block, for the voxels for which that may change."""
        taught = self._taught
        taught.correct(strokes)
        region = np.zeros(taught.base.shape, bool)
        touched = np.zeros_like(region)
        near = geometry.box_of(np.abs(taught.margin - self._shown) > SEEN)
        if near is None:
            return []
        near = geometry.widened(near, 2, region.shape)
        shown, margin = self._shown[near], taught.margin[near]
        touched[near] = taught.touched(margin, near)
        region[near] = (taught.touched(shown, near) | touched[near]) & geometry.dilated(np.abs(margin - shown) > SEEN)
        self._shown = np.where(region, taught.margin, self._shown)
        return [self._decide(region, touched, block) for block in _blocks(region)]

    def _decide(self, region: np.ndarray, touched: np.ndarray, block: Box) -> Decision:
        box = self._box_on_scan(block)
        by_margin = self._nearest(touched, box)
        if not by_margin.any():
            return Decision(box, self._nearest(region, box), self._mask_in(box))
        inside = self._interpolated(box) > 0
        if not by_margin.all():
            inside = np.where(by_margin, inside, self._mask_in(box))
        return Decision(box, self._nearest(region, box), inside)

    def put_back(self, labels: np.ndarray, label: int) -> None:
        """Write the mask that the organ began with into `labels`, in place."""
        if self._mask_box is not None:
            labels[self._mask_box][self._mask_in(self._mask_box)] = label

    def _box_on_scan(self, coarse: Box) -> Box:
        ends = np.array([[side.start - 0.5 for side in coarse], [side.stop - 0.5 for side in coarse]])
        corners = np.array([[x, y, z] for x in ends[:, 0] for y in ends[:, 1] for z in ends[:, 2]])
        found = geometry.apply(np.linalg.inv(self._affine) @ self._grid_affine, corners)
        low = np.clip(np.ceil(found.min(axis=0)), 0, np.array(self._shape) - 1).astype(int)
        high = np.clip(np.floor(found.max(axis=0)) + 1, low + 1, self._shape).astype(int)
        x, y, z = (slice(int(a), int(b)) for a, b in zip(low, high, strict=True))
        return x, y, z

    def _step(self, box: Box) -> np.ndarray:
        """4x4 from voxels of `box` to those of the model's grid."""
        start = np.array([side.start for side in box])
        return np.linalg.inv(self._grid_affine) @ geometry.crop(self._affine, start)

    def _nearest(self, coarse: np.ndarray, box: Box) -> np.ndarray:
        """A boolean of the model's grid in `box`."""
        step, shape = self._step(box), [side.stop - side.start for side in box]
        if not geometry.is_separable(step):
            found: np.ndarray = ndimage.affine_transform(coarse, step[:3, :3], step[:3, 3], shape, order=0)
            return found
        at = [
            np.clip(np.rint(step[i, i] * np.arange(n) + step[i, 3]).astype(int), 0, coarse.shape[i] - 1)
            for i, n in enumerate(shape)
        ]
        return coarse[np.ix_(*at)]

    def _interpolated(self, box: Box) -> np.ndarray:
        """The margin in `box`, linear, float32."""
        step = self._step(box)
        x, y, z = (side.stop - side.start for side in box)
        ends = geometry.apply(step, geometry.corners((x, y, z)))
        low, high = np.floor(ends.min(axis=0)).astype(int) - 1, np.ceil(ends.max(axis=0)).astype(int) + 2
        margin = self._taught.margin
        # At the end of the grid its border is repeated: where the scan cuts an organ, that does not fade out.
        at = [np.clip(np.arange(a, b), 0, n - 1) for a, b, n in zip(low, high, margin.shape, strict=True)]
        grid_affine = geometry.crop(self._grid_affine, low)
        affine = geometry.crop(self._affine, np.array([side.start for side in box]))
        return geometry.resample(margin[np.ix_(*at)], grid_affine, affine, (x, y, z), fill=0.0)

    def _mask_in(self, box: Box) -> np.ndarray:
        """The mask that the organ began with, boolean, in `box`."""
        result = np.zeros([side.stop - side.start for side in box], bool)
        if self._mask is None or self._mask_box is None:
            return result
        both = tuple(
            slice(max(a.start, b.start), max(a.start, b.start, min(a.stop, b.stop)))
            for a, b in zip(box, self._mask_box, strict=True)
        )
        here = tuple(slice(a.start - b.start, a.stop - b.start) for a, b in zip(both, box, strict=True))
        there = [slice(a.start - b.start, a.stop - b.start) for a, b in zip(both, self._mask_box, strict=True)]
        fast, bits = self._fast, there[self._fast]
        there[fast] = slice(bits.start // 8, -(-bits.stop // 8))
        found = np.unpackbits(self._mask[tuple(there)], axis=fast)
        there = [slice(None)] * 3
        there[fast] = slice(bits.start % 8, bits.start % 8 + bits.stop - bits.start)
        result[here] = found[tuple(there)]
        return result


def _blocks(region: np.ndarray) -> list[Box]:
    """Boxes that together hold all of `region`, boolean (x, y, z), without overlap."""
    whole = geometry.box_of(region)
    if whole is None:
        return []
    starts = [range(side.start, side.stop, BLOCK) for side in whole]
    blocks = []
    for x in starts[0]:
        for y in starts[1]:
            for z in starts[2]:
                found = geometry.box_of(region[x : x + BLOCK, y : y + BLOCK, z : z + BLOCK])
                if found is not None:
                    x0, y0, z0 = (slice(at + s.start, at + s.stop) for at, s in zip((x, y, z), found, strict=True))
                    blocks.append((x0, y0, z0))
    return blocks
