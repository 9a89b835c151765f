import numpy as np
import pytest
from scipy import ndimage

from flare_gui import geometry
from flare_gui.organs import LEFT_KIDNEY, LIVER, ORGANS, RIGHT_KIDNEY, SPLEEN
from flare_gui.phantom import pathology
from flare_gui.phantom.demo import demo_scan
from flare_gui.phantom.paint import Look, paint
from flare_gui.phantom.shapes import abdomen
from flare_gui.phantom.tissues import Tissue

# Smallest and largest volumes of adults in ml, and a little more on both sides.
VOLUMES_ML = {LIVER: (800, 2800), RIGHT_KIDNEY: (70, 320), SPLEEN: (60, 600), LEFT_KIDNEY: (70, 320)}


@pytest.mark.parametrize("seed", range(6))
def test_organs_of_own_shapes_have_human_sizes_and_lie_on_their_sides(seed: int) -> None:
    tissues, affine = abdomen(np.random.default_rng(seed), 3.0)
    middle = {}
    for organ in ORGANS:
        mask = tissues == organ.label
        low, high = VOLUMES_ML[organ]
        assert low < mask.sum() * 0.027 < high, organ.name
        pieces, count = ndimage.label(mask)
        assert np.bincount(pieces.ravel())[1:].max() > 0.95 * mask.sum(), f"{organ.name} is in {count} pieces"
        middle[organ] = geometry.apply(affine, np.argwhere(mask)).mean(axis=0)
    assert middle[RIGHT_KIDNEY][0] > 20 > -20 > middle[LEFT_KIDNEY][0]  # RAS: right is positive
    assert middle[LIVER][0] > 20 > -40 > middle[SPLEEN][0]
    assert middle[LIVER][1] > middle[RIGHT_KIDNEY][1]
    assert middle[LIVER][2] > middle[RIGHT_KIDNEY][2]


def test_a_body_surrounds_the_organs_with_lungs_above() -> None:
    tissues, _ = abdomen(np.random.default_rng(1), 3.0)
    for tissue in (Tissue.BONE, Tissue.MUSCLE, Tissue.FAT, Tissue.LUNG, Tissue.SMALL_BOWEL, Tissue.ARTERY, Tissue.VEIN):
        assert (tissues == tissue).sum() > 100, tissue.name
    edge = np.concatenate([tissues[[0, -1]].ravel(), tissues[:, [0, -1]].ravel()])
    assert (edge == Tissue.OUTSIDE).all()
    lung = np.argwhere(tissues == Tissue.LUNG)[:, 2].mean()
    assert lung > np.argwhere(tissues == Tissue.LIVER)[:, 2].mean()


def test_the_same_seed_gives_the_same_patient_and_another_seed_another() -> None:
    first, again, other = (abdomen(np.random.default_rng(seed), 4.0)[0] for seed in (5, 5, 6))
    assert np.array_equal(first, again)
    assert first.shape != other.shape or not np.array_equal(first, other)


@pytest.mark.parametrize(
    ("phase", "kidney"), [("plain", (0, 75)), ("arterial", (80, 220)), ("portal", (90, 260)), ("late", (70, 300))]
)
def test_a_painted_scan_has_the_attenuation_of_its_phase(phase: str, kidney: tuple[int, int]) -> None:
    tissues, _ = abdomen(np.random.default_rng(2), 3.0)
    hu = paint(tissues, (3.0, 3.0, 3.0), np.random.default_rng(3), Look(phase=phase, noise_hu=10, blur_mm=1.0))
    assert hu.dtype == np.int16
    mean = {tissue: float(hu[tissues == tissue].mean()) for tissue in Tissue if (tissues == tissue).any()}
    assert mean[Tissue.OUTSIDE] < -900
    assert mean[Tissue.LUNG] < -600
    assert -140 < mean[Tissue.FAT] < -60
    assert mean[Tissue.BONE] > 150
    assert kidney[0] < mean[Tissue.RIGHT_KIDNEY] < kidney[1]


def test_urine_fills_the_hollow_of_a_kidney_and_takes_nothing_from_it() -> None:
    """A shell open to the middle, as a kidney is: in the late phase its urine is bright, the kidney stays as it was."""
    tissues = np.full((40, 40, 40), Tissue.FAT, np.uint8)
    r = np.sqrt(((np.indices(tissues.shape) - 20) ** 2).sum(axis=0))
    tissues[(r < 11) & (r > 3.5)] = Tissue.LEFT_KIDNEY
    tissues[20:, 18:23, 18:23][r[20:, 18:23, 18:23] < 11] = Tissue.FAT
    hollow = (r < 3) & (tissues == Tissue.FAT)
    usual, wide = (
        paint(tissues, (2.0, 2.0, 2.0), np.random.default_rng(4), Look("plain", noise_hu=0, blur_mm=0.3, wide_pelvis=w))
        for w in (False, True)
    )
    assert usual[hollow].mean() < -60
    assert -10 < wide[hollow].mean() < 45
    deep = ndimage.binary_erosion(tissues == Tissue.LEFT_KIDNEY, iterations=2)
    assert abs(float(usual[deep].mean()) - float(wide[deep].mean())) < 6
    assert wide[0, 0, 0] < -60


def test_a_liver_tumour_changes_the_liver_and_nothing_else() -> None:
    tissues, _ = abdomen(np.random.default_rng(2), 3.0)
    hu = np.full(tissues.shape, 100, np.float32)
    pathology.liver_tumour(hu, tissues, (3.0, 3.0, 3.0), np.random.default_rng(3), 45.0)
    changed = hu != 100
    assert 0.03 < changed[tissues == Tissue.LIVER].mean() < 0.7
    assert not changed[tissues != Tissue.LIVER].any()
    assert hu[changed].std() > 5  # uneven


def test_the_demo_scan_is_a_whole_abdomen_and_the_same_every_time() -> None:
    first, again = demo_scan(), demo_scan()
    assert np.array_equal(first.hu, again.hu)
    assert first.orientation == "LPS"
    assert first.spacing == pytest.approx((1.5, 1.5, 2.5))
    assert first.hu.min() < -900
    assert first.hu.max() > 400
