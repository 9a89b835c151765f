"""The connected pieces of a mask."""

import numpy as np
from scipy import ndimage

from flare_gui import geometry


def pieces_of(mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Numbers of the connected pieces of a boolean (x, y, z), and how many voxels each has; background has none.

    Looked at inside the mask's box alone: organs fill a small part of a scan.
    """
    pieces = np.zeros(mask.shape, np.int32)
    box = geometry.box_of(mask)
    if box is None:
        return pieces, np.zeros(1, int)
    pieces[box], _ = ndimage.label(mask[box])
    sizes = np.bincount(pieces[box].ravel())
    sizes[0] = 0
    return pieces, sizes
