"""Tools that do what a hand expects: which organ, which button, how large, on which scan."""

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from flare_gui.app.slices.brushes import Brush, Eraser
from flare_gui.app.slices.tools import Fill, KeepPart
from flare_gui.app.window.main_window import MainWindow
from flare_gui.organs import LEFT_KIDNEY, LIVER, SPLEEN
from flare_gui.volume import Segmentation, Volume
from tests.app.helpers import at, canvas, drag, slice_view, wheel

WaitFor = Callable[..., None]
LIVER_AT, SPLEEN_AT = (15, 20, 15), (35, 20, 15)


@pytest.fixture
def two_organs(window: MainWindow, wait_for: WaitFor) -> MainWindow:
    """A liver and a spleen of 10 x 10 x 10 voxels, seen on an axial slice through both."""
    labels = np.zeros((50, 40, 30), np.uint8)
    for organ, (x, y, z) in ((LIVER, LIVER_AT), (SPLEEN, SPLEEN_AT)):
        labels[x - 5 : x + 5, y - 5 : y + 5, z - 5 : z + 5] = organ.label
    window.document.show(Volume(np.zeros(labels.shape, np.int16), np.eye(4), "two"), Segmentation(labels, np.eye(4)))
    wait_for(lambda: window.views.slices[0].width() > 100)
    return window


def count(window: MainWindow, label: int) -> int:
    return int(np.count_nonzero(np.array(window.document.labels) == label))


def test_an_organ_that_is_clicked_is_the_one_to_correct(two_organs: MainWindow) -> None:
    view = slice_view(two_organs, "Axial")
    drag(view, at(view, SPLEEN_AT))
    assert two_organs.tools.label == SPLEEN.label and two_organs.organs.rows[SPLEEN.label].name.font().bold()
    QTest.mouseClick(two_organs.organs.rows[LIVER.label].name, Qt.MouseButton.LeftButton)
    assert two_organs.tools.label == LIVER.label
    # Dragging the crosshair across a neighbour is looking, not choosing.
    drag(view, at(view, LIVER_AT), at(view, SPLEEN_AT))
    assert two_organs.tools.label == LIVER.label
    QTest.mouseClick(two_organs.organs.rows[LEFT_KIDNEY.label].name, Qt.MouseButton.LeftButton)
    assert two_organs.tools.label == LEFT_KIDNEY.label, "one that is missing is chosen to be drawn"


def test_the_eraser_on_another_organ_says_why_nothing_happens(two_organs: MainWindow) -> None:
    view, before = slice_view(two_organs, "Axial"), count(two_organs, SPLEEN.label)
    two_organs.tools.label = LIVER.label
    two_organs.tools.choose(Eraser())
    drag(view, at(view, SPLEEN_AT))
    said = two_organs.statusBar().currentMessage()
    assert "takes the liver only" in said and "here is the spleen" in said
    assert count(two_organs, SPLEEN.label) == before and two_organs.document.history.undo_name is None
    two_organs.statusBar().clearMessage()
    drag(view, at(view, LIVER_AT))
    assert count(two_organs, LIVER.label) < 1000 and not two_organs.statusBar().currentMessage()


def test_the_right_button_erases_while_the_brush_is_on(two_organs: MainWindow) -> None:
    view, window_before = slice_view(two_organs, "Axial"), two_organs.document.window
    two_organs.tools.label = LIVER.label
    two_organs.tools.choose(Brush())
    drag(view, at(view, LIVER_AT), at(view, SPLEEN_AT), button=Qt.MouseButton.RightButton)
    assert count(two_organs, LIVER.label) < 1000 and count(two_organs, SPLEEN.label) == 1000
    assert two_organs.document.window == window_before
    two_organs.document.undo()
    assert count(two_organs, LIVER.label) == 1000
    two_organs.tools.put_away()
    drag(view, at(view, LIVER_AT), at(view, SPLEEN_AT), button=Qt.MouseButton.RightButton)
    assert count(two_organs, LIVER.label) == 1000 and two_organs.document.window != window_before


