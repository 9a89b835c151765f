"""What the network sees is kept small, however long the scan, and goes with it."""

from pathlib import Path

import numpy as np
import pytest
from scipy import ndimage

from flare_gui import io
from flare_gui.model import features
from flare_gui.model.features import network_features
from flare_gui.model.weights import load
from tests.tiny import save_tiny, write_scan


def test_features_are_held_within_a_bound_and_those_next_to_the_organs_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    volume = io.read_scan(write_scan(tmp_path / "ct.nii.gz"))
    model = load(save_tiny(tmp_path, "tiny", seed=1))
    whole = network_features(volume, model, device="cpu")
    bound = whole.bytes // 2
    monkeypatch.setattr(features, "MOST_BYTES", bound)
    part = network_features(volume, model, device="cpu")
    assert 0.9 * bound < part.bytes <= bound
    kept = whole.rows[tuple(part.voxels.T)]
    np.testing.assert_array_equal(part.channels.shape, (len(kept), whole.channels.shape[1]))
    np.testing.assert_array_equal(part.logs, whole.logs[:, kept])
    np.testing.assert_array_equal(part.rows[tuple(part.voxels.T)], np.arange(len(kept)))
    organs = np.zeros(whole.rows.shape, bool)
    organs[tuple(whole.voxels[whole.logs[0] < np.log(0.5)].T)] = True
    mm = ndimage.distance_transform_edt(~organs)[tuple(whole.voxels.T)]
    assert mm[kept].max() <= np.delete(mm, kept).min()
