"""DICOM whose tags are missing, lie, or hold more than anyone asked for."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from flare_gui.io import read_scan
from tests.io.damage import HU, MakeSeries, Refused


def rewrite(folder: Path, change: Callable[[pydicom.Dataset], object]) -> Path:
    for file in folder.iterdir():
        data = pydicom.dcmread(file)
        change(data)
        data.save_as(file)
    return folder


@pytest.mark.parametrize(
    "tag", ["ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing", "Rows", "SeriesInstanceUID"]
)
def test_dicom_without_a_tag_it_needs_is_refused_by_its_name(
    tag: str, make_series: MakeSeries, refused: Refused, tmp_path: Path
) -> None:
    make_series(tmp_path / "in" / "series", HU, [20.0 * k for k in range(9)])
    refused(rewrite(tmp_path / "in" / "series", lambda data: delattr(data, tag)), tag)


@pytest.mark.parametrize("tag", ["SeriesDescription", "ImageType", "InstanceNumber", "RescaleSlope", "BitsAllocated"])
def test_dicom_without_a_tag_it_can_do_without_is_read(tag: str, make_series: MakeSeries, tmp_path: Path) -> None:
    make_series(tmp_path / "series", HU, [20.0 * k for k in range(9)])
    if tag == "BitsAllocated":
        rewrite(tmp_path / "series", lambda data: setattr(data, "InstanceNumber", 7))
    else:
        rewrite(tmp_path / "series", lambda data: delattr(data, tag))
    assert read_scan(tmp_path / "series").shape == HU.shape


def test_dicom_numbers_that_are_none_are_refused(make_series: MakeSeries, refused: Refused, tmp_path: Path) -> None:
    for k, change in enumerate(
        (
            lambda data: setattr(data, "PixelSpacing", [0, 0]),
            lambda data: setattr(data, "PixelSpacing", [-1, 1]),
            lambda data: setattr(data, "ImagePositionPatient", [1e300, 0, 0]),
            lambda data: setattr(data, "ImageOrientationPatient", [0, 0, 0, 0, 0, 0]),
            lambda data: setattr(data, "ImageOrientationPatient", [1, 0, 0, 1, 0, 0]),
            lambda data: setattr(data, "Rows", 65535),
            lambda data: setattr(data, "SamplesPerPixel", 3),
        )
    ):
        folder = tmp_path / "in" / f"series{k}"
        make_series(folder, HU, [20.0 * k for k in range(9)])
        refused(rewrite(folder, change))


def test_private_syntaxes_are_refused_and_large_sequences_passed_over(
    make_series: MakeSeries, refused: Refused, tmp_path: Path
) -> None:
    def private(data: pydicom.Dataset) -> None:
        data.file_meta.TransferSyntaxUID = "1.2.3.4.5.6"

    make_series(tmp_path / "in" / "private", HU, [20.0 * k for k in range(9)])
    for file in (tmp_path / "in" / "private").iterdir():
        raw = file.read_bytes()
        file.write_bytes(raw.replace(b"1.2.840.10008.1.2.1\0", b"1.2.840.99999.1.2.1\0"))
    refused(tmp_path / "in" / "private")

    def deep(data: pydicom.Dataset) -> None:
        inner = Dataset()
        for _ in range(60):
            outer = Dataset()
            outer.ReferencedStudySequence = Sequence([inner])
            inner = outer
        wide = Dataset()
        wide.ReferencedImageSequence = Sequence([Dataset() for _ in range(3000)])
        data.ReferencedStudySequence = Sequence([inner, wide])

    make_series(tmp_path / "in" / "deep", HU, [20.0 * k for k in range(9)])
    assert np.array_equal(read_scan(rewrite(tmp_path / "in" / "deep", deep)).hu, HU)
