"""Zips that reach outside, unpack without end, are encrypted or of an unknown kind."""

import tempfile
import zipfile
from pathlib import Path

import numpy as np
import pytest

from flare_gui.errors import UnreadableScan
from flare_gui.io import read_scan
from tests.io.damage import HU, Refused, Whole, itk_bytes, nifti_bytes, write


def test_a_zip_unpacks_nothing_outside_and_follows_no_link(
    whole: Whole, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
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
