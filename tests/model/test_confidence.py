"""What the program says of its own result: its agreement with itself, the Dice it stands for, when to doubt."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from flare_gui.errors import BadWeights
from flare_gui.model.card import ModelCard
from flare_gui.model.confidence import DOUBTFUL, IMPLAUSIBLE, calibrated, self_agreement
from flare_gui.model.segmenter import segment
from flare_gui.model.weights import Model
from flare_gui.organs import LEFT_KIDNEY, LIVER, ORGANS, RIGHT_KIDNEY
from flare_gui.volume import Volume

RISING = {"agreement": [0.5, 0.9], "dice": [0.3, 0.95]}


def sure(labels: np.ndarray, p: float) -> np.ndarray:
    """(5, x, y, z) probabilities that give each voxel's own label `p` and share out the rest."""
    return np.stack([np.where(labels == label, p, (1 - p) / 4) for label in range(5)]).astype(np.float32)


@pytest.fixture
def calibrated_model(model: Model) -> Model:
    curves = {organ.key: RISING for organ in ORGANS}
    return replace(model, card=replace(model.card, confidence=curves))


def test_a_network_that_is_sure_agrees_with_itself_and_one_that_is_not_does_not() -> None:
    labels = np.zeros((20, 20, 20), np.uint8)
    labels[5:12, 5:12, 5:12] = LIVER.label
    values = [self_agreement(sure(labels, p), labels, LIVER) for p in (1.0, 0.9, 0.6, 0.3)]
    assert values[0] == pytest.approx(1.0)
    assert values == sorted(values, reverse=True) and values[-1] < 0.4


def test_a_piece_that_clean_up_dropped_lowers_the_agreement() -> None:
    seen = np.zeros((20, 20, 20), np.uint8)
    seen[2:8, 2:8, 2:8] = LIVER.label
    seen[12:18, 12:18, 12:18] = LIVER.label
    kept = seen.copy()
    kept[12:] = 0
    assert self_agreement(sure(seen, 1.0), kept, LIVER) == pytest.approx(2 / 3, abs=1e-3)


def test_a_kidney_that_was_given_its_right_name_is_not_doubted_for_it() -> None:
    named = np.zeros((20, 20, 20), np.uint8)
    named[12:18, 5:12, 5:12] = RIGHT_KIDNEY.label
    named[2:8, 5:12, 5:12] = LEFT_KIDNEY.label
    both_right = np.where(named > 0, RIGHT_KIDNEY.label, 0)
    for kidney in (RIGHT_KIDNEY, LEFT_KIDNEY):
        assert self_agreement(sure(both_right, 1.0), named, kidney) == pytest.approx(1.0)


def test_without_a_calibration_nothing_is_claimed(model: Model, abdomen: Callable, grid: Callable) -> None:
    found = segment(abdomen(grid())[0], model, device="cpu")
    assert found.run["confidence"] == {} and found.confidence("liver") is None
    assert set(found.run["agreement"]) == {organ.key for organ in ORGANS}


def test_an_implausibly_small_organ_is_doubted_and_the_warning_says_so(
    calibrated_model: Model, abdomen: Callable, grid: Callable
) -> None:
    found = segment(abdomen(grid())[0], calibrated_model, device="cpu")  # its liver has 150 ml
    assert found.confidence("liver") == pytest.approx(min(IMPLAUSIBLE, found.confidence("liver")))
    assert "the liver has a confidence of" in " ".join(found.warnings)
    assert found.corrected_by_hand([LIVER.label]).confidence("liver") is None


def test_an_organ_that_is_not_there_has_no_confidence(
    calibrated_model: Model, abdomen: Callable, grid: Callable
) -> None:
    volume, labels = abdomen(grid())
    hu = volume.hu.copy()
    hu[labels == LIVER.label] = 20
    found = segment(Volume(hu, volume.affine), calibrated_model, device="cpu")
    assert found.confidence("liver") is None and "no liver was found" in found.warnings


def test_the_curve_is_read_between_its_knots_and_ends_level() -> None:
    assert calibrated(0.7, RISING) == pytest.approx(0.625)
    assert calibrated(0.1, RISING) == 0.3 and calibrated(1.0, RISING) == 0.95
    assert 0 < DOUBTFUL < 1


def test_a_card_whose_curve_falls_is_refused(model: Model, tmp_path: object) -> None:
    card = model.card.as_json() | {"confidence": {"liver": {"agreement": [0.9, 0.5], "dice": [0.3, 0.9]}}}
    with pytest.raises(ValueError, match="no rising curve"):
        ModelCard.from_json(card)
    assert issubclass(BadWeights, Exception)
