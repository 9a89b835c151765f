"""What is needed next is loaded in a thread while the user looks at the window."""

from collections.abc import Callable
from functools import partial

from flare_gui.app.jobs.job import Job
from flare_gui.app.jobs.warm_up import DRAWING, READING, warm_up
from flare_gui.app.surfaces.opengl import why_no_opengl

LONGEST_END_S = 30.0


class Warming:
    """Begins after the first paint. See `jobs/warm_up.py`."""

    def __init__(self) -> None:
        self._job: Job | None = None

    def begin(self, then: Callable[[], None]) -> None:
        """Load it, then call `then`. What could not be loaded fails again, and is shown, where it is used."""
        self._job = job = Job(partial(warm_up, READING if why_no_opengl() else READING + DRAWING))
        for ended in (job.done, job.failed):
            ended.connect(lambda *_: self._ended(then))
        job.start()

    def stop(self) -> None:
        """Returns when nothing is being loaded: Python must not end meanwhile."""
        if self._job is not None:
            self._job.let_go()
            self._job.wait(LONGEST_END_S)
            self._job = None

    def _ended(self, then: Callable[[], None]) -> None:
        self._job = None
        then()
