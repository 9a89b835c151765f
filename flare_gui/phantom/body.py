"""A body around organs that come without one: wall, ribs, spine, fat, lungs and bowel grown about a label map."""

import numpy as np
from scipy import ndimage

from flare_gui import geometry
from flare_gui.phantom.noise import smooth_noise
from flare_gui.phantom.tissues import Tissue

Spacing = tuple[float, float, float]

_TOUCH_DIAPHRAGM = (Tissue.LIVER, Tissue.SPLEEN, Tissue.STOMACH)


def wrap(organs: np.ndarray, spacing_mm: Spacing, rng: np.random.Generator) -> tuple[np.ndarray, tuple[int, int, int]]:
    """A whole slab of body around `organs` and the voxel offset of the old origin in it.

    `organs` is a tissue map (uint8 (x, y, z), canonical RAS) that is 0 between the organs; its values are kept. The
    result is padded in x and y for the body, and in z by a little chest and belly.
    """
    pad = [int(np.ceil(mm / s)) for mm, s in zip((90, 90, 30), spacing_mm, strict=True)]
    tissues = np.pad(organs, [(p, p) for p in pad])
    x, y, z = np.ogrid[tuple(slice(0, n) for n in tissues.shape)]
    position = (x * spacing_mm[0], y * spacing_mm[1], z * spacing_mm[2])
    spine_x, spine_y = _spine_centre(tissues, position)
    spine, canal = _spine(position, spine_x, spine_y, rng)
    depth = _depth_in_body(tissues, position, spine_x, spine_y, rng, spacing_mm)

    wall = rng.uniform(10, 20)
    fat = rng.gamma(2.5, 7.0) + 4.0
    empty = tissues == Tissue.OUTSIDE
    cavity = depth < 0
    ribs = _ribs(position, depth, wall, spine_y, rng)
    result = tissues.copy()
    result[empty & cavity] = _inside(tissues, position, rng, spacing_mm)[empty & cavity]
    lungs = _above_diaphragm(tissues, spacing_mm) & cavity & empty
    result[lungs] = Tissue.LUNG
    heart = _heart(position, tissues, spine_x, spine_y, lungs, rng)
    result[heart] = Tissue.HEART
    result[_psoas(position, spine_x, spine_y, rng) & empty & cavity & ~lungs] = Tissue.MUSCLE
    result[empty & ~cavity & (depth < wall)] = Tissue.MUSCLE
    behind = np.abs(position[0] - spine_x) < 65
    result[empty & ~cavity & (depth < wall + 14) & behind & (position[1] < spine_y)] = Tissue.MUSCLE
    result[empty & ribs] = Tissue.BONE
    skin = (depth >= wall) & (depth < wall + fat) & empty & (result == Tissue.OUTSIDE)
    result[skin] = Tissue.FAT
    result[(depth >= wall + fat) & (depth < wall + fat + 2.5) & empty & (result == Tissue.OUTSIDE)] = Tissue.SOFT_TISSUE
    result[empty & spine] = Tissue.BONE
    result[empty & canal] = Tissue.SOFT_TISSUE
    return result, (pad[0], pad[1], pad[2])


def _spine_centre(tissues: np.ndarray, position: tuple[np.ndarray, ...]) -> tuple[np.ndarray, np.ndarray]:
    """The vertebral bodies' centre in mm as (1, 1, z) arrays: between and behind the two great vessels."""
    great = [np.argwhere(np.isin(tissues, value)) for value in (Tissue.ARTERY, Tissue.VEIN)]
    points = np.concatenate([g for g in great if g.size] or [np.argwhere(tissues > 0)])
    steps = [float(p.ravel()[1] - p.ravel()[0]) for p in position]
    centre_x = np.mean([g[:, 0].mean() for g in great if g.size] or [points[:, 0].mean()]) * steps[0]
    # The lowest tenth of the vessels' voxels along y is the aorta's back wall; it lies on the vertebrae.
    height = points[:, 2] * steps[2]
    back = points[:, 1] * steps[1]
    slope, level = np.polyfit(height, back, 1) if np.ptp(height) > 40 else (0.0, back.mean())
    slope = float(np.clip(slope, -0.3, 0.3))
    level = float(np.quantile(back - slope * height, 0.1))
    z = position[2]
    return np.full_like(z, centre_x, float), slope * z + level - 20.0


