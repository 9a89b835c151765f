"""What is no organ is none: fat, air, bone, kidneys and spleens that were taken out; patients the other way round."""

import re
from collections.abc import Callable
from pathlib import Path

import nibabel
import numpy as np
import pytest
from scipy import ndimage

from flare_gui.io import read_scan
from flare_gui.model import pipeline, weights
from flare_gui.model.segmenter import segment
from flare_gui.model.weights import Model
from flare_gui.organs import LEFT_KIDNEY, LIVER, RIGHT_KIDNEY, SPLEEN
from flare_gui.volume import Segmentation, Volume
from tests.model.balls import AFFINE, BALLS, CARD, ENHANCED, PLAIN, SHAPE, ball, found, patient, sure


@pytest.mark.parametrize("tissues", [ENHANCED, PLAIN], ids=["enhanced", "plain"])
@pytest.mark.parametrize("noise", [0.0, 15.0, 40.0])
def test_organs_that_are_there_stay_as_they_are(tissues: dict[int, float], noise: float) -> None:
    hu, labels = patient(tissues, noise=noise)
    result, _, said = found(hu, labels)
    for label in BALLS:
        both, either = (result == label) & (labels == label), (result == label) | (labels == label)
        assert both.sum() > 0.97 * either.sum()
    assert said == ""


@pytest.mark.parametrize("fat", [-120.0, -92.0, -75.0])
@pytest.mark.parametrize("gone", [(RIGHT_KIDNEY,), (LEFT_KIDNEY,), (SPLEEN,), (RIGHT_KIDNEY, LEFT_KIDNEY)])
def test_an_organ_that_was_taken_out_is_not_found_in_the_fat_in_its_place(gone: tuple, fat: float) -> None:
    hu, labels = patient({k: v for k, v in ENHANCED.items() if k not in [organ.label for organ in gone]}, fat=fat)
    result, _, said = found(hu, labels)
    for organ in gone:
        assert not (result == organ.label).any()
        (mean,) = re.findall(rf"what looked like the {organ.name.lower()} has (-\d+) HU", said)
        assert abs(float(mean) - fat) < 6
        assert f"no {organ.name.lower()} was found" in said
    for label in set(BALLS) - {organ.label for organ in gone}:
        assert (result == label).sum() > 0.97 * (labels == label).sum()


@pytest.mark.parametrize("hu_of_liver", [20.0, 0.0, -20.0])
def test_a_fatty_liver_is_not_lost(hu_of_liver: float) -> None:
    hu, labels = patient({**PLAIN, LIVER.label: hu_of_liver})
    result, _, said = found(hu, labels)
    assert (result == LIVER.label).sum() > 0.97 * (labels == LIVER.label).sum() and said == ""


@pytest.mark.parametrize("shift", [-120.0, -60.0, -30.0, 0.0])
def test_organs_of_a_scan_that_is_calibrated_otherwise_are_not_lost(shift: float) -> None:
    """A plain kidney of a scan whose HU are 60 too low has those of fat, and fat has those of no tissue."""
    hu, labels = patient({**PLAIN, SPLEEN.label: -102.0})
    result, _, said = found(hu + np.float32(shift), labels)
    for organ in (LIVER, RIGHT_KIDNEY, LEFT_KIDNEY):
        assert (result == organ.label).sum() > 0.97 * (labels == organ.label).sum()
    assert not (result == SPLEEN.label).any()
    assert f"what looked like the spleen has {-102 + shift:.0f} HU" in said


def test_fat_behind_a_kidney_and_gas_and_a_rib_beside_organs_are_no_part_of_them() -> None:
    hu, truth = patient(ENHANCED)
    labels = truth.copy()
    labels[ball((14, 2, 11), 5) & (labels == 0)] = LEFT_KIDNEY.label
    gas, rib = ball((30, 28, 28), 4) & (truth == 0), np.zeros(SHAPE, bool)
    rib[:, 40:43, 27:30] = True
    hu[gas], hu[rib] = -900, 700
    labels[gas | (rib & ball((44, 41, 28), 8))] = LIVER.label
    result, _, _ = found(hu, labels)
    for label in BALLS:
        assert ((result == label) & (truth != label)).sum() < 0.03 * (truth == label).sum()
        assert (result == label).sum() > 0.97 * (truth == label).sum()


def test_calcified_and_contrasted_parts_of_an_organ_stay() -> None:
    hu, labels = patient(ENHANCED)
    bright = ball((44, 11, 11), 3) | ball((44, 32, 27), 3)
    hu[bright] = 900
    result, _, _ = found(hu, labels)
    assert np.isin(result[bright], (LIVER.label, RIGHT_KIDNEY.label)).all()


def test_fat_in_the_hollow_of_a_kidney_is_not_filled_and_a_vessel_is() -> None:
    hu, truth = patient(ENHANCED)
    sinus, vessel = ball((14, 11, 11), 3), ball((44, 32, 27), 2)
    hu[sinus], hu[vessel] = -100, 170
    labels = np.where(vessel, 0, truth)
    result, _, _ = found(hu, labels)
    assert (result[ball((14, 11, 11), 1)] == 0).all() and (result[vessel] == LIVER.label).all()


