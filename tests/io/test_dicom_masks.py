"""DICOM SEG and RTSTRUCT, as other programs write them, are read on the scan; ours are drawn back by others."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pydicom
import pytest
from matplotlib.path import Path as Polygon
from pydicom.dataset import Dataset
from pydicom.uid import generate_uid
from scipy import ndimage

from flare_gui.errors import FlareError
from flare_gui.export import ExportOptions, export
from flare_gui.export.outlines import outlines
from flare_gui.io import UnnamedMask, read_mask, read_scan, write_volume
from flare_gui.io.masks import parse
from flare_gui.io.masks.planes import filled
from flare_gui.organs import LEFT_KIDNEY, LIVER
from flare_gui.volume import Segmentation, Volume

MakeSeries = Callable[..., str]
HU = np.random.default_rng(0).integers(-900, 900, (30, 26, 12)).astype(np.int16)
HEIGHTS = [3.0 * k for k in range(12)]
AXIAL, OBLIQUE = (1, 0, 0, 0, 1, 0), (0.96, 0.28, 0, 0, 0, -1)


def marked(shape: tuple[int, ...]) -> np.ndarray:
    """Organs with holes, in parts, and a single voxel that touches another one at a corner."""
    chance = ndimage.gaussian_filter(np.random.default_rng(3).normal(size=shape), 2.5)
    labels = np.where(chance > 0.02, LIVER.label, 0).astype(np.uint8)
    labels[20:28, 3:9, 2:9] = LEFT_KIDNEY.label
    labels[22:25, 5:7, 3:8] = 0
    labels[28, 9, 4] = LEFT_KIDNEY.label
    return labels


@pytest.fixture
def case(tmp_path: Path, make_series: MakeSeries) -> Callable[..., tuple[Volume, Segmentation, Path]]:
    """`case(**options)`: a series with study and frame, its mask, and the folder that it lies in."""

    def make(
        name: str = "dicom", heights: list[float] = HEIGHTS, **options: object
    ) -> tuple[Volume, Segmentation, Path]:
        folder = tmp_path / name
        make_series(folder, HU[:, :, : len(heights)], heights, **options)
        study, frame = generate_uid(), generate_uid()
        for path in folder.iterdir():
            data = pydicom.dcmread(path)
            data.StudyInstanceUID, data.FrameOfReferenceUID, data.PatientName = study, frame, "Geheim^Anna"
            data.save_as(path)
        volume = read_scan(folder)
        return volume, Segmentation(marked(volume.shape), volume.affine), folder

    return make


Case = Callable[..., tuple[Volume, Segmentation, Path]]


def exported(volume: Volume, segmentation: Segmentation, folder: Path, key: str) -> Path:
    (path,) = export(volume, segmentation, folder, [key], ExportOptions(overwrite=True))
    return path


@pytest.mark.parametrize("key", ["dicom-seg", "rtstruct"])
@pytest.mark.parametrize("orientation", [AXIAL, OBLIQUE])
def test_what_we_write_we_read_back_to_the_voxel(
    case: Case, tmp_path: Path, key: str, orientation: tuple[float, ...]
) -> None:
    volume, segmentation, folder = case(orientation=orientation)
    found = read_mask(volume, exported(volume, segmentation, tmp_path / "out", key))
    assert np.array_equal(found.labels, segmentation.labels) and not found.warnings
    # The folder that it lies in will do, and so will the same scan in NIfTI, whose axes run otherwise.
    assert np.array_equal(read_mask(volume, tmp_path / "out").labels, segmentation.labels)
    turned = Volume(volume.hu.transpose(2, 0, 1)[::-1], volume.affine @ _turn(volume.shape), "ct")
    write_volume(turned, tmp_path / "ct.nii.gz")
    again = read_mask(read_scan(tmp_path / "ct.nii.gz"), tmp_path / "out" / f"{folder.name}.{_suffix(key)}")
    assert np.array_equal(again.labels, segmentation.labels.transpose(2, 0, 1)[::-1])


def _suffix(key: str) -> str:
    return "seg.dcm" if key == "dicom-seg" else "rtstruct.dcm"


def _turn(shape: tuple[int, int, int]) -> np.ndarray:
    """Voxels of the scan with its last axis first, from its end."""
    return np.array([[0, 1, 0, 0], [0, 0, 1, 0], [-1, 0, 0, shape[2] - 1], [0, 0, 0, 1.0]])


def test_contours_lie_on_the_scans_own_slices_and_others_fill_them_the_same(case: Case, tmp_path: Path) -> None:
    """pydicom reads, matplotlib fills: no line of ours is between the file and the mask."""
    volume, segmentation, folder = case()
    data = pydicom.dcmread(exported(volume, segmentation, tmp_path / "out", "rtstruct"))
    slices = {(one := pydicom.dcmread(path)).SOPInstanceUID: one for path in folder.iterdir()}
    columns, rows = np.meshgrid(np.arange(30), np.arange(26))
    centres = np.c_[columns.ravel(), rows.ravel()]
    names = {roi.ROINumber: roi.ROIName for roi in data.StructureSetROISequence}
    assert names == {1: "Liver", 2: "Left kidney"}
    for drawn, organ in zip(data.ROIContourSequence, (LIVER, LEFT_KIDNEY), strict=True):
        assert list(drawn.ROIDisplayColor) == list(organ.rgb)
        found = np.zeros((12, 26, 30), bool)
        for contour in drawn.ContourSequence:
            assert contour.ContourGeometricType == "CLOSED_PLANAR"
            own = slices[contour.ContourImageSequence[0].ReferencedSOPInstanceUID]
            points = np.array(contour.ContourData, float).reshape(-1, 3) - own.ImagePositionPatient
            assert np.abs(points[:, 2]).max() < 1e-3 and contour.NumberOfContourPoints == len(points)
            flat = points[:, :2] / np.array(own.PixelSpacing, float)[::-1]
            inside = Polygon(np.vstack([flat, flat[:1]]), closed=True).contains_points(centres)
            found[own.InstanceNumber - 1] |= inside.reshape(rows.shape)
        assert np.array_equal(found.transpose(2, 1, 0), segmentation.labels == organ.label)
    assert data.Modality == "RTSTRUCT" and data.file_meta.MediaStorageSOPClassUID == data.SOPClassUID
    reference = data.ReferencedFrameOfReferenceSequence[0]
    assert reference.FrameOfReferenceUID == next(iter(slices.values())).FrameOfReferenceUID
    series = reference.RTReferencedStudySequence[0].RTReferencedSeriesSequence[0]
    assert series.SeriesInstanceUID == volume.series_uid and len(series.ContourImageSequence) == 12
    assert data.RTROIObservationsSequence[1].RTROIIdentificationCodeSequence[0].CodeValue == LEFT_KIDNEY.snomed
    assert str(data.PatientName) == "Geheim^Anna"


def test_any_mask_is_its_outlines_filled_one_by_one() -> None:
    rng = np.random.default_rng(1)
    for attempt in range(200):
        mask = rng.random(rng.integers(1, 12, 2)) < rng.choice([0.3, 0.6, 0.9])
        if attempt % 4 == 0:
            mask = ndimage.gaussian_filter(rng.normal(size=(40, 30)), 2) > 0
        columns, rows = np.meshgrid(*(np.arange(n) for n in mask.shape[::-1]))
        points = np.c_[columns.ravel(), rows.ravel()]
        by_others = np.zeros(mask.shape, bool)
        for polygon in outlines(mask):
            # Half a pixel away from every centre.
            assert (np.abs(polygon % 1 - 0.5) < 1e-9).all()
            by_others |= Polygon(np.vstack([polygon, polygon[:1]])).contains_points(points).reshape(mask.shape)
        assert np.array_equal(by_others, mask)
        assert np.array_equal(filled([polygon[:, ::-1] for polygon in outlines(mask)], mask.shape), mask)


def contour(z: float, *corners: tuple[float, float]) -> Dataset:
    item = Dataset()
    item.ContourGeometricType, item.NumberOfContourPoints = "CLOSED_PLANAR", len(corners)
    item.ContourData = [mm for x, y in corners for mm in (x, y, z)]
    return item


def box(z: float, low: float, high: float) -> Dataset:
    return contour(z, (low, low), (high, low), (high, high), (low, high))


@pytest.fixture
def structures(case: Case, tmp_path: Path) -> tuple[Volume, Callable[..., Path]]:
    """A scan, and `write(regions)`: a planning system's RTSTRUCT of it, regions as (name, contours)."""
    volume, segmentation, _ = case()
    source = exported(volume, segmentation, tmp_path / "ours", "rtstruct")

    def write(regions: list[tuple[str, list[Dataset]]], edit: Callable[[Dataset], object] = lambda data: None) -> Path:
        data = pydicom.dcmread(source)
        roi, drawn = data.StructureSetROISequence[0], []
        data.StructureSetROISequence, data.RTROIObservationsSequence = [], []
        for number, (name, contours) in enumerate(regions, 1):
            one, region = Dataset(), Dataset()
            one.ROINumber, one.ROIName, one.ROIGenerationAlgorithm = number, name, "MANUAL"
            one.ReferencedFrameOfReferenceUID = roi.ReferencedFrameOfReferenceUID
            region.ReferencedROINumber, region.ContourSequence = number, contours
            data.StructureSetROISequence.append(one)
            drawn.append(region)
        data.ROIContourSequence = drawn
        edit(data)
        data.save_as(tmp_path / "plan.dcm")
        return tmp_path / "plan.dcm"

    return volume, write


