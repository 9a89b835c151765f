"""Two scans of one patient: which belong together, and what has changed."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from flare_gui.analysis.cohort import Change, change
from flare_gui.batch.tables import read_csv
from flare_gui.cohort.cases import CohortCase
from flare_gui.errors import FlareError
from flare_gui.file_tally import listed
from flare_gui.organs import ORGANS, Organ

COLUMNS = ("patient", "first", "second")

# The last part of a case's name that says when: t1, v02, tp3, 2024-05-01, 20240501, and words of clinical studies.
_EARLY, _LATE = ("baseline", "bl", "pre", "before"), ("followup", "fu", "post", "after")
_WHEN = re.compile(
    rf"^(?P<patient>.+?)[-_ .](?P<when>(?:t|tp|v|visit|scan|{'|'.join(_LATE)})?\d{{1,3}}|\d{{8}}|\d{{4}}-\d\d-\d\d|"
    rf"{'|'.join((*_EARLY, *_LATE))})$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Pair:
    """Names of the cases of an earlier and a later scan of one patient."""

    patient: str
    first: str
    second: str


@dataclass(frozen=True)
class OrganChange:
    """Of one organ from a pair's first to its second scan; `change` is None where `why_not` says why."""

    pair: Pair
    organ: Organ
    first_ml: float | None
    second_ml: float | None
    change: Change | None
    why_not: str = ""


def pairs_from(table: Path, cases: Sequence[CohortCase]) -> list[Pair]:
    """The pairs of a CSV with the columns patient, first and second, which name cases.

    Raises `FlareError` when it cannot be read or names a case that there is not.
    """
    known = {case.name for case in cases}
    pairs = list(dict.fromkeys(Pair(row["patient"], row["first"], row["second"]) for row in read_csv(table, COLUMNS)))
    strangers = sorted({name for pair in pairs for name in (pair.first, pair.second)} - known)
    if strangers:
        raise FlareError(f"{table}: there is no case {listed(strangers)}", hint="Write the names of volumes.csv.")
    return pairs


def pairs_by_name(cases: Sequence[CohortCase]) -> list[Pair]:
    """Cases whose names differ in a last part that says when, such as `p07_t1` and `p07_t2`, one after the other.

    Raises `FlareError` when there are none.
    """
    scans: dict[str, list[tuple[tuple[int, int], str]]] = defaultdict(list)
    for case in cases:
        found = _WHEN.match(case.name)
        if found is not None:
            scans[found["patient"]].append((_order(found["when"].lower()), case.name))
    pairs = [
        Pair(patient, first, second)
        for patient, names in sorted(scans.items())
        for (_, first), (_, second) in pairwise(sorted(names))
    ]
    if not pairs:
        raise FlareError(
            "no two cases have names that differ in a last part that says when, such as p07_t1 and p07_t2",
            hint="Give a table with the columns patient, first and second.",
        )
    return pairs


def changes(pairs: Sequence[Pair], cases: Sequence[CohortCase]) -> list[OrganChange]:
    """Four rows a pair. Nothing is compared where an organ is missing, cut, or not measured in one of the scans."""
    by_name = {case.name: case for case in cases}
    return [_change(pair, organ, by_name[pair.first], by_name[pair.second]) for pair in pairs for organ in ORGANS]


def _change(pair: Pair, organ: Organ, first: CohortCase, second: CohortCase) -> OrganChange:
    volumes = (first.whole_ml(organ), second.whole_ml(organ))
    for case, volume in zip((first, second), volumes, strict=True):
        if volume is None:
            cut = "cut by the scan" if case.measured(organ) is not None else "not there"
            return OrganChange(pair, organ, *volumes, None, f"{cut} in {case.name}")
    assert volumes[0] is not None and volumes[1] is not None
    return OrganChange(pair, organ, *volumes, change(volumes[0], volumes[1]))


def _order(when: str) -> tuple[int, int]:
    """Words first that say early, then numbers and dates, then words that say late."""
    number = int("".join(re.findall(r"\d", when)) or 0)
    late = when.startswith(_LATE)
    return (-1 if when in _EARLY else int(late), number)
