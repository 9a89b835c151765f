"""The strokes that the mask was corrected with: where they are, and away with each."""

from PySide6.QtWidgets import QListWidget, QPushButton, QVBoxLayout, QWidget

from flare_gui.app.document.document import Document
from flare_gui.app.document.teaching import Teaching
from flare_gui.app.panels.organs import swatch
from flare_gui.app.words import number, tr
from flare_gui.organs import organ_of
from flare_gui.strokes import Stroke

NONE_COLOUR = "#FFFFFF"
MOST_HEIGHT = 160


class StrokePanel(QWidget):
    """A line a stroke, the latest last. A click goes there."""

    def __init__(self, document: Document, teaching: Teaching) -> None:
        super().__init__()
        self._document, self._teaching = document, teaching
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Strokes"))
        # The organs above need the room.
        self.setMaximumHeight(MOST_HEIGHT)
        self.list.currentRowChanged.connect(self._go)
        self.remove = QPushButton(tr("Remove this stroke"))
        self.remove.setToolTip(tr("What it changed goes back, as if it had never been drawn; the others stay"))
        self.remove.clicked.connect(lambda: teaching.remove(self.list.currentRow()))
        layout = QVBoxLayout(self)
        layout.addWidget(self.list)
        layout.addWidget(self.remove)
        teaching.changed.connect(self._follow)
        document.looks_changed.connect(self._follow)
        self._follow()

    def _follow(self) -> None:
        self.list.blockSignals(True)
        self.list.clear()
        for stroke in self._teaching.strokes:
            self.list.addItem(_words(stroke))
            colour = self._document.look(stroke.label).colour if stroke.label else NONE_COLOUR
            self.list.item(self.list.count() - 1).setIcon(swatch(colour))
        self.list.setCurrentRow(self.list.count() - 1)
        self.list.blockSignals(False)
        if not self.list.count():
            # A button that goes grey hands the keys to the next field.
            self.remove.clearFocus()
        self.remove.setEnabled(self.list.count() > 0)

    def _go(self, number: int) -> None:
        if 0 <= number < len(self._teaching.strokes):
            points = self._teaching.strokes[number].points_mm
            self._document.cursor_mm = points[len(points) // 2]


def _words(stroke: Stroke) -> str:
    what = tr(organ_of(stroke.label).name) if stroke.label else tr("No organ")
    return f"{what}, {'S' if stroke.points_mm[0, 2] >= 0 else 'I'} {number(abs(stroke.points_mm[0, 2]))} mm"
