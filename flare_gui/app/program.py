"""The Qt application around one window."""

import signal
import sys
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from flare_gui.app.main_window import MainWindow


def run(paths: list[Path]) -> int:
    """Show the window, open `paths` in it, and return the exit code when it closes."""
    application = QApplication.instance() or QApplication(sys.argv[:1])
    application.setApplicationName("flare-gui")
    # Ctrl-C in the terminal ends the program instead of being lost in Qt's loop.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    window = MainWindow()
    window.show()
    # After the first paint, so that a large scan does not delay the window.
    QTimer.singleShot(0, lambda: window.open(paths))
    return int(application.exec())
