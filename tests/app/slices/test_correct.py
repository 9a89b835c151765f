"""Corrections with the mouse on the real window: what was drawn is what is measured, and all of it can be undone."""

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox

from flare_gui import geometry
from flare_gui.app.slices.brushes import Brush, Eraser
from flare_gui.app.slices.measuring import Measure
from flare_gui.app.slices.tools import Fill, KeepPart
from flare_gui.app.window.main_window import MainWindow
from flare_gui.organs import LIVER, SPLEEN
from flare_gui.render.surface import organ_surfaces
from flare_gui.volume import Segmentation, Volume
from tests.app.helpers import at, canvas, drag, slice_view

WaitFor = Callable[..., None]
PLANES = ("Axial", "Coronal", "Sagittal")


@pytest.fixture
def empty(window: MainWindow, wait_for: WaitFor) -> MainWindow:
    """A scan of 1 x 1.25 x 2 mm in an odd orientation, with nothing segmented."""
    affine = np.array([[0, 0, -2.0, 30], [1.0, 0, 0, -20], [0, 1.25, 0, 5], [0, 0, 0, 1]])
    window.document.show(Volume(np.zeros((60, 48, 40), np.int16), affine, "odd"))
    wait_for(lambda: window.views.slices[0].width() > 100)
    return window


def labels_of(window: MainWindow) -> np.ndarray:
    labels = window.document.labels
    assert labels is not None
    return labels


