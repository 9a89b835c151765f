"""A folder of scans beside the window: the same batch that the command line runs, told through signals."""

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from flare_gui import io
from flare_gui.batch.folder import check_folder
from flare_gui.batch.run_batch import run_batch
from flare_gui.batch.run_case import CaseResult, Options
from flare_gui.batch.summary import CONTACT_SHEET, FailedCase, check_no_other, write_summary
from flare_gui.batch.worker import Failure
from flare_gui.cohort.write import Written, write_cohort
from flare_gui.io import Case
from flare_gui.progress import Cancel, Progress


@dataclass(frozen=True)
class BatchRequest:
    """What the user chose: where scans are, where results go, how many at once, whether other results may be lost.

    `redo` are names of cases to segment anew whatever a person said of them.
    """

    folder: Path
    out: Path
    weights: Path | None
    jobs: int
    overwrite: bool
    redo: frozenset[str] = frozenset()


class BatchSignals(QObject):
    """The `Observer` of a batch in a thread; its signals arrive in the window's."""

    found = Signal(list)
    moved = Signal(object, str, float)
    done = Signal(object, object)
    refused = Signal(object, object)

    def __init__(self) -> None:
        super().__init__()
        self.results: list[CaseResult] = []
        self.failures: list[FailedCase] = []

    def progressed(self, case: Case, stage: str, fraction: float) -> None:
        """Pass it on."""
        self.moved.emit(case, stage, fraction)

    def succeeded(self, case: Case, result: CaseResult) -> None:
        """Keep it for the summary, and pass it on."""
        self.results.append(result)
        self.done.emit(case, result)

    def failed(self, case: Case, failure: Failure) -> None:
        """Keep it for the summary, and pass it on."""
        self.failures.append(FailedCase(case, failure))
        self.refused.emit(case, failure)


def segment_folder(request: BatchRequest, signals: BatchSignals, *, progress: Progress, cancel: Cancel) -> Path:
    """Segment every scan below a folder; returns the contact sheet. What is done is summed up after a cancel too.

    Raises `FlareError` when nothing can be done at all, `Cancelled`.
    """
    check_folder(request.out)
    check_no_other(request.out, overwrite=request.overwrite)
    progress("looking for scans", 0.0)
    cases = io.find_cases([request.folder], every_series=True)
    signals.found.emit(cases)
    options = Options(overwrite=request.overwrite, redo=request.redo)
    try:
        run_batch(cases, request.out, request.weights, options, signals, cancel, jobs=request.jobs)
    finally:
        if signals.results or signals.failures:
            write_summary(request.out, signals.results, signals.failures)
    return request.out / CONTACT_SHEET


def write_numbers(folder: Path, *, progress: Progress, cancel: Cancel) -> Written:
    """The tables and the page of a cohort. Raises `FlareError`, `Cancelled`."""
    return write_cohort(folder, progress=progress, cancel=cancel)
