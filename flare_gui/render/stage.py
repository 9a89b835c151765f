"""The off-screen 3D scene of a film: surfaces that turn, fade and are cut by a slice."""

from types import TracebackType

import numpy as np
from PIL import Image

from flare_gui.errors import FlareError
from flare_gui.organs import ORGANS
from flare_gui.render import scene
from flare_gui.render.camera_path import OVERVIEW, Shot
from flare_gui.render.surface import organ_surfaces


class Stage:
    """Use in a `with` block: VTK's window is closed at its end. `labels` are canonical, placed by `affine`."""

    def __init__(self, labels: np.ndarray, affine: np.ndarray, size: tuple[int, int], background: str) -> None:
        self.surfaces = organ_surfaces(labels, affine, [organ.label for organ in ORGANS])
        if not self.surfaces:
            raise FlareError("there is no organ to show in 3D", hint="Segment the scan first, or choose another mask.")
        self._affine, self._size = affine, size
        self._plotter = scene.off_screen(size, background)
        self._actors = {
            organ.label: scene.add_organ(self._plotter, self.surfaces[organ.label], organ.key, organ.colour, 1.0)
            for organ in ORGANS
            if organ.label in self.surfaces
        }
        # Multi-sampling, not super-sampling: a third of the time without a GPU.
        self._plotter.enable_anti_aliasing("msaa", multi_samples=8)
        bounds = scene.bounds_of(self.surfaces)
        assert bounds is not None
        box = np.array(bounds)
        self._middle, self._radius = (box[::2] + box[1::2]) / 2, float(np.linalg.norm(box[1::2] - box[::2])) / 2
        # In an upright picture the width is what is short of room.
        self._far = max(1.0, size[1] / size[0])
        self.turned(0.0)

    def __enter__(self) -> "Stage":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._plotter.close()

    def turned(self, degrees: float) -> Image.Image:
        """All organs from around: 0 is the front, then the patient's right."""
        angle = np.radians(degrees)
        towards = np.array([np.sin(angle), np.cos(angle), 0.15])
        self._look(self._middle + OVERVIEW * self._far * self._radius * towards, self._middle)
        return self.picture()

    def shot(self, shot: Shot) -> Image.Image:
        """One picture of a fly-through."""
        for label, actor in self._actors.items():
            actor.prop.opacity = shot.opacity[label]
        away = shot.position - shot.focal_point
        self._look(shot.focal_point + self._far * away, shot.focal_point)
        return self.picture()

    def frame_scan(self, shape: tuple[int, ...]) -> None:
        """Look from the front, a little from above and the side, at a scan of this many canonical voxels."""
        corners = np.array([[x, y, z, 1] for x in (0, shape[0]) for y in (0, shape[1]) for z in (0, shape[2])], float)
        placed = (self._affine @ corners.T).T[:, :3]
        radius = float(np.linalg.norm(np.ptp(placed, axis=0))) / 2
        towards = np.array([0.45, 1.0, 0.35]) / np.linalg.norm([0.45, 1.0, 0.35])
        middle = (placed.min(axis=0) + placed.max(axis=0)) / 2
        self._look(middle + 3.1 * self._far * radius * towards, middle)

    def show_slice(self, hu: np.ndarray, axis: int, index: int, window: tuple[float, float]) -> None:
        """Put a slice of the scan at its place; the one before is gone."""
        scene.add_slice(self._plotter, hu, self._affine, axis, index, window)

    def picture(self) -> Image.Image:
        """What the camera sees now, RGB."""
        self._plotter.render()
        return Image.fromarray(np.asarray(self._plotter.screenshot(return_img=True))[..., :3])

    def _look(self, position: np.ndarray, focal_point: np.ndarray) -> None:
        self._plotter.camera_position = [tuple(position), tuple(focal_point), (0, 0, 1)]
        self._plotter.reset_camera_clipping_range()
