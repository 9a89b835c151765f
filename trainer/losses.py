"""Dice plus cross-entropy, the loss of nnU-Net (Isensee et al. 2021), in plain torch."""

import torch
from torch import Tensor
from torch.nn import functional


def dice_and_cross_entropy(logits: Tensor, labels: Tensor) -> Tensor:
    """Mean soft Dice loss of the organs plus cross-entropy; `logits` (n, c, x, y, z), `labels` int64 (n, x, y, z)."""
    return soft_dice_loss(logits, labels) + functional.cross_entropy(logits, labels)


def soft_dice_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """1 - Dice over the whole batch, mean over the organs that the batch holds; background does not count.

    Milletari et al. 2016 square the probabilities; nnU-Net's sum is used here. Organs absent from the whole batch are
    left to the cross-entropy: their Dice would be 0 whatever the network does.
    """
    probabilities = torch.softmax(logits, 1)[:, 1:]
    targets = functional.one_hot(labels, logits.shape[1]).movedim(-1, 1)[:, 1:].to(probabilities.dtype)
    axes = (0, 2, 3, 4)
    overlap = (probabilities * targets).sum(axes)
    sizes = probabilities.sum(axes) + targets.sum(axes)
    present = targets.sum(axes) > 0
    dice = (2 * overlap + 1) / (sizes + 1)
    return 1 - dice[present].mean() if present.any() else logits.sum() * 0
