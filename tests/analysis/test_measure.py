"""Volumes and attenuation against values worked out by hand and against the real scans' own labels."""

from collections.abc import Callable
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from flare_gui.analysis.measure import ABSENT, measure
from flare_gui.errors import GridMismatch
from flare_gui.organs import LEFT_KIDNEY, LIVER, ORGANS, RIGHT_KIDNEY, SPLEEN
from flare_gui.volume import Segmentation, Volume

SHEARED = np.array([[2.0, 0.1, 0.0, -80.0], [0.0, 2.0, 0.3, -90.0], [0.0, 0.0, 2.5, 10.0], [0.0, 0.0, 0.0, 1.0]])


def scan(affine: np.ndarray = SHEARED) -> tuple[Volume, Segmentation]:
    hu = np.full((12, 12, 12), -1000, np.int16)
    labels = np.zeros((12, 12, 12), np.uint8)
    return Volume(hu, affine), Segmentation(labels, affine)


def test_volume_mean_and_sd_worked_out_by_hand_on_a_sheared_grid() -> None:
    volume, segmentation = scan()
    segmentation.labels[2:6, 2:6, 2:6] = LIVER.label
    volume.hu[2:6, 2:6, 2:4], volume.hu[2:6, 2:6, 4:6] = 90, 110
    liver = measure(volume, segmentation)["liver"]
    assert liver.voxels == 64
    assert liver.volume_ml == pytest.approx(64 * 2 * 2 * 2.5 / 1000)
    assert (liver.mean_hu, liver.sd_hu) == (100.0, 10.0)
    assert not liver.touches_border


def test_only_the_organs_own_voxels_count_where_two_organs_meet() -> None:
    volume, segmentation = scan()
    segmentation.labels[2:8, 2:8, 2:8], volume.hu[2:8, 2:8, 2:8] = LIVER.label, 60
    segmentation.labels[4, 4, 4], volume.hu[4, 4, 4] = RIGHT_KIDNEY.label, 200
    found = measure(volume, segmentation)
    assert (found["liver"].voxels, found["liver"].mean_hu, found["liver"].sd_hu) == (215, 60.0, 0.0)
    assert (found["right_kidney"].voxels, found["right_kidney"].mean_hu) == (1, 200.0)


def test_an_absent_organ_has_no_attenuation_and_is_listed_all_the_same() -> None:
    found = measure(*scan())
    assert list(found) == [organ.key for organ in ORGANS]
    assert all(organ == ABSENT for organ in found.values())
    assert ABSENT.mean_hu is None


@pytest.mark.parametrize("axis", range(3))
@pytest.mark.parametrize("layer", [0, -1])
def test_an_organ_cut_by_the_scans_end_is_flagged_and_keeps_its_volume(axis: int, layer: int) -> None:
    volume, segmentation = scan()
    np.moveaxis(segmentation.labels, axis, 0)[layer, 3:5, 3:5] = SPLEEN.label
    np.moveaxis(segmentation.labels, axis, 0)[5, 8:10, 8:10] = LEFT_KIDNEY.label
    found = measure(volume, segmentation)
    assert found["spleen"].touches_border
    assert found["spleen"].voxels == 4
    assert not found["left_kidney"].touches_border


def test_a_mask_of_another_scan_is_refused() -> None:
    volume, segmentation = scan()
    with pytest.raises(GridMismatch, match="mm away"):
        measure(volume, Segmentation(segmentation.labels, segmentation.affine + np.diag([0.5, 0, 0, 0])))


@pytest.mark.parametrize(
    ("name", "cut"), [("ct/ircad17", {"left_kidney"}), ("ct/ts_example", {"liver", "spleen"})], ids=lambda v: str(v)
)
def test_real_organs_have_the_volume_and_attenuation_of_organs(
    shared: Callable[[str], Path], name: str, cut: set[str]
) -> None:
    """Which organs are cut is what the sources say of these scans."""
    folder = shared(name)
    image, reference = nib.load(folder / "ct.nii.gz"), nib.load(folder / "label.nii.gz")
    volume = Volume(np.asarray(image.dataobj).astype(np.int16), image.affine)
    labels = np.asarray(reference.dataobj).astype(np.uint8)
    found = measure(volume, Segmentation(labels, image.affine))
    assert {key for key, organ in found.items() if organ.touches_border} == cut
    for organ in ORGANS:
        measured = found[organ.key]
        assert measured.voxels == np.count_nonzero(labels == organ.label)
        assert measured.mean_hu == pytest.approx(volume.hu[labels == organ.label].mean())
        assert 30 < measured.volume_ml < 2500
        assert measured.mean_hu is not None
        assert 0 < measured.mean_hu < 250
