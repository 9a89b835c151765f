"""The window comes first; what it needs later is loaded when it is on the screen."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from flare_gui.app.settings import Settings
from flare_gui.app.surfaces.opengl import why_no_opengl
from flare_gui.app.window.main_window import MainWindow
from tests.app.conftest import WaitFor

# Each takes from 0.05 to 1 s to load.
_LATER = ("torch", "vtkmodules", "pyvista", "SimpleITK", "nibabel", "pydicom", "scipy", "multiprocessing.managers")

# The program as its command starts it; says what is loaded when the window is painted, and ends.
_WATCHED = """
import os, sys
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QMainWindow

class Watch(QObject):
    def eventFilter(self, watched, event):
        if isinstance(watched, QMainWindow) and event.type() == QEvent.Type.Paint:
            print("painted", *[name for name in sys.argv[1:] if name in sys.modules], flush=True)
            os._exit(0)
        return False

application = QApplication(["flare-gui"])
watch = Watch()
application.installEventFilter(watch)
from flare_gui.cli import main
main([])
"""


@pytest.mark.parametrize("platform", [None, "offscreen"])
def test_the_window_is_painted_before_libraries_are_loaded(platform: str | None, tmp_path: Path) -> None:
    environment = os.environ | {"XDG_STATE_HOME": str(tmp_path)} | ({"QT_QPA_PLATFORM": platform} if platform else {})
    command = [sys.executable, "-c", _WATCHED, *_LATER]
    told = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=120)
    assert told.stdout.split() == ["painted"], f"loaded before the first paint: {told.stdout}"


@pytest.fixture
def fresh(qapp: QApplication, tmp_path: Path) -> Iterator[MainWindow]:
    """A window that is on the screen, before it has begun."""
    window = MainWindow(Settings(tmp_path / "settings.ini"))
    window.show()
    yield window
    window.close()
    window.deleteLater()


def test_3d_is_ready_after_the_start_without_being_waited_for(fresh: MainWindow, wait_for: WaitFor) -> None:
    if why_no_opengl():
        pytest.skip("there is no OpenGL here")
    fresh.begin([])
    assert not fresh.surfaces.running, "the window waited for VTK"
    wait_for(lambda: fresh.surfaces.running, 60)


def test_a_window_that_is_closed_at_once_starts_no_3d(fresh: MainWindow) -> None:
    fresh.begin([])
    fresh.close()
    QTest.qWait(100)
    assert not fresh.surfaces.running


# The program as its command starts it; its window is closed as soon as a run is being planned, which loads torch.
_QUIT_WHILE_PLANNING = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from flare_gui.app import program
from flare_gui.app.window.main_window import MainWindow

application = QApplication(["flare-gui"])
timer = QTimer(interval=1)

def look():
    for window in application.topLevelWidgets():
        if isinstance(window, MainWindow) and window.runner.busy and window.runner.title == "Planning":
            timer.stop()
            print("planning", flush=True)
            window.close()

timer.timeout.connect(look)
timer.start()
sys.exit(program.run([Path(sys.argv[1])]))
"""


def test_quitting_while_a_run_is_planned_ends_the_program_without_a_word(scan: Path, tmp_path: Path) -> None:
    environment = os.environ | {"XDG_STATE_HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}
    command = [sys.executable, "-c", _QUIT_WHILE_PLANNING, str(scan)]
    told = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=240)
    assert (told.returncode, told.stdout.strip()) == (0, "planning"), told.stderr
    assert "terminate" not in told.stderr and "Traceback" not in told.stderr