def test_a_contour_within_a_contour_is_a_hole(structures: tuple[Volume, Callable[..., Path]]) -> None:
    volume, write = structures
    # The grid begins at -20, -30, 0 with 1.5 x 2 x 3 mm.
    rings = [part for z in (6.0, 9.0) for part in (box(z, -14.9, 14.9), box(z, -5.9, 5.9), box(z, -5.9, 5.9))]
    found = read_mask(volume, write([("Leber", [*rings[:2], *rings[3:]]), ("BODY", [box(6, -19, 19)])]))
    x, y = (np.arange(n) * mm + start for n, mm, start in ((30, 1.5, -20), (26, 2.0, -30)))
    outer, inner = (np.ix_(np.abs(x) < half, np.abs(y) < half) for half in (14.9, 5.9))
    expected = np.zeros((30, 26), bool)
    expected[outer] = True
    expected[inner] = False
    # The same contour twice is one.
    for k in range(12):
        assert np.array_equal(found.labels[:, :, k] == LIVER.label, expected if k in (2, 3) else expected & False), k
    assert any("BODY" in sentence for sentence in found.warnings)


def test_slices_without_a_contour_are_said(structures: tuple[Volume, Callable[..., Path]]) -> None:
    volume, write = structures
    every_third = [box(z, -10, 10) for z in (3.0, 12.0, 21.0)]
    found = read_mask(volume, write([("Liver", every_third)]))
    assert sorted(set(np.nonzero(found.labels)[2])) == list(range(9))
    assert any("on about one slice in 3" in sentence for sentence in found.warnings)
    gap = [box(z, -10, 10) for z in (0.0, 3.0, 6.0, 18.0, 21.0)]
    found = read_mask(volume, write([("Liver", gap)]))
    assert sorted(set(np.nonzero(found.labels)[2])) == [0, 1, 2, 6, 7]
    assert any("no contour on 3 slices" in sentence for sentence in found.warnings)


