"""One plane of the scan with its organs, in radiological convention: the patient's right is on the left."""

from typing import NamedTuple

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from flare_gui import geometry
from flare_gui.app.document import Document
from flare_gui.organs import ORGANS


class Plane(NamedTuple):
    """Canonical axes across and up the screen and through it, and the letters left, right, top, bottom."""

    name: str
    across: int
    up: int
    through: int
    mirrored: bool
    letters: str


# Canonical axis 0 grows to the patient's right, which belongs on the screen's left: axial and coronal are mirrored.
AXIAL = Plane("Axial", 0, 1, 2, True, "RLAP")
CORONAL = Plane("Coronal", 0, 2, 1, True, "RLSI")
SAGITTAL = Plane("Sagittal", 1, 2, 0, True, "APSI")

_WINDOW_UNITS_PER_PIXEL = 2.0


class SliceView(QWidget):
    """Draws the document's slice at the crosshair. Click moves it, the wheel scrolls, the right button windows."""

    pointed = Signal(object)
    enlarged = Signal()

    def __init__(self, document: Document, plane: Plane) -> None:
        super().__init__()
        self._document, self._plane = document, plane
        self.setAccessibleName(f"{plane.name} slice")
        self._graphics = _Graphics(self)
        self._box = self._graphics.addViewBox(lockAspect=True, enableMenu=False)
        self._box.setMouseEnabled(False, False)
        self._image, self._overlay = pg.ImageItem(), pg.ImageItem()
        self._lines = [pg.InfiniteLine(angle=angle, pen=pg.mkPen("#F0E442", width=1)) for angle in (90, 0)]
        for item in (self._image, self._overlay, *self._lines):
            self._box.addItem(item)
        self._letters = [pg.LabelItem(letter, color="#D0D0D0", bold=True) for letter in plane.letters]
        for letter, anchor in zip(self._letters, ((0, 0.5), (1, 0.5), (0.5, 0), (0.5, 1)), strict=True):
            letter.setParentItem(self._box)
            letter.anchor(itemPos=anchor, parentPos=anchor)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._graphics)
        document.volume_changed.connect(self._fit)
        for signal in (document.segmentation_changed, document.looks_changed, document.cursor_changed):
            signal.connect(self._draw)
        document.window_changed.connect(self._draw)

    def step(self, steps: int) -> None:
        """Move the crosshair through the slices."""
        if self._document.volume is not None:
            voxel = list(self._document.cursor_voxel)
            voxel[self._plane.through] += steps
            self._document.move_to_voxel((voxel[0], voxel[1], voxel[2]))

    def zoom(self, factor: float) -> None:
        """Enlarge about the middle."""
        self._box.scaleBy((1 / factor, 1 / factor))

    def voxel_at(self, position: QPointF) -> tuple[int, int, int] | None:
        """The canonical voxel under a position in the widget, None outside the scan."""
        if self._document.volume is None:
            return None
        point = self._box.mapSceneToView(self._graphics.mapToScene(position.toPoint()))
        spacing, shape = geometry.spacing(self._document.affine), self._document.hu.shape
        voxel = list(self._document.cursor_voxel)
        for axis, mm in ((self._plane.across, point.x()), (self._plane.up, point.y())):
            if axis == self._plane.across and self._plane.mirrored:
                mm = shape[axis] * spacing[axis] - mm
            voxel[axis] = int(np.floor(mm / spacing[axis]))
            if not 0 <= voxel[axis] < shape[axis]:
                return None
        return voxel[0], voxel[1], voxel[2]

    def window_by(self, across: float, up: float) -> None:
        """Change window width by dragging across, level by dragging up, in pixels."""
        low, high = self._document.window
        level = (low + high) / 2 + up * _WINDOW_UNITS_PER_PIXEL
        width = max(2.0, high - low + across * _WINDOW_UNITS_PER_PIXEL)
        self._document.window = (level - width / 2, level + width / 2)

    def move_to(self, position: QPointF) -> None:
        """Put the crosshair under a position in the widget."""
        voxel = self.voxel_at(position)
        if voxel is not None:
            self._document.move_to_voxel(voxel)

    def pan(self, delta: QPointF) -> None:
        """Shift the picture by so many pixels."""
        width, height = self._box.viewPixelSize()
        self._box.translateBy(x=-delta.x() * width, y=delta.y() * height)

    def _slice(self, array: np.ndarray) -> np.ndarray:
        plane = np.take(array, self._document.cursor_voxel[self._plane.through], axis=self._plane.through)
        plane = plane if self._plane.across < self._plane.up else plane.T
        return plane[::-1] if self._plane.mirrored else plane

    def _rect(self) -> QRectF:
        spacing, shape = geometry.spacing(self._document.affine), self._document.hu.shape
        a, u = self._plane.across, self._plane.up
        return QRectF(0, 0, shape[a] * spacing[a], shape[u] * spacing[u])

    def _fit(self) -> None:
        self._draw()
        self._box.setRange(self._rect(), padding=0.02)

    def _draw(self) -> None:
        if self._document.volume is None:
            return
        low, high = self._document.window
        self._image.setImage(self._slice(self._document.hu), levels=(low, high), autoLevels=False)
        self._image.setRect(self._rect())
        labels = self._document.labels
        self._overlay.setVisible(labels is not None)
        if labels is not None:
            self._overlay.setImage(self._colours()[self._slice(labels)], levels=(0, 255))
            self._overlay.setRect(self._rect())
        spacing, voxel = geometry.spacing(self._document.affine), self._document.cursor_voxel
        for line, axis in zip(self._lines, (self._plane.across, self._plane.up), strict=True):
            at = (voxel[axis] + 0.5) * spacing[axis]
            mirrored = axis == self._plane.across and self._plane.mirrored
            line.setPos(self._rect().width() - at if mirrored else at)

    def _colours(self) -> np.ndarray:
        table = np.zeros((256, 4), np.uint8)
        for organ in ORGANS:
            look = self._document.look(organ.label)
            colour = QColor(look.colour)
            alpha = round(255 * look.opacity) if look.visible else 0
            table[organ.label] = (colour.red(), colour.green(), colour.blue(), alpha)
        return table


class _Graphics(pg.GraphicsLayoutWidget):
    """The canvas; turns mouse and keyboard into the view's verbs."""

    def __init__(self, view: SliceView) -> None:
        super().__init__(view)
        self._view = view
        self._last = QPointF()
        self.setBackground("#000000")
        self.setMouseTracking(True)
        # Drops go to the window: the canvas would swallow them.
        self.setAcceptDrops(False)
        self.ci.layout.setContentsMargins(0, 0, 0, 0)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        self._last = event.position()
        if event.button() == Qt.MouseButton.LeftButton:
            self._view.move_to(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        moved, self._last = event.position() - self._last, event.position()
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._view.move_to(event.position())
        elif event.buttons() & Qt.MouseButton.RightButton:
            self._view.window_by(moved.x(), -moved.y())
        elif event.buttons() & Qt.MouseButton.MiddleButton:
            self._view.pan(moved)
        self._view.pointed.emit(self._view.voxel_at(event.position()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        self._view.enlarged.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        steps = event.angleDelta().y() / 120
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._view.zoom(1.15**steps)
        elif steps:
            self._view.step(int(np.sign(steps)) * max(1, round(abs(steps))))
        event.accept()
