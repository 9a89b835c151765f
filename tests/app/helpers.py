"""What the window's tests do as a user would: drop, click, drag, look."""

from pathlib import Path

import numpy as np
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox, QWidget

from flare_gui.app.slices.view import SliceView
from flare_gui.app.window.main_window import MainWindow

LPS = np.diag([-2.0, -3.0, 4.0, 1.0])
LEFT, NO_KEYS = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def drop(target: QWidget, *paths: Path) -> None:
    """Drop files on a widget, the way Qt delivers a drop: to it, and if it does not want it to what it lies in."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    middle, copy = target.rect().center(), Qt.DropAction.CopyAction
    enter = QDragEnterEvent(middle, copy, mime, LEFT, NO_KEYS)
    QApplication.sendEvent(target, enter)
    assert enter.isAccepted(), f"{target} and what it lies in refuse files"
    QApplication.sendEvent(target, QDropEvent(QPointF(middle), copy, mime, LEFT, NO_KEYS))


def answer(words: str) -> None:
    """Press the button with these words in the question that is open."""
    boxes = [box for box in QApplication.topLevelWidgets() if isinstance(box, QMessageBox) and box.isVisible()]
    assert len(boxes) == 1, [box.text() for box in boxes]
    next(button for button in boxes[0].buttons() if button.text() == words).click()


def question_is_open() -> bool:
    """Whether a message box waits for an answer."""
    return any(isinstance(box, QMessageBox) and box.isVisible() for box in QApplication.topLevelWidgets())


def slice_view(window: MainWindow, name: str) -> SliceView:
    """The view of one plane."""
    return next(view for view in window.views.slices if view.accessibleName() == f"{name} slice")


def canvas(view: SliceView) -> QWidget:
    """What the mouse really hits."""
    return view.canvas


def drag(view: SliceView, *points: QPointF, keys: Qt.KeyboardModifier = NO_KEYS, button: Qt.MouseButton = LEFT) -> None:
    """Press at the first point, move through the others, let go at the last."""
    target = canvas(view)
    QTest.mousePress(target, button, keys, points[0].toPoint())
    for point in points[1:]:
        place = QPointF(point.toPoint())
        event = QMouseEvent(QMouseEvent.Type.MouseMove, place, target.mapToGlobal(place), button, button, keys)
        QApplication.sendEvent(target, event)
    QTest.mouseRelease(target, button, keys, points[-1].toPoint())


def wheel(target: QWidget, place: QPointF, turns: int, keys: Qt.KeyboardModifier = NO_KEYS) -> None:
    """Turn the wheel over a widget by so many steps, away from the user."""
    no_pixels, phase = QPoint(), Qt.ScrollPhase.NoScrollPhase
    angle = QPoint(0, 120 * turns)
    event = QWheelEvent(place, target.mapToGlobal(place), no_pixels, angle, Qt.MouseButton.NoButton, keys, phase, False)
    QApplication.sendEvent(target, event)


def at(view: SliceView, voxel: tuple[float, float, float]) -> QPointF:
    """Where a canonical voxel is on the screen."""
    return view.position_of(np.array(voxel, float))


def point(position: QPointF) -> QPoint:
    """As whole pixels."""
    return position.toPoint()
