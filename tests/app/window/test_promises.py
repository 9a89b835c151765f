"""What makes a program pleasant: it stays live, gives memory back, works by keyboard, and opens without OpenGL."""

import gc
import itertools
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QAbstractSlider, QAbstractSpinBox, QComboBox, QMessageBox, QTreeWidget

from flare_gui.app.dialogs.about import NOT_A_DEVICE, about_text, show_about, show_shortcuts
from flare_gui.app.document.teaching import Teaching
from flare_gui.app.self_test.heartbeat import Heartbeat
from flare_gui.app.settings import Settings
from flare_gui.app.window.main_window import MainWindow
from flare_gui.model.laterality import MIRRORED
from flare_gui.organs import LEFT_KIDNEY, LIVER, ORGANS, RIGHT_KIDNEY
from flare_gui.volume import Segmentation
from tests.app.helpers import slice_view

WaitFor = Callable[..., None]


def test_the_demo_is_segmented_while_the_window_stays_live(window: MainWindow, wait_for: WaitFor) -> None:
    window.session.open_demo()
    wait_for(lambda: window.document.volume is not None and not window.runner.busy, 60)
    heart, fractions = Heartbeat(), []
    heart.restart()
    window.session.segment()
    assert window.runner.job is not None
    window.runner.job.progressed.connect(lambda _stage, part: fractions.append(part))
    wait_for(lambda: window.document.segmentation is not None, 60)
    # Several hundred is what a machine at work shows; a window that waits for the network stands for seconds.
    assert heart.stop() < 1000
    assert len(fractions) > 10
    wait_for(lambda: window.measures.by_key)
    assert all(row.volume.text().endswith(" ml") for row in window.organs.rows.values())
    wait_for(lambda: len(window.surfaces.surfaces) == len(ORGANS))


def test_cost_and_weights_are_told_before_a_run(window: MainWindow, wait_for: WaitFor) -> None:
    window.session.open_demo()
    wait_for(lambda: "of memory" in window.scan_panel._cost.text(), 60)
    assert "CPU" in window.scan_panel._cost.text() or "GPU" in window.scan_panel._cost.text()
    assert "shipped" in window.scan_panel._weights.text()


def test_a_run_can_be_cancelled_and_the_answer_is_immediate(window: MainWindow, wait_for: WaitFor) -> None:
    window.session.open_demo()
    wait_for(lambda: window.document.volume is not None and not window.runner.busy, 60)
    window.session.segment()
    wait_for(lambda: window.runner.bar.isVisible())
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert not window.runner.busy and not window.runner.bar.isVisible()
    assert window.document.segmentation is None
    assert "cancelled" in window.statusBar().currentMessage()


def test_scans_are_segmented_on_opening_when_that_is_wanted(window: MainWindow, scan: Path, wait_for: WaitFor) -> None:
    (scan.parent / "ct.seg.nii.gz").unlink()
    window.scan_panel.automatic.setChecked(True)
    assert window.settings.automatic
    window.open([scan])
    wait_for(lambda: window.document.segmentation is not None, 60)


def test_other_weights_are_named_and_bad_ones_refused(
    window: MainWindow, scan: Path, wait_for: WaitFor, tmp_path: Path
) -> None:
    bad = tmp_path / "mine.safetensors"
    bad.write_bytes(b"nothing")
    window.open([scan])
    wait_for(lambda: window.document.volume is not None and not window.runner.busy)
    window.session.use_weights(bad)
    assert "mine.safetensors" in window.scan_panel._weights.text()
    wait_for(lambda: not window.runner.busy)
    wait_for(lambda: any("model card" in box.text() for box in window.findChildren(QMessageBox)))
    for box in window.findChildren(QMessageBox):
        box.close()
    window.session.use_weights(None)
    wait_for(lambda: not window.runner.busy)
    assert window.settings.weights is None


def test_a_doubt_about_sides_is_shown_on_the_kidneys(window: MainWindow, scan: Path, wait_for: WaitFor) -> None:
    window.open([scan])
    wait_for(lambda: window.document.segmentation is not None and not window.runner.busy)
    mask = window.document.segmentation
    assert mask is not None
    window.document.set_segmentation(Segmentation(mask.labels, mask.affine, (MIRRORED,)))
    assert window.organs.rows[LEFT_KIDNEY.label].badge.text() == "side?"
    assert "mirrored" in window.organs.rows[LEFT_KIDNEY.label].badge.toolTip()
    assert window.organs.rows[LIVER.label].badge.text() != "side?"
    assert window.organs.rows[RIGHT_KIDNEY.label].badge.text() == "missing"


def test_everything_can_be_named_by_a_screen_reader(window: MainWindow, scan: Path, wait_for: WaitFor) -> None:
    window.open([scan])
    wait_for(lambda: window.document.segmentation is not None and not window.runner.busy)
    kinds = (QAbstractButton, QAbstractSlider, QAbstractSpinBox, QComboBox, QTreeWidget)
    for kind in kinds:
        for widget in window.findChildren(kind):
            if widget.isVisible() and not widget.objectName().startswith("qt_") and widget.parent() is not None:
                text = widget.text() if isinstance(widget, QAbstractButton) else ""
                named = widget.accessibleName() or text or widget.toolTip()
                inner = kind is QAbstractSlider and "Scroll" in type(widget).__name__
                dock = "dock" in widget.objectName().lower()
                assert named or inner or dock, f"{type(widget).__name__} {widget.objectName()} has no name"


