"""A look below what lies over the slices: H hides it until pressed again, or as long as it is held."""

import time

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent

from flare_gui.app.document.document import Document

# Longer than this, the key was held to have a look.
KEY, HELD_S = Qt.Key.Key_H, 0.35


class Peek(QObject):
    """An event filter for the window, to which keys come that nothing in it has taken."""

    def __init__(self, document: Document, window: QObject) -> None:
        super().__init__(window)
        self._document, self._since = document, 0.0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        pressed = event.type() == QEvent.Type.KeyPress
        if not isinstance(event, QKeyEvent) or event.key() != KEY or event.isAutoRepeat():
            return False
        if pressed:
            self._since = time.monotonic()
        if pressed or (event.type() == QEvent.Type.KeyRelease and time.monotonic() - self._since > HELD_S):
            self._document.set_display(overlays=not self._document.display.overlays)
        return pressed or event.type() == QEvent.Type.KeyRelease
