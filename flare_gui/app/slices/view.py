"""One plane of the scan with its organs: the layers, and what moves them."""

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QHBoxLayout, QWidget

from flare_gui import geometry
from flare_gui.app.document.document import Document
from flare_gui.app.slices.canvas import Canvas
from flare_gui.app.slices.labels import LabelSlices
from flare_gui.app.slices.layers import DISAGREEMENT, OUTLINE_PIXELS, Outline, Pixels, argb, grey
from flare_gui.app.slices.over import GHOST, Over
from flare_gui.app.slices.plane import AXIAL, CORONAL, SAGITTAL, Frame, Lines, Plane
from flare_gui.app.slices.projection import projected
from flare_gui.app.slices.sight import Sight
from flare_gui.app.slices.slab import Slab
from flare_gui.app.slices.slider import SliceSlider
from flare_gui.app.slices.tools import Place, ToolBox
from flare_gui.app.words import tr
from flare_gui.edit import Box
from flare_gui.organs import ORGANS

__all__ = ["AXIAL", "CORONAL", "OUTLINE_PIXELS", "SAGITTAL", "SliceView"]

_WINDOW_UNITS_PER_PIXEL = 2.0
# Where mask and reference differ, in place of labels: no organ has these.
_DIFFERING = (254, 255)


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
        self._hu: Slab | None = None
        # Forgotten at each change of the labels.
        self._labels: LabelSlices | None = None
        self._drawn_index: int | None = None
        self._disagreement = True
        self.setAccessibleName(tr("{name} slice").format(name=tr(plane.name)))
        self.setAccessibleDescription(tr("Arrow keys move the crosshair, Page Up and Page Down scroll, + and - zoom"))
        self._canvas = Canvas(self)
        self._canvas.double_clicked.connect(self.enlarged)
        self.setFocusProxy(self._canvas)
        self._box = self._canvas.addViewBox(lockAspect=True, enableMenu=False)
        self._box.setMouseEnabled(False, False)
        self.sight = Sight(self._box, document)
        self._over = Over(document, plane, self.tools, self.position_of)
        self._image, self._overlay = Pixels(QImage.Format.Format_RGB32), Pixels(QImage.Format.Format_ARGB32)
        self._image.set_smooth(document.display.smooth)
        self._outlines = {organ.label: Outline() for organ in ORGANS}
        # Where the organs were before the last stroke.
        self._ghosts = {organ.label: Outline() for organ in ORGANS}
        for item in (self._image, self._overlay, *self._outlines.values(), *self._ghosts.values()):
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
        document.segmentation_changed.connect(self._new_labels)
        document.edited.connect(lambda edit: self._drawn(edit.box))
        document.drawn.connect(self._drawn)
        document.looks_changed.connect(self._draw_organs)
        document.reference_changed.connect(self._draw_organs)
        document.rulers_changed.connect(self._canvas.repaint_marks)
        document.display_changed.connect(self._show_display)
        self.tools.changed.connect(self._canvas.repaint_marks)
        if self.tools.teaching is not None:
            self.tools.teaching.line_changed.connect(self._canvas.repaint_marks)
            self.tools.teaching.changed.connect(self._draw_ghosts)
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
        self._disagreement = other._disagreement
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
        self._disagreement = on
        self._draw_organs()

    # Layers

    def _new_volume(self) -> None:
        self.sight.frame = Frame(self._document, self._plane)
        self._hu = Slab(self._document.hu, self._plane.through)
        across, up = self.sight.frame.cut(self._document.hu, 0).shape
        for picture in (self._image, self._overlay):
            picture.show_in(self.sight.frame.rect, across, up)
        for outline in (*self._outlines.values(), *self._ghosts.values()):
            outline.show_in(self.sight.frame.rect)
        self._draw_hu()
        self._new_labels()
        self.reset_view()

    def _follow(self) -> None:
        if self.sight.frame is None:
            return
        if self.index != self._drawn_index:
            self._draw_slice()
        self._canvas.repaint_marks()
        if self._over.mouse is not None:
            # The slice has moved under the mouse.
            self.pointed.emit(self.voxel_at(self._over.mouse))

    def _draw_slice(self) -> None:
        self._draw_hu()
        self._draw_organs()

    def _draw_hu(self) -> None:
        if self.sight.frame is not None and self._hu is not None:
            self._drawn_index = self.index
            self._image.draw(grey(self.sight.frame.turned(self._layer(self._hu)), self._document.window))

    def _layer(self, thin: Slab) -> np.ndarray:
        """The slice as it lies in the canonical array, or what is put together of a thick one."""
        display, axis = self._document.display, self._plane.through
        count = round(display.slab_mm / geometry.spacing(self._document.affine)[axis])
        if count < 2:
            return thin.layer(self.index)
        return projected(self._document.hu, axis, self.index, count, display.slab_kind)

    def _show_display(self) -> None:
        self._image.set_smooth(self._document.display.smooth)
        self._draw_slice()
        self._canvas.repaint_marks()

    def _show_window(self) -> None:
        self._draw_hu()
        self._canvas.repaint_marks()

    def _new_labels(self) -> None:
        self._labels = None
        self._draw_organs()

    def _drawn(self, box: Box) -> None:
        """Follow what was drawn inside `box` of the labels, now or when it is scrolled to."""
        self._labels = None
        side = box[self._plane.through]
        if side.start <= self.index < side.stop:
            self._draw_organs()

    def _draw_organs(self) -> None:
        if self.sight.frame is None:
            return
        labels = self._document.labels
        if self._labels is None and labels is not None:
            self._labels = LabelSlices(labels, self.sight.frame)
        self._draw_outlines()
        self._draw_overlay()
        self._draw_ghosts()

    def _draw_overlay(self) -> None:
        reference = self._document.reference_labels
        differing = self._disagreement and reference is not None
        shown = self._labels is not None and (not self._document.outlined or differing)
        shown = shown and self._document.display.overlays
        self._overlay.setVisible(shown)
        if not shown or self._labels is None or self.sight.frame is None:
            return
        colours = _colours(self._document) if not self._document.outlined else np.zeros(256, np.uint32)
        picture = here = self._labels.here(self.index)
        if differing and reference is not None:
            other, picture = self.sight.frame.cut(reference, self.index), here.copy()
            for (colour, _), index, where in zip(DISAGREEMENT, _DIFFERING, (here > 0, here == 0), strict=True):
                picture[where & (here != other)] = index
                colours[index] = argb(colour, 0.85)
        self._overlay.draw(np.take(colours, picture))

    def _draw_outlines(self) -> None:
        labels = self._labels if self._document.outlined and self._document.display.overlays else None
        lines = labels.outlines(self.index) if labels is not None else {}
        for label, curve in self._outlines.items():
            look = self._document.look(label)
            curve.setVisible(look.visible and label in lines)
            if curve.isVisible():
                curve.draw(*lines[label], look.colour)

    def _draw_ghosts(self) -> None:
        """The outline of what the last stroke has changed, as it was before."""
        edit = self.tools.teaching.preview if self.tools.teaching is not None else None
        lines: dict[int, Lines] = {}
        labels, through = self._document.labels, self._plane.through
        if edit is not None and labels is not None and self.sight.frame is not None:
            side = edit.box[through]
            if side.start <= self.index < side.stop:
                before = geometry.layer(labels, through, self.index).copy()
                place = tuple(span for axis, span in enumerate(edit.box) if axis != through)
                before[place] = geometry.layer(edit.before, through, self.index - side.start)
                lines = self.sight.frame.outlines(self.sight.frame.turned(before))
        for label, ghost in self._ghosts.items():
            ghost.setVisible(edit is not None and label in edit.labels and label in lines)
            if ghost.isVisible():
                ghost.draw(*lines[label], GHOST)

    def paint_marks(self, painter: QPainter, size: QRectF) -> None:
        """What lies over the slice, called by the canvas at every repaint."""
        if self.sight.frame is not None:
            self._over.paint(painter, size, 1 / self.sight.mm_per_pixel, focus=self._canvas.hasFocus())

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self.hover(None)
        return super().event(event)


def _colours(document: Document) -> np.ndarray:
    """256 colours as uint32 0xAARRGGBB, one a label."""
    table = np.zeros(256, np.uint32)
    for organ in ORGANS:
        look = document.look(organ.label)
        table[organ.label] = argb(look.colour, look.opacity if look.visible else 0)
    return table
