"""Every file is accounted for: used, left out for a reason, or not to be read, and then counted and named."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pydicom
import pytest

from flare_gui.analysis import doctor
from flare_gui.cli import main
from flare_gui.errors import NotAScan, UnreadableScan
from flare_gui.io import read_scan
from tests.io.slices import patient, save, write

HU = patient()


def half_header(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:600])


def half_pixels(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-100])


def empty(file: Path) -> None:
    file.write_bytes(b"")


def zeros(file: Path) -> None:
    file.write_bytes(bytes(file.stat().st_size))


def tiny(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:60])


def a_web_page(file: Path) -> None:
    file.write_bytes(b"<html>Please log in</html>")


def icloud(file: Path) -> None:
    file.unlink()
    (file.parent / f".{file.name}.icloud").write_bytes(b"bplist00")


def browser(file: Path) -> None:
    file.rename(file.with_name(f"{file.name}.crdownload")).write_bytes(b"")


def no_place(file: Path) -> None:
    data = pydicom.dcmread(file)
    del data.ImagePositionPatient
    save(data, file)


def unknown_syntax(file: Path) -> None:
    data = pydicom.dcmread(file)
    data.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.4.201"
    data.PixelData = pydicom.encaps.encapsulate([bytes(64)])
    data["PixelData"].is_undefined_length = True
    save(data, file)


def half_packed(file: Path) -> None:
    data = pydicom.dcmread(file)
    data.compress(pydicom.uid.RLELossless)
    save(data, file)
    file.write_bytes(file.read_bytes()[:-40])


def broken_rle(file: Path) -> None:
    data = pydicom.dcmread(file)
    data.compress(pydicom.uid.RLELossless)
    data.PixelData = pydicom.encaps.encapsulate([b"\x05\0\0\0" + bytes(30)])
    save(data, file)


HARM: dict[Callable[[Path], None], str] = {
    half_header: "cut off",
    half_pixels: "cut off",
    empty: "empty",
    zeros: "nothing but zeros",
    tiny: "nothing but zeros",
    a_web_page: "no DICOM",
    icloud: "not downloaded yet",
    browser: "not downloaded yet",
    no_place: "no ImagePositionPatient",
    unknown_syntax: "High-Throughput JPEG 2000 Image Compression (Lossless Only), which is not read here",
    broken_rle: "pixels that cannot be decoded",
    half_packed: "cut off",
}


@pytest.mark.parametrize("harm", HARM)
def test_files_that_cannot_be_read_are_counted_and_doubted(harm: Callable[[Path], None], tmp_path: Path) -> None:
    for file in write(tmp_path / "in", HU, names="IM{:04d}".format)[8:]:
        harm(file)
    volume = doctor.examined(read_scan(tmp_path / "in"))
    assert np.array_equal(volume.hu, HU[:, :, :8])
    (found,) = (finding for finding in volume.findings if finding.code == "unreadable-files")
    assert "4 of 12 files could not be read" in found.sentence and HARM[harm] in found.sentence
    assert "IM0008" in found.sentence and "and 1 more" in found.sentence
    assert found.certainty == "certain" and found.todo.startswith(("Copy", "Let", "Export"))
    assert (volume.files.used, volume.files.lost) == (8, 4)


@pytest.mark.parametrize("harm", HARM)
def test_a_lost_slice_in_the_middle_is_a_gap_that_names_the_file(harm: Callable[[Path], None], tmp_path: Path) -> None:
    harm(write(tmp_path / "in", HU)[5])
    with pytest.raises(UnreadableScan, match=r"slices are missing between slices 5 and 6 of 11.*1 file .*IM0005") as no:
        read_scan(tmp_path / "in")
    assert no.value.code == doctor.MISSING_SLICES
    assert read_scan(tmp_path / "in", allow_gaps=True).shape == HU.shape


@pytest.mark.parametrize("harm", HARM)
def test_a_folder_of_nothing_that_can_be_read_says_why(harm: Callable[[Path], None], tmp_path: Path) -> None:
    for file in write(tmp_path / "in", HU, slices=range(3)):
        harm(file)
    if harm in (empty, zeros, tiny, a_web_page):
        return  # Nothing tells that it was meant as DICOM.
    with pytest.raises(UnreadableScan) as refusal:
        read_scan(tmp_path / "in")
    assert HARM[harm] in str(refusal.value)


def test_what_is_no_slice_is_left_out_without_a_word(tmp_path: Path) -> None:
    write(tmp_path, HU)
    (tmp_path / "README.TXT").write_text("a viewer")
    (tmp_path / ".DS_Store").write_bytes(bytes(10))
    (tmp_path / "._IM0000.dcm").write_bytes(b"\0\x05\x16\x07")
    report = pydicom.dcmread(tmp_path / "IM0000.dcm")
    for tag in ("PixelData", "Rows", "Columns", "ImagePositionPatient"):
        delattr(report, tag)
    report.SOPClassUID = report.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.88.67"
    save(report, tmp_path / "SR1.dcm")
    volume = read_scan(tmp_path)
    assert volume.warnings == ()
    assert dict(volume.files.left_out)["X-Ray Radiation Dose SR"] == ("SR1.dcm",)
    assert volume.files.used == 12 and sum(len(names) for _, names in volume.files.left_out) == 4


def test_a_damaged_file_of_another_series_is_no_doubt(tmp_path: Path) -> None:
    write(tmp_path, HU)
    half_pixels(write(tmp_path / "other", HU[:, :, :3])[1])
    assert not any(finding.code == "unreadable-files" for finding in read_scan(tmp_path).findings)


@pytest.mark.parametrize("lost", [["RescaleSlope", "RescaleIntercept"], ["RescaleIntercept"], ["RescaleSlope"]])
def test_slices_that_have_lost_their_rescaling_take_the_others(lost: list[str], tmp_path: Path) -> None:
    write(tmp_path, HU, tags=lambda k: dict.fromkeys(lost) if 3 <= k < 6 else {})
    volume = read_scan(tmp_path)
    assert np.array_equal(volume.hu, HU)
    assert "3 of 12 slices have lost RescaleSlope or RescaleIntercept" in volume.warnings[0]


def test_slices_that_were_hu_already_are_not_rescaled_once_more(tmp_path: Path) -> None:
    """Another program wrote HU and left the rescaling out: with the others' they would be 1024 HU too low."""
    tags = {"RescaleSlope": "", "RescaleIntercept": "", "PixelRepresentation": 1}
    write(tmp_path, HU, tags=lambda k: tags | {"PixelData": HU[:, :, k].T.tobytes()} if k < 4 else {})
    with pytest.raises(UnreadableScan, match="4 of 12 slices have lost RescaleSlope or RescaleIntercept"):
        read_scan(tmp_path)


