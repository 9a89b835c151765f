"""How long a program takes until its window is on the screen, seen from outside: the screen is no longer black.

.venv/bin/python -m tools.bundle.first_paint PROGRAM [PROGRAM...]

Needs Xvfb. The programs take turns, with a screen and empty settings of their own each time; the disk is warm after the
first round, which does not count. Prints the median of each in seconds, and how often it is that of the first program.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import ImageGrab

ROUNDS = 5
LONGEST_S = 120.0
LOOK_S = 0.02


@contextmanager
def screen() -> Iterator[str]:
    """A virtual screen that nobody else draws on; yields its name, such as ":101"."""
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1280x800x24", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=[writing], stderr=subprocess.DEVNULL)
    os.close(writing)
    try:
        with os.fdopen(reading) as told:
            yield f":{told.readline().strip()}"
    finally:
        server.terminate()
        server.wait()


def first_paint(program: str) -> float:
    """Seconds from the start of `program` until the screen shows something. Raises `TimeoutError`."""
    with screen() as display, tempfile.TemporaryDirectory() as home:
        while _is_black(display) is None:
            time.sleep(LOOK_S)
        environment = os.environ | {"DISPLAY": display, "HOME": home, "XDG_STATE_HOME": home, "XDG_CONFIG_HOME": home}
        environment.pop("QT_QPA_PLATFORM", None)
        start = time.perf_counter()
        process = subprocess.Popen([program], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            while _is_black(display) is not False:
                if time.perf_counter() - start > LONGEST_S or process.poll() is not None:
                    raise TimeoutError(f"{program} showed nothing")
                time.sleep(LOOK_S)
            return time.perf_counter() - start
        finally:
            process.kill()
            process.wait()


def _is_black(display: str) -> bool | None:
    """None as long as the screen is not there."""
    try:
        picture = ImageGrab.grab(xdisplay=display)
    except OSError:
        return None
    # The mouse's pointer is all that an empty screen shows.
    shown = picture.convert("L").point(lambda value: 255 if value else 0).histogram()[255]
    return shown < 2000


def main() -> int:
    programs = sys.argv[1:]
    if not programs:
        print(__doc__, file=sys.stderr)
        return 2
    rounds = [[first_paint(program) for program in programs] for _ in range(ROUNDS + 1)][1:]
    medians = [statistics.median(times) for times in zip(*rounds, strict=True)]
    for program, seconds in zip(programs, medians, strict=True):
        print(f"{program}: {seconds:.2f} s, {seconds / medians[0]:.2f} times")
    return 0


if __name__ == "__main__":
    sys.exit(main())