def _spine(
    position: tuple[np.ndarray, ...], centre_x: np.ndarray, centre_y: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    x, y, z = position[0] - centre_x, position[1] - centre_y, position[2]
    pitch = rng.uniform(28, 36)
    level = (z + rng.uniform(0, pitch)) % pitch
    vertebra = level > 0.22 * pitch
    body = ((x / rng.uniform(19, 24)) ** 2 + (y / rng.uniform(14, 17)) ** 2 < 1) & vertebra
    canal = (x / 10) ** 2 + ((y + 23) / 8) ** 2 < 1
    arch = ((x / 15) ** 2 + ((y + 23) / 13) ** 2 < 1) & (level > 0.4 * pitch)
    process = (np.abs(x) < 4) & (y < -30) & (y > -58) & (level > 0.5 * pitch)
    transverse = (np.abs(x) < 42) & (np.abs(y + 20) < 4.5) & (np.abs(level - 0.65 * pitch) < 5)
    return (body | arch | process | transverse) & ~canal, canal & (z == z)


def _depth_in_body(
    tissues: np.ndarray,
    position: tuple[np.ndarray, ...],
    spine_x: np.ndarray,
    spine_y: np.ndarray,
    rng: np.random.Generator,
    spacing_mm: Spacing,
) -> np.ndarray:
    """About the distance in mm outside the abdominal cavity, negative inside: a superellipse that holds all organs."""
    points = np.argwhere(tissues > 0)[::7] * np.asarray(spacing_mm)
    middle_x = 0.6 * spine_x.mean() + 0.4 * (points[:, 0].min() + points[:, 0].max()) / 2
    front, back = np.quantile(points[:, 1], 0.998), min(np.quantile(points[:, 1], 0.002), spine_y.mean() - 15)
    middle_y, half_y = (front + back) / 2, (front - back) / 2 + rng.uniform(2, 15)
    half_x = np.quantile(np.abs(points[:, 0] - middle_x), 0.998) + rng.uniform(2, 10)
    power = rng.uniform(2.2, 2.9)

    def radius(px: np.ndarray, py: np.ndarray) -> np.ndarray:
        return (np.abs((px - middle_x) / half_x) ** power + np.abs((py - middle_y) / half_y) ** power) ** (1 / power)

    # Corners of the superellipse that cut off organs are pushed out again.
    grow = max(1.0, float(np.quantile(radius(points[:, 0], points[:, 1]), 0.995)))
    half_x, half_y = half_x * grow, half_y * grow
    z = position[2]
    waist = 1.0 + rng.uniform(0, 0.06) * np.cos(2 * np.pi * (z / z.max()) + rng.uniform(-1, 1))
    depth = (radius(position[0], position[1]) / waist - 1.0) * min(half_x, half_y)
    return depth + 2.5 * smooth_noise(depth.shape, 60.0, spacing_mm, rng)


def _ribs(
    position: tuple[np.ndarray, ...], depth: np.ndarray, wall: float, spine_y: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Slanting rings inside the wall that end towards the belly."""
    x, y, z = position
    pitch = rng.uniform(27, 36)
    slant = rng.uniform(0.5, 0.9)
    phase = (z + slant * (y - spine_y.mean()) + 0.0 * x + rng.uniform(0, pitch)) % pitch
    upper = z > rng.uniform(0.15, 0.45) * z.max() + 0.6 * (y - spine_y.mean())
    return (phase < 9) & (depth > 0.2 * wall) & (depth < 0.2 * wall + 7) & upper


def _inside(
    tissues: np.ndarray, position: tuple[np.ndarray, ...], rng: np.random.Generator, spacing_mm: Spacing
) -> np.ndarray:
    """Visceral fat with bowel loops, a colon along the flanks and a pancreas across."""
    loops = smooth_noise(tissues.shape, rng.uniform(18, 30), spacing_mm, rng)
    filling = np.full(tissues.shape, Tissue.FAT, np.uint8)
    filling[loops > rng.uniform(-0.6, 1.0)] = Tissue.SMALL_BOWEL
    colon = smooth_noise(tissues.shape, 45.0, spacing_mm, rng)
    filling[colon > rng.uniform(1.0, 1.8)] = Tissue.COLON
    filling[(loops < -1.6) & (colon < 0.5)] = Tissue.VEIN
    pancreas = smooth_noise(tissues.shape, 30.0, spacing_mm, rng)
    filling[pancreas > 1.9] = Tissue.PANCREAS
    # Fat lies around the kidneys; bowel does not touch them from behind.
    kidneys = np.isin(tissues, (Tissue.RIGHT_KIDNEY, Tissue.LEFT_KIDNEY))
    if kidneys.any():
        near = geometry.near(kidneys, rng.uniform(3, 14), spacing_mm)
        filling[near] = Tissue.FAT
    return filling


def _above_diaphragm(tissues: np.ndarray, spacing_mm: Spacing) -> np.ndarray:
    """Where lung fills the chest: above a dome draped over liver, spleen and stomach."""
    touching = np.isin(tissues, _TOUCH_DIAPHRAGM)
    columns = touching.any(axis=2)
    top = tissues.shape[2] - 1 - np.argmax(touching[:, :, ::-1], axis=2)
    heights = np.where(columns, top, 0).astype(float)
    sigma = [18.0 / s for s in spacing_mm[:2]]
    weight = ndimage.gaussian_filter(columns.astype(float), sigma)
    dome = ndimage.gaussian_filter(heights, sigma) / np.maximum(weight, 1e-6)
    highest = float(heights.max())
    dome = np.where(weight > 1e-3, dome, highest)
    dome = np.maximum(dome, np.where(columns, top, 0)) + 5.0 / spacing_mm[2]
    # Far below the dome's top there is no lung even where a column holds nothing that touches the diaphragm.
    lowest = highest - 110.0 / spacing_mm[2]
    return np.arange(tissues.shape[2])[None, None, :] > np.maximum(dome, lowest)[:, :, None]


def _heart(
    position: tuple[np.ndarray, ...],
    tissues: np.ndarray,
    spine_x: np.ndarray,
    spine_y: np.ndarray,
    lungs: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    tops = np.argwhere(tissues == Tissue.LIVER)
    top = tops[:, 2].max() * float(position[2].ravel()[1]) if tops.size else position[2].max()
    x = (position[0] - spine_x + rng.uniform(15, 35)) / rng.uniform(45, 60)
    y = (position[1] - spine_y - rng.uniform(65, 85)) / rng.uniform(38, 50)
    z = (position[2] - top - rng.uniform(15, 30)) / rng.uniform(40, 50)
    return (x**2 + y**2 + z**2 < 1) & lungs


def _psoas(
    position: tuple[np.ndarray, ...], spine_x: np.ndarray, spine_y: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    z = position[2]
    size = rng.uniform(12, 20) * np.clip(1.3 - z / (0.75 * z.max()), 0.05, 1.0)
    x = np.abs(position[0] - spine_x) - 24 - 0.7 * size
    return (x / size) ** 2 + ((position[1] - spine_y) / (1.2 * size)) ** 2 < 1