def test_a_structure_set_of_another_series_is_said_or_refused(structures: tuple[Volume, Callable[..., Path]]) -> None:
    volume, write = structures

    def other_series(data: Dataset) -> None:
        study = data.ReferencedFrameOfReferenceSequence[0].RTReferencedStudySequence[0]
        study.RTReferencedSeriesSequence[0].SeriesInstanceUID = generate_uid()

    def other_frame(data: Dataset) -> None:
        other_series(data)
        data.ReferencedFrameOfReferenceSequence[0].FrameOfReferenceUID = frame = generate_uid()
        for roi in data.StructureSetROISequence:
            roi.ReferencedFrameOfReferenceUID = frame

    found = read_mask(volume, write([("Liver", [box(6, -9, 9)])], other_series))
    assert found.labels.any() and any("made on another series, in the same frame" in one for one in found.warnings)
    with pytest.raises(FlareError, match="in another frame of reference"):
        read_mask(volume, write([("Liver", [box(6, -9, 9)])], other_frame))
    with pytest.raises(FlareError, match="none of its contours lies in the scan"):
        read_mask(volume, write([("Liver", [box(600, -9, 9)])]))
    across = contour(6, (0, 0), (9, 0), (9, 9))
    across.ContourData = [0, 0, 0, 0, 9, 0, 0, 9, 20, 0, 0, 20]
    with pytest.raises(FlareError, match="do not lie in the slices"):
        read_mask(volume, write([("Liver", [across, box(6, -9, 9)])]))


