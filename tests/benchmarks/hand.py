"""The window with a long scan and its mask in it, and what a user does there: for the rows that measure the window."""

import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from flare_gui.app.settings import Settings
from flare_gui.app.window.main_window import MainWindow
from flare_gui.organs import LIVER
from tests.benchmarks.scans import long_scan


class Hand:
    """`window` shows the scan, its four surfaces and the middle of the liver. `meshed` counts what was meshed."""

    def __init__(self, folder: Path) -> None:
        self._application = QApplication.instance() or QApplication([])
        scan = long_scan()
        self.window = window = MainWindow(Settings(folder / "settings.ini"))
        window.resize(1400, 1000)
        window.show()
        window.surfaces.start()
        if not window.surfaces.running:
            raise RuntimeError("there is no OpenGL here: run this with tools/with-screen.sh")
        window.document.show(scan.volume, scan.reference)
        self.meshed = 0
        window.surfaces.meshed.connect(self._count)
        self.wait(lambda: len(window.surfaces.surfaces) == 4)
        window.document.go_to_organ(LIVER.label)

    def close(self) -> None:
        """Close without a question."""
        self.window.document.mark_saved()
        self.window.close()

    def paint(self) -> None:
        """Let the window paint what it has to."""
        self._application.processEvents()

    def settle(self) -> None:
        """Until nothing is left to paint: the loop had nothing to do ten times in a row, or some seconds are over."""
        idle, end = 0, time.monotonic() + 5
        while idle < 10 and time.monotonic() < end:
            start = time.perf_counter()
            self._application.processEvents()
            idle = idle + 1 if time.perf_counter() - start < 0.001 else 0
            time.sleep(0.005)

    def wait(self, condition: Callable[[], bool], seconds: float = 120) -> None:
        """Until `condition` holds. Raises `TimeoutError` after `seconds`.

        In a real event loop: one that is asked again and again keeps Python's lock from the threads that work.
        """
        end, loop, timer = time.monotonic() + seconds, QEventLoop(), QTimer()
        timer.timeout.connect(lambda: loop.quit() if condition() or time.monotonic() > end else None)
        timer.start(2)
        if not condition():
            loop.exec()
        timer.stop()
        if not condition():
            raise TimeoutError(f"the window did not answer for {seconds:.0f} seconds")

    def _count(self) -> None:
        self.meshed += 1
