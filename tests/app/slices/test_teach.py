"""One stroke corrects an organ: it is seen before it is kept, it can be taken back, and it is remembered."""

import gc
import time
import weakref
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QLineEdit

from flare_gui import io, workspace
from flare_gui.app.document.recovery import Kept
from flare_gui.app.slices.brushes import Brush
from flare_gui.app.window.main_window import MainWindow
from flare_gui.io import nifti
from flare_gui.organs import LIVER
from flare_gui.volume import Segmentation, Volume
from tests.app.helpers import at, drag, slice_view
from tests.lobes import FINE, Body, dice, fine
from tests.tiny import save_tiny, write_scan

WaitFor = Callable[..., None]
RIGHT, SHIFT = Qt.MouseButton.RightButton, Qt.KeyboardModifier.ShiftModifier
# Canonical voxels in the middle of the lobe that the network missed, and of the one that it found.
MISSED, FOUND = (36, 28, 28), (18, 28, 28)


@pytest.fixture
def lobes(window: MainWindow, wait_for: WaitFor, tmp_path: Path) -> MainWindow:
    """A scan whose liver lacks a lobe, with the network's features at hand and the tool chosen by its key."""
    body = Body()
    hu = np.full(body.labels.shape, 50, np.int16)
    nifti.write(Volume(hu, FINE, "lobes"), tmp_path / "lobes.nii.gz")
    volume = io.read_scan(tmp_path / "lobes.nii.gz")
    window.document.show(volume, Segmentation(body.labels, volume.affine))
    window.teaching.use_features(body.features)
    window.tools.label = LIVER.label
    QTest.keyClick(window, Qt.Key.Key_T)
    wait_for(lambda: window.views.slices[0].width() > 100)
    window.document.move_to_voxel(MISSED)
    return window


def stroke(window: MainWindow, voxel: tuple[int, int, int], plane: str = "Axial", **how: object) -> None:
    """Draw 12 mm through a voxel."""
    window.document.move_to_voxel(voxel)
    view, (x, y, z) = slice_view(window, plane), voxel
    steps = [(x, y + step, z) if plane != "Coronal" else (x, y, z + step) for step in range(-4, 5, 2)]
    drag(view, *(at(view, step) for step in steps), **how)
    until_idle(window)


def until_idle(window: MainWindow) -> None:
    """Strokes are worked out in a thread."""
    deadline = time.monotonic() + 30
    # QTest.qWait would keep the interpreter from the thread.
    while window.teaching.busy and time.monotonic() < deadline:
        QCoreApplication.processEvents()
        time.sleep(0.005)
    assert not window.teaching.busy


def liver(window: MainWindow) -> np.ndarray:
    return np.array(window.document.labels) == LIVER.label


@pytest.mark.parametrize("plane", ["Axial", "Coronal", "Sagittal"])
def test_one_stroke_on_any_plane_brings_the_missing_lobe(lobes: MainWindow, plane: str) -> None:
    body = Body()
    stroke(lobes, MISSED, plane)
    assert dice(liver(lobes), fine(body.lobes[0] | body.lobes[1])) > 0.95
    said = lobes.statusBar().currentMessage()
    assert "Liver +" in said and "Esc takes it back" in said


def test_the_window_does_what_the_plain_function_does(lobes: MainWindow) -> None:
    body = Body()
    correction, labels = body.correction(), body.labels
    for voxel, how in ((MISSED, {}), (FOUND, {"button": RIGHT}), ((40, 28, 26), {})):
        stroke(lobes, voxel, **how)
        change = correction.add(lobes.teaching.strokes[-1], labels)
        assert change is not None
        labels[change.box] = change.labels
        np.testing.assert_array_equal(lobes.document.labels, labels)


