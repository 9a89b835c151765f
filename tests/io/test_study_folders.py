"""A series is its UID below the path given, whatever folders its files lie in."""

import shutil
import zipfile
from pathlib import Path

import nibabel
import numpy as np
import pytest
from pydicom.uid import generate_uid

from flare_gui.io import find_cases, list_series, read_scan
from tests.io.slices import patient, write

HU = patient(30)


@pytest.fixture
def disc(tmp_path: Path) -> Path:
    """A CD: one series in three folders."""
    write(tmp_path / "CD", HU, names=lambda k: f"DICOM/PA0/ST0/SE{k // 10}/IM{k % 10}")
    return tmp_path / "CD"


@pytest.mark.parametrize("above", ["", "DICOM", "DICOM/PA0", "DICOM/PA0/ST0"])
@pytest.mark.parametrize("index", [False, True])
def test_a_series_over_folders_is_one_case_from_each_folder_above(disc: Path, above: str, index: bool) -> None:
    if index:
        # The index is DICOM itself, but no slice.
        shutil.copy(disc / "DICOM/PA0/ST0/SE0/IM0", disc / "DICOMDIR")
    for every_series in (False, True):
        (case,) = find_cases([disc / above], every_series=every_series)
        assert np.array_equal(read_scan(case.path, series=case.series).hu, HU)
    assert np.array_equal(read_scan(disc / above).hu, HU)
    assert len(list_series(disc / above)) == 1


def test_the_index_of_a_disc_stands_for_the_disc(disc: Path) -> None:
    shutil.copy(disc / "DICOM/PA0/ST0/SE0/IM0", disc / "DICOMDIR")
    (case,) = find_cases([disc / "DICOMDIR"])
    assert np.array_equal(read_scan(case.path).hu, HU)
    assert np.array_equal(read_scan(disc / "DICOMDIR").hu, HU)


def test_one_file_brings_its_whole_series_from_all_folders_of_the_study(disc: Path) -> None:
    write(disc / "DICOM/PA1/ST0/SE0", patient(5, seed=1), tags={"StudyInstanceUID": "1.9"})
    volume = read_scan(disc / "DICOM/PA0/ST0/SE1/IM3")
    assert np.array_equal(volume.hu, HU)
    assert volume.warnings == ()


def test_a_folder_with_a_part_of_a_series_says_so(disc: Path) -> None:
    volume = read_scan(disc / "DICOM/PA0/ST0/SE1")
    assert np.array_equal(volume.hu, HU[:, :, 10:20])
    assert volume.warnings[0] == "this is a part of its series: more of it lies in SE0, SE2 beside SE1"


def test_one_file_of_a_phase_brings_this_phase(tmp_path: Path) -> None:
    uid = generate_uid()
    for p, name in enumerate("AB"):
        tags = {"AcquisitionNumber": p + 1}
        write(tmp_path, patient(8, seed=p), series=uid, tags=tags, names=f"{name}{{}}".format)
    for p, name in enumerate("AB"):
        volume = read_scan(tmp_path / f"{name}3")
        assert np.array_equal(volume.hu, patient(8, seed=p))
        assert volume.series_uid == f"{uid}#{p + 1}"


def test_two_series_over_the_same_folders_are_two_cases(tmp_path: Path) -> None:
    other = patient(30, seed=1)
    write(tmp_path / "CD", HU, names=lambda k: f"ST0/SE{k % 3}/A{k}")
    write(tmp_path / "CD", other, names=lambda k: f"ST0/SE{k % 3}/B{k}")
    cases = find_cases([tmp_path / "CD"], every_series=True)
    assert sorted(case.name for case in cases) == ["ST0_series1", "ST0_series2"]
    found = [read_scan(case.path, series=case.series).hu for case in cases]
    assert any(np.array_equal(hu, HU) for hu in found) and any(np.array_equal(hu, other) for hu in found)
    # For a window they are a choice.
    (case,) = find_cases([tmp_path / "CD"])
    assert len(list_series(case.path)) == 2


def test_a_series_above_and_below_is_whole(tmp_path: Path) -> None:
    write(tmp_path / "study", HU, names=lambda k: f"IM{k}" if k < 20 else f"more/IM{k}")
    (case,) = find_cases([tmp_path])
    assert np.array_equal(read_scan(case.path).hu, HU)
    assert np.array_equal(read_scan(tmp_path / "study" / "more" / "IM25").hu, HU)


def test_a_zip_of_a_series_over_folders_is_whole(disc: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "cd.zip", "w") as archive:
        for file in disc.rglob("IM*"):
            archive.write(file, file.relative_to(disc))
    assert np.array_equal(read_scan(tmp_path / "cd.zip").hu, HU)


# Data sets with masks beside their scans: where the scan lies, and where a mask of it.
LAYOUTS = {
    "TotalSegmentator": ("{s}/ct", "{s}/segmentations/liver"),
    "MSD and nnU-Net": ("imagesTr/{s}_0000", "labelsTr/{s}"),
    "KiTS": ("{s}/imaging", "{s}/segmentation"),
    "LiTS": ("volume-{s}", "segmentation-{s}"),
    "BTCV": ("img/img{s}", "label/label{s}"),
    "FLARE22": ("images/{s}_0000", "labels/{s}"),
    "organs beside": ("{s}/ct", "{s}/kidney_left"),
    "our own": ("{s}", "{s}.seg"),
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("kind", [np.uint8, np.int16, np.float32])
def test_masks_of_a_data_set_are_no_cases(layout: str, kind: type, tmp_path: Path) -> None:
    for subject in ("s0000", "s0001"):
        for name, voxels in zip(LAYOUTS[layout], (HU, (HU > 0).astype(kind)), strict=True):
            path = tmp_path / f"{name.format(s=subject)}.nii.gz"
            path.parent.mkdir(parents=True, exist_ok=True)
            nibabel.save(nibabel.Nifti1Image(voxels, np.eye(4)), path)
    masks: list[Path] = []
    cases = find_cases([tmp_path], passed_over=masks)
    assert len(cases) == 2 and len({case.name for case in cases}) == 2
    assert len(masks) == 2


def test_masks_are_known_by_their_voxels_too(tmp_path: Path) -> None:
    for name, voxels in (("liver_7", HU), ("result", (HU > 0).astype(np.uint8))):
        nibabel.save(nibabel.Nifti1Image(voxels, np.eye(4)), tmp_path / f"{name}.nii.gz")
    (case,) = find_cases([tmp_path])
    assert case.name == "liver_7", "a scan of the Decathlon's is called after an organ"
