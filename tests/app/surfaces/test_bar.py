"""The buttons under the 3D view fit under it, however narrow it is."""

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton
from pytestqt.qtbot import QtBot

from flare_gui.app.document.document import Document
from flare_gui.app.surfaces.bar import VIEWS, Bar


@pytest.mark.parametrize("width", [420, 511, 900])
def test_no_button_under_the_3d_view_is_behind_an_arrow_and_every_side_can_be_asked_for(
    qapp: QApplication, qtbot: QtBot, width: int
) -> None:
    bar, asked = Bar(Document()), []
    qtbot.addWidget(bar)
    bar.side_asked.connect(asked.append)
    bar.resize(width, 34)
    bar.show()
    QTest.qWait(50)
    arrow = bar.findChild(QToolButton, "qt_toolbar_ext_button")
    assert arrow is None or not arrow.isVisible()
    grouped = [button for button in bar.findChildren(QToolButton) if button.menu() is not None and button.isVisible()]
    texts = {text for text, _ in VIEWS.values()}
    if grouped:
        assert width < 900
        for action in grouped[0].menu().actions():
            action.trigger()
    else:
        for button in bar.findChildren(QToolButton):
            if button.isVisible() and button.text() in texts:
                button.click()
    assert asked == [*VIEWS]
