"""Whole parts of an organ: keep one, or fill what an outline encloses."""

import numpy as np
from scipy import ndimage

from flare_gui.edit.history import Box


def keep_part(labels: np.ndarray, voxel: tuple[int, int, int]) -> tuple[Box, np.ndarray] | None:
    """The organ at `voxel` without the parts that do not hang together with it (across faces), all in 3D.

    Returns the organ's box and the new labels inside it; None where there is no organ at `voxel`.
    """
    label = int(labels[voxel])
    if label == 0:
        return None
    box = _box_of(labels, label)
    mask = labels[box] == label
    parts, _ = ndimage.label(mask)
    kept = parts == parts[tuple(i - side.start for i, side in zip(voxel, box, strict=True))]
    return box, np.where(mask & ~kept, np.uint8(0), labels[box])


def fill_slice(labels: np.ndarray, voxel: tuple[int, int, int], axis: int, label: int) -> tuple[Box, np.ndarray] | None:
    """Fill the hole around `voxel` that `label` encloses in the slice across `axis`.

    Returns the slice's box and its new labels; None when `voxel` is not enclosed, or has an organ already.
    """
    sides = [slice(0, n) for n in labels.shape]
    sides[axis] = slice(voxel[axis], voxel[axis] + 1)
    box: Box = (sides[0], sides[1], sides[2])
    flat = labels[box]
    if labels[voxel] != 0:
        return None
    # Where the organ is not; the region under the mouse is a hole when it does not reach the slice's edge.
    regions, _ = ndimage.label(flat != label)
    at = list(voxel)
    at[axis] = 0
    hole = regions == regions[tuple(at)]
    for other in (a for a in range(3) if a != axis):
        if np.take(hole, (0, -1), other).any():
            return None
    return box, np.where(hole & (flat == 0), np.uint8(label), flat)


def fill_holes(labels: np.ndarray, label: int) -> tuple[Box, np.ndarray] | None:
    """Fill every cavity that `label` encloses in 3D; other organs in there stay. None where there is no such organ."""
    if not (labels == label).any():
        return None
    box = _box_of(labels, label)
    inside = labels[box]
    holes = ndimage.binary_fill_holes(inside == label) & (inside == 0)
    return box, np.where(holes, np.uint8(label), inside)


def _box_of(labels: np.ndarray, label: int) -> Box:
    boxes = ndimage.find_objects(labels, label)
    x, y, z = boxes[label - 1]
    return x, y, z
