"""A real window under a real (virtual) screen. A test that leaks a window, a thread or a job fails."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import nibabel
import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QTimer
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from flare_gui.app.settings import Settings
from flare_gui.app.window.main_window import MainWindow
from flare_gui.io.masks.written import nifti_extension
from flare_gui.organs import LEFT_KIDNEY, LIVER, ORGANS
from tests.app.helpers import LPS

WaitFor = Callable[..., None]


@pytest.fixture
def wait_for(qtbot: QtBot) -> WaitFor:
    """`wait_for(condition, seconds=30)`: let Qt work until the condition holds, fail if it never does."""
    return lambda condition, seconds=30.0: qtbot.waitUntil(lambda: bool(condition()), timeout=round(1000 * seconds))


@pytest.fixture(autouse=True)
def no_question_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """A question that its test does not answer fails it: there is nobody to answer, and it would wait for ever."""

    def unanswered(_parent: object, _title: str, text: str, *_: object) -> None:
        raise AssertionError(f"nobody answered: {text}")

    monkeypatch.setattr(QMessageBox, "question", unanswered)


@pytest.fixture
def window(qapp: QApplication, wait_for: WaitFor, tmp_path: Path) -> Iterator[MainWindow]:
    """An open, empty program with settings of its own and, where there is OpenGL, with 3D."""
    threads = threading.active_count()
    window = MainWindow(Settings(tmp_path / "settings.ini"))
    window.show()
    wait_for(window.isVisible)
    window.surfaces.start()
    # Keys go to the active window; without a window manager nobody else makes it that.
    window.activateWindow()
    wait_for(window.isActiveWindow)
    yield window
    window.document.mark_saved()
    window.close()
    assert not [timer for timer in window.findChildren(QTimer) if timer.isActive()], "a timer goes on"
    window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    # A plan of a run that was dropped may still be importing torch.
    wait_for(lambda: threading.active_count() <= threads, 120)
    # A tip that the resting pointer has called for belongs to no window, and goes by itself some seconds later.
    left = [widget for widget in qapp.topLevelWidgets() if widget.isVisible() and not widget.inherits("QTipLabel")]
    assert not left, "a window was left open"


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    """A CT with a liver of 100 HU on the patient's right and a left kidney of 150 HU, and their mask, in LPS."""
    hu = np.full((40, 30, 20), -100, np.int16)
    labels = np.zeros(hu.shape, np.uint8)
    for organ, place, value in ((LIVER, np.s_[4:16, 8:22, 6:16], 100), (LEFT_KIDNEY, np.s_[28:34, 16:22, 4:12], 150)):
        hu[place], labels[place] = value, organ.label
    nibabel.save(nibabel.Nifti1Image(hu, LPS), tmp_path / "ct.nii.gz")
    mask = nibabel.Nifti1Image(labels, LPS)
    # As other programs write it, with names: what numbers alone mean is asked.
    mask.header.extensions.append(nifti_extension({organ.label: organ for organ in ORGANS}))
    nibabel.save(mask, tmp_path / "ct.seg.nii.gz")
    return tmp_path / "ct.nii.gz"
