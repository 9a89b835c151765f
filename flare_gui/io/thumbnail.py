"""A small picture of one DICOM slice, to tell series apart."""

from pathlib import Path

import numpy as np
import SimpleITK as sitk  # noqa: N813 - the name its own documentation uses


def thumbnail(path: Path, side: int, window: tuple[float, float] = (-160, 240)) -> np.ndarray | None:
    """uint8 (rows, columns) of at most `side` pixels, the `window` of HU from black to white.

    None when the slice cannot be decoded: the table is still useful without.
    """
    try:
        pixels = np.squeeze(sitk.GetArrayFromImage(sitk.ReadImage(str(path))))
    except RuntimeError:
        return None
    if pixels.ndim != 2:
        return None
    step = -(-max(pixels.shape) // side)
    # Means, not every n-th pixel: noise would flicker.
    rows, columns = (n // step * step for n in pixels.shape)
    blocks = pixels[:rows, :columns].reshape(rows // step, step, columns // step, step)
    low, high = window
    return np.clip((blocks.mean(axis=(1, 3)) - low) * 255 / (high - low), 0, 255).astype(np.uint8)
