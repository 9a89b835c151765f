"""A window for a folder of scans: what becomes of each, and the contact sheet of all."""

import time
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QCloseEvent, QDesktopServices
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QSpinBox,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from flare_gui.app.batch.work import BatchRequest, BatchSignals, segment_folder
from flare_gui.app.dialogs.screen import fit
from flare_gui.app.jobs.job import Job
from flare_gui.app.jobs.runner import duration
from flare_gui.app.settings import Settings
from flare_gui.batch.odd import lowest_confidence, remarks
from flare_gui.batch.run_batch import usual_jobs
from flare_gui.batch.run_case import CaseResult
from flare_gui.batch.summary import CONTACT_SHEET
from flare_gui.batch.worker import Failure
from flare_gui.errors import without_options
from flare_gui.io import Case
from flare_gui.organs import ORGANS

COLUMNS = ("Case", "State", *(f"{organ.name} (ml)" for organ in ORGANS), "Confidence", "Remarks")
STATE, FIRST_ORGAN, CONFIDENCE, REMARKS = 1, 2, 2 + len(ORGANS), 3 + len(ORGANS)
STAGES = {
    "headers": "reading",
    "slices": "reading",
    "unpacking": "reading",
    "prepare": "preparing",
    "network": "network",
    "finish": "finishing",
    "write": "writing",
}

# Before this many cases are done, how long the others take is a guess in the dark.
CASES_FOR_A_GUESS = 2


