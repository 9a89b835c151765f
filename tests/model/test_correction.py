"""Strokes on a mask: what a user draws becomes so, all that looks alike follows, and nothing else changes."""

import numpy as np
import pytest

from flare_gui import geometry
from flare_gui.model.correction import Correction
from flare_gui.model.features import NetworkFeatures
from flare_gui.organs import LIVER, SPLEEN
from flare_gui.strokes import Stroke

# A grid of 3 mm, and a scan of 1.5 mm over the same body.
COARSE = np.diag([3.0, 3.0, 3.0, 1.0])
FINE = np.diag([1.5, 1.5, 1.5, 1.0]) + np.array([[0, 0, 0, -0.75]] * 3 + [[0, 0, 0, 0]])
SIDE = 30


class Body:
    """A liver of two lobes with features of their own in even tissue; a network that sees the first lobe alone."""

    def __init__(self) -> None:
        self.lobes = [_box((4, 14)), _box((14, 22))]
        tissue = np.ones((SIDE,) * 3, bool)
        rows = np.arange(tissue.size, dtype=np.int32).reshape(tissue.shape)
        channels = np.zeros((tissue.size, 3), np.float16)
        for column, lobe in enumerate(self.lobes):
            channels[lobe.ravel(), column] = 3
        margin = np.where(self.lobes[0], 5.0, -5.0).ravel()
        logs = np.full((5, tissue.size), -12.0)
        logs[0], logs[LIVER.label] = -margin / 2, margin / 2
        voxels = np.argwhere(tissue).astype(np.int16)
        self.features = NetworkFeatures(COARSE, rows, voxels, channels, logs.astype(np.float16))
        self.labels = _fine(self.lobes[0]).astype(np.uint8) * LIVER.label

    def correction(self) -> Correction:
        return Correction(self.features, FINE)


def _box(x: tuple[int, int]) -> np.ndarray:
    mask = np.zeros((SIDE,) * 3, bool)
    mask[slice(*x), 8:20, 8:20] = True
    return mask


def _fine(coarse: np.ndarray) -> np.ndarray:
    return coarse.repeat(2, 0).repeat(2, 1).repeat(2, 2)


def _line(coarse_x: float, length: int = 6) -> np.ndarray:
    return geometry.apply(COARSE, np.array([[coarse_x, y, 14.0] for y in range(11, 11 + length)]))


def _dice(a: np.ndarray, b: np.ndarray) -> float:
    return 2 * np.count_nonzero(a & b) / (np.count_nonzero(a) + np.count_nonzero(b))


@pytest.fixture
def body() -> Body:
    return Body()


def test_one_stroke_brings_a_missing_lobe_and_one_takes_it_away(body: Body) -> None:
    correction, labels = body.correction(), body.labels
    whole = _fine(body.lobes[0] | body.lobes[1])
    change = correction.add(Stroke(LIVER.label, _line(18)), labels)
    assert change is not None
    labels[change.box] = change.labels
    assert _dice(labels == LIVER.label, whole) > 0.95

    other = Correction(body.features, FINE)
    change = other.add(Stroke(0, _line(18)), labels)
    assert change is not None
    labels[change.box] = change.labels
    assert _dice(labels == LIVER.label, _fine(body.lobes[0])) > 0.95


def test_a_stroke_taken_back_leaves_the_mask_as_it_was_to_the_voxel(body: Body) -> None:
    correction, labels = body.correction(), body.labels
    # A mask from elsewhere, with an edge that the network's grid cannot show.
    labels[8, 17:23, 17:23] = 0
    before = labels.copy()
    for stroke in (Stroke(LIVER.label, _line(18)), Stroke(0, _line(6))):
        change = correction.add(stroke, labels)
        assert change is not None
        labels[change.box] = change.labels
    assert (labels != before).any()
    for _ in range(2):
        change = correction.remove(0, labels)
        assert change is not None
        labels[change.box] = change.labels
    np.testing.assert_array_equal(labels, before)


def test_a_locked_organ_and_what_was_painted_by_hand_stay(body: Body) -> None:
    labels = body.labels
    spleen = (slice(30, 40), slice(18, 30), slice(18, 30))
    labels[spleen] = SPLEEN.label
    by_hand = np.zeros(labels.shape, bool)
    by_hand[40:44, 16:20, 16:20] = True

    locked = {LIVER.label}
    assert body.correction().add(Stroke(LIVER.label, _line(18)), labels, locked) is None

    change = body.correction().add(Stroke(LIVER.label, _line(18)), labels, {SPLEEN.label}, lambda box: by_hand[box])
    assert change is not None
    after = labels.copy()
    after[change.box] = change.labels
    assert (after[spleen] == SPLEEN.label).all()
    assert (after[by_hand] == labels[by_hand]).all()
    assert np.count_nonzero(after == LIVER.label) > np.count_nonzero(labels == LIVER.label)


def test_a_stroke_moves_an_organ_from_one_name_to_another(body: Body) -> None:
    labels = np.where(body.labels, np.uint8(SPLEEN.label), np.uint8(0))
    change = body.correction().add(Stroke(LIVER.label, _line(9)), labels)
    assert change is not None
    after = labels.copy()
    after[change.box] = change.labels
    assert _dice(after == LIVER.label, _fine(body.lobes[0])) > 0.95
    assert np.count_nonzero(after == SPLEEN.label) < 0.05 * np.count_nonzero(labels)


def test_a_stroke_where_nothing_is_changes_nothing(body: Body) -> None:
    correction = body.correction()
    assert correction.add(Stroke(0, _line(27)), body.labels) is None
    assert correction.add(Stroke(LIVER.label, _line(9)), body.labels) is None
    assert correction.add(Stroke(LIVER.label, np.array([[900.0, 0, 0]])), body.labels) is None


def test_an_organ_that_was_not_found_at_all_can_be_drawn(body: Body) -> None:
    labels = np.zeros_like(body.labels)
    change = body.correction().add(Stroke(LIVER.label, _line(9)), labels)
    assert change is not None
    labels[change.box] = change.labels
    assert _dice(labels == LIVER.label, _fine(body.lobes[0])) > 0.9
