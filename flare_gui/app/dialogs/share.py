"""What leaves the computer with a page that is handed on."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QRadioButton, QVBoxLayout, QWidget

from flare_gui.app.words import tr

WARNING = tr(
    "The pictures of the CT leave this computer with the page, and whoever has it can look at them. No name, date or "
    "file name is in it; but a body, and what is rare in it, may be known from the pictures alone."
)
WITHOUT = tr("No picture of the CT is in the page: the organs' surfaces and their numbers alone.")


class ShareDialog(QDialog):
    """`chosen` says whether the CT is to be in the page."""

    chosen = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Share"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        what = QLabel(tr("One HTML page shows this result in any browser, on a phone too, without a network."))
        self.with_ct = QRadioButton(tr("Slices with the organs over them, surfaces, numbers"))
        self.without_ct = QRadioButton(tr("Surfaces and numbers alone, without the CT"))
        self.with_ct.setChecked(True)
        self.meaning = QLabel()
        for label in (what, self.meaning):
            label.setWordWrap(True)
        self.with_ct.toggled.connect(self._say)
        self._say(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        buttons.addButton(tr("Save the page…"), QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        for widget in (what, self.with_ct, self.without_ct, self.meaning, buttons):
            layout.addWidget(widget)
        self.setMinimumWidth(480)

    def accept(self) -> None:
        super().accept()
        self.chosen.emit(self.with_ct.isChecked())

    def _say(self, with_ct: bool) -> None:
        self.meaning.setText(WARNING if with_ct else WITHOUT)
