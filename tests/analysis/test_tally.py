import numpy as np
import pytest

from flare_gui.analysis.measure import measure
from flare_gui.analysis.tally import Tally
from flare_gui.volume import Segmentation, Volume


def test_measures_follow_every_correction_as_if_all_was_measured_again() -> None:
    rng = np.random.default_rng(4)
    hu = rng.integers(-1000, 1000, (31, 24, 40)).astype(np.int16)
    labels = rng.integers(0, 5, hu.shape).astype(np.uint8)
    labels[[0, -1]] = labels[:, [0, -1]] = labels[:, :, [0, -1]] = 0
    volume = Volume(hu, np.diag([0.7, 0.8, 2.5, 1.0]))
    segmentation = Segmentation(labels, volume.affine)
    tally = Tally(hu, labels, segmentation.voxel_ml)
    boxes = [np.s_[3:9, 4:20, 5:8], np.s_[0:3, 4:20, 5:8], np.s_[10:31, 0:24, 39:40], np.s_[0:31, 0:24, 0:40]]
    for i, box in enumerate(boxes):
        before = labels[box].copy()
        labels[box] = rng.integers(0, 5, before.shape) if i < 3 else np.where(before == 2, 0, before)
        tally.replace(hu, labels, box, before, np.nonzero(labels[box] != before))
        for key, expected in measure(volume, segmentation).items():
            assert tally.measures()[key] == pytest.approx(expected), (i, key)
