"""How slices are drawn, next to brightness and the looks of organs."""

from dataclasses import dataclass
from typing import Literal

SlabKind = Literal["mean", "maximum"]
SLAB_KINDS: tuple[SlabKind, ...] = ("mean", "maximum")
SLABS_MM = (5.0, 10.0, 20.0)


@dataclass(frozen=True)
class Display:
    """`smooth` interpolates between voxels, as pictures and films do; without it each voxel is a rectangle.

    `overlays` are organs, outlines and crosshair, all at once. `slab_mm` is how thick a slice is, 0 for one voxel, and
    `slab_kind` what is shown of the voxels through it.
    """

    smooth: bool = True
    overlays: bool = True
    slab_mm: float = 0.0
    slab_kind: SlabKind = "mean"
