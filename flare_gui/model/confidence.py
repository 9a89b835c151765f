"""How far a result is to be trusted: for each organ the Dice to expect, from what the network itself was unsure of.

A network's probabilities say how well they would agree with their own mask: twice what lies inside over the sum of both
(the expected Dice of the literature, for example Wang et al. 2019, "Aleatoric uncertainty estimation"). On its own that
is too kind, most of all on scans unlike those of the training. So weights are calibrated on scans made worse on purpose
(`trainer.calibrate`): their card says which Dice was found for which agreement. Knows no torch.
"""

from typing import NamedTuple

import numpy as np

from flare_gui.findings import low_confidence
from flare_gui.model.anatomy import KIDNEYS, Organs
from flare_gui.model.card import ModelCard
from flare_gui.organs import LEFT_KIDNEY, LIVER, ORGANS, RIGHT_KIDNEY, SPLEEN, Organ

DOUBTFUL = 0.8
"""Below this a result says so in its warnings: an organ with a lower Dice is not one to take numbers from unseen."""

# Millilitres that grown-up organs have, the enlarged and the shrunken included; what lies beyond is worth a look.
PLAUSIBLE_ML = {LIVER: (500, 4000), SPLEEN: (30, 1500), RIGHT_KIDNEY: (40, 450), LEFT_KIDNEY: (40, 450)}
IMPLAUSIBLE = 0.5


class Confidence(NamedTuple):
    """By organ key: `agreement` of the probabilities with the mask, `expected` Dice; organs not found have neither."""

    agreement: dict[str, float]
    expected: dict[str, float]

    @property
    def warnings(self) -> tuple[str, ...]:
        """A sentence for each organ that is not to be used unseen."""
        return tuple(
            low_confidence(organ.name, self.expected[organ.key])
            for organ in ORGANS
            if self.expected.get(organ.key, 1.0) < DOUBTFUL
        )

    def without(self, organ: Organ) -> "Confidence":
        """Of the other organs."""
        return Confidence(*({key: one[key] for key in one if key != organ.key} for one in self))


def confidence(probabilities: np.ndarray, organs: Organs, card: ModelCard) -> Confidence:
    """Of the softmax `probabilities` (classes, x, y, z) and the organs that were made of them, on one grid.

    `expected` is empty, and nothing is warned of, where the card has no calibration.
    """
    agreement: dict[str, float] = {}
    expected: dict[str, float] = {}
    for organ in ORGANS:
        mask = organs.labels == organ.label
        if not mask.any():
            continue
        agreement[organ.key] = self_agreement(probabilities, organs.labels, organ)
        if organ.key not in card.confidence:
            continue
        value = calibrated(agreement[organ.key], card.confidence[organ.key])
        if not has_plausible_size(mask, organ, organs.voxel_ml):
            value = min(value, IMPLAUSIBLE)
        value = min(value, organs.most.get(organ, 1.0))
        expected[organ.key] = round(value, 3)
    return Confidence(agreement, expected)


def self_agreement(probabilities: np.ndarray, labels: np.ndarray, organ: Organ) -> float:
    """Expected Dice of an organ's mask if its probabilities were true, 0 to 1.

    What was dropped by clean-up counts as missed. The kidneys share their votes, as in `anatomy.clean`.
    """
    mask = labels == organ.label
    own = probabilities[organ.label]
    inside = float(own[mask].sum(dtype=np.float64))
    total = float(own.sum(dtype=np.float64))
    if organ in KIDNEYS:
        twin = LEFT_KIDNEY if organ == RIGHT_KIDNEY else RIGHT_KIDNEY
        borrowed = float(probabilities[twin.label][mask].sum(dtype=np.float64))
        lent = float(own[labels == twin.label].sum(dtype=np.float64))
        inside, total = inside + borrowed, total + borrowed - lent
    return 2 * inside / max(1e-6, float(mask.sum()) + total)


def calibrated(agreement: float, curve: dict[str, list[float]]) -> float:
    """The Dice that a curve of `agreement` and `dice`, both rising, has at this agreement."""
    return float(np.interp(agreement, curve["agreement"], curve["dice"]))


def has_plausible_size(mask: np.ndarray, organ: Organ, voxel_ml: float) -> bool:
    """Whether a grown-up's organ can be that large; one that the scan cuts may be of any smaller size."""
    least, most = PLAUSIBLE_ML[organ]
    cut = bool(mask[:, :, 0].any() or mask[:, :, -1].any())
    volume = float(mask.sum()) * voxel_ml
    return volume <= most and (cut or volume >= least)
