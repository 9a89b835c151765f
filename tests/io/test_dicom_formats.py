"""DICOM as other programs read it: without its mark, deflated, in frames, in bits that are not in use."""

import struct
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    EnhancedCTImageStorage,
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
    RLELossless,
    generate_uid,
)

from flare_gui.errors import UnreadableScan
from flare_gui.io import read_scan
from tests.io.slices import STEP, dataset, patient, save, write

HU = patient()


def bare(data: pydicom.Dataset, path: Path) -> None:
    save(data, path)
    path.write_bytes(path.read_bytes()[132:])


def without_meta(data: pydicom.Dataset, path: Path) -> None:
    bare(data, path)
    content = path.read_bytes()
    path.write_bytes(content[12 + struct.unpack_from("<I", content, 8)[0] :])


def implicit_without_meta(data: pydicom.Dataset, path: Path) -> None:
    data.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    without_meta(data, path)


def deflated(data: pydicom.Dataset, path: Path) -> None:
    data.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    save(data, path)


def big_endian(data: pydicom.Dataset, path: Path) -> None:
    data.file_meta.TransferSyntaxUID = ExplicitVRBigEndian
    data.PixelData = np.frombuffer(data.PixelData, "<u2").astype(">u2").tobytes()
    data["PixelData"].VR = "OW"
    path.parent.mkdir(exist_ok=True)
    pydicom.dcmwrite(path, data, implicit_vr=False, little_endian=False, enforce_file_format=True)


def packed(data: pydicom.Dataset, path: Path) -> None:
    data.compress(RLELossless)
    save(data, path)


@pytest.mark.parametrize("container", [bare, without_meta, implicit_without_meta, deflated, big_endian, packed])
def test_each_container_reads_as_the_usual_one(container: Any, tmp_path: Path) -> None:
    files = write(tmp_path, HU, save=container)
    for path in (tmp_path, files[3]):
        volume = read_scan(path)
        assert np.array_equal(volume.hu, HU)
        assert volume.warnings == ()


def test_a_deflated_file_that_ends_early_is_counted(tmp_path: Path) -> None:
    for file in write(tmp_path, HU, save=deflated)[9:]:
        file.write_bytes(file.read_bytes()[:-50])
    assert "3 of 12 files could not be read" in read_scan(tmp_path).warnings[0]


@pytest.mark.parametrize("syntax", ["1.2.840.10008.1.2.4.202", "1.2.840.113619.5.2", "1.2.840.10008.1.2.4.103"])
def test_a_syntax_that_is_not_known_is_refused_by_its_name(syntax: str, tmp_path: Path) -> None:
    for file in write(tmp_path, HU):
        data = pydicom.dcmread(file)
        data.file_meta.TransferSyntaxUID = syntax
        data.PixelData = pydicom.encaps.encapsulate([bytes(64)])
        data["PixelData"].is_undefined_length = True
        save(data, file)
    with pytest.raises(UnreadableScan) as refusal:
        read_scan(tmp_path)
    assert pydicom.uid.UID(syntax).name in str(refusal.value) and "without compression" in refusal.value.hint


def enhanced(hu: np.ndarray, order: list[int], phases: list[int] | None = None) -> pydicom.Dataset:
    """A multi-frame CT: frame `n` is slice `order[n]` of its phase."""
    data = dataset(hu[:, :, 0], 0.0, 1, generate_uid(), {})
    data.SOPClassUID = data.file_meta.MediaStorageSOPClassUID = EnhancedCTImageStorage
    shared, orientation, measures = Dataset(), Dataset(), Dataset()
    orientation.ImageOrientationPatient, measures.PixelSpacing = data.ImageOrientationPatient, data.PixelSpacing
    shared.PlaneOrientationSequence, shared.PixelMeasuresSequence = [orientation], [measures]
    frames = []
    for n, k in enumerate(order):
        place, values, content, frame = Dataset(), Dataset(), Dataset(), Dataset()
        place.ImagePositionPatient = [-20.0, -30.0, STEP * k]
        values.RescaleSlope, values.RescaleIntercept, values.RescaleType = 1, -1000 - n, "HU"
        content.TemporalPositionIndex = 1 if phases is None else phases[n]
        frame.PlanePositionSequence, frame.PixelValueTransformationSequence = [place], [values]
        frame.FrameContentSequence = [content]
        frames.append(frame)
    for name in ("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing", "RescaleSlope", "RescaleIntercept"):
        delattr(data, name)
    data.SharedFunctionalGroupsSequence, data.PerFrameFunctionalGroupsSequence = [shared], frames
    data.NumberOfFrames = len(order)
    stored = [hu[:, :, n if phases else k].T + 1000 + n for n, k in enumerate(order)]
    data.PixelData = np.array(stored).astype("<u2").tobytes()
    return data


