"""The table of cases, and what chooses which of them are shown. Both work with the keyboard alone."""

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QMenu,
    QTableView,
    QWidget,
)

from flare_gui.app.batch.model import CASE, COLUMNS, CONFIDENCE, ODD, PICTURE, STATUS, CaseFilter
from flare_gui.app.words import tr
from flare_gui.batch import review
from flare_gui.cohort.cases import CohortCase

_WIDTHS = {CASE: 180, STATUS: 90, ODD: 240, CONFIDENCE: 86}
_NUMBER_WIDTH = 110
_RETURN = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class CaseTable(QTableView):
    """`activated_case` when a row is double-clicked or Enter is pressed on it; `redo_asked` carries names of cases."""

    activated_case = Signal(object)
    redo_asked = Signal(list)

    def __init__(self, shown: CaseFilter) -> None:
        super().__init__()
        self._shown = shown
        self.setModel(shown)
        self.setAccessibleName(tr("Cases"))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        # A row is as high as a picture: three lines of why a case failed, all of it in the tip.
        self.setWordWrap(True)
        self.setSortingEnabled(True)
        self.sortByColumn(ODD, Qt.SortOrder.DescendingOrder)
        # Two thousand rows are not asked how high they would like to be.
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(PICTURE.height() + 4)
        self.verticalHeader().hide()
        header = self.horizontalHeader()
        for column in range(len(COLUMNS)):
            header.resizeSection(column, _WIDTHS.get(column, _NUMBER_WIDTH))
        header.setStretchLastSection(True)
        header.setHighlightSections(False)
        self.doubleClicked.connect(self._activate)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._show_menu)
        # The Tab key goes on to the buttons.
        self.setTabKeyNavigation(False)

    @property
    def chosen(self) -> CohortCase | None:
        """The case of the current row."""
        index = self.currentIndex()
        return self._shown.case(index.row()) if index.isValid() else None

    @property
    def selected(self) -> list[CohortCase]:
        """The cases of all selected rows."""
        return [self._shown.case(index.row()) for index in self.selectionModel().selectedRows()]

    def settle(self) -> None:
        """Other rows are there: choose the first one, so that the keys work at once."""
        if self._shown.rowCount() and not self.currentIndex().isValid():
            self.selectRow(0)

    def go_to(self, name: str) -> None:
        """Choose a case's row, if it is shown."""
        index = self._shown.index_of(name)
        if index.isValid():
            self.selectRow(index.row())
            self.scrollTo(index)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        if event.key() in _RETURN and self.chosen is not None:
            self._activate(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def _activate(self, index: QModelIndex) -> None:
        self.activated_case.emit(self._shown.case(index.row()))

    def _show_menu(self, place: QPoint) -> None:
        names = [case.name for case in self.selected]
        if not names:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        which = names[0] if len(names) == 1 else tr("these {count} cases").format(count=len(names))
        again = menu.addAction(tr("Segment {which} anew").format(which=which))
        again.setToolTip(tr("Also when a person has accepted or corrected them; a person's mask is kept beside"))
        again.triggered.connect(lambda: self.redo_asked.emit(names))
        menu.popup(self.viewport().mapToGlobal(place))


class FilterBar(QWidget):
    """`chosen` carries words to look for, a status or nothing, and whether the odd ones alone are wanted."""

    chosen = Signal(str, str, bool)

    def __init__(self) -> None:
        super().__init__()
        self.words, self.status, self.odd = QLineEdit(), QComboBox(), QCheckBox(tr("&Odd ones only"))
        self.counts = QLabel()
        self.counts.setAccessibleName(tr("How many cases"))
        self.words.setPlaceholderText(tr("Name or note"))
        self.words.setClearButtonEnabled(True)
        self.status.addItem(tr("every status"), "")
        for status in (*review.STATUSES, "failed"):
            self.status.addItem(tr(status), status)
        find, which = QLabel(tr("&Find")), QLabel(tr("S&how"))
        find.setBuddy(self.words)
        which.setBuddy(self.status)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        for widget in (find, self.words, which, self.status, self.odd, self.counts):
            row.addWidget(widget)
        self.words.textChanged.connect(self._choose)
        self.status.currentIndexChanged.connect(self._choose)
        self.odd.toggled.connect(self._choose)

    def _choose(self) -> None:
        self.chosen.emit(self.words.text(), self.status.currentData(), self.odd.isChecked())
