"""Scans without labels: kept where the network agrees with itself, left out with figures where it does not."""

import numpy as np
import pytest

from flare_gui.analysis.compare import compare
from flare_gui.errors import FlareError
from flare_gui.model import segmenter
from flare_gui.organs import LIVER, SPLEEN
from flare_gui.volume import Segmentation, Volume
from trainer import selftrain


@pytest.fixture
def scan() -> tuple[Volume, np.ndarray]:
    """A liver of 60 HU with fluid of 0 HU beside it, a spleen and two kidneys, 3 mm voxels."""
    labels = np.zeros((60, 60, 40), np.uint8)
    for label, corner in ((1, (35, 25, 20)), (2, (35, 8, 4)), (3, (8, 25, 20)), (4, (8, 8, 4))):
        x, y, z = corner
        labels[x : x + 14, y : y + 14, z : z + 14] = label
    hu = np.full(labels.shape, -100, np.int16)
    hu[labels > 0] = 60
    return Volume(hu, np.diag([3.0, 3.0, 3.0, 1.0])), labels


def test_a_scan_on_which_all_views_agree_gets_the_vote(
    scan: tuple[Volume, np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    volume, labels = scan
    seen = []

    def see(view: Volume, *_: object, **__: object) -> Segmentation:
        seen.append(view)
        border = (view.shape[0] - volume.shape[0]) // 2
        return Segmentation(np.pad(labels, border), view.affine)

    monkeypatch.setattr(selftrain, "segment", see)
    found = selftrain.label(volume, card_of_3_mm())
    assert all(score.dice > 0.97 for score in compare(found.segmentation.labels, labels, volume.spacing))
    assert set(found.agreement.values()) == {1.0}
    assert sorted({round(view.spacing[0], 2) for view in seen}) == [2.76, 3.0, 3.24]
    assert any(view.shape != volume.shape for view in seen)


def test_a_scan_on_which_views_disagree_is_left_out_with_the_figures(
    scan: tuple[Volume, np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    volume, labels = scan

    def see(view: Volume, *_: object, **__: object) -> Segmentation:
        border = (view.shape[0] - volume.shape[0]) // 2
        answer = np.pad(labels, border)
        if view.spacing[0] > 3.1:
            answer[answer == SPLEEN.label] = 0
        return Segmentation(answer, view.affine)

    monkeypatch.setattr(selftrain, "segment", see)
    with pytest.raises(FlareError, match=r"does not agree with itself .*spleen 0\.00"):
        selftrain.label(volume, card_of_3_mm())


def test_fluid_that_every_view_took_for_liver_is_taken_out_again(
    scan: tuple[Volume, np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    volume, labels = scan
    wet = labels.copy()
    wet[49:54, 25:39, 20:34] = LIVER.label
    hu = volume.hu.copy()
    hu[49:54, 25:39, 20:34] = 0
    fluid = Volume(hu, volume.affine)

    def see(view: Volume, *_: object, **__: object) -> Segmentation:
        return Segmentation(np.pad(wet, (view.shape[0] - volume.shape[0]) // 2), view.affine)

    monkeypatch.setattr(selftrain, "segment", see)
    found = selftrain.label(fluid, card_of_3_mm()).segmentation.labels
    assert (found[51:54, 27:37, 22:32] == 0).all()
    assert (found[36:47, 27:37, 22:32] == LIVER.label).all()


def test_the_program_segments_for_it() -> None:
    assert selftrain.segment is segmenter.segment


def card_of_3_mm() -> object:
    """As much of a model as the views need."""
    from types import SimpleNamespace

    return SimpleNamespace(card=SimpleNamespace(spacing_mm=(3.0, 3.0, 3.0)))
