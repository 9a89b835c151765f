"""A small picture of one DICOM slice, to tell series apart."""

import numpy as np

from flare_gui.errors import UnreadableScan
from flare_gui.io.dicom_pixels import Pixels
from flare_gui.io.dicom_slice import Slice


def thumbnail(one: Slice, side: int, window: tuple[float, float] = (-160, 240)) -> np.ndarray | None:
    """uint8 (rows, columns) of at most `side` pixels, the `window` of HU from black to white.

    None when the slice cannot be decoded: the table is still useful without.
    """
    try:
        pixels = Pixels().read(one, (one.slope or 1.0, one.intercept or 0.0))
    except (UnreadableScan, OSError):
        return None
    step = -(-max(pixels.shape) // side)
    # Means, not every n-th pixel: noise would flicker.
    rows, columns = (n // step * step for n in pixels.shape)
    blocks = pixels[:rows, :columns].reshape(rows // step, step, columns // step, step)
    low, high = window
    return np.clip((blocks.mean(axis=(1, 3)) - low) * 255 / (high - low), 0, 255).astype(np.uint8)
