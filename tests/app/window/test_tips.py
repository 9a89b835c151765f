"""What can be pressed says what it is for, and each tip teaches one thing."""

from collections import Counter
from pathlib import Path

from PySide6.QtWidgets import QAbstractButton, QAbstractSlider, QAbstractSpinBox, QComboBox, QMenu, QScrollBar, QWidget

from flare_gui.app.window.actions import plain
from flare_gui.app.window.main_window import MainWindow
from tests.app.conftest import WaitFor

# Fewer letters than this say no more than the name.
LEAST, MOST = 12, 90
CONTROLS = (QAbstractButton, QAbstractSlider, QAbstractSpinBox, QComboBox)


def controls(window: QWidget) -> list[QWidget]:
    """What the mouse can change, but for Qt's own parts of it."""
    found = [one for kind in CONTROLS for one in window.findChildren(kind) if not isinstance(one, QScrollBar)]
    return [one for one in found if not one.objectName().startswith("qt_")]


def test_every_entry_of_every_menu_teaches_something_that_its_name_does_not_say(window: MainWindow) -> None:
    tips = []
    for entry in window.menuBar().actions():
        menu = entry.menu()
        assert isinstance(menu, QMenu)
        for action in menu.actions():
            if action.isSeparator() or action.menu() is not None:
                continue
            tip = action.toolTip().removesuffix(f" ({action.shortcut().toString()})")
            assert LEAST <= len(tip) <= MOST, (action.text(), tip)
            assert tip != plain(action.text())
            # One sentence: two would teach two things.
            assert tip.count(". ") == 0, tip
            tips.append(tip)
    assert not [tip for tip, count in Counter(tips).items() if count > 1]


def test_everything_in_the_window_that_can_be_pressed_or_set_has_a_tip(
    window: MainWindow, scan: Path, wait_for: WaitFor
) -> None:
    window.open([scan])
    wait_for(lambda: window.document.segmentation is not None, 60)
    silent = [(type(one).__name__, one.accessibleName()) for one in controls(window) if not one.toolTip()]
    assert not silent
