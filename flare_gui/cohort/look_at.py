"""Where to look first in a case that is odd."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from flare_gui import geometry
from flare_gui.batch.odd import LOW_CONFIDENCE, SIDES
from flare_gui.organs import LEFT_KIDNEY, LIVER, ORGANS, RIGHT_KIDNEY, SPLEEN, Organ
from flare_gui.volume import Segmentation

# Where an organ that was not found would lie: at the height of its fellow on the other side.
_FELLOWS = {LIVER: SPLEEN, SPLEEN: LIVER, RIGHT_KIDNEY: LEFT_KIDNEY, LEFT_KIDNEY: RIGHT_KIDNEY}


def doubted_organ(report: Mapping[str, Any], odd: Sequence[str]) -> Organ | None:
    """The organ that the first of the words `odd` is about; None when they are about none."""
    for words in odd:
        named = next((organ for organ in ORGANS if organ.name.lower() in words), None)
        if named is not None:
            return named
    if SIDES in odd:
        return LIVER
    known = {organ: report["organs"][organ.key].get("confidence") for organ in ORGANS}
    sure = {organ: value for organ, value in known.items() if value is not None}
    return min(sure, key=sure.__getitem__) if sure and LOW_CONFIDENCE in odd else None


def place_of(organ: Organ, segmentation: Segmentation) -> np.ndarray | None:
    """RAS+ mm, (3,): the organ's voxel that is nearest to its centre, or where it should be when there is none.

    None when its fellow on the other side is missing too.
    """
    middle = _middle(organ, segmentation)
    if middle is not None:
        return middle
    fellow = _middle(_FELLOWS[organ], segmentation)
    if fellow is None:
        return None
    # The middle of the scan is near enough to that of the patient.
    centre = geometry.apply(segmentation.affine, (np.array(segmentation.labels.shape)[None] - 1) / 2)[0]
    return np.array([2 * centre[0] - fellow[0], fellow[1], fellow[2]])


def _middle(organ: Organ, segmentation: Segmentation) -> np.ndarray | None:
    box = geometry.boxes_of_labels(segmentation.labels, organ.label)[organ.label - 1]
    if box is None:
        return None
    voxels = np.argwhere(segmentation.labels[box] == organ.label)
    nearest = voxels[np.argmin(((voxels - voxels.mean(axis=0)) ** 2).sum(axis=1))]
    corner = np.array([side.start for side in box])
    place: np.ndarray = geometry.apply(segmentation.affine, (nearest + corner)[None].astype(float))[0]
    return place
