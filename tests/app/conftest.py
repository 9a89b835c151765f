"""A real window under a real (virtual) screen. A test that leaks a window, a thread or a job fails."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication

from flare_gui.app.main_window import MainWindow

WaitFor = Callable[..., None]


@pytest.fixture(scope="session")
def application() -> QApplication:
    """The one Qt application of the test run."""
    existing = QApplication.instance()
    return existing if isinstance(existing, QApplication) else QApplication(["flare-gui"])


@pytest.fixture
def wait_for(application: QApplication) -> WaitFor:
    """`wait_for(condition, seconds=30)`: let Qt work until the condition holds, fail if it never does."""

    def wait(condition: Callable[[], bool], seconds: float = 30.0) -> None:
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, "waited in vain"
            application.processEvents()
            time.sleep(0.005)

    return wait


@pytest.fixture
def window(application: QApplication, wait_for: WaitFor) -> Iterator[MainWindow]:
    """An open, empty program."""
    threads = threading.active_count()
    window = MainWindow()
    window.show()
    wait_for(window.isVisible)
    yield window
    window.close()
    window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    wait_for(lambda: threading.active_count() <= threads)
    assert not [widget for widget in application.topLevelWidgets() if widget.isVisible()], "a window was left open"
