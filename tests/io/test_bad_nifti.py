"""NIfTI headers that lie, and gzip around them that is damaged or has no end."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from flare_gui.errors import UnreadableScan
from flare_gui.io import read_scan
from tests.io.damage import HU, Refused, nifti_bytes, patched, write

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


def test_a_gzip_that_expands_without_end_stops_early(refused: Refused, tmp_path: Path) -> None:
    path = tmp_path / "in" / "x.nii.gz"
    path.parent.mkdir()
    with gzip.open(path, "wb", 1) as file:
        file.write(nifti_bytes())
        for _ in range(64):
            file.write(bytes(1 << 20))
    refused(path, "without end")
