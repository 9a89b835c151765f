"""What became of all cases: volumes and failures as CSV, and a contact sheet to look at."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flare_gui import next_steps
from flare_gui.batch import contact_sheet, review
from flare_gui.batch.case_files import CaseFiles, by_hand, reports_in
from flare_gui.batch.corrections import keep_picture
from flare_gui.batch.odd import lowest_confidence, oddities
from flare_gui.batch.review import Decision
from flare_gui.batch.run_case import CaseResult
from flare_gui.batch.scans import write_scans
from flare_gui.batch.tables import csv_text, read_csv, write_text
from flare_gui.batch.worker import Failure
from flare_gui.errors import OutputExists
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
    "by_hand",
    "status",
    "reviewer",
    "note",
)
FAILURE_COLUMNS = ("case", "file", "reason", "what_to_do", "details")

# How files of ours begin, whatever version wrote them: what begins otherwise belongs to someone else.
_BEGINS = {VOLUMES: "case,file,liver_ml", FAILURES: "case,file,reason", CONTACT_SHEET: contact_sheet.BEGINS}


@dataclass(frozen=True)
class FailedCase:
    """A case, or a path in which none was found, and what went wrong."""

    case: Case
    failure: Failure


def check_no_other(out: Path, *, overwrite: bool, begins: Mapping[str, str] = _BEGINS) -> None:
    """Raise `OutputExists` when files of another program have the names of the summary's, unless `overwrite`.

    `begins` is how ours begin, by name; by default those of a batch.
    """
    for name, text in begins.items():
        path = out / name
        if not overwrite and path.exists() and not _begins_with(path, text):
            raise OutputExists(
                f"{path}: this file is not ours, and would be replaced",
                hint=next_steps.REPLACE_IT.command,
            )


def write_summary(out: Path, results: Sequence[CaseResult], failures: Sequence[FailedCase]) -> list[Path]:
    """Write the three files into `out`, each whole or not at all; returns them.

    They are about all cases in `out`, those of earlier runs too, and about the `failures` of this run. Where the scans
    of `results` lie, and their pictures, are kept there for whoever reviews them. Raises `FlareError` when something
    cannot be written.
    """
    write_scans(out, [result.case for result in results if result.case is not None])
    for result in results:
        if result.picture:
            keep_picture(CaseFiles(out, result.name), result.picture)
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
    return _write_all(out, rows_of_failed)


def refresh(out: Path) -> list[Path]:
    """Write the three files anew after a case in `out` has changed; returns them. Raises as `write_summary`."""
    path = out / FAILURES
    return _write_all(out, read_csv(path, FAILURE_COLUMNS) if path.exists() else [])


def _write_all(out: Path, failed: Sequence[dict[str, str]]) -> list[Path]:
    cases, said = list(reports_in(out)), review.read(out)
    odd = oddities([report for _, report in cases])
    told = [said.get(files.name, Decision(files.name)) for files, _ in cases]
    rows = [_row(report, words, one) for (_, report), words, one in zip(cases, odd, told, strict=True)]
    cards = (
        contact_sheet.Card(report, files.read_picture(), words, one)
        for (files, report), words, one in zip(cases, odd, told, strict=True)
    )
    lines = [(Path(row["file"]).name, _without_path(row)) for row in failed]
    texts: dict[str, Callable[[], str]] = {
        VOLUMES: lambda: csv_text(VOLUME_COLUMNS, rows),
        FAILURES: lambda: csv_text(FAILURE_COLUMNS, failed),
        CONTACT_SHEET: lambda: contact_sheet.page(list(cards), lines),
    }
    return [write_text(out / name, text()) for name, text in texts.items()]


def _row(report: dict[str, Any], odd: Sequence[str], said: Decision) -> dict[str, Any]:
    organs, hand = report["organs"], by_hand(report)
    row: dict[str, Any] = {"case": report["case"], "file": report["input"]["file"]}
    for organ in ORGANS:
        measured = organs[organ.key]
        row |= {
            f"{organ.key}_ml": round(measured["volume_ml"], 2),
            f"{organ.key}_mean_hu": measured["mean_hu"],
            f"{organ.key}_confidence": measured.get("confidence"),
        }
    row["lowest_confidence"] = lowest_confidence(report)
    row["cut_organs"] = "; ".join(organ.name.lower() for organ in ORGANS if organs[organ.key]["touches_border"])
    row |= {"odd": "; ".join(odd), "warnings": "; ".join(report["warnings"])}
    row["by_hand"] = "; ".join(organ.name.lower() for organ in ORGANS if organ.key in hand)
    return row | {"status": review.standing(said, hand), "reviewer": said.reviewer, "note": said.note}


def _without_path(failed: dict[str, str]) -> str:
    """What went wrong, without the folders: they may name a patient, and a contact sheet is handed on."""
    message = failed["reason"].removeprefix(f"{failed['file']}: ")
    return message.replace(str(Path(failed["file"]).parent), "…")


def _begins_with(path: Path, text: str) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(text.encode())) == text.encode()
    except OSError:
        return False
