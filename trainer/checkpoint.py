"""A run's state as safetensors: no pickle, and replaced in one move so that a kill harms nothing."""

import json
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor, nn, optim

from flare_gui.files import replacing


def save(
    path: Path, network: nn.Module, ema: dict[str, Tensor], optimizer: optim.Optimizer, state: dict[str, Any]
) -> None:
    """Write network, EMA weights, optimizer moments and `state` (JSON-ready)."""
    tensors = {f"network/{key}": value for key, value in network.state_dict().items()}
    tensors |= {f"ema/{key}": value for key, value in ema.items()}
    for index, moments in optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer/{index}/{key}": torch.as_tensor(value) for key, value in moments.items()}
    tensors = {key: value.detach().cpu().contiguous() for key, value in tensors.items()}
    with replacing(path) as beside:
        save_file(tensors, beside, {"state": json.dumps(state)})


def load(path: Path, network: nn.Module, ema: dict[str, Tensor], optimizer: optim.Optimizer) -> dict[str, Any]:
    """Fill network, EMA weights and optimizer in place from `path`; returns the state."""
    with safe_open(path, "pt") as file:
        tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118 - safe_open is no dict
        state: dict[str, Any] = json.loads(file.metadata()["state"])
    network.load_state_dict(_below("network/", tensors))
    for key, value in _below("ema/", tensors).items():
        ema[key].copy_(value)
    moments: dict[int, dict[str, Tensor]] = {}
    for key, value in _below("optimizer/", tensors).items():
        index, name = key.split("/")
        moments.setdefault(int(index), {})[name] = value
    optimizer.load_state_dict(optimizer.state_dict() | {"state": moments})
    return state


def _below(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {key.removeprefix(prefix): value for key, value in tensors.items() if key.startswith(prefix)}
