"""Two scans of one patient, looked at together: the same place, the same brightness."""

import numpy as np
from PySide6.QtCore import QObject

from flare_gui import geometry
from flare_gui.app.document.document import Document


class Link(QObject):
    """Keeps the crosshairs of two open documents together, and how both are drawn.

    A place of the first is at `shift_mm` more in the second: nothing, as long as the table stood alike. Scanners put
    their origin elsewhere each day: scans that have no place in common begin middle on middle.
    """

    def __init__(self, first: Document, second: Document) -> None:
        super().__init__()
        self._first, self._second = first, second
        self._busy = False
        self.on = True
        one, other = (_box(document) for document in (first, second))
        self.apart = bool((np.maximum(one[0], other[0]) > np.minimum(one[1], other[1])).any())
        """Whether the scans have no place in common."""
        self.shift_mm: np.ndarray = (other.mean(axis=0) - one.mean(axis=0)) if self.apart else np.zeros(3)
        first.cursor_changed.connect(self._follow_first)
        second.cursor_changed.connect(self._follow_second)
        for signal in (first.window_changed, first.looks_changed, first.display_changed):
            signal.connect(self._look_alike)
        second.window_changed.connect(self._take_window)
        self._look_alike()
        self._follow_first()

    def match_here(self) -> None:
        """Take the places of both crosshairs for the same place of the patient."""
        self.shift_mm = self._second.cursor_mm - self._first.cursor_mm

    def set_on(self, on: bool) -> None:
        """Move both crosshairs together, or each alone."""
        self.on = on
        if on:
            self._follow_first()

    def end(self) -> None:
        """Leave the first document alone from now on."""
        first = self._first
        first.cursor_changed.disconnect(self._follow_first)
        for signal in (first.window_changed, first.looks_changed, first.display_changed):
            signal.disconnect(self._look_alike)

    def _follow_first(self) -> None:
        self._move(self._second, self._first.cursor_mm + self.shift_mm)

    def _follow_second(self) -> None:
        self._move(self._first, self._second.cursor_mm - self.shift_mm)

    def _move(self, document: Document, place_mm: np.ndarray) -> None:
        # Who is moved would move the one that moved it.
        if self.on and not self._busy:
            self._busy = True
            document.cursor_mm = place_mm
            self._busy = False

    def _look_alike(self) -> None:
        if not self._busy:
            self._busy = True
            self._second.look_like(self._first)
            self._busy = False

    def _take_window(self) -> None:
        if not self._busy:
            self._busy = True
            self._first.window = self._second.window
            self._busy = False


def _box(document: Document) -> np.ndarray:
    """(2, 3): lowest and highest RAS+ mm of the voxels' middles."""
    x, y, z = document.hu.shape
    corners = geometry.apply(document.affine, geometry.corners((x, y, z)))
    return np.stack([corners.min(axis=0), corners.max(axis=0)])
