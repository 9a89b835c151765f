"""The desktop program. Importing this package loads no Qt: `main` does."""

from collections.abc import Sequence
from pathlib import Path


def main(paths: Sequence[Path] = (), self_test: Path | None = None) -> int:
    """Open the window, on the scans at `paths` if there are any, and return the exit code when it closes.

    With `self_test` the window tests itself into that folder and closes: 0 when all passed, 1 otherwise.
    """
    from flare_gui.app.program import run

    return run(list(paths), self_test)
