"""A dialog stays over the window and blocks it, before 3D is loaded and after."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from flare_gui.app.dialogs.series import ChoiceDialog
from flare_gui.app.document.recovery import Kept
from flare_gui.app.settings import Settings
from flare_gui.app.surfaces.opengl import why_no_opengl
from flare_gui.app.window.main_window import MainWindow

WaitFor = Callable[..., None]


@pytest.fixture
def fresh(qapp: QApplication, tmp_path: Path, wait_for: WaitFor) -> Iterator[MainWindow]:
    """A window that was painted, as the program has it before it begins."""
    if why_no_opengl():
        pytest.skip("there is no OpenGL here")
    window = MainWindow(Settings(tmp_path / "settings.ini"))
    window.show()
    wait_for(window.isVisible)
    yield window
    window.document.mark_saved()
    window.close()
    window.deleteLater()


def dialogs(window: MainWindow, scan: Path) -> Iterator[tuple[str, QWidget]]:
    """Each kind of dialog, one after another."""
    series = ChoiceDialog("Which one?", ("Series",), window)
    series.open()
    yield "table of series", series
    window.tell("The scan cannot be read.")
    yield "error", window.findChildren(QDialog)[-1]
    window.recovery._ask(Kept(scan, 0.0), "ct", "Restore", lambda: None)  # type: ignore[arg-type]
    yield "recovery offer", window.findChildren(QDialog)[-1]
    for key in ("shortcuts", "about"):
        window.actions_[key].trigger()
        yield key, window.findChildren(QDialog)[-1]


def blocks(window: MainWindow, dialog: QWidget) -> bool:
    handle = dialog.windowHandle()
    return QApplication.activeModalWidget() is dialog and handle.transientParent() is window.windowHandle()


def test_dialogs_that_are_open_while_3d_is_loaded_stay_over_the_window(
    fresh: MainWindow, scan: Path, wait_for: WaitFor
) -> None:
    fresh.begin([])
    native, opened = int(fresh.winId()), []
    for name, dialog in dialogs(fresh, scan):
        assert blocks(fresh, dialog), f"{name}, before"
        opened.append((name, dialog))
    wait_for(lambda: fresh.surfaces.running, 120)
    assert int(fresh.winId()) == native, "the native window was made anew below its dialogs"
    for name, dialog in reversed(opened):
        assert blocks(fresh, dialog), f"{name}, after"
        dialog.close()
    for name, dialog in dialogs(fresh, scan):
        assert blocks(fresh, dialog), f"{name}, with 3D"
        dialog.close()
