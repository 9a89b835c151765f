"""Share: what leaves the computer is said first, the page is written beside the window, and can be called off."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QPushButton

from flare_gui.app.dialogs.share import ShareDialog
from flare_gui.app.window.main_window import MainWindow
from flare_gui.export import shared_page
from flare_gui.progress import Cancel, Progress

WaitFor = Callable[..., None]


@pytest.fixture
def dialog(window: MainWindow, scan: Path, wait_for: WaitFor) -> ShareDialog:
    """The dialog, opened from the menu."""
    assert not window.actions_["share"].isEnabled()
    window.open([scan])
    wait_for(lambda: window.document.segmentation is not None, 120)
    window.actions_["share"].trigger()
    return window.findChildren(ShareDialog)[0]


def save(dialog: ShareDialog, path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Press the button and choose `path`; the file that was proposed."""
    proposed: list[str] = []

    def choose(_parent: object, _title: str, start: str, _filter: str) -> tuple[str, str]:
        proposed.append(start)
        return str(path), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", choose)
    button = next(one for one in dialog.findChildren(QPushButton) if one.text().startswith("Save"))
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    return Path(proposed[0])


def test_the_dialog_says_what_leaves_the_computer(dialog: ShareDialog) -> None:
    assert dialog.isVisible() and "pictures of the CT leave this computer" in dialog.meaning.text()
    dialog.without_ct.click()
    assert "No picture of the CT is in the page" in dialog.meaning.text()
    dialog.reject()


@pytest.mark.parametrize("with_ct", [True, False])
def test_the_page_is_written_as_chosen_under_a_name_that_is_not_the_scans(
    window: MainWindow,
    dialog: ShareDialog,
    tmp_path: Path,
    wait_for: WaitFor,
    monkeypatch: pytest.MonkeyPatch,
    with_ct: bool,
) -> None:
    if not with_ct:
        dialog.without_ct.click()
    assert save(dialog, tmp_path / "mine", monkeypatch).name == "result.html"
    wait_for(lambda: "Saved mine.html" in window.runner.bar._stage.text(), 60)
    text = (tmp_path / "mine.html").read_text(encoding="utf-8")
    assert ('id="ct"' in text) is with_ct and 'id="surfaces-glb"' in text


def test_it_can_be_called_off_and_then_nothing_is_there(
    window: MainWindow, dialog: ShareDialog, tmp_path: Path, wait_for: WaitFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[Cancel] = []

    def slow(*_: object, progress: Progress, cancel: Cancel, **__: object) -> None:
        begun.append(cancel)
        cancel._event.wait(30)
        cancel.check()

    monkeypatch.setattr(shared_page, "share", slow)
    save(dialog, tmp_path / "mine.html", monkeypatch)
    wait_for(lambda: begun)
    assert window.sharing.running
    window.runner.bar.cancel_button.click()
    wait_for(lambda: not window.sharing.running)
    assert begun[0].is_set and not (tmp_path / "mine.html").exists()
