"""`flare-gui --self-test DIR`: drives the real window through a day's work, with a picture of every step.

It is what support asks a user to run: the folder it leaves says what works on their computer and what does not.
"""

import json
import platform
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, QPointF, Qt, QTimer, qVersion
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from flare_gui import __version__, io
from flare_gui.app.dialogs.series import ChoiceDialog
from flare_gui.app.settings import Settings
from flare_gui.app.slices.brushes import Brush
from flare_gui.app.surfaces.opengl import why_no_opengl
from flare_gui.app.window.main_window import MainWindow
from flare_gui.files import replacing
from flare_gui.organs import ORGANS, Organ
from flare_gui.phantom.demo import demo_scan

TICK_MS = 5
LONGEST_WAIT_S = 600.0


class Heartbeat(QObject):
    """Ticks in the event loop; `longest_ms` is the longest time without a tick since `restart`."""

    def __init__(self) -> None:
        super().__init__()
        self._timer = QTimer(self, interval=TICK_MS)
        self._timer.timeout.connect(self._tick)
        self.longest_ms = 0.0
        self._last = 0.0

    def restart(self) -> None:
        """Begin to count."""
        self.longest_ms, self._last = 0.0, time.perf_counter()
        self._timer.start()

    def stop(self) -> float:
        """The longest stall in ms."""
        self._tick()
        self._timer.stop()
        return self.longest_ms

    def _tick(self) -> None:
        now = time.perf_counter()
        self.longest_ms = max(self.longest_ms, (now - self._last) * 1000 - TICK_MS)
        self._last = now


