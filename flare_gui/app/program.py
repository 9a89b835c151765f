"""The Qt application around one window."""

import signal
import sys
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from flare_gui.app import theme
from flare_gui.app.main_window import MainWindow


def run(paths: list[Path], self_test: Path | None = None) -> int:
    """Show the window, open `paths` in it, and return the exit code when it closes or has tested itself on them."""
    existing = QApplication.instance()
    application = existing if isinstance(existing, QApplication) else QApplication(sys.argv[:1])
    application.setApplicationName("flare-gui")
    # Ctrl-C in the terminal ends the program instead of being lost in Qt's loop.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    theme.apply(application)
    if self_test is not None:
        # QtTest is for this alone.
        from flare_gui.app import self_test as steps

        return steps.run(application, self_test, paths)
    window = MainWindow()
    window.show()
    # After the first paint, so that neither VTK nor a large scan delays the window.
    QTimer.singleShot(0, lambda: window.begin(paths))
    return int(application.exec())
