"""One stroke corrects an organ: it is seen before it is kept, it can be taken back, and it is remembered."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from flare_gui import io
from flare_gui.app.slices.tools import Brush
from flare_gui.app.window.main_window import MainWindow
from flare_gui.io import nifti
from flare_gui.organs import LIVER
from flare_gui.volume import Segmentation, Volume
from tests.app.helpers import at, drag, slice_view
from tests.lobes import FINE, Body, dice, fine

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


def liver(window: MainWindow) -> np.ndarray:
    return np.array(window.document.labels) == LIVER.label


@pytest.mark.parametrize("plane", ["Axial", "Coronal", "Sagittal"])
def test_one_stroke_on_any_plane_brings_the_missing_lobe(lobes: MainWindow, plane: str) -> None:
    body = Body()
    stroke(lobes, MISSED, plane)
    assert dice(liver(lobes), fine(body.lobes[0] | body.lobes[1])) > 0.95
    said = lobes.statusBar().currentMessage()
    assert "Liver +" in said and "Esc takes it back" in said


def test_escape_takes_the_preview_back_and_enter_keeps_it(lobes: MainWindow) -> None:
    before = liver(lobes)
    stroke(lobes, MISSED)
    assert lobes.teaching.preview is not None and len(lobes.teaching.strokes) == 1
    QTest.keyClick(lobes, Qt.Key.Key_Escape)
    assert np.array_equal(liver(lobes), before) and not lobes.teaching.strokes
    stroke(lobes, MISSED)
    QTest.keyClick(lobes, Qt.Key.Key_Return)
    assert lobes.teaching.preview is None
    QTest.keyClick(lobes, Qt.Key.Key_Escape)
    assert len(lobes.teaching.strokes) == 1 and liver(lobes).sum() > before.sum()


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
    assert np.array_equal(liver(lobes), before) and not lobes.docks["Strokes"].isVisible()


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
    assert np.array_equal(liver(lobes), before)
