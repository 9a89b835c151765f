"""Does the header give the patient a size that a patient can have?"""

from collections.abc import Iterator

import numpy as np

from flare_gui import geometry
from flare_gui.analysis.doctor.look import Look
from flare_gui.findings import Finding

# In mm.
LEAST_HEIGHT = 30.0
WIDEST_BODY, DEEPEST_BODY, SMALL_BODY, THINNEST_BODY = 650.0, 550.0, 160.0, 60.0

# A body that is wider than this many times its depth, or the other way round, was stretched.
WIDE, DEEP = 2.6, 1.6

_REMEDY = "Check the voxel size in the scan's header, or export the scan again."


def voxel_size(look: Look) -> Iterator[Finding]:
    """Voxels of a size that no scanner makes, or of exactly 1 mm for want of a better number."""
    spacing = look.volume.spacing
    sizes = " × ".join(f"{mm:.3g}" for mm in spacing)
    if min(spacing) < geometry.SMALLEST_VOXEL_MM or max(spacing) > geometry.LARGEST_VOXEL_MM:
        yield Finding("spacing", f"voxels of {sizes} mm are not those of a body CT", 0.9, _REMEDY)
    elif np.allclose(spacing, 1, atol=1e-6) and (sorted(look.volume.shape)[1] >= 512 or _width(look) < SMALL_BODY):
        sentence = "voxels are exactly 1 × 1 × 1 mm, which does not fit the image: the voxel size seems to be missing"
        yield Finding("spacing", sentence, 0.75, _REMEDY)


def height(look: Look) -> Iterator[Finding]:
    """A slab: its organs are cut."""
    tall = float(look.full.shape[2] * look.spacing[2] / look.stride[2])
    if tall < LEAST_HEIGHT:
        sentence = f"the scan is only {tall:.0f} mm high: every organ in it is cut"
        yield Finding("thin-slab", sentence, 1.0, "Open the whole series if there is one.")


def body_size(look: Look) -> Iterator[Finding]:
    """A body too large, too thin or too flat: its voxels are not as large as the header says."""
    places = np.argwhere(look.body)
    if not len(places) or not look.in_hu or look.body.all():
        return
    width, depth = ((np.ptp(places, axis=0) + 1) * look.spacing)[:2]
    inside = [_inside(look, axis) for axis in (0, 1)]
    sentence = f"the body would be {width:.0f} mm wide and {depth:.0f} mm deep"
    too_large = width > WIDEST_BODY or depth > DEEPEST_BODY
    too_small = max(width, depth) < THINNEST_BODY
    # A field of view smaller than the body says nothing about its shape.
    stretched = all(inside) and (width > WIDE * depth or depth > DEEP * width)
    if too_large or too_small or stretched:
        yield Finding("spacing", sentence, 0.85, _REMEDY)


def _width(look: Look) -> float:
    along = np.flatnonzero(look.body.any(axis=(1, 2)))
    return float((np.ptp(along) + 1) * look.spacing[0]) if len(along) else 0.0


def _inside(look: Look, axis: int) -> bool:
    return not (geometry.layer(look.body, axis, 0).any() or geometry.layer(look.body, axis, -1).any())
