"""Long work beside the window: any plain function with `progress` and `cancel` becomes four signals."""

import os
import sys
import threading
import traceback
from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar

from PySide6.QtCore import QObject, Signal

from flare_gui.app.words import tr
from flare_gui.errors import Cancelled, FlareError
from flare_gui.files import reason
from flare_gui.memory import free_memory
from flare_gui.next_steps import in_window
from flare_gui.progress import Cancel

# How far a courtesy's thread, and those that it starts for its arithmetic, stand behind all others of the program:
# where all cores are taken, a picture need not wait for its turn among them.
NICER = 10


def explained(error: Exception) -> tuple[str, str]:
    """A sentence for the user, and details for a bug report: empty when there is no bug."""
    if isinstance(error, FlareError):
        return in_window(str(error)), ""
    if isinstance(error, MemoryError):
        return tr("This needs more memory than {memory}. Close other programs or crop the scan.").format(
            memory=free_memory()
        ), ""
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{reason(error)}.", ""
    details = "".join(traceback.format_exception(error))
    return tr("This is a fault in flare-gui: {error}.").format(error=error), details


class Job(QObject):
    """Runs `work(progress=..., cancel=...)` in a thread; exactly one of `done`, `failed`, `cancelled` follows.

    `failed` carries a sentence for the user and details for a bug report, empty when there is no bug. All come in the
    thread that made the job. A job has no parent and frees itself after its last word: a window that is gone takes
    nothing from the thread that still speaks through it. A `courtesy` takes what time the others leave.
    """

    progressed = Signal(str, float)
    done = Signal(object)
    failed = Signal(str, str)
    cancelled = Signal()
    # From the thread to the job itself: what to emit, and whether it is the last.
    _said = Signal(object, bool)
    # Kept alive until their last word, whoever else has let go of them.
    _speaking: ClassVar[set["Job"]] = set()

    def __init__(self, work: Callable[..., Any], *, courtesy: bool = False) -> None:
        super().__init__()
        self._work, self._courtesy = work, courtesy
        self._cancel = Cancel()
        self._let_go = False
        self._said.connect(self._hear)
        # A daemon: a network that runs must not keep a closed window's process alive.
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Begin. Once."""
        self._speaking.add(self)
        self._thread.start()

    @property
    def running(self) -> bool:
        """Whether its thread has begun and not ended."""
        return self._thread.is_alive()

    def cancel(self) -> None:
        """Ask to stop; `cancelled` follows at the work's next step."""
        self._cancel.set()

    @classmethod
    def any_running(cls) -> bool:
        """Whether the thread of any job that has begun has not ended."""
        return any(job.running for job in cls._speaking)

    def let_go(self) -> None:
        """As `cancel`, and nobody hears from it again, not even what it has said already and Qt has not delivered."""
        self._let_go = True
        self.cancel()

    def wait(self, seconds: float) -> bool:
        """Whether the thread has ended within `seconds`."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        # Of this thread alone on Linux; elsewhere it would be the whole process.
        if self._courtesy and sys.platform == "linux":
            thread = threading.get_native_id()
            os.setpriority(os.PRIO_PROCESS, thread, os.getpriority(os.PRIO_PROCESS, thread) + NICER)
        last: Callable[[], None]
        try:
            result = self._work(progress=self._progress, cancel=self._cancel)
        except Cancelled:
            last = self.cancelled.emit
        except Exception as error:  # noqa: BLE001 - the last line of defence: a bug is shown, never swallowed
            last = partial(self.failed.emit, *explained(error))
        else:
            last = partial(self.done.emit, result)
        self._said.emit(last, True)

    def _progress(self, stage: str, fraction: float) -> None:
        self._said.emit(partial(self.progressed.emit, stage, fraction), False)

    def _hear(self, say: Callable[[], None], last: bool) -> None:
        # Nobody can let go between this question and its answer: it is their thread.
        if not self._let_go:
            say()
        if last:
            self._speaking.discard(self)
            self.deleteLater()