def test_regions_without_telling_names_are_asked_about(structures: tuple[Volume, Callable[..., Path]]) -> None:
    volume, write = structures
    path = write([("ROI-1", [box(6, -15, -5)]), ("Structure2", [box(6, 5, 15)])])
    with pytest.raises(UnnamedMask, match="ROI-1 and Structure2"):
        read_mask(volume, path)
    found = read_mask(volume, path, parse("ROI-1=spleen,2=right kidney"))
    assert set(np.unique(found.labels)) == {0, 2, 3}


@pytest.mark.parametrize("kind", ["FRACTIONAL", "LABELMAP", "shuffled", "overlapping", "coded", "deflated"])
def test_segs_of_other_programs(case: Case, tmp_path: Path, kind: str) -> None:
    volume, segmentation, _ = case()
    path = exported(volume, segmentation, tmp_path / "out", "dicom-seg")
    data = pydicom.dcmread(path)
    expected = segmentation.labels
    frames = [np.asarray(one, np.uint8) for one in data.pixel_array]
    groups = list(data.PerFrameFunctionalGroupsSequence)
    owners = [group.SegmentIdentificationSequence[0].ReferencedSegmentNumber for group in groups]
    if kind == "FRACTIONAL":
        data.SegmentationType, data.SegmentationFractionalType, data.MaximumFractionalValue = kind, "PROBABILITY", 200
        data.BitsAllocated, data.BitsStored, data.HighBit = 8, 8, 7
        data.PixelData = b"".join(np.where(one > 0, 120, 80).astype(np.uint8).tobytes() for one in frames)
    elif kind == "LABELMAP":
        data.SegmentationType, data.SOPClassUID = kind, "1.2.840.10008.5.1.4.1.1.66.7"
        data.BitsAllocated, data.BitsStored, data.HighBit = 8, 8, 7
        merged: dict[str, tuple[Dataset, np.ndarray]] = {}
        for group, one, owner in zip(groups, frames, owners, strict=True):
            place = str(group.PlanePositionSequence[0].ImagePositionPatient)
            merged.setdefault(place, (group, np.zeros_like(one)))[1][one > 0] = owner
            del group.SegmentIdentificationSequence
        data.PerFrameFunctionalGroupsSequence = [group for group, _ in merged.values()]
        data.NumberOfFrames, data.PixelData = len(merged), b"".join(one.tobytes() for _, one in merged.values())
    elif kind == "shuffled":
        order = np.random.default_rng(0).permutation(len(frames))
        data.PerFrameFunctionalGroupsSequence = [groups[i] for i in order]
        data.PixelData = _packed([frames[i] for i in order])
    elif kind == "overlapping":
        # The kidney's voxels are the liver's too.
        by_place = {
            str(group.PlanePositionSequence[0].ImagePositionPatient): one
            for group, one, owner in zip(groups, frames, owners, strict=True) if owner == 2
        }  # fmt: skip
        both = [
            one | by_place.get(str(group.PlanePositionSequence[0].ImagePositionPatient), 0) if owner == 1 else one
            for group, one, owner in zip(groups, frames, owners, strict=True)
        ]
        data.PixelData = _packed(both)
    elif kind == "coded":
        for segment, code, side in zip(data.SegmentSequence, ("T-62000", "T-71000"), ("", "G-A101"), strict=True):
            segment.SegmentLabel = "Segment"
            segment.SegmentedPropertyTypeCodeSequence[0].CodeValue = code
            if side:
                modifier = Dataset()
                modifier.CodeValue = side
                segment.SegmentedPropertyTypeCodeSequence[0].SegmentedPropertyTypeModifierCodeSequence = [modifier]
    elif kind == "deflated":
        data.file_meta.TransferSyntaxUID = pydicom.uid.DeflatedExplicitVRLittleEndian
    data.save_as(path, enforce_file_format=True)
    found = read_mask(volume, path)
    assert np.array_equal(found.labels, expected)
    said = " ".join(found.warnings)
    assert ("half and more" in said) == (kind == "FRACTIONAL") and ("two organs at once" in said) == (
        kind == "overlapping"
    )


