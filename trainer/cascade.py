"""A coarse network, trained on its own, put before one that sees its probabilities from then on."""

import numpy as np
import torch
from torch import Tensor

from flare_gui.errors import FlareError
from flare_gui.model.vnet import Part, VNetSettings
from flare_gui.model.weights import Model
from trainer.recipe import Recipe

_ENTER = "enter.weight"


def joined(settings: VNetSettings, fine: Model, coarse: Model) -> dict[str, Tensor]:
    """Tensors of the cascade `settings`, which at first computes what `fine` does: it has to learn to look.

    Raises `FlareError` when one of the two is another network than the cascade's.
    """
    alone = settings.as_card()
    wanted = alone.pop("coarse", None)
    if fine.card.architecture != alone or coarse.card.architecture != wanted:
        other = fine if fine.card.architecture != alone else coarse
        raise FlareError(f"{other.path}: another network than the recipe's", hint="Copy its [network] settings.")
    tensors = dict(fine.network.state_dict())
    kernel = tensors[_ENTER]
    blind = torch.zeros(kernel.shape[0], settings.classes, *kernel.shape[2:])
    tensors[_ENTER] = torch.cat([kernel, blind], dim=1)
    return tensors | {f"coarse.{key}": value for key, value in coarse.network.state_dict().items()}


def part(recipe: Recipe, step: int) -> Part | None:
    """Where in the patches of a step the finer network learns, decided by the step's number; None for the whole patch.

    The coarse one sees far more than what the finer one can learn from in the same time.
    """
    if not recipe.crop:
        return None
    rng = np.random.default_rng((recipe.seed, step))
    x, y, z = (
        slice(int(first), int(first) + recipe.crop) for first in rng.integers(recipe.patch - recipe.crop + 1, size=3)
    )
    return x, y, z
