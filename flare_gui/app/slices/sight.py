"""Which part of a slice is seen, and how large: in millimetres, so that two scans can be looked at alike."""

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF

from flare_gui import geometry
from flare_gui.app.document.document import Document
from flare_gui.app.slices.plane import Frame


class Sight:
    """The camera over a slice. Of use once it has a `frame`."""

    def __init__(self, box: pg.ViewBox, document: Document) -> None:
        self._box, self._document = box, document
        self.frame: Frame | None = None

    @property
    def mm_per_pixel(self) -> float:
        """The scale."""
        return float(self._box.viewPixelSize()[0])

    def set_mm_per_pixel(self, wanted: float) -> None:
        """Zoom about the crosshair to a scale."""
        if self.frame is not None:
            factor = wanted / self.mm_per_pixel
            across, up = self.frame.on_plane(np.array(self._document.cursor_voxel, float))
            self._box.scaleBy((factor, factor), center=QPointF(across, up))

    def zoom(self, factor: float, about: QPointF | None) -> None:
        """Enlarge about a point of the scene, or about the middle."""
        centre = self._box.mapSceneToView(about) if about is not None else None
        self._box.scaleBy((1 / factor, 1 / factor), center=centre)

    def pan(self, delta: QPointF) -> None:
        """Shift the picture by so many pixels."""
        width, height = self._box.viewPixelSize()
        self._box.translateBy(x=-delta.x() * width, y=delta.y() * height)

    def show_all(self) -> None:
        """Show the whole slice."""
        if self.frame is not None:
            self._box.setRange(self.frame.rect, padding=0.02)

    def show_part(self, part: QRectF) -> None:
        """Show what another sight of the same slice has as its `part`."""
        self._box.setRange(part, padding=0)

    @property
    def part(self) -> QRectF:
        """What is seen, (across, up) in mm."""
        return self._box.viewRect()

    @property
    def middle_mm(self) -> np.ndarray:
        """The place in the middle of the picture, RAS+ mm."""
        assert self.frame is not None, "no scan is open"
        middle = self.part.center()
        voxel = self.frame.voxel(middle.x(), middle.y(), 0)
        voxel[self.frame.through] = self._document.cursor_voxel[self.frame.through]
        return geometry.apply(self._document.affine, voxel[None])[0]

    def look_at(self, place_mm: np.ndarray, mm_per_pixel: float) -> None:
        """Have a place (RAS+ mm) in the middle, at a scale."""
        if self.frame is None:
            return
        voxel = geometry.apply(np.linalg.inv(self._document.affine), np.asarray(place_mm, float)[None])[0]
        across, up = self.frame.on_plane(voxel)
        factor = mm_per_pixel / self.mm_per_pixel
        size = self.part.size() * factor
        self.show_part(QRectF(across - size.width() / 2, up - size.height() / 2, size.width(), size.height()))
