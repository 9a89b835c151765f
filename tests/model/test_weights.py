"""Weights come back as they were saved, or not at all."""

import hashlib
import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
import torch

from flare_gui.errors import BadWeights
from flare_gui.model import weights
from flare_gui.model.card import ModelCard
from flare_gui.model.vnet import VNet, VNetSettings

SETTINGS = VNetSettings(kernel=3, width=4, down=(1, 1, 2), up=(1, 1))
CARD: dict[str, Any] = {
    "id": "small",
    "spacing_mm": [3.0, 3.0, 3.0],
    "window_hu": {"low": -200.0, "high": 300.0},
    "patch": [80, 80, 80],
    "training_data": [{"name": "phantom", "licence": "none", "share": 1.0}],
    "recipe": {"steps": 10},
    "commit": "abc",
    "scores": {"liver": {"dice": 0.9}},
}


@pytest.fixture
def network() -> VNet:
    torch.manual_seed(1)
    return VNet(SETTINGS)


@pytest.fixture
def saved(network: VNet, tmp_path: Path) -> Path:
    return weights.save(network, CARD, tmp_path, "small")


def edit(path: Path, change: Callable[[dict[str, Any]], Any]) -> None:
    """Change the card beside the weights in `path`."""
    card = json.loads(path.with_suffix(".json").read_text())
    change(card)
    path.with_suffix(".json").write_text(json.dumps(card))


def replace_tensors(path: Path, tensors: dict[str, torch.Tensor]) -> None:
    """Other tensors, with a card whose hash is theirs."""
    safetensors.torch.save_file(tensors, path)
    edit(path, lambda card: card.update(sha256=hashlib.sha256(path.read_bytes()).hexdigest()))


def test_weights_come_back_in_half_precision_and_compute_the_same(network: VNet, saved: Path) -> None:
    model = weights.load(saved)
    for name, tensor in network.state_dict().items():
        assert torch.equal(model.network.state_dict()[name], tensor.half().float()), name
    image = torch.randn(1, 1, 16, 16, 16)
    with torch.inference_mode():
        assert torch.allclose(model.network(image), network.eval()(image), atol=0.01)
    assert not model.network.training and not any(p.requires_grad for p in model.network.parameters())
    assert model.multiple == 4


def test_the_file_is_half_the_size_and_its_card_says_all_of_it(network: VNet, saved: Path) -> None:
    assert saved.stat().st_size < 2 * sum(p.numel() for p in network.parameters()) + 20_000
    card = json.loads(saved.with_suffix(".json").read_text())
    assert card == CARD | {
        "architecture": SETTINGS.as_card(),
        "classes": ["background", "liver", "right_kidney", "spleen", "left_kidney"],
        "sha256": hashlib.sha256(saved.read_bytes()).hexdigest(),
        "confidence": {},
        "notes": {},
    }
    assert ModelCard.read(saved.with_suffix(".json")).as_json() == weights.load(saved).card.as_json()


def test_one_changed_byte_is_noticed(saved: Path) -> None:
    data = bytearray(saved.read_bytes())
    data[-1] ^= 1
    saved.write_bytes(data)
    with pytest.raises(BadWeights, match=r"small\.safetensors.*sha256 differs"):
        weights.load(saved)


def test_missing_files_are_named(saved: Path, tmp_path: Path) -> None:
    with pytest.raises(BadWeights, match=r"nowhere\.safetensors"):
        weights.load(tmp_path / "nowhere.safetensors")
    saved.with_suffix(".json").unlink()
    with pytest.raises(BadWeights, match=r"small\.json: the model card is missing"):
        weights.load(saved)
    folder = tmp_path / "folder.safetensors"
    folder.mkdir()
    with pytest.raises(BadWeights, match="cannot be read"):
        weights.load(folder)


def test_a_pickle_is_never_opened(saved: Path, tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[Any, ...]:
            return (Path.touch, (tmp_path / "opened",))

    saved.write_bytes(pickle.dumps(Trap()))
    edit(saved, lambda card: card.update(sha256=hashlib.sha256(saved.read_bytes()).hexdigest()))
    with pytest.raises(BadWeights, match="no safetensors file"):
        weights.load(saved)
    with pytest.raises(BadWeights, match=r"weights are \.safetensors files"):
        weights.load(tmp_path / "model.pt")
    assert not (tmp_path / "opened").exists()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"width": 8}, "not those of the network on the card"),
        ({"down": [1, 2, 2]}, "not those of the network on the card"),
        ({"norm": "none"}, "not those of the network on the card"),
        ({"kernel": 4}, "no VNet we can build"),
        ({"width": "wide"}, "no VNet we can build"),
        ({"layers": 4}, "no VNet we can build"),
        ({"width": 10**6}, "not those of the network on the card"),
    ],
)
def test_weights_of_another_network_are_refused(saved: Path, change: dict[str, Any], sentence: str) -> None:
    edit(saved, lambda card: card["architecture"].update(change))
    with pytest.raises(BadWeights, match=sentence):
        weights.load(saved)


def test_tensors_too_many_or_not_finite_are_refused(network: VNet, saved: Path) -> None:
    tensors = {name: tensor.half() for name, tensor in network.state_dict().items()}
    replace_tensors(saved, tensors | {"extra": torch.zeros(1)})
    with pytest.raises(BadWeights, match="1 tensors differ, extra for one"):
        weights.load(saved)
    tensors["leave.bias"] = torch.full_like(tensors["leave.bias"], torch.nan)
    replace_tensors(saved, tensors)
    with pytest.raises(BadWeights, match="not finite"):
        weights.load(saved)


@pytest.mark.parametrize(
    ("key", "value"),
    [("spacing_mm", [3.0, 3.0]), ("patch", 80), ("window_hu", {"low": 3, "high": 1}), ("classes", ["liver"])],
)
def test_cards_that_make_no_sense_are_refused(saved: Path, key: str, value: object) -> None:
    edit(saved, lambda card: card.update({key: value}))
    with pytest.raises(BadWeights, match=r"small\.json"):
        weights.load(saved)


def test_cards_with_a_key_missing_or_no_json_are_refused(saved: Path) -> None:
    edit(saved, lambda card: card.pop("patch"))
    with pytest.raises(BadWeights, match="lacks 'patch'"):
        weights.load(saved)
    saved.with_suffix(".json").write_text("[1, 2")
    with pytest.raises(BadWeights, match="cannot be read"):
        weights.load(saved)


def test_a_failed_release_leaves_the_old_weights_whole(network: VNet, saved: Path) -> None:
    before = saved.read_bytes()
    with pytest.raises(KeyError):
        weights.save(VNet(SETTINGS), {"id": "no more than that"}, saved.parent, "small")
    with torch.no_grad():
        network.leave.bias.fill_(1e6)
    with pytest.raises(BadWeights, match=r"leave\.bias are not finite in half precision"):
        weights.save(network, CARD, saved.parent, "small")
    assert saved.read_bytes() == before
    assert sorted(path.name for path in saved.parent.iterdir()) == ["small.json", "small.safetensors"]
    weights.load(saved)