def test_different_rescaling_leaves_nothing_to_take(tmp_path: Path) -> None:
    write(tmp_path, HU, tags=lambda k: {"RescaleIntercept": None if k == 4 else -1024 - k % 2})
    with pytest.raises(UnreadableScan, match="1 of 12 slices have lost RescaleSlope or RescaleIntercept"):
        read_scan(tmp_path)


@pytest.mark.parametrize("place", [[0, 0, 0], [1, 2, 3]])
def test_positions_that_are_all_the_same_are_refused(place: list[int], tmp_path: Path) -> None:
    write(tmp_path, HU, tags={"ImagePositionPatient": place})
    with pytest.raises(UnreadableScan, match="the 12 slices all say that they lie at one place"):
        read_scan(tmp_path)


def test_an_empty_folder_and_other_modalities_are_refused_by_name(tmp_path: Path) -> None:
    write(tmp_path / "pet", HU, tags={"Modality": "PT", "SOPClassUID": "1.2.840.10008.5.1.4.1.1.128"})
    with pytest.raises(NotAScan, match="holds PT but no CT series"):
        read_scan(tmp_path / "pet")


def test_the_tally_is_in_the_json_of_doctor(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for file in write(tmp_path / "in", HU)[8:]:
        half_header(file)
    main(["doctor", str(tmp_path / "in"), "--json"])
    files = json.loads(capsys.readouterr().out)["scans"][0]["files"]
    assert files["used"] == 8
    assert files["unreadable"] == [
        {"reason": "cut off", "files": 4, "names": ["IM0008.dcm", "IM0009.dcm", "IM0010.dcm"]}
    ]
