"""The network over a whole grid, tile by tile; when memory runs out, in smaller steps."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor, nn

from flare_gui.errors import FlareError
from flare_gui.geometry import Shape
from flare_gui.model import device as devices
from flare_gui.model.device import Device
from flare_gui.model.ladder import Attempt, first_attempt, is_out_of_memory, step_down, times
from flare_gui.model.tiles import Plan, importance, plan
from flare_gui.model.watch import Watch, work_per_voxel
from flare_gui.model.weights import Model
from flare_gui.progress import Cancel, Progress

AIR = -1.0
"""What the network sees of air, and beyond the grid."""


Output = Callable[[Device, nn.Module, np.ndarray], Tensor]
"""From a placed network and (n, 1, x, y, z) tiles to (n, channels, x, y, z): what is stitched together."""


def infer(
    image: np.ndarray,
    model: Model,
    device: Device,
    notes: list[str],
    progress: Progress,
    cancel: Cancel,
    output: Output = devices.probabilities,
) -> tuple[np.ndarray, Device]:
    """Softmax probabilities (classes, x, y, z) of a float32 (x, y, z) network input, and the device that made them.

    Another `output` than the probabilities is a mean over overlapping tiles as well.
    Whatever was done to get by with the memory at hand is added to `notes`. Progress goes by "network".
    Raises `FlareError` when memory is too small for the smallest tiles, or when the network computes no numbers.
    """
    attempt = first_attempt(device, model, _shape(image))
    report = _Rising(progress)
    while True:
        try:
            found = _run(image, model, attempt, output, report, cancel)
        except (RuntimeError, MemoryError) as problem:
            if not is_out_of_memory(problem):
                raise
            # The traceback holds on to tensors: they are free only outside of this block.
            found = None
        if found is None:
            attempt = _with_less_memory(attempt, model, notes)
        elif np.isfinite(found).all():
            return found, attempt.device
        elif attempt.device.precision == "float32":
            raise FlareError(
                f"{model.path}: the network computes values that are no numbers", hint="Use other weights."
            )
        else:
            notes.append(f"{attempt.device.precision} overflowed: went on in float32")
            attempt = replace(attempt, device=attempt.device.in_float32())


def _with_less_memory(attempt: Attempt, model: Model, notes: list[str]) -> Attempt:
    if attempt.device.name == "cuda":
        torch.cuda.empty_cache()
    step = step_down(attempt, model)
    if step is None:
        raise FlareError(
            f"there is too little memory to segment this scan, even with tiles of {times(attempt.side)} voxels",
            hint="Close other programs, or open a part of the scan.",
        )
    smaller, what = step
    notes.append(f"{attempt.device.name} ran out of memory: {what}")
    return smaller


def _run(
    image: np.ndarray, model: Model, attempt: Attempt, output: Output, report: "_Rising", cancel: Cancel
) -> np.ndarray:
    tiling = plan(_shape(image), attempt.side, attempt.longest, model.multiple)
    padding = list(zip(tiling.before, tiling.after, strict=True))
    padded = np.pad(image, padding, constant_values=AIR)
    network = attempt.device.place(model.network)
    stitched = _Stitched(_shape(padded), tiling, attempt.stitch)
    sample = np.zeros((1, 1, *([2 * model.multiple] * 3)))
    work = work_per_voxel(network, attempt.device.tensor(sample), cancel)
    meter = _Meter(work * tiling.voxels, report)
    with Watch(network, cancel, meter.add):
        for done, starts in _batches(tiling.starts, attempt.batch):
            cancel.check()
            tiles = np.stack([padded[_box(start, tiling.tile)][None] for start in starts])
            found = output(attempt.device, network, tiles)
            for start, tile in zip(starts, found, strict=True):
                stitched.add(start, tile)
            # A GPU takes orders long before it has carried them out.
            attempt.device.wait()
            report(done / len(tiling.starts))
    inside = tuple(slice(before, before + size) for before, size in zip(tiling.before, image.shape, strict=True))
    return stitched.result()[(slice(None), *inside)]


class _Stitched:
    """The weighted mean of overlapping tiles, on device `where`."""

    def __init__(self, shape: Shape, tiling: Plan, where: str) -> None:
        self._shape, self._tile, self._where = shape, tiling.tile, where
        self._alone = len(tiling.starts) == 1
        self._bell = torch.from_numpy(importance(tiling.tile)).to(where)
        self._weight = torch.zeros(shape, device=where)
        self._total: Tensor | None = None

    def add(self, start: Shape, tile: Tensor) -> None:
        """Add the (classes, x, y, z) probabilities of the tile that begins at `start`."""
        tile = tile.to(self._where)
        if self._alone:
            self._total = tile
            return
        if self._total is None:
            self._total = torch.zeros((tile.shape[0], *self._shape), device=self._where)
        box = _box(start, self._tile)
        self._total[(slice(None), *box)] += tile * self._bell
        self._weight[box] += self._bell

    def result(self) -> np.ndarray:
        """(classes, x, y, z) float32 on the CPU."""
        assert self._total is not None
        mean = self._total if self._alone else self._total.div_(self._weight)
        return mean.cpu().numpy()


class _Rising:
    """Progress of the stage "network" that stands still, rather than falls, when a run begins anew."""

    def __init__(self, progress: Progress) -> None:
        self._progress, self._highest = progress, 0.0

    def __call__(self, fraction: float) -> None:
        if fraction > self._highest:
            self._highest = min(1.0, fraction)
            self._progress("network", self._highest)


class _Meter:
    """Turns work done into a fraction of all work."""

    def __init__(self, total: float, report: Callable[[float], None]) -> None:
        self._total, self._report, self._done = total, report, 0.0

    def add(self, work: float) -> None:
        """Report that more `work` was done."""
        self._done += work
        self._report(self._done / self._total)


def _batches(starts: tuple[Shape, ...], size: int) -> Iterator[tuple[int, tuple[Shape, ...]]]:
    """Groups of at most `size` starts, each with the number of tiles that are done after it."""
    for first in range(0, len(starts), size):
        batch = starts[first : first + size]
        yield first + len(batch), batch


def _box(start: Shape, size: Shape) -> tuple[slice, slice, slice]:
    x, y, z = (slice(a, a + n) for a, n in zip(start, size, strict=True))
    return x, y, z


def _shape(array: np.ndarray) -> Shape:
    x, y, z = array.shape
    return x, y, z
