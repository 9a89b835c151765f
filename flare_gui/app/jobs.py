"""Long work beside the window: any plain function with `progress` and `cancel` becomes four signals."""

import threading
import traceback
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal

from flare_gui.errors import Cancelled, FlareError
from flare_gui.model.memory import free_memory
from flare_gui.progress import Cancel


class Job(QObject):
    """Runs `work(progress=..., cancel=...)` in a thread; exactly one of `done`, `failed`, `cancelled` follows.

    `failed` carries a sentence for the user and details for a bug report, empty when there is no bug.
    """

    progressed = Signal(str, float)
    done = Signal(object)
    failed = Signal(str, str)
    cancelled = Signal()

    def __init__(self, work: Callable[..., Any]) -> None:
        super().__init__()
        self._work = work
        self._cancel = Cancel()
        # A daemon: a network that runs must not keep a closed window's process alive.
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Begin. Once."""
        self._thread.start()

    def cancel(self) -> None:
        """Ask to stop; `cancelled` follows at the work's next step."""
        self._cancel.set()

    def wait(self, seconds: float) -> bool:
        """Whether the thread has ended within `seconds`."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            result = self._work(progress=self.progressed.emit, cancel=self._cancel)
        except Cancelled:
            self.cancelled.emit()
        except FlareError as error:
            self.failed.emit(str(error), "")
        except MemoryError:
            sentence = f"This needs more memory than {free_memory()}. Close other programs or crop the scan."
            self.failed.emit(sentence, "")
        except Exception as error:  # noqa: BLE001 - the last line of defence: a bug is shown, never swallowed
            self.failed.emit(f"This is a fault in flare-gui: {error}.", traceback.format_exc())
        else:
            self.done.emit(result)
