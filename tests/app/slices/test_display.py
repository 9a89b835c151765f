"""How a slice is looked at: smooth or raw, thick or thin, with and without what lies over it, and what is measured."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from flare_gui.app.document import view_state
from flare_gui.app.document.document import Document
from flare_gui.app.settings import Settings
from flare_gui.app.slices.measuring import MeasureAngle, MeasureCircle
from flare_gui.app.slices.projection import projected
from flare_gui.app.slices.view import SliceView
from flare_gui.app.window.main_window import MainWindow
from flare_gui.organs import LIVER
from flare_gui.volume import Segmentation, Volume
from tests.app.helpers import at, canvas, drag, slice_view, wheel

WaitFor = Callable[..., None]
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def shown(window: MainWindow, wait_for: WaitFor) -> MainWindow:
    """Air, with a box of 100 HU that is the liver on slices 10 to 19."""
    hu, labels = np.full((40, 36, 30), -1000, np.int16), np.zeros((40, 36, 30), np.uint8)
    hu[10:30, 10:26, 10:20], labels[10:30, 10:26, 10:20] = 100, LIVER.label
    window.document.show(Volume(hu, np.diag([1.0, 1.0, 2.0, 1.0])), Segmentation(labels, np.diag([1.0, 1.0, 2.0, 1.0])))
    wait_for(lambda: window.views.slices[0].width() > 100)
    return window


def hover(view: SliceView, voxel: tuple[float, float, float], keys: Qt.KeyboardModifier) -> None:
    place, no_button = QPointF(at(view, voxel).toPoint()), Qt.MouseButton.NoButton
    event = QMouseEvent(QMouseEvent.Type.MouseMove, place, canvas(view).mapToGlobal(place), no_button, no_button, keys)
    QApplication.sendEvent(canvas(view), event)


def greys(view: SliceView) -> int:
    """How many greys there are around the box's edge."""
    image = canvas(view).grab().toImage()
    edge = at(view, (9.5, 14, view.index)).toPoint()
    return len({image.pixelColor(edge.x() + i, edge.y()).red() for i in range(-12, 13)})


def test_voxels_are_interpolated_and_a_switch_shows_them_raw(shown: MainWindow) -> None:
    view = slice_view(shown, "Axial")
    shown.document.set_look(LIVER.label, visible=False)
    shown.actions_["crosshair"].trigger()
    assert greys(view) > 4
    QTest.keyClick(shown, Qt.Key.Key_S)
    assert not shown.document.display.smooth and greys(view) <= 2


def test_a_thick_slice_shows_the_mean_or_the_maximum_of_its_voxels(shown: MainWindow) -> None:
    hu = shown.document.hu
    assert np.array_equal(projected(hu, 2, 5, 3, "mean"), np.rint(hu[:, :, 4:7].mean(axis=2)).astype(np.int16))
    assert np.array_equal(projected(hu, 0, 12, 4, "maximum"), hu[11:15].max(axis=0))
    assert np.array_equal(projected(hu, 1, 0, 9, "mean"), np.rint(hu[:, :9].mean(axis=1)).astype(np.int16))
    view = slice_view(shown, "Axial")
    shown.document.move_to_voxel((20, 18, 7))
    middle = lambda: canvas(view).grab().toImage().pixelColor(at(view, (15, 15, 7)).toPoint()).red()  # noqa: E731
    assert middle() == 0
    shown.document.set_display(slab_mm=20.0, slab_kind="maximum")
    assert middle() > 100


def test_what_is_under_the_mouse_is_named_and_follows_when_the_slice_is_scrolled(shown: MainWindow) -> None:
    view = slice_view(shown, "Axial")
    shown.document.move_to_voxel((20, 18, 15))
    hover(view, (15, 15, 15), Qt.KeyboardModifier.NoModifier)
    assert "100 HU" in shown._pointer.text() and "Liver" in shown._pointer.text()
    wheel(canvas(view), at(view, (15, 15, 15)), 8)
    assert "-1000 HU" in shown._pointer.text() and "Liver" not in shown._pointer.text()


def test_what_is_under_a_mouse_that_rests_follows_corrections_and_undo(shown: MainWindow) -> None:
    view, document = slice_view(shown, "Axial"), shown.document
    document.move_to_voxel((20, 18, 15))
    hover(view, (15, 15, 15), Qt.KeyboardModifier.NoModifier)
    before = document.segmentation
    assert before is not None and "Liver" in shown._pointer.text()
    document.set_segmentation(Segmentation(np.zeros_like(before.labels), before.affine))
    assert "100 HU" in shown._pointer.text() and "Liver" not in shown._pointer.text()
    document.set_segmentation(before)
    assert "Liver" in shown._pointer.text()


def test_shift_and_the_mouse_move_the_crosshair_with_any_tool(shown: MainWindow) -> None:
    view = slice_view(shown, "Coronal")
    shown.actions_["brush"].trigger()
    hover(view, (12, 18, 9), SHIFT)
    assert shown.document.cursor_voxel == (12, 18, 9) and shown.document.history.undo_name is None


