"""Resampling piece by piece gives what the plain formula gives, however a scan lies in memory; cuts copy nothing."""

import numpy as np
import pytest
from scipy import ndimage

from flare_gui import geometry, separable


def _plain(
    array: np.ndarray, to_shape: tuple[int, ...], step: np.ndarray, offset: np.ndarray, fill: float
) -> np.ndarray:
    """The same filter as three full matrices."""
    weights = [axis.weights for axis in separable.axes(array.shape, to_shape, step, offset)]
    return np.einsum("ax,by,cz,xyz->abc", *weights, array.astype(float) - fill, optimize=True) + fill


@pytest.mark.parametrize(
    "step", [(4.04, 4.04, 3.2), (0.3, 0.27, 0.5), (3.1, 0.4, 1.0)], ids=["shrink", "enlarge", "both"]
)
@pytest.mark.parametrize("layout", ["C", "F", "flipped"])
def test_resampling_is_the_plain_formula_in_every_memory_layout(step: tuple[float, ...], layout: str) -> None:
    hu = np.random.default_rng(1).integers(-1000, 1000, (61, 53, 47)).astype(np.int16)
    hu = {"C": hu, "F": np.asfortranarray(hu), "flipped": np.asfortranarray(hu)[::-1, :, ::-1]}[layout]
    to_shape, offset = (40, 33, 50), np.array([1.3, -0.4, -2.2])
    found = separable.resample(hu, to_shape, np.array(step), offset, -1024.0)
    np.testing.assert_allclose(found, _plain(hu, to_shape, np.array(step), offset, -1024.0), atol=2e-3)


def test_cores_and_pieces_do_not_change_the_result(monkeypatch: pytest.MonkeyPatch) -> None:
    hu = np.asfortranarray(np.random.default_rng(2).integers(-1000, 1000, (90, 80, 70)).astype(np.int16))
    arguments = ((30, 27, 20), np.array([3.0, 3.0, 3.5]), np.array([1.0, 1.0, 1.25]), -1024.0)
    whole = separable.resample(hu, *arguments)
    monkeypatch.setattr(separable, "SLAB", 3000)
    monkeypatch.setattr(separable, "WORKERS", 5)
    monkeypatch.setattr(separable, "PRODUCT", 2000)
    np.testing.assert_allclose(separable.resample(hu, *arguments), whole, atol=2e-3)


def test_a_layer_of_a_scan_is_a_view_whatever_its_memory_layout() -> None:
    for hu in (np.zeros((4, 5, 6), np.int16), np.zeros((4, 5, 6), np.int16, order="F")[::-1]):
        for axis in range(3):
            layer = geometry.layer(hu, axis, -1)
            assert np.shares_memory(layer, hu)
            np.testing.assert_array_equal(layer, np.take(hu, -1, axis))


def test_the_box_of_a_mask_is_the_smallest_one() -> None:
    mask = np.zeros((9, 8, 7), bool)
    assert geometry.box_of(mask) is None
    mask[2:5, 3, 6] = mask[4, 1, 2] = True
    assert geometry.box_of(mask) == ndimage.find_objects(mask.astype(int))[0]


@pytest.mark.parametrize("mm", [0.5, 4.0, 60.0])
def test_distances_worked_out_around_a_mask_are_those_of_the_whole_array(mm: float) -> None:
    mask = np.zeros((30, 25, 20), bool)
    mask[4:11, 0:9, 12:20] = np.random.default_rng(2).random((7, 9, 8)) < 0.7
    spacing = (2.0, 1.5, 3.0)
    near = ndimage.distance_transform_edt(~mask, sampling=spacing) < mm
    np.testing.assert_array_equal(geometry.near(mask, mm, spacing), near)
    np.testing.assert_allclose(geometry.depth(mask, spacing), ndimage.distance_transform_edt(mask, sampling=spacing))
    nothing = np.zeros((5, 5, 5), bool)
    assert not geometry.near(nothing, mm, spacing).any() and not geometry.depth(nothing, spacing).any()
