"""A folder of results as a list of cases: numbers, doubts, what a person said, where the scan lies."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flare_gui import io
from flare_gui.batch import corrections, review
from flare_gui.batch.case_files import CaseFiles, by_hand, has_filled_gaps, is_changed, reports_in
from flare_gui.batch.odd import lowest_confidence, oddities
from flare_gui.batch.review import Decision
from flare_gui.batch.scans import read_scans
from flare_gui.batch.summary import FAILURE_COLUMNS, FAILURES
from flare_gui.batch.tables import read_csv
from flare_gui.errors import FlareError
from flare_gui.io import Case
from flare_gui.organs import Organ
from flare_gui.progress import Cancel, Progress, ignore, never


@dataclass(frozen=True, eq=False)
class CohortCase:
    """One case. `report` is its JSON, None for one that failed; then `failure` says why.

    `changed` when another program has written its mask and nobody has measured that yet: its numbers are of a mask that
    is no longer there. `scan` is where the scan should lie, None when nobody noted it.
    """

    name: str
    said: Decision
    report: dict[str, Any] | None = None
    odd: tuple[str, ...] = ()
    scan: Case | None = None
    changed: bool = False
    failure: str = ""

    @property
    def by_hand(self) -> frozenset[str]:
        """Keys of the organs that are a person's."""
        return by_hand(self.report) if self.report is not None else frozenset()

    @property
    def status(self) -> str:
        """One of `review.STATUSES`."""
        return review.standing(self.said, self.by_hand)

    @property
    def decided(self) -> bool:
        """Whether a person stands behind its numbers."""
        return self.status in (review.ACCEPTED, review.CORRECTED)

    @property
    def confidence(self) -> float | None:
        """The lowest of its organs' (Dice to expect); None where all are a person's or it is not known."""
        return lowest_confidence(self.report) if self.report is not None else None

    def measured(self, organ: Organ) -> dict[str, Any] | None:
        """What the JSON says of an organ that is there, cut or not; None when it is not, or not measured."""
        if self.report is None or self.changed:
            return None
        found: dict[str, Any] = self.report["organs"][organ.key]
        return found if found["voxels"] else None

    def whole_ml(self, organ: Organ) -> float | None:
        """The volume of an organ that the scan has whole; None for others: they are not to be compared."""
        found = self.measured(organ)
        return None if found is None or found["touches_border"] else float(found["volume_ml"])


def read_cohort(folder: Path) -> list[CohortCase]:
    """All cases in a folder of results, failed ones too, in the order of their names.

    Raises `FlareError` when there is none, or when what a person said cannot be read.
    """
    said, scans = review.read(folder), read_scans(folder)
    found = list(reports_in(folder))
    odd = oddities([report for _, report in found])
    cases = [
        CohortCase(
            files.name,
            said.get(files.name, Decision(files.name)),
            report,
            tuple(words),
            scans.get(files.name),
            is_changed(files, report),
        )
        for (files, report), words in zip(found, odd, strict=True)
    ]
    cases += _failed(folder, {case.name for case in cases}, said)
    if not cases:
        raise FlareError(
            f"{folder}: holds no results of a batch", hint="Segment a folder of scans first: flare-gui segment."
        )
    return sorted(cases, key=lambda case: case.name.lower())


def catch_up(
    folder: Path, cases: Sequence[CohortCase], *, progress: Progress = ignore, cancel: Cancel = never
) -> list[str]:
    """Measure masks that other programs have written, and compare corrections with what the network drew.

    Returns a sentence for each case that cannot be measured: it has no numbers until then. Raises `Cancelled`.
    """
    problems = []
    for number, case in enumerate(cases):
        cancel.check()
        progress("corrections", number / len(cases))
        if case.report is None:
            continue
        files = CaseFiles(folder, case.name)
        try:
            if case.changed:
                _adopt(files, case.report, case.scan)
            network = (case.report.get("network") or {}) if not case.changed else {"agreement": {}}
            if network and not network["agreement"]:
                corrections.with_agreement(files)
        except FlareError as error:
            problems.append(f"{case.name}: {error}")
    progress("corrections", 1.0)
    return problems


def _adopt(files: CaseFiles, report: dict[str, Any], scan: Case | None) -> None:
    if scan is None or not scan.path.exists():
        raise FlareError(
            f"{files.mask}: another program has changed it, and its scan is not where it was",
            hint="Segment the folder of scans again: what is done is kept.",
        )
    volume = io.read_scan(scan.path, series=scan.series, allow_gaps=has_filled_gaps(report))
    corrections.adopt(files, volume)
    corrections.draw_picture(files, volume, corrections.read_case_mask(files, volume))


def _failed(folder: Path, done: Collection[str], said: dict[str, Decision]) -> list[CohortCase]:
    path = folder / FAILURES
    rows = read_csv(path, FAILURE_COLUMNS) if path.exists() else []
    return [
        CohortCase(
            row["case"],
            said.get(row["case"], Decision(row["case"])),
            scan=Case(Path(row["file"]), row["case"]),
            failure=row["reason"].removeprefix(f"{row['file']}: "),
        )
        for row in rows
        if row["case"] not in done
    ]
