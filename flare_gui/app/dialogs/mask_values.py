"""Which organs the values of a mask are, where its file does not say: a table to answer in."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from flare_gui.app.words import number, tr
from flare_gui.organs import ORGANS

if TYPE_CHECKING:
    from flare_gui.io import MaskRow

COLUMNS = (tr("Value"), tr("Name"), tr("Volume (ml)"), tr("Organ"))


class MaskValuesDialog(QDialog):
    """A question that does not block the window; `answered` carries organs by value, as `io.read_mask` takes them."""

    answered = Signal(object)

    def __init__(self, path: Path, rows: "Sequence[MaskRow]", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("flare-gui")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(620, 380)
        words = QLabel(
            tr(
                "{name} does not say which organs its values are. Proposed is what lies where the organ lies in "
                "most people; look at it before you go on."
            ).format(name=path.name)
        )
        words.setTextFormat(Qt.TextFormat.PlainText)
        words.setWordWrap(True)
        self.table = QTableWidget(len(rows), len(COLUMNS))
        self.table.setAccessibleName(tr("What the values of the mask are"))
        self.table.setHorizontalHeaderLabels(list(COLUMNS))
        self.table.verticalHeader().hide()
        self.choices: dict[str, QComboBox] = {}
        for i, row in enumerate(rows):
            for column, text in enumerate((row.key, row.name, number(row.volume_ml, 1))):
                item = QTableWidgetItem(text)
                item.setFlags(Qt.ItemFlag.ItemIsEnabled)
                self.table.setItem(i, column, item)
            self.choices[row.key] = self._choice(row)
            self.table.setCellWidget(i, len(COLUMNS) - 1, self.choices[row.key])
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.table.horizontalHeader().setStretchLastSection(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Open | QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(words)
        layout.addWidget(self.table)
        layout.addWidget(buttons)

    def _choice(self, row: "MaskRow") -> QComboBox:
        from flare_gui.io import KIDNEYS

        choice = QComboBox()
        choice.setAccessibleName(tr("Organ of value {key}").format(key=row.key))
        choice.addItem(tr("Not used"), ())
        for organ in ORGANS:
            choice.addItem(tr(organ.name), (organ,))
        choice.addItem(tr("Both kidneys"), KIDNEYS)
        choice.setCurrentIndex(max(0, [choice.itemData(i) for i in range(choice.count())].index(row.proposed)))
        return choice

    def accept(self) -> None:
        super().accept()
        self.answered.emit({key: choice.currentData() for key, choice in self.choices.items()})
