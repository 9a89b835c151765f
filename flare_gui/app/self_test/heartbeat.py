"""How long the window stood still, and what it did meanwhile."""

import sys
import threading
import time
import traceback
from pathlib import Path

from PySide6.QtCore import QObject, QTimer

TICK_MS = 5
# Without a tick for so long, somebody looks at what keeps the event loop.
LOOK_AFTER_MS, LOOK_EVERY_S = 30.0, 0.01
_OURS = str(Path(__file__).parents[2])


class Heartbeat(QObject):
    """Ticks in the event loop; `longest_ms` is the longest time without a tick since `restart`, `cause` what it was.

    `worked_ms` is the longest time that the loop itself worked between two ticks: on a computer that is busy otherwise,
    this is the program's part.
    """

    def __init__(self) -> None:
        super().__init__()
        self._timer = QTimer(self, interval=TICK_MS)
        self._timer.timeout.connect(self._tick)
        self.longest_ms, self.worked_ms, self.cause = 0.0, 0.0, ""
        self._last = self._last_work = 0.0
        self._seen = ""
        self._main = threading.get_ident()
        self._done = threading.Event()
        self._watch: threading.Thread | None = None

    def restart(self) -> None:
        """Begin to count."""
        self.longest_ms, self.worked_ms, self.cause, self._seen = 0.0, 0.0, "", ""
        self._last, self._last_work = time.perf_counter(), time.thread_time()
        self._done.clear()
        self._watch = threading.Thread(target=self._look, daemon=True)
        self._watch.start()
        self._timer.start()

    def stop(self) -> float:
        """The longest stall in ms."""
        self._tick()
        self._timer.stop()
        self._done.set()
        if self._watch is not None:
            self._watch.join()
            self._watch = None
        return self.longest_ms

    def _tick(self) -> None:
        now, work = time.perf_counter(), time.thread_time()
        self.worked_ms = max(self.worked_ms, (work - self._last_work) * 1000)
        stall = (now - self._last) * 1000 - TICK_MS
        if stall > self.longest_ms:
            self.longest_ms, self.cause = stall, self._seen
        self._last, self._last_work, self._seen = now, work, ""

    def _look(self) -> None:
        """In a thread: once the loop is late, remember where it is."""
        while not self._done.wait(LOOK_EVERY_S):
            frame = sys._current_frames().get(self._main)
            if frame is not None and not self._seen and (time.perf_counter() - self._last) * 1000 > LOOK_AFTER_MS:
                self._seen = _named(traceback.extract_stack(frame))


def _named(stack: traceback.StackSummary) -> str:
    """The innermost function of ours, and what it called, such as "meshes.py:82 update > threading.py:994 start"."""
    ours = [i for i, frame in enumerate(stack) if frame.filename.startswith(_OURS)]
    inner = stack[ours[-1] :] if ours else stack[-1:]
    return " > ".join(f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in inner[:3])
