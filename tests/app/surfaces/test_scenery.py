"""What 3D shows beside the organs: the CT itself, the slices, the background; and where the camera looks."""

from pathlib import Path

import nibabel
import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox

from flare_gui.app.window.main_window import MainWindow
from flare_gui.render.options import BACKGROUNDS
from tests.app.conftest import WaitFor
from tests.app.helpers import LPS

BONE_HU, AIR_HU = 700, -1000


@pytest.fixture
def patient(tmp_path: Path) -> Path:
    """A CT of 120 x 120 x 100 mm: a round patient of 40 HU in air, with a bone from head to feet."""
    x, y = np.meshgrid(np.arange(60) - 30, np.arange(40) - 20, indexing="ij")
    hu = np.full((60, 40, 25), AIR_HU, np.int16)
    hu[np.hypot(2 * x, 3 * y) < 50] = 40
    hu[26:34, 24:30] = BONE_HU
    nibabel.save(nibabel.Nifti1Image(hu, LPS), tmp_path / "patient.nii.gz")
    return tmp_path / "patient.nii.gz"


@pytest.fixture
def opened(window: MainWindow, patient: Path, wait_for: WaitFor) -> MainWindow:
    if not window.surfaces.running:
        pytest.skip("there is no OpenGL here")
    window.open([patient])
    wait_for(lambda: window.document.volume is not None, 120)
    return window


def choose(box: QComboBox, key: str) -> None:
    """As by keyboard: arrows until it is there."""
    box.setFocus()
    while box.currentData() != key:
        before = box.currentIndex()
        QTest.keyClick(box, Qt.Key.Key_Down if before < box.findData(key) else Qt.Key.Key_Up)
        assert box.currentIndex() != before


def picture(window: MainWindow, wait_for: WaitFor) -> np.ndarray:
    """What 3D shows when nothing is being made any more, int (height, width, 3)."""
    wait_for(lambda: not window.surfaces.busy, 60)
    found = window.surfaces.screenshot()
    assert found is not None
    return found.astype(int)


def seen(pixels: np.ndarray, background: str) -> np.ndarray:
    """Where there is something before the background; the little cube in the corner is left out."""
    colour = np.array([int(background[i : i + 2], 16) for i in (1, 3, 5)])
    there: np.ndarray = np.abs(pixels - colour).max(axis=2) > 12
    height, width = there.shape
    there[3 * height // 4 :, : width // 4] = False
    return there


def test_the_ct_itself_is_seen_in_3d_before_there_is_any_organ(opened: MainWindow, wait_for: WaitFor) -> None:
    bar = opened.surfaces.bar
    choose(bar.background, "White")
    assert bar.isVisible()
    choose(bar.rendering, "skin")
    skin = picture(opened, wait_for)
    choose(bar.rendering, "bones")
    bones = picture(opened, wait_for)
    white = BACKGROUNDS["White"]
    # The bone is about a sixth of the patient's width.
    assert 0.05 * seen(skin, white).sum() < seen(bones, white).sum() < 0.5 * seen(skin, white).sum()
    choose(bar.rendering, "off")
    opened.surfaces.bar.planes.click()
    picture(opened, wait_for)
    opened.surfaces.bar.planes.click()
    assert not seen(picture(opened, wait_for), white).any()


def test_turning_the_ct_is_drawn_with_few_rays_and_rest_with_all(opened: MainWindow, wait_for: WaitFor) -> None:
    choose(opened.surfaces.bar.rendering, "bones")
    picture(opened, wait_for)
    mapper = opened.surfaces._scenery._ct.GetMapper()
    fine = mapper.GetImageSampleDistance()
    canvas = opened.surfaces._plotter
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=canvas.rect().center())
    QTest.mouseMove(canvas, canvas.rect().center() / 2)
    assert mapper.GetImageSampleDistance() > 2 * fine
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=canvas.rect().center() / 2)
    wait_for(lambda: mapper.GetImageSampleDistance() == fine)


@pytest.mark.parametrize("name", list(BACKGROUNDS))
def test_the_background_changes_at_once(opened: MainWindow, wait_for: WaitFor, name: str) -> None:
    choose(opened.surfaces.bar.rendering, "bones")
    choose(opened.surfaces.bar.background, name)
    corner = picture(opened, wait_for)[-5, -5]
    assert not seen(corner[None, None], BACKGROUNDS[name]).any()


def test_what_3d_shows_comes_back_with_a_workspace(opened: MainWindow, wait_for: WaitFor, tmp_path: Path) -> None:
    bar = opened.surfaces.bar
    choose(bar.rendering, "bones")
    choose(bar.background, "Light")
    bar.planes.click()
    kept = opened.document.scene
    assert opened.saving.save_workspace(tmp_path / "day.flare")
    opened.document.set_scene(rendering="off", background="Dark", planes=False)
    opened.open([tmp_path / "day.flare"])
    wait_for(lambda: opened.document.scene == kept, 60)
    assert bar.rendering.currentData() == "bones" and bar.background.currentData() == "Light"
    assert bar.planes.isChecked()


def test_slices_in_3d_leave_the_air_around_the_patient_out(opened: MainWindow, wait_for: WaitFor) -> None:
    choose(opened.surfaces.bar.background, "White")
    opened.surfaces.bar.planes.click()
    opened.surfaces.look_from("top")
    axial = seen(picture(opened, wait_for), BACKGROUNDS["White"])
    # Slices seen from their edge are lines.
    rows, columns = (np.flatnonzero(axial.sum(axis=axis) > 9) for axis in (1, 0))
    box = axial[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    # An ellipse fills a share of its box that a slice with its air would not.
    assert 0.7 < box.mean() < 0.86


def test_3d_frames_what_there_is_when_the_scan_changes_and_fit_works_there(
    opened: MainWindow, scan: Path, wait_for: WaitFor
) -> None:
    def share() -> float:
        there = seen(picture(opened, wait_for), BACKGROUNDS["White"])
        rows, columns = (np.flatnonzero(there.any(axis=axis)) for axis in (1, 0))
        assert rows[0] > 0 and rows[-1] < there.shape[0] - 1 and columns[0] > 0 and columns[-1] < there.shape[1] - 1
        return max(np.ptp(rows) / there.shape[0], np.ptp(columns) / there.shape[1])

    choose(opened.surfaces.bar.background, "White")
    choose(opened.surfaces.bar.rendering, "bones")
    assert share() > 0.5
    # Another scan, with organs elsewhere, that come by and by.
    choose(opened.surfaces.bar.rendering, "off")
    opened.open([scan])
    wait_for(lambda: len(opened.surfaces.surfaces) == 2, 60)
    assert share() > 0.6
    opened.surfaces._plotter.camera.zoom(0.2)
    assert share() < 0.3
    QTest.keyClick(opened, Qt.Key.Key_F)
    assert share() > 0.6
