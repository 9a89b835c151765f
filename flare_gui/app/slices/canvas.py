"""The surface a slice is drawn on. Turns mouse and keys into the view's verbs."""

from typing import Protocol

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QWheelEvent
from PySide6.QtWidgets import QGraphicsView

from flare_gui.app.slices.tools import Place, Tool, ToolBox

Key, Button, Modifier = Qt.Key, Qt.MouseButton, Qt.KeyboardModifier
_ARROWS = {Key.Key_Left: (-1, 0), Key.Key_Right: (1, 0), Key.Key_Up: (0, 1), Key.Key_Down: (0, -1)}
_SCROLL = {Key.Key_PageUp: 1, Key.Key_PageDown: -1}
_ZOOM = {Key.Key_Plus: 1.2, Key.Key_Equal: 1.2, Key.Key_Minus: 1 / 1.2}


class Steered(Protocol):
    """What mouse and keys ask of a view; positions are pixels of the canvas. `SliceView` says what each does."""

    @property
    def tools(self) -> ToolBox: ...
    def place_at(self, position: QPointF, modifiers: Qt.KeyboardModifier, /) -> Place | None: ...
    def hover(self, position: QPointF, /) -> None: ...
    def step(self, steps: int, /) -> None: ...
    def nudge_on_screen(self, right: int, up: int, /) -> None: ...
    def zoom(self, factor: float, about: QPointF | None = None, /) -> None: ...
    def pan(self, delta: QPointF, /) -> None: ...
    def move_to(self, position: QPointF, /) -> None: ...
    def window_by(self, across: float, up: float, /) -> None: ...
    def paint_marks(self, painter: QPainter, canvas: QRectF, /) -> None: ...


class Canvas(pg.GraphicsLayoutWidget):
    """pyqtgraph's canvas without its own mouse handling. `double_clicked` when no tool wants the clicks."""

    double_clicked = Signal()

    def __init__(self, view: Steered) -> None:
        super().__init__()
        self._view = view
        self._last = QPointF()
        self._panning = False
        self._turned = 0.0
        self.setBackground("#000000")
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        # Drops go to the window: the canvas would swallow them.
        self.setAcceptDrops(False)
        # Marks lie over everything: a partial repaint would leave pieces of the old ones.
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.FullViewportUpdate)
        self.ci.layout.setContentsMargins(0, 0, 0, 0)

    def repaint_marks(self) -> None:
        """Draw again what lies over the slice."""
        self.viewport().update()

    def drawForeground(self, painter: QPainter, rect: QRectF) -> None:  # noqa: N802 - Qt's name
        painter.save()
        painter.resetTransform()
        self._view.paint_marks(painter, QRectF(self.viewport().rect()))
        painter.restore()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        self._last = event.position()
        tool = self._tool_of(event)
        self._panning = tool is None and event.button() != Button.RightButton
        if tool is not None and not self._view.tools.working:
            place = self._view.place_at(event.position(), event.modifiers())
            if place is not None:
                self._view.tools.press(tool, place)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        moved, self._last = event.position() - self._last, event.position()
        if self._view.tools.working:
            place = self._view.place_at(event.position(), event.modifiers())
            if place is not None:
                self._view.tools.move(place)
        elif event.buttons() & Button.RightButton and self._view.tools.tool.other is None:
            self._view.window_by(moved.x(), -moved.y())
        elif event.buttons() and self._panning:
            self._view.pan(moved)
        elif not event.buttons() and event.modifiers() & Modifier.ShiftModifier:
            # As in 3D Slicer: with any tool, without a click.
            self._view.move_to(event.position())
        self._view.hover(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        # The last button: a second one that is pressed and let go while the tool works does not end its work.
        if self._view.tools.working and not event.buttons() & (Button.LeftButton | Button.RightButton):
            place = self._view.place_at(event.position(), event.modifiers())
            if place is not None:
                self._view.tools.release(place)
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        # Two quick dabs with the brush are no wish to enlarge.
        if self._view.tools.tool.key == "navigate":
            self.double_clicked.emit()
        else:
            self.mousePressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        # With Shift or Alt some systems turn the wheel sideways.
        turned = (event.angleDelta().y() or event.angleDelta().x()) / 120
        if event.modifiers() & Modifier.ControlModifier:
            self._view.zoom(1.15**turned, event.position())
        elif event.modifiers() & Modifier.ShiftModifier and self._view.tools.tool.round_cursor:
            self._view.tools.grow(1.12**turned)
        else:
            # Touch pads turn by small fractions of a step.
            self._turned += turned
            steps = int(np.trunc(self._turned))
            self._turned -= steps
            self._view.step(steps)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        key = Key(event.key())
        if key in _ARROWS:
            self._view.nudge_on_screen(*_ARROWS[key])
        elif key in _SCROLL:
            self._view.step(_SCROLL[key])
        elif key in _ZOOM:
            self._view.zoom(_ZOOM[key])
        else:
            event.ignore()
            return
        event.accept()

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        super().focusInEvent(event)
        self.repaint_marks()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        super().focusOutEvent(event)
        self.repaint_marks()

    def _tool_of(self, event: QMouseEvent) -> Tool | None:
        """What the button that goes down works with; None where it pans or windows."""
        tool = self._view.tools.tool
        if event.button() == Button.LeftButton:
            pans = event.modifiers() & Modifier.ShiftModifier and tool.key == "navigate"
            return None if pans else tool
        return tool.other if event.button() == Button.RightButton else None
