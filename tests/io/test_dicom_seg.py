"""DICOM SEG, read back by highdicom and pydicom: over its series, with its codes, and without needless patient data."""

import shutil
from collections.abc import Callable
from pathlib import Path

import highdicom as hd
import numpy as np
import pydicom
import pytest
from pydicom.uid import generate_uid

from flare_gui.cli import main
from flare_gui.errors import FlareError, UnreadableScan
from flare_gui.export import EVERYTHING, ExportOptions, export
from flare_gui.io import read_scan
from flare_gui.organs import LEFT_KIDNEY, LIVER, ORGANS, RIGHT_KIDNEY
from flare_gui.volume import Segmentation, Volume

MakeSeries = Callable[..., str]
HEIGHTS = [3.0 * k for k in range(9)]
HU = np.random.default_rng(0).integers(-900, 900, (24, 20, 9)).astype(np.int16)
REQUIRED = {"PatientName": "Müller^Änne", "PatientID": "4711", "PatientBirthDate": "19600102", "PatientSex": "F"}
PRIVATE = {
    "PatientAge": "064Y",
    "PatientAddress": "Home 1",
    "AdditionalPatientHistory": "secret story",
    "ReferringPhysicianName": "Doctor^Known",
    "InstitutionName": "Saint Somewhere",
    "StationName": "CT-7",
    "OperatorsName": "Operator^One",
}


@pytest.fixture
def series(tmp_path: Path, make_series: MakeSeries) -> Callable[..., Path]:
    """`series(heights, **options)`: a folder with one CT series as a hospital has it, with all about the patient."""

    def make(heights: list[float] = HEIGHTS, **options: object) -> Path:
        folder = tmp_path / "dicom"
        make_series(folder, HU[:, :, : len(heights)], heights, **options)
        study, frame = generate_uid(), generate_uid()
        for path in folder.iterdir():
            data = pydicom.dcmread(path)
            data.StudyInstanceUID, data.FrameOfReferenceUID, data.SpecificCharacterSet = study, frame, "ISO_IR 192"
            data.SeriesNumber, data.SliceThickness = 3, 3.0
            for key, value in (REQUIRED | PRIVATE).items():
                setattr(data, key, value)
            data.save_as(path)
        return folder

    return make


def masked(volume: Volume) -> Segmentation:
    labels = np.zeros(volume.shape, np.uint8)
    labels[2:9, 3:12, 1:6], labels[15:20, 4:9, 3:8] = LIVER.label, LEFT_KIDNEY.label
    return Segmentation(labels, volume.affine, run={"model": {"sha256": "0123456789abcdef" * 4}})


def written(volume: Volume, segmentation: Segmentation, folder: Path) -> hd.seg.Segmentation:
    (path,) = export(volume, segmentation, folder, ["dicom-seg"])
    assert path.name == f"{volume.name}.seg.dcm"
    return hd.seg.segread(path)


def test_every_frame_lies_on_the_slice_it_was_made_from(tmp_path: Path, series: Callable[..., Path]) -> None:
    # File names run against the positions, and the slices are coronal.
    folder = series(names=[f"{9 - k}.dcm" for k in range(9)], orientation=(1, 0, 0, 0, 0, -1))
    volume = read_scan(folder)
    segmentation = masked(volume)
    seg = written(volume, segmentation, tmp_path / "out")
    slices = {(data := pydicom.dcmread(path)).SOPInstanceUID: data for path in folder.iterdir()}
    for number, organ in ((1, LIVER), (2, LEFT_KIDNEY)):
        frames = seg.get_pixels_by_source_instance(list(slices), segment_numbers=[number])[..., 0]
        for frame, data in zip(frames, slices.values(), strict=True):
            k = data.InstanceNumber - 1
            assert np.array_equal(frame.T == 1, segmentation.labels[:, :, k] == organ.label)
    assert {seg.FrameOfReferenceUID} == {data.FrameOfReferenceUID for data in slices.values()}
    assert {seg.StudyInstanceUID} == {data.StudyInstanceUID for data in slices.values()}
    corner = seg.get_volume().affine @ (0, 0, 0, 1)
    assert min(np.linalg.norm(corner[:3] - data.ImagePositionPatient) for data in slices.values()) < 1e-4


