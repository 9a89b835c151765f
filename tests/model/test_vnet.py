"""The network is the paper's: stage sizes, receptive fields and parameters of Milletari et al. 2016."""

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from flare_gui.model.vnet import VNet, VNetSettings, stage_sizes

# Table 1 of the paper for its input of 128 voxels a side: stage, size, receptive field.
PAPER = [
    ("L-Stage 1", 128, 5),
    ("L-Stage 2", 64, 22),
    ("L-Stage 3", 32, 72),
    ("L-Stage 4", 16, 172),
    ("L-Stage 5", 8, 372),
    ("R-Stage 4", 16, 476),
    ("R-Stage 3", 32, 528),
    ("R-Stage 2", 64, 546),
    ("R-Stage 1", 128, 551),
]

# Kernel 5, width 16, no norm, five classes; per convolution its kernel's voxels, channels in and out, and PReLU slopes.
LAYERS = [
    (125, 1, 16, 16),  # left 1
    (8, 16, 32, 32),  # down
    (125, 32, 32, 32),  # left 2
    (125, 32, 32, 32),
    (8, 32, 64, 64),  # down
    (125, 64, 64, 64),  # left 3
    (125, 64, 64, 64),
    (125, 64, 64, 64),
    (8, 64, 128, 128),  # down
    (125, 128, 128, 128),  # left 4
    (125, 128, 128, 128),
    (125, 128, 128, 128),
    (8, 128, 256, 256),  # down
    (125, 256, 256, 256),  # left 5
    (125, 256, 256, 256),
    (125, 256, 256, 256),
    (8, 256, 128, 128),  # up
    (125, 256, 256, 256),  # right 4
    (125, 256, 256, 256),
    (125, 256, 256, 256),
    (8, 256, 64, 64),  # up
    (125, 128, 128, 128),  # right 3
    (125, 128, 128, 128),
    (125, 128, 128, 128),
    (8, 128, 32, 32),  # up
    (125, 64, 64, 64),  # right 2
    (125, 64, 64, 64),
    (8, 64, 16, 16),  # up
    (125, 32, 32, 32),  # right 1
    (1, 32, 5, 0),  # the classes
]


def test_stage_sizes_and_receptive_fields_are_those_of_the_papers_table() -> None:
    rows = stage_sizes(VNetSettings(), 128)
    assert [(row.name, row.size, row.receptive_field) for row in rows] == PAPER


@pytest.mark.parametrize("settings", [VNetSettings(), VNetSettings(kernel=3, down=(1, 2, 3, 2, 2), up=(1, 1, 2, 2))])
def test_stages_of_the_network_have_the_sizes_that_are_announced(settings: VNetSettings) -> None:
    seen: list[tuple[int, int]] = []

    def note(module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        assert len(set(output.shape[2:])) == 1
        seen.append((output.shape[2], output.shape[1]))

    with torch.device("meta"):
        network = VNet(settings)
        network.enter_activation.register_forward_hook(note)
        for stage in (*network.down, *network.up):
            stage.register_forward_hook(note)
        logits = network(torch.empty(1, 1, 128, 128, 128))
    assert seen == [(row.size, row.channels) for row in stage_sizes(settings, 128)]
    assert logits.shape == (1, 5, 128, 128, 128)


@pytest.mark.parametrize("kernel", [3, 5])
def test_receptive_fields_are_as_wide_as_gradients_reach(kernel: int) -> None:
    settings = VNetSettings(kernel=kernel, width=2, down=(1, 2, 2), up=(1, 1), norm="none")
    network = VNet(settings)
    for weight in network.parameters():
        nn.init.constant_(weight, 0.01)  # nothing cancels out
    outputs: list[Tensor] = []
    for stage in (network.enter_activation, *network.down):
        stage.register_forward_hook(lambda _module, _inputs, output: outputs.append(output))
    image = torch.ones(1, 1, 96, 16, 16, requires_grad=True)
    network(image)
    for row, output in zip(stage_sizes(settings, 96), outputs, strict=False):
        middle = output[0, 0, output.shape[2] // 2, output.shape[3] // 2, output.shape[4] // 2]
        (gradient,) = torch.autograd.grad(middle, image, retain_graph=True)
        reached = np.flatnonzero(gradient[0, 0].abs().sum(dim=(1, 2)).numpy())
        assert reached.max() - reached.min() + 1 == row.receptive_field, row.name


def test_parameters_add_up_layer_by_layer() -> None:
    with torch.device("meta"):
        network = VNet(VNetSettings(norm="none"))
    modules = [m for m in network.modules() if isinstance(m, nn.Conv3d | nn.ConvTranspose3d | nn.PReLU)]
    expected = sum(voxels * a * b + b + slopes for voxels, a, b, slopes in LAYERS)
    assert sum(p.numel() for p in network.parameters()) == sum(p.numel() for m in modules for p in m.parameters())
    # 64,386,000 weights in the stages, 782,336 between them, 3,456 biases, 3,456 slopes, 165 for the classes.
    assert expected == 64_386_000 + 782_336 + 2 * 3_456 + 165 == 65_175_413
    assert sum(p.numel() for p in network.parameters()) == expected
    convolutions = sorted(
        (int(np.prod(m.kernel_size)), m.in_channels, m.out_channels)
        for m in modules
        if isinstance(m, nn.Conv3d | nn.ConvTranspose3d)
    )
    assert convolutions == sorted(layer[:3] for layer in LAYERS)


def test_a_norm_adds_two_numbers_a_channel() -> None:
    with torch.device("meta"):
        plain, normed = (sum(p.numel() for p in VNet(VNetSettings(norm=n)).parameters()) for n in ("none", "group"))
    assert normed - plain == 2 * sum(out for _, _, out, slopes in LAYERS if slopes)


@pytest.mark.parametrize("norm", ["none", "group", "instance", "batch"])
@pytest.mark.parametrize("kernel", [3, 5])
def test_every_setting_trains_and_keeps_the_grid(norm: str, kernel: int) -> None:
    settings = VNetSettings(kernel=kernel, width=4, down=(1, 2, 2), up=(1, 1), norm=norm)
    network = VNet(settings)
    logits = network(torch.randn(2, 1, 16, 8, 12))
    assert logits.shape == (2, 5, 16, 8, 12)
    logits.square().mean().backward()
    assert all(p.grad is not None and torch.isfinite(p.grad).all() for p in network.parameters())


def test_settings_survive_the_card_and_odd_ones_are_refused() -> None:
    settings = VNetSettings(kernel=3, width=8, down=(1, 1, 2), up=(1, 1), norm="instance")
    assert VNetSettings.from_card(settings.as_card()) == settings
    assert settings.multiple == 4
    for wrong in ({"kernel": 4}, {"norm": "layer"}, {"up": [1, 1]}):
        with pytest.raises(ValueError, match="no VNet has these settings"):
            VNetSettings.from_card(VNetSettings().as_card() | wrong)
    with pytest.raises(ValueError, match="a width of 22 does not part into 4 groups"):
        VNetSettings(width=22)
