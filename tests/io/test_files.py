import gzip
import zipfile
from collections.abc import Callable
from itertools import permutations, product
from pathlib import Path

import nibabel
import numpy as np
import pytest
import SimpleITK as sitk  # noqa: N813 - the name its own documentation uses

from flare_gui.errors import NotAScan, UnreadableScan
from flare_gui.files import replacing
from flare_gui.geometry import apply
from flare_gui.io import find_cases, read_labels, read_scan, write_segmentation
from flare_gui.organs import LEFT_KIDNEY
from flare_gui.volume import Segmentation

HU = np.random.default_rng(0).integers(-1000, 1500, (6, 7, 8)).astype(np.int16)
AFFINE = np.array([[-0.7, 0.0, 0.0, 90.0], [0.0, -0.7, 0.0, 80.0], [0.0, 0.0, 1.6, -40.0], [0, 0, 0, 1.0]])
TURN = np.array([[0.96, -0.28, 0.0], [0.28, 0.96, 0.0], [0.0, 0.0, 1.0]])


def nifti(path: Path, array: np.ndarray, affine: np.ndarray = AFFINE) -> Path:
    nibabel.save(nibabel.Nifti1Image(array, affine), path)
    return path


@pytest.mark.parametrize("name", ["ct.nii", "ct.nii.gz", "ct.nrrd", "ct.nhdr", "ct.mha", "ct.mhd"])
def test_every_format_gives_the_same_voxels_at_the_same_millimetres(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    if ".nii" in name:
        nifti(path, HU)
    else:
        image = sitk.GetImageFromArray(HU.T)
        image.SetSpacing((0.7, 0.7, 1.6))
        image.SetOrigin((-90.0, -80.0, -40.0))
        sitk.WriteImage(image, str(path))
    volume = read_scan(path)
    assert np.array_equal(volume.hu, HU)
    assert np.abs(volume.affine - AFFINE).max() < 1e-4
    assert volume.name == "ct"


def _orientations() -> list[np.ndarray]:
    turns = []
    for order, signs in product(permutations(range(3)), product((1, -1), repeat=3)):
        matrix = np.zeros((3, 3))
        matrix[list(order), range(3)] = signs
        turns.append(matrix)
    return [*turns, TURN]


def test_masks_come_back_to_the_same_millimetres_in_48_orientations_and_an_oblique_one(tmp_path: Path) -> None:
    labels = np.zeros((6, 7, 8), np.uint8)
    labels[1:3, 2:5, 3:8] = LEFT_KIDNEY.label
    for turn in _orientations():
        affine = np.eye(4)
        affine[:3, :3] = turn @ np.diag((0.7, 0.9, 2.5))
        affine[:3, 3] = (11, -22, 33)
        path = tmp_path / "m.seg.nii.gz"
        write_segmentation(Segmentation(labels, affine), path)
        back, back_affine = read_labels(path)
        assert np.array_equal(back, labels)
        assert np.abs(back_affine - affine).max() < 1e-4
        other = sitk.ReadImage(str(path))  # another library finds the kidney at the same place
        assert np.array_equal(sitk.GetArrayFromImage(other).T, labels)
        there = np.array(other.TransformIndexToPhysicalPoint((1, 2, 3))) * (-1, -1, 1)
        assert there == pytest.approx(apply(affine, np.array([[1, 2, 3]]))[0], abs=1e-3)


def test_a_sheared_scan_keeps_its_affine_and_so_does_its_mask(tmp_path: Path) -> None:
    sheared = AFFINE.copy()
    sheared[0, 2] = 0.2
    volume = read_scan(nifti(tmp_path / "ct.nii", HU, sheared))
    assert np.abs(volume.affine - sheared).max() < 1e-4
    write_segmentation(Segmentation(np.ones((6, 7, 8), np.uint8), volume.affine), tmp_path / "m.nii.gz")
    assert np.abs(read_labels(tmp_path / "m.nii.gz")[1] - sheared).max() < 1e-4


def test_flare22_labels_are_written_when_asked_for(tmp_path: Path) -> None:
    labels = np.arange(8, dtype=np.uint8).reshape(2, 2, 2) % 5
    write_segmentation(Segmentation(labels, AFFINE), tmp_path / "m.nii.gz", scheme="flare22")
    assert set(np.unique(read_labels(tmp_path / "m.nii.gz")[0])) == {0, 1, 2, 3, 13}


def test_slope_floats_nan_and_a_single_frame_are_read_right(tmp_path: Path) -> None:
    image = nibabel.Nifti1Image((HU.astype(np.int32) + 1024).astype(np.int16), AFFINE)
    image.header.set_slope_inter(1.0, -1024.0)
    nibabel.save(image, tmp_path / "slope.nii.gz")
    assert np.array_equal(read_scan(tmp_path / "slope.nii.gz").hu, HU)
    floats = HU.astype(np.float32)[..., None] + 0.25
    floats[0, 0, 0] = np.nan
    volume = read_scan(nifti(tmp_path / "float.nii.gz", floats))
    assert volume.hu[0, 0, 0] == -1024
    assert np.array_equal(volume.hu[1:], HU[1:])


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (np.zeros((4, 4, 4, 3), np.int16), "holds 3 frames"),
        (np.zeros((4, 4), np.int16), "single slice"),
        (np.zeros((4, 4, 4), np.dtype([("R", "u1"), ("G", "u1"), ("B", "u1")])), "colours"),
    ],
)
def test_what_is_no_ct_volume_is_refused_with_a_next_step(array: np.ndarray, words: str, tmp_path: Path) -> None:
    with pytest.raises(UnreadableScan, match=words) as refusal:
        read_scan(nifti(tmp_path / "x.nii.gz", array))
    assert refusal.value.hint