def test_segments_have_names_codes_and_colours(tmp_path: Path, series: Callable[..., Path]) -> None:
    volume = read_scan(series())
    seg = written(volume, masked(volume), tmp_path / "out")
    assert seg.Modality == "SEG" and seg.SegmentationType == "BINARY" and seg.Manufacturer == "flare-gui"
    for number, organ in ((1, LIVER), (2, LEFT_KIDNEY)):
        segment = seg.get_segment_description(number)
        assert segment.segment_label == organ.name and segment.algorithm_type.value == "AUTOMATIC"
        assert (segment.segmented_property_type.value, segment.segmented_property_type.scheme_designator) == (
            organ.snomed,
            "SCT",
        )
        colour = hd.color.CIELabColor.from_dicom_value(tuple(segment.RecommendedDisplayCIELabValue))
        assert np.abs(np.array(colour.to_rgb()) - organ.rgb).max() <= 2
    handmade = Segmentation(masked(volume).labels, volume.affine)
    seg = written(volume, handmade, tmp_path / "by-hand")
    assert seg.get_segment_description(1).algorithm_type.value == "SEMIAUTOMATIC"


def test_of_the_patient_it_holds_only_what_the_standard_requires(
    tmp_path: Path, series: Callable[..., Path], recwarn: pytest.WarningsRecorder
) -> None:
    volume = read_scan(series())
    seg = written(volume, masked(volume), tmp_path / "out")
    assert {key: str(seg[key].value) for key in REQUIRED} == REQUIRED
    words = (tmp_path / "out" / "dicom.seg.dcm").read_bytes()
    assert not [value for value in PRIVATE.values() if value.encode() in words]
    assert not [warning for warning in recwarn if "ller" in str(warning.message)]


@pytest.mark.parametrize("kind", ["tilted", "uneven"])
def test_a_series_that_was_straightened_gets_its_mask_on_its_own_slices(
    tmp_path: Path, series: Callable[..., Path], kind: str
) -> None:
    heights = HEIGHTS if kind == "tilted" else [0, 3, 6, 9.5, 12, 15, 18, 21.4, 24]
    folder = series(heights, shift_a_mm=0.3 if kind == "tilted" else 0.0)
    volume = read_scan(folder)
    assert volume.warnings
    place = (np.indices(volume.shape).reshape(3, -1).T @ volume.affine[:3, :3].T + volume.affine[:3, 3]) * (-1, -1, 1)
    ball = np.linalg.norm((place - (-5, -10, 12)) / (8, 10, 9), axis=1) < 1
    segmentation = Segmentation(ball.reshape(volume.shape).astype(np.uint8), volume.affine)
    seg = written(volume, segmentation, tmp_path / "out")
    assert seg.Rows == 20 and seg.Columns == 24
    for path in folder.iterdir():
        data = pydicom.dcmread(path)
        frame = seg.get_pixels_by_source_instance([data.SOPInstanceUID], segment_numbers=[1])[0, ..., 0]
        rows, columns = np.indices(frame.shape)
        points = np.array(data.ImagePositionPatient) + np.stack([columns * 1.5, rows * 2.0, 0 * rows], axis=-1)
        far = np.linalg.norm((points - (-5, -10, 12)) / (8, 10, 9), axis=-1)
        # Nearest neighbours: within a voxel of the ball's rim either answer is right.
        assert frame[far < 0.75].all() and not frame[far > 1.25].any()


