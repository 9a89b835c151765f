"""Dice plus cross-entropy, the loss of nnU-Net (Isensee et al. 2021), in plain torch."""

import torch
from torch import Tensor
from torch.nn import functional

from trainer.ranks import ALONE, Ranks


def dice_and_cross_entropy(logits: Tensor, labels: Tensor, ranks: Ranks = ALONE) -> Tensor:
    """Mean soft Dice loss of the organs plus cross-entropy; `logits` (n, c, x, y, z), `labels` int64 (n, x, y, z).

    Both are those of the whole batch, of which each of `ranks` gives its share.
    """
    surprise = functional.cross_entropy(logits, labels, reduction="sum")
    voxels = ranks.total(logits.new_tensor(labels.numel()))
    return soft_dice_loss(logits, labels, ranks) + ranks.total(surprise) / voxels


def soft_dice_loss(logits: Tensor, labels: Tensor, ranks: Ranks = ALONE) -> Tensor:
    """1 - Dice over the whole batch, mean over the organs that the batch holds; background does not count.

    Milletari et al. 2016 square the probabilities; nnU-Net's sum is used here. Organs absent from the whole batch are
    left to the cross-entropy: their Dice would be 0 whatever the network does.
    """
    probabilities = torch.softmax(logits, 1)[:, 1:]
    targets = functional.one_hot(labels, logits.shape[1]).movedim(-1, 1)[:, 1:].to(probabilities.dtype)
    axes = (0, 2, 3, 4)
    # The Dice of a batch is no mean of its parts' Dice: the sums have to meet before they are divided.
    overlap, found, wanted = ranks.total(
        torch.stack([(probabilities * targets).sum(axes), probabilities.sum(axes), targets.sum(axes)])
    )
    present = wanted > 0
    dice = (2 * overlap + 1) / (found + wanted + 1)
    return 1 - dice[present].mean() if present.any() else logits.sum() * 0
