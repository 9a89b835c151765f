"""What the scanner makes of a patient: where the scan ends, streaks from metal, contrast, blur, thick slices, noise.

Images are float32 HU (x, y, z) in canonical RAS, cubic voxels of `spacing_mm`.
"""

import numpy as np
from scipy import ndimage

from flare_gui.model.pipeline import slices_beyond
from trainer.cache import UNKNOWN
from trainer.recipe import Augmentation

# Thickness of a slab in mm: from a look at one lesion to half an abdomen.
_SLAB_MM = (30.0, 140.0)
# Radius of the reconstructed circle in mm: a heart's or a spine's field of view.
_CIRCLE_MM = (80.0, 150.0)
_METAL_HU = 3000.0


def ends(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """Where the scan was taken, boolean (x, y, z): all of the patch but what lies above or below one slice."""
    end = int(rng.integers(shape[2] // 8, 7 * shape[2] // 8))
    z = np.arange(shape[2])
    kept = z < end if rng.random() < 0.5 else z >= shape[2] - end
    if kept.sum() < shape[2] // 3:
        kept = ~kept
    return np.broadcast_to(kept, shape)


def slab(labels: np.ndarray, spacing_mm: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """A scan of a few centimetres, through an organ where there is one, as the program shows it to the network.

    Returns which slice of the patch stands at each height, so that the slab's ends are continued, and the heights,
    boolean (z), where there is anything to be seen.
    """
    size = labels.shape[2]
    thickness = min(size, max(2, round(rng.uniform(*_SLAB_MM) / spacing_mm)))
    with_organs = np.flatnonzero(((labels > 0) & (labels != UNKNOWN)).any(axis=(0, 1)))
    middle = int(rng.choice(with_organs)) if with_organs.size else size // 2
    first = int(np.clip(middle - rng.integers(0, thickness), 0, size - thickness))
    last = first + thickness - 1
    beyond = slices_beyond(thickness, size)
    z = np.arange(size)
    return np.clip(z, first, last), (z >= first - beyond) & (z <= last + beyond)


def circle(shape: tuple[int, ...], spacing_mm: float, rng: np.random.Generator) -> np.ndarray:
    """A narrow field of view, boolean (x, y, z): a circle about a point near the middle, the same in every slice."""
    radius = rng.uniform(*_CIRCLE_MM) / spacing_mm
    x, y = (np.arange(n) - n * rng.uniform(0.35, 0.65) for n in shape[:2])
    return np.broadcast_to((x[:, None, None] ** 2 + y[None, :, None] ** 2) < radius**2, shape)


def streaks(hu: np.ndarray, spacing_mm: float, rng: np.random.Generator) -> np.ndarray:
    """Rays, bright and dark, from pieces of metal: a clip's over a few slices, those of a spine's rods over all."""
    body = np.flatnonzero(hu > -300)
    if body.size == 0:
        return hu
    hu = hu.copy()
    height = rng.uniform(3, 80) / spacing_mm
    x, y, z = np.meshgrid(*(np.arange(n, dtype=np.float32) for n in hu.shape), indexing="ij", sparse=True)
    cx, cy, cz = np.unravel_index(rng.choice(body), hu.shape)
    for _ in range(rng.integers(1, 4)):
        from_x = x - cx - rng.normal(0, 25) / spacing_mm
        from_y = y - cy - rng.normal(0, 15) / spacing_mm
        away_mm = np.hypot(from_x, from_y) * spacing_mm
        # Strength by direction: a periodic random curve of fine and coarse rays.
        directions = int(rng.integers(24, 160))
        curve = np.cumsum(rng.standard_normal(directions)) if rng.random() < 0.3 else rng.standard_normal(directions)
        curve = (curve - curve.mean()) / max(1e-3, float(curve.std()))
        turn = (np.arctan2(from_y, from_x) / (2 * np.pi) + 0.5) * directions
        low = np.floor(turn).astype(int)
        part = (turn - low).astype(np.float32)
        rays = curve[low % directions] * (1 - part) + curve[(low + 1) % directions] * part
        falloff = np.float32(rng.uniform(40, 400)) / (1 + away_mm / np.float32(rng.uniform(10, 60)))
        along = np.exp(-0.5 * ((z - cz) / height) ** 2)
        hu += np.where(hu > -900, rays * falloff, 0) * along
        hu[(away_mm < rng.uniform(1, 8)) & (np.abs(z - cz) < height)] = _METAL_HU
    return np.clip(hu, -1024, 3071)


def starved(hu: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Rows of noise from side to side, as arms beside the body leave them where too few photons come through."""
    rows = rng.standard_normal((max(2, hu.shape[0] // 16), *hu.shape[1:]), np.float32)
    rows = ndimage.zoom(rows, (hu.shape[0] / len(rows), 1, 1), order=1)
    height = np.abs(ndimage.gaussian_filter1d(rng.standard_normal(hu.shape[2], np.float32), 6.0, mode="wrap"))
    rows *= np.float32(rng.uniform(10, 60)) * height / max(1e-3, float(height.max()))
    return np.where(hu > -900, hu + rows, hu)


def intensities(hu: np.ndarray, augment: Augmentation, rng: np.random.Generator) -> np.ndarray:
    """Another calibration, reconstruction and dose."""
    gain = 1 + rng.uniform(-augment.contrast, augment.contrast)
    hu = np.where(hu > -300, (hu - 50) * gain + 50 + rng.uniform(-augment.shift_hu, augment.shift_hu), hu)
    if rng.random() < augment.blur:
        hu = ndimage.gaussian_filter(hu, rng.uniform(0.3, 1.0), truncate=3)
    if rng.random() < augment.low_resolution:
        hu = _thick_slices(hu, rng)
    if rng.random() < 0.5:
        hu = hu + rng.standard_normal(hu.shape, np.float32) * np.float32(rng.uniform(0, augment.noise_hu))
    return hu.astype(np.float32, copy=False)


def _thick_slices(hu: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Means over two or three slices, interpolated back, as a scan of 6 to 9 mm slices comes to the network's grid."""
    thick = float(rng.uniform(1.5, 3.0))
    mean = ndimage.uniform_filter1d(hu, round(thick), axis=2, mode="nearest")
    z = np.arange(hu.shape[2])
    knots = np.arange(0, hu.shape[2] + thick, thick)
    rows = mean[:, :, np.clip(np.rint(knots).astype(int), 0, hu.shape[2] - 1)]
    low = np.minimum((z / thick).astype(int), len(knots) - 2)
    part = (z / thick - low).astype(np.float32)
    return rows[:, :, low] * (1 - part) + rows[:, :, low + 1] * part
