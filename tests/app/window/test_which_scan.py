"""Nobody takes one patient's scan for another's: names of files alone are alike."""

import shutil
from pathlib import Path

from PySide6.QtWidgets import QCommandLinkButton, QMenu

from flare_gui.app.settings import Settings
from flare_gui.app.window.main_window import MainWindow
from tests.app.conftest import WaitFor


def test_title_and_recent_files_tell_two_patients_with_scans_of_one_name_apart(
    window: MainWindow, scan: Path, wait_for: WaitFor, tmp_path: Path
) -> None:
    for patient in ("patient A", "patient B"):
        place = tmp_path / patient / "ct.nii.gz"
        place.parent.mkdir()
        shutil.copy(scan, place)
        window.open([place])
        wait_for(lambda place=place: window.document.volume is not None and window.document.volume.source == place, 60)
        assert f"{patient}/ct.nii.gz" in window.windowTitle()
        wait_for(lambda: not window.runner.blocked)
    menu = next(menu for menu in window.findChildren(QMenu) if menu.title() == "Open &recent")
    menu.aboutToShow.emit()
    named = [action.text() for action in menu.actions() if "ct.nii.gz" in action.text()]
    assert "patient B" in named[0] and "patient A" in named[1]
    assert str(tmp_path / "patient B" / "ct.nii.gz") == menu.actions()[0].toolTip()
    # So does the start page of the next day.
    again = MainWindow(Settings(tmp_path / "settings.ini"))
    links = again.start.findChildren(QCommandLinkButton)
    buttons = [link.description() for link in links if link.text() == "ct.nii.gz"]
    assert "patient B" in buttons[0] and "patient A" in buttons[1]
    again.close()
    again.deleteLater()
