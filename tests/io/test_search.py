"""A tree of scans is searched to the bottom: every CT in it is found once, whatever lies around it."""

import shutil
from collections.abc import Callable
from pathlib import Path

import nibabel
import numpy as np
import pytest

from flare_gui.io import find_cases, read_scan

MakeSeries = Callable[..., str]
HU = np.zeros((12, 10, 6), np.int16)
TALL, SHORT = [10.0 * k for k in range(6)], [2.0 * k for k in range(6)]


@pytest.fixture
def tree(tmp_path: Path, make_series: MakeSeries) -> Path:
    """As a CD and a research folder leave it: an index above the slices, several series in one folder, files below."""
    root = tmp_path / "tree"
    make_series(root / "study", HU + 1, TALL, description="portal")
    make_series(root / "study", HU + 2, TALL, description="native")
    make_series(root / "study", HU + 3, TALL, description="scout", image_type=("ORIGINAL", "PRIMARY", "LOCALIZER"))
    make_series(root / "study", HU + 4, SHORT, description="bolus")
    make_series(root / "study" / "later", HU + 5, TALL)
    nibabel.save(nibabel.Nifti1Image(HU + 6, np.diag([2.0, 2, 2, 1])), root / "study" / "ct.nii.gz")
    nibabel.save(nibabel.Nifti1Image(HU + 6, np.diag([2.0, 2, 2, 1])), root / "twin.nii.gz")
    nibabel.save(nibabel.Nifti1Image(HU, np.diag([2.0, 2, 2, 1])), root / "twin.seg.nii.gz")
    # The index is DICOM itself, but no slice.
    shutil.copy(next((root / "study").glob("*.dcm")), root / "DICOMDIR")
    return root


def test_every_ct_series_and_file_of_a_tree_is_a_case(tree: Path) -> None:
    cases = find_cases([tree], every_series=True)
    assert sorted(case.name for case in cases) == ["ct", "later", "study_series1", "study_series2", "twin"]
    marks = {int(read_scan(case.path, series=case.series).hu[5, 5, 2]) for case in cases}
    assert marks == {1, 2, 5, 6}, "equal scans under two names are two cases, scouts and boluses are none"


def test_a_short_stack_is_a_case_where_no_other_scan_of_its_patient_lies(tree: Path, make_series: MakeSeries) -> None:
    make_series(tree / "slab", HU + 7, SHORT, description="slab")
    assert "slab" in {case.name for case in find_cases([tree], every_series=True)}


def test_a_dicom_folder_named_by_itself_is_one_scan(tree: Path) -> None:
    (case,) = find_cases([tree / "study" / "later"], every_series=True)
    assert (case.name, case.series) == ("later", None)


def test_a_link_that_leads_back_up_ends(tree: Path) -> None:
    (tree / "study" / "up").symlink_to(tree, target_is_directory=True)
    assert len(find_cases([tree], every_series=True)) == 5
