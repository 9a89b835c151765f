"""How well the mask agrees with a second one: Dice and NSD per organ, and where they differ."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QHeaderView, QLabel, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from flare_gui.app.document.document import Document
from flare_gui.app.slices.layers import DISAGREEMENT
from flare_gui.app.words import number, tr
from flare_gui.organs import ORGANS

if TYPE_CHECKING:
    from flare_gui.analysis.compare import OrganScore


class ComparePanel(QWidget):
    """The table of scores. `asked` when they have to be worked out, `overlay_switched` with the overlay's switch."""

    asked = Signal()
    overlay_switched = Signal(bool)

    def __init__(self, document: Document) -> None:
        super().__init__()
        self._document = document
        self.table = QTreeWidget()
        self.table.setAccessibleName(tr("Agreement with the reference"))
        self.table.setRootIsDecorated(False)
        self.table.setHeaderLabels([tr("Organ"), tr("Dice"), tr("NSD")])
        self.table.headerItem().setToolTip(1, tr("Twice the common volume over the sum of both: 1 is equal"))
        self.table.headerItem().setToolTip(
            2, tr("Share of both surfaces that lie within FLARE22's tolerance of the other")
        )
        # The name takes what is left, so that each number stands under its heading.
        self.table.header().setStretchLastSection(False)
        self.table.header().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.table.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column in (1, 2):
            self.table.headerItem().setTextAlignment(column, Qt.AlignmentFlag.AlignRight)
        self._rows = {organ: QTreeWidgetItem([tr(organ.name)]) for organ in ORGANS}
        self.table.addTopLevelItems(list(self._rows.values()))
        self.overlay = QCheckBox(tr("Show where they differ"))
        self.overlay.setToolTip(tr("Voxels that one mask has and the other has not, in two colours"))
        self.overlay.setChecked(True)
        self.overlay.toggled.connect(self.overlay_switched)
        swatches = (f'<span style="color:{colour}">■</span> {text}' for colour, text in DISAGREEMENT)
        legend = QLabel(" &nbsp; ".join(swatches))
        legend.setTextFormat(Qt.TextFormat.RichText)
        self.stale = QLabel(tr("The mask was corrected since. Scores are being worked out again."))
        self.stale.setWordWrap(True)
        layout = QVBoxLayout(self)
        for widget in (self.table, self.stale, self.overlay, legend):
            layout.addWidget(widget)
        document.reference_changed.connect(self._ask)
        document.segmentation_changed.connect(self._ask)
        document.edited.connect(self._ask)
        self._ask()

    def show_scores(self, scores: "list[OrganScore]") -> None:
        """Fill the table."""
        for score in scores:
            row = self._rows[score.organ]
            for column, value in ((1, score.dice), (2, score.nsd)):
                row.setText(column, number(value, 3))
                row.setTextAlignment(column, Qt.AlignmentFlag.AlignRight)
        self.stale.hide()

    def _ask(self) -> None:
        both = self._document.reference is not None and self._document.segmentation is not None
        self.stale.setVisible(both)
        if both:
            self.asked.emit()
