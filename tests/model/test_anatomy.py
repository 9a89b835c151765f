"""Organs that can be: one piece, no holes, each kidney on its own side; and what is said when that is in doubt."""

from collections.abc import Callable

import numpy as np
import pytest

from flare_gui.model import laterality
from flare_gui.model.anatomy import clean, highest_piece, largest_piece
from flare_gui.model.segmenter import segment
from flare_gui.model.weights import Model
from flare_gui.organs import LEFT_KIDNEY, LIVER, RIGHT_KIDNEY, SPLEEN
from flare_gui.volume import Volume

HU = {LIVER.label: 95, RIGHT_KIDNEY.label: 220, SPLEEN.label: -55, LEFT_KIDNEY.label: -180}


@pytest.fixture
def scan(abdomen: Callable, grid: Callable) -> tuple[Volume, np.ndarray]:
    """The abdomen at the model's own spacing, so that labels are exact, and its labels."""
    return abdomen(grid())


def repainted(volume: Volume, where: np.ndarray, label: int) -> Volume:
    """The scan with the voxels `where` looking like another organ to the network; 0 is soft tissue."""
    hu = volume.hu.copy()
    hu[where] = HU.get(label, 20)
    return Volume(hu, volume.affine)


@pytest.mark.parametrize("seen_as", [RIGHT_KIDNEY, LEFT_KIDNEY], ids=["right", "left"])
def test_kidneys_that_the_network_calls_by_one_name_get_their_own(
    model: Model, scan: tuple[Volume, np.ndarray], seen_as: object
) -> None:
    volume, labels = scan
    both = (labels == RIGHT_KIDNEY.label) | (labels == LEFT_KIDNEY.label)
    found = segment(repainted(volume, both, seen_as.label), model, device="cpu")
    assert np.array_equal(found.labels, labels)
    assert found.warnings == () and "voxels of the kidneys were given to the other side" in found.run["notes"][0]


def test_a_kidney_of_two_names_becomes_one(model: Model, scan: tuple[Volume, np.ndarray]) -> None:
    volume, labels = scan
    upper = (labels == LEFT_KIDNEY.label) & (np.arange(50) > 20)
    found = segment(repainted(volume, upper, RIGHT_KIDNEY.label), model, device="cpu")
    assert np.array_equal(found.labels, labels)


def test_a_mirrored_header_is_noticed_and_the_right_kidney_stays_beside_the_liver(
    model: Model, scan: tuple[Volume, np.ndarray]
) -> None:
    volume, labels = scan
    mirrored = Volume(np.ascontiguousarray(volume.hu[::-1]), volume.affine)
    found = segment(mirrored, model, device="cpu")
    assert found.warnings == (laterality.MIRRORED,)
    assert np.array_equal(found.labels, labels[::-1])


def test_a_missing_spleen_does_not_hide_a_mirrored_header(model: Model, scan: tuple[Volume, np.ndarray]) -> None:
    volume, labels = scan
    found = segment(repainted(volume, labels == SPLEEN.label, 0), model, device="cpu")
    assert found.warnings == ("no spleen was found",)
    mirrored = Volume(np.ascontiguousarray(repainted(volume, labels == SPLEEN.label, 0).hu[::-1]), volume.affine)
    assert set(segment(mirrored, model, device="cpu").warnings) == {"no spleen was found", laterality.MIRRORED}


def test_kidneys_that_touch_in_the_middle_are_parted_there(model: Model, scan: tuple[Volume, np.ndarray]) -> None:
    volume, labels = scan
    bridge = np.zeros(labels.shape, bool)
    bridge[24:52, 16:19, 15:18] = True  # from kidney to kidney, across the spine
    fused = repainted(volume, bridge & (labels == 0), RIGHT_KIDNEY.label)
    found = segment(fused, model, device="cpu").labels
    assert np.isin(found[bridge], (RIGHT_KIDNEY.label, LEFT_KIDNEY.label)).all()
    assert (found[38:][labels[38:] == RIGHT_KIDNEY.label] == RIGHT_KIDNEY.label).all()
    assert (found[:38][labels[:38] == LEFT_KIDNEY.label] == LEFT_KIDNEY.label).all()
    assert not (found[38:] == LEFT_KIDNEY.label).any() and not (found[:38] == RIGHT_KIDNEY.label).any()


