"""Where the camera goes by itself: before what there is, as long as nobody has turned it."""

from typing import Any

import numpy as np

# What comes later moves the camera once it reaches beyond what it was put before by this share of its size.
OUTGROWN = 0.25

# As `render.scene.bounds_of` has it: x low, x high, y low, ..., mm.
Box = tuple[float, ...]


class Framing:
    """The camera of a plotter. What came first may be a dab of the brush; a cut, and its undoing, moves nothing."""

    def __init__(self, plotter: Any) -> None:
        self._plotter = plotter
        # Where the camera was put by itself, and the box it was put before; None before.
        self._camera: tuple[object, ...] | None = None
        self._box: Box = (0.0,) * 6

    @property
    def done(self) -> bool:
        """Whether the camera was put before anything."""
        return self._camera is not None

    @property
    def camera(self) -> tuple[object, ...]:
        """Where it is, what it looks at, which way is up, and its lens."""
        seen = self._plotter.camera
        return seen.position, seen.focal_point, seen.up, seen.view_angle

    def forget(self) -> None:
        """Another scan: the camera goes by itself again."""
        self._camera = None

    def look_from(self, side: str, box: Box) -> None:
        """Turn it to a side, one of `render.scene.VIEWS`, and fit the box into the picture."""
        from flare_gui.render import scene

        scene.look_from(self._plotter, side, box)  # type: ignore[arg-type]
        self._plotter.render()

    def fit(self, box: Box) -> None:
        """Move it, the way it looks, to where the box fills the picture."""
        from flare_gui.render import scene

        scene.fit(self._plotter, box)
        self._plotter.render()

    def frame(self, box: Box, *, only_for_more: bool) -> None:
        """Put it before the box unless somebody has turned it; `only_for_more` if much is beyond the last one."""
        if self._camera is None or (self._camera == self.camera and not (only_for_more and self._holds(box))):
            self.look_from("front", box)
            self._camera, self._box = self.camera, box

    def _holds(self, box: Box) -> bool:
        framed, now = (np.array(one).reshape(3, 2) for one in (self._box, box))
        beyond = np.maximum(framed[:, 0] - now[:, 0], now[:, 1] - framed[:, 1])
        return bool((beyond <= OUTGROWN * np.ptp(framed, axis=1).max()).all())
