"""How painted patients differ from those who were well enough to serve as an atlas: thick fat around the kidneys, a
liver whose left lobe reaches the spleen. All change `tissues`, uint8 (x, y, z) of `Tissue` in canonical RAS, in place.
"""

import numpy as np

from flare_gui import geometry
from flare_gui.phantom.tissues import KIDNEYS, Tissue

# What gives way to fat or to a long lobe. The spleen does not: that is where they meet.
_YIELDING = (
    Tissue.FAT,
    Tissue.STOMACH,
    Tissue.COLON,
    Tissue.SMALL_BOWEL,
    Tissue.DUODENUM,
    Tissue.SOFT_TISSUE,
    Tissue.UNKNOWN_INSIDE,
)
_FAT_MM = (8.0, 35.0)
_LOBE_MM = (30.0, 120.0)
# The part of the liver that grows: its leftmost tenth.
_TIP_SHARE = 0.1


def thicken_fat(tissues: np.ndarray, spacing_mm: float, rng: np.random.Generator) -> None:
    """Fat takes what yields around the kidneys."""
    kidneys = np.isin(tissues, KIDNEYS)
    if kidneys.any():
        near = geometry.near(kidneys, rng.uniform(*_FAT_MM), (spacing_mm,) * 3)
        tissues[near & np.isin(tissues, _YIELDING)] = Tissue.FAT


def lengthen_lobe(tissues: np.ndarray, spacing_mm: float, rng: np.random.Generator) -> None:
    """The liver's left end grows to the left and thins out, in front of the stomach and up to the spleen."""
    liver = tissues == Tissue.LIVER
    columns = liver.sum(axis=(1, 2))
    if columns.sum() == 0:
        return
    # In RAS the patient's left is where x is low.
    tip = liver.copy()
    tip[int(np.searchsorted(np.cumsum(columns), _TIP_SHARE * columns.sum())) + 1 :] = False
    depth = geometry.depth(tip, (spacing_mm,) * 3)
    steps = max(1, round(rng.uniform(*_LOBE_MM) / spacing_mm))
    up, back = rng.uniform(-0.1, 0.4), rng.uniform(-0.3, 0.1)
    yielding = np.isin(tissues, _YIELDING)
    for step in range(1, steps + 1):
        thick = depth > depth.max() * (step / steps) ** 2 * 0.8
        to, of = _moved((-step, round(back * step), round(up * step)))
        tissues[to][thick[of] & yielding[to]] = Tissue.LIVER


def _moved(by: tuple[int, ...]) -> tuple[tuple[slice, ...], tuple[slice, ...]]:
    """Where an array moved `by` voxels comes to lie in itself, and which of its voxels these are."""
    to = tuple(slice(max(0, n), min(0, n) or None) for n in by)
    return to, tuple(slice(max(0, -n), min(0, -n) or None) for n in by)
