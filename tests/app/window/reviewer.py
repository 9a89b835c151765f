"""`python -m tests.app.window.reviewer OUT SETTINGS`: a person who reviews in the real window, to be killed.

Says "case status" on standard output once a key was handled: from then on the decision has to be on the disk.
"""

import sys
import time
from collections.abc import Callable
from itertools import cycle
from pathlib import Path

import numpy as np
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from flare_gui.app.settings import Settings
from flare_gui.app.window.main_window import MainWindow
from flare_gui.organs import LIVER

LONGEST_WAIT_S = 120.0
STROKES = 20


def main(out: Path, settings: Path) -> None:
    """Review the cases in `out` again and again: accept, flag, correct."""
    QApplication.instance() or QApplication([])
    window = MainWindow(Settings(settings))
    window.show()
    batch = window.show_batch()
    batch.choices.out.setText(str(out))
    _wait(lambda: len(batch.desk.cases) > 0)
    strokes = cycle(range(1, STROKES))
    keys = cycle((Qt.Key.Key_Y, Qt.Key.Key_M, Qt.Key.Key_R))
    while True:
        batch.begin_review()
        while window.review.active:
            _wait(lambda: window.review.can_judge)
            name, key = window.review.name, next(keys)
            said = _press(window, key, next(strokes))
            print(name, said, flush=True)


def _press(window: MainWindow, key: Qt.Key, stroke: int) -> str:
    """One decision, with real keys; which."""
    if key == Qt.Key.Key_R:
        # Another row of voxels each time, where the network saw nothing.
        after = np.zeros((STROKES, 1, 1), np.uint8)
        after[:stroke] = LIVER.label
        window.document.edit("stroke", (slice(0, STROKES), slice(0, 1), slice(0, 1)), after)
    QTest.keyClick(window, key)
    if key == Qt.Key.Key_M:
        QTest.keyClicks(window.review_bar.note, "look again")
        QTest.keyClick(window.review_bar.note, Qt.Key.Key_Return)
    return {Qt.Key.Key_Y: "accepted", Qt.Key.Key_M: "flagged", Qt.Key.Key_R: "corrected"}[key]


def _wait(condition: Callable[[], bool]) -> None:
    latest = time.monotonic() + LONGEST_WAIT_S
    while not condition():
        # QTest.qWait would keep the interpreter from the threads.
        QCoreApplication.processEvents()
        time.sleep(0.005)
        assert time.monotonic() < latest, "the window does not come to an end"


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
