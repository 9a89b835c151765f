"""Organs of two scans of one patient: volumes side by side, and by how much they have changed."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from flare_gui.analysis.cohort import change
from flare_gui.analysis.measure import OrganMeasure
from flare_gui.app.document.measures import Measures
from flare_gui.app.words import in_sentence, number, tr
from flare_gui.organs import ORGANS, Organ

_CUT = tr("The scan ends inside the {organ}: what is missing there is no change of the patient")
ONLY_SHOWN = tr("Its mask is shown here; open it by itself to correct it. A workspace keeps both.")


class ChangePanel(QWidget):
    """The table, and what can be done with the earlier scan: one signal a wish."""

    segment_asked = Signal()
    mask_asked = Signal()
    save_asked = Signal()
    match_asked = Signal()
    link_switched = Signal(bool)
    close_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._now: Measures | None = None
        self._earlier: Measures | None = None
        self._name = ""
        self.about = QLabel()
        self.about.setTextFormat(Qt.TextFormat.PlainText)
        self.about.setWordWrap(True)
        self.table = QTreeWidget()
        self.table.setAccessibleName(tr("Volumes now and earlier"))
        self.table.setRootIsDecorated(False)
        self.table.setHeaderLabels(["ml", tr("Earlier"), tr("Now"), tr("Change")])
        self.table.setFixedHeight(round((2 * len(ORGANS) + 2) * 1.25 * self.table.fontMetrics().height()))
        self.table.headerItem().setToolTip(3, tr("Now less earlier, in ml and in per cent of the earlier volume"))
        header = self.table.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self._rows = {organ: QTreeWidgetItem([tr(organ.name)]) for organ in ORGANS}
        self.table.addTopLevelItems(list(self._rows.values()))
        for item in (self.table.headerItem(), *self._rows.values()):
            for column in (1, 2, 3):
                item.setTextAlignment(column, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.linked = QCheckBox(tr("Same place and zoom in both"))
        self.linked.setToolTip(tr("Moving or zooming one scan moves and zooms the other"))
        self.linked.toggled.connect(self.link_switched)
        match = _button(
            tr("This is the same place"), tr("For tables that stood apart: untick, find one landmark in both, press")
        )
        match.clicked.connect(self.match_asked)
        self.segment = _button(tr("Segment it"), tr("Find the organs in the earlier scan, too"))
        self.segment.clicked.connect(self.segment_asked)
        mask = _button(tr("Open its mask…"), tr("Use a mask of the earlier scan that a file has"))
        mask.clicked.connect(self.mask_asked)
        self.save = _button(tr("Save its mask…"), tr("Write the earlier scan's mask into a file"))
        self.save.clicked.connect(self.save_asked)
        close = _button(tr("Close it"), tr("Show the open scan alone again"))
        close.clicked.connect(self.close_asked)
        layout = QVBoxLayout(self)
        for widget in (self.about, self.table, self.linked):
            layout.addWidget(widget)
        for line in ((match,), (self.segment, mask), (self.save, close)):
            row = QHBoxLayout()
            for button in line:
                row.addWidget(button)
            layout.addLayout(row)
        layout.addStretch()

    def begin(self, name: str, now: Measures, earlier: Measures) -> None:
        """Show the changes between two scans from now on; `name` is the earlier one's."""
        self._name = name
        self._now, self._earlier = now, earlier
        self.linked.blockSignals(True)
        self.linked.setChecked(True)
        self.linked.blockSignals(False)
        for measures in (now, earlier):
            measures.changed.connect(self._show)
        self._show()

    def end(self) -> None:
        """Follow them no longer."""
        for measures in (self._now, self._earlier):
            if measures is not None:
                measures.changed.disconnect(self._show)
        self._now = self._earlier = None

    def _show(self) -> None:
        if self._now is None or self._earlier is None:
            return
        now, earlier = self._now.by_key, self._earlier.by_key
        self.save.setEnabled(bool(earlier))
        named = tr("Earlier: {name}").format(name=self._name)
        self.about.setText(f"{named}\n{ONLY_SHOWN}" if earlier else named)
        for organ, row in self._rows.items():
            _fill(row, organ, now.get(organ.key), earlier.get(organ.key))


def _fill(row: QTreeWidgetItem, organ: Organ, now: OrganMeasure | None, earlier: OrganMeasure | None) -> None:
    for column, found in ((1, earlier), (2, now)):
        row.setText(column, number(found.volume_ml) if found is not None and found.voxels else "–")
    cut = any(found is not None and found.voxels and found.touches_border for found in (now, earlier))
    row.setText(0, tr(organ.name) + tr(" (cut)") if cut else tr(organ.name))
    row.setToolTip(0, _CUT.format(organ=in_sentence(organ)) if cut else "")
    # In two lines: what the scan cuts is said beside the organ's name, and has to be seen.
    row.setText(3, words(now, earlier).replace(", ", "\n"))


def words(now: OrganMeasure | None, earlier: OrganMeasure | None) -> str:
    """Such as "+12 ml, +1.3 %"; empty when one of them is not there."""
    if now is None or earlier is None or not now.voxels or not earlier.voxels:
        return ""
    found = change(earlier.volume_ml, now.volume_ml)
    sign = "+" if found.ml >= 0 else "−"
    return f"{sign}{number(abs(found.ml))} ml, {sign}{number(abs(found.percent), 1)} %"


def _button(text: str, tip: str) -> QPushButton:
    button = QPushButton(text)
    button.setToolTip(tip)
    return button
