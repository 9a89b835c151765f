import sys
from collections.abc import Callable
from pathlib import Path

import nibabel
import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QLabel, QMessageBox

from flare_gui import geometry
from flare_gui.app.slices.view import SliceView
from flare_gui.app.window.main_window import MainWindow
from flare_gui.organs import LEFT_KIDNEY, LIVER, SPLEEN
from flare_gui.volume import Segmentation
from tests.app.helpers import LPS, drop

WaitFor = Callable[..., None]


def open_scan(window: MainWindow, path: Path, wait_for: WaitFor) -> None:
    window.open([path])
    wait_for(lambda: window.document.volume is not None and not window.runner.busy)


def view(window: MainWindow, name: str) -> SliceView:
    return next(v for v in window.findChildren(SliceView) if v.accessibleName() == f"{name} slice")


def colour_at(image: QImage, x: float, y: float) -> tuple[int, int, int]:
    colour = image.pixelColor(round(x * image.width()), round(y * image.height()))
    return colour.red(), colour.green(), colour.blue()


def test_an_empty_window_says_what_to_do(window: MainWindow) -> None:
    texts = [label.text() for label in window.findChildren(QLabel) if label.isVisible()]
    assert any("Drop a CT" in text for text in texts)


def test_a_dropped_scan_opens_with_the_mask_that_lies_beside_it(
    window: MainWindow, scan: Path, wait_for: WaitFor
) -> None:
    drop(window, scan)
    wait_for(lambda: window.document.segmentation is not None)
    rows = window.organs.rows
    assert rows[LIVER.label].volume.text() == f"{12 * 14 * 10 * 24 / 1000:.0f} ml"
    assert rows[LIVER.label].mean.text() == "100 HU"
    assert rows[SPLEEN.label].badge.text() == "missing"


def test_the_patients_right_is_on_the_left_of_the_screen(window: MainWindow, scan: Path, wait_for: WaitFor) -> None:
    open_scan(window, scan, wait_for)
    for name in ("Axial", "Coronal"):
        canvas = view(window, name)
        window.document.go_to_organ(LIVER.label)
        liver = [x for x in range(0, canvas.width(), 6) if _organ_under(canvas, x) == LIVER.label]
        window.document.go_to_organ(LEFT_KIDNEY.label)
        kidney = [x for x in range(0, canvas.width(), 6) if _organ_under(canvas, x) == LEFT_KIDNEY.label]
        assert liver and kidney
        assert max(liver) < min(kidney)


def _organ_under(canvas: SliceView, x: int) -> int:
    """The label drawn somewhere `x` pixels from the left."""
    document = canvas._document  # the test looks where the user would: at the drawn pixel's voxel
    for y in range(0, canvas.height(), 6):
        voxel = canvas.voxel_at(QPointF(x, y))
        if voxel is not None and document.labels is not None and document.labels[voxel]:
            return int(document.labels[voxel])
    return 0


def test_a_click_moves_the_crosshair_to_the_voxel_under_it_in_all_views(
    window: MainWindow, scan: Path, wait_for: WaitFor
) -> None:
    open_scan(window, scan, wait_for)
    axial = view(window, "Axial")
    position = QPointF(axial.width() * 0.4, axial.height() * 0.6)
    expected = axial.voxel_at(position)
    axial.move_to(position)
    assert window.document.cursor_voxel == expected
    assert expected is not None
    place = geometry.apply(window.document.affine, np.array([expected]))[0]
    assert window.document.cursor_mm == pytest.approx(place)


def test_an_organ_is_drawn_in_its_colour_and_can_be_hidden(window: MainWindow, scan: Path, wait_for: WaitFor) -> None:
    open_scan(window, scan, wait_for)
    window.document.set_opacity(1.0)
    window.document.go_to_organ(LIVER.label)
    orange = (0xD5, 0x5E, 0x00)
    wait_for(lambda: _share(view(window, "Axial"), orange) > 0.02)
    window.document.set_look(LIVER.label, visible=False)
    wait_for(lambda: _share(view(window, "Axial"), orange) == 0)


