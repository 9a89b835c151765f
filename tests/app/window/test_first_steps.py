"""Three lines for newcomers, that go away for good."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from flare_gui.app.settings import Settings
from flare_gui.app.window.start_page import FIRST_STEPS, StartPage


@pytest.mark.usefixtures("qapp")
def test_the_first_steps_go_away_for_good(tmp_path: Path) -> None:
    settings, page = Settings(tmp_path / "settings.ini"), StartPage()
    page.hint_dismissed.connect(settings.learn_first_steps)
    page.show()
    assert page.hint.isVisible() and len(FIRST_STEPS) == 3 and not settings.knows_first_steps
    known = next(button for button in page.hint.findChildren(QPushButton) if button.text() == "I know")
    QTest.mouseClick(known, Qt.MouseButton.LeftButton)
    assert not page.hint.isVisible() and Settings(tmp_path / "settings.ini").knows_first_steps
    page.close()
    page.deleteLater()