@pytest.mark.parametrize("filling", [5.0, 40.0, 58.0], ids=["fluid", "bowel", "muscle"])
def test_a_kidneys_bed_filled_with_something_else_is_doubted_with_its_hu(filling: float) -> None:
    hu, labels = patient({**ENHANCED, RIGHT_KIDNEY.label: filling})
    _, trust, said = found(hu, labels)
    assert trust["right_kidney"] <= 0.5 and trust["left_kidney"] > 0.8
    assert f"the right kidney has {filling:.0f} HU and the left kidney 14" in said


def test_a_scrap_that_hardly_anybody_takes_for_a_spleen_is_left_out() -> None:
    hu, labels = patient({**ENHANCED, SPLEEN.label: 60.0})
    scrap = ball((12, 30, 30), 3)
    labels[(labels == SPLEEN.label) & ~scrap] = 0
    probabilities = sure(labels)
    probabilities[:, ball((12, 30, 30), 8) & ~scrap] = np.array([0.55, 0, 0, 0.45, 0], np.float32)[:, None]
    organs, trust = pipeline.anatomy_of(probabilities, hu, AFFINE, CARD)
    assert not (organs.labels == SPLEEN.label).any() and "spleen" not in trust.expected
    assert "that may be spleen were left out" in " ".join(organs.findings.warnings)


def with_water(middles: list[tuple[int, int, int]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """HU of a patient with water in the left kidney, what a network sees that leaves it out, and where it is."""
    hu, truth = patient(ENHANCED, noise=4)
    water = np.any([ball(middle, 3.5) for middle in middles], axis=0) & (truth == LEFT_KIDNEY.label)
    hu[water] = 8
    seen = np.where(ndimage.gaussian_filter(hu, 0.5) < 80, 0, truth)
    return hu, np.where(truth == LEFT_KIDNEY.label, seen, truth), water


def test_many_cysts_belong_to_a_kidney_and_one_dark_place_may_be_its_pelvis() -> None:
    hu, seen, cysts = with_water([(8, 11, 11), (20, 12, 11), (14, 18, 11), (14, 11, 18)])
    result, _, said = found(hu, seen)
    assert (result[cysts] == LEFT_KIDNEY.label).mean() > 0.6 and said == ""
    hu, seen, pelvis = with_water([(17, 11, 11), (20, 11, 11), (23, 11, 11)])
    result, trust, said = found(hu, seen)
    assert (result[pelvis] == LEFT_KIDNEY.label).mean() < 0.2
    assert trust["left_kidney"] <= 0.75 and "a cyst or urine" in said


# With the weights of the package, on real scans.


@pytest.fixture(scope="module")
def shipped() -> Model:
    return weights.load()


def halved(volume: Volume, labels: np.ndarray) -> tuple[Volume, np.ndarray]:
    affine = volume.affine @ np.diag([2.0, 2.0, 1.0, 1.0])
    return Volume(np.asfortranarray(volume.hu[::2, ::2]), affine), labels[::2, ::2]


@pytest.fixture(scope="module")
def scan(shared: Callable[[str], Path]) -> tuple[Volume, np.ndarray]:
    folder = shared("ct/ircad17")
    labels = np.asarray(nibabel.load(folder / "label.nii.gz").dataobj).astype(np.uint8)
    return halved(read_scan(folder / "ct.nii.gz"), labels)


def volumes(found: Segmentation) -> dict[int, float]:
    return {label: float((found.labels == label).sum()) * found.voxel_ml for label in BALLS}


def test_a_real_scan_without_right_kidney_has_none(scan: tuple[Volume, np.ndarray], shipped: Model) -> None:
    volume, labels = scan
    where = ndimage.binary_dilation(labels == RIGHT_KIDNEY.label, iterations=3)
    fat = np.random.default_rng(5).normal(-95, 14, volume.shape)
    result = segment(Volume(np.where(where, fat, volume.hu).astype(np.int16), volume.affine), shipped, device="cpu")
    ml = volumes(result)
    assert ml[RIGHT_KIDNEY.label] == 0 and "no right kidney was found" in result.warnings
    assert ml[LEFT_KIDNEY.label] > 180 and ml[LIVER.label] > 1700 and ml[SPLEEN.label] > 140


def test_a_real_patient_the_other_way_round_loses_no_organ(scan: tuple[Volume, np.ndarray], shipped: Model) -> None:
    volume, _ = scan
    usual = volumes(segment(volume, shipped, device="cpu"))
    result = segment(Volume(np.asfortranarray(volume.hu[::-1]), volume.affine), shipped, device="cpu")
    assert volumes(result) == pytest.approx(usual, rel=0.03)
    assert any("situs inversus" in sentence for sentence in result.warnings)


def test_fat_behind_a_real_kidney_is_no_kidney(shared: Callable[[str], Path], shipped: Model) -> None:
    folder = shared("ct_agreed/c3n_00249")
    truth = np.asarray(nibabel.load(folder / "label_agreed.nii.gz").dataobj)
    result = segment(read_scan(folder / "ct.nii.gz"), shipped, device="cpu").labels
    known = truth != 255
    kidney, reference = (result == LEFT_KIDNEY.label) & known, truth == LEFT_KIDNEY.label
    assert 2 * (kidney & reference).sum() > 0.93 * (kidney.sum() + reference.sum())
