"""Dice and NSD against values worked out by hand and against MONAI."""

import math
from collections.abc import Callable
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
import torch
from monai.metrics import compute_dice, compute_surface_dice
from monai.metrics.utils import create_table_neighbour_code_to_surface_area
from scipy import ndimage

from flare_gui.analysis.compare import compare, dice, surface_dice
from flare_gui.analysis.surfels import CORNERS, surfels
from flare_gui.errors import GridMismatch
from flare_gui.organs import ORGANS

UNIT = (1.0, 1.0, 1.0)


def cube(start: tuple[int, int, int], size: int = 4, shape: tuple[int, int, int] = (12, 12, 12)) -> np.ndarray:
    mask = np.zeros(shape, bool)
    mask[tuple(slice(s, s + size) for s in start)] = True
    return mask


def blob(seed: int, shape: tuple[int, int, int] = (28, 24, 20)) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(size=shape)
    return ndimage.gaussian_filter(noise, 2.5) > 0.02


@pytest.mark.parametrize("shift", range(6))
def test_dice_of_a_cube_moved_by_k_voxels_is_the_share_still_covered(shift: int) -> None:
    assert dice(cube((2, 2, 2)), cube((2 + shift, 2, 2))) == pytest.approx(max(0, 4 - shift) / 4)


def test_dice_of_masks_of_different_size() -> None:
    assert dice(cube((2, 2, 2), 4), cube((2, 2, 2), 2)) == pytest.approx(2 * 8 / (64 + 8))


def test_surface_of_a_cube_has_flat_faces_bevelled_edges_and_cut_corners() -> None:
    # 3x3 corners between voxels on each face, 3 on each edge, 8 corners of the cube.
    points, areas = surfels(cube((2, 2, 2)), UNIT)
    assert len(points) == 6 * 9 + 12 * 3 + 8
    assert areas.sum() == pytest.approx(6 * 9 + 12 * 3 * math.sqrt(1 / 2) + 8 * math.sqrt(3) / 8)


def test_every_surface_element_has_the_published_area() -> None:
    """The two orders of the eight corners are mirrored: our first corner is the lowest bit, theirs the highest."""
    for spacing in ((1.0, 1.0, 1.0), (0.7, 0.8, 2.5), (3.0, 1.0, 0.4)):
        published = create_table_neighbour_code_to_surface_area(spacing)[0].numpy()
        for code in range(1, 255):
            mask = np.zeros((2, 2, 2), bool)
            for bit, corner in enumerate(CORNERS):
                mask[corner] = code >> (7 - bit) & 1
            points, areas = surfels(mask, spacing)
            in_the_middle = np.isclose(points, spacing).all(axis=1)
            assert areas[in_the_middle].sum() == pytest.approx(published[code], rel=1e-5)


def test_nsd_of_a_cube_moved_by_one_voxel_worked_out_by_hand() -> None:
    # Without tolerance, three of the five rings of each cube's four long sides lie on the other cube's long sides, and
    # the rim of one end does. The end faces do not.
    side, edge, corner = 1.0, math.sqrt(1 / 2), math.sqrt(3) / 8
    agreeing = 3 * (4 * 3 * side + 4 * edge) + 4 * 3 * edge + 4 * corner
    total = 6 * 9 * side + 12 * 3 * edge + 8 * corner
    assert surface_dice(cube((2, 2, 2)), cube((3, 2, 2)), UNIT, 0.0) == pytest.approx(agreeing / total)
    assert surface_dice(cube((2, 2, 2)), cube((3, 2, 2)), UNIT, 1.0) == 1.0


def test_nsd_of_two_voxels_worked_out_by_hand() -> None:
    # 2 mm apart along z: of eight corners, four lie 1 mm from the other voxel's nearest ones.
    a, b = np.zeros((2, 8, 8, 8), bool)
    a[3, 4, 2] = b[3, 4, 4] = True
    assert surface_dice(a, b, (3.0, 2.0, 1.0), 1.0) == pytest.approx(0.5)


def test_nsd_measures_in_millimetres_along_each_axis() -> None:
    a, spacing = cube((2, 2, 2)), (1.0, 1.0, 2.5)
    assert surface_dice(a, cube((2, 2, 3)), spacing, 2.5) == 1.0
    assert surface_dice(a, cube((2, 2, 3)), spacing, 2.4) < 1.0
    assert surface_dice(a, cube((4, 2, 2)), spacing, 2.0) == 1.0
    assert surface_dice(a, cube((5, 2, 2)), spacing, 2.0) < 1.0


def test_a_shift_by_exactly_the_tolerance_agrees_whatever_the_voxel_size() -> None:
    a, b = cube((2, 2, 2), 30, (70, 36, 36)), cube((32, 2, 2), 30, (70, 36, 36))
    assert surface_dice(a, b, (0.1, 0.1, 0.1), 3.0) == 1.0


