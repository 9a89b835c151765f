"""Settings of what is rendered; knows no VTK, so that a dialog or a command line can be filled without it."""

from dataclasses import dataclass
from typing import Literal

Frame = Literal["RAS", "LPS"]


@dataclass(frozen=True)
class MeshOptions:
    """`smoothing` iterations (0 keeps the voxels' steps); `reduction` is the share of triangles to leave out.

    `frame` is where x, y, z of files point to: RAS as NIfTI has it, or LPS as DICOM and ITK do.
    """

    smoothing: int = 20
    reduction: float = 0.0
    frame: Frame = "RAS"


SMOOTH = MeshOptions()


FilmKind = Literal["sweep", "turntable", "flythrough", "split"]
FILM_KINDS: tuple[FilmKind, ...] = ("sweep", "turntable", "flythrough", "split")
PlaneName = Literal["axial", "coronal", "sagittal"]
PLANES: tuple[PlaneName, ...] = ("axial", "coronal", "sagittal")
PictureView = Literal["axial", "coronal", "sagittal", "3d", "layout"]
PICTURE_VIEWS: tuple[PictureView, ...] = (*PLANES, "3d", "layout")


# Lowest and highest HU drawn; the usual presets of a reading room.
WINDOWS = {
    "Abdomen": (-160.0, 240.0),
    "Liver": (-15.0, 155.0),
    "Soft tissue": (-135.0, 215.0),
    "Lung": (-1350.0, 150.0),
    "Bone": (-450.0, 1050.0),
    "Whole range": (-1024.0, 3071.0),
}

# Behind surfaces, by the name on screen.
BACKGROUNDS = {"Dark": "#10161d", "Light": "#dfe5ea", "White": "#ffffff"}

# How the CT itself is drawn in 3D, by what is seen of it.
Rendering = Literal["off", "skin", "bones"]
RENDERING_NAMES: dict[Rendering, str] = {"off": "No CT", "skin": "CT: skin", "bones": "CT: bones, vessels"}


@dataclass(frozen=True)
class PictureStyle:
    """`background` behind surfaces as "#rrggbb", None for a transparent one; a `legend` has organs and volumes."""

    background: str | None = BACKGROUNDS["Dark"]
    legend: bool = False


@dataclass(frozen=True)
class FilmSettings:
    """A film: `size` is (width, height) in pixels, made even; `window` the HU from black to white on slices.

    `plane` is that of the slices in `sweep` and `split`, which go past the organs only, or through the `whole_scan`.
    `captions` are names, volumes, sides and the scale bar.
    """

    kind: FilmKind = "sweep"
    plane: PlaneName = "axial"
    size: tuple[int, int] = (1280, 720)
    seconds: float = 10.0
    fps: int = 24
    captions: bool = True
    background: str = BACKGROUNDS["Dark"]
    whole_scan: bool = False
    window: tuple[float, float] = (-160.0, 240.0)

    @property
    def even_size(self) -> tuple[int, int]:
        """Players want even sides: H.264's colours have half the resolution."""
        width, height = self.size
        return max(2, width // 2 * 2), max(2, height // 2 * 2)

    @property
    def frames(self) -> int:
        """How many pictures, at least one."""
        return max(1, round(self.seconds * self.fps))
