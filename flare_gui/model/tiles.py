"""How a grid is covered by overlapping tiles, and how much each voxel of a tile counts. Numpy only."""

from typing import NamedTuple

import numpy as np

from flare_gui.geometry import Shape

OVERLAP = 0.5

# nnU-Net's: the border of a tile, where the network sees least around it, counts for next to nothing.
SIGMA_PER_SIDE = 1 / 8


class Plan(NamedTuple):
    """Tiles of one shape over a grid that was padded by `before` and `after` voxels so that they fit in."""

    tile: Shape
    before: Shape
    after: Shape
    starts: tuple[Shape, ...]

    @property
    def voxels(self) -> int:
        """Voxels that go through the network, overlaps counted each time."""
        return len(self.starts) * int(np.prod(self.tile))


def plan(shape: Shape, side: Shape, longest: Shape, multiple: int) -> Plan:
    """Tiles over a grid of `shape`. An axis that fits into `longest` is covered by one tile, others by as few as do.

    Sides of tiles are multiples of `multiple`; neighbours overlap by at least half of `side`, evenly spread: so
    far the network has to see, however long its tiles are.
    """
    tile, before, after, starts = [], [], [], []
    for size, usual, limit in zip(shape, side, longest, strict=True):
        limit = max(limit, usual) // multiple * multiple
        overlap = int(np.ceil(usual * OVERLAP))
        steps = max(1, -(-(size - overlap) // (limit - overlap)))
        # As long as it takes to share the axis evenly, but not shorter than what the network was trained on.
        length = -(-(size + (steps - 1) * overlap) // (steps * multiple)) * multiple
        if steps > 1:
            length = min(limit, max(length, usual // multiple * multiple))
        pad = max(0, length - size)
        room = size + pad - length
        tile.append(length)
        before.append(pad // 2)
        after.append(pad - pad // 2)
        starts.append(np.rint(np.linspace(0, room, steps)).astype(int).tolist())
    corners = tuple((x, y, z) for x in starts[0] for y in starts[1] for z in starts[2])
    return Plan(_shape(tile), _shape(before), _shape(after), corners)


def importance(tile: Shape) -> np.ndarray:
    """(x, y, z) float32 Gaussian weights of a tile's voxels, 1 in its middle and never 0."""
    x, y, z = (_bell(side) for side in tile)
    return x[:, None, None] * y[None, :, None] * z[None, None, :]


def _bell(side: int) -> np.ndarray:
    distance = np.arange(side) - (side - 1) / 2
    return np.exp(-0.5 * (distance / (side * SIGMA_PER_SIDE)) ** 2).astype(np.float32)


def _shape(values: list[int]) -> Shape:
    x, y, z = values
    return x, y, z
