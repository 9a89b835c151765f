"""The folder that results go to: whether they can, and what a run that was killed has left there."""

import os
from pathlib import Path

from flare_gui import next_steps
from flare_gui.errors import FlareError
from flare_gui.files import clear_leftovers, reason


def check_folder(out: Path) -> None:
    """Raise `FlareError` unless `out` is a folder that can be written to, or can be made: hours before it is needed."""
    there = out
    while not there.exists() and there != there.parent:
        there = there.parent
    if not there.is_dir():
        raise FlareError(
            f"{there}: this is a file, so results cannot go into {out}", hint=next_steps.CHOOSE_FOLDER.command
        )
    if not os.access(there, os.W_OK | os.X_OK):
        raise FlareError(f"{there}: this folder cannot be written to", hint=next_steps.OTHER_FOLDER.command)


def make_folder(out: Path) -> None:
    """Make the folder, and remove what a run that was killed has left half-written; what others write now stays."""
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise FlareError(
            f"{out}: this folder cannot be made ({reason(problem)})", hint=next_steps.OTHER_FOLDER.command
        ) from problem
    clear_leftovers(out)
