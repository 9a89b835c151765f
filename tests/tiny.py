"""A network that loads at once and scans that are segmented in no time: what becomes of them must still be right."""

from pathlib import Path

import nibabel
import numpy as np
import torch

from flare_gui.model.vnet import VNet, VNetSettings
from flare_gui.model.weights import save

AFFINE = np.array([[-6.0, 0, 0, 120.0], [0, -6.0, 0, 100.0], [0, 0, 6.0, -90.0], [0, 0, 0, 1]])


def save_tiny(folder: Path, stem: str, seed: int) -> Path:
    torch.manual_seed(seed)
    network = VNet(VNetSettings(kernel=3, width=4, down=(1, 1, 1), up=(1, 1)))
    with torch.no_grad():
        # Liver and left kidney win in some places each: their labels can be told apart in both schemes.
        network.leave.weight.mul_(20)
        network.leave.bias.copy_(torch.tensor([-2.0, 1.0, 0.0, 0.0, 1.0]))
    card = {
        "id": stem,
        "spacing_mm": [6.0, 6.0, 6.0],
        "window_hu": {"low": -200.0, "high": 300.0},
        "patch": [64, 64, 64],
        "training_data": [],
        "recipe": {},
        "commit": "0",
        "scores": {},
    }
    return save(network, card, folder, stem)


def write_scan(path: Path, seed: int = 0, shape: tuple[int, int, int] = (40, 34, 30)) -> Path:
    """A cylinder of soft tissue in air, in LPS as scanners write it."""
    x, y, _ = np.ogrid[:40, :34, :30] if shape == (40, 34, 30) else np.ogrid[tuple(slice(n) for n in shape)]
    body = ((x - shape[0] / 2) / (0.4 * shape[0])) ** 2 + ((y - shape[1] / 2) / (0.4 * shape[1])) ** 2 < 1
    noise = np.random.default_rng(seed).normal(60, 40, shape)
    hu = np.where(np.broadcast_to(body, shape), noise, -1000).astype(np.int16)
    path.parent.mkdir(parents=True, exist_ok=True)
    nibabel.save(nibabel.Nifti1Image(hu, AFFINE), path)
    return path