def _packed(frames: list[np.ndarray]) -> bytes:
    packed = np.packbits(np.concatenate([one.ravel() for one in frames]), bitorder="little").tobytes()
    return packed + bytes(len(packed) % 2)


def test_a_seg_of_another_series_is_refused_and_one_of_the_same_frame_said(case: Case, tmp_path: Path) -> None:
    volume, segmentation, _ = case()
    path = exported(volume, segmentation, tmp_path / "out", "dicom-seg")
    data = pydicom.dcmread(path)
    data.ReferencedSeriesSequence[0].SeriesInstanceUID = generate_uid()
    data.save_as(path)
    found = read_mask(volume, path)
    assert np.array_equal(found.labels, segmentation.labels)
    assert any("made on another series, in the same frame" in sentence for sentence in found.warnings)
    data.FrameOfReferenceUID = generate_uid()
    data.save_as(path)
    with pytest.raises(FlareError, match="in another frame of reference"):
        read_mask(volume, path)


@pytest.mark.parametrize("key", ["dicom-seg", "rtstruct"])
def test_a_series_that_was_made_even_gets_its_own_mask_back(case: Case, tmp_path: Path, key: str) -> None:
    heights = [0, 3, 6, 9.5, 12, 15, 18, 21.4, 24, 27, 30, 33]
    volume, _, _ = case(heights=heights)
    points = np.indices(volume.shape).reshape(3, -1).T @ volume.affine[:3, :3].T + volume.affine[:3, 3]
    ball = np.linalg.norm((points - (0, 10, 16)) / (12, 14, 12), axis=1) < 1
    segmentation = Segmentation(ball.reshape(volume.shape).astype(np.uint8), volume.affine)
    found = read_mask(volume, exported(volume, segmentation, tmp_path / "out", key)).labels
    both = 2 * np.count_nonzero(found & segmentation.labels) / (found.sum() + segmentation.labels.sum())
    assert both > 0.97


def test_no_name_is_said_when_contours_are_written(
    case: Case, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    volume, segmentation, folder = case()
    for path in folder.iterdir():
        data = pydicom.dcmread(path)
        data.PatientSex, data.PatientBirthDate, data.SeriesNumber = "W", "31.12.1966", "2147483647"
        data.save_as(path)
    said: list[str] = []
    export(volume, segmentation, tmp_path / "out", ["rtstruct"], say=said.append)
    shown = "".join([*said, *capfd.readouterr()])
    assert "PatientBirthDate, PatientSex" in shown and "1966" not in shown and "Geheim" not in shown
    written = pydicom.dcmread(tmp_path / "out" / "dicom.rtstruct.dcm")
    assert (written.PatientSex, written.PatientBirthDate) == ("", "")
    with pytest.raises(FlareError, match="no organ"):
        export(volume, Segmentation(np.zeros(volume.shape, np.uint8), volume.affine), tmp_path, ["rtstruct"])