def test_one_key_hides_what_lies_over_the_slices_and_shows_it_again(shown: MainWindow) -> None:
    view = slice_view(shown, "Axial")
    shown.document.move_to_voxel((20, 18, 15))
    assert view._picture._overlay.isVisible()
    QTest.keyClick(shown, Qt.Key.Key_H)
    assert not view._picture._overlay.isVisible()
    QTest.keyClick(shown, Qt.Key.Key_H)
    assert view._picture._overlay.isVisible()
    QTest.keyPress(shown, Qt.Key.Key_H)
    QTest.qWait(500)
    assert not view._picture._overlay.isVisible()
    QTest.keyRelease(shown, Qt.Key.Key_H)
    assert view._picture._overlay.isVisible(), "held to have a look, it shows them again"


def test_level_and_width_are_typed(shown: MainWindow) -> None:
    for spin, number in ((shown.window_bar.level, "50"), (shown.window_bar.width_box, "300")):
        spin.setFocus()
        spin.selectAll()
        QTest.keyClicks(spin, number)
        QTest.keyClick(spin, Qt.Key.Key_Return)
    assert shown.document.window == (-100, 200)
    QTest.keyClick(shown, Qt.Key.Key_2)
    assert (shown.window_bar.level.value(), shown.window_bar.width_box.value()) == (70, 170)


def test_linked_slices_have_one_scale(shown: MainWindow) -> None:
    shown.actions_["link_zoom"].trigger()
    axial, sagittal = slice_view(shown, "Axial"), slice_view(shown, "Sagittal")
    wheel(canvas(axial), at(axial, (20, 18, 15)), 3, Qt.KeyboardModifier.ControlModifier)
    assert sagittal.sight.mm_per_pixel == pytest.approx(axial.sight.mm_per_pixel)


def test_a_circle_says_mean_and_sd_of_its_hu_and_an_angle_its_degrees(shown: MainWindow, tmp_path: Path) -> None:
    view, document = slice_view(shown, "Axial"), shown.document
    document.move_to_voxel((20, 18, 15))
    shown.tools.choose(MeasureCircle())
    drag(view, at(view, (20, 18, 15)), at(view, (24, 18, 15)))
    shown.tools.choose(MeasureAngle())
    drag(view, at(view, (30, 10, 15)), at(view, (20, 10, 15)))
    drag(view, at(view, (20, 20, 15)))
    circle, angle = document.rulers
    mean, sd, area = circle.hu(document.hu, document.affine)  # type: ignore[union-attr, misc]
    assert (mean, sd) == (100, 0) and area == pytest.approx(np.pi * 16, rel=0.15)
    assert angle.degrees == pytest.approx(90, abs=3)  # type: ignore[union-attr]
    other = Document()
    other.show(document.volume)  # type: ignore[arg-type]
    document.set_display(smooth=False, slab_mm=10.0, slab_kind="maximum")
    view_state.restore(other, view_state.describe(document))
    assert [type(one) for one in other.rulers] == [type(one) for one in document.rulers]
    assert np.array_equal(np.array(other.rulers[1].points), np.array(angle.points))
    assert other.display == document.display
    QTest.keyClick(shown, Qt.Key.Key_Delete)
    assert document.rulers == (circle,)


def test_a_workspace_of_the_first_version_keeps_its_distances() -> None:
    document = Document()
    document.show(Volume(np.zeros((4, 4, 4), np.int16), np.eye(4)))
    view_state.restore(document, {"rulers": [{"start_mm": [0, 0, 0], "end_mm": [3, 4, 0], "plane": 2}]})
    assert document.rulers[0].mm == 5  # type: ignore[union-attr]


def test_a_slider_beside_each_slice_goes_to_any_slice_and_follows_the_wheel(shown: MainWindow) -> None:
    for view in shown.views.slices:
        slider = view.slider
        assert slider.isVisible() and slider.height() > 100
        wheel(canvas(view), QPointF(40, 40), 2)
        assert slider.value() == view.index
        # A click beside the handle goes on by a page, a drag of the handle anywhere.
        slider.setSliderPosition(slider.minimum())
        assert view.index == 0
        QTest.mouseClick(slider, Qt.MouseButton.LeftButton, pos=QPoint(slider.width() // 2, 4))
        assert view.index == min(slider.maximum(), slider.pageStep())


def test_linked_zoom_and_layout_come_back_with_a_workspace_and_at_the_next_start(
    window: MainWindow, scan: Path, wait_for: WaitFor, tmp_path: Path
) -> None:
    shown = window
    shown.open([scan])
    wait_for(lambda: shown.document.segmentation is not None, 60)
    QTest.keyClick(shown, Qt.Key.Key_Z)
    QTest.keyClick(shown, Qt.Key.Key_L)
    axial, coronal = (slice_view(shown, name) for name in ("Axial", "Coronal"))
    assert axial.width() > 1.5 * coronal.width()
    assert shown.saving.save_workspace(tmp_path / "day.flare")
    QTest.keyClick(shown, Qt.Key.Key_Z)
    QTest.keyClick(shown, Qt.Key.Key_L)
    assert axial.width() == coronal.width()
    shown.open([tmp_path / "day.flare"])
    wait_for(lambda: shown.document.display.linked and shown.document.display.layout == "large", 60)
    assert axial.width() > 1.5 * coronal.width()
    shown.document.mark_saved()
    shown.close()
    next_day = MainWindow(Settings(tmp_path / "settings.ini"))
    assert next_day.document.display.linked and next_day.document.display.layout == "large"
    next_day.close()
    next_day.deleteLater()
