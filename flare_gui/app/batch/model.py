"""The table of cases as Qt sees it: one row a case, sorted here, filtered by a proxy."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSize,
    QSortFilterProxyModel,
    Qt,
)
from PySide6.QtGui import QFont, QPixmap

from flare_gui.app.words import moment, number, tr
from flare_gui.batch import review
from flare_gui.cohort.cases import CohortCase
from flare_gui.organs import ORGANS, Organ

COLUMNS = (
    tr("Case"),
    tr("Status"),
    tr("What is odd"),
    *(f"{tr(organ.name)} (ml)" for organ in ORGANS),
    tr("Confidence"),
    tr("Note"),
)
CASE, STATUS, ODD, FIRST_ORGAN = 0, 1, 2, 3
CONFIDENCE, NOTE = FIRST_ORGAN + len(ORGANS), FIRST_ORGAN + len(ORGANS) + 1
BY_HAND = "✎"
PICTURE = QSize(55, 48)

_Index = QModelIndex | QPersistentModelIndex
_Role = Qt.ItemDataRole
_KEEP, _SMOOTH = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
_NUMBERS = range(FIRST_ORGAN, NOTE)
# Pictures of rows that were seen: so many are on any screen, several times over.
_MOST_PICTURES = 200


class CaseModel(QAbstractTableModel):
    """Rows of `CohortCase`. `running` are words of cases that are being segmented, shown in place of their status.

    `picture` gives the JPEG of a case, empty where there is none.
    """

    def __init__(self, picture: Callable[[str], bytes], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[CohortCase] = []
        self._numbers: dict[str, int] = {}
        self._running: dict[str, str] = {}
        self._picture = picture
        self._pictures: dict[str, QPixmap] = {}
        self._sorted_by = (ODD, Qt.SortOrder.DescendingOrder)

    def show(self, cases: Iterable[CohortCase], running: dict[str, str] | None = None) -> None:
        """Replace all rows, sorted as they were."""
        self.beginResetModel()
        self._rows, self._running = list(cases), dict(running or {})
        self._pictures.clear()
        self._arrange()
        self.endResetModel()

    def update(self, case: CohortCase) -> None:
        """Another state of a case; its row, if it has one, stays where it is until the table is sorted again."""
        number = self._numbers.get(case.name)
        if number is None:
            return
        self._rows[number] = case
        self._running.pop(case.name, None)
        self._pictures.pop(case.name, None)
        self._tell(number)

    def run(self, name: str, words: str) -> None:
        """Say how far a case has come."""
        self._running[name] = words
        if name in self._numbers:
            self._tell(self._numbers[name])

    def case(self, row: int) -> CohortCase:
        """The case in a row."""
        return self._rows[row]

    def row_of(self, name: str) -> int | None:
        """The row of a case; None when it has none."""
        return self._numbers.get(name)

    # What Qt asks

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: N802, B008 - Qt's name and way
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: N802, B008 - Qt's name and way
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _Role.DisplayRole) -> Any:  # noqa: N802
        if role == _Role.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return COLUMNS[section]
        return None

    def data(self, index: _Index, role: int = _Role.DisplayRole) -> Any:
        case, column = self._rows[index.row()], index.column()
        if role == _Role.DisplayRole:
            return self.text(case, column)
        if role == _Role.DecorationRole and column == CASE:
            return self._thumbnail(case.name)
        if role == _Role.ToolTipRole:
            return self._tip(case, column)
        if role == _Role.TextAlignmentRole and column in _NUMBERS:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == _Role.FontRole and column == STATUS and self.status(case) in ("failed", review.FLAGGED):
            font = QFont()
            font.setBold(True)
            return font
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by what is meant, not by what is shown: numbers as numbers, and what has none last in either order."""
        self._sorted_by = (column, order)
        self.layoutAboutToBeChanged.emit()
        old = self.persistentIndexList()
        names = [(self._rows[index.row()].name, index.column()) for index in old]
        self._arrange()
        self.changePersistentIndexList(old, [self.index(self._numbers[name], at) for name, at in names])
        self.layoutChanged.emit()

    # What is shown

    def status(self, case: CohortCase) -> str:
        """How far a run has come with the case, else that it failed, else what a person said."""
        return self._running.get(case.name) or ("failed" if case.report is None else case.status)

    def text(self, case: CohortCase, column: int) -> str:
        """What a cell says."""
        if column == CASE:
            return case.name
        if column == STATUS:
            return tr(self.status(case))
        if column == ODD:
            return case.failure or (tr("mask changed by another program") if case.changed else "; ".join(case.odd))
        if column == CONFIDENCE:
            return "" if case.confidence is None or case.changed else number(case.confidence, 2)
        return case.said.note if column == NOTE else _volume(case, ORGANS[column - FIRST_ORGAN])

    def _tip(self, case: CohortCase, column: int) -> str:
        if column in (ODD, NOTE):
            return self.text(case, column)
        if column == STATUS and case.said.reviewer:
            time = moment(case.said.time.timestamp(), year=True)
            return tr("{status} by {reviewer}, {time}").format(
                status=tr(case.status), reviewer=case.said.reviewer, time=time
            )
        if FIRST_ORGAN <= column < CONFIDENCE and ORGANS[column - FIRST_ORGAN].key in case.by_hand:
            return tr("A person drew this, not the network")
        if column == CONFIDENCE:
            return tr("The lowest Dice to expect of the organs that the network drew")
        return ""

    def _thumbnail(self, name: str) -> QPixmap | None:
        found = self._pictures.get(name)
        if found is None:
            found = QPixmap()
            if found.loadFromData(self._picture(name)):
                found = found.scaled(PICTURE, _KEEP, _SMOOTH)
            if len(self._pictures) >= _MOST_PICTURES:
                self._pictures.pop(next(iter(self._pictures)))
            self._pictures[name] = found
        return None if found.isNull() else found

    def _tell(self, row: int) -> None:
        self.dataChanged.emit(self.index(row, 0), self.index(row, len(COLUMNS) - 1))

    def _arrange(self) -> None:
        column, order = self._sorted_by
        self._rows.sort(key=lambda case: case.name.lower())
        keys = {case.name: self._key(case, column) for case in self._rows}
        known = [case for case in self._rows if keys[case.name] is not None]
        known.sort(key=lambda case: keys[case.name], reverse=order == Qt.SortOrder.DescendingOrder)
        # What has no value comes last whichever way the others go.
        self._rows = [*known, *(case for case in self._rows if keys[case.name] is None)]
        self._numbers = {case.name: row for row, case in enumerate(self._rows)}

    def _key(self, case: CohortCase, column: int) -> Any:
        if column == ODD:
            # Odd first; among those that are equally odd the least sure.
            sure = case.confidence
            return (case.report is None, len(case.odd) + case.changed, 0.0 if sure is None else -sure)
        if column == CONFIDENCE:
            return None if case.changed else case.confidence
        if column in _NUMBERS:
            found = case.measured(ORGANS[column - FIRST_ORGAN])
            return None if found is None else found["volume_ml"]
        return self.text(case, column).lower()


