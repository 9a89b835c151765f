"""What follows a decision or a correction, in a thread: the agreement, the picture, the tables of the batch."""

from collections import deque
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from flare_gui.app.jobs.job import Job
from flare_gui.progress import Cancel, Progress, ignore
from flare_gui.volume import Segmentation, Volume

if TYPE_CHECKING:
    from flare_gui.batch.case_files import CaseFiles


class Following(QObject):
    """One thing after another. `settled` carries the `CaseFiles` whose correction is measured, `failed` a sentence.

    Tables that are to be written anew several times are written once.
    """

    settled = Signal(object)
    failed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._corrections: deque[tuple[CaseFiles, Callable[..., None]]] = deque()
        self._folders: dict[Path, None] = {}
        self._job: Job | None = None

    @property
    def busy(self) -> bool:
        """Whether something is still to be written."""
        return self._job is not None

    def correction(self, files: "CaseFiles", volume: Volume, segmentation: Segmentation) -> None:
        """A case's mask was saved: `segmentation` is what it holds, a copy that nobody draws on."""
        self._corrections.append((files, partial(_settle, files, volume, segmentation)))
        self.decision(files.folder)

    def decision(self, folder: Path) -> None:
        """Something was said of a case in `folder`."""
        self._folders[folder] = None
        self._next()

    def stop(self, seconds: float) -> None:
        """Write what is to be written now, in this thread if need be: the program ends."""
        if self._job is not None:
            self._job.let_go()
            self._job.wait(seconds)
            self._job = None
        for _, settle in self._corrections:
            settle(progress=ignore, cancel=Cancel())
        for folder in self._folders:
            _follow(folder, progress=ignore, cancel=Cancel())
        self._corrections.clear()
        self._folders.clear()

    def _next(self) -> None:
        if self._job is not None:
            return
        if self._corrections:
            files, work = self._corrections.popleft()
            self._run(work, lambda _: self.settled.emit(files))
        elif self._folders:
            self._run(partial(_follow, self._folders.popitem()[0]), lambda _: None)

    def _run(self, work: Callable[..., None], then: Callable[[object], None]) -> None:
        self._job = job = Job(work)
        job.done.connect(lambda result: self._ended(partial(then, result)))
        job.failed.connect(lambda sentence, _: self._ended(partial(self.failed.emit, sentence)))
        job.start()

    def _ended(self, then: Callable[[], None]) -> None:
        self._job = None
        then()
        self._next()


def _settle(
    files: "CaseFiles", volume: Volume, segmentation: Segmentation, *, progress: Progress, cancel: Cancel
) -> None:
    from flare_gui.batch import corrections
    from flare_gui.batch.summary import VOLUMES

    corrections.with_agreement(files)
    if (files.folder / VOLUMES).exists():
        corrections.draw_picture(files, volume, segmentation)


def _follow(folder: Path, *, progress: Progress, cancel: Cancel) -> None:
    from flare_gui.batch.summary import VOLUMES
    from flare_gui.cohort.write import follow

    # A single case has no tables.
    if (folder / VOLUMES).exists():
        follow(folder)
