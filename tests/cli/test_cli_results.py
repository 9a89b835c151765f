"""What a user of the command line gets, through the real reader, network and writer."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import pytest

from flare_gui import __version__
from flare_gui.organs import LEFT_KIDNEY, LIVER, ORGANS, label_lookup
from tests.cli.conftest import Run
from tests.cli.helpers import contents, files_in
from tests.tiny import write_scan


def test_a_ct_becomes_a_mask_on_its_grid_and_a_report(run: Run, scan: Path, weights: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    outcome = run("segment", scan, "-o", out, "--weights", weights, "--device", "cpu")
    assert outcome.code == 0, outcome.err
    assert files_in(out) == ["ct.json", "ct.seg.nii.gz"]

    source, mask = nibabel.load(scan), nibabel.load(out / "ct.seg.nii.gz")
    labels = np.asarray(mask.dataobj)
    assert mask.get_data_dtype() == np.uint8
    assert mask.shape == source.shape
    assert np.abs(mask.affine - source.affine).max() < 1e-4
    assert set(np.unique(labels)) <= {0, *(organ.label for organ in ORGANS)}

    report = json.loads((out / "ct.json").read_text())
    hu = np.asarray(source.dataobj)
    for organ in ORGANS:
        measured, inside = report["organs"][organ.key], labels == organ.label
        assert measured["volume_ml"] == pytest.approx(inside.sum() * 0.216, abs=1e-3)
        if inside.any():
            assert measured["mean_hu"] == pytest.approx(hu[inside].mean(), abs=1e-3)
            assert measured["sd_hu"] == pytest.approx(hu[inside].std(), abs=1e-3)
        else:
            assert (measured["mean_hu"], measured["sd_hu"], measured["touches_border"]) == (None, None, False)
    assert report["input"]["shape"] == list(source.shape)
    assert report["input"]["spacing_mm"] == [6.0, 6.0, 6.0]
    assert report["input"]["orientation"] == "LPS"
    assert (report["device"], report["precision"] in ("float32", "bfloat16")) == ("cpu", True)
    assert report["model"]["id"] == "tiny"
    assert re.fullmatch("[0-9a-f]{64}", report["model"]["sha256"])
    assert report["seconds"].keys() >= report["peak_memory_mb"].keys() > set()
    assert all(value >= 0 for value in report["seconds"].values())
    assert isinstance(report["warnings"], list)
    assert report["software"]["version"] == __version__


def test_the_summary_says_volumes_and_where_the_files_lie(run: Run, scan: Path, weights: Path, tmp_path: Path) -> None:
    outcome = run("segment", scan, "-o", tmp_path / "out", "--weights", weights)
    report = json.loads((tmp_path / "out" / "ct.json").read_text())
    for organ in ORGANS:
        measured = report["organs"][organ.key]
        expected = f"{measured['volume_ml']:.1f} ml" if measured["voxels"] else "not found"
        assert f"{organ.name.lower()} {expected}" in outcome.out
    assert str(tmp_path / "out" / "ct.seg.nii.gz") in outcome.out
    assert str(tmp_path / "out" / "ct.json") in outcome.out


def test_flare22_labels_are_the_same_organs_under_the_challenges_numbers(
    run: Run, scan: Path, weights: Path, tmp_path: Path
) -> None:
    for scheme in ("organs", "flare22"):
        assert run("segment", scan, "-o", tmp_path / scheme, "--weights", weights, "--labels", scheme).code == 0
    ours = np.asarray(nibabel.load(tmp_path / "organs" / "ct.seg.nii.gz").dataobj)
    theirs = np.asarray(nibabel.load(tmp_path / "flare22" / "ct.seg.nii.gz").dataobj)
    assert {LIVER.label, LEFT_KIDNEY.label} <= set(np.unique(ours))
    assert np.array_equal(theirs, label_lookup("flare22")[ours])
    assert json.loads((tmp_path / "flare22" / "ct.json").read_text())["organs"]["left_kidney"]["label"] == 13


def test_the_same_command_again_keeps_the_result_and_says_so(
    run: Run, scan: Path, weights: Path, tmp_path: Path
) -> None:
    command = ("segment", scan, "-o", tmp_path / "out", "--weights", weights)
    assert run(*command).code == 0
    before = contents(tmp_path / "out")
    again = run(*command)
    assert (again.code, again.err) == (0, "")
    assert "kept" in again.out
    assert contents(tmp_path / "out") == before


def test_equal_names_get_their_parent_folder_in_front(run: Run, weights: Path, tmp_path: Path) -> None:
    scans = [write_scan(tmp_path / name / "ct.nii.gz", seed) for seed, name in enumerate(("monday", "tuesday"))]
    outcome = run("segment", *scans, "-o", tmp_path / "out", "--weights", weights)
    assert outcome.code == 0, outcome.err
    names = files_in(tmp_path / "out")
    assert len(names) == 4
    assert all(name.startswith(("monday", "tuesday")) for name in names)


def test_the_demo_scan_is_a_ct_that_can_be_segmented(run: Run, weights: Path, tmp_path: Path) -> None:
    path = tmp_path / "demo" / "demo-ct.nii.gz"
    path.parent.mkdir()
    path.write_bytes(b"mine")
    refused = run("demo-scan", "-o", path)
    assert refused.code == 2
    assert "--overwrite" in refused.err
    assert path.read_bytes() == b"mine"
    outcome = run("demo-scan", "-o", path, "--overwrite")
    assert outcome.code == 0, outcome.err
    assert str(path) in outcome.out
    image = nibabel.load(path)
    assert image.get_data_dtype() == np.int16
    assert np.asarray(image.dataobj).min() < -500
    assert run("segment", path, "-o", path.parent, "--weights", weights).code == 0
    assert files_in(path.parent) == ["demo-ct.json", "demo-ct.nii.gz", "demo-ct.seg.nii.gz"]
    assert json.loads((path.parent / "demo-ct.json").read_text())["findings"] == []


@pytest.mark.parametrize("source", ["ct/ts_example/ct.nii.gz", "dicom/two_series", "dicom/jpeg2000_slab"])
def test_real_scans_go_through(
    run: Run, shared: Callable[[str], Path], weights: Path, tmp_path: Path, source: str
) -> None:
    outcome = run("segment", shared(source), "-o", tmp_path, "--weights", weights)
    assert outcome.code == 0, outcome.err
    (report,) = (json.loads(path.read_text()) for path in tmp_path.glob("*.json"))
    mask: Any = nibabel.load(tmp_path / f"{report['case']}.seg.nii.gz")
    assert list(mask.shape) == report["input"]["shape"]
    assert "patient" not in json.dumps(report).lower()
