"""Slices that stand in 3D, and the CT itself there."""

import numpy as np
import pytest
import pyvista as pv

from flare_gui.render import ct_volume, scene

AFFINE = np.array([[1.9, 0.2, 0, -60], [-0.2, 2.0, 0, 15], [0, 0, 4, 7], [0, 0, 0, 1]], float)
WINDOW = (-160.0, 240.0)


@pytest.fixture
def hu() -> np.ndarray:
    """A patient with noise in air, and a bone."""
    x, y = np.meshgrid(np.arange(60) - 30, np.arange(50) - 25, indexing="ij")
    values = np.full((60, 50, 20), -1000, np.int16)
    inside = np.hypot(x, y) < 20
    values[inside] = np.random.default_rng(1).normal(40, 60, (int(inside.sum()), 20)).astype(np.int16)
    values[28:34, 30:36] = 800
    # A table below.
    values[5:55, 2:4] = 300
    return values


def test_a_slice_that_was_moved_looks_as_one_that_was_put_there(hu: np.ndarray) -> None:
    pictures = []
    for first in (3, 12):
        plotter = scene.off_screen((240, 200), "#ffffff")
        for axis in range(3):
            actor = scene.add_slice(plotter, hu, AFFINE, axis, first, WINDOW)
            if first != 12:
                plotter.render()
                scene.move_slice(actor, hu, AFFINE, axis, 12, WINDOW)
        plotter.view_vector((1, 1, 1))
        scene.fit(plotter, scene.bounds_of_scan(hu.shape, AFFINE))
        pictures.append(np.asarray(plotter.screenshot(return_img=True)))
        plotter.close()
    assert np.array_equal(*pictures) and len(np.unique(pictures[0])) > 50


def test_the_ct_in_3d_lies_where_the_scan_lies_and_without_its_table(hu: np.ndarray) -> None:
    ct = ct_volume.ct_volume(hu, AFFINE)
    values = np.asarray(ct.image.point_data["hu"]).reshape(ct.image.dimensions, order="F")
    bone = np.argwhere(values > 500)
    place = (ct.place @ np.append(bone.mean(axis=0) * ct.image.spacing, 1.0))[:3]
    # The middle of the bone in the scan.
    assert place == pytest.approx((AFFINE @ [30.5, 32.5, 9.5, 1])[:3], abs=1.5)
    height = (ct.place @ np.append(np.argwhere(values > 0).min(axis=0) * ct.image.spacing, 1.0))[1]
    assert height > (AFFINE @ [30, 4.5, 0, 1])[1], "the table is there"


def test_a_fit_fills_the_picture_and_repeated_fits_change_nothing() -> None:
    plotter = scene.off_screen((320, 200), "#ffffff")
    box = (0.0, 300.0, 0.0, 40.0, 0.0, 100.0)
    plotter.add_mesh(pv.Box(bounds=box), color="black", lighting=False)
    shares = []
    for _ in range(3):
        scene.look_from(plotter, "front", box)
        plotter.render()
        dark = np.asarray(plotter.screenshot(return_img=True))[..., 0] < 128
        shares.append(float(dark.any(axis=0).mean()))
        assert not dark[:, [0, -1]].any() and not dark[[0, -1]].any()
    plotter.close()
    assert shares == pytest.approx([0.86] * 3, abs=0.02)
