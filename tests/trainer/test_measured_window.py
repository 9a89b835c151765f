"""The window is chosen on real scans, and what the choice is worth on scans that had no part in it is known."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from flare_gui.model.preprocess import ABDOMEN, Window
from flare_gui.model.weights import Model, load
from tests.tiny import save_tiny
from trainer import cache, window
from trainer.cache import TrainingCase
from trainer.cli import main
from trainer.degrade import PLAUSIBLE, UNHARMED
from trainer.window import Point


class LiverAbove(nn.Module):
    """Liver wherever the input is above a value."""

    def __init__(self, value: float) -> None:
        super().__init__()
        self.value = value

    def forward(self, image: Tensor) -> Tensor:
        liver = (image - self.value) * 50
        return torch.cat([-liver, liver, *[torch.full_like(image, -99.0)] * 3], dim=1)


@pytest.fixture
def case() -> TrainingCase:
    """A liver of 60 HU beside muscle of 10."""
    labels = np.zeros((40, 40, 30), np.uint8)
    labels[10:25, 10:30, 5:25] = 1
    hu = np.full(labels.shape, -1000, np.int16)
    hu[5:35, 5:35] = 10
    hu[labels > 0] = 60
    return TrainingCase("ct", labels, hu, (6.0, 6.0, 6.0))


@pytest.fixture
def model(tmp_path: Path) -> Model:
    return load(save_tiny(tmp_path, "tiny", 1))


def test_a_narrower_window_has_the_same_middle() -> None:
    assert window.narrowed(ABDOMEN, 1.0) == ABDOMEN
    assert window.narrowed(ABDOMEN, 2.0) == Window(-75, 175)


def test_the_window_is_narrowed_until_the_network_tells_organ_from_muscle(case: TrainingCase, model: Model) -> None:
    """Liver above -0.2 is liver above 0 HU in the training's window, above 14 HU at 1.4 times the contrast."""
    object.__setattr__(model, "network", LiverAbove(-0.2))
    points = list(window.measure(model, [case], device="cpu"))
    scores = {point.contrast: point.dice for point in points if point.fault == UNHARMED}
    assert list(scores) == list(window.CONTRASTS)
    assert {point.fault for point in points} == set(PLAUSIBLE)
    assert scores[1.0] < 0.7 and scores[1.6] == pytest.approx(1.0)
    assert window.best(points) >= 1.4


def test_the_trainings_window_stays_where_it_is_best(case: TrainingCase, model: Model) -> None:
    """Liver above 0 is liver above 50 HU in every window: nothing is gained, so nothing changes."""
    object.__setattr__(model, "network", LiverAbove(0.0))
    assert window.best(list(window.measure(model, [case], device="cpu"))) == 1.0


def test_a_case_is_told_what_it_gets_from_the_choice_of_the_others() -> None:
    points = [
        Point(name, fault, contrast, "liver", score)
        for name, scores in (("a", (0.8, 0.9, 0.7)), ("b", (0.8, 0.7, 0.95)))
        for contrast, score in zip((1.0, 1.4, 2.0), scores, strict=True)
        for fault in ("as it is", "noise of 40 HU")
    ]
    known = window.summary(points)
    assert known["held_out"]["a"] == {"contrast": 2.0, "dice": 0.7, "dice_as_trained": 0.8}
    assert known["held_out"]["b"] == {"contrast": 1.4, "dice": 0.7, "dice_as_trained": 0.8}
    assert known["contrast"] == 2.0


def test_organs_weigh_the_same_in_each_case_and_cases_the_same_in_the_mean() -> None:
    points = [
        Point("a", "as it is", 1.0, "liver", 1.0),
        Point("a", "as it is", 1.0, "spleen", 0.5),
        Point("b", "as it is", 1.0, "liver", 0.25),
    ]
    assert window.by_contrast(points) == {1.0: pytest.approx(0.5)}


def test_calibrate_leaves_window_and_confidence_beside_the_weights(tmp_path: Path, case: TrainingCase) -> None:
    weights = save_tiny(tmp_path / "w", "tiny", 1)
    cache.save(case, tmp_path / "data")
    assert main(["calibrate", str(weights), "--data", str(tmp_path / "data"), "--device", "cpu"]) == 0
    known = json.loads((tmp_path / "w" / "window.json").read_text())
    assert known["contrast"] in window.CONTRASTS and len(known["mean_dice"]) == len(window.CONTRASTS)
    assert json.loads((tmp_path / "w" / "confidence.json").read_text())["quality"]["points"] > 0


def test_data_without_a_real_scan_is_named(
    tmp_path: Path, phantom_cases: list[TrainingCase], capsys: pytest.CaptureFixture[str]
) -> None:
    cache.save(phantom_cases[0], tmp_path / "data")
    weights = save_tiny(tmp_path / "w", "tiny", 1)
    assert main(["calibrate", str(weights), "--data", str(tmp_path / "data"), "--device", "cpu"]) == 2
    assert "no real scan with labels" in capsys.readouterr().err
