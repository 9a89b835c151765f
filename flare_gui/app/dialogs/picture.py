"""Which view to save as a picture, and how large."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QDialog, QDialogButtonBox, QFormLayout, QSpinBox, QWidget

from flare_gui.app.words import tr
from flare_gui.render.options import BACKGROUNDS, PictureStyle

ALL = tr("All four views")


class PictureDialog(QDialog):
    """`chosen` carries a view, an index of `Views` or None for all four, its size in pixels and a `PictureStyle`."""

    chosen = Signal(object, QSize, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Save a picture"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.view = QComboBox()
        self.view.addItem(ALL, None)
        for number, name in enumerate((tr("Axial"), tr("Coronal"), tr("Sagittal"), "3D")):
            self.view.addItem(name, number)
        self.width_box, self.height_box = QSpinBox(), QSpinBox()
        for box, value in ((self.width_box, 1920), (self.height_box, 1440)):
            box.setRange(64, 8192)
            box.setValue(value)
            box.setSuffix(tr(" pixels"))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        form = QFormLayout(self)
        for words, widget in (
            (tr("Picture"), self.view),
            (tr("Width"), self.width_box),
            (tr("Height"), self.height_box),
        ):
            form.addRow(words, widget)
            widget.setAccessibleName(words)
        self.background, self.legend = QComboBox(), QCheckBox(tr("Legend: organs and volumes"))
        for name, colour in (*BACKGROUNDS.items(), ("Transparent", None)):
            self.background.addItem(tr(name), colour)
        self.background.setAccessibleName(tr("Background of the surfaces"))
        form.addRow(tr("Background"), self.background)
        form.addRow(self.legend)
        form.addRow(buttons)

    def accept(self) -> None:
        super().accept()
        style = PictureStyle(self.background.currentData(), self.legend.isChecked())
        self.chosen.emit(self.view.currentData(), QSize(self.width_box.value(), self.height_box.value()), style)
