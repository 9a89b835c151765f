"""What ails the organs of a phantom: lesions, a tumour, a wide renal pelvis. All paint into `hu`, in place.

`hu` is float32 and `tissues` uint8 of `Tissue`, both (x, y, z) in canonical RAS.
"""

import numpy as np
from scipy import ndimage

from flare_gui.phantom.noise import smooth_noise
from flare_gui.phantom.tissues import KIDNEYS, Tissue

Spacing = tuple[float, float, float]


def lesions(hu: np.ndarray, tissues: np.ndarray, spacing_mm: Spacing, rng: np.random.Generator, count: int) -> None:
    """`count` cysts and metastases in the organs: still part of the organ, whatever their HU."""
    for _ in range(count):
        organ = rng.choice((Tissue.LIVER, Tissue.LIVER, Tissue.RIGHT_KIDNEY, Tissue.LEFT_KIDNEY, Tissue.SPLEEN))
        ball = _ball(tissues, organ, rng.uniform(4, 25 if organ == Tissue.LIVER else 14), spacing_mm, rng)
        if ball is not None:
            box, inside, _ = ball
            part = hu[box]
            mean = part[inside].mean()
            part[inside] = rng.choice((8.0, 10.0, mean - rng.uniform(15, 50), mean + 30))


def liver_tumour(
    hu: np.ndarray, tissues: np.ndarray, spacing_mm: Spacing, rng: np.random.Generator, radius_mm: float
) -> None:
    """One large tumour, still liver: uneven, with a rim and often a dead middle.

    Where it lies at the surface, it and no sound liver borders on fat and lung.
    """
    ball = _ball(tissues, Tissue.LIVER, radius_mm, spacing_mm, rng)
    if ball is None:
        return
    box, inside, depth = ball
    part = hu[box]
    lumps = smooth_noise(inside.shape, rng.uniform(8, 30), spacing_mm, rng)
    solid = part[inside].mean() + rng.uniform(-60, 25)
    inner = solid + rng.uniform(3, 18) * lumps
    inner = np.where(depth + 0.15 * lumps > rng.uniform(0.2, 1.0), rng.uniform(5, 40), inner)
    inner = np.where(depth < rng.uniform(0, 0.12), solid + rng.uniform(-10, 50), inner)
    inside &= depth + 0.08 * lumps > 0.05  # no perfect sphere
    part[inside] = inner[inside]


def renal_pelves(
    hu: np.ndarray, tissues: np.ndarray, spacing_mm: Spacing, rng: np.random.Generator, phase: str
) -> None:
    """Urine in the hollow of a kidney, sometimes wide enough to bulge out of it: no part of the organ.

    In a plain scan it is little darker than the parenchyma, so that only its place tells it apart.
    """
    urine = rng.uniform(0, 25) + (rng.uniform(30, 400) if phase == "late" else 0.0)
    for kidney in KIDNEYS:
        box = box_around(tissues == kidney, margin=6)
        if box is None:
            continue
        mask, here = tissues[box] == kidney, tissues[box]
        closing_mm = rng.uniform(6, 14)
        outside = ndimage.distance_transform_edt(~mask, sampling=spacing_mm)
        closed = ndimage.distance_transform_edt(outside < closing_mm, sampling=spacing_mm) > closing_mm
        hollow = ndimage.binary_opening(closed & ~mask)
        # Only fat and what has no name make room; vessels and bowel beside the hilum stay.
        room = (here == Tissue.FAT) | (here == Tissue.UNKNOWN_INSIDE) | (here == Tissue.SOFT_TISSUE)
        if hollow.any():
            beyond = ndimage.distance_transform_edt(~hollow, sampling=spacing_mm)
            hu[box][(beyond <= rng.uniform(0, 14)) & room] = urine


def _ball(
    tissues: np.ndarray, organ: int, radius: float, spacing_mm: Spacing, rng: np.random.Generator
) -> tuple[tuple[slice, ...], np.ndarray, np.ndarray] | None:
    """A box, where in it a ball about a voxel of `organ` lies in the organ, and its depth, 1 in the middle.

    `radius` is in mm. None where there is no such organ.
    """
    where = np.flatnonzero(tissues == organ)
    if where.size == 0:
        return None
    centre = np.array(np.unravel_index(rng.choice(where), tissues.shape))
    reach = np.ceil(radius / np.asarray(spacing_mm)).astype(int) + 1
    box = tuple(slice(max(0, c - r), min(c + r + 1, n)) for c, r, n in zip(centre, reach, tissues.shape, strict=True))
    grid = np.meshgrid(*(np.arange(s.start, s.stop, dtype=np.float32) for s in box), indexing="ij")
    offsets = [(g - c) * s for g, c, s in zip(grid, centre, spacing_mm, strict=True)]
    depth = 1 - np.sqrt(sum(o**2 for o in offsets)) / radius
    return box, (depth > 0) & (tissues[box] == organ), depth


def box_around(mask: np.ndarray, margin: int = 2) -> tuple[slice, ...] | None:
    """The voxels of `mask` and `margin` around them, for indexing; None where there are none."""
    found = ndimage.find_objects(mask.astype(np.uint8))
    if not found:
        return None
    return tuple(slice(max(0, s.start - margin), s.stop + margin) for s in found[0])
