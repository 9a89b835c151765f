"""Which view to save as a picture, and how large."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QDialog, QDialogButtonBox, QFormLayout, QSpinBox, QWidget

from flare_gui.render.options import BACKGROUNDS, PictureStyle

ALL = "All four views"


class PictureDialog(QDialog):
    """`chosen` carries a view, an index of `Views` or None for all four, its size in pixels and a `PictureStyle`."""

    chosen = Signal(object, QSize, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Save a picture")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.view = QComboBox()
        self.view.addItem(ALL, None)
        for number, name in enumerate(("Axial", "Coronal", "Sagittal", "3D")):
            self.view.addItem(name, number)
        self.width_box, self.height_box = QSpinBox(), QSpinBox()
        for box, value in ((self.width_box, 1920), (self.height_box, 1440)):
            box.setRange(64, 8192)
            box.setValue(value)
            box.setSuffix(" pixels")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        form = QFormLayout(self)
        for words, widget in (("Picture", self.view), ("Width", self.width_box), ("Height", self.height_box)):
            form.addRow(words, widget)
            widget.setAccessibleName(words)
        self.background, self.legend = QComboBox(), QCheckBox("Legend: organs and volumes")
        for name, colour in (*BACKGROUNDS.items(), ("Transparent", None)):
            self.background.addItem(name, colour)
        self.background.setAccessibleName("Background of the surfaces")
        form.addRow("Background", self.background)
        form.addRow(self.legend)
        form.addRow(buttons)

    def accept(self) -> None:
        super().accept()
        style = PictureStyle(self.background.currentData(), self.legend.isChecked())
        self.chosen.emit(self.view.currentData(), QSize(self.width_box.value(), self.height_box.value()), style)
