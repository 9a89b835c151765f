"""A run over a folder of scans beside the window: what becomes of each case, and how long the others take."""

import time
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from flare_gui.app.batch.work import BatchRequest, BatchSignals, segment_folder
from flare_gui.app.jobs.job import Job
from flare_gui.app.jobs.runner import duration
from flare_gui.app.words import tr
from flare_gui.batch import review
from flare_gui.batch.odd import remarks
from flare_gui.batch.review import Decision
from flare_gui.batch.run_case import CaseResult
from flare_gui.batch.worker import Failure
from flare_gui.cohort.cases import CohortCase
from flare_gui.io import Case

STAGES = {
    "headers": tr("reading"),
    "slices": tr("reading"),
    "unpacking": tr("reading"),
    "prepare": tr("preparing"),
    "network": tr("network"),
    "finish": tr("finishing"),
    "write": tr("writing"),
}

# Before this many cases are done, how long the others take is a guess in the dark.
CASES_FOR_A_GUESS = 2


class Run(QObject):
    """`found` carries the cases, `moved` a name and words, `done` a `CohortCase`, `counted` done and total.

    `told` carries a sentence on the way, `ended` the last one.
    """

    found = Signal(list)
    moved = Signal(str, str)
    done = Signal(object)
    counted = Signal(int, int)
    told = Signal(str)
    ended = Signal(str)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._job: Job | None = None
        self._signals = BatchSignals()
        self._cases: list[Case] = []
        self._said: dict[str, Decision] = {}
        self._begun, self._fresh = 0.0, 0

    @property
    def running(self) -> bool:
        """Whether a batch runs."""
        return self._job is not None

    def begin(self, request: BatchRequest) -> None:
        """Segment a folder in a thread."""
        self._cases, self._fresh, self._begun = [], 0, time.monotonic()
        self._signals = signals = BatchSignals()
        signals.found.connect(partial(self._show_found, request.out))
        signals.moved.connect(self._show_progress)
        signals.done.connect(self._show_result)
        signals.refused.connect(self._show_failure)
        self._job = job = Job(partial(segment_folder, request, signals))
        job.done.connect(lambda _: self._end(tr("Done")))
        job.failed.connect(lambda sentence, _: self._end(sentence))
        job.cancelled.connect(lambda: self._end(tr("Cancelled. What is done stays, and is kept next time")))
        job.start()

    def cancel(self) -> None:
        """Stop at the next step of each case."""
        if self._job is not None:
            self._job.cancel()
            self.told.emit(tr("Stopping…"))

    def stop(self, seconds: float) -> None:
        """Cancel and wait, before the program ends."""
        if self._job is not None:
            self._job.let_go()
            self._job.wait(seconds)
            self._job = None

    def _show_found(self, out: Path, cases: list[Case]) -> None:
        self._cases, self._said = cases, review.read(out)
        self.found.emit(cases)
        self._count()

    def _show_progress(self, case: Case, stage: str, fraction: float) -> None:
        self.moved.emit(case.name, f"{STAGES.get(stage, stage)} {100 * fraction:.0f} %")

    def _show_result(self, case: Case, result: CaseResult) -> None:
        said = self._said.get(case.name, Decision(case.name))
        if not result.kept:
            self._fresh += 1
            said = Decision(case.name, note=said.note)
        self.done.emit(CohortCase(case.name, said, result.report, tuple(remarks(result.report)), result.case or case))
        self._count()

    def _show_failure(self, case: Case, failure: Failure) -> None:
        sentence = failure.message.removeprefix(f"{case.path}: ")
        said = self._said.get(case.name, Decision(case.name))
        self.done.emit(CohortCase(case.name, said, scan=case, failure=sentence))
        self._count()

    def _count(self) -> None:
        done, failed, total = len(self._signals.results), len(self._signals.failures), len(self._cases)
        left = ""
        if self._fresh >= CASES_FOR_A_GUESS and done + failed < total:
            seconds = (time.monotonic() - self._begun) / self._fresh * (total - done - failed)
            left = tr(", {time} left").format(time=duration(seconds))
        self.counted.emit(done + failed, total)
        self.told.emit(
            tr("{done} of {total} done, {failed} failed{left}").format(done=done, total=total, failed=failed, left=left)
        )

    def _end(self, sentence: str) -> None:
        self._job = None
        results, failures = self._signals.results, self._signals.failures
        if not self._cases:
            self.ended.emit(sentence)
            return
        kept = sum(result.decided for result in results)
        words = tr("{results} of {cases} done, {failures} failed").format(
            results=len(results), cases=len(self._cases), failures=len(failures)
        )
        words += tr(", {kept} kept as a person left them").format(kept=kept) if kept else ""
        self.ended.emit(f"{sentence.rstrip('.')}. {words}.")
