"""Level and width of the grey window in numbers."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QSpinBox, QToolBar

from flare_gui.app.document.document import Document
from flare_gui.app.words import tr


class WindowBar(QToolBar):
    """Follows the document's window, and sets it when a number is typed."""

    def __init__(self, document: Document) -> None:
        super().__init__(tr("Window"))
        self.setObjectName("window")
        self._document = document
        self.level, self.width_box = QSpinBox(), QSpinBox()
        for words, spin, least, most, tip in (
            (tr("Level"), self.level, -3000, 4000, tr("The HU that is drawn in medium grey")),
            (tr("Width"), self.width_box, 1, 8000, tr("The HU from black to white")),
        ):
            spin.setRange(least, most)
            spin.setSuffix(tr(" HU"))
            spin.setKeyboardTracking(False)
            spin.setAccessibleName(tr("Window {words}").format(words=words.lower()))
            spin.setToolTip(tip)
            # As in the brush's bar: the keys go back to the slices.
            spin.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            spin.editingFinished.connect(spin.clearFocus)
            spin.valueChanged.connect(self._set)
            self.addWidget(QLabel(f" {words} "))
            self.addWidget(spin)
        document.window_changed.connect(self._follow)
        self._follow()

    def _set(self) -> None:
        level, width = self.level.value(), self.width_box.value()
        self._document.window = (level - width / 2, level + width / 2)

    def _follow(self) -> None:
        low, high = self._document.window
        for spin, value in ((self.level, (low + high) / 2), (self.width_box, high - low)):
            spin.blockSignals(True)
            spin.setValue(round(value))
            spin.blockSignals(False)
