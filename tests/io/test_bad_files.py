"""Whatever lies in a file: one sentence, exit code 2, no traceback, memory that is stated, nothing outside the target.

Each test goes through `flare-gui doctor`, whose reading is that of every other command and of the window.
"""

import gzip
import json
import os
import resource
import struct
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import nibabel
import numpy as np
import pydicom
import pytest
import SimpleITK as sitk  # noqa: N813 - the name its own documentation uses
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from flare_gui.cli import main
from flare_gui.errors import FlareError, UnreadableScan
from flare_gui.io import read_mask, read_scan
from flare_gui.model.weights import load as load_weights
from flare_gui.volume import Volume
from flare_gui.workspace import read as read_workspace

Refused = Callable[..., str]
MakeSeries = Callable[..., str]

RNG = np.random.default_rng(0)
HU = RNG.integers(-900, 900, (12, 10, 9)).astype(np.int16)
AFFINE = np.diag([-20.0, -20.0, 20.0, 1.0])


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


def nifti_bytes(array: np.ndarray = HU, affine: np.ndarray = AFFINE) -> bytearray:
    return bytearray(nibabel.Nifti1Image(array, affine).to_bytes())


def write(path: Path, data: bytes | bytearray) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def itk_bytes(folder: Path, name: str, *, compressed: bool = False) -> bytes:
    folder.mkdir(parents=True, exist_ok=True)
    sitk.WriteImage(sitk.GetImageFromArray(HU.T), str(folder / name), compressed)
    return (folder / name).read_bytes()


FORMATS = ["x.nii", "x.nii.gz", "x.nrrd", "x.mha", "packed.mha", "packed.nrrd", "x.zip", "x.dcm"]


@pytest.fixture
def whole(tmp_path: Path, make_series: MakeSeries) -> Callable[[str], bytes]:
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