def test_a_stroke_is_seen_while_it_is_worked_out(lobes: MainWindow) -> None:
    view, (x, y, z) = slice_view(lobes, "Axial"), MISSED
    lobes.actions_["crosshair"].trigger()
    QTest.qWait(50)
    before = view.canvas.grab().toImage()
    drag(view, *(at(view, (x, y + step, z)) for step in (-4, -2, 0, 2, 4)))
    assert len(lobes.teaching.pending) == 1 and not lobes.teaching.strokes
    middle = at(view, (x, y + 1, z)).toPoint()
    assert view.canvas.grab().toImage().pixelColor(middle) != before.pixelColor(middle)
    until_idle(lobes)
    assert not lobes.teaching.pending and len(lobes.teaching.strokes) == 1


def test_escape_takes_the_preview_back_and_enter_keeps_it(lobes: MainWindow) -> None:
    before = liver(lobes)
    stroke(lobes, MISSED)
    assert lobes.teaching.preview is not None and len(lobes.teaching.strokes) == 1
    QTest.keyClick(lobes, Qt.Key.Key_Escape)
    assert np.array_equal(liver(lobes), before) and not lobes.teaching.strokes
    assert not lobes.statusBar().currentMessage()
    stroke(lobes, MISSED)
    assert "Enter keeps it" in lobes.statusBar().currentMessage()
    QTest.keyClick(lobes, Qt.Key.Key_Return)
    assert lobes.teaching.preview is None
    said = lobes.statusBar().currentMessage()
    assert said.startswith("Liver +") and "Enter" not in said
    QTest.keyClick(lobes, Qt.Key.Key_Escape)
    assert len(lobes.teaching.strokes) == 1 and liver(lobes).sum() > before.sum()


def test_the_surface_in_3d_follows_a_stroke_and_goes_back_with_it(lobes: MainWindow, wait_for: WaitFor) -> None:
    if not lobes.surfaces.running:
        pytest.skip("needs OpenGL 3.2")

    def length() -> float:
        surface = lobes.surfaces.surfaces.get(LIVER.label)
        return 0.0 if surface is None else float(surface.bounds[1] - surface.bounds[0])

    wait_for(lambda: length() > 0)
    before = length()
    stroke(lobes, MISSED)
    wait_for(lambda: length() > 1.5 * before)
    QTest.keyClick(lobes, Qt.Key.Key_Escape)
    wait_for(lambda: abs(length() - before) < 0.1 * before)


@pytest.mark.parametrize("how", [{"button": RIGHT}, {"keys": SHIFT}])
def test_the_right_button_and_shift_say_that_there_is_no_organ(lobes: MainWindow, how: dict[str, object]) -> None:
    stroke(lobes, FOUND, **how)
    assert liver(lobes).sum() < 0.1 * fine(Body().lobes[0]).sum()


def test_a_stroke_is_one_step_to_undo_and_leaves_the_list_with_it(lobes: MainWindow) -> None:
    masks = [liver(lobes)]
    stroke(lobes, MISSED)
    masks.append(liver(lobes))
    stroke(lobes, FOUND, button=RIGHT)
    for number in (1, 0):
        lobes.session.undo()
        assert np.array_equal(liver(lobes), masks[number]) and len(lobes.teaching.strokes) == number
    lobes.session.redo()
    assert np.array_equal(liver(lobes), masks[1]) and lobes.strokes.list.count() == 1


def test_any_stroke_of_the_list_can_be_removed(lobes: MainWindow) -> None:
    before = liver(lobes)
    stroke(lobes, MISSED)
    stroke(lobes, FOUND, button=RIGHT)
    for _ in range(2):
        lobes.strokes.list.setCurrentRow(0)
        QTest.mouseClick(lobes.strokes.remove, Qt.MouseButton.LeftButton)
        until_idle(lobes)
    assert np.array_equal(liver(lobes), before) and not lobes.docks["Strokes"].isVisible()