def test_settings_that_mean_nothing_to_the_tool_in_hand_are_grey(two_organs: MainWindow) -> None:
    bar = two_organs.brush_bar
    settings = {"organ": bar.organ, "size": bar.diameter, "ball": bar.ball, "over": bar.over, "hu": bar.hu}
    for tool, alive in (
        (Brush(), {"organ", "size", "ball", "over", "hu"}),
        (Eraser(), {"organ", "size", "ball"}),
        (Fill(), {"organ"}),
        (KeepPart(), set()),
    ):
        two_organs.tools.choose(tool)
        assert {name for name, widget in settings.items() if widget.isEnabled()} == alive, tool.key
    two_organs.tools.put_away()
    assert not any(widget.isEnabled() for widget in settings.values())


def test_shift_and_the_wheel_size_the_brush_and_keys_stay_alive(two_organs: MainWindow) -> None:
    view, bar = slice_view(two_organs, "Axial"), two_organs.brush_bar
    two_organs.tools.choose(Brush())
    size, slice_shown = two_organs.tools.size_mm, view.index
    wheel(canvas(view), at(view, LIVER_AT), 3, Qt.KeyboardModifier.ShiftModifier)
    assert two_organs.tools.size_mm > size and view.index == slice_shown
    assert bar.diameter.value() == pytest.approx(two_organs.tools.size_mm, abs=0.5)
    bar.diameter.setFocus()
    bar.diameter.selectAll()
    QTest.keyClicks(bar.diameter, "23")
    QTest.keyClick(bar.diameter, Qt.Key.Key_Return)
    assert two_organs.tools.size_mm == 23
    QTest.keyClick(two_organs.focusWidget() or two_organs, Qt.Key.Key_E)
    assert two_organs.tools.tool.key == "eraser"


def test_a_tool_does_not_outlive_its_scan(two_organs: MainWindow) -> None:
    view = slice_view(two_organs, "Axial")
    two_organs.tools.choose(KeepPart())
    QTest.mousePress(canvas(view), Qt.MouseButton.LeftButton, pos=at(view, (2, 2, 15)).toPoint())
    labels = np.zeros((50, 40, 30), np.uint8)
    labels[5:10, 5:10, 15] = labels[20:30, 5:10, 15] = LIVER.label
    two_organs.document.show(Volume(np.zeros(labels.shape, np.int16), np.eye(4)), Segmentation(labels, np.eye(4)))
    QTest.mouseRelease(canvas(view), Qt.MouseButton.LeftButton, pos=at(view, (7, 7, 15)).toPoint())
    drag(view, at(view, (7, 7, 15)))
    assert two_organs.tools.tool.key == "navigate" and two_organs.actions_["navigate"].isChecked()
    assert count(two_organs, LIVER.label) == 75


def test_keep_part_says_when_there_is_one_piece_only(two_organs: MainWindow) -> None:
    view = slice_view(two_organs, "Axial")
    two_organs.tools.choose(KeepPart())
    drag(view, at(view, SPLEEN_AT))
    assert "The spleen is in one piece already" in two_organs.statusBar().currentMessage()
    assert two_organs.document.history.undo_name is None


def test_the_brush_that_goes_by_hu_stays_in_the_tissue_where_it_began(two_organs: MainWindow) -> None:
    document, view = two_organs.document, slice_view(two_organs, "Axial")
    hu = np.zeros(document.hu.shape, np.int16)
    hu[:25] = 100
    document.show(Volume(hu, np.eye(4), "halves"))
    two_organs.tools.choose(Brush())
    two_organs.brush_bar.hu.setCurrentIndex(1)
    two_organs.tools.size_mm = 20
    drag(view, at(view, (21, 20, 15)), at(view, (23, 20, 15)))
    painted = np.array(document.labels) > 0
    assert painted[:25].any() and not painted[25:].any()


def test_a_lasso_cuts_the_chosen_organ_through_all_slices_and_is_one_step(two_organs: MainWindow) -> None:
    view = slice_view(two_organs, "Axial")
    two_organs.tools.label = LIVER.label
    QTest.keyClick(two_organs, Qt.Key.Key_U)
    around = [(14.6, 10, 15), (25, 10, 15), (25, 30, 15), (14.6, 30, 15)]
    drag(view, *(at(view, corner) for corner in around))
    assert count(two_organs, LIVER.label) == 500 and count(two_organs, SPLEEN.label) == 1000
    two_organs.document.undo()
    assert count(two_organs, LIVER.label) == 1000
    drag(view, *(at(view, (x + 20, y, z)) for x, y, z in around))
    assert "Nothing is cut" in two_organs.statusBar().currentMessage()


