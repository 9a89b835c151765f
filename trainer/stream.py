"""Samples without end, each decided by its number alone: who resumes at step n gets what step n would have got."""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from trainer.cases import TrainingCase
from trainer.recipe import Recipe
from trainer.sample import draw


class Samples(Dataset[tuple[Tensor, Tensor]]):
    """`sources` are lists of cases with a weight each; sample i is drawn with the seed (recipe.seed, i)."""

    def __init__(self, sources: Sequence[tuple[float, Sequence[TrainingCase]]], recipe: Recipe, *, plain: bool = False):
        self._sources = [cases for _, cases in sources]
        weights = np.array([weight for weight, _ in sources], float)
        self._shares = weights / weights.sum()
        self._recipe, self._plain = recipe, plain

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        rng = np.random.default_rng((self._recipe.seed, int(self._plain), index))
        cases = self._sources[int(rng.choice(len(self._sources), p=self._shares))]
        image, labels = draw(cases[int(rng.integers(len(cases)))], self._recipe, rng, plain=self._plain)
        return torch.from_numpy(image), torch.from_numpy(labels.astype(np.int64))


class _From:
    """Indices of batches from step `start` to `stop`."""

    def __init__(self, start: int, stop: int, batch: int) -> None:
        self._steps, self._batch = range(start, stop), batch

    def __iter__(self) -> Iterator[list[int]]:
        return (list(range(step * self._batch, (step + 1) * self._batch)) for step in self._steps)

    def __len__(self) -> int:
        return len(self._steps)


def batches(samples: Samples, start: int, stop: int, batch: int, workers: int) -> DataLoader[tuple[Tensor, Tensor]]:
    """(images, labels) of the steps from `start` to `stop`, made by `workers` processes beside the training."""
    return DataLoader(
        samples,
        batch_sampler=_From(start, stop, batch),
        num_workers=workers,
        worker_init_fn=_one_thread,
        prefetch_factor=3 if workers else None,
    )


def _one_thread(_: int) -> None:
    torch.set_num_threads(1)
