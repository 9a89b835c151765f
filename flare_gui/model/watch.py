"""Looking into a network while it works on one large tile: progress by convolution, and a way to stop there."""

from collections.abc import Callable
from types import TracebackType
from typing import Any

import torch
from torch import Tensor, nn

from flare_gui.progress import Cancel


class Watch:
    """Inside `with`, each convolution of `network` first looks at `cancel`, then reports its multiplications as work.

    `report(work)` is called with the work of one convolution after it was done, in the unit of `work_per_voxel`.
    """

    def __init__(self, network: nn.Module, cancel: Cancel, report: Callable[[float], None]) -> None:
        self._network, self._cancel, self._report = network, cancel, report
        self._hooks: list[torch.utils.hooks.RemovableHandle] = []

    def __enter__(self) -> "Watch":
        for module in self._network.modules():
            if isinstance(module, nn.Conv3d | nn.ConvTranspose3d):
                self._hooks.append(module.register_forward_pre_hook(self._before))
                self._hooks.append(module.register_forward_hook(self._after))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        for hook in self._hooks:
            hook.remove()

    def _before(self, module: nn.Module, inputs: tuple[Any, ...]) -> None:
        self._cancel.check()

    def _after(self, module: nn.Module, inputs: tuple[Any, ...], output: Tensor) -> None:
        weight = module.weight
        assert isinstance(weight, Tensor)
        # A transposed convolution spreads each input voxel, an ordinary one gathers each output voxel.
        image = inputs[0] if isinstance(module, nn.ConvTranspose3d) else output
        self._report(image.numel() / image.shape[1] * weight.numel())


def work_per_voxel(network: nn.Module, sample: Tensor, cancel: Cancel) -> float:
    """Multiplications of the convolutions for one voxel of input; 0 for a network without convolutions.

    Counted on `sample`, a small (1, 1, x, y, z) input where the network lies: work grows with the number of voxels.
    """
    total = 0.0

    def add(work: float) -> None:
        nonlocal total
        total += work

    with torch.inference_mode(), Watch(network, cancel, add):
        network(sample)
    return total / sample.numel()
