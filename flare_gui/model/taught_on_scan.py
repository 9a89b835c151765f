"""An organ that is corrected by strokes on the scan's own grid: where it is, worked out only where that changes."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from flare_gui import geometry, separable
from flare_gui.model.body import Box
from flare_gui.model.features import NetworkFeatures
from flare_gui.model.onto_scan import OntoScan
from flare_gui.model.taught import Taught
from flare_gui.organs import Organ
from flare_gui.strokes import Stroke

# A margin that changed by less moves the border by a small part of a voxel of the model's grid: not worth the time.
SEEN = 0.25

# The scan is worked on in blocks of so many voxels of the model's grid: most of what is near an organ does not change.
BLOCK = 16

# What decides over a voxel: the mask that was there before, or the margin.
_MASK, _MARGIN = 1, 2


class Differences(NamedTuple):
    """Voxels of the scan, (3, n) each: those that the organ loses, and those that it wins."""

    lost: np.ndarray
    won: np.ndarray


class TaughtOnScan:
    """`Taught` with the mask that it began with: that one stays where strokes change nothing."""

    def __init__(self, features: NetworkFeatures, organ: Organ, labels: np.ndarray, affine: np.ndarray) -> None:
        """`labels` is uint8 (x, y, z) on the grid of `affine`, in canonical RAS."""
        self._mask_box = geometry.box_of_label(labels, organ.label)
        # With its surroundings, of which the border is made: one voxel of the model's grid to each side.
        around = np.ceil(np.array(geometry.spacing(features.affine)) / geometry.spacing(affine)).max().astype(int) + 1
        near = geometry.widened(self._mask_box or (slice(0, 1),) * 3, int(around), labels.shape)
        start = np.array([side.start for side in near])
        turned = separable.forwards(labels)
        mask = (labels[near][turned] == organ.label)[turned].copy(order="K")
        self._taught = Taught(features, organ, mask, geometry.crop(affine, start))
        self._shown = self._taught.base
        order = separable.memory_order(labels)
        self._onto = OntoScan(features.affine, self._shown.shape, affine, labels.shape, order)
        # A bit a voxel: the mask itself would be as large as the scan's labels. Along the axis that is fast in memory.
        self._fast, self._mask = order[2], None
        if self._mask_box is not None:
            inner = tuple(slice(a.start - b.start, a.stop - b.start) for a, b in zip(self._mask_box, near, strict=True))
            self._mask = np.packbits(mask[inner], axis=self._fast)

    def follow(self, strokes: Sequence[Stroke]) -> np.ndarray:
        """Be as with all of `strokes`; what decides over each voxel of the model's grid where that may change."""
        taught = self._taught
        taught.correct(strokes)
        decides = np.zeros(taught.base.shape, np.uint8)
        near = geometry.box_of(np.abs(taught.margin - self._shown) > SEEN)
        if near is None:
            return decides
        near = geometry.widened(near, 2, decides.shape)
        shown, margin = self._shown[near], taught.margin[near]
        touched = taught.touched(margin, near)
        region = (taught.touched(shown, near) | touched) & geometry.dilated(np.abs(margin - shown) > SEEN)
        decides[near] = np.where(region, np.where(touched, np.uint8(_MARGIN), np.uint8(_MASK)), np.uint8(0))
        self._shown = np.where(decides > 0, taught.margin, self._shown)
        return decides

    def corrected(self, strokes: Sequence[Stroke], labels: np.ndarray) -> Differences:
        """How the organ with all of `strokes` on it differs from that in `labels`, where they may have changed it."""
        decides = self.follow(strokes)
        parts = [self._differences(decides, block, labels) for block in _blocks(decides > 0)]
        none = np.empty((3, 0), int)
        lost, won = (np.concatenate([none, *(part[which] for part in parts)], axis=1) for which in (0, 1))
        return Differences(lost, won)

    def _differences(self, decides: np.ndarray, block: Box, labels: np.ndarray) -> Differences:
        box, order = self._onto.box(block), self._onto.order
        by = self._onto.nearest(decides, block)
        at = np.flatnonzero(by > 0)
        by_margin = by.ravel()[at] == _MARGIN
        inside = by_margin
        if by_margin.any():
            inside = self._onto.linear(self._taught.margin, block).ravel()[at] > 0
        if not by_margin.all():
            inside = np.where(by_margin, inside, self._mask_in(box).transpose(order).ravel()[at])
        there = labels[box].transpose(order).ravel()[at] == self._taught.organ.label
        start = np.array([[side.start] for side in box])
        lost, won = (
            np.stack(np.unravel_index(at[which], by.shape))[np.argsort(order)] + start
            for which in (there & ~inside, inside & ~there)
        )
        return Differences(lost, won)

    def put_back(self, labels: np.ndarray, label: int) -> None:
        """Write the mask that the organ began with into `labels`, in place."""
        if self._mask_box is not None:
            labels[self._mask_box][self._mask_in(self._mask_box)] = label

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
