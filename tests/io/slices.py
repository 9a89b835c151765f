"""Small DICOM series, written as scanners, archives and anonymisers leave them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pydicom
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid

SIDE, STEP = 16, 2.0

Tags = Mapping[str, Any] | Callable[[int], Mapping[str, Any]]


def patient(slices: int = 12, seed: int = 0) -> np.ndarray:
    """int16 HU (x, y, z) in which each slice is one of a kind."""
    return np.random.default_rng(seed).integers(-800, 900, (SIDE, SIDE, slices)).astype(np.int16)


def dataset(hu: np.ndarray, z_mm: float, number: int, series: str, tags: Mapping[str, Any]) -> FileDataset:
    """One slice (x, y); a tag of None is taken away."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = CTImageStorage, generate_uid()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    data.SOPClassUID, data.SOPInstanceUID = CTImageStorage, meta.MediaStorageSOPInstanceUID
    data.StudyInstanceUID, data.SeriesInstanceUID, data.Modality = f"{series[:60]}.1", series, "CT"
    data.PatientName, data.InstanceNumber = "Do^Not^Show", number
    data.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    data.ImagePositionPatient, data.ImageOrientationPatient = [-20.0, -30.0, z_mm], [1, 0, 0, 0, 1, 0]
    data.PixelSpacing, data.SliceThickness = [1.5, 1.5], STEP
    data.Columns, data.Rows = hu.shape
    data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
    data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 16, 16, 15, 0
    data.RescaleSlope, data.RescaleIntercept = 1, -1024
    data.PixelData = (hu.T + 1024).astype("<u2").tobytes()
    for name, value in tags.items():
        if value is not None:
            setattr(data, name, value)
        elif name in data:
            delattr(data, name)
    return data


def save(data: pydicom.Dataset, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    data.save_as(path, enforce_file_format=True)


def write(
    folder: Path,
    hu: np.ndarray,
    *,
    start_mm: float = 0.0,
    heights: Sequence[float] | None = None,
    series: str = "",
    tags: Tags = MappingProxyType({}),
    names: Callable[[int], str] = "IM{:04d}.dcm".format,
    slices: Iterable[int] | None = None,
    first: int = 1,
    save: Callable[[pydicom.Dataset, Path], None] = save,
) -> list[Path]:
    """Write (x, y, z) HU as a series, `STEP` mm apart or at `heights`; returns the files."""
    series = series or generate_uid()
    files = []
    for k in range(hu.shape[2]) if slices is None else slices:
        z = start_mm + STEP * k if heights is None else heights[k]
        own = tags(k) if callable(tags) else tags
        files.append(folder / names(k))
        save(dataset(hu[:, :, k], z, first + k, series, own), files[-1])
    return files