@pytest.mark.parametrize("clicked", ["remove", "list"])
def test_once_the_last_stroke_is_gone_keys_choose_tools_and_type_into_no_field(lobes: MainWindow, clicked: str) -> None:
    stroke(lobes, MISSED)
    if clicked == "remove":
        QTest.mouseClick(lobes.strokes.remove, Qt.MouseButton.LeftButton)
    else:
        lobes.strokes.list.setFocus()
        lobes.session.undo()
    until_idle(lobes)
    assert not lobes.docks["Strokes"].isVisible()
    assert not isinstance(QApplication.focusWidget(), QAbstractSpinBox | QLineEdit)
    QTest.keyClick(QApplication.focusWidget() or lobes, Qt.Key.Key_B)
    assert lobes.tools.tool.key == "brush"


def test_a_locked_organ_stays_and_the_user_is_told_why(lobes: MainWindow) -> None:
    before = liver(lobes)
    QTest.mouseClick(lobes.organs.rows[LIVER.label].lock, Qt.MouseButton.LeftButton)
    stroke(lobes, MISSED)
    assert "locked" in lobes.statusBar().currentMessage()
    lobes.tools.choose(Brush())
    stroke(lobes, MISSED)
    assert np.array_equal(liver(lobes), before) and lobes.document.history.undo_name is None


def test_what_was_painted_by_hand_before_stays(lobes: MainWindow) -> None:
    lobes.tools.choose(Brush())
    stroke(lobes, MISSED, button=RIGHT)
    lobes.tools.label, lobes.tools.ball = LIVER.label, True
    stroke(lobes, (50, 28, 28))
    by_hand = liver(lobes) & ~fine(Body().lobes[0])
    QTest.keyClick(lobes, Qt.Key.Key_T)
    stroke(lobes, FOUND, button=RIGHT)
    assert by_hand.any() and liver(lobes)[by_hand].all()


def test_a_workspace_keeps_the_strokes_and_the_mask_before_them(
    lobes: MainWindow, wait_for: WaitFor, tmp_path: Path
) -> None:
    before = liver(lobes)
    stroke(lobes, MISSED)
    after = liver(lobes)
    assert lobes.saving.save_workspace(tmp_path / "work.flare")
    lobes.session.open([tmp_path / "work.flare"])
    wait_for(lambda: not lobes.runner.blocked and lobes.document.volume is not None)
    assert len(lobes.teaching.strokes) == 1 and np.array_equal(liver(lobes), after)
    lobes.teaching.use_features(Body().features)
    lobes.teaching.remove(0)
    until_idle(lobes)
    assert np.array_equal(liver(lobes), before)


def test_strokes_drawn_one_upon_the_other_are_worked_out_in_their_order(lobes: MainWindow) -> None:
    view = slice_view(lobes, "Axial")
    for voxel in (MISSED, FOUND):
        x, y, z = voxel
        button = RIGHT if voxel == FOUND else Qt.MouseButton.LeftButton
        drag(view, *(at(view, (x, y + step, z)) for step in range(-4, 5, 2)), button=button)
    assert lobes.teaching.busy, "the window does not wait for a stroke"
    until_idle(lobes)
    assert [stroke.label for stroke in lobes.teaching.strokes] == [LIVER.label, 0]
    lobes.session.undo()
    assert dice(liver(lobes), fine(Body().lobes[0] | Body().lobes[1])) > 0.95


def test_a_stroke_on_its_way_can_be_given_up(lobes: MainWindow) -> None:
    before, view, (x, y, z) = liver(lobes), slice_view(lobes, "Axial"), MISSED
    drag(view, *(at(view, (x, y + step, z)) for step in range(-4, 5, 2)))
    lobes.session.undo()
    QTest.qWait(100)
    assert np.array_equal(liver(lobes), before) and not lobes.teaching.strokes
    stroke(lobes, MISSED)
    assert len(lobes.teaching.strokes) == 1


def test_what_is_painted_while_a_stroke_is_worked_out_stays_and_both_can_be_undone(lobes: MainWindow) -> None:
    masks, view, (x, y, z) = [liver(lobes)], slice_view(lobes, "Axial"), MISSED
    drag(view, *(at(view, (x, y + step, z)) for step in range(-4, 5, 2)))
    box = (slice(50, 54), slice(26, 30), slice(26, 30))
    lobes.document.edit("brush", box, np.full((4, 4, 4), LIVER.label, np.uint8))
    until_idle(lobes)
    assert liver(lobes)[box].all() and liver(lobes)[x, y, z]
    lobes.session.undo()
    assert liver(lobes)[box].all() and not liver(lobes)[x, y, z]
    lobes.session.undo()
    assert np.array_equal(liver(lobes), masks[0])


