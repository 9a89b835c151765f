"""The Qt application around one window."""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from flare_gui.app import theme, words
from flare_gui.app.jobs.job import Job
from flare_gui.app.window.main_window import MainWindow

# How long a thread may keep the interpreter from the window once it asks for it. A picture asks a dozen times: with
# Python's own 5 ms the window stood still for 0.1 s beside two threads that count and mesh.
HANDED_OVER_S = 0.001


def run(paths: list[Path], self_test: Path | None = None) -> int:
    """Show the window, open `paths` in it, and return the exit code when it closes or has tested itself on them."""
    existing = QApplication.instance()
    application = existing if isinstance(existing, QApplication) else QApplication(sys.argv[:1])
    application.setApplicationName("flare-gui")
    words.install(application)
    sys.setswitchinterval(HANDED_OVER_S)
    # Ctrl-C in the terminal ends the program instead of being lost in Qt's loop.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    theme.apply(application)
    if self_test is not None:
        # QtTest is for this alone.
        from flare_gui.app.self_test import day

        return day.run(application, self_test, paths)
    window = MainWindow()
    painted = FirstPaint(window, lambda: window.begin(paths))
    window.show()
    code = int(application.exec())
    painted.deleteLater()
    if Job.any_running():
        # A library that is being loaded cannot be stopped: Python would end around it, and C++ with "terminate called".
        sys.stdout.flush()
        os._exit(code)
    return code


class FirstPaint(QObject):
    """Calls `then` once `widget` is on the screen, so that neither VTK nor a large scan delays the window.

    A timer set when the window is shown is too early: the screen asks for the first picture some time after that, and
    the window came up as late as VTK was loaded.
    """

    def __init__(self, widget: QWidget, then: Callable[[], None]) -> None:
        super().__init__(widget)
        self._then = then
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if event.type() == QEvent.Type.Paint:
            watched.removeEventFilter(self)
            # The event is before the painting, the next turn of the loop after it.
            QTimer.singleShot(0, self._then)
        return False
