"""Samples without end, each decided by its number alone: who resumes at step n gets what step n would have got."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Generator, Iterator, Sequence

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from trainer.cache import TrainingCase
from trainer.recipe import Recipe
from trainer.sample import draw


class Samples(Dataset[tuple[Tensor, Tensor, Tensor]]):
    """(image, labels, known classes) of each sample; see `trainer.losses`. Labels are uint8, as they travel best.

    `sources` are lists of cases with a weight each; sample i is drawn with the seed (recipe.seed, i)."""

    def __init__(self, sources: Sequence[tuple[float, Sequence[TrainingCase]]], recipe: Recipe, *, plain: bool = False):
        self._sources = [cases for _, cases in sources]
        weights = np.array([weight for weight, _ in sources], float)
        self._shares = weights / weights.sum()
        self._recipe, self._plain = recipe, plain

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor, Tensor]:
        rng = np.random.default_rng((self._recipe.seed, int(self._plain), index))
        cases = self._sources[int(rng.choice(len(self._sources), p=self._shares))]
        case = cases[int(rng.integers(len(cases)))]
        image, labels = draw(case, self._recipe, rng, plain=self._plain)
        return torch.from_numpy(image), torch.from_numpy(labels), torch.from_numpy(case.known)


class _Share:
    """Indices of the samples of `share` in each batch of `steps`."""

    def __init__(self, steps: range, batch: int, share: range) -> None:
        self._steps, self._batch, self._share = steps, batch, share

    def __iter__(self) -> Iterator[list[int]]:
        return ([step * self._batch + i for i in self._share] for step in self._steps)

    def __len__(self) -> int:
        return len(self._steps)


def batches(
    samples: Samples, steps: range, batch: int, share: range, workers: int
) -> Generator[tuple[Tensor, Tensor, Tensor]]:
    """(images, labels, known classes) of `steps`, made by `workers` processes until the generator is closed.

    Of each `batch` only the samples of `share` are made: however many processes train, they see the same stream.
    """
    loader = DataLoader(
        samples,
        batch_sampler=_Share(steps, batch, share),
        num_workers=workers,
        worker_init_fn=_serve_quietly,
        prefetch_factor=3 if workers else None,
    )
    # Nothing else holds the loader's iterator, which ends its processes when it goes: closed is closed.
    yield from loader


def _serve_quietly(_: int) -> None:
    """Start of a process that makes samples: it ends with the training, no sooner and no later."""
    torch.set_num_threads(1)
    # Ctrl-C, torchrun and clusters signal every process. Were this one to go first, torch would raise its death
    # wherever the training happens to be, between two halves of a step if need be.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    # Forked, it holds the training's connections to other ranks: they would see only now, and not when it was killed,
    # that the training has gone. (torch's own look for its parent comes every 5 s.)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(0)
