"""From the model's grid to the scan's, block by block: which voxels lie in which, and what a margin is there."""

import numpy as np
from scipy import ndimage

from flare_gui import geometry, separable
from flare_gui.model.body import Box


class OntoScan:
    """Blocks of the model's grid, seen on the scan's; both in canonical RAS.

    Coarse arrays are (x, y, z), those returned (slow, middle, fast): `order` are the scan's axes as they lie in memory.
    """

    def __init__(
        self,
        grid_affine: np.ndarray,
        grid_shape: tuple[int, ...],
        affine: np.ndarray,
        shape: tuple[int, ...],
        order: list[int],
    ) -> None:
        self.order, self._shape = order, shape
        # From voxels of the scan to those of the grid.
        self._step = np.linalg.inv(grid_affine) @ affine
        self._parallel = geometry.is_separable(self._step)
        if self._parallel:
            scale, offset = np.diag(self._step)[:3], self._step[:3, 3]
            self._weights = [axis.weights for axis in separable.axes(grid_shape, shape, scale, offset)]
            self._nearest = [np.rint(scale[i] * np.arange(n) + offset[i]).astype(int) for i, n in enumerate(shape)]
            # Coarse voxels beyond a block of which voxels in it are made: in coarse scans the weights are wider.
            self._beyond = int(np.ceil(max(1.0, scale.max()) + 0.5)) - 1

    def box(self, block: Box) -> Box:
        """The scan's voxels that lie in `block`, and more where the grids lean against each other."""
        if self._parallel:
            ends = zip(self._nearest, block, strict=True)
            low, high = np.array([np.searchsorted(near, [side.start, side.stop]) for near, side in ends]).T
        else:
            edges = [[side.start - 0.5, side.stop - 0.5] for side in block]
            corners = np.stack(np.meshgrid(*edges, indexing="ij"), axis=-1).reshape(-1, 3)
            found = geometry.apply(np.linalg.inv(self._step), corners)
            low = np.clip(np.ceil(found.min(axis=0)), 0, self._shape).astype(int)
            high = np.clip(np.floor(found.max(axis=0)) + 1, low, self._shape).astype(int)
        x, y, z = (slice(int(a), int(b)) for a, b in zip(low, high, strict=True))
        return x, y, z

    def nearest(self, coarse: np.ndarray, block: Box) -> np.ndarray:
        """What `coarse` is at each voxel of `box(block)`; 0 where that does not lie in the block."""
        box = self.box(block)
        if not self._parallel:
            alone = np.zeros_like(coarse)
            alone[block] = coarse[block]
            return self._leaning(alone, box, order=0, mode="grid-constant")
        part = coarse[block].transpose(self.order)
        # The fast axis first: then rows, then planes, are copied whole.
        for place, axis in reversed(list(enumerate(self.order))):
            part = part.take(self._nearest[axis][box[axis]] - block[axis].start, place)
        return part

    def linear(self, coarse: np.ndarray, block: Box) -> np.ndarray:
        """`coarse` (float32) interpolated at each voxel of `box(block)`. At the grid's end its border is repeated."""
        box = self.box(block)
        if not self._parallel:
            return self._leaning(coarse, box, order=1, mode="nearest")
        of = geometry.widened(block, self._beyond, coarse.shape)
        slow, middle, fast = (self._weights[axis][box[axis], of[axis]] for axis in self.order)
        planes = np.matmul(middle, np.matmul(coarse[of].transpose(self.order), fast.T))
        columns = planes.reshape(len(planes), -1)
        fine = np.empty((len(slow), columns.shape[1]), np.float32)
        width = max(1, separable.PRODUCT // slow.size)
        for start in range(0, columns.shape[1], width):
            np.matmul(slow, columns[:, start : start + width], out=fine[:, start : start + width])
        return fine.reshape(len(slow), *planes.shape[1:])

    def _leaning(self, coarse: np.ndarray, box: Box, order: int, mode: str) -> np.ndarray:
        step = geometry.crop(self._step, np.array([side.start for side in box]))
        shape = [side.stop - side.start for side in box]
        found = ndimage.affine_transform(coarse, step[:3, :3], step[:3, 3], shape, order=order, mode=mode)
        turned: np.ndarray = np.ascontiguousarray(found.transpose(self.order))
        return turned
