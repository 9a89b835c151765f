"""Which Dice a network's agreement with itself stands for, measured on real scans made worse on purpose."""

import csv
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.optimize import isotonic_regression

from flare_gui.analysis.compare import dice
from flare_gui.files import replacing
from flare_gui.model.anatomy import KIDNEYS
from flare_gui.model.confidence import DOUBTFUL
from flare_gui.model.segmenter import segment
from flare_gui.model.weights import Model
from flare_gui.organs import ORGANS
from flare_gui.progress import Cancel, Progress, ignore, never
from flare_gui.volume import Volume
from trainer.cache import UNKNOWN, TrainingCase
from trainer.degrade import degraded

CONFIDENCE = "confidence.json"
_KNOTS = 12
# Fewer voxels than this are a sliver at the end of a cut scan, whose Dice says nothing.
_LEAST_ML = 10.0


class Point(NamedTuple):
    """One organ of one scan: how far the network agreed with itself, and the Dice that was found."""

    case: str
    fault: str
    organ: str
    agreement: float
    dice: float


def measure(
    model: Model,
    cases: list[TrainingCase],
    *,
    seed: int = 1,
    device: str = "auto",
    progress: Progress = ignore,
    cancel: Cancel = never,
) -> Iterator[Point]:
    """A point for each organ that was found, in each real case with each fault of `trainer.degrade`.

    One that was found where none is has a Dice of 0; one that the case does not show, or of which a sliver is left,
    has no point.
    """
    real = [case for case in cases if not case.is_phantom]
    # Without the calibration that is to be made.
    model = replace(model, card=replace(model.card, confidence={}))
    for number, case in enumerate(real):
        affine = np.diag([*case.spacing_mm, 1.0])
        voxel_ml = float(np.prod(case.spacing_mm)) / 1000
        faults = list(degraded(case, seed))
        for done, (what, hu, labels) in enumerate(faults, 1):
            volume = Volume(np.ascontiguousarray(hu), affine, case.name)
            found = segment(volume, model, device=device, cancel=cancel)
            seen = labels != UNKNOWN
            for organ in ORGANS:
                there = labels == organ.label
                is_sliver = there.any() and there.sum() * voxel_ml < _LEAST_ML
                if organ.key in found.run["agreement"] and organ.key in case.organs and not is_sliver:
                    score = dice((found.labels == organ.label) & seen, there)
                    yield Point(case.name, what, organ.key, found.run["agreement"][organ.key], score)
            progress("calibration", (number + done / len(faults)) / len(real))


def curves(points: list[Point]) -> dict[str, dict[str, list[float]]]:
    """By organ key, Dice as a rising function of agreement: isotonic regression, thinned to a few knots.

    The kidneys share a curve. An organ without points has none.
    """
    found = {}
    for organ in ORGANS:
        keys = {kidney.key for kidney in KIDNEYS} if organ in KIDNEYS else {organ.key}
        own = sorted((point.agreement, point.dice) for point in points if point.organ in keys)
        if not own:
            continue
        agreement = np.array([x for x, _ in own])
        fitted = np.asarray(isotonic_regression([y for _, y in own]).x)
        at = np.unique(np.quantile(np.arange(len(own)), np.linspace(0, 1, _KNOTS)).astype(int))
        found[organ.key] = {
            "agreement": [round(float(v), 4) for v in agreement[at]],
            "dice": [round(float(v), 4) for v in np.clip(fitted[at], 0, 1)],
        }
    return found


def quality(points: list[Point], seed: int = 1) -> dict[str, float]:
    """How far confidence can be trusted, on scans that the curves did not see: each case against the others' curves.

    `mean_error` is that of the expected Dice; `found` the share of results with a Dice below `DOUBTFUL` that are
    called doubtful, `false_alarms` the share of those above it that are.
    """
    errors: list[float] = []
    bad: list[bool] = []
    good: list[bool] = []
    for case in sorted({point.case for point in points}):
        held = [point for point in points if point.case == case]
        known = curves([point for point in points if point.case != case] or held)
        for point in held:
            if point.organ not in known:
                continue
            curve = known[point.organ]
            expected = float(np.interp(point.agreement, curve["agreement"], curve["dice"]))
            errors.append(abs(expected - point.dice))
            (bad if point.dice < DOUBTFUL else good).append(expected < DOUBTFUL)
    return {
        "points": len(errors),
        "mean_error": float(np.mean(errors)),
        "found": float(np.mean(bad)) if bad else float("nan"),
        "false_alarms": float(np.mean(good)) if good else float("nan"),
    }


def write(points: list[Point], out: Path) -> dict[str, float]:
    """`out/confidence.csv` (a line a point) and `out/confidence.json` (curves and quality); returns the quality."""
    out.mkdir(parents=True, exist_ok=True)
    with replacing(out / "confidence.csv") as path, path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(Point._fields)
        writer.writerows(points)
    known = quality(points)
    with replacing(out / CONFIDENCE) as path:
        path.write_text(json.dumps({"curves": curves(points), "quality": known}, indent=1) + "\n", encoding="utf-8")
    return known
