"""Panels and tool bars around the views: which there are, where they lie, how that is kept for the next start."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDockWidget, QMainWindow, QToolBar, QWidget

from flare_gui.app.panels.scrolled import PANEL_WIDTH
from flare_gui.app.settings import Settings
from flare_gui.app.words import tr

# A change of this number forgets how older versions had placed their docks.
LAYOUT_VERSION = 3

# The panels' names in code, which settings keep, and on screen.
TITLES = {
    "Scan": tr("Scan"),
    "Organs": tr("Organs"),
    "Earlier scan": tr("Earlier scan"),
    "Strokes": tr("Strokes"),
    "Compare": tr("Compare"),
}


class Arrangement:
    """The docks of a window, by name from top to bottom, and its tool bars, line by line, which have names already."""

    def __init__(self, window: QMainWindow, panels: Mapping[str, QWidget], lines: Sequence[Sequence[QToolBar]]) -> None:
        self._window, self._bars = window, [bar for line in lines for bar in line]
        self.docks = {title: self._dock(title, content) for title, content in panels.items()}
        self._arranged = True
        first = next(iter(self.docks.values()))
        window.resizeDocks([first], [PANEL_WIDTH], Qt.Orientation.Horizontal)
        for number, line in enumerate(lines):
            if number:
                window.addToolBarBreak()
            for bar in line:
                window.addToolBar(bar)

    def add_line(self, bar: QToolBar, name: str) -> None:
        """One more tool bar below the others, which comes and goes by itself."""
        bar.setObjectName(name)
        self._window.addToolBarBreak()
        self._window.addToolBar(bar)
        bar.toggleViewAction().setVisible(False)

    def restore(self, settings: Settings) -> None:
        """Put all where it was when the program ended last."""
        self._first_state = self._window.saveState(LAYOUT_VERSION)
        self._window.restoreGeometry(settings.bytes("geometry"))
        self._arranged = self._window.restoreState(settings.bytes("state"), LAYOUT_VERSION)

    def keep(self, settings: Settings) -> None:
        """Remember where all is."""
        settings.keep_bytes("geometry", self._window.saveGeometry())
        settings.keep_bytes("state", self._window.saveState(LAYOUT_VERSION))

    def reset(self) -> None:
        """All where it was at first."""
        self._window.restoreState(self._first_state, LAYOUT_VERSION)
        for bar in self._bars:
            bar.show()
        self._arranged = False

    def show(self, wanted: Mapping[str, bool]) -> None:
        """Show these panels or hide them."""
        for title, shown in wanted.items():
            dock = self.docks[title]
            if not shown and dock.isAncestorOf(self._window.focusWidget()):
                # Qt would hand the keys to the next field, and the next tool's key would change a number there.
                self._window.setFocus()
            dock.setVisible(shown)
        if any(wanted.values()) and not self._arranged:
            # Qt lays out docks that are seen, no others.
            self._arranged = True
            self.even()

    def even(self) -> None:
        """Give the first panel what it needs, so that the organs come right below, and the others alike."""
        heights = [1, *([self._window.height()] * (len(self.docks) - 1))]
        self._window.resizeDocks([*self.docks.values()], heights, Qt.Orientation.Vertical)

    def switches(self) -> dict[str, QAction]:
        """What switches each panel and tool bar on and off, by the words of the menu."""
        docks = {
            tr("{title} panel").format(title=dock.windowTitle()): dock.toggleViewAction()
            for dock in self.docks.values()
        }
        return docks | {
            tr("{title} tools").format(title=bar.windowTitle()): bar.toggleViewAction() for bar in self._bars
        }

    def _dock(self, title: str, content: QWidget) -> QDockWidget:
        dock = QDockWidget(TITLES[title])
        dock.setObjectName(title.lower())
        dock.setWidget(content)
        self._window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, dock)
        return dock
