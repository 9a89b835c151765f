"""The files of a cohort: tables for a spreadsheet, and a page to print."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flare_gui.batch import summary
from flare_gui.batch.tables import csv_text, write_text
from flare_gui.cohort import time_points
from flare_gui.cohort.cases import CohortCase, catch_up, read_cohort
from flare_gui.cohort.numbers import agreements, spreads
from flare_gui.cohort.page import BEGINS, page
from flare_gui.cohort.time_points import OrganChange, Pair
from flare_gui.organs import ORGANS
from flare_gui.progress import Cancel, Progress, ignore, never

CASES, SUMMARY, CHANGES, PAGE = "cohort.csv", "cohort-summary.csv", "cohort-changes.csv", "cohort.html"
_BEGINS = {CASES: "case,status,", SUMMARY: "cases,organ,", CHANGES: "patient,first,second,", PAGE: BEGINS}

_ORGAN_COLUMNS = ("ml", "mean_hu", "sd_hu", "confidence", "by_hand", "network_ml", "dice", "nsd")
CASE_COLUMNS = (
    "case",
    "status",
    "reviewer",
    "time",
    "note",
    "odd",
    "failure",
    *(f"{organ.key}_{name}" for organ in ORGANS for name in _ORGAN_COLUMNS),
)
_SPREAD_COLUMNS = ("n", "median", "lower_quartile", "upper_quartile", "least", "greatest")
_LIMITS = ("bias", "sd_of_differences", "lower_limit", "upper_limit")
SUMMARY_COLUMNS = (
    "cases",
    "organ",
    "left_out",
    *(f"volume_ml_{name}" for name in _SPREAD_COLUMNS),
    *(f"mean_hu_{name}" for name in _SPREAD_COLUMNS),
    "corrected",
    *(f"dice_{name}" for name in _SPREAD_COLUMNS),
    *(f"nsd_{name}" for name in _SPREAD_COLUMNS),
    *(f"network_minus_person_ml_{name}" for name in _LIMITS),
)
CHANGE_COLUMNS = (*time_points.COLUMNS, "organ", "first_ml", "second_ml", "change_ml", "change_percent", "why_not")


@dataclass(frozen=True)
class Matching:
    """How two scans of one patient are found: by a `table`, `by_name`, or not at all."""

    table: Path | None = None
    by_name: bool = False

    def pairs(self, cases: Sequence[CohortCase]) -> list[Pair]:
        """Raises `FlareError` when the table is wrong or no names match."""
        if self.table is not None:
            return time_points.pairs_from(self.table, cases)
        return time_points.pairs_by_name(cases) if self.by_name else []


NO_MATCHING = Matching()


@dataclass(frozen=True)
class Written:
    """The files, and a sentence for each case that could not be measured."""

    files: list[Path]
    problems: list[str]


def write_cohort(
    folder: Path,
    matching: Matching = NO_MATCHING,
    *,
    overwrite: bool = False,
    progress: Progress = ignore,
    cancel: Cancel = never,
) -> Written:
    """Write tables and page of the results in `folder` into it, after corrections of other programs were measured.

    Without a `matching` the pairs of an earlier call stay. Raises `FlareError` when there are no results, a pair is
    wrong, or files of others are in the way; `Cancelled`.
    """
    summary.check_no_other(folder, overwrite=overwrite, begins=_BEGINS)
    problems = catch_up(folder, read_cohort(folder), progress=progress, cancel=cancel)
    cases = read_cohort(folder)
    return Written(_write(folder, cases, matching.pairs(cases) or _earlier_pairs(folder, cases)), problems)


def follow(folder: Path) -> None:
    """After a case has changed: the tables of the batch anew, and those of the cohort where there are some."""
    summary.refresh(folder)
    if not (folder / PAGE).exists():
        return
    cases = read_cohort(folder)
    _write(folder, cases, _earlier_pairs(folder, cases))


def _earlier_pairs(folder: Path, cases: Sequence[CohortCase]) -> list[Pair]:
    table = folder / CHANGES
    return time_points.pairs_from(table, cases) if table.exists() else []


def _write(folder: Path, cases: Sequence[CohortCase], pairs: Sequence[Pair]) -> list[Path]:
    changes = time_points.changes(pairs, cases)
    texts = {
        CASES: csv_text(CASE_COLUMNS, map(_case_row, cases)),
        SUMMARY: csv_text(SUMMARY_COLUMNS, _summary_rows(cases)),
        PAGE: page(cases, changes),
    }
    if pairs:
        texts[CHANGES] = csv_text(CHANGE_COLUMNS, map(_change_row, changes))
    return [write_text(folder / name, text) for name, text in texts.items()]


def _case_row(case: CohortCase) -> dict[str, Any]:
    said = case.said
    row: dict[str, Any] = {
        "case": case.name,
        "status": case.status if case.report is not None else "failed",
        "reviewer": said.reviewer,
        "time": said.time.isoformat() if said.reviewer else "",
        "note": said.note,
        "odd": "; ".join(case.odd),
        "failure": case.failure,
    }
    network = (case.report or {}).get("network")
    for organ in ORGANS:
        found = case.report["organs"][organ.key] if case.report is not None and not case.changed else None
        if found is None:
            continue
        values = {"ml": found["volume_ml"], "mean_hu": found["mean_hu"], "sd_hu": found["sd_hu"]}
        values |= {"confidence": found.get("confidence"), "by_hand": int(organ.key in case.by_hand)}
        if network is not None:
            score = network["agreement"].get(organ.key, {})
            values |= {"network_ml": network["organs"][organ.key]["volume_ml"]}
            values |= {"dice": score.get("dice"), "nsd": score.get("nsd")}
        row |= {f"{organ.key}_{name}": value for name, value in values.items()}
    return row


def _summary_rows(cases: Sequence[CohortCase]) -> list[dict[str, Any]]:
    rows = []
    for name, some in (("all", cases), ("reviewed", [case for case in cases if case.decided])):
        for one, agreed in zip(spreads(some), agreements(some), strict=True):
            row: dict[str, Any] = {"cases": name, "organ": one.organ.key, "left_out": one.left_out}
            row["corrected"] = agreed.corrected
            kinds = {"volume_ml": one.volume, "mean_hu": one.hu, "dice": agreed.dice, "nsd": agreed.nsd}
            for kind, found in kinds.items():
                if found is not None:
                    row |= {f"{kind}_{key}": value for key, value in zip(_SPREAD_COLUMNS, found, strict=True)}
            if agreed.limits is not None:
                values = agreed.limits[1:]
                row |= {f"network_minus_person_ml_{key}": v for key, v in zip(_LIMITS, values, strict=True)}
            rows.append({key: round(v, 4) if isinstance(v, float) else v for key, v in row.items()})
    return rows


def _change_row(one: OrganChange) -> dict[str, Any]:
    return {
        "patient": one.pair.patient,
        "first": one.pair.first,
        "second": one.pair.second,
        "organ": one.organ.key,
        "first_ml": one.first_ml,
        "second_ml": one.second_ml,
        "change_ml": None if one.change is None else round(one.change.ml, 2),
        "change_percent": None if one.change is None else round(one.change.percent, 2),
        "why_not": one.why_not,
    }
