"""Which series of a DICOM folder, or which scan of a folder: a table with what tells them apart."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QImage, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLabel,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from flare_gui.app.dialogs.screen import fit
from flare_gui.app.document.opening import SeriesChoice, SeriesRow
from flare_gui.app.words import number, tr

if TYPE_CHECKING:
    from flare_gui.io import Case

THUMBNAIL = 72
_KEY = Qt.ItemDataRole.UserRole


class ChoiceDialog(QDialog):
    """A question that does not block the window; `chosen` carries the key of the row that was taken."""

    chosen = Signal(object)

    def __init__(self, question: str, columns: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("flare-gui")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        fit(self, 860, 420)
        self.table = QTreeWidget()
        self.table.setAccessibleName(question)
        self.table.setHeaderLabels(list(columns))
        self.table.setRootIsDecorated(False)
        self.table.setAlternatingRowColors(True)
        self.table.setIconSize(QSize(THUMBNAIL, THUMBNAIL))
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.itemActivated.connect(lambda *_: self.accept())
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Open | QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(QLabel(question))
        layout.addWidget(self.table)
        layout.addWidget(buttons)

    def add(
        self, key: object, texts: Sequence[str], *, proposed: bool = False, image: np.ndarray | None = None
    ) -> None:
        """A row; the proposed one is selected."""
        row = QTreeWidgetItem(list(texts))
        row.setData(0, _KEY, key)
        if image is not None:
            row.setIcon(0, QIcon(_pixmap(image)))
        self.table.addTopLevelItem(row)
        if proposed or self.table.topLevelItemCount() == 1:
            self.table.setCurrentItem(row)

    def fit(self) -> None:
        """Make the columns as wide as what is in them."""
        self.table.header().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)

    def accept(self) -> None:
        row = self.table.currentItem()
        if row is not None:
            super().accept()
            self.chosen.emit(row.data(0, _KEY))


def ask_series(choice: SeriesChoice, parent: QWidget) -> ChoiceDialog:
    """The table of series; the largest axial CT is proposed."""
    columns = (tr("Series"), tr("Kind"), tr("Slices"), tr("Size"), tr("Spacing (mm)"))
    several = len({row.info.uid.partition("#")[0] for row in choice.rows})
    what = (
        tr("{rows} series").format(rows=len(choice.rows))
        if several == len(choice.rows)
        else tr("{several} series in {rows} parts").format(several=several, rows=len(choice.rows))
    )
    dialog = ChoiceDialog(
        tr("{name} holds {what}. Which one?").format(name=choice.path.name, what=what), columns, parent
    )
    for row in choice.rows:
        dialog.add(row.info.uid, _texts(row), proposed=row.info.proposed, image=row.thumbnail)
    dialog.fit()
    return dialog


def ask_case(folder: Path, cases: "Sequence[Case]", parent: QWidget) -> ChoiceDialog:
    """The table of scans that were found in a folder."""
    dialog = ChoiceDialog(
        tr("{name} holds {cases} scans. Which one?").format(name=folder.name, cases=len(cases)),
        (tr("Scan"), tr("Where")),
        parent,
    )
    for case in cases:
        where = case.path.relative_to(folder) if case.path.is_relative_to(folder) else case.path
        dialog.add(case.path, (case.name, str(where)))
    dialog.fit()
    return dialog


def _texts(row: SeriesRow) -> tuple[str, ...]:
    info = row.info
    spacing = " × ".join(number(mm, 2) for mm in info.spacing_mm)
    kind = f"{info.modality}, {info.plane}" if info.plane else info.modality
    name = ", ".join(filter(None, (info.description or tr("no description"), info.part)))
    return (name, kind, str(info.slices), f"{info.columns} × {info.rows}", spacing)


def _pixmap(image: np.ndarray) -> QPixmap:
    """Of uint8 (rows, columns) grey values."""
    grey = np.ascontiguousarray(image)
    rows, columns = grey.shape
    picture = QImage(grey.data, columns, rows, columns, QImage.Format.Format_Grayscale8).copy()
    return QPixmap.fromImage(picture)
