"""A lasso in the 3D view cuts what it goes around, as deep as it is."""

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from flare_gui.app.window.main_window import MainWindow
from flare_gui.organs import LIVER, SPLEEN
from flare_gui.volume import Segmentation, Volume

WaitFor = Callable[..., None]
LEFT, SHIFT = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def in_3d(window: MainWindow, wait_for: WaitFor) -> MainWindow:
    """A liver and a spleen behind it, seen from the front."""
    if not window.surfaces.running:
        pytest.skip("needs OpenGL 3.2")
    labels = np.zeros((60, 60, 40), np.uint8)
    labels[20:40, 35:50, 10:30], labels[20:40, 5:20, 10:30] = LIVER.label, SPLEEN.label
    window.document.show(Volume(np.zeros(labels.shape, np.int16), np.eye(4), "two"), Segmentation(labels, np.eye(4)))
    wait_for(lambda: window.surfaces.running and len(window.surfaces.surfaces) == 2 and not window.surfaces.busy)
    window.tools.label = LIVER.label
    QTest.keyClick(window, Qt.Key.Key_U)
    return window


def on_screen(window: MainWindow, mm: tuple[float, float, float]) -> QPointF:
    """Where VTK itself shows a place."""
    from vtkmodules.vtkRenderingCore import vtkCoordinate

    plotter, place = window.surfaces._plotter, vtkCoordinate()
    place.SetCoordinateSystemToWorld()
    place.SetValue(*mm)
    x, y = place.GetComputedDisplayValue(plotter.renderer)
    return QPointF(x, plotter.height() - 1 - y) / plotter.devicePixelRatioF()


def draw(
    window: MainWindow, corners: list[QPointF], keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    plotter = window.surfaces._plotter
    kinds = [
        QEvent.Type.MouseButtonPress,
        *[QEvent.Type.MouseMove] * (len(corners) - 1),
        QEvent.Type.MouseButtonRelease,
    ]
    for kind, place in zip(kinds, [*corners, corners[-1]], strict=True):
        buttons = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseButtonRelease else LEFT
        button = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseMove else LEFT
        event = QMouseEvent(kind, place, plotter.mapToGlobal(place), button, buttons, keys)
        QApplication.sendEvent(plotter, event)


@pytest.mark.parametrize("keys", [Qt.KeyboardModifier.NoModifier, SHIFT])
def test_a_line_around_half_of_an_organ_cuts_that_half_and_leaves_what_lies_behind(
    in_3d: MainWindow, keys: Qt.KeyboardModifier
) -> None:
    seen = in_3d.surfaces._plotter.camera.position
    # The upper half: above the middle of the liver and below all of the picture there is.
    sides = [on_screen(in_3d, (x, 42.5, z)) for x, z in ((0, 20), (60, 20), (60, 60), (0, 60))]
    draw(in_3d, sides, keys)
    labels = np.array(in_3d.document.labels)
    kept = np.argwhere(labels == LIVER.label)[:, 2]
    assert 0.4 < len(kept) / (20 * 15 * 20) < 0.6
    upper = keys == SHIFT
    assert (kept > 16).all() if upper else (kept < 24).all()
    assert np.count_nonzero(labels == SPLEEN.label) == 20 * 15 * 20
    assert in_3d.surfaces._plotter.camera.position == seen, "the lasso turned the camera"
    in_3d.session.undo()
    assert np.count_nonzero(np.array(in_3d.document.labels) == LIVER.label) == 20 * 15 * 20


def test_a_cut_says_how_much_it_took_and_neither_it_nor_its_undoing_moves_the_camera(
    in_3d: MainWindow, wait_for: WaitFor
) -> None:
    def meshed() -> None:
        points = in_3d.surfaces.surfaces[LIVER.label].n_points
        wait_for(lambda: not in_3d.surfaces.busy and in_3d.surfaces.surfaces[LIVER.label].n_points != points)

    seen = in_3d.surfaces._framing.camera
    draw(in_3d, [on_screen(in_3d, (x, 42.5, z)) for x, z in ((0, 20), (60, 20), (60, 60), (0, 60))])
    lost = 20 * 15 * 20 - np.count_nonzero(np.array(in_3d.document.labels) == LIVER.label)
    said = in_3d.statusBar().currentMessage()
    assert said == f"Cut through all of its depth: Liver −{lost / 1000:.1f} ml"
    meshed()
    assert in_3d.surfaces._framing.camera == seen
    in_3d.session.undo()
    assert not in_3d.statusBar().currentMessage(), "what was said is not true any more"
    meshed()
    assert in_3d.surfaces._framing.camera == seen
    # Without a hand on it, the camera still goes where organs come far away.
    in_3d.document.edit("dab", np.s_[55:59, 20:24, 34:38], np.full((4, 4, 4), SPLEEN.label, np.uint8))
    in_3d.document.edit("dab", np.s_[0:4, 20:24, 0:4], np.full((4, 4, 4), SPLEEN.label, np.uint8))
    wait_for(lambda: in_3d.surfaces._framing.camera != seen)


def test_a_line_around_nothing_says_so_and_without_the_lasso_the_mouse_turns_the_organs(in_3d: MainWindow) -> None:
    corner = QPointF(1, 1)
    draw(in_3d, [corner, QPointF(6, 1), QPointF(6, 6)])
    assert "Nothing changes" in in_3d.statusBar().currentMessage()
    draw(in_3d, [corner, QPointF(6, 1)])
    assert "goes around nothing" in in_3d.statusBar().currentMessage()
    in_3d.tools.put_away()
    seen = in_3d.surfaces._plotter.camera.position
    middle = QPointF(in_3d.surfaces._plotter.rect().center())
    draw(in_3d, [middle, middle + QPointF(30, 0), middle + QPointF(60, 0)])
    assert in_3d.surfaces._plotter.camera.position != seen
    assert in_3d.document.history.undo_name is None
