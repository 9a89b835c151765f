"""Dice plus cross-entropy, the loss of nnU-Net (Isensee et al. 2021), in plain torch, for labels that are not complete.

A source may have drawn some organs alone. What is background there can be an organ that nobody drew, so the
probabilities of background and of the organs that a sample lacks are added before the logarithm: the marginal loss of
Shi et al. 2021, "Marginal loss and exclusion loss for partially supervised multi-organ segmentation".
"""

import torch
from torch import Tensor
from torch.nn import functional

from trainer.cache import UNKNOWN
from trainer.ranks import ALONE, Ranks


def dice_and_cross_entropy(logits: Tensor, labels: Tensor, known: Tensor, ranks: Ranks = ALONE) -> Tensor:
    """Mean soft Dice loss of the organs plus cross-entropy of `logits` (n, c, x, y, z).

    `labels` is int64 (n, x, y, z); nothing is learned where it is `UNKNOWN`. `known` is boolean (n, c): the classes
    that were drawn in each sample. Both terms are those of the whole batch, of which each of `ranks` gives its share.
    """
    log_probabilities = marginal(functional.log_softmax(logits, 1), known)
    surprise = functional.nll_loss(log_probabilities, labels, ignore_index=UNKNOWN, reduction="sum")
    voxels = ranks.total((labels != UNKNOWN).sum().to(logits.dtype)).clamp(min=1)
    return soft_dice_loss(log_probabilities.exp(), labels, known, ranks) + ranks.total(surprise) / voxels


def marginal(log_probabilities: Tensor, known: Tensor) -> Tensor:
    """The log of probabilities in which each sample's background has taken in the classes that it does not know.

    Shapes as in `dice_and_cross_entropy`. What the classes that are not known keep is of no use to anyone.
    """
    if bool(known.all()):
        return log_probabilities
    merged = ~known
    merged[:, 0] = True
    of_background = log_probabilities.masked_fill(~merged[:, :, None, None, None], -torch.inf)
    background = torch.logsumexp(of_background, 1, keepdim=True)
    return torch.cat([background, log_probabilities[:, 1:]], 1)


def soft_dice_loss(probabilities: Tensor, labels: Tensor, known: Tensor, ranks: Ranks = ALONE) -> Tensor:
    """1 - Dice over the whole batch, mean over the organs that the batch holds; background does not count.

    Each organ is looked for in the samples that know it, where labels are not `UNKNOWN`. Milletari et al. 2016 square
    the probabilities; nnU-Net's sum is used here. Organs absent from the whole batch are left to the cross-entropy:
    their Dice would be 0 whatever the network does.
    """
    seen = labels != UNKNOWN
    targets = functional.one_hot(torch.where(seen, labels, 0), probabilities.shape[1]).movedim(-1, 1)[:, 1:]
    counted = seen[:, None] & known[:, 1:, None, None, None]
    found = torch.where(counted, probabilities[:, 1:], 0)
    axes = (0, 2, 3, 4)
    # The Dice of a batch is no mean of its parts' Dice: the sums have to meet before they are divided.
    overlap, predicted, wanted = ranks.total(
        torch.stack([(found * targets).sum(axes), found.sum(axes), targets.to(found.dtype).sum(axes)])
    )
    present = wanted > 0
    dice = (2 * overlap + 1) / (predicted + wanted + 1)
    return 1 - dice[present].mean() if present.any() else probabilities.sum() * 0