def test_an_organ_cut_by_the_border_is_like_one_that_is_not() -> None:
    inside = surface_dice(cube((2, 2, 2)), cube((3, 2, 2)), UNIT, 0.0)
    cut = surface_dice(cube((0, 0, 0), shape=(5, 4, 4)), cube((1, 0, 0), shape=(5, 4, 4)), UNIT, 0.0)
    assert cut == pytest.approx(inside)


def test_prediction_and_reference_can_be_swapped() -> None:
    a, b = blob(1), blob(2) | blob(1)
    assert dice(a, b) == dice(b, a)
    assert surface_dice(a, b, (0.8, 0.8, 2.0), 1.0) == pytest.approx(surface_dice(b, a, (0.8, 0.8, 2.0), 1.0))


@pytest.mark.filterwarnings("ignore:.*always_return_as_numpy.*:FutureWarning")
@pytest.mark.parametrize("spacing", [(1.0, 1.0, 1.0), (0.7, 0.9, 2.5)])
@pytest.mark.parametrize("tolerance", [0.5, 1.5, 3.0])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_dice_and_nsd_equal_monai(spacing: tuple[float, float, float], tolerance: float, seed: int) -> None:
    a = blob(seed)
    b = np.roll(a, (1, 2, 0), (0, 1, 2)) & ~blob(seed + 10)
    one_hot = [torch.from_numpy(np.stack([~m, m])[None].astype(np.float32)) for m in (a, b)]
    their_dice = compute_dice(*one_hot, include_background=False).item()
    # MONAI's default counts border voxels. With sub-voxels it weighs surfels by area, as FLARE22 does.
    their_nsd = compute_surface_dice(*one_hot, [tolerance], spacing=spacing, use_subvoxels=True).item()
    assert dice(a, b) == pytest.approx(their_dice, abs=1e-6)
    assert surface_dice(a, b, spacing, tolerance) == pytest.approx(their_nsd, abs=1e-5)


def test_absent_in_both_is_perfect_and_absent_in_one_is_nothing() -> None:
    none, some = np.zeros((12, 12, 12), bool), cube((2, 2, 2))
    for a, b, expected in ((none, none, 1.0), (none, some, 0.0), (some, none, 0.0)):
        assert dice(a, b) == expected
        assert surface_dice(a, b, UNIT, 3.0) == expected


def test_flare22_rules_for_each_organ() -> None:
    prediction, reference = np.zeros((2, 20, 20, 20), np.uint8)
    liver, right, spleen, left = ORGANS
    prediction[2:8, 2:8, 2:8] = liver.label
    reference[6:12, 2:8, 2:8] = liver.label  # 4 mm apart: within the liver's 5 mm
    prediction[2:8, 12:18, 2:8] = right.label
    reference[6:12, 12:18, 2:8] = right.label  # 4 mm apart: beyond the kidney's 3 mm
    prediction[15, 15, 15] = spleen.label  # one voxel where there should be none
    scores = {score.organ: score for score in compare(prediction, reference, UNIT)}
    assert list(scores) == list(ORGANS)
    assert [scores[organ].tolerance_mm for organ in ORGANS] == [5.0, 3.0, 3.0, 3.0]
    assert (scores[liver].dice, scores[liver].nsd) == (pytest.approx(1 / 3), 1.0)
    assert scores[right].dice == pytest.approx(1 / 3)
    assert 0.5 < scores[right].nsd < 1.0
    assert (scores[spleen].dice, scores[spleen].nsd) == (0.0, 0.0)
    assert (scores[left].dice, scores[left].nsd) == (1.0, 1.0)


def test_a_nearly_empty_reference_is_scored_like_any_other() -> None:
    prediction, reference = np.zeros((2, 10, 10, 10), np.uint8)
    prediction[4:6, 4, 4], reference[4, 4, 4] = ORGANS[1].label, ORGANS[1].label
    score = compare(prediction, reference, UNIT)[1]
    assert (score.dice, score.nsd) == (pytest.approx(2 / 3), 1.0)


def test_masks_of_different_scans_are_refused() -> None:
    with pytest.raises(GridMismatch, match="voxels"):
        compare(np.zeros((4, 4, 4), np.uint8), np.zeros((4, 4, 5), np.uint8), UNIT)


def test_a_real_reference_agrees_with_itself_and_less_with_its_shifted_copy(shared: Callable[[str], Path]) -> None:
    image = nib.load(shared("ct/ts_example") / "label.nii.gz")
    reference = np.asarray(image.dataobj).astype(np.uint8)
    spacing = tuple(float(size) for size in image.header.get_zooms()[:3])
    assert all(score[1:3] == (1.0, 1.0) for score in compare(reference, reference, spacing))
    for score in compare(np.roll(reference, 2, axis=0), reference, spacing):
        assert 0.7 < score.dice < 1.0
        assert 0.3 < score.nsd < 1.0
