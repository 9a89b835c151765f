"""A confidence belongs to the voxels that the network drew: what was corrected by hand has none, wherever it goes."""

import csv
import json
from pathlib import Path

import nibabel
import numpy as np
import pytest

from flare_gui import io, workspace
from flare_gui.export import export
from flare_gui.findings import low_confidence, not_found
from flare_gui.organs import LIVER, ORGANS, SPLEEN
from flare_gui.volume import Segmentation, Volume

AFFINE = np.diag([-2.0, -3.0, 4.0, 1.0])
RUN = {
    "model": {"id": "net", "sha256": "ab" * 32},
    "device": "cpu",
    "precision": "float32",
    "seconds": {"network": 1.0},
    "confidence": {organ.key: 0.9 for organ in ORGANS},
}


@pytest.fixture
def scan(tmp_path: Path) -> Volume:
    hu = np.arange(20 * 18 * 16, dtype=np.int16).reshape(20, 18, 16) % 200
    nibabel.save(nibabel.Nifti1Image(hu, AFFINE), tmp_path / "ct.nii.gz")
    return io.read_scan(tmp_path / "ct.nii.gz")


@pytest.fixture
def corrected(scan: Volume) -> Segmentation:
    """The network's four organs, of which the spleen was corrected."""
    labels = np.zeros(scan.shape, np.uint8)
    for i, organ in enumerate(ORGANS):
        labels[2 + 4 * i : 5 + 4 * i, 4:10, 4:10] = organ.label
    return Segmentation(labels, scan.affine, run=RUN).corrected_by_hand([SPLEEN.label])


def check(found: Segmentation) -> None:
    assert found.confidence("spleen") is None and found.corrected == {"spleen"}
    assert [found.confidence(organ.key) for organ in ORGANS if organ != SPLEEN] == [0.9] * 3


def test_a_workspace_keeps_which_organs_were_corrected(scan: Volume, corrected: Segmentation, tmp_path: Path) -> None:
    workspace.write(tmp_path / "w.flare", scan, corrected, {})
    found = workspace.read(tmp_path / "w.flare").segmentation
    assert found is not None
    check(found)


def test_a_workspace_that_only_knew_that_something_was_corrected_trusts_no_organ(
    scan: Volume, corrected: Segmentation, tmp_path: Path
) -> None:
    old = Segmentation(corrected.labels, corrected.affine, run=RUN | {"corrected": True})
    workspace.write(tmp_path / "w.flare", scan, old, {})
    found = workspace.read(tmp_path / "w.flare").segmentation
    assert found is not None and {found.confidence(organ.key) for organ in ORGANS} == {None}


def test_a_saved_mask_keeps_it_until_another_program_changes_its_voxels(
    scan: Volume, corrected: Segmentation, tmp_path: Path
) -> None:
    path = tmp_path / "ct.seg.nii.gz"
    io.write_segmentation(corrected, path)
    found = io.read_mask(scan, path)
    check(found)
    assert found.run["model"] == RUN["model"]
    image = nibabel.load(path)
    changed = np.asarray(image.dataobj).copy()
    changed[3, 5, 5] = 0
    nibabel.save(nibabel.Nifti1Image(changed, image.affine, image.header), path)
    assert io.read_mask(scan, path).run == {}


def test_numbers_say_corrected_by_hand(scan: Volume, corrected: Segmentation, tmp_path: Path) -> None:
    export(scan, corrected, tmp_path, ["csv", "json"])
    numbers = json.loads((tmp_path / "ct.organs.json").read_text())
    assert numbers["spleen"]["confidence"] is None and numbers["spleen"]["corrected"] == "by hand"
    assert numbers["liver"]["confidence"] == 0.9 and numbers["liver"]["corrected"] is None
    with (tmp_path / "ct.organs.csv").open(newline="") as file:
        rows = {row["organ"]: row for row in csv.DictReader(file)}
    assert (rows["spleen"]["confidence"], rows["spleen"]["corrected"]) == ("", "by hand")
    assert (rows["liver"]["confidence"], rows["liver"]["corrected"]) == ("0.9", "")


@pytest.mark.parametrize("text", ['{"flare_gui_mask": 3}', "not JSON", '{"flare_gui_mask": {"confidence": {"x": 9}}}'])
def test_an_odd_header_says_nothing_and_the_mask_is_read(
    scan: Volume, corrected: Segmentation, tmp_path: Path, text: str
) -> None:
    image = nibabel.Nifti1Image(corrected.labels, scan.affine)
    image.header["descrip"] = b"flare-gui segmentation"
    image.header.extensions.append(nibabel.nifti1.Nifti1Extension(6, text.encode()))
    nibabel.save(image, tmp_path / "odd.nii.gz")
    found = io.read_mask(scan, tmp_path / "odd.nii.gz")
    assert found.run == {} and (found.labels == LIVER.label).any()


def test_what_the_network_doubted_leaves_the_report_once_the_organ_was_corrected(scan: Volume, tmp_path: Path) -> None:
    labels = np.zeros(scan.shape, np.uint8)
    labels[2:5, 4:10, 4:10], labels[10:13, 4:10, 4:10] = LIVER.label, SPLEEN.label
    run = RUN | {"confidence": {"liver": 0.61, "spleen": 0.55}}
    doubts = (low_confidence("Liver", 0.61), low_confidence("Spleen", 0.55), not_found("Left kidney"))
    drawn = Segmentation(labels, scan.affine, doubts, run).corrected_by_hand([SPLEEN.label])
    export(scan, drawn, tmp_path, ["report"])
    said = next(tmp_path.glob("*.html")).read_text(encoding="utf-8")
    assert doubts[0] in said and doubts[2] in said and doubts[1] not in said
    assert drawn.corrected_by_hand([LIVER.label, 4]).warnings == ()
