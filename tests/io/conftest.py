"""DICOM series made to measure, as real scanners and archives leave them; good files of every format; refusals."""

import gzip
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid

from flare_gui.cli import main
from tests.io.damage import HU, MakeSeries, Refused, Whole, itk_bytes, nifti_bytes


@pytest.fixture
def make_series() -> MakeSeries:
    """`make_series(folder, hu, heights)`: write (x, y, z) HU as one file a slice and return the series' UID."""

    def make(
        folder: Path,
        hu: np.ndarray,
        heights: Sequence[float],
        *,
        orientation: Sequence[float] = (1, 0, 0, 0, 1, 0),
        shift_a_mm: float = 0.0,
        description: str = "abdomen",
        modality: str = "CT",
        image_type: Sequence[str] = ("ORIGINAL", "PRIMARY", "AXIAL"),
        slopes: Sequence[float] | None = None,
        padding: int | None = None,
        names: Sequence[str] | None = None,
    ) -> str:
        folder.mkdir(parents=True, exist_ok=True)
        uid = generate_uid()
        along, down = np.array(orientation[:3], float), np.array(orientation[3:], float)
        normal = np.cross(along, down)
        for k, height in enumerate(heights):
            slope = slopes[k] if slopes else 1.0
            stored = np.rint((hu[:, :, k].T + 1024) / slope).astype(np.int16)
            if padding is not None:
                stored[:2, :2] = padding
            _write(
                folder / (names[k] if names else f"{uid[-6:]}_{k:03d}.dcm"),
                stored,
                PatientName="Do^Not^Show",
                SeriesInstanceUID=uid,
                SeriesDescription=description,
                Modality=modality,
                ImageType=list(image_type),
                InstanceNumber=k + 1,
                ImageOrientationPatient=[float(v) for v in orientation],
                ImagePositionPatient=list(np.array([-20.0, -30.0, 0.0]) + height * normal + shift_a_mm * height * down),
                PixelSpacing=[2.0, 1.5],
                RescaleSlope=slope,
                RescaleIntercept=-1024,
                **({} if padding is None else {"PixelPaddingValue": padding}),
            )
        return uid

    return make


def _write(path: Path, stored: np.ndarray, **attributes: object) -> None:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = CTImageStorage
    meta.MediaStorageSOPInstanceUID = generate_uid()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data = FileDataset(path, {}, file_meta=meta, preamble=b"\0" * 128)
    data.SOPClassUID, data.SOPInstanceUID = meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID
    data.Rows, data.Columns = stored.shape
    data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
    data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 16, 16, 15, 1
    for key, value in attributes.items():
        setattr(data, key, value)
    data.PixelData = stored.tobytes()
    pydicom.dcmwrite(path, data, enforce_file_format=True)


@pytest.fixture
def refused(capsys: pytest.CaptureFixture[str]) -> Refused:
    """`refused(path, words)`: the one sentence that the command line says of it."""

    def check(path: Path, words: str = "") -> str:
        before = set(path.parent.parent.rglob("*"))
        capsys.readouterr()
        assert main(["doctor", str(path)]) == 2
        said = capsys.readouterr()
        assert said.err.startswith("flare-gui: ") and said.err.count("\n") == 1, said.err
        assert "Traceback" not in said.err + said.out
        assert words in said.err
        assert set(path.parent.parent.rglob("*")) == before, "a file was left behind"
        return said.err

    return check


@pytest.fixture
def whole(tmp_path: Path, make_series: MakeSeries) -> Whole:
    """The bytes of a good file by name."""

    def make(name: str) -> bytes:
        if name == "x.nii":
            return bytes(nifti_bytes())
        if name == "x.nii.gz":
            return gzip.compress(nifti_bytes())
        if name.endswith((".nrrd", ".mha")):
            return itk_bytes(tmp_path / "good", name, compressed=name.startswith("packed"))
        make_series(tmp_path / "good" / "series", HU, [20.0 * k for k in range(9)], names=[f"{k}" for k in range(9)])
        if name == "x.dcm":
            return (tmp_path / "good" / "series" / "4").read_bytes()
        with zipfile.ZipFile(tmp_path / "good" / "x.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            for file in (tmp_path / "good" / "series").iterdir():
                archive.write(file, file.name)
        return (tmp_path / "good" / "x.zip").read_bytes()

    return make
