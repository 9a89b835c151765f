"""What a person said of each case of a batch: `review.csv` beside the results, a row a case.

The file is written whole after each decision, under a lock, from what it holds at that moment: two people on one shared
folder do not overwrite each other, and a kill loses nothing that was said before it.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flare_gui.batch.tables import csv_text, read_csv
from flare_gui.errors import FlareError
from flare_gui.files import reason, replacing
from flare_gui.shared_lock import held

REVIEW = "review.csv"
NEW, ACCEPTED, CORRECTED, FLAGGED = STATUSES = ("new", "accepted", "corrected", "flagged")
COLUMNS = ("case", "status", "note", "reviewer", "time")

# Of a row whose time was lost, such as by a spreadsheet: any other decision is later.
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Decision:
    """A row: what `reviewer` said of `case` at `time` (with a time zone), one of `STATUSES`."""

    case: str
    status: str = NEW
    note: str = ""
    reviewer: str = ""
    time: datetime = _LONG_AGO


def read(folder: Path) -> dict[str, Decision]:
    """The decisions in a folder of results, by case; empty where there are none yet.

    Raises `FlareError` when the file is there and cannot be understood: to go on would overwrite what people said.
    """
    path = folder / REVIEW
    if not path.exists():
        return {}
    rows = {}
    for number, row in enumerate(read_csv(path, COLUMNS), 2):
        status = row["status"].strip().lower() or NEW
        if status not in STATUSES:
            raise FlareError(
                f"{path}: line {number} has the status {row['status']!r}", hint=f"Write one of {', '.join(STATUSES)}."
            )
        rows[row["case"]] = Decision(row["case"], status, row["note"], row["reviewer"], _time(row["time"]))
    return rows


def standing(decision: Decision, by_hand: Collection[str]) -> str:
    """The status of a case whose organs `by_hand` are a person's: nobody need have said so here."""
    return CORRECTED if by_hand and decision.status == NEW else decision.status


def decide(folder: Path, decision: Decision, seen: Decision | None = None, *, patience_s: float = 5.0) -> Decision:
    """Write a decision; returns the row that stands there in the end.

    Of two decisions on one case the later one stands. `seen` is the row that the person had before the eyes: a decision
    on it is later than it, whatever the clocks of two computers say. Raises `FlareError` when nothing could be written.
    """
    return _merge(folder, [(decision, seen)], patience_s)[decision.case]


def start_again(folder: Path, cases: Iterable[str]) -> None:
    """What was said of these cases was said of other masks: their status is new again. Notes stay."""
    there = read(folder)
    now = datetime.now(UTC)
    again = [
        (replace(there[case], status=NEW, time=now), there[case])
        for case in cases
        if case in there and there[case].status != NEW
    ]
    if again:
        _merge(folder, again, 5.0)


def _merge(
    folder: Path, decisions: Sequence[tuple[Decision, Decision | None]], patience_s: float
) -> dict[str, Decision]:
    path = folder / REVIEW
    try:
        with held(folder / f".{REVIEW}.lock", patience_s) as still_ours:
            rows = read(folder)
            for decision, seen in decisions:
                there = rows.get(decision.case)
                if there is None or there == seen or there.time < decision.time:
                    rows[decision.case] = _later(decision, there)
            with replacing(path) as beside:
                beside.write_text(_text(rows.values()), encoding="utf-8", newline="")
                still_ours()
    except OSError as problem:
        raise FlareError(
            f"{path}: cannot be written ({reason(problem)})", hint="Nothing was noted; look at the drive and try again."
        ) from problem
    return rows


def _later(decision: Decision, there: Decision | None) -> Decision:
    """With a time after that of the row it replaces."""
    if there is None or there.time < decision.time:
        return decision
    return replace(decision, time=there.time + timedelta(microseconds=1))


def _text(rows: Iterable[Decision]) -> str:
    ordered = sorted(rows, key=lambda row: row.case.lower())
    return csv_text(
        COLUMNS,
        (
            {
                "case": row.case,
                "status": row.status,
                "note": row.note,
                "reviewer": row.reviewer,
                "time": "" if row.time == _LONG_AGO else row.time.isoformat(),
            }
            for row in ordered
        ),
    )


def _time(text: str) -> datetime:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return _LONG_AGO
    return time if time.tzinfo is not None else time.replace(tzinfo=UTC)
