"""A card never claims more than was measured: scores come from a run that did not see the scans it was scored on."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from flare_gui.model import weights
from flare_gui.model.vnet import VNetSettings
from flare_gui.volume import Segmentation, Volume
from trainer import cache, recipe
from trainer.cache import TrainingCase
from trainer.cli import main
from trainer.pictures import largest_errors
from trainer.recipe import Recipe
from trainer.release import load_run

TINY = Recipe(
    steps=2, patch=32, spacing_mm=4.0, epoch=2, warm_up=1, network=VNetSettings(kernel=3, width=4, down=(1, 1), up=(1,))
)


def train(folder: Path, run: str, *more: str) -> Path:
    words = ["--recipe", str(folder / "r.toml"), "--data", str(folder / "data"), "--workers", "0", *more]
    assert main(["fit", *words, "--out", str(folder / run)]) == 0
    return folder / run


@pytest.fixture
def folder(tmp_path: Path, phantom_cases: list[TrainingCase]) -> Path:
    for case in phantom_cases[:3]:
        cache.save(case, tmp_path / "data")
    recipe.write(TINY, tmp_path / "r.toml")
    return tmp_path


def test_scores_and_confidence_come_from_the_measuring_run_and_the_card_names_it(folder: Path) -> None:
    measuring, shipped = train(folder, "measuring"), train(folder, "shipped")
    row = {"case": "ct", "organ": "liver", "dice": 0.91, "nsd": 0.88}
    (measuring / "scores.json").write_text(json.dumps({"cases": [row], "mean": {"liver": {"dice": 0.91}}}))
    curve = {"agreement": [0.5, 1.0], "dice": [0.2, 0.9]}
    quality = {"points": 8, "mean_error": 0.1}
    (measuring / "confidence.json").write_text(json.dumps({"curves": {"liver": curve}, "quality": quality}))
    assert main(["release", str(shipped), "--to", str(folder / "out"), "--measured-by", str(measuring)]) == 0
    card = json.loads(next((folder / "out").glob("*.json")).read_text())
    assert card["scores"]["by_case"]["ct"]["liver"]["dice"] == 0.91
    assert card["scores"]["measured_by"].startswith("vnet-3mm-") and "steps = 2" in card["scores"]["measuring_recipe"]
    assert card["scores"]["confidence"] == quality and card["confidence"] == {"liver": curve}
    assert main(["release", str(shipped), "--to", str(folder / "bare")]) == 0
    assert json.loads(next((folder / "bare").glob("*.json")).read_text())["scores"] == {}


def test_steps_are_counted_over_all_runs_that_went_on_from_each_other(folder: Path) -> None:
    weights = None
    for number in range(3):
        run = train(folder, f"run{number}", *(["--init", str(weights)] if weights else []))
        assert main(["release", str(run), "--to", str(folder / f"out{number}")]) == 0
        (weights,) = (folder / f"out{number}").glob("*.safetensors")
    assert json.loads(weights.with_suffix(".json").read_text())["id"].endswith("-6")


def test_the_picture_of_errors_shows_the_slice_that_is_most_wrong(tmp_path: Path) -> None:
    labels = np.zeros((40, 30, 20), np.uint8)
    labels[10:30, 8:22, 4:16] = 1
    wrong = labels.copy()
    wrong[10:30, 8:22, 12] = 0
    volume = Volume(np.full(labels.shape, 40, np.int16), np.eye(4))
    largest_errors(volume, Segmentation(wrong, np.eye(4)), Segmentation(labels, np.eye(4)), tmp_path / "new" / "ct.png")
    picture = np.asarray(Image.open(tmp_path / "new" / "ct.png").convert("RGB"))
    assert picture.shape[1] > 3 * picture.shape[0]
    # The reference alone is drawn on the slice that the network left empty: white, and none of the liver's colour.
    first = picture[40:, : picture.shape[1] // 4].astype(int)
    assert (first.min(axis=2) > 230).any() and not (np.ptp(first, axis=2) > 60).any()


def test_the_mean_of_two_runs_is_shipped_with_both_recipes(folder: Path) -> None:
    one, other = train(folder, "one"), train(folder, "other", "--until", "1")
    assert main(["release", str(one), "--to", str(folder / "out"), "--average-with", str(other)]) == 0
    (path,) = (folder / "out").glob("*.safetensors")
    found = weights.load(path)
    (about,) = found.card.recipe["averaged_with"]
    assert about["recipe"]["trained_steps"] == 1 and about["training_data"]
    assert (folder / "out" / "vnet-3mm.toml").exists() and (folder / "out" / "vnet-3mm.2.toml").exists()
    networks = [load_run(run)[1].state_dict() for run in (one, other)]
    for key, value in found.network.state_dict().items():
        mean = (networks[0][key] + networks[1][key]) / 2
        assert torch.allclose(value, mean, atol=1e-3, rtol=1e-3), key
    assert not all(torch.equal(networks[0][key], networks[1][key]) for key in networks[0])


def test_a_share_of_earlier_weights_is_kept(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one, earlier = train(folder, "one"), train(folder, "other", "--until", "1")
    assert main(["release", str(earlier), "--to", str(folder / "earlier")]) == 0
    (before,) = (folder / "earlier").glob("*.safetensors")
    assert main(["release", str(one), "--to", str(folder / "out"), "--average-with", f"{before}=0.25"]) == 0
    found = weights.load(next((folder / "out").glob("*.safetensors")))
    (about,) = found.card.recipe["averaged_with"]
    assert about["share"] == 0.25 and about["id"] == weights.load(before).card.id
    networks = [load_run(run)[1].state_dict() for run in (one, earlier)]
    for key, value in found.network.state_dict().items():
        assert torch.allclose(value, 0.75 * networks[0][key] + 0.25 * networks[1][key], atol=4e-3, rtol=4e-3), key
    assert main(["release", str(one), "--to", str(folder / "none"), "--average-with", f"{before}=1.5"]) == 2
    assert "a share lies between 0 and 1" in capsys.readouterr().err


def test_runs_of_other_networks_are_not_averaged(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one = train(folder, "one")
    recipe.write(replace(TINY, network=replace(TINY.network, width=8)), folder / "r.toml")
    other = train(folder, "other")
    assert main(["release", str(one), "--to", str(folder / "out"), "--average-with", str(other)]) == 2
    assert "another network" in capsys.readouterr().err
    assert not (folder / "out").exists()


def test_the_card_has_the_window_that_was_measured(folder: Path) -> None:
    run = train(folder, "run")
    (run / "window.json").write_text(json.dumps({"contrast": 2.0}))
    assert main(["release", str(run), "--to", str(folder / "out")]) == 0
    card = json.loads(next((folder / "out").glob("*.json")).read_text())
    assert card["window_hu"] == {"low": -75, "high": 175} and card["scores"]["window"] == {"contrast": 2.0}
    assert card["recipe"]["window"] == [-200.0, 300.0]
