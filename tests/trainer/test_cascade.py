"""A coarse network looks at the whole first, and the finer one sees what it found."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from flare_gui.errors import FlareError
from flare_gui.model import weights
from flare_gui.model.vnet import VNet, VNetSettings
from trainer import cache, cascade, recipe
from trainer.cache import TrainingCase
from trainer.cli import main
from trainer.recipe import Recipe
from trainer.release import load_run

ALONE = VNetSettings(kernel=3, width=4, down=(1, 1), up=(1,), norm="none")
COARSE = VNetSettings(kernel=3, width=4, down=(1, 1, 1), up=(1, 1), norm="group")
BOTH = replace(ALONE, coarse=COARSE)
CARD = {
    "id": "none", "spacing_mm": [4.0] * 3, "window_hu": {"low": -200, "high": 300}, "patch": [32] * 3,
    "training_data": [], "scores": {}, "recipe": {}, "commit": "none",
}  # fmt: skip


def model(settings: VNetSettings, folder: Path, stem: str) -> weights.Model:
    torch.manual_seed(len(stem))
    return weights.load(weights.save(VNet(settings).eval(), CARD, folder, stem))


def test_a_cascade_begins_as_its_finer_network_and_its_file_brings_both_back(tmp_path: Path) -> None:
    fine, coarse = model(ALONE, tmp_path, "fine"), model(COARSE, tmp_path, "coarse")
    network = VNet(BOTH)
    network.load_state_dict(cascade.joined(BOTH, fine, coarse))
    image = torch.rand(1, 1, 20, 24, 16)
    with torch.inference_mode():
        assert torch.equal(network(image), fine.network(image))
        # Once it has learned to look, what lies far beyond its own reach counts.
        network.enter.weight[:, 1:].uniform_(-1, 1)
        other = image.clone()
        other[..., 16:, :, :] = 0
        near = (..., slice(0, 2), slice(None), slice(None))
        assert torch.equal(fine.network(other)[near], fine.network(image)[near])
        assert not torch.equal(network(other)[near], network(image)[near])
        again = weights.load(weights.save(network, CARD, tmp_path, "both"))
        assert torch.allclose(again.network(image), network(image), atol=0.02), "files hold half precision"
        part = (slice(4, 12), slice(8, 24), slice(0, 8))
        assert network(image, part).shape[2:] == (8, 16, 8)
    with pytest.raises(FlareError, match="another network"):
        cascade.joined(BOTH, coarse, coarse)


def test_the_finer_network_learns_from_a_part_of_what_the_coarse_one_sees(
    tmp_path: Path, phantom_cases: list[TrainingCase]
) -> None:
    for case in phantom_cases[:2]:
        cache.save(case, tmp_path / "data")
    fine, coarse = model(ALONE, tmp_path, "fine"), model(COARSE, tmp_path, "coarse")
    short = Recipe(steps=4, batch=1, patch=32, crop=16, spacing_mm=4.0, epoch=4, network=BOTH)
    recipe.write(short, tmp_path / "r.toml")
    assert recipe.read(tmp_path / "r.toml") == short
    command = ["fit", "--recipe", str(tmp_path / "r.toml"), "--workers", "0", "--data", str(tmp_path / "data")]
    assert main([*command, "--coarse", str(coarse.path), "--out", str(tmp_path / "no")]) != 0, "there is no finer one"
    command += ["--init", str(fine.path), "--coarse", str(coarse.path), "--out", str(tmp_path / "run")]
    assert main(command) == 0
    _, trained, _ = load_run(tmp_path / "run")
    before = cascade.joined(BOTH, fine, coarse)
    for key, value in trained.state_dict().items():
        assert torch.equal(value, before[key]) == key.startswith("coarse."), key
    assert float(trained.enter.weight[:, 1:].detach().abs().max()) > 0, "it did not learn to look"
    parts = [cascade.part(short, step) for step in range(20)]
    assert parts == [cascade.part(short, step) for step in range(20)] and len(set(map(str, parts))) > 10
