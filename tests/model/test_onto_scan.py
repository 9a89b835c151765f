"""Block by block, a margin comes onto the scan's grid as all of it at once would; in any order of memory."""

import numpy as np
import pytest
from scipy import ndimage

from flare_gui import geometry
from flare_gui.model.onto_scan import OntoScan
from flare_gui.model.taught_on_scan import _blocks

GRID = np.diag([3.0, 3.0, 3.0, 1.0])
SHAPE = (23, 21, 19)


def _scan(spacing: tuple[float, float, float], degrees: float) -> tuple[np.ndarray, tuple[int, int, int]]:
    """The affine and shape of a scan of the same body, turned about its middle."""
    turn = np.deg2rad(degrees)
    rotation = np.array([[np.cos(turn), -np.sin(turn), 0], [np.sin(turn), np.cos(turn), 0], [0, 0, 1]])
    x, y, z = (int(n * 3 / mm) for n, mm in zip(SHAPE, spacing, strict=True))
    affine = np.eye(4)
    affine[:3, :3] = rotation * np.array(spacing)
    # A bit off, so that no voxel lies between two of the grid.
    affine[:3, 3] = (np.array(SHAPE) - 1) * 1.5 + 0.011 - affine[:3, :3] @ ((np.array([x, y, z]) - 1) / 2)
    return affine, (x, y, z)


@pytest.mark.parametrize("degrees", [0.0, 12.0])
@pytest.mark.parametrize("spacing", [(0.8, 0.7, 1.1), (1.5, 1.5, 5.0)])
@pytest.mark.parametrize("order", [[2, 1, 0], [0, 1, 2], [1, 2, 0]])
def test_blocks_together_are_the_whole(spacing: tuple[float, float, float], degrees: float, order: list[int]) -> None:
    rng = np.random.default_rng(4)
    margin = ndimage.gaussian_filter(rng.normal(size=SHAPE), 2).astype(np.float32)
    wanted = ndimage.binary_dilation(np.abs(margin) < 0.02)
    affine, shape = _scan(spacing, degrees)
    onto = OntoScan(GRID, SHAPE, affine, shape, order)
    which, fine = np.zeros(shape, bool), np.full(shape, np.nan, np.float32)
    for block in _blocks(wanted):
        box, back = onto.box(block), np.argsort(order)
        there = onto.nearest(wanted, block).transpose(back)
        assert not (which[box] & there).any(), "a voxel lies in two blocks"
        which[box] |= there
        fine[box] = np.where(there, onto.linear(margin, block).transpose(back), fine[box])

    step = np.linalg.inv(GRID) @ affine
    nearest = ndimage.affine_transform(wanted, step[:3, :3], step[:3, 3], shape, order=0, mode="grid-constant")
    np.testing.assert_array_equal(which, nearest)
    if degrees:
        plain = ndimage.affine_transform(margin, step[:3, :3], step[:3, 3], shape, order=1, mode="nearest")
    else:
        start = geometry.crop(GRID, np.full(3, -1))
        plain = geometry.resample(np.pad(margin, 1, mode="edge"), start, affine, shape, fill=9)
    np.testing.assert_allclose(fine[which], plain[which], atol=1e-4)
