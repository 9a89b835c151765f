"""The Qt application around one window."""

import signal
import sys
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from flare_gui.app import theme
from flare_gui.app.main_window import MainWindow


def run(paths: list[Path]) -> int:
    """Show the window, open `paths` in it, and return the exit code when it closes."""
    existing = QApplication.instance()
    application = existing if isinstance(existing, QApplication) else QApplication(sys.argv[:1])
    application.setApplicationName("flare-gui")
    # Ctrl-C in the terminal ends the program instead of being lost in Qt's loop.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    theme.apply(application)
    window = MainWindow()
    window.show()
    # After the first paint, so that neither VTK nor a large scan delays the window.
    QTimer.singleShot(0, window.surfaces.start)
    QTimer.singleShot(0, lambda: window.open(paths))
    return int(application.exec())