def test_no_two_actions_share_a_key_and_each_is_in_a_menu(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    actions = [action for action in window.findChildren(QAction) if not action.shortcut().isEmpty()]
    keys = Counter(action.shortcut().toString() for action in actions)
    assert [key for key, count in keys.items() if count > 1] == ["Esc"]
    # It takes back a stroke that is not kept yet, or else stops what runs: Qt would do neither if both could be done.
    for preview, job in itertools.product((None, object()), repeat=2):
        with monkeypatch.context() as patched:
            patched.setattr(Teaching, "preview", property(lambda _, preview=preview: preview))
            patched.setattr(window.runner, "job", job)
            window.actions_.refresh()
            both = [window.actions_[key].isEnabled() for key in ("discard_stroke", "cancel")]
        assert both == [preview is not None and job is None, job is not None]
    listed = {what for _, what, _ in window.actions_.shortcuts()}
    assert {"Segment", "Undo", "Brush", "Save mask", "Liver window", "Open scan"} <= listed


def test_slices_work_by_keyboard_alone(window: MainWindow, scan: Path, wait_for: WaitFor) -> None:
    window.open([scan])
    wait_for(lambda: window.document.volume is not None and not window.runner.busy)
    view = slice_view(window, "Axial")
    view.setFocus()
    before = np.array(window.document.cursor_voxel)
    for key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageUp, Qt.Key.Key_Right, Qt.Key.Key_Down):
        QTest.keyClick(view.focusProxy(), key)
    # The screen's right is the patient's left: x goes down.
    assert (np.array(window.document.cursor_voxel) - before).tolist() == [-1, -1, 2]
    QTest.keyClick(window, Qt.Key.Key_2)
    assert window.document.window == (-15.0, 155.0)
    QTest.keyClick(window, Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier)
    assert window.views.enlarged is view
    QTest.keyClick(window, Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier)
    assert window.views.enlarged is None


def test_the_sheets_say_keys_card_and_what_it_is_not(window: MainWindow) -> None:
    text = about_text(window.settings.weights)
    assert NOT_A_DEVICE in text and "sha256" in text and "Trained on" in text
    for dialog in (show_about(window, None), show_shortcuts(window, window.actions_.shortcuts())):
        assert dialog.isVisible()
        dialog.close()


def test_geometry_is_remembered(window: MainWindow, tmp_path: Path, wait_for: WaitFor) -> None:
    window.resize(1111, 777)
    wait_for(lambda: window.width() == 1111)
    window.close()
    again = MainWindow(Settings(tmp_path / "settings.ini"))
    assert (again.width(), again.height()) == (1111, 777)
    again.close()
    again.deleteLater()


_OPENED = """
import sys, time
from pathlib import Path
from PySide6.QtWidgets import QApplication, QLabel
from flare_gui.app.settings import Settings
from flare_gui.app.window.main_window import MainWindow
application = QApplication(["flare-gui"])
window = MainWindow(Settings(Path(sys.argv[1]) / "settings.ini"))
window.show()
window.begin([Path(sys.argv[2])])
deadline = time.monotonic() + 100
while (window.document.volume is None or window.runner.busy) and time.monotonic() < deadline:
    application.processEvents()
    time.sleep(0.01)
print(window.document.volume.shape, *[label.text() for label in window.surfaces.findChildren(QLabel)], flush=True)
import os
os._exit(0)
"""


def test_without_opengl_the_window_opens_and_says_what_is_off(tmp_path: Path, scan: Path) -> None:
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen", "XDG_STATE_HOME": str(tmp_path)}
    command = [sys.executable, "-c", _OPENED, str(tmp_path), str(scan)]
    told = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=200, check=True).stdout
    assert told.startswith("(") and "3D is off: Qt's offscreen platform has no OpenGL." in told


@pytest.mark.slow
def test_without_opengl_a_days_work_is_done(tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "flare_gui", "--self-test", str(tmp_path)],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert "has no OpenGL" in (tmp_path / "self-test.json").read_text()


def test_a_dozen_scans_one_after_another_take_no_more_memory(
    window: MainWindow, scan: Path, wait_for: WaitFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A result in the place of a mask from a file is asked about.
    monkeypatch.setattr(QMessageBox, "question", lambda *_: QMessageBox.StandardButton.Discard)
    sizes = []
    shutil.copy(scan, scan.parent / "other.nii.gz")
    for i in range(12):
        window.open([scan.parent / ("other.nii.gz" if i % 2 else "ct.nii.gz")])
        wait_for(lambda: window.runner.busy)
        wait_for(lambda: window.document.volume is not None and not window.runner.busy, 60)
        window.session.segment()
        wait_for(lambda: not window.runner.busy, 60)
        wait_for(lambda: not window.surfaces.busy)
        gc.collect()
        sizes.append(_resident_mb())
    # From the fifth on: libraries are loaded and caches filled by then.
    assert sizes[-1] < 1.1 * sizes[4], sizes


def _resident_mb() -> float:
    status = Path("/proc/self/status")
    if not status.exists():
        pytest.skip("memory is read from /proc here")
    return next(int(line.split()[1]) / 1024 for line in status.read_text().splitlines() if line.startswith("VmRSS"))
