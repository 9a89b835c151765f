"""Whatever lies in a file: one sentence, exit code 2, no traceback, memory that is stated, nothing outside the target.

Each test goes through `flare-gui doctor`, whose reading is that of every other command and of the window.
"""

import gzip
import os
import resource
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from flare_gui.errors import UnreadableScan
from flare_gui.io import read_scan
from tests.io.damage import HU, RNG, Refused, Whole, itk_bytes, nifti_bytes, patched, write

FORMATS = ["x.nii", "x.nii.gz", "x.nrrd", "x.mha", "packed.mha", "packed.nrrd", "x.zip", "x.dcm"]


@pytest.mark.parametrize("name", FORMATS)
def test_a_file_cut_off_anywhere_is_refused(name: str, whole: Whole, refused: Refused, tmp_path: Path) -> None:
    data = whole(name)
    # Ends of headers and of the file, and places in between. What follows the voxels may be missing.
    places = {0, 1, 2, 4, 100, 131, 132, 347, 348, 351, 352, 353, *range(0, len(data) - 8, max(1, len(data) // 12))}
    for cut in sorted(p for p in places if p < len(data) - 8):
        refused(write(tmp_path / "cut" / name, data[:cut]))


@pytest.mark.slow
@pytest.mark.parametrize("name", FORMATS)
def test_a_file_cut_off_at_every_length_is_refused(name: str, whole: Whole, tmp_path: Path) -> None:
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


def test_a_compressed_metaimage_is_verified_to_its_end(refused: Refused, tmp_path: Path) -> None:
    good = itk_bytes(tmp_path / "good", "x.mha", compressed=True)
    assert np.array_equal(read_scan(tmp_path / "good" / "x.mha").hu, HU)
    for place in (len(good) - 2, len(good) - 200):
        bad = bytearray(good)
        bad[place] ^= 0xFF
        refused(write(tmp_path / "in" / "x.mha", bad), "damaged")
