"""What a network may learn from a cohort, and what came of it: `adapted.json` in the folder of a run."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from flare_gui.cohort.cases import CohortCase
from flare_gui.errors import FlareError
from flare_gui.files import replacing

RESULT = "adapted.json"
LEAST_CASES = 3
"""Fewer leave nothing to measure on."""


@dataclass(frozen=True)
class Lesson:
    """What a network learned from a cohort.

    `before` and `after` are mean Dice by organ key of the cases `held_out`, which it did not see; `check_before` and
    `check_after` those of patients that every network should manage, over all organs. `learned_from` and `held_out`
    name cases, `minutes` is the time that all took, `weights` is the name of the file in the run's folder. It
    `is_better` when the new weights are worth using, and `reason` says why or why not in one sentence.
    """

    is_better: bool
    reason: str
    before: dict[str, float]
    after: dict[str, float]
    check_before: float
    check_after: float
    learned_from: tuple[str, ...]
    held_out: tuple[str, ...]
    steps: int
    minutes: float
    weights: str


def teachers(cases: Sequence[CohortCase]) -> list[CohortCase]:
    """The cases that a person stands behind and whose scans are where they were."""
    return [
        case
        for case in cases
        if case.decided and case.report is not None and case.scan is not None and case.scan.path.exists()
    ]


def read(run: Path) -> Lesson | None:
    """What came of a run; None as long as it goes on. Raises `FlareError` when that cannot be read."""
    path = run / RESULT
    if not path.exists():
        return None
    try:
        known: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return Lesson(**known | {key: tuple(known[key]) for key in ("learned_from", "held_out")})
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise FlareError(f"{path}: cannot be read ({problem})", hint="Teach the network again.") from problem


def write(lesson: Lesson, run: Path) -> None:
    """Keep what came of a run."""
    with replacing(run / RESULT) as beside:
        beside.write_text(json.dumps(asdict(lesson), indent=1) + "\n", encoding="utf-8")
