"""Cases of a review are read before they are asked for."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Signal

from flare_gui.app.document.opening import CaseOpened
from flare_gui.app.jobs.job import Job

Read = Callable[..., CaseOpened]


class ReadAhead(QObject):
    """Reads what is wanted in a thread, one after another, and forgets what is not wanted any more.

    `arrived` carries the name of what can be taken now. What cannot be read arrives as a sentence.
    """

    arrived = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._wanted: dict[str, Read] = {}
        self._there: dict[str, CaseOpened | str] = {}
        self._job: Job | None = None
        self._name = ""

    def want(self, cases: Sequence[tuple[str, Read]]) -> None:
        """Read these, the first one first; each is a name and `read(progress=, cancel=)`."""
        self._wanted = dict(cases)
        self._there = {name: case for name, case in self._there.items() if name in self._wanted}
        if self._job is not None and self._name != next((name for name in self._wanted if name not in self._there), ""):
            self._let_go()
        self._next()

    def take(self, name: str) -> CaseOpened | str | None:
        """What was read, or why it could not be; None when it has not arrived. It is read again if wanted again."""
        self._wanted.pop(name, None)
        return self._there.pop(name, None)

    def has(self, name: str) -> bool:
        """Whether `take` would give it."""
        return name in self._there

    def stop(self, seconds: float) -> None:
        """Forget everything, and wait for what is being read."""
        self._wanted, self._there, job = {}, {}, self._job
        self._let_go()
        if job is not None:
            job.wait(seconds)

    def _let_go(self) -> None:
        if self._job is not None:
            self._job.let_go()
            self._job = None

    def _next(self) -> None:
        name = next((name for name in self._wanted if name not in self._there), None)
        if self._job is not None or name is None:
            return
        self._name = name
        self._job = job = Job(self._wanted[name])
        job.done.connect(partial(self._came, name))
        job.failed.connect(lambda sentence, _details: self._came(name, sentence))
        job.start()

    def _came(self, name: str, result: Any) -> None:
        self._job = None
        if name in self._wanted:
            self._there[name] = result
            self.arrived.emit(name)
        self._next()
