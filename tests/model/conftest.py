"""An abdomen whose organs are told apart by their Hounsfield units, and a network that does just that.

It is a real network to the segmenter, and what it finds is known to the voxel. No trained weights are needed.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from flare_gui import geometry
from flare_gui.model import cysts, plausible, tissue
from flare_gui.model import device as devices
from flare_gui.model.card import CLASSES, ModelCard
from flare_gui.model.preprocess import ABDOMEN, AIR_HU
from flare_gui.model.vnet import VNetSettings
from flare_gui.model.weights import Model
from flare_gui.organs import LEFT_KIDNEY, LIVER, ORGANS, RIGHT_KIDNEY, SPLEEN
from flare_gui.volume import Volume

SOFT_TISSUE_HU = 20
ORGAN_HU = {LIVER.label: 95, RIGHT_KIDNEY.label: 220, SPLEEN.label: -55, LEFT_KIDNEY.label: -180}
# Halfway between each organ and soft tissue: there its border lies in a voxel that has a share of both.
BANDS = {
    LEFT_KIDNEY.label: (-400, -80),
    SPLEEN.label: (-80, -17.5),
    0: (-17.5, 57.5),
    LIVER.label: (57.5, 120),
    RIGHT_KIDNEY.label: (120, 400),
}

# Middle and half axes in mm, RAS, of ellipsoids in a body of 200 x 150 mm.
SHAPES = {
    LIVER.label: ((45, 10, 30), (38, 40, 24)),
    RIGHT_KIDNEY.label: ((40, -35, -25), (18, 15, 22)),
    SPLEEN.label: ((-60, -15, 30), (20, 25, 20)),
    LEFT_KIDNEY.label: ((-40, -35, -20), (18, 15, 22)),
}


class ByThreshold(nn.Module):
    """Logits that are highest for the organ in whose band of HU a voxel lies."""

    def forward(self, image: Tensor) -> Tensor:
        hu = (image + 1) * (ABDOMEN.high - ABDOMEN.low) / 2 + ABDOMEN.low
        # Air is darker than any organ here.
        hu = torch.where(hu > ABDOMEN.low, hu, 0.0)
        depths = [torch.minimum(hu - BANDS[label][0], BANDS[label][1] - hu) for label in sorted(BANDS)]
        return torch.cat(depths, dim=1) / 20


@pytest.fixture
def model_of() -> Callable[..., Model]:
    """`model_of(network)`: any network as a model of 3 mm, trained on patches of 64 voxels."""

    def make(network: nn.Module, patch: int = 64, name: str | None = None) -> Model:
        card = ModelCard(
            id="stand-in",
            architecture=VNetSettings(kernel=3, width=4).as_card(),
            spacing_mm=(3.0, 3.0, 3.0),
            window_hu=ABDOMEN,
            patch=(patch, patch, patch),
            classes=CLASSES,
            training_data=(),
            recipe={},
            commit="",
            scores={},
            sha256=name or type(network).__name__,
        )
        return Model(network, card, Path("stand-in.safetensors"))

    return make


@pytest.fixture
def model(model_of: Callable[..., Model], monkeypatch: pytest.MonkeyPatch) -> Model:
    """The network that knows the organs by their HU, which real ones cannot all have: nobody minds that here."""
    monkeypatch.setattr(tissue, "DARK_HU", -np.inf)
    monkeypatch.setattr(plausible, "POSSIBLE_HU", dict.fromkeys(ORGANS, (-np.inf, np.inf)))
    monkeypatch.setattr(plausible, "TWINS_HU", np.inf)
    monkeypatch.setattr(cysts, "ENHANCED_HU", np.inf)
    return model_of(ByThreshold())


@pytest.fixture(autouse=True)
def _forget_probes(monkeypatch: pytest.MonkeyPatch) -> None:
    """What one test found out about a device is not to decide another one."""
    monkeypatch.setattr(devices, "_probed", {})


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """Small arrays on many threads spend their time waiting, above all beside other work."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def abdomen() -> Callable[..., tuple[Volume, np.ndarray]]:
    """`abdomen(affine, shape)`: the CT on that grid, and its labels to the voxel."""

    def make(affine: np.ndarray, shape: tuple[int, int, int] = (76, 60, 50)) -> tuple[Volume, np.ndarray]:
        grid = np.stack(np.meshgrid(*(np.arange(n) for n in shape), indexing="ij"), axis=-1).reshape(-1, 3)
        mm = geometry.apply(affine, grid)
        labels = np.zeros(len(mm), np.uint8)
        hu = np.where((mm[:, 0] / 100) ** 2 + (mm[:, 1] / 75) ** 2 <= 1, SOFT_TISSUE_HU, AIR_HU).astype(np.int16)
        for label, (middle, half) in SHAPES.items():
            inside = (((mm - middle) / half) ** 2).sum(axis=1) <= 1
            labels[inside], hu[inside] = label, ORGAN_HU[label]
        return Volume(hu.reshape(shape), affine), labels.reshape(shape)

    return make


@pytest.fixture(scope="session")
def grid() -> Callable[..., np.ndarray]:
    """`grid(spacing, degrees)`: an affine around the abdomen that leans by degrees about x, half that about z."""

    def make(
        spacing: tuple[float, float, float] = (3.0, 3.0, 3.0),
        degrees: float = 0.0,
        shape: tuple[int, int, int] = (76, 60, 50),
    ) -> np.ndarray:
        a, b = np.radians(degrees), np.radians(degrees / 2)
        about_x = np.array([[1, 0, 0], [0, np.cos(a), -np.sin(a)], [0, np.sin(a), np.cos(a)]])
        about_z = np.array([[np.cos(b), -np.sin(b), 0], [np.sin(b), np.cos(b), 0], [0, 0, 1]])
        affine = np.eye(4)
        affine[:3, :3] = about_z @ about_x @ np.diag(spacing)
        affine[:3, 3] = -affine[:3, :3] @ ((np.array(shape) - 1) / 2)
        return affine

    return make