def test_a_zip_works_and_other_formats_are_told(
    tmp_path: Path, series: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    archive = Path(shutil.make_archive(str(tmp_path / "scan"), "zip", series()))
    volume = read_scan(archive)
    assert len(written(volume, masked(volume), tmp_path / "out").SegmentSequence) == 2
    with pytest.raises(FlareError, match="not read from DICOM"):
        export(Volume(HU, np.eye(4)), Segmentation((HU > 0).astype(np.uint8), np.eye(4)), tmp_path, ["dicom-seg"])
    empty = Segmentation(np.zeros(volume.shape, np.uint8), volume.affine)
    with pytest.raises(FlareError, match="no organ"):
        export(volume, empty, tmp_path, ["dicom-seg"])
    archive.unlink()
    with pytest.raises(UnreadableScan, match="not there any more"):
        export(volume, masked(volume), tmp_path / "again", ["dicom-seg"])
    assert "dicom-seg" not in EVERYTHING


def test_a_real_series_from_the_command_line(shared: Callable[[str], Path], tmp_path: Path) -> None:
    source = shared("dicom/two_series")
    volume = read_scan(source)
    labels = np.zeros(volume.shape, np.uint8)
    for organ in ORGANS:
        labels[100 * organ.label : 100 * organ.label + 40, 200:260, 30:42] = organ.label
    export(volume, Segmentation(labels, volume.affine), tmp_path, ["nifti"], ExportOptions())
    mask = tmp_path / f"{volume.name}.seg.nii.gz"
    words = ["export", str(source), "--mask", str(mask), "-o", str(tmp_path), "--dicom-seg"]
    assert main(words) == 0
    seg = hd.seg.segread(tmp_path / f"{volume.name}.seg.dcm")
    whole = seg.get_volume(combine_segments=True)
    kidney = np.argwhere(whole.array == RIGHT_KIDNEY.label).mean(axis=0)
    lps = (whole.affine @ (*kidney, 1))[:3]
    expected = (volume.affine @ (*np.argwhere(labels == RIGHT_KIDNEY.label).mean(axis=0), 1))[:3]
    assert lps * (-1, -1, 1) == pytest.approx(expected, abs=0.01)
    assert (whole.array == RIGHT_KIDNEY.label).sum() == (labels == RIGHT_KIDNEY.label).sum()


ODD = {
    "two character sets, the first empty": {
        "SpecificCharacterSet": ["", "ISO 2022 IR 87"],
        "PatientName": "Geheim^Anna=見本^症例",
    },
    "Korean": {"SpecificCharacterSet": ["", "ISO 2022 IR 149"], "PatientName": "Geheim^Anna=金^希中"},
    "Chinese": {"SpecificCharacterSet": "GB18030", "PatientName": "Geheim^小东"},
    "a sex that is none": {"PatientSex": "W"},
    "a birth date by hand": {"PatientBirthDate": "31.12.1966"},
    "a birth date of zeros": {"PatientBirthDate": "00000000"},
    "a birth date that is a word": {"PatientBirthDate": "anonymized"},
    "a day that no month has": {"PatientBirthDate": "19660231"},
    "a long series number": {"SeriesNumber": "2147483647"},
    "an odd time": {"StudyTime": "12:30:00", "StudyDate": "2020-01-01"},
    "a long identifier": {"PatientID": "x" * 100, "StudyID": "y" * 20, "AccessionNumber": "z" * 30},
    "two identifiers": {"PatientID": "a\\b"},
    "no frame of reference": {"FrameOfReferenceUID": None},
    "nothing of the patient": {"PatientName": None, "PatientID": None, "PatientBirthDate": None, "PatientSex": None},
}


@pytest.mark.parametrize("oddity", ODD)
def test_any_patients_header_makes_a_seg_and_tells_nobody_who_it_is(
    tmp_path: Path, series: Callable[..., Path], oddity: str, capfd: pytest.CaptureFixture[str]
) -> None:
    folder = series()
    for path in folder.iterdir():
        data = pydicom.dcmread(path)
        for key, value in ODD[oddity].items():
            if value is None:
                delattr(data, key)
            else:
                data.add_new(key, pydicom.datadict.dictionary_VR(key), value)
        data.save_as(path)
    capfd.readouterr()
    volume = read_scan(folder)
    segmentation = masked(volume)
    said: list[str] = []
    export(volume, segmentation, tmp_path / "out", ["dicom-seg"], say=said.append)
    seg = hd.seg.segread(tmp_path / "out" / "dicom.seg.dcm")
    whole = seg.get_volume(combine_segments=True)
    assert np.count_nonzero(whole.array) == np.count_nonzero(segmentation.labels)
    for key in ("PatientSex", "PatientBirthDate", "StudyDate", "StudyTime", "PatientID", "StudyID", "AccessionNumber"):
        pydicom.valuerep.validate_value(seg[key].VR, str(seg[key].value or ""), pydicom.config.RAISE)
        assert seg[key].value or key in str(said) or key not in ODD[oddity] or ODD[oddity][key] is None
    if "PatientName" in ODD[oddity] and ODD[oddity]["PatientName"]:
        assert str(seg.PatientName) == ODD[oddity]["PatientName"] and seg.SpecificCharacterSet == "ISO_IR 192"
    shown = "".join([*capfd.readouterr(), *said])
    for value in ("Geheim", "Müller", "Änne", "4711", "19600102", "1966", "0231", "anonymized", "見本", "xxx", "yyy"):
        assert value not in shown


def test_two_frames_of_reference_become_the_one_of_most_slices(tmp_path: Path, series: Callable[..., Path]) -> None:
    folder = series()
    usual, other = generate_uid(), generate_uid()
    for k, path in enumerate(sorted(folder.iterdir())):
        data = pydicom.dcmread(path)
        data.FrameOfReferenceUID = other if k < 3 else usual
        data.save_as(path)
    volume, said = read_scan(folder), list[str]()
    export(volume, masked(volume), tmp_path / "out", ["dicom-seg"], say=said.append)
    assert hd.seg.segread(tmp_path / "out" / "dicom.seg.dcm").FrameOfReferenceUID == usual
    assert any("2 frames of reference" in sentence for sentence in said)
