"""What `flare-train evaluate` says of a scan whose labels are not complete."""

from pathlib import Path

import nibabel
import numpy as np
import pytest

from flare_gui.model.weights import load
from flare_gui.volume import Segmentation, Volume
from tests.tiny import save_tiny
from trainer import evaluate


def test_unknown_voxels_do_not_count_but_an_organ_in_fat_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    labels = np.zeros((40, 40, 40), np.uint8)
    labels[10:30, 10:30, 10:30] = 1
    labels[10:30, 10:30, 28:30] = 255
    labels[2:6, 2:6, 2:6] = 3
    hu = np.where(labels > 0, 100, -100).astype(np.int16)
    affine = np.diag([2.0, 2.0, 2.0, 1.0])
    nibabel.save(nibabel.Nifti1Image(hu, affine), tmp_path / "ct.nii.gz")
    nibabel.save(nibabel.Nifti1Image(labels, affine), tmp_path / "label_agreed.nii.gz")

    def segmented(volume: Volume, *_: object, **__: object) -> Segmentation:
        found = np.zeros(volume.shape, np.uint8)
        found[10:30, 10:30, 10:28] = 1
        found[32:38, 32:38, 32:38] = 1  # fat
        found[3:5, 3:5, 3:5] = 1  # the middle of the spleen
        return Segmentation(found, volume.affine)

    monkeypatch.setattr(evaluate, "segment", segmented)
    rows = {row["organ"]: row for row in evaluate.evaluate(load(save_tiny(tmp_path / "w", "tiny", 1)), [tmp_path])}
    liver = rows["liver"]
    assert liver["reference_ml"] == pytest.approx(20 * 20 * 18 * 8 / 1000)
    assert liver["dice"] == pytest.approx(2 * 7200 / (7200 + 7200 + 216 + 8), abs=1e-6)
    assert liver["impossible_ml"] == pytest.approx((216 + 8) * 8 / 1000)
    assert rows["spleen"]["impossible_ml"] == 0
