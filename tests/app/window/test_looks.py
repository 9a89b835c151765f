"""What a first look at the window should find in order."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication, QDockWidget, QLabel, QMainWindow, QWidget

from flare_gui.app.document.document import Document
from flare_gui.app.panels.scan import ScanPanel
from flare_gui.app.slices.marks import Marks
from flare_gui.app.window.main_window import MainWindow
from flare_gui.organs import LIVER, SPLEEN
from flare_gui.volume import Segmentation, Volume
from tests.app.conftest import WaitFor


def test_letters_are_outlined_on_every_side_on_white_bone(qapp: QApplication) -> None:
    image = QImage(60, 40, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    Marks(painter, QRectF(0, 0, 60, 40)).text("I", Qt.AlignmentFlag.AlignCenter, bold=True)
    painter.end()
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(40, 60, 4)[..., 0].astype(int)
    rows, columns = np.nonzero(pixels < 150)
    middle_row, middle_column = pixels[(rows.min() + rows.max()) // 2], pixels[:, (columns.min() + columns.max()) // 2]
    for line in (middle_row, middle_column):
        dark = np.flatnonzero(line < 150)
        assert (line[dark[0] : dark[-1]] > 220).any(), "a light letter lies between two dark edges"


def test_the_organs_stand_right_below_the_few_lines_about_the_scan(
    window: MainWindow, shared: Callable[[str], Path], wait_for: WaitFor
) -> None:
    # A real scan: there is nothing to doubt about it, which would take lines of its own.
    window.open([shared("ct/ts_example/ct.nii.gz")])
    wait_for(lambda: window.document.volume is not None and not window.runner.busy, 120)
    organs = window.docks["Organs"]
    wait_for(organs.isVisible)
    QApplication.processEvents()
    assert organs.y() < 0.4 * window.height()


def test_no_line_about_the_scan_is_clipped_however_much_there_is_to_doubt(
    qapp: QApplication, wait_for: WaitFor
) -> None:
    document, dock, below = Document(), QDockWidget("Scan"), QDockWidget("Organs")
    panel = ScanPanel(document)
    around = QMainWindow()
    around.resize(900, 700)
    around.setCentralWidget(QWidget())
    for part, content in ((dock, panel), (below, QWidget())):
        part.setWidget(content)
        around.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, part)
    around.show()
    around.resizeDocks([dock, below], [1, 700], Qt.Orientation.Vertical)
    volume = Volume(np.zeros((4, 4, 4), np.int16), np.eye(4))
    for count in (0, 1, 5):
        doubts = tuple(f"part {i} of the liver lies far from the others, on the other side" for i in range(count))
        document.show(volume, Segmentation(np.zeros(volume.shape, np.uint8), volume.affine, warnings=doubts))
        wait_for(lambda: all(line.sentence.isVisible() for line in panel.findings.lines), 10)
        assert len(panel.findings.lines) == count
        wait_for(lambda: not _clipped(panel), 10)
    around.close()


def _clipped(panel: QWidget) -> list[str]:
    """The texts of labels that are lower than their lines."""
    labels = [label for label in panel.findChildren(QLabel) if label.isVisible() and label.text()]
    return [label.text() for label in labels if label.height() < label.heightForWidth(label.width())]


def test_scores_stand_under_their_headings(window: MainWindow, scan: Path, wait_for: WaitFor) -> None:
    window.open([scan])
    wait_for(lambda: window.document.segmentation is not None and not window.runner.busy, 120)
    window.document.set_reference(window.document.segmentation)
    table = window.comparison.table
    wait_for(lambda: table.topLevelItem(0).text(2) == "1.000", 120)
    for column in (1, 2):
        assert table.headerItem().textAlignment(column) == table.topLevelItem(0).textAlignment(column)
        assert table.header().sectionSize(column) < table.header().sectionSize(0)


def test_the_status_bar_tells_head_from_feet_as_the_slices_do(
    window: MainWindow, scan: Path, wait_for: WaitFor
) -> None:
    window.open([scan])
    wait_for(lambda: window.document.volume is not None and not window.runner.busy, 120)
    window.document.affine[2, 3] = -500.0
    window._pointer.point((0, 0, 0))
    assert "I 500.0 mm" in window._pointer.text()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["ct/ts_example/ct.nii.gz", "dicom/two_series"])
def test_the_self_test_takes_a_scan_of_the_users_own(name: str, tmp_path: Path, shared: Callable[[str], Path]) -> None:
    command = [sys.executable, "-m", "flare_gui", str(shared(name)), "--self-test", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    steps = {step["step"]: step for step in json.loads((tmp_path / "self-test.json").read_text())["steps"]}
    assert steps["open"]["voxels"] != [275, 218, 130]
    assert (tmp_path / steps["export"]["file"]).exists()


def test_organs_that_are_not_in_the_mask_cannot_be_hidden_or_faded_and_say_so(
    window: MainWindow, scan: Path, wait_for: WaitFor
) -> None:
    window.open([scan])
    wait_for(lambda: window.document.segmentation is not None and not window.runner.busy)
    rows = window.organs.rows
    for label, there in ((LIVER.label, True), (SPLEEN.label, False)):
        for widget in (rows[label].eye, rows[label].opacity):
            assert widget.isEnabled() is there
            assert ("not in the mask" in widget.toolTip()) is not there
    window.document.edit("brush", np.s_[20:24, 10:14, 8:12], np.full((4, 4, 4), SPLEEN.label, np.uint8))
    assert rows[SPLEEN.label].eye.isEnabled() and rows[SPLEEN.label].opacity.isEnabled()
    assert "not in the mask" not in rows[SPLEEN.label].eye.toolTip()
    window.document.undo()
    assert not rows[SPLEEN.label].eye.isEnabled()