class SelfTest:
    """The steps, in order. Each is a method that raises when what it promises did not happen."""

    def __init__(self, window: MainWindow, folder: Path, paths: list[Path]) -> None:
        self._window, self._folder, self._paths = window, folder, paths
        self._heart = Heartbeat()
        self.results: list[dict[str, Any]] = []

    def run(self) -> bool:
        """Run every step, also after one that failed; whether all went well."""
        for step in (self._open, self._segment, self._surfaces, self._correct, self._compare, self._export):
            self._do(step)
        return all(result["passed"] for result in self.results)

    def _do(self, step: Callable[[], dict[str, Any] | None]) -> None:
        name, start = step.__name__.strip("_"), time.perf_counter()
        result: dict[str, Any] = {"step": name, "passed": True}
        try:
            result |= step() or {}
        except Exception as problem:  # noqa: BLE001 - a failing step is what this looks for; the next ones still run
            result |= {"passed": False, "problem": str(problem) or type(problem).__name__}
            result["details"] = traceback.format_exc()
        result["seconds"] = round(time.perf_counter() - start, 2)
        self._settle()
        picture = f"{len(self.results) + 1}-{name}.png"
        result["screenshot"] = picture
        self._window.screen().grabWindow(self._window.winId()).save(str(self._folder / picture))
        self.results.append(result)
        outcome = "passed" if result["passed"] else f"FAILED: {result['problem']}"
        stall = f", longest stall {result['longest_stall_ms']} ms" if "longest_stall_ms" in result else ""
        print(f"{name:9} {outcome} ({result['seconds']} s{stall})", flush=True)

    def _open(self) -> dict[str, Any] | None:
        window = self._window
        if self._paths:
            window.open(self._paths)
        else:
            window.session.open_demo()
        self._wait(lambda: window.document.volume is not None and not window.runner.busy, take_proposals=True)
        volume = window.document.volume
        assert volume is not None
        if not self._paths and not np.array_equal(demo_scan().hu, volume.hu):
            raise AssertionError("the window shows another scan than the one that was opened")
        return {"voxels": list(volume.shape)}

    def _segment(self) -> dict[str, Any]:
        window = self._window
        with self._stalls() as stalls:
            window.session.segment()
            self._wait(lambda: window.document.segmentation is not None and not window.runner.busy, scroll=True)
        segmentation = window.document.segmentation
        assert segmentation is not None
        missing = [organ.name for organ in ORGANS if organ not in self._found()]
        # A scan of the user's own need not have all of them; the surfaces and the brush need one.
        if missing and (not self._paths or len(missing) == len(ORGANS)):
            raise AssertionError(f"{', '.join(missing)} not found")
        run = segmentation.run
        about = {"device": run["device"], "precision": run["precision"], "run_seconds": run["seconds"]}
        return about | {"missing": missing} | stalls

    def _surfaces(self) -> dict[str, Any]:
        reason = why_no_opengl()
        if reason:
            return {"skipped": f"3D is off: {reason}"}
        self._wait(lambda: len(self._window.surfaces.surfaces) == len(self._found()))
        self._window.document.set_scene(planes=True)
        picture = self._window.surfaces.screenshot()
        if picture is None or len(np.unique(picture.reshape(-1, 3), axis=0)) < 100:
            raise AssertionError("the 3D picture is empty")
        return {}

    def _correct(self) -> dict[str, Any]:
        window, document = self._window, self._window.document
        label = self._found()[-1].label
        document.go_to_organ(label)
        window.tools.choose(Brush())
        window.tools.label, window.tools.size_mm = label, 20
        before = self._labels()
        axial = window.views.slices[0]
        start = axial.position_of(np.array(document.cursor_voxel, float))
        with self._stalls() as stalls:
            for offset in (0, 20, 40):
                place = (start + QPointF(offset, offset)).toPoint()
                QTest.mousePress(axial.canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
                QTest.mouseRelease(axial.canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
                self._settle()
        if np.array_equal(before, self._labels()):
            raise AssertionError("the brush changed nothing")
        while document.history.undo_name is not None:
            document.undo()
        if not np.array_equal(before, self._labels()):
            raise AssertionError("undo did not bring the mask back")
        return stalls

    def _compare(self) -> dict[str, Any]:
        window = self._window
        window.document.set_reference(window.document.segmentation)
        first = window.comparison.table.topLevelItem(0)
        assert first is not None
        self._wait(lambda: first.text(1) == "1.000")
        return {}

    def _export(self) -> dict[str, Any]:
        volume, segmentation = self._window.document.volume, self._window.document.segmentation
        assert volume is not None and segmentation is not None
        path = self._folder / f"{volume.name}.seg.nii.gz"
        if not self._window.saving.save_mask(path):
            raise AssertionError("the mask was not saved")
        labels, affine = io.read_labels(path)
        if not np.array_equal(labels, segmentation.labels) or np.abs(affine - segmentation.affine).max() > 1e-4:
            raise AssertionError("the file holds another mask than the window")
        return {"file": path.name}

    def _found(self) -> list[Organ]:
        """The organs that the mask has."""
        return [organ for organ in ORGANS if (self._labels() == organ.label).any()]

    def _labels(self) -> np.ndarray:
        return np.array(self._window.document.labels, np.uint8)

    @contextmanager
    def _stalls(self) -> Any:
        """Yields a dictionary that has the longest stall of the event loop in it afterwards."""
        found: dict[str, float] = {}
        self._heart.restart()
        yield found
        found["longest_stall_ms"] = round(self._heart.stop(), 1)

    def _wait(self, condition: Callable[[], bool], *, scroll: bool = False, take_proposals: bool = False) -> None:
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
                self._window.views.slices[0].step(1 if turn // 400 % 2 else -1)

    def _settle(self) -> None:
        end = time.monotonic() + 0.6
        while time.monotonic() < end:
            QApplication.processEvents()
            time.sleep(0.005)


def run(application: QApplication, folder: Path, paths: list[Path]) -> int:
    """Run all steps into `folder`, on the scan at `paths` or else on the demo's; 0 when all passed, 1 otherwise."""
    folder.mkdir(parents=True, exist_ok=True)
    window = MainWindow(Settings(folder / "settings.ini"))
    window.show()
    QTest.qWaitForWindowExposed(window)
    window.surfaces.start()
    test = SelfTest(window, folder, paths)
    passed = test.run()
    window.document.mark_saved()
    window.close()
    threads = [thread.name for thread in threading.enumerate() if thread is not threading.main_thread()]
    about = {
        "passed": passed,
        "flare_gui": __version__,
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "python": platform.python_version(),
        "qt": qVersion(),
        "opengl": why_no_opengl() or "yes",
        "threads_left": threads,
        "steps": test.results,
    }
    with replacing(folder / "self-test.json") as beside:
        beside.write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")
    print(f"Pictures and self-test.json lie in {folder}")
    return 0 if passed else 1
