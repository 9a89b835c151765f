"""NIfTI in two files, .hdr and .img: either one opens the scan."""

import gzip
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import nibabel
import numpy as np
import pytest

from flare_gui.errors import UnreadableScan
from flare_gui.io import find_cases, read_mask, read_scan
from flare_gui.volume import Volume
from tests.io.damage import AFFINE, HU, MakeSeries, Refused


@pytest.fixture
def pair(tmp_path: Path) -> Path:
    """A folder with `ct.hdr` and `ct.img`."""
    nibabel.save(nibabel.Nifti1Pair(HU, AFFINE), tmp_path / "ct.img")
    return tmp_path


@pytest.mark.parametrize("half", ["ct.hdr", "ct.img"])
@pytest.mark.parametrize("kind", [nibabel.Nifti1Pair, nibabel.Nifti2Pair])
def test_either_half_opens_the_scan(half: str, kind: Callable[..., nibabel.Nifti1Pair], tmp_path: Path) -> None:
    nibabel.save(kind(HU, AFFINE), tmp_path / "ct.img")
    volume = read_scan(tmp_path / half)
    assert np.array_equal(volume.hu, HU) and np.array_equal(volume.affine, AFFINE)
    assert (volume.name, volume.findings) == ("ct", ())
    assert [case.name for case in find_cases([tmp_path / half])] == ["ct"]


@pytest.mark.parametrize("packed", [("ct.img",), ("ct.hdr", "ct.img")])
def test_halves_may_be_gzipped_and_in_capitals(pair: Path, packed: tuple[str, ...]) -> None:
    for name in packed:
        (pair / f"{name}.gz").write_bytes(gzip.compress((pair / name).read_bytes()))
        (pair / name).unlink()
    for path in list(pair.iterdir()):
        assert np.array_equal(read_scan(path).hu, HU)
    for path in list(pair.iterdir()):
        path.rename(path.with_name(f"CT2{path.name[2:].upper()}"))
    for path in list(pair.iterdir()):
        assert np.array_equal(read_scan(path).hu, HU)


def test_a_folder_and_a_list_of_both_halves_hold_one_case(pair: Path) -> None:
    nibabel.save(nibabel.Nifti1Image(HU, AFFINE), pair / "other.nii")
    assert [case.name for case in find_cases([pair])] == ["ct", "other"]
    assert len(find_cases([pair / "ct.hdr", pair / "ct.img"])) == 1


def test_a_zip_of_a_pair_is_read_and_a_mask_may_be_a_pair(pair: Path) -> None:
    with zipfile.ZipFile(pair / "scan.zip", "w") as archive:
        for name in ("ct.hdr", "ct.img"):
            archive.write(pair / name, f"in/{name}")
    assert np.array_equal(read_scan(pair / "scan.zip").hu, HU)
    labels = (HU > 0).astype(np.uint8)
    nibabel.save(nibabel.Nifti1Pair(labels, AFFINE), pair / "liver.img")
    assert np.array_equal(read_mask(Volume(HU, AFFINE), pair / "liver.hdr").labels, labels)


@pytest.mark.parametrize(("lost", "kept"), [("ct.hdr", "ct.img"), ("ct.img", "ct.hdr")])
def test_half_a_pair_says_which_file_is_not_there(lost: str, kept: str, pair: Path, refused: Refused) -> None:
    (pair / "in").mkdir()
    shutil.move(pair / kept, pair / "in" / kept)
    assert f"{lost} with its" in refused(pair / "in" / kept)


def test_a_pair_that_is_cut_off_or_of_the_old_analyze_format_is_refused(pair: Path, refused: Refused) -> None:
    whole = (pair / "ct.img").read_bytes()
    (pair / "ct.img").write_bytes(whole[:-30])
    refused(pair / "ct.hdr", "cut off")
    (pair / "ct.img").write_bytes(whole)
    header = bytearray((pair / "ct.hdr").read_bytes())
    header[344:348] = bytes(4)
    (pair / "ct.hdr").write_bytes(header)
    refused(pair / "ct.img", "Analyze")


def test_slices_of_dicom_may_be_called_img(make_series: MakeSeries, tmp_path: Path) -> None:
    make_series(tmp_path / "s", HU, [3.0 * k for k in range(9)], names=[f"{k}.img" for k in range(9)])
    assert read_scan(tmp_path / "s" / "4.img").shape == HU.shape
    assert [case.path for case in find_cases([tmp_path / "s"])] == [tmp_path / "s"]


def test_a_large_matrix_is_a_question_of_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    from flare_gui.io.limits import check_size

    photon_counting = (1024, 1024, 1300)
    monkeypatch.setattr("flare_gui.io.limits.available_mb", lambda: 8000.0)
    assert check_size(Path("ct.nii"), photon_counting, 2, mapped=True) == 2 * 1024 * 1024 * 1300
    monkeypatch.setattr("flare_gui.io.limits.available_mb", lambda: 2000.0)
    with pytest.raises(UnreadableScan, match=r"2\.7 GB of memory are needed, and 2\.1 GB can be had"):
        check_size(Path("ct.nii"), photon_counting, 2, mapped=True)
