"""Strokes that correct an organ in three dimensions."""

import numpy as np
from PySide6.QtCore import Qt

from flare_gui import geometry
from flare_gui.app.document.teaching import Line
from flare_gui.app.slices.tools import Place
from flare_gui.strokes import MOST_POINTS, Stroke

# Points of a stroke lie this close: a line between two of them leaves out no voxel of the network's grid.
STEP_MM = 1.0


class _TeachStroke:
    """Draws a line of the chosen organ, or of `none`, and corrects the mask with it where the button goes up."""

    key, round_cursor = "teach", False
    other: "_TeachStroke | None" = None

    def __init__(self, *, none: bool) -> None:
        self._none = none
        self._place: Place | None = None

    def press(self, place: Place) -> None:
        if place.box.teaching is not None:
            shift = bool(place.modifiers & Qt.KeyboardModifier.ShiftModifier)
            place.box.teaching.line = Line(0 if self._none or shift else place.box.label, (place.point,), place.plane)
            self._place = place

    def move(self, place: Place) -> None:
        teaching = place.box.teaching
        if teaching is not None and teaching.line is not None and len(teaching.line.points) < MOST_POINTS:
            teaching.line = teaching.line._replace(points=(*teaching.line.points, place.point))
            self._place = place

    def release(self, place: Place) -> None:
        teaching = place.box.teaching
        if teaching is None or teaching.line is None:
            return
        line, teaching.line, self._place = teaching.line, None, None
        points = np.array(line.points)
        inside = ((np.rint(points) >= 0) & (np.rint(points) < place.document.hu.shape)).all(axis=1)
        if inside.any():
            mm = geometry.apply(place.document.affine, points[inside])
            teaching.draw(Stroke(line.label, _dense(mm)))

    def finish(self) -> None:
        if self._place is not None:
            self.release(self._place)


class Teach(_TeachStroke):
    """Says where the chosen organ is; with Shift or the right button, where none is."""

    def __init__(self) -> None:
        super().__init__(none=False)
        self.other = _TeachStroke(none=True)


def _dense(points: np.ndarray) -> np.ndarray:
    """The same line with a point at least every `STEP_MM`, no more than a stroke may have."""
    lengths = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    count = min(MOST_POINTS, int(np.ceil(lengths[-1] / STEP_MM)) + 1)
    at = np.linspace(0, lengths[-1], count)
    return np.stack([np.interp(at, lengths, points[:, axis]) for axis in range(3)], axis=1)
