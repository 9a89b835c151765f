"""The home of a cohort: segment a folder of scans, look at all cases, review them, write their numbers."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, QTimer, QUrl, Signal
from PySide6.QtGui import QCloseEvent, QDesktopServices
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from flare_gui.app.batch.choices import Choices
from flare_gui.app.batch.desk import CohortDesk
from flare_gui.app.batch.model import CaseFilter, CaseModel
from flare_gui.app.batch.run import Run
from flare_gui.app.batch.table import CaseTable, FilterBar
from flare_gui.app.batch.teach import TeachDialog
from flare_gui.app.batch.training import Training
from flare_gui.app.batch.work import BatchRequest, write_numbers
from flare_gui.app.dialogs.screen import beside
from flare_gui.app.jobs.following import Following
from flare_gui.app.jobs.job import Job
from flare_gui.app.settings import Settings
from flare_gui.app.words import tr
from flare_gui.batch import review
from flare_gui.batch.review import Decision
from flare_gui.batch.summary import CONTACT_SHEET
from flare_gui.cohort.cases import CohortCase
from flare_gui.cohort.write import PAGE, Written
from flare_gui.io import Case

CHOICES = "cohort"
NOTHING_YET = tr("Choose a folder of scans, and one for the results.")
# After the last letter that is typed into the folder of results, before it is read.
_TYPING_MS = 400


class BatchWindow(QWidget):
    """`review_asked` carries the names of cases in the order of the table, and the number of the one to begin with.

    `case_asked` carries a scan that could not be segmented, None, and the UID of its series or None, `weights_asked`
    the path of weights to use or None. A run goes on when the window is closed; the menu shows it again.
    """

    review_asked = Signal(list, int)
    case_asked = Signal(object, object, object)
    weights_asked = Signal(object)

    def __init__(self, settings: Settings, following: Following) -> None:
        super().__init__()
        self._settings = settings
        self._numbers: Job | None = None
        self.setWindowTitle(tr("Cohort - flare-gui"))
        self.desk = CohortDesk(following, self)
        self.run = Run(self)
        self.training = Training(self)
        self.teaching = TeachDialog(self.training, self)
        self.choices = Choices()
        self.model = CaseModel(lambda name: self.desk.files(name).read_picture(), self)
        self.shown = CaseFilter(self.model, self)
        self.table, self.filter_bar = CaseTable(self.shown), FilterBar()
        self.bar, self.words = QProgressBar(), QLabel()
        self.bar.setTextVisible(False)
        self.bar.hide()
        self.words.setWordWrap(True)
        self.review, self.numbers = QPushButton(tr("&Review")), QPushButton(tr("&Numbers"))
        self.sheet, self.teach = QPushButton(tr("Contact &sheet")), QPushButton(tr("&Teach…"))
        self.open_folder = QPushButton(tr("Open folder"))
        self.open_folder.setToolTip(tr("Show the files that were written"))
        self.review.setToolTip(tr("Look at the cases in the order of the table, from the chosen one on (Enter)"))
        self.numbers.setToolTip(tr("Write the tables of the cohort and a page that prints, and show it"))
        self.cohort_actions = QHBoxLayout()
        self.teach.setToolTip(tr("The network learns from the cases that a person accepted or corrected"))
        for button in (self.review, self.numbers, self.sheet, self.teach, self.open_folder):
            self.cohort_actions.addWidget(button)
        self._typed = QTimer(self, singleShot=True, interval=_TYPING_MS)
        self._lay_out()
        self._connect()
        beside(self, 1140, 720)
        self._recall()

    # What the buttons do

    def begin(self, redo: Sequence[str] = ()) -> None:
        """Segment what was chosen, with the cases `redo` anew whatever a person said of them."""
        if self.run.running or not self.choices.complete:
            return
        choices = self.choices
        self._keep_choices()
        self._typed.stop()
        self.desk.move_to(choices.results)
        request = BatchRequest(
            choices.scans,
            choices.results,
            self._settings.weights,
            choices.jobs.value(),
            choices.overwrite.isChecked(),
            frozenset(redo),
        )
        self.model.show([])
        self.bar.hide()
        self._say(tr("Looking for scans…"))
        self.run.begin(request)
        self._refresh()

    def begin_review(self) -> None:
        """Review the cases that are shown, from the chosen one on."""
        cases = [case for case in self.shown.cases() if case.report is not None]
        if self.run.running or not cases:
            return
        chosen = self.table.chosen
        names = [case.name for case in cases]
        self.review_asked.emit(names, names.index(chosen.name) if chosen is not None and chosen.name in names else 0)

    def write_numbers(self) -> None:
        """Write tables and page of the cohort in a thread, and show the page."""
        if self._numbers is not None:
            return
        self._numbers = job = Job(partial(write_numbers, self.desk.folder))
        job.done.connect(self._show_numbers)
        job.failed.connect(lambda sentence, _: self._numbers_ended(sentence))
        job.start()
        self._say(tr("Writing the numbers…"))
        self._refresh()

    def open_sheet(self) -> None:
        """Show the contact sheet in the browser."""
        _browse(self.desk.folder / CONTACT_SHEET)

    def ask_to_teach(self) -> None:
        """Show what the network would learn from this cohort."""
        self.teaching.ask(self.desk.folder, self.desk.cases, self._settings.weights)

    # Coming and going

    @property
    def running(self) -> bool:
        """Whether a folder is being segmented."""
        return self.run.running

    def stop(self, seconds: float) -> None:
        """Cancel and wait, before the program ends."""
        self._typed.stop()
        self._keep_choices()
        self.run.stop(seconds)
        self.training.stop(seconds)
        self.desk.stop(seconds)
        if self._numbers is not None:
            self._numbers.let_go()
            self._numbers.wait(seconds)
            self._numbers = None

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and self.isActiveWindow() and not self.run.running:
            self.desk.look_again()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        # A batch of hours is not to end because someone tidies up the screen.
        event.ignore()
        self.hide()

    def _recall(self) -> None:
        """The folders of the last time, with what lies there."""
        kept = self._settings.choices(CHOICES)
        self.choices.recall(kept)
        self.desk.reviewer = self.choices.reviewer.text().strip() or self.desk.reviewer
        self.choices.reviewer.setText(self.desk.reviewer)
        self._say(NOTHING_YET)
        self._refresh()

    def _keep_choices(self) -> None:
        self._settings.keep_choices(CHOICES, self.choices.kept())

    def _open_results(self) -> None:
        """Show the cases in the folder of results, if there are some."""
        folder = self.choices.results
        if self.run.running:
            return
        if self.choices.has_results:
            self._keep_choices()
            self.desk.open(folder)
        elif folder != self.desk.folder:
            # The cases of another folder are not those of the one that is named.
            self.desk.move_to(folder)
            self._show_cohort()

    # What is shown

    def _show_cohort(self) -> None:
        self.model.show(self.desk.cases)
        self.table.settle()
        if self.words.text() == NOTHING_YET:
            self._say(tr("Enter reviews the cases, from the chosen one on."))
        self._count()
        self._refresh()

    def _show_found(self, cases: list[Case]) -> None:
        rows = [CohortCase(case.name, Decision(case.name), scan=case) for case in cases]
        self.model.show(rows, dict.fromkeys((case.name for case in cases), "waiting"))
        self.table.settle()

    def _show_done(self, case: CohortCase) -> None:
        self.model.update(case)

    def _show_change(self, name: str) -> None:
        self.model.update(self.desk[name])
        self._count()

    def _count(self) -> None:
        cases = self.desk.cases
        counts = [
            f"{sum(case.status == status for case in cases if case.report)} {tr(status)}" for status in review.STATUSES
        ]
        failed = sum(case.report is None for case in cases)
        counts += [tr("{failed} failed").format(failed=failed)] if failed else []
        self.filter_bar.counts.setText(tr("{cases} cases: {counts}").format(cases=len(cases), counts=", ".join(counts)))

    def _run_ended(self, sentence: str) -> None:
        # All done stays to be seen; a bar that stopped on its way would look as if it went on.
        self.bar.setVisible(0 < self.bar.value() == self.bar.maximum())
        self._say(sentence)
        self._refresh()
        if self.choices.has_results:
            # What is odd is known when all cases are there.
            self.desk.open(self.desk.folder)

    def _show_numbers(self, written: Written) -> None:
        self._numbers_ended(
            written.problems[0] if written.problems else tr("{page} and its tables are written.").format(page=PAGE)
        )
        _browse(self.desk.folder / PAGE)

    def _numbers_ended(self, sentence: str) -> None:
        self._numbers = None
        self._say(sentence)
        self._refresh()

    def _say(self, sentence: str) -> None:
        self.words.setText(sentence)

    def _refresh(self) -> None:
        running, there = self.run.running, bool(self.desk.cases)
        self.choices.lock(running)
        self.choices.start.setEnabled(self.choices.complete and not running)
        self.choices.stop.setEnabled(running)
        self.review.setEnabled(there and not running)
        self.numbers.setEnabled(there and not running and self._numbers is None)
        self.teach.setEnabled(there and not running)
        self.sheet.setEnabled(not running and (self.desk.folder / CONTACT_SHEET).exists())
        self.open_folder.setEnabled(there)

    def _activate(self, case: CohortCase) -> None:
        if case.report is not None:
            self.begin_review()
        elif case.scan is not None:
            self.case_asked.emit(case.scan.path, None, case.scan.series)

    # What it is made of

    def _lay_out(self) -> None:
        bottom = QHBoxLayout()
        bottom.addWidget(self.words, 1)
        bottom.addLayout(self.cohort_actions)
        layout = QVBoxLayout(self)
        layout.addWidget(self.choices)
        layout.addWidget(self.filter_bar)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.bar)
        layout.addLayout(bottom)

    def _connect(self) -> None:
        self.choices.start.clicked.connect(lambda: self.begin())
        self.choices.stop.clicked.connect(self.run.cancel)
        self.choices.changed.connect(self._refresh)
        self.choices.results_changed.connect(self._typed.start)
        self.choices.reviewer.textChanged.connect(lambda name: setattr(self.desk, "reviewer", name.strip()))
        self._typed.timeout.connect(self._open_results)
        self.filter_bar.chosen.connect(self.shown.choose)
        self.table.activated_case.connect(self._activate)
        self.table.redo_asked.connect(self.begin)
        self.review.clicked.connect(self.begin_review)
        self.numbers.clicked.connect(self.write_numbers)
        self.sheet.clicked.connect(self.open_sheet)
        self.open_folder.clicked.connect(lambda: _browse(self.desk.folder))
        self.teach.clicked.connect(self.ask_to_teach)
        self.teaching.weights_asked.connect(self.weights_asked)
        self.desk.opened.connect(self._show_cohort)
        self.desk.changed.connect(self._show_change)
        self.desk.failed.connect(self._say)
        self.run.found.connect(self._show_found)
        self.run.moved.connect(self.model.run)
        self.run.done.connect(self._show_done)
        self.run.told.connect(self._say)
        self.run.counted.connect(self._show_progress)
        self.run.ended.connect(self._run_ended)

    def _show_progress(self, done: int, total: int) -> None:
        self.bar.setRange(0, total)
        self.bar.setValue(done)
        self.bar.show()


def _browse(path: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.absolute())))
