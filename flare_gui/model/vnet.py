"""The VNet of Milletari, Navab and Ahmadi, "V-Net: Fully Convolutional Neural Networks for Volumetric Medical Image
Segmentation", 3DV 2016 (arXiv:1606.04797).

Kept from the paper: residual stages of one to three convolutions, strided convolutions on the way down, transposed
ones on the way up, skip connections by concatenation, PReLU, a last 1x1x1 convolution and a softmax. Ours: the
number of classes, the kernel size (5 in the paper), the width (16) and a norm (the paper has none) are settings; and a
cascade, in which a coarse VNet looks at the whole first, at half the resolution, and this one sees its probabilities
beside the image.
"""

from dataclasses import dataclass, fields
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

Part = tuple[slice, slice, slice]
"""Of an image's three axes."""


@dataclass(frozen=True)
class VNetSettings:
    """What the model card says about the network. `down` and `up` are convolutions per stage, finest first.

    `norm` is "none", "group" (four groups a layer), "instance" or "batch". `coarse` is the network that sees the image
    first, at half the resolution; None for a network alone.
    """

    classes: int = 5
    kernel: int = 5
    width: int = 16
    down: tuple[int, ...] = (1, 2, 3, 3, 3)
    up: tuple[int, ...] = (1, 2, 3, 3)
    norm: str = "group"
    coarse: "VNetSettings | None" = None

    def __post_init__(self) -> None:
        # A card from elsewhere may ask for more layers than could ever be built.
        sane = 1 <= self.classes <= 64 and self.width >= 1 and 1 <= len(self.down) <= 7
        if not sane or not all(1 <= n <= 8 for n in (*self.down, *self.up)):
            raise ValueError(f"no VNet has these settings: {self}")
        if self.kernel not in (3, 5) or self.norm not in _NORMS or len(self.up) != len(self.down) - 1:
            raise ValueError(f"no VNet has these settings: {self}")
        if self.norm == "group" and self.width % _GROUPS:
            raise ValueError(f"a width of {self.width} does not part into {_GROUPS} groups: choose a multiple of them")
        if self.coarse is not None and (self.coarse.coarse is not None or self.coarse.classes != self.classes):
            raise ValueError("a coarse VNet has the classes of the finer one, and no coarse one itself")

    @property
    def multiple(self) -> int:
        """Sides of the input must be a multiple of this many voxels."""
        return 2 ** (len(self.down) - 1)

    def as_card(self) -> dict[str, Any]:
        """JSON-ready settings; `from_card` is the way back."""
        card: dict[str, Any] = {}
        for field in fields(self):
            value = getattr(self, field.name)
            card[field.name] = list(value) if isinstance(value, tuple) else value
        # Cards are older than cascades.
        coarse = card.pop("coarse")
        return card if coarse is None else card | {"coarse": coarse.as_card()}

    @classmethod
    def from_card(cls, card: dict[str, Any]) -> "VNetSettings":
        """Raises `TypeError` or `ValueError` when the card is not one of a VNet."""
        values: dict[str, Any] = {key: tuple(v) if isinstance(v, list) else v for key, v in card.items()}
        if values.get("coarse") is not None:
            values["coarse"] = cls.from_card(dict(values["coarse"]))
        return cls(**values)


_GROUPS = 4
_NORMS = {
    "none": lambda channels: nn.Identity(),
    "group": lambda channels: nn.GroupNorm(_GROUPS, channels),
    "instance": lambda channels: nn.InstanceNorm3d(channels, affine=True),
    "batch": lambda channels: nn.BatchNorm3d(channels),
}


