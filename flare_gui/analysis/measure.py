"""What is reported about each organ: volume, attenuation, and whether the scan cuts it."""

from typing import NamedTuple

import numpy as np

from flare_gui import geometry, separable
from flare_gui.organs import ORGANS
from flare_gui.volume import Segmentation, Volume, check_same_grid


class OrganMeasure(NamedTuple):
    """One organ in one scan. `mean_hu` and `sd_hu` (of the population) are None where no voxel carries its label."""

    voxels: int
    volume_ml: float
    mean_hu: float | None
    sd_hu: float | None
    touches_border: bool  # reaches the first or last layer of voxels along an axis: the volume is that of a part


ABSENT = OrganMeasure(0, 0.0, None, None, False)


def measure(volume: Volume, segmentation: Segmentation) -> dict[str, OrganMeasure]:
    """The measures of every organ of `ORGANS`, by `Organ.key`, absent ones included.

    A voxel's volume is the determinant of the affine, so that sheared grids are right too. Raises `GridMismatch` when
    the mask is not on the scan's grid.
    """
    check_same_grid(volume, segmentation)
    boxes = geometry.boxes_of_labels(segmentation.labels, max(organ.label for organ in ORGANS))
    found = {}
    for organ in ORGANS:
        box = boxes[organ.label - 1]
        if box is None:
            found[organ.key] = ABSENT
            continue
        # Only the organ's own voxels become floats: at 512x512x300 a float copy of the scan is 600 MB.
        # Taken in the order of memory: numpy goes through the array as given, however far apart its voxels lie.
        order = separable.memory_order(volume.hu)
        values = volume.hu[box].transpose(order)[segmentation.labels[box].transpose(order) == organ.label]
        cut = any(side.start == 0 or side.stop == size for side, size in zip(box, volume.shape, strict=True))
        found[organ.key] = OrganMeasure(
            voxels=values.size,
            volume_ml=values.size * segmentation.voxel_ml,
            mean_hu=float(values.mean(dtype=np.float64)),
            sd_hu=float(values.std(dtype=np.float64)),
            touches_border=cut,
        )
    return found
