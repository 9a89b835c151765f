"""An earlier scan beside the open one: the same place in both, and what has changed."""

from pathlib import Path

import nibabel
import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox

from flare_gui.app.jobs import segmenting
from flare_gui.app.window.earlier import Second
from flare_gui.app.window.main_window import MainWindow
from flare_gui.io.masks.written import nifti_extension
from flare_gui.organs import LEFT_KIDNEY, LIVER, ORGANS
from flare_gui.volume import Segmentation, Volume
from tests.app.conftest import WaitFor
from tests.app.helpers import answer as press
from tests.app.helpers import at, canvas, drag, drop, slice_view, wheel

# Other voxels, and another corner, than those of the `scan` of the fixture.
EARLIER = np.array([[-1.5, 0, 0, 6], [0, -2, 0, -3], [0, 0, 5, -4], [0, 0, 0, 1]], float)


@pytest.fixture
def earlier(tmp_path: Path) -> Path:
    """A scan of the same patient on another day, with a mask beside it: the liver has 6 ml, and no kidney is in it."""
    folder = tmp_path / "a year ago"
    folder.mkdir()
    hu = np.full((56, 48, 18), -100, np.int16)
    labels = np.zeros(hu.shape, np.uint8)
    labels[10:30, 10:30, 4:9] = LIVER.label
    hu[labels > 0] = 90
    nibabel.save(nibabel.Nifti1Image(hu, EARLIER), folder / "ct.nii.gz")
    mask = nibabel.Nifti1Image(labels, EARLIER)
    mask.header.extensions.append(nifti_extension({organ.label: organ for organ in ORGANS}))
    nibabel.save(mask, folder / "ct.seg.nii.gz")
    return folder / "ct.nii.gz"


@pytest.fixture
def opened(window: MainWindow, scan: Path, wait_for: WaitFor) -> MainWindow:
    """A window of a small laptop's size with the scan of today."""
    window.resize(1366, 700)
    window.open([scan])
    wait_for(lambda: window.document.segmentation is not None, 60)
    return window


def put_beside(window: MainWindow, path: Path, wait_for: WaitFor) -> Second:
    """Drop a scan on the open one, and answer what it is."""
    drop(window.views, path)
    wait_for(lambda: any(box.isVisible() for box in window.findChildren(QMessageBox)), 60)
    press("Show it beside")
    wait_for(lambda: window.earlier.second is not None)
    assert window.earlier.second is not None
    return window.earlier.second


def test_a_scan_dropped_on_the_open_one_can_be_shown_beside_it_with_the_change_of_each_organ(
    opened: MainWindow, earlier: Path, wait_for: WaitFor
) -> None:
    today = opened.document.volume
    second = put_beside(opened, earlier, wait_for)
    assert opened.document.volume is today and second.document.volume is not None
    assert all(view.isVisible() for view in (*opened.views.slices, *second.views.slices))
    # Both fit a small screen, and slices keep a useful size.
    assert opened.minimumSizeHint().width() <= 1366 and opened.width() <= 1366
    assert min(view.width() for view in (*opened.views.slices, *second.views.slices)) > 200
    rows = [opened.change.table.topLevelItem(i) for i in range(len(ORGANS))]
    liver = next(row for row in rows if row is not None and row.text(0).startswith(LIVER.name))
    # 12 x 14 x 10 voxels of 0.024 ml are 40 ml, 20 x 20 x 5 of 0.015 ml are 30.
    assert [liver.text(i) for i in (1, 2, 3)] == ["30", "40", "+10 ml\n+34.4 %"]
    kidney = next(row for row in rows if row is not None and row.text(0).startswith(LEFT_KIDNEY.name))
    assert kidney.text(1) == "–" and kidney.text(3) == ""
    assert opened.docks["Earlier scan"].isVisible()


def test_the_crosshair_stands_at_the_same_place_in_both_whichever_is_clicked(
    opened: MainWindow, earlier: Path, wait_for: WaitFor
) -> None:
    second = put_beside(opened, earlier, wait_for)
    mine = slice_view(opened, "Axial")
    QTest.mouseClick(canvas(mine), Qt.MouseButton.LeftButton, pos=at(mine, (12, 9, 11)).toPoint())
    assert second.document.cursor_mm == pytest.approx(opened.document.cursor_mm)
    theirs = second.views.slices[1]
    QTest.mouseClick(canvas(theirs), Qt.MouseButton.LeftButton, pos=at(theirs, (20, 15, 6)).toPoint())
    wheel(canvas(theirs), QPointF(40, 40), 2)
    assert opened.document.cursor_mm == pytest.approx(second.document.cursor_mm)
    assert opened.document.cursor_voxel != (12, 9, 11)


def test_zoom_and_shift_are_the_same_in_both_in_millimetres(
    opened: MainWindow, earlier: Path, wait_for: WaitFor
) -> None:
    second = put_beside(opened, earlier, wait_for)
    for mine, theirs in zip(opened.views.slices, second.views.slices, strict=True):
        assert theirs.sight.mm_per_pixel == pytest.approx(mine.sight.mm_per_pixel, rel=1e-3)
    mine, theirs = opened.views.slices[0], second.views.slices[0]
    before = mine.sight.mm_per_pixel
    wheel(canvas(mine), QPointF(60, 50), 4, Qt.KeyboardModifier.ControlModifier)
    assert mine.sight.mm_per_pixel < 0.7 * before
    drag(theirs, QPointF(80, 80), QPointF(110, 60), keys=Qt.KeyboardModifier.ShiftModifier)
    assert theirs.sight.mm_per_pixel == pytest.approx(mine.sight.mm_per_pixel, rel=1e-3)
    assert theirs.sight.middle_mm[:2] == pytest.approx(mine.sight.middle_mm[:2], abs=0.1)


