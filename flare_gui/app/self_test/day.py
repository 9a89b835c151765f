"""The steps of the self-test, and the folder that they leave."""

import json
import platform
import threading
from pathlib import Path

import numpy as np
from PySide6.QtCore import QPointF, Qt, qVersion
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog

from flare_gui import __version__, io
from flare_gui.app.document.opening import Opened
from flare_gui.app.self_test.driver import Driver, Result
from flare_gui.app.settings import Settings
from flare_gui.app.slices.brushes import Brush
from flare_gui.app.slices.tools import Navigate
from flare_gui.app.surfaces.opengl import why_no_opengl
from flare_gui.app.window.main_window import MainWindow
from flare_gui.files import replacing
from flare_gui.organs import ORGANS, Organ
from flare_gui.phantom.demo import demo_scan

# Dialogs by the command that opens them.
DIALOGS = ("export", "save_picture", "shortcuts", "about")
SCROLLED = 40


class Day:
    """A day's work, in order."""

    def __init__(self, driver: Driver, paths: list[Path]) -> None:
        self._driver, self._window, self._folder, self._paths = driver, driver.window, driver.folder, paths

    def run(self) -> bool:
        """Run every step, also after one that failed; whether all went well."""
        steps = (
            self._open,
            self._segment,
            self._surfaces,
            self._ct_in_3d,
            self._scroll,
            self._slab,
            self._alone,
            self._large,
            self._correct,
            self._undo_a_run,
            self._compare,
            self._earlier,
            self._dialogs,
            self._save,
            self._export,
        )
        for step in steps:
            self._driver.do(step)
        return all(result["passed"] for result in self._driver.results)

    # Open and segment

    def _open(self) -> Result | None:
        window = self._window
        if self._paths:
            window.open(self._paths)
        else:
            window.session.open_demo()
        self._driver.wait(lambda: window.document.volume is not None and not window.runner.busy, take_proposals=True)
        volume = window.document.volume
        assert volume is not None
        if not self._paths and not np.array_equal(demo_scan().hu, volume.hu):
            raise AssertionError("the window shows another scan than the one that was opened")
        return {"voxels": list(volume.shape)}

    def _segment(self) -> Result:
        window = self._window
        with self._driver.stalls() as stalls:
            window.session.segment()
            self._driver.wait(lambda: window.document.segmentation is not None and not window.runner.busy, scroll=True)
            # What follows a run belongs to it: numbers, overlays, surfaces.
            self._driver.wait(lambda: bool(window.measures.by_key) and not window.surfaces.busy, scroll=True)
        segmentation = window.document.segmentation
        assert segmentation is not None
        missing = [organ.name for organ in ORGANS if organ not in self._found()]
        # A scan of the user's own need not have all of them; the surfaces and the brush need one.
        if missing and (not self._paths or len(missing) == len(ORGANS)):
            raise AssertionError(f"{', '.join(missing)} not found")
        run = segmentation.run
        about = {"device": run["device"], "precision": run["precision"], "run_seconds": run["seconds"]}
        return about | {"missing": missing} | stalls

    # Look

    def _surfaces(self) -> Result:
        reason = why_no_opengl()
        if reason:
            return {"skipped": f"3D is off: {reason}"}
        self._driver.wait(lambda: len(self._window.surfaces.surfaces) == len(self._found()))
        self._window.document.set_scene(planes=True)
        picture = self._window.surfaces.screenshot()
        if picture is None or len(np.unique(picture.reshape(-1, 3), axis=0)) < 100:
            raise AssertionError("the 3D picture is empty")
        return {}

    def _ct_in_3d(self) -> Result:
        surfaces, document = self._window.surfaces, self._window.document
        if not surfaces.running:
            return {"skipped": "3D is off"}
        document.set_scene(planes=False, background="White")
        before = surfaces.screenshot()
        document.set_scene(rendering="bones")
        self._driver.wait(lambda: not surfaces.busy)
        self._driver.settle()
        after = surfaces.screenshot()
        document.set_scene(background="Dark")
        if before is None or after is None or np.array_equal(before, after):
            raise AssertionError("the CT is not seen in 3D")
        return {}

    def _scroll(self) -> Result:
        window = self._window
        window.document.set_scene(planes=False, rendering="off")
        self._driver.settle()
        with self._driver.stalls() as stalls:
            # With the slices in 3D, too, each step is a picture of VTK's more.
            for planes, count in ((False, SCROLLED), (True, SCROLLED // 5)):
                window.document.set_scene(planes=planes)
                for view in window.views.slices:
                    for step in range(count):
                        view.step(1 if step < count // 2 else -1)
                        QApplication.processEvents()
        return stalls

    def _slab(self) -> Result:
        window = self._window
        with self._driver.stalls() as stalls:
            for kind in ("mean", "maximum"):
                window.document.set_display(slab_mm=20.0, slab_kind=kind)
                for step in (1, 1, -1, -1):
                    window.views.slices[1].step(step)
                    QApplication.processEvents()
        picture = self._driver.picture("thick")
        window.document.set_display(slab_mm=0.0)
        return stalls | {"screenshots": [picture]}

    def _alone(self) -> Result:
        views, pictures = self._window.views, []
        for number, name in enumerate(("axial", "coronal", "sagittal", "3d")):
            views.enlarge_number(number)
            self._driver.settle(0.3)
            shown = views.enlarged
            if shown is None or shown.geometry() != views.rect():
                raise AssertionError(f"{name} alone has not the whole middle")
            pictures.append(self._driver.picture(f"{name}-alone"))
        views.enlarge(None)
        return {"screenshots": pictures}

    def _large(self) -> Result:
        self._window.document.set_display(layout="large")
        self._driver.settle(0.3)
        picture = self._driver.picture("one-large")
        self._window.document.set_display(layout="equal")
        return {"screenshots": [picture]}

    # Correct

    def _correct(self) -> Result:
        window, document = self._window, self._window.document
        label = self._found()[-1].label
        document.go_to_organ(label)
        window.tools.choose(Brush())
        window.tools.label, window.tools.size_mm = label, 20
        before = self._labels()
        axial = window.views.slices[0]
        start = axial.position_of(np.array(document.cursor_voxel, float))
        with self._driver.stalls() as stalls:
            for offset in (0, 20, 40):
                place = (start + QPointF(offset, offset)).toPoint()
                QTest.mousePress(axial.canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
                QTest.mouseRelease(axial.canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
                self._driver.settle()
        window.tools.choose(Navigate())
        if np.array_equal(before, self._labels()):
            raise AssertionError("the brush changed nothing")
        while document.history.undo_name is not None:
            document.undo()
        if not np.array_equal(before, self._labels()):
            raise AssertionError("undo did not bring the mask back")
        return stalls

    def _undo_a_run(self) -> Result:
        """A run over a mask is one step: its result comes, is taken back, and comes again."""
        window, document = self._window, self._window.document
        made, before = document.segmentation, self._labels()
        assert made is not None
        emptied = made.labels.copy()
        emptied[emptied == self._found()[0].label] = 0
        with self._driver.stalls() as stalls:
            document.replace_mask("segment", type(made)(emptied, made.affine, made.warnings, made.run))
            self._driver.settle()
            window.session.undo()
            self._driver.settle()
            window.session.redo()
            window.session.undo()
            self._driver.settle()
            self._driver.wait(lambda: not window.surfaces.busy)
        if not np.array_equal(before, self._labels()):
            raise AssertionError("undo did not bring the mask back")
        return stalls

    # Compare

    def _compare(self) -> Result:
        window = self._window
        window.document.set_reference(window.document.segmentation)
        first = window.comparison.table.topLevelItem(0)
        assert first is not None
        self._driver.wait(lambda: first.text(1) == "1.000")
        return {}

    def _earlier(self) -> Result:
        """The same scan stands for an earlier one: nothing has changed, and the crosshairs go together."""
        window, document = self._window, self._window.document
        assert document.volume is not None
        window.earlier.show(Opened(document.volume, document.segmentation))
        second = window.earlier.second
        assert second is not None
        self._driver.wait(lambda: bool(second.measures.by_key) and not second.views.surfaces.busy)
        window.views.slices[0].step(3)
        self._driver.settle()
        picture = self._driver.picture("earlier-scan")
        together = np.allclose(document.cursor_mm, second.document.cursor_mm)
        window.earlier.close()
        if not together:
            raise AssertionError("the two crosshairs are not at the same place")
        return {"screenshots": [picture]}

    # Take away

    def _dialogs(self) -> Result:
        pictures = []
        for key in DIALOGS:
            self._window.actions_[key].trigger()
            self._driver.settle(0.4)
            dialog = QApplication.activeModalWidget()
            if not isinstance(dialog, QDialog):
                raise AssertionError(f"{key} opened no dialog")
            room = self._window.screen().availableGeometry()
            if not room.contains(dialog.geometry()):
                raise AssertionError(f"the dialog {key} does not fit the screen")
            pictures.append(self._driver.picture(f"dialog-{key}"))
            dialog.reject()
            self._driver.settle(0.2)
        return {"screenshots": pictures}

    def _save(self) -> Result:
        volume, segmentation = self._window.document.volume, self._window.document.segmentation
        assert volume is not None and segmentation is not None
        path = self._folder / f"{volume.name}.seg.nii.gz"
        if not self._window.saving.save_mask(path):
            raise AssertionError("the mask was not saved")
        labels, affine = io.read_labels(path)
        if not np.array_equal(labels, segmentation.labels) or np.abs(affine - segmentation.affine).max() > 1e-4:
            raise AssertionError("the file holds another mask than the window")
        return {"file": path.name}

    def _export(self) -> Result:
        window = self._window
        dialog = window.exporting.ask()
        assert dialog is not None
        self._driver.settle(0.3)
        before = set(self._folder.rglob("*"))
        dialog.folder.setText(str(self._folder / "export"))
        dialog.tick(("json", "csv"))
        dialog.accept()
        self._driver.wait(lambda: not window.runner.busy)
        if not window.runner.bar.open_button.isVisible():
            raise AssertionError("the export does not say where its files are")
        written = [path.name for path in set(self._folder.rglob("*")) - before if path.is_file()]
        if not written:
            raise AssertionError("nothing was exported")
        return {"files": sorted(written)}

    def _found(self) -> list[Organ]:
        """The organs that the mask has."""
        return [organ for organ in ORGANS if (self._labels() == organ.label).any()]

    def _labels(self) -> np.ndarray:
        return np.array(self._window.document.labels, np.uint8)


def run(application: QApplication, folder: Path, paths: list[Path]) -> int:
    """Run all steps into `folder`, on the scan at `paths` or else on the demo's; 0 when all passed, 1 otherwise."""
    folder.mkdir(parents=True, exist_ok=True)
    window = MainWindow(Settings(folder / "settings.ini"))
    window.show()
    QTest.qWaitForWindowExposed(window)
    window.surfaces.start()
    driver = Driver(window, folder)
    passed = Day(driver, paths).run()
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
        "steps": driver.results,
    }
    with replacing(folder / "self-test.json") as beside:
        beside.write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")
    print(f"Pictures and self-test.json lie in {folder}")
    return 0 if passed else 1
