"""Where the patient is in a scan: air and table around the body cost time and show the network nothing."""

from collections.abc import Iterable

import numpy as np
from scipy import ndimage

from flare_gui import geometry
from flare_gui.errors import FlareError

# Between air (-1000) and fat (-100). Foam of tables and mattresses lies below.
SKIN_HU = -500

# The search runs on about this grid: fine enough for an outline that gets a margin, and done in a few milliseconds.
SEARCH_MM = 5.0
MARGIN_MM = 10.0

# The largest piece of a scan that shows a body is at least a slice of one; less is a phantom or a scan of parts.
SMALLEST_BODY_ML = 500.0

Box = tuple[slice, slice, slice]


def body_box(hu: np.ndarray, affine: np.ndarray, name: str) -> Box:
    """The box of voxels around the patient, of (x, y, z) HU.

    Everything when no piece is large enough for a body. Raises `FlareError`, with the scan's `name`, when all is air.
    """
    spacing = np.asarray(geometry.spacing(affine))
    stride = np.maximum(1, np.floor(SEARCH_MM / spacing)).astype(int)
    solid = hu[:: stride[0], :: stride[1], :: stride[2]] > SKIN_HU
    if not solid.any():
        raise FlareError(
            f"{name}: there is no body in this scan, every voxel is air",
            hint="Open a CT whose values are Hounsfield units.",
        )
    # The table touches the back along a line; what is thinner than three voxels is cut off.
    pieces, count = ndimage.label(ndimage.binary_opening(solid))
    everything = tuple(slice(0, n) for n in hu.shape)
    if count == 0:
        return _box(everything)
    sizes = np.bincount(pieces.ravel())[1:]
    voxel_ml = abs(np.linalg.det(affine[:3, :3])) * float(np.prod(stride)) / 1000
    if sizes.max() * voxel_ml < SMALLEST_BODY_ML:
        return _box(everything)
    found = ndimage.find_objects(pieces)[int(sizes.argmax())]
    margin = np.ceil(MARGIN_MM / spacing).astype(int) + stride
    return _box(
        slice(max(0, axis.start * step - more), min(n, (axis.stop - 1) * step + 1 + more))
        for axis, step, more, n in zip(found, stride.tolist(), margin.tolist(), hu.shape, strict=True)
    )


def _box(slices: Iterable[slice]) -> Box:
    x, y, z = slices
    return x, y, z
