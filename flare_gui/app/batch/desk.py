"""The cohort that is open: its cases, and what is said of them. The table and the review look at it."""

import getpass
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from flare_gui.app.jobs.following import Following
from flare_gui.app.jobs.job import Job
from flare_gui.app.words import tr
from flare_gui.batch import review
from flare_gui.batch.case_files import CaseFiles, is_changed, own_report
from flare_gui.batch.review import Decision
from flare_gui.cohort.cases import CohortCase, catch_up, read_cohort
from flare_gui.errors import FlareError
from flare_gui.next_steps import in_window
from flare_gui.progress import Cancel, Progress

# A decision is written before the next case is shown; a drive that does not answer must not freeze the window.
PATIENCE_S = 1.0


class CohortDesk(QObject):
    """`opened` when another folder, or the same anew, is there; `changed` carries the name of a case.

    `leaving` comes before a run, and before another folder takes its place: what goes on with its cases has to end.
    `failed` carries a sentence. Nothing is shown that the disk does not have.
    """

    opened = Signal()
    leaving = Signal()
    changed = Signal(str)
    failed = Signal(str)

    def __init__(self, following: Following, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.folder = Path()
        self.reviewer = user()
        self._cases: dict[str, CohortCase] = {}
        self._following = following
        self._job: Job | None = None
        following.settled.connect(self._settled)

    @property
    def cases(self) -> Sequence[CohortCase]:
        """All cases, in the order of their names."""
        return tuple(self._cases.values())

    def __getitem__(self, name: str) -> CohortCase:
        return self._cases[name]

    def files(self, name: str) -> CaseFiles:
        """Where the files of a case lie."""
        return CaseFiles(self.folder, name)

    @property
    def busy(self) -> bool:
        """Whether a folder is being read."""
        return self._job is not None

    def open(self, folder: Path) -> None:
        """Read a folder of results in a thread; masks that other programs have changed are measured after that."""
        self.stop(0)
        self._job = job = Job(partial(_read, folder))
        job.done.connect(partial(self._read, folder, caught_up=False))
        job.failed.connect(self._not_read)
        job.start()

    def move_to(self, folder: Path) -> None:
        """Results are going to be written into `folder`: masks that somebody looks at now may be others soon."""
        self.stop(0)
        self.leaving.emit()
        if folder != self.folder:
            self.folder, self._cases = folder, {}

    def look_again(self) -> None:
        """Show what others who review the same folder have said meanwhile."""
        if not self._cases or self.busy:
            return
        try:
            said = review.read(self.folder)
        except FlareError as error:
            self.failed.emit(str(error))
            return
        for name, case in list(self._cases.items()):
            if said.get(name, case.said) != case.said:
                self._cases[name] = replace(case, said=said[name])
                self.changed.emit(name)

    def decide(self, name: str, status: str, note: str = "") -> bool:
        """Write a decision of this reviewer; whether it is on the disk."""
        case = self._cases[name]
        said = Decision(name, status, note, self.reviewer, datetime.now(UTC))
        try:
            stands = review.decide(self.folder, said, case.said, patience_s=PATIENCE_S)
        except FlareError as error:
            as_it_was = tr("{name} is as it was.").format(name=name)
            self.failed.emit(f"{error.message}. {in_window(error.hint)} {as_it_was}")
            return False
        self._cases[name] = replace(case, said=stands)
        self.changed.emit(name)
        if (stands.status, stands.note) != (status, note):
            who = stands.reviewer or tr("somebody")
            self.failed.emit(
                tr("{name}: {who} has decided on it meanwhile ({status}); look again.").format(
                    name=name, who=who, status=tr(stands.status)
                )
            )
            return False
        self._following.decision(self.folder)
        return True

    def saved(self, files: CaseFiles) -> None:
        """A case's mask was saved: read its numbers."""
        case = self._cases.get(files.name)
        if case is not None and files.folder.absolute() == self.folder.absolute():
            report = own_report(files.report)
            changed = report is not None and is_changed(files, report)
            self._cases[files.name] = replace(case, report=report, changed=changed)
            self.changed.emit(files.name)

    def stop(self, seconds: float) -> None:
        """Let go of a folder that is being read."""
        if self._job is not None:
            self._job.let_go()
            self._job.wait(seconds)
            self._job = None

    def _settled(self, files: CaseFiles) -> None:
        self.saved(files)

    def _read(self, folder: Path, cases: list[CohortCase], *, caught_up: bool) -> None:
        self._job = None
        if folder != self.folder or not self._cases.keys() <= {case.name for case in cases}:
            self.leaving.emit()
        self.folder = folder
        self._cases = {case.name: case for case in cases}
        self.opened.emit()
        if not caught_up and any(_is_behind(case) for case in cases):
            self._job = job = Job(partial(_catch_up, folder, cases))
            job.done.connect(self._caught_up)
            job.failed.connect(self._not_read)
            job.start()

    def _caught_up(self, found: tuple[list[CohortCase], list[str]]) -> None:
        cases, problems = found
        self._read(self.folder, cases, caught_up=True)
        self._following.decision(self.folder)
        if problems:
            self.failed.emit(
                problems[0]
                if len(problems) == 1
                else tr("{count} masks: {problem}").format(count=len(problems), problem=problems[0])
            )

    def _not_read(self, sentence: str, _details: str) -> None:
        self._job = None
        self.failed.emit(sentence)


def user() -> str:
    """Who sits here, as the system knows them."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        # A computer without names of users.
        return "somebody"


def _is_behind(case: CohortCase) -> bool:
    network = None if case.report is None else case.report.get("network")
    return case.changed or bool(network and not network["agreement"] and network["file"])


def _read(folder: Path, *, progress: Progress, cancel: Cancel) -> list[CohortCase]:
    return read_cohort(folder)


def _catch_up(
    folder: Path, cases: list[CohortCase], *, progress: Progress, cancel: Cancel
) -> tuple[list[CohortCase], list[str]]:
    problems = catch_up(folder, cases, progress=progress, cancel=cancel)
    return read_cohort(folder), problems