@pytest.mark.parametrize(("key", "voxels"), [("grow", 1600), ("shrink", 512), ("islands", 1000), ("copy_next", 1000)])
def test_the_chosen_organ_is_changed_from_the_menu(two_organs: MainWindow, key: str, voxels: int) -> None:
    two_organs.tools.label = LIVER.label
    two_organs.document.move_to_voxel(LIVER_AT)
    two_organs.actions_[key].trigger()
    assert count(two_organs, LIVER.label) == voxels and count(two_organs, SPLEEN.label) == 1000
    if voxels == 1000:
        assert "so already" in two_organs.statusBar().currentMessage()


def test_the_brush_paints_within_a_range_of_hu_that_is_set(two_organs: MainWindow, wait_for: WaitFor) -> None:
    document, view, bar = two_organs.document, slice_view(two_organs, "Axial"), two_organs.brush_bar
    hu = np.zeros(document.hu.shape, np.int16)
    hu[:25], hu[:, :18] = 100, 300
    document.show(Volume(hu, np.eye(4), "parts"))
    two_organs.tools.choose(Brush())
    assert not bar.low.isVisible()
    bar.hu.setCurrentIndex(2)
    wait_for(lambda: bar.low.isVisible() and bar.high.isVisible())
    # The wrong way round is the same range.
    bar.low.setValue(150)
    bar.high.setValue(50)
    two_organs.tools.size_mm = 20
    drag(view, at(view, (24, 20, 15)))
    painted = np.array(document.labels) > 0
    assert painted.any() and (hu[painted] == 100).all()
    drag(view, at(view, (40, 30, 15)))
    assert "nothing from 50 to 150 HU" in two_organs.statusBar().currentMessage()


def test_the_brush_says_why_nothing_was_painted(two_organs: MainWindow) -> None:
    view, say = slice_view(two_organs, "Axial"), two_organs.statusBar()
    two_organs.tools.label, two_organs.tools.size_mm = LIVER.label, 4
    two_organs.tools.choose(Brush())
    drag(view, at(view, SPLEEN_AT))
    assert "Here is the spleen: tick Over others" in say.currentMessage()
    drag(view, at(view, LIVER_AT))
    assert "the liver is there already" in say.currentMessage()
    two_organs.document.set_look(LIVER.label, locked=True)
    for button in (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton):
        say.clearMessage()
        drag(view, at(view, LIVER_AT), button=button)
        assert "The liver is locked" in say.currentMessage()
    assert two_organs.document.history.undo_name is None


@pytest.mark.parametrize(("plane", "axis"), [("Axial", 2), ("Coronal", 1), ("Sagittal", 0)])
def test_slices_are_copied_and_filled_on_the_plane_that_was_touched(
    two_organs: MainWindow, plane: str, axis: int
) -> None:
    document, view = two_organs.document, slice_view(two_organs, plane)
    two_organs.tools.label = LIVER.label
    drag(view, at(view, LIVER_AT))
    document.move_to_voxel(tuple(at - 6 * (i == axis) for i, at in enumerate(LIVER_AT)))
    two_organs.actions_["copy_next"].trigger()
    assert count(two_organs, LIVER.label) == 1100
    two_organs.actions_["copy_previous"].trigger()
    assert f"nothing of the liver to go by on {plane.lower()} slices" in two_organs.statusBar().currentMessage()
    document.undo()
    box = [slice(at - 5, at + 5) for at in LIVER_AT]
    box[axis] = slice(LIVER_AT[axis] - 3, LIVER_AT[axis] + 3)
    document.edit("erase", (box[0], box[1], box[2]), np.zeros([side.stop - side.start for side in box], np.uint8))
    two_organs.actions_["between_slices"].trigger()
    assert count(two_organs, LIVER.label) == 1000
    two_organs.actions_["between_slices"].trigger()
    assert f"Nothing changes on {plane.lower()} slices" in two_organs.statusBar().currentMessage()
