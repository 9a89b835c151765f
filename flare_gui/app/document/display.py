"""How slices and 3D are drawn, next to brightness and the looks of organs."""

from dataclasses import dataclass
from typing import Literal

from flare_gui.app.words import number, tr
from flare_gui.render.options import Rendering

SlabKind = Literal["mean", "maximum"]
SLAB_KINDS: tuple[SlabKind, ...] = ("mean", "maximum")
SLABS_MM = (5.0, 10.0, 20.0)
_SLAB_TEXTS = {"mean": tr("mean of {mm} mm"), "maximum": tr("maximum of {mm} mm")}
Layout = Literal["equal", "large"]
LAYOUTS: tuple[Layout, ...] = ("equal", "large")


@dataclass(frozen=True)
class Display:
    """`smooth` interpolates between voxels, as pictures and films do; without it each voxel is a rectangle.

    `overlays` are organs, outlines and crosshair, all at once. `slab_mm` is how thick a slice is, 0 for one voxel, and
    `slab_kind` what is shown of the voxels through it. `linked` slices have one scale; `layout` says whether the views
    are of one size or one is large.
    """

    smooth: bool = True
    overlays: bool = True
    slab_mm: float = 0.0
    slab_kind: SlabKind = "mean"
    crosshair: bool = True
    linked: bool = False
    layout: Layout = "equal"


@dataclass(frozen=True)
class Scene:
    """What stands in 3D beside the organs' surfaces: the three slices, the skin, the CT itself as `rendering` says.

    `background` is a name in `BACKGROUNDS`.
    """

    planes: bool = False
    skin: bool = False
    rendering: Rendering = "off"
    background: str = "Dark"


def slab_words(mm: float, kind: SlabKind) -> str:
    """What a slice of this thickness shows."""
    return _SLAB_TEXTS[kind].format(mm=number(mm))
