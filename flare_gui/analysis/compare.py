"""How well two masks agree: Dice and normalised surface Dice (NSD) per organ, by the rules of the FLARE22 challenge."""

from typing import NamedTuple

import numpy as np
from scipy.spatial import KDTree

from flare_gui import geometry
from flare_gui.analysis.surfels import Spacing, surfels
from flare_gui.errors import GridMismatch
from flare_gui.organs import LEFT_KIDNEY, LIVER, ORGANS, RIGHT_KIDNEY, SPLEEN, Organ

FLARE22_TOLERANCE_MM = {LIVER: 5.0, RIGHT_KIDNEY: 3.0, SPLEEN: 3.0, LEFT_KIDNEY: 3.0}
"""How far two surfaces may lie apart and still agree; from FLARE22_DSC_NSD_Eval.py of the challenge's repository."""

# A shift by exactly the tolerance agrees. Without this slack, rounding decides it: 30 voxels of 0.1 mm are
# 3.0000000000000004 mm, and a whole side of the organ would count as wrong.
ROUNDING_MM = 1e-6

Box = tuple[slice, slice, slice]


class OrganScore(NamedTuple):
    """Agreement of one organ: `dice` and `nsd` from 0 to 1, `nsd` at `tolerance_mm`."""

    organ: Organ
    dice: float
    nsd: float
    tolerance_mm: float


def dice(prediction: np.ndarray, reference: np.ndarray) -> float:
    """Dice similarity coefficient of two boolean masks: twice the common voxels over the sum of both.

    Both empty: 1. One empty: 0. Raises `GridMismatch` when the shapes differ.
    """
    _check_shapes(prediction, reference)
    total = int(np.count_nonzero(prediction)) + int(np.count_nonzero(reference))
    return 2.0 * int(np.count_nonzero(prediction & reference)) / total if total else 1.0


def surface_dice(prediction: np.ndarray, reference: np.ndarray, spacing: Spacing, tolerance_mm: float) -> float:
    """Share of both surfaces that lies within `tolerance_mm` of the other one, 0 to 1.

    `prediction` and `reference` are boolean (x, y, z) on the same grid; `spacing` is its voxel size in mm. Surfaces are
    made of the surfels of `flare_gui.analysis.surfels`, weighted by area; what reaches the array's border has a surface
    there. Both empty: 1. One empty: 0. Nikolov et al. 2018 (https://arxiv.org/abs/1809.04430).

    Raises `GridMismatch` when the shapes differ.
    """
    _check_shapes(prediction, reference)
    box = _union(geometry.box_of(prediction), geometry.box_of(reference))
    if box is None:
        return 1.0
    points_a, areas_a = surfels(prediction[box], spacing)
    points_b, areas_b = surfels(reference[box], spacing)
    if not len(points_a) or not len(points_b):
        return 0.0
    agreeing = (
        areas_a[_near(points_a, points_b, tolerance_mm)].sum() + areas_b[_near(points_b, points_a, tolerance_mm)].sum()
    )
    return float(agreeing / (areas_a.sum() + areas_b.sum()))


def compare(prediction: np.ndarray, reference: np.ndarray, spacing: Spacing) -> list[OrganScore]:
    """Dice and NSD of each of `ORGANS`, as FLARE22's evaluation script computes them.

    `prediction` and `reference` are uint8 (x, y, z) with our labels on the same grid; `spacing` is its voxel size, mm.

    The script's rules: absent in both masks scores 1 and 1; found where the reference has none, or not found where it
    has one, 0 and 0. A mask counts as present from its first voxel on: FLARE22 has no threshold for nearly empty masks.
    (FLARE23 added one that is not used here: NSD is 0 when Dice is below 0.1.) The whole scan is scored: the rule that
    leaves out slices beyond the reference is for aorta, vena cava and oesophagus alone.

    Raises `GridMismatch` when the shapes differ.
    """
    _check_shapes(prediction, reference)
    highest = max(organ.label for organ in ORGANS)
    boxes_a = geometry.boxes_of_labels(prediction, highest)
    boxes_b = geometry.boxes_of_labels(reference, highest)
    scores = []
    for organ in ORGANS:
        tolerance = FLARE22_TOLERANCE_MM[organ]
        box = _union(boxes_a[organ.label - 1], boxes_b[organ.label - 1])
        if box is None:
            scores.append(OrganScore(organ, 1.0, 1.0, tolerance))
            continue
        a, b = prediction[box] == organ.label, reference[box] == organ.label
        scores.append(OrganScore(organ, dice(a, b), surface_dice(a, b, spacing, tolerance), tolerance))
    return scores


def _near(points: np.ndarray, others: np.ndarray, tolerance_mm: float) -> np.ndarray:
    """Which of `points` have one of `others` within the tolerance."""
    reach = tolerance_mm + ROUNDING_MM
    # Bounded neighbours instead of a distance map: equal distances, a third of the time for a liver at 512x512.
    distance, _ = KDTree(others).query(points, distance_upper_bound=reach)
    near: np.ndarray = np.isfinite(distance)
    return near


def _union(a: Box | None, b: Box | None) -> Box | None:
    if a is None or b is None:
        return a or b
    x, y, z = (slice(min(p.start, q.start), max(p.stop, q.stop)) for p, q in zip(a, b, strict=True))
    return x, y, z


def _check_shapes(prediction: np.ndarray, reference: np.ndarray) -> None:
    if prediction.shape != reference.shape:
        raise GridMismatch(
            f"the masks have {prediction.shape} and {reference.shape} voxels",
            hint="Compare masks of the same scan, or resample one to the other's grid.",
        )
