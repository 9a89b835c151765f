"""One plane of the scan with its organs: the layers, and what moves them."""

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QHBoxLayout, QWidget

from flare_gui.app.document.document import Document
from flare_gui.app.slices.canvas import Canvas
from flare_gui.app.slices.layers import OUTLINE_PIXELS
from flare_gui.app.slices.over import Over
from flare_gui.app.slices.picture import Picture
from flare_gui.app.slices.plane import AXIAL, CORONAL, SAGITTAL, Frame, Plane
from flare_gui.app.slices.sight import Sight
from flare_gui.app.slices.slider import SliceSlider
from flare_gui.app.slices.tools import Place, ToolBox
from flare_gui.app.words import tr

__all__ = ["AXIAL", "CORONAL", "OUTLINE_PIXELS", "SAGITTAL", "SliceView"]

_WINDOW_UNITS_PER_PIXEL = 2.0


class SliceView(QWidget):
    """Draws the document's slice at the crosshair. The left button is the tool's, the wheel scrolls, the right windows.

    `pointed` carries the canonical voxel under the mouse, or None; `enlarged` follows a double click, `zoomed` a change
    of scale by the user, `panned` a shift.
    """

    pointed = Signal(object)
    enlarged = Signal()
    zoomed = Signal()
    panned = Signal()

    def __init__(self, document: Document, plane: Plane, tools: ToolBox | None = None) -> None:
        super().__init__()
        self._document, self._plane, self.tools = document, plane, tools or ToolBox()
        self.setAccessibleName(tr("{name} slice").format(name=tr(plane.name)))
        self.setAccessibleDescription(tr("Arrow keys move the crosshair, Page Up and Page Down scroll, + and - zoom"))
        self._canvas = Canvas(self)
        self._canvas.double_clicked.connect(self.enlarged)
        self.setFocusProxy(self._canvas)
        self._box = self._canvas.addViewBox(lockAspect=True, enableMenu=False)
        self._box.setMouseEnabled(False, False)
        self.sight = Sight(self._box, document)
        self._over = Over(document, plane, self.tools, self.position_of)
        self._picture = Picture(document, plane, self.tools.teaching, self)
        for item in self._picture.items:
            self._box.addItem(item)
        self.slider = SliceSlider(document, plane)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._canvas)
        layout.addWidget(self.slider)
        document.volume_changed.connect(self._new_volume)
        document.cursor_changed.connect(self._follow)
        document.window_changed.connect(self._show_window)
        document.segmentation_changed.connect(self._picture.new_labels)
        document.edited.connect(self._picture.follow_edit)
        document.drawn.connect(self._picture.follow)
        document.looks_changed.connect(self._picture.draw_organs)
        document.reference_changed.connect(self._picture.draw_organs)
        document.rulers_changed.connect(self._canvas.repaint_marks)
        document.display_changed.connect(self._show_display)
        self.tools.changed.connect(self._canvas.repaint_marks)
        if self.tools.teaching is not None:
            self.tools.teaching.line_changed.connect(self._canvas.repaint_marks)
            self.tools.teaching.changed.connect(self._picture.draw_ghosts)
            self.tools.teaching.changed.connect(self._canvas.repaint_marks)

    # Where things are

    @property
    def canvas(self) -> QWidget:
        """What the mouse hits."""
        return self._canvas.viewport()

    @property
    def index(self) -> int:
        """The number of the slice that is shown."""
        return self._document.cursor_voxel[self._plane.through]

    def voxel_at(self, position: QPointF) -> tuple[int, int, int] | None:
        """The canonical voxel under a position in the widget, None outside the scan."""
        place = self.place_at(position)
        return place.voxel if place is not None else None

    def place_at(
        self, position: QPointF, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
    ) -> Place | None:
        """What a tool needs to know about a position in the widget; None when no scan is open."""
        if self.sight.frame is None:
            return None
        point = self._box.mapSceneToView(self._canvas.mapToScene(0, 0) + position)
        voxel = self.sight.frame.voxel(point.x(), point.y(), self.index)
        return Place(self._document, self.tools, voxel, self._plane.through, modifiers)

    def position_of(self, voxel: np.ndarray) -> QPointF:
        """Where a canonical voxel index, fractions allowed, lies in the widget."""
        assert self.sight.frame is not None, "no scan is open"
        across, up = self.sight.frame.on_plane(voxel)
        return self._box.mapViewToScene(QPointF(across, up)) - self._canvas.mapToScene(0, 0)

    # What can be done

    def step(self, steps: int) -> None:
        """Move the crosshair through the slices."""
        self.nudge(self._plane.through, steps)

    def nudge(self, axis: int, steps: int) -> None:
        """Move the crosshair along a canonical axis by voxels."""
        if self._document.volume is not None:
            voxel = list(self._document.cursor_voxel)
            voxel[axis] += steps
            self._document.move_to_voxel((voxel[0], voxel[1], voxel[2]))

    def nudge_on_screen(self, right: int, up: int) -> None:
        """Move the crosshair by voxels to the right or up, as the user sees it."""
        self.nudge(self._plane.across, -right if self._plane.mirrored else right)
        self.nudge(self._plane.up, up)

    def zoom(self, factor: float, about: QPointF | None = None) -> None:
        """Enlarge about a position in the widget, or about the middle."""
        self.sight.zoom(factor, self._canvas.mapToScene(0, 0) + about if about is not None else None)
        self.zoomed.emit()

    def pan(self, delta: QPointF) -> None:
        """Shift the picture by so many pixels."""
        self.sight.pan(delta)
        self.panned.emit()

    def reset_view(self) -> None:
        """Show the whole slice."""
        self.sight.show_all()

    def twin(self) -> "SliceView":
        """Another view of the same document and plane."""
        return SliceView(self._document, self._plane, self.tools)

    def look_like(self, other: "SliceView") -> None:
        """Show the same part of the same slice, with the same marks."""
        self._picture.disagreement = other._picture.disagreement
        if other.sight.frame is not None:
            self._new_volume()
            self.sight.show_part(other.sight.part)

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

    def hover(self, position: QPointF | None) -> None:
        """The mouse is over a position in the widget, or has left."""
        self._over.mouse = position
        self.pointed.emit(self.voxel_at(position) if position is not None else None)
        if self.tools.tool.round_cursor:
            self._canvas.repaint_marks()

    def show_disagreement(self, on: bool) -> None:
        """Colour where mask and reference differ, when there is a reference."""
        self._picture.disagreement = on
        self._picture.draw_organs()

    # Following the document

    def _new_volume(self) -> None:
        self.sight.frame = Frame(self._document, self._plane)
        self._picture.new_volume(self.sight.frame)
        self.reset_view()

    def _follow(self) -> None:
        if self.sight.frame is None:
            return
        self._picture.scroll()
        self._canvas.repaint_marks()
        if self._over.mouse is not None:
            # The slice has moved under the mouse.
            self.pointed.emit(self.voxel_at(self._over.mouse))

    def _show_display(self) -> None:
        self._picture.show_display()
        self._canvas.repaint_marks()

    def _show_window(self) -> None:
        self._picture.draw_hu()
        self._canvas.repaint_marks()

    def paint_marks(self, painter: QPainter, size: QRectF) -> None:
        """What lies over the slice, called by the canvas at every repaint."""
        if self.sight.frame is not None:
            self._over.paint(painter, size, 1 / self.sight.mm_per_pixel, focus=self._canvas.hasFocus())

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self.hover(None)
        return super().event(event)
