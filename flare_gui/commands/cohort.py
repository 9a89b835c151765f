"""`flare-gui cohort`: the numbers of a folder of results."""

import sys
from pathlib import Path

from flare_gui.cohort.write import Matching, write_cohort
from flare_gui.console import progress_display
from flare_gui.progress import Cancel


def run(folder: Path, matching: Matching, cancel: Cancel, *, overwrite: bool) -> int:
    """Write tables and page into `folder`; returns the exit code, 3 when some cases could not be measured.

    Raises `FlareError` when there is nothing to write.
    """
    display = progress_display()
    display.begin(folder.name)
    try:
        written = write_cohort(folder, matching, overwrite=overwrite, progress=display, cancel=cancel)
    finally:
        display.end()
    for problem in written.problems:
        print(f"flare-gui: {problem}", file=sys.stderr)
    for path in written.files:
        print(path)
    return 3 if written.problems else 0
