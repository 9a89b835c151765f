"""A line that is drawn around something in the 3D view with the mouse, while the lasso is in the hand."""

from typing import Any

import numpy as np
from PySide6.QtCore import QEvent, QObject, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QMouseEvent

COLOUR = (1.0, 1.0, 1.0)
# Not for each move of the mouse: where drawing takes longer than the next move comes, corners would be lost.
_DRAWN_EVERY_MS = 40


class CutLine(QObject):
    """Takes the left button from the camera while it is `on`.

    `drawn` carries its corners, (n, 2) from -1 to 1 across the picture, the 4x4 that takes millimetres there (x, y and
    depth, to be divided by the fourth), and whether Shift was held.
    """

    drawn = Signal(object, object, bool)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.on = False
        self._plotter: Any = None
        self._points: list[tuple[float, float]] = []
        self._soon = QTimer(self, singleShot=True, interval=_DRAWN_EVERY_MS)
        self._soon.timeout.connect(self._show)

    def watch(self, plotter: Any) -> None:
        """Follow the mouse on this one from now on."""
        self._plotter = plotter
        plotter.installEventFilter(self)

    def let_go(self) -> None:
        """The plotter is about to close."""
        self._soon.stop()
        if self._plotter is not None:
            self._plotter.removeEventFilter(self)
            self._plotter = None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if not isinstance(event, QMouseEvent) or not (self.on or self._points):
            return super().eventFilter(watched, event)
        left = Qt.MouseButton.LeftButton
        if event.type() == QEvent.Type.MouseButtonPress and event.button() == left:
            self._points = [self._place(event.position())]
        elif event.type() == QEvent.Type.MouseMove and self._points:
            self._points.append(self._place(event.position()))
            if not self._soon.isActive():
                self._soon.start()
        elif event.type() == QEvent.Type.MouseButtonRelease and event.button() == left and self._points:
            self._end(bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        else:
            return super().eventFilter(watched, event)
        return True

    def _place(self, position: QPointF) -> tuple[float, float]:
        width, height = max(1, self._plotter.width()), max(1, self._plotter.height())
        return 2 * position.x() / width - 1, 1 - 2 * position.y() / height

    def _end(self, outside: bool) -> None:
        self._soon.stop()
        corners, self._points = np.array(self._points), []
        self._plotter.remove_actor("cut line", render=False)
        self._plotter.render()
        camera, renderer = self._plotter.camera, self._plotter.renderer
        matrix = camera.GetCompositeProjectionTransformMatrix(renderer.GetTiledAspectRatio(), -1, 1)
        from_mm = np.array([[matrix.GetElement(i, j) for j in range(4)] for i in range(4)])
        self.drawn.emit(corners, from_mm, outside)

    def _show(self) -> None:
        from vtkmodules.vtkCommonCore import vtkPoints
        from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkPolyData
        from vtkmodules.vtkRenderingCore import vtkActor2D, vtkCoordinate, vtkPolyDataMapper2D

        points, line, data = vtkPoints(), vtkCellArray(), vtkPolyData()
        corners = [*self._points, self._points[0]]
        for x, y in corners:
            points.InsertNextPoint((x + 1) / 2, (y + 1) / 2, 0)
        line.InsertNextCell(len(corners))
        for number in range(len(corners)):
            line.InsertCellPoint(number)
        data.SetPoints(points)
        data.SetLines(line)
        place = vtkCoordinate()
        place.SetCoordinateSystemToNormalizedViewport()
        mapper, actor = vtkPolyDataMapper2D(), vtkActor2D()
        mapper.SetInputData(data)
        mapper.SetTransformCoordinate(place)
        actor.SetMapper(mapper)
        actor.GetProperty().SetColor(*COLOUR)
        actor.GetProperty().SetLineWidth(2)
        self._plotter.add_actor(actor, name="cut line", reset_camera=False, render=False)
        self._plotter.render()
