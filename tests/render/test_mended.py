"""After a stroke the surface is mended where the stroke went, and is the one that a full meshing gives."""

import numpy as np
import pytest
from scipy.spatial import KDTree

from flare_gui.render.mended import mended
from flare_gui.render.surface import organ_surfaces

AFFINE = np.diag([-0.7, 0.7, 1.0, 1.0])


@pytest.fixture
def labels() -> np.ndarray:
    """A ball of 35 mm."""
    x, y, z = np.ogrid[:120, :120, :90]
    inside = ((x - 60) * 0.7) ** 2 + ((y - 60) * 0.7) ** 2 + (z - 45.0) ** 2 < 35.0**2
    return np.asfortranarray(inside.astype(np.uint8))


@pytest.mark.parametrize(("box", "value"), [(np.s_[100:117, 50:70, 30:60], 1), (np.s_[10:40, 40:80, 44:45], 0)])
def test_a_mended_surface_is_that_of_a_full_meshing(labels: np.ndarray, box: tuple[slice, ...], value: int) -> None:
    before = organ_surfaces(labels, AFFINE, [1])[1]
    labels[box] = value
    found, wanted = mended(before, labels, AFFINE, 1, box), organ_surfaces(labels, AFFINE, [1])[1]
    assert found.n_cells == wanted.n_cells
    # A hundredth of a voxel.
    assert KDTree(wanted.points).query(found.points)[0].max() < 0.01
    assert found.volume == pytest.approx(wanted.volume, rel=1e-5)
    assert (found.point_data["Normals"] * (found.points - wanted.center)).sum(axis=1).mean() > 0


def test_an_organ_that_was_erased_has_no_surface(labels: np.ndarray) -> None:
    before = organ_surfaces(labels, AFFINE, [1])[1]
    labels[:] = 0
    assert mended(before, labels, AFFINE, 1, np.s_[0:120, 0:120, 0:90]).n_cells == 0


def test_volume_within_surfaces_is_that_of_the_mask_to_a_hundredth(labels: np.ndarray) -> None:
    volume = organ_surfaces(labels, AFFINE, [1])[1].volume
    assert volume == pytest.approx(np.count_nonzero(labels) * 0.49, rel=0.01)
