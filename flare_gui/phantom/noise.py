"""Random fields that phantoms and training samples are bent and painted with."""

import numpy as np
from scipy import ndimage

from flare_gui import separable


def smooth_noise(
    shape: tuple[int, ...], scale_mm: float, spacing_mm: tuple[float, float, float], rng: np.random.Generator
) -> np.ndarray:
    """Float32 noise with mean 0 and deviation 1 whose blobs are about `scale_mm` wide.

    Drawn on a grid of that pitch and interpolated, which costs a fraction of blurring white noise.
    """
    size = [max(4, int(np.ceil(n * s / scale_mm)) + 3) for n, s in zip(shape, spacing_mm, strict=True)]
    knots = ndimage.gaussian_filter(rng.standard_normal(size).astype(np.float32), 0.5)
    zoom = [(k - 3) / max(1, n - 1) for k, n in zip(size, shape, strict=True)]
    noise = separable.resample(knots, shape, np.array(zoom), 1.0 + rng.uniform(0, 1, 3), 0.0)
    return (noise - noise.mean()) / max(1e-3, float(noise.std()))
