"""The organs: shown or hidden, how large, how dense, and what to doubt about them."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import QHeaderView, QLabel, QSlider, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from flare_gui.analysis.measure import measure
from flare_gui.app.document import Document
from flare_gui.organs import ORGANS

_COLUMNS = ("Organ", "Volume", "Mean", "")


class OrganPanel(QWidget):
    """A row an organ: tick to show, double click to go there."""

    def __init__(self, document: Document) -> None:
        super().__init__()
        self._document = document
        self._table = QTreeWidget()
        self._table.setAccessibleName("Organs")
        self._table.setHeaderLabels(_COLUMNS)
        self._table.setRootIsDecorated(False)
        self._table.header().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self._rows: list[QTreeWidgetItem] = []
        for organ in ORGANS:
            row = QTreeWidgetItem([organ.name, "", "", ""])
            row.setData(0, Qt.ItemDataRole.UserRole, organ.label)
            row.setIcon(0, _swatch(organ.colour))
            row.setCheckState(0, Qt.CheckState.Checked)
            row.setToolTip(0, "Tick to show; double click to go there")
            self._table.addTopLevelItem(row)
            self._rows.append(row)
        self._opacity = QSlider(Qt.Orientation.Horizontal)
        self._opacity.setAccessibleName("Opacity of the organs")
        self._opacity.setRange(0, 100)
        self._opacity.setValue(45)
        layout = QVBoxLayout(self)
        layout.addWidget(self._table)
        layout.addWidget(QLabel("Opacity"))
        layout.addWidget(self._opacity)
        self._table.itemChanged.connect(self._ticked)
        self._table.itemDoubleClicked.connect(
            lambda row, _: document.go_to_organ(row.data(0, Qt.ItemDataRole.UserRole))
        )
        self._opacity.valueChanged.connect(lambda value: document.set_opacity(value / 100))
        document.segmentation_changed.connect(self._refresh)
        document.volume_changed.connect(self._refresh)

    def _ticked(self, row: QTreeWidgetItem, column: int) -> None:
        if column == 0:
            shown = row.checkState(0) == Qt.CheckState.Checked
            self._document.set_look(row.data(0, Qt.ItemDataRole.UserRole), visible=shown)

    def _refresh(self) -> None:
        volume, segmentation = self._document.volume, self._document.segmentation
        measures = measure(volume, segmentation) if volume is not None and segmentation is not None else {}
        self._table.blockSignals(True)
        for i, organ in enumerate(ORGANS):
            row, found = self._rows[i], measures.get(organ.key)
            there = found is not None and found.voxels > 0
            row.setText(1, f"{found.volume_ml:.0f} ml" if found and there else "")
            row.setText(2, f"{found.mean_hu:.0f} HU" if found and found.mean_hu is not None else "")
            badge = "not found" if found and not there else "cut" if found and found.touches_border else ""
            row.setText(3, badge)
            row.setToolTip(3, "The scan ends inside this organ: its volume is that of a part" if badge == "cut" else "")
        self._table.blockSignals(False)


def _swatch(colour: str) -> QIcon:
    pixmap = QPixmap(14, 14)
    pixmap.fill(QColor(colour))
    return QIcon(pixmap)
