"""The off-screen 3D scene of a film: surfaces that turn, fade and are cut by a slice."""

from collections.abc import Mapping
from types import TracebackType

import numpy as np
import pyvista as pv
from PIL import Image
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkCommonCore import vtkUnsignedCharArray

from flare_gui import geometry
from flare_gui.errors import FlareError
from flare_gui.organs import ORGANS
from flare_gui.render import camera_path, scene
from flare_gui.render.camera_path import Shot
from flare_gui.render.surface import organ_surfaces

# Drawn at twice the size and averaged: finer edges and lights than eight-fold multi-sampling, in half its time where
# there is no GPU. Beyond this many pixels a side graphics cards give up, and edges are fine as they are.
OVERSAMPLING, MOST_PIXELS = 2, 8192
# Vertical, in degrees. A long lens: what comes near while it turns does not swell.
VIEW_ANGLE = 14.0
# Share of the picture that is filled.
FILLED = 0.92


class Stage:
    """Use in a `with` block: VTK's window is closed at its end. `labels` are canonical, placed by `affine`.

    `top` is the share of the picture's height that is left free above the organs, for a legend. With `hollows`, which
    take three times as long, what lies deep is in shade.
    """

    def __init__(
        self,
        labels: np.ndarray,
        affine: np.ndarray,
        size: tuple[int, int],
        background: str,
        *,
        top: float = 0.0,
        hollows: bool = False,
    ) -> None:
        self.surfaces = organ_surfaces(labels, affine, [organ.label for organ in ORGANS])
        if not self.surfaces:
            raise FlareError("there is no organ to show in 3D", hint="Segment the scan first, or choose another mask.")
        self._affine, self._size, self._top = affine, size, top
        self._factor = OVERSAMPLING if OVERSAMPLING * max(size) <= MOST_PIXELS else 1
        self._plotter = scene.off_screen((self._factor * size[0], self._factor * size[1]), background)
        self._window = self._plotter.render_window
        self._plotter.disable_anti_aliasing()
        self._window.SetMultiSamples(0)
        self._actors = {
            organ.label: scene.add_organ(self._plotter, self.surfaces[organ.label], organ.key, organ.colour, 1.0)
            for organ in ORGANS
            if organ.label in self.surfaces
        }
        self._insides = [_split(actor) for actor in self._actors.values()]
        for inside in self._insides:
            self._plotter.renderer.AddActor(inside)
        scene.blend_in_order(self._plotter)
        if hollows:
            scene.shade_hollows(self._plotter)
        # The legend's room is above: the focal point moves below the middle.
        self._plotter.camera.SetWindowCenter(0.0, top)
        self._plotter.camera.view_angle = VIEW_ANGLE
        self._pixels = vtkUnsignedCharArray()
        low, high = camera_path.box_of(self.surfaces)
        self._middle = (low + high) / 2
        points = np.concatenate([np.asarray(surface.points) for surface in self.surfaces.values()]) - self._middle
        sides = [camera_path.direction(degrees, camera_path.FRONT[1]) for degrees in range(0, 360, 10)]
        self._far = max(self.distance(points, side) for side in sides)
        self.look(0.0)

    def __enter__(self) -> "Stage":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._plotter.close()

    def distance(self, points: np.ndarray, towards: np.ndarray) -> float:
        """See `camera_path.Distance`."""
        room = FILLED, (1 - self._top) * FILLED
        aspect = self._size[0] / self._size[1]
        return camera_path.fitting_distance(points, towards, VIEW_ANGLE, aspect, room)

    def look(self, degrees: float) -> None:
        """All organs from around: 0 is the front, then the patient's right."""
        towards = camera_path.direction(degrees, camera_path.FRONT[1])
        self._look(self._middle + self._far * towards, self._middle)

    def take(self, shot: Shot) -> None:
        """One shot of a fly-through."""
        self._set_opacities(shot.opacity)
        self._look(shot.position, shot.focal_point)

    def fade(self, opacity: float) -> None:
        """Make all organs this opaque, so that what lies behind or inside is seen."""
        self._set_opacities(dict.fromkeys(self._actors, opacity))

    def frame_scan(self, first: tuple[int, ...], last: tuple[int, ...]) -> None:
        """Look from the front, a little from above and the side, at the canonical voxels from `first` to `last`."""
        low, high = np.array(first) - 0.5, np.array(last) + 0.5
        corners = geometry.apply(self._affine, low + geometry.corners((2, 2, 2)) * (high - low))
        middle, towards = corners.mean(axis=0), camera_path.direction(24.0, 28.0)
        self._look(middle + self.distance(corners - middle, towards) * towards, middle)

    def show_slice(self, hu: np.ndarray, axis: int, index: int, window: tuple[float, float]) -> None:
        """Put a slice of the scan at its place; the one before is gone."""
        scene.add_slice(self._plotter, hu, self._affine, axis, index, window)

    def picture(self) -> Image.Image:
        """What the camera sees now, RGB."""
        self._plotter.renderer.ResetCameraClippingRange()
        self._window.Render()
        width, height = (self._factor * side for side in self._size)
        # As they lie in the frame buffer, four bytes a pixel and the lowest line first.
        self._window.GetRGBACharPixelData(0, 0, width - 1, height - 1, 0, self._pixels, 0)
        whole = Image.frombuffer("RGBX", (width, height), vtk_to_numpy(self._pixels), "raw", "RGBX", 0, -1)
        return whole.reduce(self._factor).convert("RGB")

    def _set_opacities(self, opacity: Mapping[int, float]) -> None:
        """Make organs this opaque. When one is faint there are no insides: they would shine through it."""
        for label, actor in self._actors.items():
            actor.prop.opacity = opacity[label]
        for inside in self._insides:
            inside.SetVisibility(min(opacity.values()) >= 1.0)

    def _look(self, position: np.ndarray, focal_point: np.ndarray) -> None:
        self._plotter.camera_position = [tuple(position), tuple(focal_point), (0, 0, 1)]


def _split(actor: pv.Actor) -> pv.Actor:
    """Let `actor` draw the outside of its closed surface only, and return another one that draws the inside.

    Drawn together, every pixel of an organ is shaded twice. Insides are seen where smoothing has pushed a thin wall
    through itself.
    """
    inside = pv.Actor(mapper=actor.mapper)
    inside.prop = actor.prop.copy()
    actor.prop.culling, inside.prop.culling = "back", "front"
    return inside