def _share(canvas: SliceView, colour: tuple[int, int, int]) -> float:
    image = canvas.grab().toImage()
    points = [(x / 40, y / 40) for x in range(1, 40) for y in range(1, 40)]
    near = [np.abs(np.subtract(colour_at(image, *point), colour)).max() < 12 for point in points]
    return float(np.mean(near))


def test_the_wheel_scrolls_and_the_window_changes_what_is_white(
    window: MainWindow, scan: Path, wait_for: WaitFor
) -> None:
    open_scan(window, scan, wait_for)
    before = window.document.cursor_voxel
    view(window, "Axial").step(2)
    assert window.document.cursor_voxel == (before[0], before[1], before[2] + 2)
    view(window, "Axial").step(1000)
    assert window.document.cursor_voxel[2] == 19
    low, high = window.document.window
    view(window, "Axial").window_by(10, 0)
    assert window.document.window[1] - window.document.window[0] > high - low


def test_a_file_that_is_no_scan_is_one_sentence_and_the_open_scan_stays(
    window: MainWindow, scan: Path, wait_for: WaitFor, tmp_path: Path
) -> None:
    open_scan(window, scan, wait_for)
    broken = tmp_path / "broken.nii.gz"
    broken.write_bytes(b"not a scan")
    drop(window, broken)
    wait_for(lambda: bool(window.findChildren(QMessageBox)))
    (box,) = window.findChildren(QMessageBox)
    assert "broken.nii.gz" in box.text()
    assert "Traceback" not in box.text() + box.detailedText()
    box.close()
    assert window.document.volume is not None
    assert window.document.volume.name == "ct"


def test_a_fault_in_the_program_is_shown_with_details_and_the_window_lives(
    window: MainWindow, wait_for: WaitFor
) -> None:
    def fail(**_: object) -> None:
        raise KeyError("no such thing")

    window.runner.run("Test", fail, print)
    wait_for(lambda: not window.runner.busy and bool(window.findChildren(QMessageBox)))
    (box,) = window.findChildren(QMessageBox)
    assert "Traceback" in box.detailedText()
    box.close()


def test_cancel_leaves_the_old_mask_untouched(window: MainWindow, scan: Path, wait_for: WaitFor) -> None:
    open_scan(window, scan, wait_for)
    before = window.document.segmentation

    def endless(*, progress: Callable[[str, float], None], cancel: object) -> Segmentation:
        while True:
            progress("network", 0.5)
            cancel.check()  # type: ignore[attr-defined]

    window.runner.run("Segmenting", endless, window.document.set_segmentation)
    wait_for(lambda: window.runner.busy)
    window.runner.cancel()
    wait_for(lambda: not window.runner.busy)
    assert window.document.segmentation is before


def test_a_saved_mask_lies_where_the_scan_lies(window: MainWindow, scan: Path, wait_for: WaitFor) -> None:
    open_scan(window, scan, wait_for)
    target = scan.parent / "saved.nii.gz"
    window.saving.save_mask(target)
    saved = nibabel.load(target)
    assert np.array_equal(np.asarray(saved.dataobj), np.asarray(nibabel.load(scan.parent / "ct.seg.nii.gz").dataobj))
    assert np.abs(saved.affine - LPS).max() < 1e-4


def test_a_mask_of_another_scan_is_refused(window: MainWindow, scan: Path, wait_for: WaitFor, tmp_path: Path) -> None:
    other = tmp_path / "other_mask.nii.gz"
    elsewhere = LPS @ np.diag([1.3, 1.3, 1.0, 1.0])  # on the same grid, it would be a mask that was cropped
    nibabel.save(nibabel.Nifti1Image(np.ones((4, 4, 4), np.uint8), elsewhere), other)
    window.open([scan, other])
    wait_for(lambda: bool(window.findChildren(QMessageBox)))
    (box,) = window.findChildren(QMessageBox)
    assert "other_mask.nii.gz" in box.text()
    box.close()


def test_qt_gives_back_every_reference_it_takes(window: MainWindow) -> None:
    """PySide6 6.12.0 lost one to None a call: Python 3.11 aborts when they run out."""
    before = sys.getrefcount(None)
    for _ in range(1000):
        window.setEnabled(True)
    assert sys.getrefcount(None) > before - 100
