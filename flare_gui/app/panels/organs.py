"""The organs: shown or hidden, in which colour, how large, how dense, and what to doubt about them."""

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import QColorDialog, QGridLayout, QLabel, QPushButton, QSlider, QToolButton, QVBoxLayout, QWidget

from flare_gui.analysis.measure import OrganMeasure
from flare_gui.app import theme
from flare_gui.app.document.document import Document
from flare_gui.app.document.measures import Measures
from flare_gui.app.words import in_sentence, number, tr
from flare_gui.organs import ORGANS, Organ

DOUBT_STYLE = "background: #8a5a00; color: white; border-radius: 6px; padding: 0 6px"


class OrganPanel(QWidget):
    """A row an organ. A click on its name goes there, and `chosen` carries its label: it is the one to correct."""

    chosen = Signal(int)

    def __init__(self, document: Document, measures: Measures) -> None:
        super().__init__()
        self._document, self._measures = document, measures
        self.rows = {organ.label: OrganRow(document, organ) for organ in ORGANS}
        grid = QGridLayout()
        grid.setHorizontalSpacing(6)
        grid.setColumnStretch(3, 1)
        for line, row in enumerate(self.rows.values()):
            row.place(grid, 3 * line)
            row.name.clicked.connect(partial(self._choose, row.organ.label))
        self.hint = QLabel(tr("No organs yet. Segment the scan, open a mask, or draw with the brush."))
        self.hint.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.addWidget(self.hint)
        layout.addLayout(grid)
        layout.addStretch()
        measures.changed.connect(self._show_measures)
        document.looks_changed.connect(self._show_looks)
        self._show_looks()

    def show_chosen(self, label: int) -> None:
        """Mark the organ that brush and eraser work on."""
        for row in self.rows.values():
            row.show_chosen(row.organ.label == label)

    def _choose(self, label: int, _checked: bool = False) -> None:
        self._document.go_to_organ(label)
        self.chosen.emit(label)

    def _show_measures(self) -> None:
        measures, segmentation = self._measures.by_key, self._document.segmentation
        warnings = segmentation.warnings if segmentation is not None else ()
        self.hint.setVisible(segmentation is None)
        for organ in ORGANS:
            row = self.rows[organ.label]
            row.show_measure(measures.get(organ.key), warnings)
            corrected = segmentation is not None and organ.key in segmentation.corrected
            row.show_confidence(self._document.confidence(organ), corrected)

    def _show_looks(self) -> None:
        for row in self.rows.values():
            row.show_look()


