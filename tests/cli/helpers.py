"""What the tests of the command line look at."""

import os
import subprocess
import sys
from pathlib import Path

from flare_gui.batch.case_files import PICTURES
from flare_gui.batch.scans import SCANS
from flare_gui.batch.summary import CONTACT_SHEET, FAILURES, VOLUMES


def files_in(folder: Path) -> list[str]:
    """Without what several cases get together."""
    paths = (path for path in folder.rglob("*") if path.is_file() and path.parent.name != PICTURES)
    names = sorted(path.name for path in paths) if folder.exists() else []
    return [name for name in names if name not in (VOLUMES, FAILURES, CONTACT_SHEET, SCANS)]


def is_one_sentence_about(err: str, name: str | Path) -> bool:
    return str(name) in err and err.count("\n") == 1 and err.startswith("flare-gui: ") and "Traceback" not in err


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def start(*words: str | Path, stderr: int = subprocess.PIPE) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "flare_gui", *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
