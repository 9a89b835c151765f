"""Public data sets train as they are downloaded; here made-up ones that are laid out and numbered in the same way."""

import json
from pathlib import Path

import nibabel
import numpy as np
import pytest
from PIL import Image
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid

from flare_gui.errors import FlareError
from trainer.downloads import pairs_in
from trainer.sources import cases_of

AFFINE = np.diag([-4.0, -4.0, 4.0, 1.0])  # LPS, as most data sets are


def body() -> tuple[np.ndarray, dict[str, tuple[slice, slice, slice]]]:
    """HU (44, 36, 40), first axis to the patient's left, and boxes of a liver, a tumour in it and both kidneys."""
    hu = np.full((44, 36, 40), -1000, np.int16)
    hu[3:-3, 3:-3] = -100
    boxes = {
        "liver": np.s_[8:20, 10:24, 18:32],
        "tumour": np.s_[10:14, 12:16, 20:24],
        "right": np.s_[8:15, 22:29, 4:16],
        "left": np.s_[29:36, 22:29, 4:16],
    }
    for name, box in boxes.items():
        hu[box] = 40 if name == "tumour" else 110
    return hu, boxes


def save(array: np.ndarray, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    nibabel.save(nibabel.Nifti1Image(array, AFFINE), path)


def labelled(**numbers: int) -> tuple[np.ndarray, np.ndarray]:
    hu, boxes = body()
    mask = np.zeros(hu.shape, np.uint8)
    for name, number in numbers.items():
        mask[boxes[name]] = number
    return hu, mask


@pytest.mark.parametrize("suffix", ["", "_0000"], ids=["Decathlon", "nnU-Net"])
def test_a_decathlon_or_nnunet_folder_trains_by_the_names_in_its_description(tmp_path: Path, suffix: str) -> None:
    hu, mask = labelled(liver=1, tumour=2)
    save(hu, tmp_path / f"Task03_Liver/imagesTr/liver_4{suffix}.nii.gz")
    save(mask, tmp_path / "Task03_Liver/labelsTr/liver_4.nii.gz")
    (tmp_path / "Task03_Liver/imagesTr/._liver_4.nii.gz").write_bytes(b"what a Mac leaves")
    names = (
        {"0": "background", "1": "liver", "2": "cancer"} if not suffix else {"background": 0, "liver": 1, "tumor": 2}
    )
    (tmp_path / "Task03_Liver/dataset.json").write_text(json.dumps({"labels": names}))
    (case,) = cases_of(str(tmp_path / "Task03_Liver"), 1)
    assert case.organs == ("liver",) and set(np.unique(case.labels)) == {0, 1}
    ml = (case.labels == 1).sum() * np.prod(case.spacing_mm) / 1000
    assert ml == pytest.approx(12 * 14 * 14 * 64 / 1000, rel=0.05)  # the tumour is counted with its organ


def test_a_tumour_is_nobodys_where_several_organs_are_named(tmp_path: Path) -> None:
    (tmp_path / "dataset.json").write_text('{"labels": {"0": "background", "1": "liver", "2": "spleen", "3": "tumor"}}')
    hu, mask = labelled(liver=1, tumour=3)
    save(hu, tmp_path / "imagesTr/a.nii.gz")
    save(mask, tmp_path / "labelsTr/a.nii.gz")
    (pair,) = pairs_in(tmp_path)
    assert set(pair.meaning) == {1, 2} and pair.organs == ("liver", "spleen")


def test_kits_trains_and_its_kidneys_are_told_apart(tmp_path: Path) -> None:
    hu, mask = labelled(right=1, left=2)  # one of them all tumour
    save(hu, tmp_path / "data/case_00000/imaging.nii.gz")
    save(mask, tmp_path / "data/case_00000/segmentation.nii.gz")
    (case,) = cases_of(str(tmp_path), 1)
    assert case.organs == ("right_kidney", "left_kidney") and set(np.unique(case.labels)) == {0, 2, 4}
    right, left = (np.argwhere(case.labels == label)[:, 0].mean() for label in (2, 4))
    assert right > left  # RAS


def write_slice(path: Path, hu: np.ndarray, height: float, series: str) -> None:
    """One axial slice (x, y) of 4 mm pixels as DICOM."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = CTImageStorage, generate_uid()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data = FileDataset(path, {}, file_meta=meta, preamble=b"\0" * 128)
    data.SOPClassUID, data.SOPInstanceUID = CTImageStorage, meta.MediaStorageSOPInstanceUID
    data.SeriesInstanceUID, data.Modality = series, "CT"
    data.Columns, data.Rows = hu.shape
    data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
    data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 16, 16, 15, 1
    data.ImageOrientationPatient, data.PixelSpacing = [1, 0, 0, 0, 1, 0], [4.0, 4.0]
    data.ImagePositionPatient = [0.0, 0.0, height]
    data.RescaleSlope, data.RescaleIntercept = 1, 0
    data.PixelData = hu.T.tobytes()
    data.save_as(path, enforce_file_format=True)


def test_chaos_trains_from_its_dicom_files_and_its_pngs(tmp_path: Path) -> None:
    """The n-th PNG belongs to the n-th file by name, which here is the n-th slice from the top."""
    hu, mask = labelled(liver=1)
    folder, series, slices = tmp_path / "CT/7", generate_uid(), hu.shape[2]
    for name in ("DICOM_anon", "Ground"):
        (folder / name).mkdir(parents=True)
    for k in range(slices):
        write_slice(folder / f"DICOM_anon/i{slices - k:04d}.dcm", hu[:, :, k], 4.0 * k, series)
        Image.fromarray(mask[:, :, k].T * 255).save(folder / f"Ground/liver_GT_{slices - k - 1:03d}.png")
    ((case, pair),) = zip(cases_of(str(tmp_path), 1), pairs_in(tmp_path), strict=True)
    assert pair.organs == case.organs == ("liver",)
    volume, reference = pair.read()
    assert (volume.hu[reference.labels == 1] > 0).all() and (reference.labels == 1).sum() == (mask == 1).sum()


def test_a_description_that_names_no_organ_of_ours_is_refused(tmp_path: Path) -> None:
    (tmp_path / "dataset.json").write_text('{"labels": {"0": "background", "1": "hippocampus"}}')
    save(body()[0], tmp_path / "imagesTr/a.nii.gz")
    with pytest.raises(FlareError, match="names none of liver, right kidney, spleen, left kidney"):
        pairs_in(tmp_path)
