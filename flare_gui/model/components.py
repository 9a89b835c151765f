"""The connected components of a mask."""

import numpy as np
from scipy import ndimage

from flare_gui import geometry


def connected_components(mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Numbers of the connected components of a boolean (x, y, z), and how many voxels each has; background has none.

    Looked at inside the mask's box alone: organs fill a small part of a scan.
    """
    components = np.zeros(mask.shape, np.int32)
    box = geometry.box_of(mask)
    if box is None:
        return components, np.zeros(1, int)
    components[box], _ = ndimage.label(mask[box])
    sizes = np.bincount(components[box].ravel())
    sizes[0] = 0
    return components, sizes