@pytest.mark.parametrize("container", [save, bare, deflated, packed])
def test_a_multi_frame_ct_is_read_by_each_frames_place_and_rescaling(container: Any, tmp_path: Path) -> None:
    order = np.random.default_rng(0).permutation(12).tolist()
    container(enhanced(HU, order), tmp_path / "in" / "ct.dcm")
    for path in (tmp_path / "in", tmp_path / "in" / "ct.dcm"):
        volume = read_scan(path)
        assert np.array_equal(volume.hu, HU)
        assert volume.spacing == pytest.approx((1.5, 1.5, STEP))
        assert volume.warnings == ()


def test_phases_in_a_multi_frame_ct_are_parts(tmp_path: Path) -> None:
    both = np.concatenate([HU, patient(seed=1)], axis=2)
    data = enhanced(both, [*range(12)] * 2, phases=[1] * 12 + [2] * 12)
    save(data, tmp_path / "ct.dcm")
    assert np.array_equal(read_scan(tmp_path).hu, HU)
    assert np.array_equal(read_scan(tmp_path, series=f"{data.SeriesInstanceUID}#2").hu, patient(seed=1))


def test_several_frames_without_places_are_refused(tmp_path: Path) -> None:
    data = enhanced(HU, [*range(12)])
    del data.PerFrameFunctionalGroupsSequence
    save(data, tmp_path / "ct.dcm")
    with pytest.raises(UnreadableScan, match="several frames that do not say where they lie"):
        read_scan(tmp_path)


@pytest.mark.parametrize("said", [None, "", "OT"])
def test_a_ct_whose_modality_was_taken_away_is_known_by_its_class(said: str | None, tmp_path: Path) -> None:
    write(tmp_path, HU, tags={"Modality": said})
    assert np.array_equal(read_scan(tmp_path).hu, HU)


def test_an_image_without_modality_and_class_gets_a_whole_sentence(tmp_path: Path) -> None:
    write(tmp_path, HU, tags={"Modality": "", "SOPClassUID": "1.2.3"})
    with pytest.raises(UnreadableScan, match="holds image of an unnamed kind but no CT series"):
        read_scan(tmp_path)


@pytest.mark.parametrize("bits", [12, 16])
@pytest.mark.parametrize("said", [True, False])
def test_padding_that_lost_its_sign_is_air(bits: int, said: bool, tmp_path: Path) -> None:
    """-2000 in unsigned words is 63536; cut to 12 bits it would be +1072 HU."""

    def padded(data: pydicom.Dataset, path: Path) -> None:
        words = np.frombuffer(data.PixelData, "<u2").reshape(16, 16).copy()
        words[:3] = 63536
        data.PixelData, data.BitsStored, data.HighBit = words.tobytes(), bits, bits - 1
        if said:
            data.add_new("PixelPaddingValue", "US", 63536)
        save(data, path)

    write(tmp_path, HU, save=padded)
    hu = read_scan(tmp_path).hu
    assert (hu[:, :3] == -1024).all()
    assert np.array_equal(hu[:, 3:], HU[:, 3:])


def test_overlays_above_the_used_bits_are_no_pixels(tmp_path: Path) -> None:
    def with_overlay(data: pydicom.Dataset, path: Path) -> None:
        words = np.frombuffer(data.PixelData, "<u2").copy()
        words[::3] |= 0x1000
        data.PixelData, data.BitsStored, data.HighBit = words.tobytes(), 12, 11
        save(data, path)

    write(tmp_path, HU, save=with_overlay)
    assert np.array_equal(read_scan(tmp_path).hu, HU)


def test_a_matrix_of_1024_is_read(tmp_path: Path) -> None:
    large = np.zeros((1024, 1024, 3), np.int16)
    write(tmp_path, large)
    assert read_scan(tmp_path).shape == (1024, 1024, 3)


def test_values_that_are_no_hu_are_named(tmp_path: Path) -> None:
    write(tmp_path, HU, tags={"RescaleType": "Z_EFF"})
    assert any("RescaleType says Z_EFF" in sentence for sentence in read_scan(tmp_path).warnings)