class BatchWindow(QDialog):
    """`case_asked` when a row is double-clicked: the scan, its mask or None, and the UID of its series or None.

    It goes on when it is closed; the menu shows it again.
    """

    case_asked = Signal(object, object, object)

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._job: Job | None = None
        self._signals: BatchSignals | None = None
        self._rows: dict[Case, QTreeWidgetItem] = {}
        self._masks: dict[Case, Path] = {}
        self._begun, self._fresh = 0.0, 0
        self._out = Path()
        self.setWindowTitle("Segment a folder - flare-gui")
        self.setWindowFlag(Qt.WindowType.WindowMinMaxButtonsHint)
        fit(self, 1080, 560)
        self.folder, self.out = QLineEdit(), QLineEdit()
        self.jobs, self.overwrite = QSpinBox(), QCheckBox("Replace results of other settings")
        self.jobs.setRange(1, 64)
        self.jobs.setValue(usual_jobs())
        self.jobs.setToolTip("While one case is at the network, others are read and written. Each takes memory.")
        self.table = self._table()
        self.bar, self.words = QProgressBar(), QLabel("Choose a folder of scans, and one for the results.")
        self.bar.setTextVisible(False)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setWordWrap(True)
        self.start, self.stop_ = QPushButton("Segment"), QPushButton("Cancel")
        self.sheet = QPushButton("Open contact sheet")
        self.start.setDefault(True)
        self.start.clicked.connect(self.begin)
        self.stop_.clicked.connect(self.cancel)
        self.sheet.clicked.connect(self.open_sheet)
        for field in (self.folder, self.out):
            field.textChanged.connect(self._refresh)
        layout = QVBoxLayout(self)
        layout.addLayout(self._choices())
        layout.addWidget(self.table)
        layout.addWidget(self.bar)
        layout.addLayout(self._bottom())
        self._refresh()

    @property
    def running(self) -> bool:
        """Whether a batch runs."""
        return self._job is not None

    def begin(self) -> None:
        """Segment what was chosen."""
        if self.running or not self.start.isEnabled():
            return
        self._out = Path(self.out.text())
        request = BatchRequest(
            Path(self.folder.text()), self._out, self._settings.weights, self.jobs.value(), self.overwrite.isChecked()
        )
        self.table.clear()
        self._rows, self._masks, self._fresh, self._begun = {}, {}, 0, time.monotonic()
        self.words.setText("Looking for scans…")
        self.bar.setRange(0, 0)
        self._signals = signals = BatchSignals()
        signals.found.connect(self._show_cases)
        signals.moved.connect(self._show_progress)
        signals.done.connect(self._show_result)
        signals.refused.connect(self._show_failure)
        self._job = job = Job(partial(segment_folder, request, signals))
        job.done.connect(lambda _: self._ended("Done"))
        job.failed.connect(lambda sentence, details: self._ended(sentence))
        job.cancelled.connect(lambda: self._ended("Cancelled. What is done stays, and is kept next time"))
        job.start()
        self._refresh()

    def cancel(self) -> None:
        """Stop at the next step of each case."""
        if self._job is not None:
            self._job.cancel()
            self.words.setText("Stopping…")

    def stop(self, seconds: float) -> None:
        """Cancel and wait, before the program ends."""
        if self._job is not None:
            self._job.let_go()
            self._job.wait(seconds)
            self._job = None

    def open_sheet(self) -> None:
        """Show the contact sheet in the browser."""
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.contact_sheet)))

    @property
    def contact_sheet(self) -> Path:
        """Where it is, once a batch has ended."""
        return self._out.absolute() / CONTACT_SHEET

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        # A batch of hours is not to end because someone tidies up the screen.
        event.ignore()
        self.hide()

    # What is shown

    def _show_cases(self, cases: list[Case]) -> None:
        folder = Path(self.folder.text())
        for case in cases:
            row = QTreeWidgetItem([case.name, "waiting"])
            where = case.path.relative_to(folder) if case.path.is_relative_to(folder) else case.path
            row.setToolTip(0, str(where))
            for column in range(FIRST_ORGAN, REMARKS):
                row.setTextAlignment(column, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self._rows[case] = row
        self.table.addTopLevelItems([*self._rows.values()])
        self.table.resizeColumnToContents(0)
        self.bar.setRange(0, len(cases))
        self._count()

    def _show_progress(self, case: Case, stage: str, fraction: float) -> None:
        self._rows[case].setText(STATE, f"{STAGES.get(stage, stage)} {100 * fraction:.0f} %")

    def _show_result(self, case: Case, result: CaseResult) -> None:
        row, report = self._rows[case], result.report
        row.setText(STATE, "kept" if result.kept else "done")
        for column, organ in enumerate(ORGANS, FIRST_ORGAN):
            measured = report["organs"][organ.key]
            cut = " (cut)" if measured["touches_border"] else ""
            row.setText(column, f"{measured['volume_ml']:.0f}{cut}" if measured["voxels"] else "-")
        confidence = lowest_confidence(report)
        row.setText(CONFIDENCE, "" if confidence is None else f"{confidence:.2f}")
        said = remarks(report)
        row.setText(REMARKS, "; ".join(said))
        row.setToolTip(REMARKS, "\n".join(said))
        self._masks[case] = result.mask
        self._fresh += not result.kept
        self._count()

    def _show_failure(self, case: Case, failure: Failure) -> None:
        row = self._rows[case]
        row.setText(STATE, "failed")
        row.setText(REMARKS, failure.message.removeprefix(f"{case.path}: "))
        row.setToolTip(REMARKS, f"{failure.message}. {without_options(failure.hint)}\n{failure.details}".strip())
        font = row.font(STATE)
        font.setBold(True)
        row.setFont(STATE, font)
        self._count()

    def _count(self) -> None:
        assert self._signals is not None
        done, failed, total = len(self._signals.results), len(self._signals.failures), len(self._rows)
        self.bar.setValue(done + failed)
        left = ""
        if self._fresh >= CASES_FOR_A_GUESS and done + failed < total:
            seconds = (time.monotonic() - self._begun) / self._fresh * (total - done - failed)
            left = f", {duration(seconds)} left"
        self.words.setText(f"{done} of {total} done, {failed} failed{left}")

    def _ended(self, sentence: str) -> None:
        assert self._signals is not None
        self._job = None
        self.bar.setRange(0, max(1, self.bar.maximum()))
        counts = f"{len(self._signals.results)} of {len(self._rows)} done, {len(self._signals.failures)} failed"
        self.words.setText(f"{sentence.rstrip('.')}. {counts}." if self._rows else sentence)
        for row in self._rows.values():
            if row.text(STATE) not in ("done", "kept", "failed"):
                row.setText(STATE, "not done")
        self._refresh()

    def _refresh(self) -> None:
        chosen = bool(self.folder.text().strip()) and bool(self.out.text().strip())
        for widget in (self.folder, self.out, self.jobs, self.overwrite):
            widget.setEnabled(not self.running)
        self.start.setEnabled(chosen and not self.running)
        self.stop_.setEnabled(self.running)
        self.sheet.setEnabled(not self.running and bool(self._rows) and self.contact_sheet.exists())

    def _open(self, row: QTreeWidgetItem) -> None:
        case = next(case for case, other in self._rows.items() if other is row)
        self.case_asked.emit(case.path, self._masks.get(case), case.series)

    # What it is made of

    def _table(self) -> QTreeWidget:
        table = QTreeWidget()
        table.setAccessibleName("Cases")
        table.setHeaderLabels(list(COLUMNS))
        table.setRootIsDecorated(False)
        table.setUniformRowHeights(True)
        table.setAlternatingRowColors(True)
        for column in range(STATE, REMARKS):
            table.header().setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        table.itemDoubleClicked.connect(lambda row, _column: self._open(row))
        return table

    def _choices(self) -> QGridLayout:
        grid = QGridLayout()
        for i, (words, field, title) in enumerate(
            (("Scans", self.folder, "Folder of scans"), ("Results", self.out, "Folder for the results"))
        ):
            browse = QPushButton("Choose…")
            browse.setAutoDefault(False)
            browse.clicked.connect(partial(self._browse, field, title))
            field.setAccessibleName(title)
            label = QLabel(words)
            label.setBuddy(field)
            grid.addWidget(label, i, 0)
            grid.addWidget(field, i, 1)
            grid.addWidget(browse, i, 2)
        more = QHBoxLayout()
        at_once = QLabel("Cases at once")
        at_once.setBuddy(self.jobs)
        more.addWidget(at_once)
        more.addWidget(self.jobs)
        more.addSpacing(16)
        more.addWidget(self.overwrite)
        more.addStretch()
        grid.addLayout(more, 2, 1)
        return grid

    def _bottom(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addWidget(self.words, 1)
        for button in (self.sheet, self.stop_, self.start):
            row.addWidget(button)
        return row

    def _browse(self, field: QLineEdit, title: str) -> None:
        name = QFileDialog.getExistingDirectory(self, title, field.text())
        if not name:
            return
        field.setText(name)
        if field is self.folder and not self.out.text():
            self.out.setText(f"{name.rstrip('/')}-segmented")
