"""Teach the network: what it would learn from, how far it is, what came of it, and whether to use that."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from flare_gui.app.batch.training import Training, unfinished
from flare_gui.app.words import number, tr
from flare_gui.batch.review import CORRECTED
from flare_gui.cohort.cases import CohortCase
from flare_gui.cohort.learning import LEAST_CASES, Lesson, teachers
from flare_gui.organs import ORGANS

WHAT = tr(
    "The network in use goes on learning from the cases that you accepted or corrected. A third of them is held out, "
    "to measure it on what it did not see; half of what it sees are synthetic patients, so that it forgets nothing. It "
    "takes minutes to an hour on a CPU, beside other work. Everything stays on this computer."
)


class TeachDialog(QDialog):
    """`weights_asked` carries the path of weights to use from now on, None for the program's own."""

    weights_asked = Signal(object)

    def __init__(self, training: Training, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Teach the network"))
        self._training = training
        self._cohort, self._cases = Path(), 0
        self._in_use: Path | None = None
        self._before: Path | None = None
        self._offered: Path | None = None
        self.what, self.count, self.stage, self.verdict = QLabel(WHAT), QLabel(), QLabel(), QLabel()
        for label in (self.what, self.count, self.stage, self.verdict):
            label.setWordWrap(True)
        self.bar = QProgressBar()
        self.bar.hide()
        self.table = QGridLayout()
        self.start, self.pause = QPushButton(tr("&Start")), QPushButton(tr("&Pause"))
        self.use, self.back = QPushButton(tr("&Use the new weights")), QPushButton(tr("Go &back"))
        self.use.hide()
        self.back.hide()
        self.back.setToolTip(tr("Segment with the weights from before again"))
        buttons = QHBoxLayout()
        for button in (self.start, self.pause):
            buttons.addWidget(button)
        buttons.addStretch()
        for button in (self.back, self.use):
            buttons.addWidget(button)
        layout = QVBoxLayout(self)
        for widget in (self.what, self.count, self.bar, self.stage, self.verdict):
            layout.addWidget(widget)
        layout.addLayout(self.table)
        layout.addLayout(buttons)
        self.setMinimumWidth(540)
        self.start.clicked.connect(self._begin)
        self.pause.clicked.connect(training.pause)
        self.use.clicked.connect(self._use)
        self.back.clicked.connect(self._go_back)
        training.moved.connect(self._show_progress)
        training.done.connect(self._show_lesson)
        training.failed.connect(self._show_failure)
        training.changed.connect(self._refresh)

    def ask(self, cohort: Path, cases: Sequence[CohortCase], weights: Path | None) -> None:
        """Show what a cohort has to teach, and open."""
        there = teachers(cases)
        corrected = sum(case.status == CORRECTED for case in there)
        self._cohort, self._cases, self._in_use = cohort, len(there), weights
        words = tr("{count} cases to learn from: {corrected} corrected, {accepted} accepted.").format(
            count=len(there), corrected=corrected, accepted=len(there) - corrected
        )
        if len(there) < LEAST_CASES:
            words += tr(" It takes {count}: accept or correct more in a review.").format(count=LEAST_CASES)
        self.count.setText(words)
        self._refresh()
        self.show()
        self.raise_()

    def _begin(self) -> None:
        self._clear()
        self._training.begin(self._cohort, self._in_use)

    def _use(self) -> None:
        self._before = self._in_use
        self._in_use = self._offered
        self.weights_asked.emit(self._offered)
        self.verdict.setText(tr("The new weights are in use: segment again, or correct the next case with them."))
        self.use.hide()
        self.back.show()

    def _go_back(self) -> None:
        self._in_use = self._before
        self.weights_asked.emit(self._before)
        self.verdict.setText(tr("The weights from before are in use."))
        self.back.hide()
        self.use.setVisible(self._offered is not None)

    def _show_progress(self, fraction: float, words: str) -> None:
        self.bar.show()
        if fraction >= 0:
            self.bar.setValue(round(100 * fraction))
        self.stage.setText(f"{words[:1].upper()}{words[1:]}")

    def _show_lesson(self, lesson: Lesson, run: Path) -> None:
        self._clear()
        headings = (tr("Dice with your masks"), tr("before"), tr("after"))
        rows = [
            (tr(organ.name), number(lesson.before[organ.key], 3), number(lesson.after.get(organ.key, 0.0), 3))
            for organ in ORGANS
            if organ.key in lesson.before
        ]
        rows.append((tr("Synthetic patients"), number(lesson.check_before, 3), number(lesson.check_after, 3)))
        for row, texts in enumerate((headings, *rows)):
            for column, text in enumerate(texts):
                self.table.addWidget(QLabel(text), row, column)
        learned, held = len(lesson.learned_from), len(lesson.held_out)
        offer = tr("worth using") if lesson.is_better else tr("not worth using")
        self.stage.setText(
            tr("Learned from {learned} cases, measured on {held} others, in {minutes} minutes.").format(
                learned=learned, held=held, minutes=number(lesson.minutes)
            )
        )
        self.verdict.setText(tr("The new weights are {offer}: {reason}.").format(offer=offer, reason=lesson.reason))
        self._offered = run / lesson.weights if lesson.is_better else None
        self.use.setVisible(lesson.is_better)
        # Labels that are new are shown by the next event, and take no room before.
        QTimer.singleShot(0, self, self._make_room)

    def _make_room(self) -> None:
        layout = self.layout()
        assert layout is not None
        layout.activate()
        self.resize(self.width(), max(self.height(), layout.totalHeightForWidth(self.width())))

    def _show_failure(self, sentence: str) -> None:
        self.bar.hide()
        self.stage.setText(sentence)

    def _refresh(self) -> None:
        running = self._training.running
        stopped = not running and unfinished(self._cohort) is not None
        self.start.setText(tr("&Go on") if stopped else tr("&Start"))
        self.start.setEnabled(not running and self._cases >= LEAST_CASES)
        self.pause.setEnabled(running)

    def _clear(self) -> None:
        self.bar.hide()
        self.use.hide()
        self.stage.clear()
        self.verdict.clear()
        while (item := self.table.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