class CaseFilter(QSortFilterProxyModel):
    """Shows the rows whose name or note has the `words`, of one `status` or all, the odd ones alone if asked."""

    def __init__(self, model: CaseModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._words, self._status, self._odd = "", "", False
        self.setDynamicSortFilter(False)
        self.setSourceModel(model)

    def choose(self, words: str, status: str, odd: bool) -> None:
        """Show these; an empty `status` is every one."""
        self._words, self._status, self._odd = words.lower(), status, odd
        self.invalidate()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """The rows below are sorted: a proxy would ask Python for two values for each of 20,000 comparisons."""
        self._model.sort(column, order)

    def filterAcceptsRow(self, row: int, parent: _Index) -> bool:  # noqa: N802 - Qt's name
        case = self._model.case(row)
        if self._odd and not (case.odd or case.failure or case.changed):
            return False
        if self._status and self._model.status(case) != self._status:
            return False
        return self._words in case.name.lower() or self._words in case.said.note.lower()

    def cases(self) -> Sequence[CohortCase]:
        """What is shown, in its order."""
        return [self.case(row) for row in range(self.rowCount())]

    def index_of(self, name: str) -> QModelIndex:
        """Where a case is shown; not valid when it is not."""
        row = self._model.row_of(name)
        return QModelIndex() if row is None else self.mapFromSource(self._model.index(row, CASE))

    def case(self, row: int) -> CohortCase:
        """The case in a row that is shown."""
        return self._model.case(self.mapToSource(self.index(row, 0)).row())


def _volume(case: CohortCase, organ: Organ) -> str:
    found = case.measured(organ)
    if found is None:
        return "" if case.report is None or case.changed else "-"
    cut = tr(" (cut)") if found["touches_border"] else ""
    hand = f" {BY_HAND}" if organ.key in case.by_hand else ""
    return f"{number(found['volume_ml'])}{cut}{hand}"