def test_scans_whose_tables_stood_apart_are_matched_at_a_landmark(
    opened: MainWindow, earlier: Path, wait_for: WaitFor, tmp_path: Path
) -> None:
    image = nibabel.load(earlier)
    far = image.affine.copy()
    far[2, 3] += 900
    nibabel.save(nibabel.Nifti1Image(np.asanyarray(image.dataobj), far), tmp_path / "far.nii.gz")
    second = put_beside(opened, tmp_path / "far.nii.gz", wait_for)
    said = [box for box in opened.findChildren(QMessageBox) if box.isVisible()]
    assert "no place in common" in said[0].text()
    said[0].accept()
    opened.change.linked.click()
    opened.document.move_to_voxel((10, 12, 8))
    second.document.move_to_voxel((30, 20, 3))
    press_button(opened, "This is the same place")
    assert opened.change.linked.isChecked()
    opened.document.move_to_voxel((10, 12, 9))
    moved = second.document.cursor_voxel
    assert moved[:2] == (30, 20) and moved[2] in (3, 4)


def press_button(window: MainWindow, words: str) -> None:
    from PySide6.QtWidgets import QPushButton

    QTest.mouseClick(
        next(one for one in window.change.findChildren(QPushButton) if one.text() == words), Qt.MouseButton.LeftButton
    )


def test_one_view_alone_is_alone_in_both_and_closing_gives_the_middle_back(
    opened: MainWindow, earlier: Path, wait_for: WaitFor
) -> None:
    whole = opened.views.width()
    second = put_beside(opened, earlier, wait_for)
    QTest.mouseDClick(canvas(slice_view(opened, "Axial")), Qt.MouseButton.LeftButton)
    assert [view.isVisible() for view in second.views.slices] == [True, False, False]
    QTest.mouseDClick(canvas(second.views.slices[0]), Qt.MouseButton.LeftButton)
    assert all(view.isVisible() for view in opened.views.slices)
    press_button(opened, "Close it")
    assert opened.earlier.second is None and not opened.docks["Earlier scan"].isVisible()
    wait_for(lambda: opened.views.width() > 0.85 * whole)


def test_the_earlier_scan_is_segmented_by_itself_and_goes_with_the_scan_beside_it(
    opened: MainWindow, earlier: Path, wait_for: WaitFor, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def half_liver(volume: Volume, *_: object, **__: object) -> Segmentation:
        labels = np.zeros(volume.shape, np.uint8)
        labels[10:20, 10:30, 4:9] = LIVER.label
        return Segmentation(labels, volume.affine, run={"seconds": {"a": 1.0}, "device": "cpu"})

    earlier.with_name("ct.seg.nii.gz").unlink()
    second = put_beside(opened, earlier, wait_for)
    mine = opened.document.segmentation
    monkeypatch.setattr(segmenting, "segment", half_liver)
    press_button(opened, "Segment it")
    wait_for(lambda: second.document.segmentation is not None, 60)
    assert opened.document.segmentation is mine
    liver = opened.change.table.topLevelItem(0)
    assert liver is not None and liver.text(1) == "15"
    # Another patient's scan takes the earlier one along.
    other = tmp_path / "other.nii.gz"
    other.write_bytes(earlier.read_bytes())
    opened.open([other])
    wait_for(lambda: opened.earlier.second is None, 60)


def test_an_earlier_scan_and_its_mask_come_back_with_the_workspace_and_one_that_is_gone_is_said(
    opened: MainWindow, earlier: Path, wait_for: WaitFor, tmp_path: Path
) -> None:
    second = put_beside(opened, earlier, wait_for)
    # As it was segmented or opened here, whatever lies beside its file.
    mask = second.document.segmentation
    assert mask is not None
    mask.labels[40, 40, 10] = LIVER.label
    made, file = mask.labels.copy(), tmp_path / "work.flare"
    assert opened.saving.save_workspace(file)
    opened.earlier.close()
    opened.open([file])
    wait_for(lambda: opened.earlier.second is not None and not opened.runner.busy, 60)
    again = opened.earlier.second
    assert again is not None and again.document.volume is not None and again.document.segmentation is not None
    assert again.document.volume.source == earlier
    assert np.array_equal(again.document.segmentation.labels, made)
    # The folder of a year ago was tidied away.
    opened.earlier.close()
    earlier.rename(earlier.with_name("moved.nii.gz"))
    opened.open([file])
    wait_for(lambda: any(box.isVisible() for box in opened.findChildren(QMessageBox)), 60)
    (box,) = (box for box in opened.findChildren(QMessageBox) if box.isVisible())
    assert "earlier scan beside it cannot be shown" in box.text() and str(earlier) in box.text()
    box.close()
    assert opened.document.segmentation is not None and opened.earlier.second is None
    # Another scan in its place is no place for its mask.
    hu = np.zeros((56, 48, 18), np.int16)
    nibabel.save(nibabel.Nifti1Image(hu, EARLIER), earlier)
    opened.open([file])
    wait_for(lambda: any(box.isVisible() for box in opened.findChildren(QMessageBox)), 60)
    (box,) = (box for box in opened.findChildren(QMessageBox) if box.isVisible())
    assert "its voxels differ" in box.text()
    box.close()
    # A workspace without one closes that of before.
    assert opened.saving.save_workspace(file)
    opened.open([file])
    wait_for(lambda: not opened.runner.busy)
    assert opened.earlier.second is None