@pytest.mark.parametrize("name", ["x.nii.gz", "x.nii", "x.nrrd", "x.mha", "x.zip"])
def test_a_broken_file_is_one_sentence_that_names_it(name: str, tmp_path: Path) -> None:
    content = gzip.compress(b"junk" * 500) if name.endswith("gz") else b"junk" * 500
    (tmp_path / name).write_bytes(content[: len(content) - 5])
    with pytest.raises(UnreadableScan) as refusal:
        read_scan(tmp_path / name)
    assert name in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_truncated_scan_is_refused(tmp_path: Path) -> None:
    path = nifti(tmp_path / "x.nii.gz", HU)
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(UnreadableScan, match=r"x\.nii\.gz"):
        read_scan(path)


def test_a_damaged_affine_is_refused(tmp_path: Path) -> None:
    flat = AFFINE.copy()
    flat[:, 1] = flat[:, 0]
    image = nibabel.Nifti1Image(HU, None)
    image.set_sform(flat, code=1)
    nibabel.save(image, tmp_path / "x.nii")
    with pytest.raises(UnreadableScan, match="singular"):
        read_scan(tmp_path / "x.nii")


def test_a_scan_without_orientation_is_doubted(tmp_path: Path) -> None:
    image = nibabel.Nifti1Image(np.full((4, 4, 4), 7, np.int16), None)
    nibabel.save(image, tmp_path / "x.nii")
    (finding,) = read_scan(tmp_path / "x.nii").findings
    assert finding.code == "no-orientation" and "left and right may be exchanged" in finding.sentence


def test_other_files_say_what_can_be_read(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("hello")
    with pytest.raises(NotAScan, match="not a scan") as refusal:
        read_scan(tmp_path / "notes.txt")
    assert "NIfTI" in refusal.value.hint
    with pytest.raises(NotAScan, match="no such file"):
        read_scan(tmp_path / "absent.nii")


def test_a_folder_is_searched_and_equal_names_get_their_parents(tmp_path: Path) -> None:
    for patient in ("a", "b"):
        (tmp_path / patient).mkdir()
        nifti(tmp_path / patient / "ct.nii.gz", HU)
        nifti(tmp_path / patient / "label.nii.gz", HU)
        nifti(tmp_path / patient / "ct.seg.nii.gz", HU)
    nifti(tmp_path / "b" / "late.nii.gz", HU)
    assert [case.name for case in find_cases([tmp_path])] == ["a_ct", "b_ct", "late"]
    assert [case.name for case in find_cases([tmp_path / "a"])] == ["ct"]
    (tmp_path / "empty").mkdir()
    with pytest.raises(NotAScan, match="holds no scan"):
        find_cases([tmp_path / "empty"])


def test_the_same_path_twice_is_one_case_and_suffixes_never_collide(tmp_path: Path) -> None:
    nifti(tmp_path / "ct.nii.gz", HU)
    sitk.WriteImage(sitk.GetImageFromArray(HU.T), str(tmp_path / "ct.nrrd"))
    cases = find_cases([tmp_path / "ct.nii.gz", tmp_path / "ct.nii.gz", tmp_path / "ct.nrrd"])
    assert len(cases) == 2
    assert len({case.name for case in cases}) == 2


def test_a_zip_of_one_nifti_is_read_too(tmp_path: Path) -> None:
    nifti(tmp_path / "scan.nii.gz", HU)
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        archive.write(tmp_path / "scan.nii.gz", "deep/scan.nii.gz")
    assert np.array_equal(read_scan(tmp_path / "z.zip").hu, HU)


def test_labels_stored_as_floats_are_read_and_images_are_not(tmp_path: Path) -> None:
    nifti(tmp_path / "m.nii.gz", (HU % 5).astype(np.float32))
    assert np.array_equal(read_labels(tmp_path / "m.nii.gz")[0], HU % 5)
    nifti(tmp_path / "ct.nii.gz", HU)
    with pytest.raises(UnreadableScan, match="not labels"):
        read_labels(tmp_path / "ct.nii.gz")


def test_a_crash_while_writing_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    target.write_text("old")

    def crash() -> None:
        with replacing(target) as beside:
            beside.write_text("half of the n")
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        crash()
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_real_scans_keep_their_grid(shared: Callable[[str], Path]) -> None:
    path = shared("ct/ts_example/ct.nii.gz")
    volume = read_scan(path)
    assert volume.shape == (122, 101, 112)
    assert np.abs(volume.affine - nibabel.load(path).affine).max() == 0
