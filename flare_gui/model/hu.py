"""HU of regions at the model's resolution, where a voxel is a mean of many of the scan's."""

import numpy as np
from scipy import ndimage

from flare_gui import geometry


def smoothed(hu: np.ndarray, sigma: float, most: float) -> np.ndarray:
    """(x, y, z) smoothed by `sigma` voxels. Nothing goes into it darker than fat or brighter than `most`."""
    result: np.ndarray = ndimage.gaussian_filter(np.clip(hu, -150.0, most), sigma, truncate=3.0)
    return result


def core_hu(hu: np.ndarray, mask: np.ndarray) -> float:
    """Median HU of the inner part of a mask (x, y, z), or of all of it where it has none. The mask is not empty."""
    box = geometry.box_of(mask)
    assert box is not None
    core = ndimage.binary_erosion(mask[box], border_value=1)
    return float(np.median(hu[box][core if core.any() else mask[box]]))
