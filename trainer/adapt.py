"""Going on from the weights in use with a cohort that a person has looked through, and whether that was worth it.

A third of the cases is held out and measured before and after: what is offered is what was measured, and no other run.
Half of the samples are synthetic patients, so that nothing is forgotten; others, which nobody learns from, check it.
"""

import json
import shutil
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from flare_gui.analysis.compare import dice
from flare_gui.cohort import learning
from flare_gui.cohort.learning import Lesson
from flare_gui.files import replacing
from flare_gui.model import weights
from flare_gui.model.segmenter import segment
from flare_gui.model.vnet import VNetSettings
from flare_gui.model.weights import Model
from flare_gui.organs import ORGANS
from flare_gui.phantom.paint import paint
from flare_gui.progress import Cancel, Progress, ignore, never
from flare_gui.volume import Volume
from trainer import cache, calibrate, fit, lessons, release, run, window
from trainer.cache import UNKNOWN, TrainingCase
from trainer.fit import CHECKPOINT
from trainer.lessons import Lessons
from trainer.phantoms import shapes
from trainer.ranks import ALONE, Ranks
from trainer.recipe import Recipe

STEM = "taught"
STEPS = 250
LEAST_GAIN, MOST_LOSS, MOST_FORGOTTEN = 0.005, 0.02, 0.01
"""A mean gain above what chance gives, no organ much worse, and what every network should manage not forgotten."""

CHECKED_PATIENTS, _CHECK_SEED = 3, 2
_BEFORE, _MINUTES = "before.json", "minutes.json"


@dataclass(frozen=True)
class Scores:
    """Mean Dice by organ key of the cases held out, and over all organs of synthetic patients not learned from."""

    held_out: dict[str, float]
    check: float


def adapt(
    cohort: Path,
    out: Path,
    model: Model,
    *,
    steps: int = STEPS,
    ranks: Ranks = ALONE,
    workers: int = 1,
    progress: Progress = ignore,
    cancel: Cancel = never,
) -> Lesson:
    """Teach the network of `model` from the cohort in `cohort`; `out` gets the run, its weights and `adapted.json`.

    Called again after a stop it goes on where it was. Progress goes by "reading", "before", "training" and "after".
    Raises as `lessons.gather`, and `Cancelled` once a checkpoint is written.
    """
    known = learning.read(out)
    if known is not None:
        return known
    settings = _recipe(model, steps)
    with _Clock(out / _MINUTES) as clock:
        data = lessons.gather(cohort, out / "cache", progress, cancel)
        exam = _Exam(cache.load_all(data.held_out), ranks.device, cancel)
        before = _before(out / _BEFORE, exam, model, progress)
        run.keep_initial(out, model.card)
        training, _ = run.prepare(out, settings, _data(data))
        fit.fit(
            settings,
            training,
            [(1.0, exam.held_out)],
            out,
            initial=model.network.state_dict(),
            ranks=ranks,
            workers=workers,
            progress=progress,
            cancel=cancel,
        )
        _describe(out, model)
        path = release.release(out, out, stem=STEM)
        after = exam.scores(weights.load(path), "after", progress)
        minutes = clock.minutes
    lesson = _lesson(before, after, data, steps, minutes, path.name)
    learning.write(lesson, out)
    _tidy(out)
    return lesson


class _Exam:
    """Cases that the network does not learn from."""

    def __init__(self, held_out: list[TrainingCase], device: str, cancel: Cancel) -> None:
        self.held_out = held_out
        self._checks = [_painted(case, number) for number, case in enumerate(shapes(CHECKED_PATIENTS, _CHECK_SEED))]
        self._device, self._cancel = device, cancel

    def scores(self, model: Model, stage: str, progress: Progress) -> Scores:
        """How a model does. Progress goes by `stage`."""
        scans = [*map(_as_scan, self.held_out), *self._checks]
        rows: list[dict[str, float]] = []
        for volume, labels in scans:
            progress(stage, len(rows) / len(scans))
            found = segment(volume, model, device=self._device, cancel=self._cancel).labels
            found[labels == UNKNOWN] = 0
            rows.append(_dice(found, labels))
        held, checked = rows[: len(self.held_out)], rows[len(self.held_out) :]
        of_organ = {organ.key: [row[organ.key] for row in held if organ.key in row] for organ in ORGANS}
        return Scores(
            {key: float(np.mean(values)) for key, values in of_organ.items() if values},
            float(np.mean([value for row in checked for value in row.values()])),
        )


def _dice(found: np.ndarray, labels: np.ndarray) -> dict[str, float]:
    """By organ key, for those that are there or were found."""
    pairs = {organ.key: (found == organ.label, labels == organ.label) for organ in ORGANS}
    return {key: dice(ours, theirs) for key, (ours, theirs) in pairs.items() if ours.any() or theirs.any()}


