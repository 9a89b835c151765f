"""How long work reports and stops. It knows neither Qt nor a terminal; the program and the command line render it."""

import threading
from collections.abc import Callable

from flare_gui.errors import Cancelled

Progress = Callable[[str, float], None]
"""`progress(stage, fraction)`: fraction from 0 to 1 of that stage."""


def ignore(stage: str, fraction: float) -> None:
    """The progress of those who do not watch."""


def part(progress: Progress, start: float, end: float) -> Progress:
    """For a step of some work: its fractions from 0 to 1 are those of the whole from `start` to `end`."""
    return lambda stage, fraction: progress(stage, start + (end - start) * fraction)


class Cancel:
    """A flag that one thread sets and another one looks at between two steps."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def set(self) -> None:
        """Ask the work to stop at its next check."""
        self._event.set()

    @property
    def is_set(self) -> bool:
        """Whether `set` was called."""
        return self._event.is_set()

    def check(self) -> None:
        """Raise `Cancelled` once `set` was called."""
        if self.is_set:
            raise Cancelled


class _Never(Cancel):
    def set(self) -> None:
        raise RuntimeError("`never` is shared by everyone who cannot cancel; make a Cancel() of your own")


never = _Never()
