"""Everything fits a laptop: 1366 x 768 at 100 and 150 %, 1920 x 1080 at 200 %."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from flare_gui.app.window.recent import told_apart

# Opens each window and dialog and says its name, its size and that of the screen, in the screen's own pixels.
_MEASURE = """
import sys
from pathlib import Path
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QTreeWidget
from flare_gui.app.dialogs.export import ExportDialog
from flare_gui.app.settings import Settings
from flare_gui.app.window.main_window import MainWindow
from flare_gui.volume import Volume
import numpy as np
application = QApplication(["flare-gui"])
folder = Path(sys.argv[1])
window = MainWindow(Settings(folder / "settings.ini"))
window.show()
QTest.qWaitForWindowExposed(window)
window.document.show(Volume(np.zeros((40, 40, 40), np.int16), np.eye(4)))
QTest.qWait(200)
shown = {"window": window, "batch": window.show_batch(), "export": ExportDialog(folder, window)}
shown["export"].show()
for key in ("shortcuts", "about"):
    window.actions_[key].trigger()
    shown[key] = application.activeModalWidget()
QTest.qWait(200)
room = window.screen().availableGeometry()
for name, widget in shown.items():
    frame = widget.frameGeometry()
    fits = frame.width() <= room.width() and frame.height() <= room.height()
    print(name, fits, frame.width(), frame.height(), *room.getRect())
table = shown["shortcuts"].findChild(QTreeWidget)
print("keys", table.horizontalScrollBar().maximum() == 0, table.columnWidth(1))
sizes = {(view.width(), view.height()) for view in (*window.views.slices, window.surfaces)}
print("views", len(sizes) == 1 and min(min(sizes)) >= 110, *sizes)
import os
os._exit(0)
"""


@pytest.mark.parametrize(("size", "scale"), [("1366x768", "1"), ("1366x768", "1.5"), ("1920x1080", "2")])
def test_windows_and_dialogs_fit_the_screen_and_views_stay_alike(size: str, scale: str, tmp_path: Path) -> None:
    environment = os.environ | {
        "QT_QPA_PLATFORM": f"offscreen:configfile={_screen(tmp_path, size)}",
        "QT_SCALE_FACTOR": scale,
        "XDG_STATE_HOME": str(tmp_path),
    }
    command = [sys.executable, "-c", _MEASURE, str(tmp_path)]
    told = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
    lines = told.stdout.splitlines()
    names = {"window", "batch", "export", "shortcuts", "about", "keys", "views"}
    assert {line.split()[0] for line in lines} == names, told
    assert all(line.split()[1] == "True" for line in lines), told.stdout


def _screen(folder: Path, size: str) -> Path:
    width, height = size.split("x")
    path = folder / "screen.json"
    path.write_text(
        f'{{"screens": [{{"name": "laptop", "x": 0, "y": 0, "width": {width}, "height": {height}, '
        f'"logicalDpi": 96, "logicalBaseDpi": 96, "dpr": 1}}]}}'
    )
    return path


def test_recent_files_of_two_patients_are_told_apart() -> None:
    paths = [Path("/data/ann/ct/scan.nii.gz"), Path("/data/bob/ct/scan.nii.gz"), Path("/data/bob/mr/scan.nii.gz")]
    names = told_apart(paths)
    assert names == ["…/ann/ct/scan.nii.gz", "…/bob/ct/scan.nii.gz", "…/mr/scan.nii.gz"]
    assert told_apart([Path("/scan.nii.gz")]) == ["/scan.nii.gz"]