@pytest.mark.parametrize("plane", PLANES)
def test_a_dab_of_the_brush_is_a_disc_of_its_size_on_the_plane_that_was_clicked(empty: MainWindow, plane: str) -> None:
    view, document = slice_view(empty, plane), empty.document
    empty.tools.choose(Brush())
    empty.tools.label, empty.tools.size_mm = SPLEEN.label, 20
    middle = tuple(n // 2 for n in document.hu.shape)
    drag(view, at(view, middle))
    painted = labels_of(empty) == SPLEEN.label
    axis = {"Axial": 2, "Coronal": 1, "Sagittal": 0}[plane]
    assert np.flatnonzero(painted.any(axis=tuple({0, 1, 2} - {axis}))).tolist() == [middle[axis]]
    spacing = np.array(geometry.spacing(document.affine))
    area = painted.sum() * np.prod(np.delete(spacing, axis))
    assert area == pytest.approx(math.pi * 10**2, rel=0.06)
    row = empty.organs.rows[SPLEEN.label]
    assert row.volume.text() == f"{painted.sum() * spacing.prod() / 1000:.0f} ml"


def test_a_fast_stroke_leaves_no_gaps_and_is_one_step(empty: MainWindow) -> None:
    view = slice_view(empty, "Axial")
    empty.tools.choose(Brush())
    empty.tools.size_mm = 6
    x, y, z = (n // 2 for n in empty.document.hu.shape)
    drag(view, at(view, (x - 12, y, z)), at(view, (x + 12, y, z)))
    row = labels_of(empty)[x - 12 : x + 13, y, z]
    assert (row == LIVER.label).all()
    QTest.keySequence(empty, QKeySequence(QKeySequence.StandardKey.Undo))
    assert not labels_of(empty).any()
    QTest.keySequence(empty, QKeySequence(QKeySequence.StandardKey.Redo))
    assert (labels_of(empty)[x - 12 : x + 13, y, z] == LIVER.label).all()


def test_the_eraser_takes_the_chosen_organ_and_with_shift_any(empty: MainWindow) -> None:
    view, document = slice_view(empty, "Coronal"), empty.document
    x, y, z = (n // 2 for n in document.hu.shape)
    both = np.full((8, 1, 8), LIVER.label, np.uint8)
    both[4:] = SPLEEN.label
    document.edit("both", np.s_[x - 4 : x + 4, y : y + 1, z - 4 : z + 4], both)
    document.move_to_voxel((x, y, z))
    empty.tools.choose(Eraser())
    empty.tools.label, empty.tools.size_mm = LIVER.label, 40
    drag(view, at(view, (x, y, z)))
    assert not (labels_of(empty) == LIVER.label).any() and (labels_of(empty) == SPLEEN.label).sum() == 32
    drag(view, at(view, (x, y, z)), keys=Qt.KeyboardModifier.ShiftModifier)
    assert not labels_of(empty).any()


def test_fill_and_keep_work_where_they_are_clicked(empty: MainWindow) -> None:
    view, document = slice_view(empty, "Sagittal"), empty.document
    x, y, z = (n // 2 for n in document.hu.shape)
    ring = np.full((1, 9, 9), LIVER.label, np.uint8)
    ring[:, 3:6, 3:6] = 0
    document.edit("ring", np.s_[x : x + 1, y - 4 : y + 5, z - 4 : z + 5], ring)
    document.edit("speck", np.s_[2:3, 2:3, 2:3], np.full((1, 1, 1), LIVER.label, np.uint8))
    document.move_to_voxel((x, y, z))
    empty.tools.choose(Fill())
    drag(view, at(view, (x, y, z)))
    assert labels_of(empty)[x, y, z] == LIVER.label
    empty.tools.choose(KeepPart())
    drag(view, at(view, (x, y, z)))
    assert (labels_of(empty) == LIVER.label).sum() == 81
    drag(view, at(view, (x, y + 12, z)))
    assert "Click on the part" in empty.statusBar().currentMessage()


def test_sixty_strokes_are_undone_and_redone_one_by_one(empty: MainWindow) -> None:
    view, rng = slice_view(empty, "Axial"), np.random.default_rng(1)
    empty.tools.choose(Brush())
    empty.tools.over = True
    shape = np.array(empty.document.hu.shape)
    states = [np.zeros(shape, np.uint8)]
    for i in range(60):
        empty.tools.label = 1 + i % 4
        empty.tools.size_mm = 4 + i % 9
        spot = tuple(rng.uniform(0.2, 0.8, 3) * shape)
        drag(view, at(view, spot), at(view, tuple(np.array(spot) + 2)))
        if not np.array_equal(labels_of(empty), states[-1]):
            states.append(np.array(labels_of(empty)))
    assert len(states) > 50
    for state in states[-2::-1]:
        empty.document.undo()
        assert np.array_equal(labels_of(empty), state)
    for state in states[1:]:
        empty.document.redo()
        assert np.array_equal(labels_of(empty), state)


def test_surfaces_follow_and_only_the_corrected_organ_is_meshed_again(
    window: MainWindow, scan: Path, wait_for: WaitFor
) -> None:
    window.open([scan])
    wait_for(lambda: len(window.surfaces.surfaces) == 2)
    before = dict(window.surfaces.surfaces)
    window.document.edit("test", np.s_[20:26, 10:16, 6:12], np.full((6, 6, 6), LIVER.label, np.uint8))
    wait_for(lambda: window.surfaces.surfaces[LIVER.label] is not before[LIVER.label])
    others = [label for label in before if label != LIVER.label]
    assert all(window.surfaces.surfaces[label] is before[label] for label in others)
    afresh = organ_surfaces(labels_of(window), window.document.affine, [LIVER.label])[LIVER.label]
    assert window.surfaces.surfaces[LIVER.label].volume == pytest.approx(afresh.volume)
    assert afresh.volume > before[LIVER.label].volume


@pytest.mark.parametrize("plane", PLANES)
def test_a_distance_is_right_to_a_pixel_on_an_oblique_scan(window: MainWindow, wait_for: WaitFor, plane: str) -> None:
    angle = math.radians(20)
    turn = np.array([[math.cos(angle), -math.sin(angle), 0], [math.sin(angle), math.cos(angle), 0], [0, 0, 1]])
    affine = np.eye(4)
    affine[:3, :3] = turn @ np.diag([0.8, 1.1, 2.5])
    window.document.show(Volume(np.zeros((90, 80, 40), np.int16), affine, "oblique"))
    view = slice_view(window, plane)
    wait_for(lambda: view.width() > 100)
    window.tools.choose(Measure())
    start = np.array(window.document.hu.shape) * 0.4
    end = np.array(window.document.hu.shape) * 0.6
    axis = {"Axial": 2, "Coronal": 1, "Sagittal": 0}[plane]
    start[axis] = end[axis] = window.document.cursor_voxel[axis]
    drag(view, at(view, tuple(start)), at(view, tuple((start + end) / 2)), at(view, tuple(end)))
    (ruler,) = window.document.rulers
    expected = float(np.linalg.norm(affine[:3, :3] @ (end - start)))
    pixel = view._box.viewPixelSize()[0]
    assert ruler.mm == pytest.approx(expected, abs=2 * pixel)
    QTest.keyClick(window, Qt.Key.Key_Delete)
    assert not window.document.rulers


def test_closing_with_unsaved_corrections_asks_first(
    window: MainWindow, scan: Path, wait_for: WaitFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.open([scan])
    wait_for(lambda: window.document.segmentation is not None and not window.runner.busy)
    window.document.edit("test", np.s_[0:2, 0:2, 0:2], np.full((2, 2, 2), 1, np.uint8))
    assert window.isWindowModified()
    asked: list[str] = []
    answers = iter([QMessageBox.StandardButton.Cancel, QMessageBox.StandardButton.Discard])

    def answer(_parent: object, _title: str, text: str, *_: object) -> QMessageBox.StandardButton:
        asked.append(text)
        return next(answers)

    monkeypatch.setattr(QMessageBox, "question", answer)
    window.close()
    assert window.isVisible() and len(asked) == 1
    assert window.session.may_lose_corrections() and "Save" in asked[1]


def test_a_mask_that_was_saved_is_not_asked_about(window: MainWindow, scan: Path, wait_for: WaitFor) -> None:
    window.open([scan])
    wait_for(lambda: window.document.segmentation is not None and not window.runner.busy)
    window.document.edit("test", np.s_[0:2, 0:2, 0:2], np.full((2, 2, 2), 1, np.uint8))
    assert window.saving.save_mask(scan.parent / "new.nii.gz")
    assert window.session.may_lose_corrections()
    window.document.undo()
    assert window.document.unsaved


def test_a_second_mask_is_compared_and_shown_where_it_differs(
    window: MainWindow, scan: Path, wait_for: WaitFor
) -> None:
    window.open([scan])
    wait_for(lambda: window.document.segmentation is not None and not window.runner.busy)
    volume, ours = window.document.volume, window.document.segmentation
    assert volume is not None and ours is not None
    other = ours.labels.copy()
    other[other == LIVER.label] = 0
    window.document.set_reference(Segmentation(other, volume.affine))
    table = window.comparison.table
    wait_for(lambda: table.topLevelItem(0).text(1) == "0.000")  # type: ignore[union-attr]
    assert [table.topLevelItem(i).text(1) for i in (1, 2, 3)] == ["1.000"] * 3  # type: ignore[union-attr]
    assert window.docks["Compare"].isVisible()
    window.document.go_to_organ(LIVER.label)
    view = slice_view(window, "Axial")
    centre = at(view, window.document.cursor_voxel) + QPointF(12, 12)
    wait_for(lambda: _near(view, centre, (0xE6, 0x9F, 0x00)))
    window.comparison.overlay.setChecked(False)
    wait_for(lambda: not _near(view, centre, (0xE6, 0x9F, 0x00)))


def _near(view: object, position: QPointF, colour: tuple[int, int, int]) -> bool:
    pixel = canvas(view).grab().toImage().pixelColor(position.toPoint())  # type: ignore[arg-type]
    return max(abs(a - b) for a, b in zip((pixel.red(), pixel.green(), pixel.blue()), colour, strict=True)) < 60
