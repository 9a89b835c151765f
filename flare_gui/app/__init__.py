"""The desktop program. Importing this package loads no Qt: `main` does."""

from collections.abc import Sequence
from pathlib import Path


def main(paths: Sequence[Path] = ()) -> int:
    """Open the window, on the scans at `paths` if there are any, and return the exit code when it closes."""
    from flare_gui.app.program import run

    return run(list(paths))
