"""CSV as spreadsheets read and write it, without letting them run what a case is called."""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from flare_gui.errors import FlareError
from flare_gui.files import reason, replacing

# A spreadsheet takes a text that begins like this for a formula, and runs it.
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def csv_text(columns: Sequence[str], rows: Iterable[dict[str, Any]]) -> str:
    """The table with a header line; texts that a spreadsheet would run begin with an apostrophe."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows({key: _harmless(value) for key, value in row.items()} for row in rows)
    return text.getvalue()


def read_csv(path: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    """The rows of a table that has at least `columns`, as `csv_text` was given them, also after a spreadsheet saved it.

    Raises `FlareError` when it cannot be read or is another table.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as problem:
        raise FlareError(f"{path}: cannot be read ({reason(problem)})", hint="Save it as CSV in UTF-8.") from problem
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    missing = [name for name in columns if name not in (reader.fieldnames or ())]
    if missing:
        raise FlareError(
            f"{path}: this table has no column {', '.join(missing)}", hint=f"It needs {', '.join(columns)}."
        )
    return [{key: _plain(row[key] or "") for key in reader.fieldnames or () if key} for row in reader]


def write_text(path: Path, text: str) -> Path:
    """Write a table or page in one move; returns `path`. Raises `FlareError` when it cannot be written."""
    try:
        with replacing(path) as beside:
            beside.write_text(text, encoding="utf-8", newline="")
    except OSError as problem:
        raise FlareError(
            f"{path}: cannot be written ({problem.strerror or problem})",
            hint="Make room there, and give the same command again: what is done is kept.",
        ) from problem
    return path


def _harmless(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULAS) else value


def _plain(text: str) -> str:
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULAS) else text
