"""How soon the window is there, beside how soon torch alone is imported."""

import subprocess
import sys
from collections.abc import Iterator

from tests.benchmarks.harness import Row, at_most, in_turns
from tests.benchmarks.scans import ROOT

ROUNDS = 5

# The program as its command starts it. The first paint of the window ends the process.
_WINDOW = """
import os, sys
from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication, QMainWindow

class Watch(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint and isinstance(watched, QMainWindow):
            # Once the event loop is back, the picture is on the screen.
            QTimer.singleShot(0, self.painted)
        return False

    def painted(self):
        print("torch" in sys.modules, "vtkmodules" in sys.modules, flush=True)
        os._exit(0)

application = QApplication(["flare-gui"])
watch = Watch()
application.installEventFilter(watch)
from flare_gui.cli import main
main([])
"""


def measure() -> Iterator[Row]:
    """One row. Every start is a process of its own; the disk is warm for both."""

    def window() -> str:
        return subprocess.run(
            [sys.executable, "-c", _WINDOW], cwd=ROOT, capture_output=True, text=True, check=True, timeout=120
        ).stdout.split("\n")[0]

    def torch() -> None:
        subprocess.run([sys.executable, "-c", "import torch"], cwd=ROOT, check=True, timeout=120)

    rounds, loaded, _ = in_turns(window, torch, ROUNDS)
    yield rounds.row(
        "start",
        "from `flare-gui` to the first paint of its window",
        '`python -c "import torch"`',
        at_most(1),
        (loaded == "False False", "the window was painted; neither torch nor VTK had been loaded"),
    )
