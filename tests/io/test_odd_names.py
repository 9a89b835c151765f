"""Names in any alphabet, names too long, files that may not be read and files that vanish."""

import gzip
import os
import tempfile
from pathlib import Path

import numpy as np
import pytest

from flare_gui.errors import UnreadableScan
from flare_gui.io import read_scan
from tests.io.damage import HU, MakeSeries, Refused, itk_bytes, nifti_bytes, write


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
