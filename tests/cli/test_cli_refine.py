"""A mask is corrected from the command line by a file of strokes."""

from pathlib import Path

import nibabel
import numpy as np

from flare_gui import io, strokes
from flare_gui.organs import LIVER
from flare_gui.strokes import Stroke
from flare_gui.volume import Segmentation
from tests.cli.conftest import Run
from tests.cli.helpers import is_one_sentence_about


def _mask(scan: Path, path: Path) -> np.ndarray:
    """A block of liver on the grid of the scan."""
    image = nibabel.load(scan)
    labels = np.zeros(image.shape, np.uint8)
    labels[14:24, 12:20, 10:20] = LIVER.label
    io.write_segmentation(Segmentation(labels, image.affine), path)
    return labels


def test_a_stroke_from_a_file_corrects_a_mask(run: Run, scan: Path, weights: Path, tmp_path: Path) -> None:
    before = _mask(scan, tmp_path / "mask.nii.gz")
    affine = nibabel.load(scan).affine
    line = np.array([[18.0, y, 15.0, 1] for y in range(13, 19)]) @ affine.T
    strokes.write([Stroke(0, line[:, :3])], tmp_path / "strokes.json")
    words = ("refine", scan, "--mask", tmp_path / "mask.nii.gz", "--strokes", tmp_path / "strokes.json")
    outcome = run(*words, "-o", tmp_path / "out.nii.gz", "--weights", weights, "--device", "cpu")
    assert outcome.code == 0, outcome.err

    image = nibabel.load(tmp_path / "out.nii.gz")
    after = np.asarray(image.dataobj)
    assert image.shape == before.shape and np.abs(image.affine - affine).max() < 1e-4
    assert (before[18, 13:19, 15] == LIVER.label).all() and not after[18, 13:19, 15].any()

    again = run(*words, "-o", tmp_path / "out.nii.gz", "--weights", weights, "--device", "cpu")
    assert again.code == 2 and is_one_sentence_about(again.err, tmp_path / "out.nii.gz")
    voxels = scan.read_bytes()
    over = run(*words, "-o", scan, "--overwrite", "--weights", weights, "--device", "cpu")
    assert over.code == 2 and "the scan itself" in over.err and scan.read_bytes() == voxels


def test_a_file_that_holds_no_strokes_is_refused(run: Run, scan: Path, weights: Path, tmp_path: Path) -> None:
    _mask(scan, tmp_path / "mask.nii.gz")
    (tmp_path / "strokes.json").write_text("{}")
    words = ("refine", scan, "--mask", tmp_path / "mask.nii.gz", "--strokes", tmp_path / "strokes.json")
    outcome = run(*words, "-o", tmp_path / "out.nii.gz", "--weights", weights)
    assert outcome.code == 2 and is_one_sentence_about(outcome.err, tmp_path / "strokes.json")
    assert not (tmp_path / "out.nii.gz").exists()
