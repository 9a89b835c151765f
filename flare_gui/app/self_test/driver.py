"""What every step of the self-test needs: to wait, to look for stalls, to take a picture, to go on after a failure."""

import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QApplication

from flare_gui.app.dialogs.series import ChoiceDialog
from flare_gui.app.self_test.heartbeat import Heartbeat
from flare_gui.app.window.main_window import MainWindow

LONGEST_WAIT_S = 600.0
# The window stands still for no longer, while a user segments, corrects or scrolls.
LONGEST_STALL_MS = 100.0

Result = dict[str, Any]


class Driver:
    """A window, the folder of its pictures, and what the steps have found."""

    def __init__(self, window: MainWindow, folder: Path) -> None:
        self.window, self.folder = window, folder
        self.results: list[Result] = []
        self._heart = Heartbeat()

    def do(self, step: Callable[[], Result | None]) -> None:
        """One step; it raises when what it promises did not happen."""
        name, start = step.__name__.strip("_"), time.perf_counter()
        result: Result = {"step": name, "passed": True}
        try:
            result |= step() or {}
        except Exception as problem:  # noqa: BLE001 - a failing step is what this looks for; the next ones still run
            result |= {"passed": False, "problem": str(problem) or type(problem).__name__}
            result["details"] = traceback.format_exc()
        result["seconds"] = round(time.perf_counter() - start, 2)
        self.settle()
        result.setdefault("screenshots", []).append(self.picture(name))
        self.results.append(result)
        outcome = "passed" if result["passed"] else f"FAILED: {result['problem']}"
        stall = ""
        if "longest_stall_ms" in result:
            stall = f", longest stall {result['longest_stall_ms']} ms, of work {result['longest_work_ms']} ms"
        print(f"{name:14} {outcome} ({result['seconds']} s{stall})", flush=True)

    def picture(self, name: str) -> str:
        """Save what the screen shows of the window and what is open over it; the name of the file."""
        file = f"{len(self.results) + 1:02}-{name}.png"
        place = self.window.frameGeometry()
        screen = self.window.screen()
        screen.grabWindow(0, place.x(), place.y(), place.width(), place.height()).save(str(self.folder / file))
        return file

    @contextmanager
    def stalls(self) -> Iterator[Result]:
        """Yields a dictionary that has the longest stall of the event loop, and its cause, in it afterwards."""
        found: Result = {}
        self._heart.restart()
        yield found
        found["longest_stall_ms"] = round(self._heart.stop(), 1)
        found["longest_work_ms"] = round(self._heart.worked_ms, 1)
        found["stalled_in"] = self._heart.cause
        found["stall_limit_ms"] = LONGEST_STALL_MS

    def wait(self, condition: Callable[[], bool], *, scroll: bool = False, take_proposals: bool = False) -> None:
        """Let Qt work until the condition holds."""
        end, turn = time.monotonic() + LONGEST_WAIT_S, 0
        while not condition():
            if time.monotonic() > end:
                raise AssertionError(f"nothing happened for {LONGEST_WAIT_S:.0f} s")
            QApplication.processEvents()
            time.sleep(0.002)
            turn += 1
            dialog = QApplication.activeModalWidget()
            # Several series or cases: the one that the program proposes.
            if take_proposals and isinstance(dialog, ChoiceDialog):
                dialog.accept()
            # As a user would while waiting.
            if scroll and turn % 20 == 0:
                self.window.views.slices[0].step(1 if turn // 400 % 2 else -1)

    def settle(self, seconds: float = 0.6) -> None:
        """Let what was asked for be painted."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            QApplication.processEvents()
            time.sleep(0.005)