def _as_scan(case: TrainingCase) -> tuple[Volume, np.ndarray]:
    assert case.hu is not None
    return Volume(np.ascontiguousarray(case.hu), np.diag([*case.spacing_mm, 1.0]), case.name), case.labels


def _painted(case: TrainingCase, seed: int) -> tuple[Volume, np.ndarray]:
    hu = np.rint(paint(case.labels, case.spacing_mm, np.random.default_rng(seed))).astype(np.int16)
    labels = np.where(case.labels <= max(organ.label for organ in ORGANS), case.labels, 0).astype(np.uint8)
    return Volume(hu, np.diag([*case.spacing_mm, 1.0]), case.name), labels


def _before(path: Path, exam: _Exam, model: Model, progress: Progress) -> Scores:
    """The scores of the weights in use, worked out once."""
    if path.exists():
        return Scores(**json.loads(path.read_text(encoding="utf-8")))
    scores = exam.scores(model, "before", progress)
    _write(path, asdict(scores))
    return scores


def _recipe(model: Model, steps: int) -> Recipe:
    """As the weights were trained, for a short while: small steps, and a mean over the last ones."""
    card = model.card
    trained = window.as_trained(model).card.window_hu
    return Recipe(
        steps=steps,
        batch=1,
        patch=card.patch[0],
        spacing_mm=card.spacing_mm[0],
        window=(trained.low, trained.high),
        learning_rate=3e-4,
        warm_up=min(20, steps),
        ema=0.98,
        epoch=50,
        network=VNetSettings.from_card(card.architecture),
    )


def _data(data: Lessons) -> list[run.Data]:
    return [run.Data(str(place), 0.5, use="training") for place in (data.learned_from, data.synthetic)]


def _describe(out: Path, model: Model) -> None:
    """What the new card takes over from the old one: the window, the confidence, what else is known."""
    trained, seen = window.as_trained(model).card.window_hu, model.card.window_hu
    contrast = (trained.high - trained.low) / (seen.high - seen.low)
    _write(out / window.WINDOW, {"contrast": round(contrast, 2)})
    _write(out / calibrate.CONFIDENCE, {"curves": model.card.confidence})
    history = [*model.card.notes.get("taught", []), {"from": model.card.id, "sha256": model.card.sha256}]
    _write(out / release.NOTES, model.card.notes | {"taught": history})


def _lesson(before: Scores, after: Scores, data: Lessons, steps: int, minutes: float, name: str) -> Lesson:
    better, reason = verdict(before, after)
    return Lesson(
        is_better=better,
        reason=reason,
        before=before.held_out,
        after=after.held_out,
        check_before=before.check,
        check_after=after.check,
        learned_from=_names(data.learned_from),
        held_out=_names(data.held_out),
        steps=steps,
        minutes=round(minutes, 1),
        weights=name,
    )


def verdict(before: Scores, after: Scores) -> tuple[bool, str]:
    """Whether the new weights are worth using, and why or why not."""
    changes = {key: after.held_out.get(key, 0.0) - value for key, value in before.held_out.items()}
    gain = float(np.mean(list(changes.values()))) if changes else 0.0
    worse = [organ.name.lower() for organ in ORGANS if changes.get(organ.key, 0.0) < -MOST_LOSS]
    if after.check < before.check - MOST_FORGOTTEN:
        return False, (
            f"they do worse on patients that every network should manage: a Dice of {after.check:.3f} "
            f"after {before.check:.3f}"
        )
    if worse:
        return False, f"they do worse on cases that they did not see: {', '.join(worse)}"
    if gain < LEAST_GAIN:
        return False, f"the mean Dice of the cases that they did not see changed by {gain:+.3f}: nothing to speak of"
    return True, f"the mean Dice of the cases that they did not see rose by {gain:.3f}"


def _tidy(out: Path) -> None:
    """Patients' scans do not lie about longer than they are needed."""
    shutil.rmtree(out / "cache", ignore_errors=True)
    for name in (CHECKPOINT, _BEFORE, _MINUTES):
        (out / name).unlink(missing_ok=True)


def _names(folder: Path) -> tuple[str, ...]:
    return tuple(case.name for case in cache.load_all(folder))


def _write(path: Path, values: dict[str, Any]) -> None:
    with replacing(path) as beside:
        beside.write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")


class _Clock:
    """Minutes of work over all starts of a run, kept in a file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._before = float(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else 0.0

    def __enter__(self) -> "_Clock":
        self._begun = time.monotonic()
        return self

    def __exit__(self, *_: object) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.write_text(json.dumps(self.minutes), encoding="utf-8")

    @property
    def minutes(self) -> float:
        """Since the first start, without the time between."""
        return self._before + (time.monotonic() - self._begun) / 60
