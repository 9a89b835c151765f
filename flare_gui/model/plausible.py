"""Is what was found the organ it is called? By the HU it has, by its size, and by its twin.

Arrays are (x, y, z) at the model's resolution.
"""

import numpy as np

from flare_gui.model.anatomy import KIDNEYS, Organs
from flare_gui.model.components import connected_components
from flare_gui.model.confidence import IMPLAUSIBLE, Confidence, has_plausible_size
from flare_gui.model.hu import core_hu
from flare_gui.organs import LEFT_KIDNEY, LIVER, ORGANS, RIGHT_KIDNEY, SPLEEN

# Median HU of an organ's inner part: the fattest liver, kidneys and spleens full of water, and the arterial phase.
POSSIBLE_HU = {LIVER: (-40, 300), SPLEEN: (-15, 350), RIGHT_KIDNEY: (-15, 400), LEFT_KIDNEY: (-15, 400)}

# Smaller amounts of fat are the rim of an organ.
WORTH_SAYING_ML = 5.0

# Both kidneys take up contrast agent alike. One that is so much darker is ill, or none: bowel, fluid or a muscle.
TWINS_HU = 60.0

# Below this an organ is left out if its size is none that it can have.
LEAST_CONFIDENCE = 0.3


def without_impossible(organs: Organs, hu: np.ndarray, claims: np.ndarray, shift: float = 0.0) -> Organs:
    """The organs without those of HU that they cannot have, or of which most was fat, air or bone.

    `claims` are the uint8 labels of organs that the network saw there. `hu` lies by `shift` HU too high for judging.
    """
    possible = {organ: (low + shift, high + shift) for organ, (low, high) in POSSIBLE_HU.items()}
    for organ in ORGANS:
        mask = organs.labels == organ.label
        gone = _lost_of(mask, claims == organ.label, WORTH_SAYING_ML / organs.voxel_ml)
        low, high = possible[organ]
        if gone.any() and gone.sum() > mask.sum():
            mean = float(hu[gone].mean())
        elif mask.any() and not low <= core_hu(hu, mask) <= high:
            mean = core_hu(hu, mask)
        else:
            continue
        said = f"what looked like the {organ.name.lower()} has {mean:.0f} HU, which it cannot have: it was left out"
        organs = organs.without(organ, said)
    return organs


def _lost_of(mask: np.ndarray, claimed: np.ndarray, least: float) -> np.ndarray:
    """What was claimed in one piece with a mask, or the largest piece without one; nothing below `least` voxels."""
    lost = np.zeros_like(claimed)
    if claimed.sum() >= least:
        pieces, sizes = connected_components(mask | claimed)
        own = np.unique(pieces[mask]) if mask.any() else sizes.argmax()
        lost = claimed & np.isin(pieces, own)
    return lost if lost.sum() >= least else np.zeros_like(claimed)


def twins(organs: Organs, hu: np.ndarray) -> Organs:
    """The organs, with doubt in a kidney that is much darker than the other one."""
    masks = {organ: organs.labels == organ.label for organ in KIDNEYS}
    if not all(mask.any() for mask in masks.values()):
        return organs
    cores = {organ: core_hu(hu, mask) for organ, mask in masks.items()}
    darker, other = sorted(KIDNEYS, key=cores.__getitem__)
    if cores[other] - cores[darker] <= TWINS_HU:
        return organs
    said = (
        f"the {darker.name.lower()} has {cores[darker]:.0f} HU and the {other.name.lower()} {cores[other]:.0f}: "
        "it is ill, or no kidney"
    )
    return organs.doubting(darker, IMPLAUSIBLE, said)


def without_unsure(organs: Organs, trust: Confidence) -> tuple[Organs, Confidence]:
    """Both without the organs that have hardly any confidence and a size that they cannot have."""
    for organ in ORGANS:
        value, mask = trust.expected.get(organ.key, 1.0), organs.labels == organ.label
        if value >= LEAST_CONFIDENCE or has_plausible_size(mask, organ, organs.voxel_ml):
            continue
        ml = float(mask.sum()) * organs.voxel_ml
        said = f"{ml:.0f} ml that may be {organ.name.lower()} were left out, for the confidence in them was {value:.2f}"
        organs, trust = organs.without(organ, said), trust.without(organ)
    return organs, trust
