"""One job at a time, and what the user sees of it: stage, fraction, time left, a button that cancels."""

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from weakref import WeakSet

from PySide6.QtCore import QObject, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QHideEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QWidget

from flare_gui.app.jobs.job import Job
from flare_gui.app.words import tr

# Before this many seconds have passed, what is left cannot be told from what has been done.
SOONEST_GUESS_S = 2.0
# How often a cancelled job is asked whether it has come to its end.
GONE_MS = 50
# What was saved at once is said for so long; what a job has written, until the next one begins.
SAVED_MS = 15_000
# What was written is said in a line of at most so many pixels.
LONGEST_PIXELS = 360


class Runner(QObject):
    """Runs jobs. `busy_changed` when one starts or has ended, `failed` with a sentence and details."""

    busy_changed = Signal()
    failed = Signal(str, str)
    cancelled = Signal(str)
    # A courtesy gave way to something that the user wants: its title.
    gave_way = Signal(str)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.job: Job | None = None
        self._leaving: WeakSet[Job] = WeakSet()
        self.title = ""
        self._courtesy = self._stopped = False
        self._after_cancel: Callable[[], None] | None = None
        self._gone = QTimer(self, interval=GONE_MS)
        self.bar = JobBar(self.cancel)

    @property
    def busy(self) -> bool:
        """Whether a job runs."""
        return self.job is not None

    @property
    def blocked(self) -> bool:
        """Whether a job runs that nothing else may take the place of."""
        return self.busy and not self._courtesy

    def make_way(self) -> bool:
        """Let go of a job that is a courtesy; whether something can run now."""
        if self.busy and self._courtesy:
            self.drop()
            self.gave_way.emit(self.title)
        return not self.busy

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
        failed: Callable[[str, str], None] | None = None,
        after_cancel: Callable[[], None] | None = None,
        courtesy: bool = False,
    ) -> bool:
        """Start `work(progress=, cancel=)` and give its result to `use`; False when something runs, or after `stop`.

        `whole` turns a stage and its fraction into the fraction of the whole job; without it stages are the job.
        `failed` gets the sentence and details in place of the signal. `after_cancel` is called when a cancelled job has
        come to its end, for one that leaves something behind. A `courtesy` shows no bar, and gives way to any other job
        and to what else the program does.
        """
        if self.busy or self._stopped:
            return False
        self.title, self._courtesy, self._after_cancel = title, courtesy, after_cancel
        self.job = job = Job(work, courtesy=courtesy)
        if not courtesy:
            job.progressed.connect(lambda stage, part: self.bar.show_progress(stage, part, whole))
        job.done.connect(lambda result: self._ended(partial(use, result)))
        tell = failed or self.failed.emit
        job.failed.connect(lambda sentence, details: self._ended(partial(tell, sentence, details)))
        job.cancelled.connect(lambda: self._ended(partial(self.cancelled.emit, title)))
        if not courtesy:
            self.bar.begin(title, expected_s)
        self.busy_changed.emit()
        job.start()
        return True

    def show_written(self, sentence: str, folder: Path, *, after_job: bool) -> bool:
        """Say what was written, with a button for the folder. False while a job has the bar.

        `after_job` it is said at 100 %, until the next one begins; what was written at once is said for a while.
        """
        if not self.blocked:
            self.bar.show_written(sentence, folder, after_job)
        return not self.blocked

    def cancel(self) -> None:
        """Let go of the job at once. It stops at its next step; nobody hears from it again."""
        job, then = self.job, self._after_cancel
        if job is None:
            return
        self.drop()
        if then is None:
            self.cancelled.emit(self.title)
        else:
            self._when_gone(job, then)

    def drop(self) -> None:
        """As `cancel`, without a word to the user."""
        if self.job is None:
            return
        self.job.let_go()
        self._leaving.add(self.job)
        self._end()
        self.busy_changed.emit()

    def _end(self) -> None:
        self.job = None
        if not self._courtesy:
            self.bar.hide()

    def _when_gone(self, job: Job, then: Callable[[], None]) -> None:
        """Call `then` when the thread of a job that was let go of has ended."""

        def look() -> None:
            if not job.running:
                self._gone.stop()
                self._gone.timeout.disconnect(look)
                then()

        self._gone.timeout.connect(look)
        self._gone.start()

    def stop(self, seconds: float) -> None:
        """Cancel and wait, before the program ends. Nothing runs any more: what gave way would begin again."""
        self._stopped = True
        self.drop()
        self._gone.stop()
        for job in self.leaving:
            job.wait(seconds)

    def _ended(self, then: Callable[[], None]) -> None:
        self._end()
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
        self._bar.setAccessibleName(tr("Progress"))
        self.cancel_button = QPushButton(tr("Cancel"))
        self.cancel_button.setToolTip(tr("Stop and leave everything as it was (Esc)"))
        self.cancel_button.clicked.connect(cancel)
        self._folder = Path()
        self._enough = QTimer(self, singleShot=True, interval=SAVED_MS)
        self._enough.timeout.connect(self.hide)
        self.open_button = QPushButton(tr("Open folder"))
        self.open_button.setToolTip(tr("Show the files that were written"))
        self.open_button.clicked.connect(self._open)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for widget in (self._stage, self._bar, self._left, self.cancel_button, self.open_button):
            layout.addWidget(widget)
        self.hide()

    def begin(self, title: str, expected_s: float | None) -> None:
        """Show a new job that will take about `expected_s`."""
        self._title, self._expected, self._begun = title, expected_s or 0.0, time.monotonic()
        self._stage.setText(title)
        self._stage.setToolTip("")
        self._bar.setValue(0)
        self._bar.show()
        self._enough.stop()
        self._left.setText(tr("about {time}").format(time=duration(expected_s)) if expected_s else "")
        self.cancel_button.show()
        self.open_button.hide()
        self.show()

    def show_written(self, sentence: str, folder: Path, after_job: bool) -> None:
        """See `Runner.show_written`."""
        self._folder = folder
        # A long path must not make the window wide.
        self._stage.setText(self.fontMetrics().elidedText(sentence, Qt.TextElideMode.ElideMiddle, LONGEST_PIXELS))
        self._stage.setToolTip(sentence)
        self._bar.setValue(self._bar.maximum())
        self._bar.setVisible(after_job)
        self._left.setText("100 %" if after_job else "")
        if not after_job:
            self._enough.start()
        self.cancel_button.hide()
        self.open_button.show()
        self.show()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        self._enough.stop()
        super().hideEvent(event)

    def _open(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._folder)))

    def show_progress(self, stage: str, part: float, whole: Callable[[str, float], float] | None) -> None:
        """Move the bar, name the stage, guess what is left from the pace so far."""
        fraction = whole(stage, part) if whole else part
        self._stage.setText(f"{self._title}: {tr(stage)}")
        self._bar.setValue(round(1000 * fraction))
        gone = time.monotonic() - self._begun
        if gone >= SOONEST_GUESS_S and fraction > 0.05:
            self._left.setText(tr("{time} left").format(time=duration(gone * (1 - fraction) / fraction)))


def duration(seconds: float) -> str:
    """Such as "8 s", "2 min 10 s" or "1 h 5 min"."""
    whole = max(1, round(seconds))
    minutes, rest = divmod(whole, 60)
    if minutes >= 60:
        return tr("{hours} h {minutes} min").format(hours=minutes // 60, minutes=minutes % 60)
    return tr("{minutes} min {seconds} s").format(minutes=minutes, seconds=rest) if minutes else f"{rest} s"