def test_a_crash_loses_neither_the_strokes_nor_the_mask_before_them(
    lobes: MainWindow, wait_for: WaitFor, tmp_path: Path
) -> None:
    before = liver(lobes)
    stroke(lobes, MISSED)
    lobes.autosave.write()
    wait_for(lambda: list(lobes.autosave.store.folder.glob("*.flare")) and not lobes.autosave.writing)
    (kept,) = lobes.autosave.store.folder.glob("*.flare")
    found = workspace.read(kept)
    assert len(found.strokes) == 1 and found.before_strokes is not None and found.segmentation is not None
    assert np.array_equal(lobes.document.as_canonical(found.before_strokes) == LIVER.label, before)
    lobes.recovery.restored(Kept(kept, 0.0), found)
    assert len(lobes.teaching.strokes) == 1
    lobes.teaching.remove(0)
    until_idle(lobes)
    assert np.array_equal(liver(lobes), before)


def test_another_scan_frees_what_the_network_saw_of_the_one_before(lobes: MainWindow) -> None:
    stroke(lobes, MISSED)
    seen = weakref.ref(lobes.teaching._features)
    labels = np.zeros((20, 20, 20), np.uint8)
    lobes.document.show(Volume(labels.astype(np.int16), np.eye(4), "other"), Segmentation(labels, np.eye(4)))
    QTest.qWait(50)
    gc.collect()
    assert seen() is None and not lobes.teaching.ready and not lobes.teaching.strokes


def test_after_a_result_of_ours_the_first_stroke_need_not_wait_for_the_network(
    window: MainWindow, wait_for: WaitFor, tmp_path: Path
) -> None:
    window.session.use_weights(save_tiny(tmp_path, "tiny", seed=1))
    window.open([write_scan(tmp_path / "ct.nii.gz")])
    wait_for(lambda: window.document.volume is not None and not window.runner.busy)
    window.actions_["segment"].trigger()
    wait_for(lambda: window.document.segmentation is not None)
    assert not window.runner.blocked, "nobody waits for it"
    # Something else comes between.
    assert window.runner.make_way()
    wait_for(lambda: window.teaching.ready, 60)
    assert "network" not in window.statusBar().currentMessage()
    window.document.show(Volume(np.zeros((8, 8, 8), np.int16), np.eye(4)))
    assert not window.teaching.ready


def test_on_a_mask_from_elsewhere_the_network_is_run_and_the_stroke_waits_for_it(
    window: MainWindow, wait_for: WaitFor, tmp_path: Path
) -> None:
    window.session.use_weights(save_tiny(tmp_path, "tiny", seed=1))
    volume = io.read_scan(write_scan(tmp_path / "ct.nii.gz"))
    labels = np.zeros(volume.shape, np.uint8)
    labels[14:24, 12:20, 10:20] = LIVER.label
    window.document.show(volume, Segmentation(labels, volume.affine))
    wait_for(lambda: window.views.slices[0].width() > 100 and not window.runner.busy)
    window.tools.label = LIVER.label
    QTest.keyClick(window, Qt.Key.Key_T)
    view, middle = slice_view(window, "Axial"), tuple(np.argwhere(liver(window)).mean(axis=0).round().astype(int))
    window.document.move_to_voxel(middle)
    assert not window.teaching.ready
    x, y, z = middle
    drag(view, *(at(view, (x, y + step, z)) for step in range(-2, 3)), button=RIGHT)
    assert window.teaching.busy and liver(window)[middle]
    wait_for(lambda: not window.teaching.busy and not window.runner.busy, 120)
    assert len(window.teaching.strokes) == 1 and not liver(window)[middle]