def test_two_kidneys_on_one_side_keep_their_order_and_raise_a_doubt(
    model: Model, scan: tuple[Volume, np.ndarray]
) -> None:
    volume, labels = scan
    without = repainted(volume, labels == RIGHT_KIDNEY.label, 0)
    x, y, z = np.indices(labels.shape)
    crossed = (x - 22) ** 2 + (y - 36) ** 2 + (z - 12) ** 2 <= 5**2  # right of the left kidney, left of the middle
    found = segment(repainted(without, crossed & (labels == 0), RIGHT_KIDNEY.label), model, device="cpu")
    assert laterality.ONE_SIDE in found.warnings
    middles = [np.argwhere(found.labels == kidney.label)[:, 0].mean() for kidney in (RIGHT_KIDNEY, LEFT_KIDNEY)]
    assert middles[0] > middles[1]


def test_specks_and_holes_are_cleaned(model: Model, scan: tuple[Volume, np.ndarray]) -> None:
    volume, labels = scan
    dirty = volume.hu.copy()
    dirty[60, 52, 5] = HU[LIVER.label]  # a speck far away
    dirty[10:13, 20:23, 8:11] = HU[SPLEEN.label]
    vessel = tuple(np.argwhere(labels == LIVER.label).mean(axis=0).astype(int))
    dirty[vessel] = 20  # a vessel inside the liver
    found = segment(Volume(dirty, volume.affine), model, device="cpu")
    assert np.array_equal(found.labels, labels)


def test_nothing_at_all_is_four_organs_not_found(model: Model, scan: tuple[Volume, np.ndarray]) -> None:
    volume, labels = scan
    found = segment(repainted(volume, labels > 0, 0), model, device="cpu")
    assert not found.labels.any()
    assert found.warnings == tuple(f"no {n} was found" for n in ("liver", "right kidney", "spleen", "left kidney"))


def test_an_organ_that_falls_apart_where_the_scan_ends_keeps_its_parts() -> None:
    liver = np.zeros((20, 20, 10), bool)
    liver[2:9, 2:9, 5:] = True
    liver[12:18, 2:8, 6:] = True  # the left lobe, joined above the scan's end
    liver[12:18, 12:18, 2:4] = True  # not cut: something else
    kept = largest_piece(liver, 5)
    assert kept[4, 4, 7] and kept[14, 4, 8] and not kept[14, 14, 3]


def test_a_mass_larger_than_the_liver_and_below_it_is_not_taken_for_it() -> None:
    seen = np.zeros((30, 30, 30), bool)
    seen[3:15, 3:15, 20:28] = True
    seen[8:28, 8:28, 1:16] = True  # a tumour of five times its volume
    seen[25, 25, 28] = True  # a speck above both
    kept = highest_piece(seen, 500, 5)
    assert kept[8, 8, 24] and not kept[15, 15, 8] and not kept[25, 25, 28]
    assert np.array_equal(highest_piece(seen[:, :, :17], 500, 5), seen[:, :, :17])


def test_margins_are_positive_exactly_where_the_labels_are(abdomen: Callable, grid: Callable) -> None:
    volume, _ = abdomen(grid())
    rng = np.random.default_rng(0)
    noise = rng.random((5, *volume.shape), np.float32)
    organs = clean(noise / noise.sum(axis=0), volume.hu.astype(np.float32), volume.affine, np.zeros(volume.shape, bool))
    everywhere = (slice(None),) * 3
    for organ in (LIVER, RIGHT_KIDNEY, SPLEEN, LEFT_KIDNEY):
        assert np.array_equal(organs.margin(organ, everywhere) > 0, organs.labels == organ.label)


def test_kidneys_share_their_votes(abdomen: Callable, grid: Callable) -> None:
    volume, labels = abdomen(grid())
    probabilities = np.zeros((5, *volume.shape), np.float32)
    probabilities[0] = 1
    kidney = labels == RIGHT_KIDNEY.label
    probabilities[:, kidney] = np.array([0.4, 0, 0.35, 0, 0.25], np.float32)[:, None]
    found = clean(probabilities, volume.hu.astype(np.float32), volume.affine, np.zeros(volume.shape, bool))
    assert np.array_equal(found.labels == RIGHT_KIDNEY.label, kidney)
