"""Progress of one case after another: a bar on a terminal, plain lines in a log.

Both are used alike: `begin(title)` a case, call it as a `Progress`, `end()` it.
"""

import shutil
import sys
import time
from typing import TextIO

# Drawing more often than the eye can follow slows the work down on a slow terminal.
SECONDS_BETWEEN_DRAWINGS = 0.1

# A log that is read tomorrow needs to show that the work went on, not every tile.
LINES_A_STAGE = 4


class Bar:
    """One line at the bottom of the terminal, drawn over and over."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._title = ""
        self._stage = ""
        self._drawn = 0.0
        self._width = 0

    def begin(self, title: str) -> None:
        """What follows is the progress of `title`; several may take turns."""
        if title != self._title:
            self._title, self._stage = title, ""

    def __call__(self, stage: str, fraction: float) -> None:
        now = time.monotonic()
        if stage == self._stage and fraction < 1.0 and now - self._drawn < SECONDS_BETWEEN_DRAWINGS:
            return
        self._stage, self._drawn = stage, now
        columns = shutil.get_terminal_size().columns
        full = max(10, min(30, columns - 50))
        done = round(full * min(max(fraction, 0.0), 1.0))
        # One column less than there are: a full line makes some terminals begin a new one.
        line = f"[{'#' * done}{'.' * (full - done)}] {100 * fraction:3.0f} %  {stage}  {self._title}"[: columns - 1]
        self._stream.write(f"\r{line.ljust(self._width)}")
        self._stream.flush()
        self._width = len(line)

    def end(self) -> None:
        """Wipe the line, so that other text can follow."""
        if self._width:
            self._stream.write(f"\r{' ' * self._width}\r")
            self._stream.flush()
            self._width = 0


class Lines:
    """A line when a stage begins and at each quarter of it."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._title = ""
        self._last: dict[str, tuple[str, int]] = {}

    def begin(self, title: str) -> None:
        """What follows is the progress of `title`; several may take turns."""
        self._title = title

    def __call__(self, stage: str, fraction: float) -> None:
        now = (stage, int(LINES_A_STAGE * fraction))
        if now != self._last.get(self._title):
            self._last[self._title] = now
            print(f"{self._title}: {stage} {100 * now[1] // LINES_A_STAGE} %", file=self._stream, flush=True)

    def end(self) -> None:
        """Nothing to clear away."""


def warn(display: Bar | Lines, sentence: str) -> None:
    """A doubt on standard error, where no progress is drawn."""
    display.end()
    print(f"flare-gui: warning: {sentence}", file=sys.stderr, flush=True)


def progress_display() -> Bar | Lines:
    """A bar when someone watches standard error, else lines on standard output: there, errors stand alone."""
    return Bar(sys.stderr) if sys.stderr.isatty() else Lines(sys.stdout)
