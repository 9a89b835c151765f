"""Where the scans of a batch lie: `scans.csv` beside the results, for whoever reviews them."""

import os
from collections.abc import Sequence
from pathlib import Path

from flare_gui.batch.tables import csv_text, read_csv, write_text
from flare_gui.io import Case

SCANS = "scans.csv"
COLUMNS = ("case", "file", "series")


def write_scans(out: Path, cases: Sequence[Case]) -> None:
    """Note where `cases` lie, beside those that are noted already.

    Paths are written as seen from the results: on a shared folder every computer finds them. Raises `FlareError`.
    """
    if not cases:
        return
    known = {case.name: case for case in read_scans(out).values()} | {case.name: case for case in cases}
    rows = [
        {"case": case.name, "file": _from(out, case.path), "series": case.series or ""}
        for case in sorted(known.values(), key=lambda case: case.name.lower())
    ]
    write_text(out / SCANS, csv_text(COLUMNS, rows))


def read_scans(out: Path) -> dict[str, Case]:
    """The cases of a folder of results, by name, wherever their scans should lie. Raises `FlareError`."""
    path = out / SCANS
    if not path.exists():
        return {}
    return {
        row["case"]: Case(Path(os.path.normpath(out.absolute() / row["file"])), row["case"], row["series"] or None)
        for row in read_csv(path, COLUMNS)
    }


def _from(out: Path, path: Path) -> str:
    try:
        return Path(os.path.relpath(path.absolute(), out.absolute())).as_posix()
    except ValueError:
        # Another drive of Windows.
        return str(path.absolute())
