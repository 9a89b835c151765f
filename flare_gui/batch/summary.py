"""What became of all cases: volumes and failures as CSV, and a contact sheet to look at."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flare_gui.batch import contact_sheet
from flare_gui.batch.odd import lowest_confidence, oddities
from flare_gui.batch.run_case import CaseResult
from flare_gui.batch.worker import Failure
from flare_gui.errors import FlareError, OutputExists
from flare_gui.files import replacing
from flare_gui.io import Case
from flare_gui.organs import ORGANS

VOLUMES, FAILURES, CONTACT_SHEET = "volumes.csv", "failures.csv", "contact-sheet.html"

VOLUME_COLUMNS = (
    "case",
    "file",
    *(f"{organ.key}_ml" for organ in ORGANS),
    *(f"{organ.key}_mean_hu" for organ in ORGANS),
    *(f"{organ.key}_confidence" for organ in ORGANS),
    "lowest_confidence",
    "cut_organs",
    "odd",
    "warnings",
)
FAILURE_COLUMNS = ("case", "file", "reason", "what_to_do", "details")

# How files of ours begin, whatever version wrote them: what begins otherwise belongs to someone else.
_BEGINS = {VOLUMES: "case,file,liver_ml", FAILURES: "case,file,reason", CONTACT_SHEET: contact_sheet.BEGINS}


@dataclass(frozen=True)
class FailedCase:
    """A case, or a path in which none was found, and what went wrong."""

    case: Case
    failure: Failure


def check_no_other(out: Path, *, overwrite: bool) -> None:
    """Raise `OutputExists` when files of another program have the names of the summary's, unless `overwrite`."""
    for name, begins in _BEGINS.items():
        path = out / name
        if not overwrite and path.exists() and not _begins_with(path, begins):
            raise OutputExists(
                f"{path}: this file is not ours, and a batch would replace it",
                hint="Replace it with --overwrite, or choose another folder with -o.",
            )


def write_summary(out: Path, results: Iterable[CaseResult], failures: Sequence[FailedCase]) -> list[Path]:
    """Write the three files into `out`, each whole or not at all; returns them.

    An earlier summary is replaced. Raises `FlareError` when they cannot be written.
    """
    cases = sorted(results, key=lambda result: result.name.lower())
    odd = oddities([result.report for result in cases])
    rows = [_row(result, words) for result, words in zip(cases, odd, strict=True)]
    rows_of_failed = [
        {
            "case": failed.case.name,
            "file": str(failed.case.path),
            "reason": failed.failure.message,
            "what_to_do": failed.failure.hint,
            "details": failed.failure.details,
        }
        for failed in failures
    ]
    pictures = [result.picture for result in cases]
    cards = [contact_sheet.Card(result.report, p, w) for result, p, w in zip(cases, pictures, odd, strict=True)]
    lines = [(failed.case.path.name, _without_path(failed)) for failed in failures]
    texts: dict[str, Callable[[], str]] = {
        VOLUMES: lambda: _csv(VOLUME_COLUMNS, rows),
        FAILURES: lambda: _csv(FAILURE_COLUMNS, rows_of_failed),
        CONTACT_SHEET: lambda: contact_sheet.page(cards, lines),
    }
    return [_write(out / name, text()) for name, text in texts.items()]


def _row(result: CaseResult, odd: Sequence[str]) -> dict[str, Any]:
    organs = result.report["organs"]
    row: dict[str, Any] = {"case": result.name, "file": result.report["input"]["file"]}
    for organ in ORGANS:
        measured = organs[organ.key]
        row |= {
            f"{organ.key}_ml": round(measured["volume_ml"], 2),
            f"{organ.key}_mean_hu": measured["mean_hu"],
            f"{organ.key}_confidence": measured.get("confidence"),
        }
    row["lowest_confidence"] = lowest_confidence(result.report)
    row["cut_organs"] = "; ".join(organ.name.lower() for organ in ORGANS if organs[organ.key]["touches_border"])
    return row | {"odd": "; ".join(odd), "warnings": "; ".join(result.report["warnings"])}


def _without_path(failed: FailedCase) -> str:
    """What went wrong, without the folders: they may name a patient, and a contact sheet is handed on."""
    message = failed.failure.message.removeprefix(f"{failed.case.path}: ")
    return message.replace(str(failed.case.path.parent), "…")


def _csv(columns: Sequence[str], rows: Iterable[dict[str, Any]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows({key: _harmless(value) for key, value in row.items()} for row in rows)
    return text.getvalue()


def _harmless(value: Any) -> Any:
    """A spreadsheet takes a text that begins like this for a formula, and runs it."""
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) else value


def _begins_with(path: Path, text: str) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(text.encode())) == text.encode()
    except OSError:
        return False


def _write(path: Path, text: str) -> Path:
    try:
        with replacing(path) as beside:
            beside.write_text(text, encoding="utf-8")
    except OSError as problem:
        raise FlareError(
            f"{path}: cannot be written ({problem.strerror or problem})",
            hint="Make room there, and give the same command again: what is done is kept.",
        ) from problem
    return path