class OrganRow:
    """The widgets of one organ: eye, colour, name, volume, mean HU, badge, opacity."""

    def __init__(self, document: Document, organ: Organ) -> None:
        self._document, self.organ = document, organ
        self._tips = (
            tr("Show or hide the {name}").format(name=in_sentence(organ)),
            tr("Opacity of the {name} on the slices and in 3D").format(name=in_sentence(organ)),
        )
        self.eye = _button(self._tips[0])
        self.eye.setCheckable(True)
        self.eye.toggled.connect(lambda on: document.set_look(organ.label, visible=on))
        self.lock = _button(tr("Lock the {name}: no correction changes a locked organ").format(name=in_sentence(organ)))
        self.lock.setCheckable(True)
        self.lock.toggled.connect(lambda on: document.set_look(organ.label, locked=on))
        self.colour = _button(tr("Colour of the {name}").format(name=in_sentence(organ)))
        self.colour.clicked.connect(self._ask_for_colour)
        self.name = QPushButton(tr(organ.name))
        self.name.setFlat(True)
        self.name.setToolTip(tr("Go to the {name} and correct it").format(name=in_sentence(organ)))
        self.name.setStyleSheet("QPushButton { text-align: left; padding: 2px }")
        self.volume, self.mean = QLabel(), QLabel()
        for label, what in ((self.volume, tr("Volume")), (self.mean, tr("Mean attenuation"))):
            label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            label.setToolTip(tr("{what} of the {name}").format(what=what, name=in_sentence(organ)))
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.confidence = QLabel()
        self.confidence.hide()
        self.badge = Badge()
        self.opacity = QSlider(Qt.Orientation.Horizontal)
        self.opacity.setRange(0, 100)
        self.opacity.setToolTip(self._tips[1])
        self.opacity.setAccessibleName(tr("Opacity of the {name}").format(name=in_sentence(organ)))
        self.opacity.valueChanged.connect(lambda value: document.set_look(organ.label, opacity=value / 100))

    def place(self, grid: QGridLayout, line: int) -> None:
        """Put the widgets into three lines of a grid."""
        for column, widget in enumerate((self.eye, self.lock, self.colour, self.name, self.volume, self.mean)):
            grid.addWidget(widget, line, column)
        grid.addWidget(self.opacity, line + 1, 3)
        grid.addWidget(self.badge, line + 1, 4, 1, 2)
        grid.addWidget(self.confidence, line + 2, 1, 1, 5)

    def show_look(self) -> None:
        """Follow the document without telling it what it has just said."""
        look = self._document.look(self.organ.label)
        for widget in (self.eye, self.lock, self.opacity):
            widget.blockSignals(True)
        self.eye.setChecked(look.visible)
        self.eye.setIcon(theme.icon("eye" if look.visible else "eye-off"))
        self.opacity.setValue(round(100 * look.opacity))
        self.lock.setChecked(look.locked)
        self.lock.setIcon(theme.icon("lock" if look.locked else "lock-open"))
        for widget in (self.eye, self.lock, self.opacity):
            widget.blockSignals(False)
        self.colour.setIcon(swatch(look.colour))

    def show_measure(self, found: OrganMeasure | None, warnings: tuple[str, ...]) -> None:
        """Numbers and doubts; `warnings` are those of the whole segmentation."""
        from flare_gui.model.laterality import DOUBTS

        there = found is not None and found.voxels > 0
        self.volume.setText(f"{number(found.volume_ml)} ml" if found is not None and there else "")
        mean = found.mean_hu if found is not None else None
        self.mean.setText(f"{number(mean)} HU" if mean is not None else "")
        absent = tr("The {name} is not in the mask").format(name=in_sentence(self.organ))
        for widget, tip in zip((self.eye, self.opacity), self._tips, strict=True):
            widget.setEnabled(there)
            widget.setToolTip(tip if there else absent)
        lower = in_sentence(self.organ)
        # One that is missing can be drawn.
        self.name.setToolTip(
            tr("Go to the {name} and correct it").format(name=lower)
            if there
            else tr("{absent}. Choose it to draw it").format(absent=absent)
        )
        about_sides = [warning for warning in warnings if warning in DOUBTS]
        if found is None:
            self.badge.say("")
        elif not there:
            self.badge.say(tr("missing"), tr("No voxel carries this label"))
        elif about_sides and "kidney" in self.organ.key:
            self.badge.say(tr("side?"), " ".join(about_sides))
        elif found.touches_border:
            self.badge.say(tr("cut"), tr("The scan ends inside this organ: its volume is that of a part"))
        else:
            self.badge.say("")

    def show_chosen(self, chosen: bool) -> None:
        """In bold letters when the tools work on this organ."""
        font = self.name.font()
        font.setBold(chosen)
        self.name.setFont(font)

    def show_confidence(self, value: float | None, corrected: bool) -> None:
        """In words, the Dice to expect; in the badge's colour when that is too low to trust."""
        from flare_gui.model.confidence import DOUBTFUL

        if corrected:
            self.confidence.setText(tr("corrected by hand"))
            self.confidence.show()
            self.confidence.setToolTip(tr("Corrected by hand: the network's confidence was about other voxels"))
            self.confidence.setStyleSheet("")
            return
        self.confidence.setVisible(value is not None)
        self.confidence.setText(
            "" if value is None else tr("confidence {value} (expected Dice)").format(value=number(value, 2))
        )
        doubtful = value is not None and value < DOUBTFUL
        advice = (
            tr("Look at every slice before you use it.") if doubtful else tr("Still look at it: this is an estimate.")
        )
        words = tr("Confidence: the {name} is expected to agree with an expert's to a Dice of {value}. {advice}")
        sure = (
            "" if value is None else words.format(name=in_sentence(self.organ), value=number(value, 2), advice=advice)
        )
        self.confidence.setToolTip(sure)
        self.confidence.setStyleSheet(DOUBT_STYLE if doubtful else "")

    def _ask_for_colour(self) -> None:
        look = self._document.look(self.organ.label)
        dialog = QColorDialog(QColor(look.colour), self.colour)
        dialog.setWindowTitle(tr("Colour of the {name}").format(name=in_sentence(self.organ)))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.colorSelected.connect(lambda colour: self._document.set_look(self.organ.label, colour=colour.name()))
        dialog.open()


class Badge(QLabel):
    """A word of doubt, with the sentence behind it as its tip."""

    def __init__(self) -> None:
        super().__init__()
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.say("")

    def say(self, word: str, why: str = "") -> None:
        """Show `word`, or nothing when it is empty."""
        self.setText(word)
        self.setToolTip(why)
        self.setAccessibleDescription(why)
        self.setStyleSheet(DOUBT_STYLE if word else "")


def _button(tip: str) -> QToolButton:
    button = QToolButton()
    button.setAutoRaise(True)
    button.setToolTip(tip)
    button.setAccessibleName(tip)
    return button


def swatch(colour: str) -> QIcon:
    """A square of one colour."""
    pixmap = QPixmap(32, 32)
    pixmap.fill(QColor(colour))
    return QIcon(pixmap)
