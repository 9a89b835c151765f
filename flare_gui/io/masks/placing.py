"""A mask on the grid of its scan: the same voxels in another order of axes, or a part of them, are the same grid."""

from itertools import permutations
from typing import NamedTuple

import numpy as np

from flare_gui import geometry
from flare_gui.errors import GridMismatch
from flare_gui.volume import Volume

# Of a voxel. Headers round: places that differ by less are the same voxel for whoever reads the file.
SAME_VOXEL = 0.1
_OTHER_SCAN = "Choose the mask that belongs to this scan."


class Placing(NamedTuple):
    """How the axes of a mask become those of the scan, and where its first voxel then lies."""

    axes: tuple[int, int, int]
    flips: tuple[bool, bool, bool]
    start: tuple[int, int, int]
    shape: tuple[int, int, int]

    def place(self, array: np.ndarray) -> np.ndarray:
        """(x, y, z) of the mask on the scan's grid, 0 where it has no voxel; a view where it covers all of it."""
        turned = np.transpose(array, self.axes)
        turned = turned[tuple(slice(None, None, -1 if flip else 1) for flip in self.flips)]
        if not any(self.start) and turned.shape == self.shape:
            return turned
        whole = np.zeros(self.shape, array.dtype, order="F")
        there, here = self._overlap(turned.shape)
        whole[there] = turned[here]
        return whole

    def outside(self, array: np.ndarray) -> int:
        """How many marked voxels of the mask lie where the scan has none."""
        turned = np.transpose(array, self.axes)
        turned = turned[tuple(slice(None, None, -1 if flip else 1) for flip in self.flips)]
        _, here = self._overlap(turned.shape)
        return int(np.count_nonzero(turned)) - int(np.count_nonzero(turned[here]))

    def _overlap(self, size: tuple[int, ...]) -> tuple[tuple[slice, ...], tuple[slice, ...]]:
        low = [max(0, start) for start in self.start]
        high = [max(at, min(n, start + m)) for at, n, start, m in zip(low, self.shape, self.start, size, strict=True)]
        there = tuple(slice(a, b) for a, b in zip(low, high, strict=True))
        here = tuple(slice(a - start, b - start) for a, b, start in zip(low, high, self.start, strict=True))
        return there, here


def placing(volume: Volume, shape: tuple[int, int, int], affine: np.ndarray) -> Placing:
    """How a mask of `shape`, placed by `affine`, lies on the grid of `volume`: turned, and perhaps cut or wider.

    Raises `GridMismatch` when its voxels are not the scan's, within a tenth of a voxel, or none of them is.
    """
    step = np.linalg.inv(volume.affine) @ affine
    x, y, z = max(permutations(range(3)), key=lambda axes: sum(abs(step[i, axes[i]]) for i in range(3)))
    best = (x, y, z)
    flips = tuple(bool(step[i, best[i]] < 0) for i in range(3))
    turned = tuple(shape[axis] for axis in best)
    # Where the turned mask's first and last voxels lie, in voxels of the scan.
    corners = geometry.corners(shape)
    found = geometry.apply(step, corners)
    ideal = corners[:, best]
    for i in range(3):
        if flips[i]:
            ideal[:, i] = turned[i] - 1 - ideal[:, i]
    start = np.rint((found - ideal).mean(axis=0))
    apart = np.abs(found - ideal - start)
    if apart.max() > SAME_VOXEL or np.abs(start).max() > 1e6:
        raise _mismatch(volume, shape, affine)
    result = Placing(best, (flips[0], flips[1], flips[2]), (int(start[0]), int(start[1]), int(start[2])), volume.shape)
    overlap, _ = result._overlap(turned)
    if any(side.start >= side.stop for side in overlap):
        raise GridMismatch("the mask lies beside the scan and shares no voxel with it", hint=_OTHER_SCAN)
    return result


def _mismatch(volume: Volume, shape: tuple[int, int, int], affine: np.ndarray) -> GridMismatch:
    if shape != volume.shape:
        sizes = [f"{' × '.join(map(str, n))} voxels of {' × '.join(f'{mm:.2f}' for mm in geometry.spacing(a))} mm"
                 for n, a in ((shape, affine), (volume.shape, volume.affine))]  # fmt: skip
        return GridMismatch(f"the mask has {sizes[0]} and the scan {sizes[1]}", hint=_OTHER_SCAN)
    corners = geometry.corners(shape)
    apart = np.abs(geometry.apply(volume.affine, corners) - geometry.apply(affine, corners)).max()
    return GridMismatch(
        f"the mask lies up to {apart:.2f} mm away from the scan",
        hint="Choose the mask that belongs to this scan, or resample it to the scan's grid.",
    )
