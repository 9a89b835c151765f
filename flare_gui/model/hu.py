"""HU of regions at the model's resolution, where a voxel is a mean of many of the scan's."""

import numpy as np
from scipy import ndimage

from flare_gui import geometry

# Where fat's peak lies in seven real scans: -94 to -106 HU. A scan whose fat lies further off is calibrated otherwise.
FAT_HU, USUAL_SPREAD_HU = -101.0, 15.0
_SEARCHED_HU = np.arange(-260, -20, 4)
_BODY_HU = -500.0
# So much of the body has to lie within the peak, or the patient has too little fat to go by.
_LEAST_FAT, _PEAK_HU = 0.1, 20.0


def calibration_shift(hu: np.ndarray) -> float:
    """By how many HU a scan (x, y, z) lies too high, judged by its fat; 0 where that is as usual or cannot be told."""
    counts, edges = np.histogram(hu, _SEARCHED_HU)
    level = np.convolve(counts, np.ones(3), "same")
    peak = float(edges[level.argmax()] + edges[level.argmax() + 1]) / 2
    in_peak = np.count_nonzero(np.abs(hu - peak) < _PEAK_HU)
    if in_peak < _LEAST_FAT * np.count_nonzero(hu > _BODY_HU) or abs(peak - FAT_HU) <= USUAL_SPREAD_HU:
        return 0.0
    return peak - FAT_HU


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
