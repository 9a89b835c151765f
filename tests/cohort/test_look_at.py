"""Where a case is odd, one looks at the organ that is meant, or at where it should be."""

from typing import Any

import numpy as np

from flare_gui import geometry
from flare_gui.cohort.look_at import doubted_organ, place_of
from flare_gui.organs import LEFT_KIDNEY, LIVER, ORGANS, RIGHT_KIDNEY, SPLEEN
from flare_gui.volume import Segmentation

# As scanners write it: x to the left, y to the back.
LPS = np.array([[-2.0, 0, 0, 50], [0, -3.0, 0, 40], [0, 0, 4.0, -100], [0, 0, 0, 1]])


def report(**confidence: float) -> dict[str, Any]:
    return {"organs": {organ.key: {"confidence": confidence.get(organ.key)} for organ in ORGANS}}


def test_the_words_say_which_organ_is_meant() -> None:
    assert doubted_organ(report(), []) is None
    assert doubted_organ(report(), ["no left kidney", "liver large"]) is LEFT_KIDNEY
    assert doubted_organ(report(liver=0.9, spleen=0.4), ["low confidence"]) is SPLEEN
    assert doubted_organ(report(), ["right or left?"]) is LIVER
    assert doubted_organ(report(liver=0.9), ["scan: hu offset"]) is None


def test_the_place_is_inside_the_organ_or_where_its_fellow_is_on_the_other_side() -> None:
    labels = np.zeros((50, 40, 30), np.uint8)
    labels[10:20, 10:20, 5:15] = RIGHT_KIDNEY.label
    # The middle of a ring is not in it.
    labels[30:40, 20:30, 10:20], labels[32:38, 22:28, 10:20] = SPLEEN.label, 0
    mask = Segmentation(labels, LPS)

    def voxel(place: np.ndarray | None) -> tuple[int, ...]:
        assert place is not None
        return tuple(np.rint(geometry.apply(np.linalg.inv(LPS), place[None])[0]).astype(int).tolist())

    assert labels[voxel(place_of(RIGHT_KIDNEY, mask))] == RIGHT_KIDNEY.label
    assert labels[voxel(place_of(SPLEEN, mask))] == SPLEEN.label
    x, y, z = voxel(place_of(RIGHT_KIDNEY, mask))
    assert voxel(place_of(LEFT_KIDNEY, mask)) == (49 - x, y, z)
    assert place_of(LIVER, Segmentation(np.zeros_like(labels), LPS)) is None
