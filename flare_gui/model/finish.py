"""Organs at the model's resolution become labels on the scan's own grid, with smooth surfaces."""

import numpy as np
from scipy import ndimage

from flare_gui import geometry
from flare_gui.geometry import Shape
from flare_gui.model.anatomy import Organs
from flare_gui.model.body import Box
from flare_gui.organs import ORGANS, Organ
from flare_gui.progress import Cancel, Progress

# Voxels around an organ in which its margin falls from its surface to clearly outside.
RIM = 2


def upsample(organs: Organs, affine: np.ndarray, shape: Shape, progress: Progress, cancel: Cancel) -> np.ndarray:
    """uint8 labels on the grid of `affine` and `shape`, which lies in the same space as the organs. Reports "finish".

    Each organ's margin is interpolated linearly inside the organ's own box, and the organ is where it is above 0. At no
    point do two margins reach above 0 together, except where clean-up moved a border; there the earlier organ stays.
    """
    # Organ by organ in its box: five float channels at 512x512x300 are 1.5 GB and take many times as long.
    labels = np.zeros(shape, np.uint8)
    boxes = ndimage.find_objects(organs.labels, max_label=max(organ.label for organ in ORGANS))
    for done, organ in enumerate(ORGANS, 1):
        cancel.check()
        found = boxes[organ.label - 1]
        if found is not None:
            _paint(labels, affine, organs, organ, _grown(found, organs.labels.shape))
        progress("finish", done / len(ORGANS))
    return labels


def _paint(labels: np.ndarray, affine: np.ndarray, organs: Organs, organ: Organ, box: Box) -> None:
    """Set the voxels of one organ, which lies inside `box` of the model's grid."""
    # One voxel more around, repeated: where the scan cuts an organ, its border is not to fade out half a voxel early.
    margin = np.pad(organs.margin(organ, box), 1, mode="edge")
    margin_affine = geometry.crop(organs.affine, np.array([axis.start - 1 for axis in box]))
    ends = geometry.apply(np.linalg.inv(affine) @ margin_affine, geometry.corners(margin.shape))
    low = np.clip(np.floor(ends.min(axis=0)), 0, np.array(labels.shape)).astype(int)
    high = np.clip(np.ceil(ends.max(axis=0)) + 1, low, np.array(labels.shape)).astype(int)
    if (high == low).any():
        return
    fine = geometry.resample(margin, margin_affine, geometry.crop(affine, low), tuple((high - low).tolist()), fill=-1.0)
    part = labels[tuple(slice(a, b) for a, b in zip(low, high, strict=True))]
    part[(fine > 0) & (part == 0)] = organ.label


def _grown(box: Box, shape: tuple[int, ...]) -> Box:
    x, y, z = (slice(max(0, s.start - RIM), min(n, s.stop + RIM)) for s, n in zip(box, shape, strict=True))
    return x, y, z
