"""What is painted while something else comes in is a step of its own: nothing of it is lost, nothing is mixed up."""

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from flare_gui.app.slices.brushes import Brush
from flare_gui.app.window.main_window import MainWindow
from flare_gui.organs import LIVER, SPLEEN
from flare_gui.volume import Segmentation, Volume
from tests.app.helpers import at, canvas, slice_view

WaitFor = Callable[..., None]


@pytest.fixture
def drawn(window: MainWindow, wait_for: WaitFor) -> MainWindow:
    labels = np.zeros((50, 40, 30), np.uint8)
    labels[5:10, 5:10, 5:10] = SPLEEN.label
    window.document.show(Volume(np.zeros(labels.shape, np.int16), np.eye(4)), Segmentation(labels, np.eye(4)))
    wait_for(lambda: window.views.slices[0].width() > 100)
    window.tools.choose(Brush())
    return window


def move(window: MainWindow, voxel: tuple[int, int, int]) -> None:
    view = slice_view(window, "Axial")
    place = QPointF(at(view, voxel).toPoint())
    left, no_keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    event = QMouseEvent(QMouseEvent.Type.MouseMove, place, canvas(view).mapToGlobal(place), left, left, no_keys)
    QApplication.sendEvent(canvas(view), event)


def test_a_result_that_comes_during_a_stroke_is_a_step_above_it(drawn: MainWindow) -> None:
    view, document, z = slice_view(drawn, "Axial"), drawn.document, drawn.document.cursor_voxel[2]
    first = np.array(document.labels)
    QTest.mousePress(canvas(view), Qt.MouseButton.LeftButton, pos=at(view, (20, 20, z)).toPoint())
    move(drawn, (26, 20, z))
    stroke = np.array(document.labels)
    assert (stroke == LIVER.label).sum() > 100
    result = np.zeros(first.shape, np.uint8)
    result[20:30, 20:30, 10:20] = SPLEEN.label
    drawn.session._segmented(Segmentation(result, np.eye(4), run={"seconds": {"a": 1.0}, "device": "cpu"}))
    rect = view._box.viewRect()
    move(drawn, (30, 20, z))
    QTest.mouseRelease(canvas(view), Qt.MouseButton.LeftButton, pos=at(view, (30, 20, z)).toPoint())
    assert np.array_equal(document.labels, result) and view._box.viewRect() == rect
    document.undo()
    assert np.array_equal(document.labels, stroke)
    document.undo()
    assert np.array_equal(document.labels, first)


def test_undo_during_a_stroke_takes_that_stroke_back(drawn: MainWindow) -> None:
    view, document, z = slice_view(drawn, "Axial"), drawn.document, drawn.document.cursor_voxel[2]
    first = np.array(document.labels)
    QTest.mousePress(canvas(view), Qt.MouseButton.LeftButton, pos=at(view, (20, 20, z)).toPoint())
    move(drawn, (26, 20, z))
    drawn.session.undo()
    move(drawn, (30, 20, z))
    QTest.mouseRelease(canvas(view), Qt.MouseButton.LeftButton, pos=at(view, (30, 20, z)).toPoint())
    assert np.array_equal(document.labels, first) and document.history.redo_name == "brush"
