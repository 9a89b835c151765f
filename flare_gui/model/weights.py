"""Weights on disk: half precision safetensors with a model card beside them. Nothing is ever unpickled."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import safetensors.torch
import torch
from safetensors import SafetensorError
from torch import Tensor, nn

from flare_gui import next_steps
from flare_gui.assets import asset
from flare_gui.errors import BadWeights
from flare_gui.files import replacing
from flare_gui.model.card import CLASSES, SHIPPED, ModelCard, card_path
from flare_gui.model.vnet import VNet, VNetSettings

MOST_WEIGHT_BYTES = 2 * 1024**3

_HINT = "Choose weights written by `flare-train release`, with their model card beside them."


@dataclass(frozen=True, eq=False)
class Model:
    """A network ready to run in float32 on the CPU, the card that says what it expects, and the file it came from.

    `network` maps (n, 1, x, y, z) to (n, classes, x, y, z) logits; x, y, z are multiples of `multiple`.
    """

    network: nn.Module
    card: ModelCard
    path: Path

    @property
    def multiple(self) -> int:
        """Sides of the network's input must be a multiple of this many voxels."""
        return VNetSettings.from_card(self.card.architecture).multiple


def load(path: Path | None = None) -> Model:
    """The model in the safetensors file `path` with its card beside it; without a path the shipped one.

    Raises `BadWeights` when a file is missing, the hash differs from the card's, or the tensors are not those of the
    network that the card describes.
    """
    path = asset(SHIPPED) if path is None else Path(path)
    if path.suffix != ".safetensors":
        raise BadWeights(f"{path}: weights are .safetensors files, this is not one", hint=_HINT)
    try:
        if path.stat().st_size > MOST_WEIGHT_BYTES:
            raise BadWeights(f"{path}: weights of more than 2 GB are not those of a VNet of ours", hint=_HINT)
        data = path.read_bytes()
    except FileNotFoundError:
        raise BadWeights(f"{path}: there are no weights here", hint=next_steps.WEIGHTS.command) from None
    except OSError as problem:
        raise BadWeights(f"{path}: the weights cannot be read ({problem.strerror})", hint=_HINT) from problem
    card = ModelCard.read(card_path(path))
    # What was hashed is what is loaded: the file is read once.
    if hashlib.sha256(data).hexdigest() != card.sha256:
        raise BadWeights(
            f"{path}: the weights are not those of their model card: the sha256 differs",
            hint="Copy both files again from where they came; one of them is damaged or belongs to other weights.",
        )
    try:
        tensors = safetensors.torch.load(data)
    except SafetensorError as problem:
        raise BadWeights(f"{path}: this is no safetensors file ({problem})", hint=_HINT) from problem
    return Model(_build(path, card, tensors), card, path)


def save(network: VNet, card: dict[str, Any], folder: Path, stem: str) -> Path:
    """Write `stem.safetensors` in half precision and `stem.json` into `folder`; returns the path of the weights.

    `card` has the keys of `ModelCard` but for architecture, classes and sha256, which are known here.
    Raises `BadWeights` when a weight is not finite in half precision, `KeyError` or `ValueError` when the card is
    not complete; then both old files are left as they were.
    """
    tensors = {name: _half(name, tensor) for name, tensor in network.state_dict().items()}
    data = safetensors.torch.save(tensors)
    known = {
        "architecture": network.settings.as_card(),
        "classes": list(CLASSES),
        "sha256": hashlib.sha256(data).hexdigest(),
    }
    complete = ModelCard.from_json(card | known).as_json()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{stem}.safetensors"
    # Both are written before either is renamed: a full disk cannot leave new weights beside an old card.
    with replacing(card_path(path)) as new_card, replacing(path) as new_weights:
        new_weights.write_bytes(data)
        new_card.write_text(json.dumps(complete, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def _half(name: str, tensor: Tensor) -> Tensor:
    if not tensor.is_floating_point():
        return tensor.detach().cpu().contiguous()
    half = tensor.detach().cpu().half().contiguous()
    if not torch.isfinite(half).all():
        raise BadWeights(
            f"the weights in {name} are not finite in half precision",
            hint="The training run has diverged; release an earlier checkpoint or train with a smaller learning rate.",
        )
    return half


def _build(path: Path, card: ModelCard, tensors: dict[str, Tensor]) -> VNet:
    """The network of the card with these tensors as float32, in evaluation mode and without gradients."""
    try:
        settings = VNetSettings.from_card(card.architecture)
        # On the meta device nothing is allocated, whatever sizes the card asks for, and nothing is drawn at random.
        with torch.device("meta"):
            network = VNet(settings)
    except (TypeError, ValueError, RuntimeError) as problem:
        raise BadWeights(f"{path}: the card describes no VNet we can build ({problem})", hint=_HINT) from problem
    expected = network.state_dict()
    if settings.classes != len(card.classes):
        raise BadWeights(f"{path}: the network has {settings.classes} classes, not {len(card.classes)}", hint=_HINT)
    wrong = sorted(expected.keys() ^ tensors.keys())
    wrong += sorted(name for name in expected.keys() & tensors.keys() if expected[name].shape != tensors[name].shape)
    if wrong:
        raise BadWeights(
            f"{path}: the weights are not those of the network on the card ({len(wrong)} tensors differ, "
            f"{wrong[0]} for one)",
            hint=_HINT,
        )
    ready = {name: tensor.to(expected[name].dtype) for name, tensor in tensors.items()}
    if not all(torch.isfinite(tensor).all() for tensor in ready.values()):
        raise BadWeights(f"{path}: some weights are not finite numbers", hint=_HINT)
    network.load_state_dict(ready, assign=True)
    return network.eval().requires_grad_(False)
