"""The folder that results go to: whether they can, and what a run that was killed has left there."""

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from flare_gui.errors import FlareError

# What `files.replacing` calls a file until it is whole.
_UNFINISHED = re.compile(r"\.[0-9a-f]{8}\..+\.(seg\.nii\.gz|json|csv|html)")


def check_folder(out: Path) -> None:
    """Raise `FlareError` unless `out` is a folder that can be written to, or can be made: hours before it is needed."""
    there = out
    while not there.exists() and there != there.parent:
        there = there.parent
    if not there.is_dir():
        raise FlareError(f"{there}: this is a file, so results cannot go into {out}", hint="Choose a folder with -o.")
    if not os.access(there, os.W_OK | os.X_OK):
        raise FlareError(f"{there}: this folder cannot be written to", hint="Choose another one with -o.")


@contextmanager
def in_use(out: Path) -> Iterator[None]:
    """Make the folder and say that a run writes into it.

    If no other one does, unfinished files of one that was killed are removed. Several runs may share a folder: then
    nobody removes anything. Nor on Windows, where a folder cannot be locked.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise FlareError(
            f"{out}: this folder cannot be made ({problem.strerror})", hint="Choose another one with -o."
        ) from problem
    if sys.platform == "win32":
        yield
        return
    import fcntl

    folder = os.open(out, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            pass  # someone else works here, or the file system knows no locks
        else:
            _remove_unfinished(out)
        with suppress(OSError):
            fcntl.flock(folder, fcntl.LOCK_SH | fcntl.LOCK_NB)
        yield
    finally:
        os.close(folder)


def _remove_unfinished(out: Path) -> None:
    for path in out.iterdir():
        if _UNFINISHED.fullmatch(path.name) and path.is_file():
            path.unlink(missing_ok=True)
