"""Samples seen more than once: to make one takes a core a fifth of a second, to learn from it a GPU six milliseconds.

What was made last is kept on the device. Each time it is seen it is turned, enlarged, brightened and noisy in another
way, which costs the device next to nothing; the patient, his disease and the scanner's misfortunes stay.
"""

from collections import deque
from collections.abc import Generator
from contextlib import closing

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from trainer.cache import UNKNOWN
from trainer.recipe import Recipe
from trainer.sample import rotation
from trainer.stream import Samples, batches

Batch = tuple[Tensor, Tensor, Tensor]

# On top of what was done to the sample when it was made. As often smaller as larger: the mean organ keeps its size.
_SCALE = 0.14
_DEGREES = 10.0
_NOISY = 0.5
_PART = 0.5
_AIR = -0.999


def every_step(
    samples: Samples, recipe: Recipe, steps: range, share: range, workers: int, device: str
) -> Generator[Batch]:
    """(images, labels, known classes) of `steps` on `device`; see `stream.batches`.

    With `recipe.again` above 1, one of so many steps sees what was made for it, as it was made. The others see what is
    kept of the last `recipe.kept` samples. Each step is decided by its number: who goes on has the same kept again.
    """
    first = steps.start // recipe.again
    kept: deque[Batch] = deque(maxlen=max(1, recipe.kept * len(share) // recipe.batch))
    before = -(-recipe.kept // recipe.batch) if recipe.again > 1 else 0
    made = range(max(0, first - before), -(-steps.stop // recipe.again))
    with closing(batches(samples, made, recipe.batch, share, workers)) as stream:
        for number, batch in zip(made, stream, strict=True):
            images, labels, known = (tensor.to(device) for tensor in batch)
            fresh = images, labels, known
            if recipe.again > 1:
                kept.extend(zip(*fresh, strict=True))
            for step in range(number * recipe.again, (number + 1) * recipe.again):
                if step in steps:
                    yield fresh if step % recipe.again == 0 else _from(kept, recipe, step, share)


def _from(kept: deque[Batch], recipe: Recipe, step: int, share: range) -> Batch:
    rng = np.random.default_rng((recipe.seed, step, share.start))
    chosen = [kept[int(i)] for i in rng.integers(len(kept), size=len(share))]
    images, labels, known = (torch.stack(column) for column in zip(*chosen, strict=True))
    return *varied(images, labels, recipe, rng), known


def varied(images: Tensor, labels: Tensor, recipe: Recipe, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    """Images (n, 1, x, y, z) from -1 to 1 and uint8 labels (n, x, y, z), seen in another way each; shapes stay.

    What comes from beyond a patch is `UNKNOWN`.
    """
    views = torch.from_numpy(np.stack([_view(rng) for _ in images])).to(images)
    grid = functional.affine_grid(views, list(images.shape), align_corners=False)
    images = functional.grid_sample(images, grid, padding_mode="border", align_corners=False)
    moved = functional.grid_sample(labels[:, None].to(images.dtype), grid, mode="nearest", align_corners=False)
    beyond = (grid.abs() > 1).any(-1)
    return _looked(images, recipe, rng), moved[:, 0].to(labels.dtype).masked_fill(beyond, UNKNOWN)


def _view(rng: np.random.Generator) -> np.ndarray:
    """(3, 4) float32: where in the patch, whose sides are from -1 to 1, a voxel of the view lies."""
    matrix = rotation(np.radians(rng.uniform(-_DEGREES, _DEGREES, 3)))
    shown = np.exp(rng.uniform(-_SCALE, _SCALE, 3))
    away = rng.uniform(-1, 1, 3) * np.maximum(1 - shown, 0)
    return np.concatenate([matrix * shown, away[:, None]], axis=1).astype(np.float32)


def _looked(images: Tensor, recipe: Recipe, rng: np.random.Generator) -> Tensor:
    """Another calibration and dose, by a part of what the recipe allows. What is as dark as air stays so."""
    low, high = recipe.window
    augment, hu = recipe.augmentation, 2 / (high - low)
    shape = (len(images), 1, 1, 1, 1)
    gain = torch.from_numpy(1 + _PART * augment.contrast * rng.uniform(-1, 1, shape)).to(images)
    shift = torch.from_numpy(_PART * augment.shift_hu * rng.uniform(-1, 1, shape) * hu).to(images)
    noise = torch.from_numpy(rng.uniform(0, augment.noise_hu, shape) * hu * (rng.random(shape) < _NOISY)).to(images)
    generator = torch.Generator(images.device).manual_seed(int(rng.integers(2**63 - 1)))
    grain = torch.randn(images.shape, generator=generator, device=images.device, dtype=images.dtype)
    return torch.where(images > _AIR, (images * gain + shift + grain * noise).clamp(-1, 1), images)