@pytest.mark.parametrize("name", FORMATS)
def test_a_file_cut_off_anywhere_is_refused(
    name: str, whole: Callable[[str], bytes], refused: Refused, tmp_path: Path
) -> None:
    data = whole(name)
    # Ends of headers and of the file, and places in between. What follows the voxels may be missing.
    places = {0, 1, 2, 4, 100, 131, 132, 347, 348, 351, 352, 353, *range(0, len(data) - 8, max(1, len(data) // 12))}
    for cut in sorted(p for p in places if p < len(data) - 8):
        refused(write(tmp_path / "cut" / name, data[:cut]))


@pytest.mark.slow
@pytest.mark.parametrize("name", FORMATS)
def test_a_file_cut_off_at_every_length_is_refused(name: str, whole: Callable[[str], bytes], tmp_path: Path) -> None:
    data = whole(name)
    for cut in range(len(data)):
        path = write(tmp_path / "cut" / name, data[:cut])
        try:
            volume = read_scan(path)
        except UnreadableScan:
            continue
        # A last byte that nothing depends on: padding, or the end of a zip's comment.
        assert cut > len(data) - 12, f"{name} was read from {cut} of {len(data)} bytes"
        assert np.array_equal(volume.hu, HU)


@pytest.mark.parametrize("name", ["x.nii", "x.nii.gz", "x.nrrd", "x.nhdr", "x.mha", "x.mhd", "x.zip", "x.dcm"])
def test_other_bytes_under_a_known_name_are_refused(name: str, refused: Refused, tmp_path: Path) -> None:
    for content in (b"", b"\0" * 4000, b"<html>" * 100, b"\x89PNG\r\n\x1a\n" + b"\1" * 500, bytes(RNG.bytes(3000))):
        refused(write(tmp_path / "in" / name, content), name)


def patched(data: bytearray, offset: int, layout: str, *values: float) -> bytearray:
    struct.pack_into(layout, data, offset, *values)
    return data


# Byte offsets of NIfTI-1's header: nifti.nimh.nih.gov/nifti-1.
NIFTI_FAULTS = {
    "terabytes": (patched(nifti_bytes(), 40, "<8h", 3, 32000, 32000, 32000, 1, 1, 1, 1), "GB"),
    "more than there is": (patched(nifti_bytes(), 40, "<8h", 3, 500, 500, 500, 1, 1, 1, 1), "cut off"),
    "no axes": (patched(nifti_bytes(), 40, "<8h", 0, 0, 0, 0, 0, 0, 0, 0), "damaged"),
    "a negative size": (patched(nifti_bytes(), 40, "<8h", 3, -12, 10, 9, 1, 1, 1, 1), "size"),
    "an unknown type": (patched(nifti_bytes(), 70, "<h", 999), "unknown type"),
    "voxels far behind": (patched(nifti_bytes(), 108, "<f", 3e38), "vox_offset"),
    "not a number of an offset": (patched(nifti_bytes(), 108, "<f", float("nan")), "vox_offset"),
    "wrong magic": (patched(nifti_bytes(), 344, "<4s", b"abc\0"), "not a NIfTI"),
    "a singular affine": (patched(nifti_bytes(), 280, "<12f", *[1.0] * 12), "singular"),
    "NaN in the affine": (patched(nifti_bytes(), 280, "<12f", *[float("nan")] * 12), "finite"),
    "2D": (nifti_bytes(HU[:, :, 0]), "single slice"),
    "one slice": (nifti_bytes(HU[:, :, :1]), "single slice"),
    "4D in time": (nifti_bytes(np.stack([HU, HU], axis=3)), "2 frames"),
    "5D": (nifti_bytes(np.zeros((6, 6, 6, 2, 3), np.int16)), "6 frames"),
    "complex": (nifti_bytes(HU.astype(np.complex64)), "complex"),
    "nothing but air": (nifti_bytes(np.full((12, 10, 9), -1000, np.int16)), "same value"),
    "nothing but NaN": (nifti_bytes(np.full((12, 10, 9), np.nan, np.float32)), "same value"),
    "nothing but infinity": (nifti_bytes(np.full((12, 10, 9), -np.inf, np.float32)), "same value"),
}


@pytest.mark.parametrize("fault", NIFTI_FAULTS)
def test_nifti_headers_that_lie_are_refused(fault: str, refused: Refused, tmp_path: Path) -> None:
    data, words = NIFTI_FAULTS[fault]
    refused(write(tmp_path / "in" / "x.nii", data), words)
    refused(write(tmp_path / "in" / "y.nii.gz", gzip.compress(data)), words)


def test_zero_and_negative_voxel_sizes_are_refused_or_read_with_a_sane_affine(refused: Refused, tmp_path: Path) -> None:
    for size in (0.0, -2.0, float("nan"), float("inf"), 1e-30):
        # Without an sform the voxel size is all that places the scan.
        data = patched(patched(nifti_bytes(), 76, "<8f", 1, size, 2, 2, 0, 0, 0, 0), 252, "<2h", 1, 0)
        path = write(tmp_path / "in" / "x.nii", data)
        try:
            volume = read_scan(path)
        except UnreadableScan:
            refused(path)
        else:
            assert min(volume.spacing) > 0 and np.isfinite(volume.affine).all()


def test_a_gzip_is_verified_to_its_end_even_when_all_voxels_are_there(refused: Refused, tmp_path: Path) -> None:
    packed = bytearray(gzip.compress(nifti_bytes()))
    packed[-8] ^= 0xFF  # in the checksum; every voxel unpacks
    assert gzip.decompress(gzip.compress(nifti_bytes())) == bytes(nifti_bytes())
    refused(write(tmp_path / "in" / "x.nii.gz", packed), "CRC")
    refused(write(tmp_path / "in" / "x.nii.gz", gzip.compress(nifti_bytes())[:-8]), "nd-of-stream")
    packed = bytearray(gzip.compress(nifti_bytes()))
    packed[len(packed) // 2] ^= 0xFF
    refused(write(tmp_path / "in" / "x.nii.gz", packed))


def test_a_compressed_metaimage_is_verified_to_its_end(refused: Refused, tmp_path: Path) -> None:
    good = itk_bytes(tmp_path / "good", "x.mha", compressed=True)
    assert np.array_equal(read_scan(tmp_path / "good" / "x.mha").hu, HU)
    for place in (len(good) - 2, len(good) - 200):
        bad = bytearray(good)
        bad[place] ^= 0xFF
        refused(write(tmp_path / "in" / "x.mha", bad), "damaged")


def test_a_gzip_that_expands_without_end_stops_early(refused: Refused, tmp_path: Path) -> None:
    path = tmp_path / "in" / "x.nii.gz"
    path.parent.mkdir()
    with gzip.open(path, "wb", 1) as file:
        file.write(nifti_bytes())
        for _ in range(64):
            file.write(bytes(1 << 20))
    refused(path, "without end")


def test_a_header_cannot_have_memory_before_it_is_believed(tmp_path: Path) -> None:
    """In a process that has 1.5 GB of address space: Python, numpy and ITK take most of it."""
    bomb = patched(nifti_bytes(), 40, "<8h", 3, 900, 900, 900, 1, 1, 1, 1)
    packed = gzip.compress(bytes(bomb[:352]) + bytes(4 << 20))
    paths = [write(tmp_path / "a.nii", bomb), write(tmp_path / "b.nii.gz", packed)]
    for name, text in (
        ("c.nrrd", "NRRD0004\ntype: double\ndimension: 3\nsizes: 900 900 900\nencoding: raw\nendian: little\n\n"),
        (
            "d.mha",
            "ObjectType = Image\nNDims = 3\nDimSize = 900 900 900\nElementType = MET_DOUBLE\nElementDataFile = LOCAL\n",
        ),
        (
            "e.nrrd",
            "NRRD0004\ntype: double\ndimension: 3\nsizes: 99999 99999 99999\nencoding: gzip\nendian: little\n\n",
        ),
    ):
        paths.append(write(tmp_path / name, text.encode() + bytes(1000)))

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (1_500_000_000, 1_500_000_000))

    run = subprocess.run(
        [sys.executable, "-m", "flare_gui", "doctor", *map(str, paths)],
        preexec_fn=limit,
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    )
    assert run.returncode == 2, run.stderr
    lines = run.stderr.splitlines()
    assert len(lines) == len(paths), run.stderr
    assert all("cut off" in line or "GB" in line for line in lines), run.stderr


@pytest.mark.parametrize("where", ["../secret.raw", "/etc/passwd", "../../secret%03d.raw 1 9 1", "LIST\n../secret.raw"])
def test_headers_that_point_outside_their_folder_are_refused(where: str, refused: Refused, tmp_path: Path) -> None:
    write(tmp_path / "secret.raw", HU.tobytes())
    meta = f"ObjectType = Image\nNDims = 3\nDimSize = 12 10 9\nElementType = MET_SHORT\nElementDataFile = {where}\n"
    nrrd = f"NRRD0004\ntype: short\ndimension: 3\nsizes: 12 10 9\nencoding: raw\nendian: little\ndata file: {where}\n"
    refused(write(tmp_path / "in" / "x.mhd", meta.encode()), "outside its own folder")
    refused(write(tmp_path / "in" / "x.nhdr", nrrd.encode()), "outside its own folder")
    link = tmp_path / "in" / "link.raw"
    link.symlink_to(tmp_path / "secret.raw")
    refused(write(tmp_path / "in" / "y.mhd", meta.replace(where, "link.raw").encode()), "outside its own folder")


def test_a_zip_unpacks_nothing_outside_and_follows_no_link(
    whole: Callable[[str], bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    path = tmp_path / "in" / "x.zip"
    path.parent.mkdir()
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../../evil.txt", "no")
        archive.writestr("/evil.txt", "no")
        archive.writestr("C:\\evil.txt", "no")
        link = zipfile.ZipInfo("passwd.nrrd")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("a" * 3000 + ".txt", "long")
        archive.writestr("scan/ct.nii", bytes(nifti_bytes()))
    with pytest.raises(UnreadableScan):  # two scans: the link is a small broken file, not /etc/passwd
        read_scan(path)
    assert not list(tmp_path.rglob("evil*")) and not list(tmp_path.rglob("passwd*"))
    assert not list((tmp_path / "tmp").iterdir()), "what was unpacked stayed there"


def test_a_detached_header_in_a_zip_finds_its_voxels(tmp_path: Path) -> None:
    itk_bytes(tmp_path / "good", "x.mhd")
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        for file in (tmp_path / "good").iterdir():
            archive.write(file, f"deep/er/{file.name}")
    assert np.array_equal(read_scan(tmp_path / "x.zip").hu, HU)


def test_a_zip_bomb_is_refused_before_it_unpacks(refused: Refused, tmp_path: Path) -> None:
    path = tmp_path / "in" / "x.zip"
    path.parent.mkdir()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for k in range(10):
            archive.writestr(f"{k}.dcm", bytes(30 << 20))
    assert path.stat().st_size < 1 << 20
    refused(path, "would unpack to 10 files")


def test_an_encrypted_or_unknown_zip_is_refused(refused: Refused, tmp_path: Path) -> None:
    path = tmp_path / "in" / "x.zip"
    path.parent.mkdir()
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x.nii", bytes(nifti_bytes()))
    data = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + offset] |= 1
    refused(write(path, data), "encrypted")
    data = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + offset] &= 0xFE
    for mark, offset in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        data[data.index(mark) + offset] = 97
    refused(write(path, data), "not a complete zip")


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


@pytest.mark.parametrize("name", ["Bäuch Überblick 腹部.nii.gz", "a" * 200 + ".nii.gz", "tab\tand\nline.nii.gz"])
def test_odd_and_long_names_are_read(name: str, tmp_path: Path) -> None:
    folder = tmp_path
    for _ in range(4):
        folder = folder / ("dé" * 40)
    path = write(folder / name, gzip.compress(nifti_bytes()))
    assert np.array_equal(read_scan(path).hu, HU)


def test_odd_names_are_read_by_itk_and_dicom_too(make_series: MakeSeries, tmp_path: Path) -> None:
    folder = tmp_path / "Bäuch 腹部"
    for name in ("ü.nrrd", "ü.mha", "ü.mhd"):
        itk_bytes(folder, name)
        assert np.array_equal(read_scan(folder / name).hu, HU)
    make_series(folder / "sérié", HU, [20.0 * k for k in range(9)])
    assert np.array_equal(read_scan(folder / "sérié").hu, HU)


def test_a_name_longer_than_the_system_allows_is_one_sentence(refused: Refused, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    refused(tmp_path / "in" / ("a" * 5000 + ".nii.gz"), "cannot be read")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="another user's rights are tried in a forked process")
def test_a_file_that_may_not_be_read_is_one_sentence() -> None:
    """As another user than root, who may read everything."""
    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder) / "x.nii", nifti_bytes())
        path.chmod(0)
        Path(folder).chmod(0o755)
        read_end, write_end = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(read_end)
            if os.getuid() == 0:
                os.setgid(65534)
                os.setuid(65534)
            try:
                read_scan(path)
                said = "it was read"
            except UnreadableScan as refusal:
                said = str(refusal)
            except OSError as problem:
                said = repr(problem)
            os.write(write_end, said.encode())
            os._exit(0)
        os.close(write_end)
        with os.fdopen(read_end, "rb") as pipe:
            said = pipe.read().decode()
        os.waitpid(child, 0)
    assert said == f"{path}: may not be read by you. Ask its owner, or copy it."


def test_files_that_vanish_while_they_are_read_are_one_sentence(make_series: MakeSeries, tmp_path: Path) -> None:
    make_series(tmp_path / "series", HU, [20.0 * k for k in range(9)])

    def vanish(stage: str, part: float) -> None:
        if stage == "slices" and part > 0.4:
            for file in (tmp_path / "series").iterdir():
                file.unlink()

    with pytest.raises(UnreadableScan, match="not there any more"):
        read_scan(tmp_path / "series", progress=vanish)


def test_masks_are_read_as_carefully_as_scans(tmp_path: Path) -> None:
    volume = Volume(HU, AFFINE)
    labels = nifti_bytes((HU > 0).astype(np.uint8))
    assert read_mask(volume, write(tmp_path / "good.nii", labels)).labels.sum() == (HU > 0).sum()
    for name, data in (
        ("cut.nii", labels[:-100]),
        ("huge.nii", patched(bytearray(labels), 40, "<8h", 3, 32000, 32000, 32000, 1, 1, 1, 1)),
        ("nan.nii", nifti_bytes(np.full((12, 10, 9), np.nan, np.float32))),
        ("flat.nii", patched(bytearray(labels), 280, "<12f", *[1.0] * 12)),
        ("empty.nii", b""),
    ):
        with pytest.raises(FlareError):
            read_mask(volume, write(tmp_path / name, data))


def test_workspaces_that_lie_are_one_sentence(tmp_path: Path) -> None:
    scan = write(tmp_path / "ct.nii", nifti_bytes())
    about = {
        "flare_gui_workspace": 1,
        "scan": str(scan),
        "scan_relative": None,
        "series": None,
        "scan_sha256": "0",
        "warnings": [],
        "run": {},
        "view": {},
    }
    huge = bytes(patched(nifti_bytes((HU > 0).astype(np.uint8)), 40, "<8h", 3, 32000, 32000, 32000, 1, 1, 1, 1))
    for k, (json_text, mask) in enumerate(
        (
            (json.dumps(about), huge),
            (json.dumps(about), b"nothing"),
            (json.dumps({**about, "view": 5}), None),
            (json.dumps({**about, "warnings": 5}), huge),
            ("[" * 100_000, None),
            ("[]", None),
            ("5", None),
            (json.dumps({**about, "scan": "\0"}), None),
            (json.dumps({**about, "scan": 7}), None),
        )
    ):
        path = tmp_path / f"{k}.flare"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("workspace.json", json_text)
            if mask is not None:
                archive.writestr("mask.nii", mask)
        with pytest.raises(FlareError) as refusal:
            read_workspace(path)
        assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("card", ["", "[" * 100_000, "{}", '{"architecture": {"down": [1000000000]}}', "\0\1\2"])
def test_weights_with_a_card_that_lies_are_one_sentence(card: str, tmp_path: Path) -> None:
    weights = write(tmp_path / "w.safetensors", struct.pack("<Q", 2**62) + b"{}")
    (tmp_path / "w.json").write_text(card)
    with pytest.raises(FlareError) as refusal:
        load_weights(weights)
    assert "\n" not in str(refusal.value)
