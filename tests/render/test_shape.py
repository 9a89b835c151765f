"""Surfaces look like organs: no stairs between slices, flat where the scan ends, and as large as the mask."""

import numpy as np
import pytest

from flare_gui import geometry
from flare_gui.render.mended import mended
from flare_gui.render.surface import CUT, organ_surfaces


def ball(spacing: tuple[float, float, float], radius: float, centre: tuple[float, float, float] | None = None):
    """Labels of a ball in a box of 90 mm, its affine (x is mirrored), and its middle in RAS+ mm."""
    shape = tuple(round(90 / mm) for mm in spacing)
    affine = np.diag([-spacing[0], spacing[1], spacing[2], 1.0])
    middle = np.array(centre if centre is not None else [-45.0, 45.0, 45.0])
    index = np.stack(np.meshgrid(*map(np.arange, shape), indexing="ij"), axis=-1)
    away = np.linalg.norm(geometry.apply(affine, index.reshape(-1, 3)) - middle, axis=1).reshape(shape)
    return np.asfortranarray((away < radius).astype(np.uint8)), affine, middle


@pytest.mark.parametrize("spacing", [(0.8, 0.8, 5.0), (3.0, 3.0, 3.0), (0.8, 5.0, 0.8), (0.8, 0.8, 1.0)])
def test_a_ball_of_thick_slices_has_no_stairs_and_its_masks_volume(spacing: tuple[float, float, float]) -> None:
    labels, affine, middle = ball(spacing, 30)
    surface = organ_surfaces(labels, affine, [1])[1]
    away = np.linalg.norm(surface.points - middle, axis=1)
    # Stairs of 5 mm slices reach 2.5 mm to either side.
    assert away.std() < 0.55 and np.abs(away - 30).max() < 0.35 * max(spacing) + 0.7
    wanted = np.count_nonzero(labels) * np.prod(spacing)
    assert surface.volume == pytest.approx(wanted, rel=0.01)
    normals, outwards = surface.point_data["Normals"], (surface.points - middle) / away[:, None]
    assert (normals * outwards).sum(axis=1).mean() > 0.97


@pytest.mark.parametrize("spacing", [(0.8, 0.8, 5.0), (1.0, 1.0, 1.0)])
def test_where_the_scan_ends_an_organ_has_a_flat_face_that_is_marked(spacing: tuple[float, float, float]) -> None:
    labels, affine, _ = ball(spacing, 30, (-45.0, 45.0, 88.0))
    surface = organ_surfaces(labels, affine, [1])[1]
    cut = surface.point_data[CUT] == 1
    end = (labels.shape[2] - 0.5) * spacing[2]
    assert cut.sum() > 100 and surface.points[cut][:, 2] == pytest.approx(end, abs=1e-3)
    assert surface.points[:, 2].max() == pytest.approx(end, abs=1e-3)
    assert np.abs(surface.point_data["Normals"][cut][:, 2]).min() > 0.99
    assert surface.volume == pytest.approx(np.count_nonzero(labels) * np.prod(spacing), rel=0.015)


def test_a_stroke_on_thick_slices_is_mended_as_a_full_meshing_would_do_it() -> None:
    labels, affine, _ = ball((0.8, 0.8, 5.0), 30)
    before = organ_surfaces(labels, affine, [1])[1]
    box = np.s_[60:72, 40:60, 8:9]
    labels[box] = 0
    found, wanted = mended(before, labels, affine, 1, box), organ_surfaces(labels, affine, [1])[1]
    assert found.volume == pytest.approx(wanted.volume, rel=5e-3) and found.volume < before.volume


@pytest.mark.parametrize(
    "spacing", [(0.8, 0.8, 5.0), (0.7, 0.7, 1.0), (1.0, 1.0, 1.0), (2.5, 2.5, 2.5), (0.3, 0.3, 3.0)]
)
def test_whatever_is_in_the_mask_is_shown_however_thin(spacing: tuple[float, float, float]) -> None:
    labels, affine, middle = ball(spacing, 20)
    organ = organ_surfaces(labels, affine, [1])[1]
    # Strokes of a brush as thin as a voxel, beside the organ: along an odd column, on one slice, a single voxel.
    x, y, z = (size // 2 for size in labels.shape)
    long, far = labels.shape[0] // 5, round(30 / spacing[1])
    islands = (np.s_[x - long : x + long, y + far | 1, z], np.s_[x | 1, y - far | 1, z : z + 1], np.s_[3, 3, z | 1])
    for island in islands:
        labels[island] = 1
        surface = organ_surfaces(labels, affine, [1])[1]
        drawn = np.zeros(labels.shape, bool)
        drawn[island] = True
        for place in geometry.apply(affine, np.argwhere(drawn).astype(float)):
            assert np.linalg.norm(surface.points - place, axis=1).min() < 1.5 * max(spacing)
    # The organ itself looks as it did.
    near = np.linalg.norm(surface.points - middle, axis=1) < 24
    assert near.sum() == pytest.approx(organ.n_points, rel=0.03)