class _Layer(nn.Sequential):
    """Convolution, norm, PReLU. The activation can be held back until after the residual sum."""

    def __init__(self, channels: int, settings: VNetSettings) -> None:
        super().__init__(
            nn.Conv3d(channels, channels, settings.kernel, padding=settings.kernel // 2),
            _NORMS[settings.norm](channels),
        )


class _Stage(nn.Module):
    """Convolutions that learn what to add to the stage's input; PReLU after each, after the last behind the sum."""

    def __init__(self, channels: int, convolutions: int, settings: VNetSettings) -> None:
        super().__init__()
        self.layers = nn.ModuleList(_Layer(channels, settings) for _ in range(convolutions))
        self.activations = nn.ModuleList(nn.PReLU(channels) for _ in range(convolutions))

    def forward(self, x: Tensor, residual: Tensor) -> Tensor:
        for i, (layer, activation) in enumerate(zip(self.layers, self.activations, strict=True)):
            x = layer(x)
            x = activation(x + residual if i == len(self.layers) - 1 else x)
        return x


class _Move(nn.Sequential):
    """Half or double the resolution with a 2x2x2 kernel of stride 2, norm, PReLU."""

    def __init__(self, convolution: nn.Module, channels: int, settings: VNetSettings) -> None:
        super().__init__(convolution, _NORMS[settings.norm](channels), nn.PReLU(channels))


class VNet(nn.Module):
    """(n, 1, x, y, z) float in, (n, classes, x, y, z) logits out; x, y, z are multiples of `settings.multiple`."""

    def __init__(self, settings: VNetSettings) -> None:
        super().__init__()
        self.settings = settings
        widths = [settings.width * 2**level for level in range(len(settings.down))]
        self.coarse = None if settings.coarse is None else VNet(settings.coarse)
        # The paper's first stage adds the one input channel to all feature channels; so its convolution reads one, and
        # beside it what a coarse network found.
        seen = 1 if settings.coarse is None else 1 + settings.classes
        self.enter = nn.Conv3d(seen, widths[0], settings.kernel, padding=settings.kernel // 2)
        self.enter_norm = _NORMS[settings.norm](widths[0])
        self.enter_activation = nn.PReLU(widths[0])
        self.enter_rest = _Stage(widths[0], settings.down[0] - 1, settings) if settings.down[0] > 1 else None
        self.shrink = nn.ModuleList(
            _Move(nn.Conv3d(a, b, 2, stride=2), b, settings) for a, b in zip(widths, widths[1:], strict=False)
        )
        self.down = nn.ModuleList(_Stage(w, n, settings) for w, n in zip(widths[1:], settings.down[1:], strict=True))
        # Coming up, each stage works on as many channels from below as from the skip connection beside it.
        below = [2 * w for w in widths[:-1]]
        below[-1] = widths[-1]
        coming = below[1:] + [widths[-1]]
        self.grow = nn.ModuleList(
            _Move(nn.ConvTranspose3d(c, w, 2, stride=2), w, settings) for c, w in zip(coming, widths[:-1], strict=True)
        )
        self.up = nn.ModuleList(_Stage(2 * w, n, settings) for w, n in zip(widths[:-1], settings.up, strict=True))
        self.leave = nn.Conv3d(2 * widths[0], settings.classes, 1)

    def forward(self, image: Tensor, part: Part | None = None) -> Tensor:
        """Logits of `part`, or of the whole image. A coarse network sees the whole either way."""
        return self.leave(self.features(image, part))

    def features(self, image: Tensor, part: Part | None = None) -> Tensor:
        """(n, 2 * width, x, y, z): what the last layer sees of each voxel of `part`, or of the whole image."""
        seen = image if self.coarse is None else torch.cat([image, _at_a_glance(self.coarse, image)], dim=1)
        if part is not None:
            seen = seen[(..., *part)]
        x = self.enter_activation(self.enter_norm(self.enter(seen)) + seen[:, :1])
        if self.enter_rest is not None:
            x = self.enter_rest(x, x)
        skips = [x]
        for shrink, stage in zip(self.shrink, self.down, strict=True):
            x = shrink(x)
            x = stage(x, x)
            skips.append(x)
        for level in reversed(range(len(self.up))):
            joined = torch.cat([self.grow[level](x), skips[level]], dim=1)
            x = self.up[level](joined, joined)
        return x


# What lies beyond the image, to the network: air.
_BEYOND = -1.0


def _at_a_glance(coarse: VNet, image: Tensor) -> Tensor:
    """(n, classes, x, y, z): probabilities of `coarse`, which sees (n, 1, x, y, z) with half as many voxels a side."""
    half = functional.avg_pool3d(image, 2)
    sides, multiple = half.shape[2:], coarse.settings.multiple
    missing = [n for side in reversed(sides) for n in (0, -side % multiple)]
    logits = coarse(functional.pad(half, missing, value=_BEYOND))[..., : sides[0], : sides[1], : sides[2]]
    probabilities = logits.float().softmax(1).to(image.dtype)
    return functional.interpolate(probabilities, scale_factor=2, mode="trilinear")


class StageSize(NamedTuple):
    """One row of the paper's tables: voxels a side and channels of a stage, and its receptive field in voxels."""

    name: str
    size: int
    channels: int
    receptive_field: int


def stage_sizes(settings: VNetSettings, size: int) -> list[StageSize]:
    """The paper's table 1 for a cubic input of `size` voxels a side.

    Receptive fields are counted as the paper counts them: each move between resolutions widens the field by the
    finer grid's step (coming up, a bound: a 2x2x2 transposed convolution alone sees one voxel).
    """
    rows, field, jump = [], 1, 1
    reach = settings.kernel - 1
    for level, convolutions in enumerate(settings.down):
        if level:
            field, jump = field + jump, jump * 2
        field += convolutions * reach * jump
        rows.append(StageSize(f"L-Stage {level + 1}", size // jump, settings.width * 2**level, field))
    for level in reversed(range(len(settings.up))):
        jump //= 2
        field += jump + settings.up[level] * reach * jump
        rows.append(StageSize(f"R-Stage {level + 1}", size // jump, settings.width * 2 ** (level + 1), field))
    return rows
