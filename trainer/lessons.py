"""What a cohort has to teach: cases that a person stands behind, as training arrays, in two parts that never mix."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from flare_gui import io
from flare_gui.batch import corrections
from flare_gui.batch.case_files import CaseFiles, has_filled_gaps
from flare_gui.batch.review import CORRECTED
from flare_gui.cohort.cases import CohortCase, read_cohort
from flare_gui.cohort.learning import LEAST_CASES, teachers
from flare_gui.errors import FlareError
from flare_gui.progress import Cancel, Progress
from trainer import cache
from trainer.cache import TrainingCase
from trainer.phantoms import shapes
from trainer.sources import as_case

LESSONS, HELD_OUT, SYNTHETIC = "lessons", "held-out", "synthetic"
_COMPLETE = "complete"
SYNTHETIC_PATIENTS, _SYNTHETIC_SEED = 12, 1
# Of every three cases one is measured on.
_EVERY = 3


@dataclass(frozen=True)
class Lessons:
    """Folders of arrays: to learn from, to measure on, and of synthetic patients to forget nothing."""

    learned_from: Path
    held_out: Path
    synthetic: Path


def gather(cohort: Path, arrays: Path, progress: Progress, cancel: Cancel) -> Lessons:
    """Write the arrays of a cohort below `arrays`, once. Progress goes by "reading".

    Raises `FlareError` when a person stands behind fewer than `LEAST_CASES` cases whose scans are where they were, or
    when one of them cannot be read.
    """
    lessons = Lessons(arrays / LESSONS, arrays / HELD_OUT, arrays / SYNTHETIC)
    if (arrays / _COMPLETE).exists():
        return lessons
    cases = teachers(read_cohort(cohort))
    if len(cases) < LEAST_CASES:
        raise FlareError(
            f"{cohort}: a person stands behind {len(cases)} cases whose scans are there; learning takes {LEAST_CASES}",
            hint="Accept or correct more of them in a review.",
        )
    held = {case.name for case in held_out(cases)}
    for done, case in enumerate(cases):
        cancel.check()
        progress("reading", done / (len(cases) + 1))
        cache.save(_arrays(cohort, case), lessons.held_out if case.name in held else lessons.learned_from)
    for patient in shapes(SYNTHETIC_PATIENTS, _SYNTHETIC_SEED):
        cancel.check()
        cache.save(patient, lessons.synthetic)
    (arrays / _COMPLETE).write_text("", encoding="utf-8")
    progress("reading", 1.0)
    return lessons


def held_out(cases: Sequence[CohortCase]) -> list[CohortCase]:
    """Every third case, of the corrected ones and of the accepted ones alike; the same ones each time."""
    corrected = sorted((case for case in cases if case.status == CORRECTED), key=_by_name)
    accepted = sorted((case for case in cases if case.status != CORRECTED), key=_by_name)
    return [*corrected, *accepted][1::_EVERY]


def _by_name(case: CohortCase) -> str:
    return case.name.lower()


def _arrays(cohort: Path, case: CohortCase) -> TrainingCase:
    assert case.scan is not None and case.report is not None
    volume = io.read_scan(case.scan.path, series=case.scan.series, allow_gaps=has_filled_gaps(case.report))
    mask = corrections.read_case_mask(CaseFiles(cohort, case.name), volume)
    return as_case(case.name, volume, mask, "a cohort of the user's", "the user's own")
