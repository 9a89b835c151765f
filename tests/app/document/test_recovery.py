"""After a crash the corrections are offered back: a real window is killed with kill -9 and a second one is opened."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import nibabel
import numpy as np
import pytest
from PySide6.QtWidgets import QMessageBox, QPushButton

from flare_gui.app.document.autosave import AUTOSAVE_MS
from flare_gui.app.document.document import Document
from flare_gui.app.document.recovery import KEPT_DAYS, Store
from flare_gui.app.window.main_window import MainWindow
from flare_gui.organs import SPLEEN

WaitFor = Callable[..., None]
BOX = np.s_[5:9, 6:12, 3:7]

# A program that a user would start, who corrects something and does not save it.
VICTIM = """
import sys
from pathlib import Path
import numpy as np
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from flare_gui.app.window.main_window import MainWindow
from flare_gui.app.settings import Settings

application = QApplication([])
window = MainWindow(Settings(Path(sys.argv[1])))
window.show()
window.begin([Path(sys.argv[2])])

def correct():
    document = window.document
    if document.segmentation is None:
        return
    timer.stop()
    for k in range(3):
        document.edit("brush", (slice(5, 9), slice(6, 12), slice(3 + k, 5 + k)), np.full((4, 6, 2), 3, np.uint8))
    print("corrected", flush=True)

timer = QTimer(interval=50)
timer.timeout.connect(correct)
timer.start()
application.exec()
"""


def killed_after_a_correction(settings: Path, scan: Path) -> float:
    """Start the program above, kill it when its corrections are kept; the seconds from the correction until then."""
    process = subprocess.Popen([sys.executable, "-c", VICTIM, settings, scan], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None and process.stdout.readline().strip() == "corrected"
        began = time.monotonic()
        while not list((settings.parent / "recovery").glob("[!.]*.flare")) and time.monotonic() - began < 120:
            time.sleep(0.05)
        taken = time.monotonic() - began
    finally:
        process.kill()
        assert process.wait() == -signal.SIGKILL
    return taken


def the_box(window: MainWindow, wait_for: WaitFor) -> QMessageBox:
    wait_for(lambda: window.findChildren(QMessageBox), 120)
    (box,) = window.findChildren(QMessageBox)
    return box


def press(box: QMessageBox, text: str) -> None:
    next(button for button in box.findChildren(QPushButton) if button.text() == text).click()


@pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9")
def test_a_killed_windows_corrections_are_offered_at_the_start_and_come_back_to_the_voxel(
    window: MainWindow, scan: Path, wait_for: WaitFor
) -> None:
    original = np.asarray(nibabel.load(scan.parent / "ct.seg.nii.gz").dataobj).astype(np.uint8)
    lost_s = killed_after_a_correction(scan.parent / "settings.ini", scan)
    assert lost_s < 60, "more than the last minute would have been lost"
    window.begin([])
    box = the_box(window, wait_for)
    assert "ct.nii.gz" in box.text()
    press(box, "Open and restore")
    wait_for(lambda: window.document.unsaved, 120)
    document = window.document
    assert document.labels is not None and document.segmentation is not None
    canonical = Document()
    canonical.show(document.volume)
    canonical.set_segmentation(type(document.segmentation)(original, document.segmentation.affine))
    assert canonical.labels is not None
    canonical.labels[5:9, 6:12, 3:7] = SPLEEN.label
    assert document.labels.tobytes() == canonical.labels.tobytes()
    # Still kept until it is saved, and then forgotten.
    folder = scan.parent / "recovery"
    assert list(folder.glob("*.flare"))
    assert window.saving.save_mask(scan.parent / "corrected.nii.gz")
    assert not list(folder.glob("*.flare")) and not document.unsaved
    saved = np.asarray(nibabel.load(scan.parent / "corrected.nii.gz").dataobj)
    assert saved.tobytes() == document.segmentation.labels.tobytes()


def kept(window: MainWindow, scan: Path, wait_for: WaitFor) -> Path:
    """Open the scan, correct, and wait for what is kept."""
    window.autosave._timer.setInterval(50)
    window.open([scan])
    wait_for(lambda: window.document.segmentation is not None, 120)
    window.document.edit("brush", BOX, np.full((4, 6, 4), SPLEEN.label, np.uint8))
    wait_for(lambda: list(window.autosave.store.folder.glob("[!.]*.flare")) and window.autosave._job is None, 60)
    (path,) = window.autosave.store.folder.glob("[!.]*.flare")
    return path


def as_if_crashed(path: Path) -> Path:
    """What a program that is gone would have left: the same, by the name of another one."""
    orphan = path.with_name(f"{path.name.split('.')[0]}.{'0' * 16}.flare")
    orphan.write_bytes(path.read_bytes())
    return orphan


def test_the_offer_comes_when_the_scan_is_opened_again_even_elsewhere_and_not_now_asks_again(
    window: MainWindow, scan: Path, wait_for: WaitFor, tmp_path: Path
) -> None:
    orphan = as_if_crashed(kept(window, scan, wait_for))
    window.document.undo()
    assert not window.document.unsaved
    moved = tmp_path / "elsewhere.nii.gz"
    scan.rename(moved)
    for answer in ("Not now", "Restore"):
        window.open([moved])
        press(the_box(window, wait_for), answer)
        wait_for(lambda: not window.findChildren(QMessageBox))
    wait_for(lambda: window.document.unsaved, 120)
    assert window.document.labels is not None and (window.document.labels[BOX] == SPLEEN.label).all()
    assert not orphan.exists()


def test_corrections_that_were_saved_undone_or_discarded_are_not_kept(
    window: MainWindow, scan: Path, wait_for: WaitFor
) -> None:
    path = kept(window, scan, wait_for)
    assert path.stat().st_mode & 0o077 == 0 or path.parent.stat().st_mode & 0o077 == 0
    window.document.undo()
    assert not path.exists()
    window.document.redo()
    wait_for(path.exists)
    orphan = as_if_crashed(path)
    assert window.saving.save_workspace(scan.parent / "work.flare")
    assert not path.exists()
    window.open([scan])
    press(the_box(window, wait_for), "Discard")
    assert not orphan.exists()


def test_what_a_living_program_keeps_is_not_offered_to_another_one(
    window: MainWindow, scan: Path, wait_for: WaitFor
) -> None:
    path = kept(window, scan, wait_for)
    other = Store(window.autosave.store.folder)
    assert other.left() == []
    as_if_crashed(path)
    assert len(other.left()) == 1


def test_what_nobody_came_back_for_is_removed(window: MainWindow, scan: Path, wait_for: WaitFor) -> None:
    orphan = as_if_crashed(kept(window, scan, wait_for))
    long_ago = time.time() - (KEPT_DAYS + 1) * 86400
    os.utime(orphan, (long_ago, long_ago))
    assert window.autosave.store.left() == [] and not orphan.exists()


def test_at_most_a_minute_is_lost() -> None:
    assert AUTOSAVE_MS <= 30_000
