"""One job at a time, and what the user sees of it: stage, fraction, time left, a button that cancels."""

import time
from collections.abc import Callable
from functools import partial
from typing import Any
from weakref import WeakSet

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QWidget

from flare_gui.app.jobs.job import Job

# Before this many seconds have passed, what is left cannot be told from what has been done.
SOONEST_GUESS_S = 2.0


class Runner(QObject):
    """Runs jobs. `busy_changed` when one starts or has ended, `failed` with a sentence and details."""

    busy_changed = Signal()
    failed = Signal(str, str)
    cancelled = Signal(str)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.job: Job | None = None
        self._leaving: WeakSet[Job] = WeakSet()
        self.title = ""
        self.bar = JobBar(self.cancel)

    @property
    def busy(self) -> bool:
        """Whether a job runs."""
        return self.job is not None

    @property
    def leaving(self) -> list[Job]:
        """Jobs that were let go of and have not reached their next step yet."""
        return [job for job in self._leaving if job.running]

    def run(
        self,
        title: str,
        work: Callable[..., Any],
        use: Callable[[Any], None],
        *,
        expected_s: float | None = None,
        whole: Callable[[str, float], float] | None = None,
    ) -> bool:
        """Start `work(progress=, cancel=)` and give its result to `use`; False when something runs already.

        `whole` turns a stage and its fraction into the fraction of the whole job; without it stages are the job.
        """
        if self.busy:
            return False
        self.title = title
        self.job = job = Job(work)
        job.progressed.connect(lambda stage, part: self.bar.show_progress(stage, part, whole))
        job.done.connect(lambda result: self._ended(partial(use, result)))
        job.failed.connect(lambda sentence, details: self._ended(partial(self.failed.emit, sentence, details)))
        job.cancelled.connect(lambda: self._ended(partial(self.cancelled.emit, title)))
        self.bar.begin(title, expected_s)
        self.busy_changed.emit()
        job.start()
        return True

    def cancel(self) -> None:
        """Let go of the job at once. It stops at its next step; nobody hears from it again."""
        if self.job is not None:
            self.drop()
            self.cancelled.emit(self.title)

    def drop(self) -> None:
        """As `cancel`, without a word to the user."""
        if self.job is None:
            return
        self.job.let_go()
        self._leaving.add(self.job)
        self.job = None
        self.bar.hide()
        self.busy_changed.emit()

    def stop(self, seconds: float) -> None:
        """Cancel and wait, before the program ends."""
        self.drop()
        for job in self.leaving:
            job.wait(seconds)

    def _ended(self, then: Callable[[], None]) -> None:
        self.job = None
        self.bar.hide()
        self.busy_changed.emit()
        then()


class JobBar(QWidget):
    """The job in the status bar."""

    def __init__(self, cancel: Callable[[], None]) -> None:
        super().__init__()
        self._title, self._expected, self._begun = "", 0.0, 0.0
        self._stage, self._left = QLabel(), QLabel()
        self._bar = QProgressBar()
        self._bar.setRange(0, 1000)
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(220)
        self._bar.setAccessibleName("Progress")
        self.cancel_button = QPushButton("Cancel")
        self.cancel_button.setToolTip("Stop and leave everything as it was (Esc)")
        self.cancel_button.clicked.connect(cancel)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for widget in (self._stage, self._bar, self._left, self.cancel_button):
            layout.addWidget(widget)
        self.hide()

    def begin(self, title: str, expected_s: float | None) -> None:
        """Show a new job that will take about `expected_s`."""
        self._title, self._expected, self._begun = title, expected_s or 0.0, time.monotonic()
        self._stage.setText(title)
        self._bar.setValue(0)
        self._left.setText(f"about {duration(expected_s)}" if expected_s else "")
        self.cancel_button.setEnabled(True)
        self.show()

    def show_progress(self, stage: str, part: float, whole: Callable[[str, float], float] | None) -> None:
        """Move the bar, name the stage, guess what is left from the pace so far."""
        fraction = whole(stage, part) if whole else part
        self._stage.setText(f"{self._title}: {stage}")
        self._bar.setValue(round(1000 * fraction))
        gone = time.monotonic() - self._begun
        if gone >= SOONEST_GUESS_S and fraction > 0.05:
            self._left.setText(f"{duration(gone * (1 - fraction) / fraction)} left")


def duration(seconds: float) -> str:
    """Such as "8 s", "2 min 10 s" or "1 h 5 min"."""
    whole = max(1, round(seconds))
    minutes, rest = divmod(whole, 60)
    if minutes >= 60:
        return f"{minutes // 60} h {minutes % 60} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
