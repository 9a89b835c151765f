"""Through which window the network sees most, measured on real scans with labels.

A training sample is blurred, noisy, cut and diseased more than a scan is, and a network that has to find organs in it
learns to give them their edges for safety. Shown a scan through a narrower window than it was trained with, the same
network draws them tighter and takes along less of what has nearly the organ's HU. The narrower, the less a scan may
differ from others in dose, calibration and voltage; so it is measured on scans that do.
"""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from flare_gui.analysis.compare import dice
from flare_gui.files import replacing
from flare_gui.model.preprocess import Window
from flare_gui.model.segmenter import segment
from flare_gui.model.weights import Model
from flare_gui.organs import ORGANS
from flare_gui.progress import Cancel, Progress, ignore, never
from flare_gui.volume import Volume
from trainer.cache import UNKNOWN, TrainingCase
from trainer.degrade import PLAUSIBLE, UNHARMED, degraded

WINDOW = "window.json"
CONTRASTS = (1.0, 1.2, 1.4, 1.6, 1.8, 2.0)


class Point(NamedTuple):
    """The Dice of one organ of one scan with one fault, seen with `contrast` times that of the training."""

    case: str
    fault: str
    contrast: float
    organ: str
    dice: float


def narrowed(window: Window, contrast: float) -> Window:
    """The window with `contrast` times the contrast about the same middle."""
    middle, half = (window.low + window.high) / 2, (window.high - window.low) / 2
    return Window(round(middle - half / contrast), round(middle + half / contrast))


def as_trained(model: Model) -> Model:
    """The model with the window of its recipe, whatever window it was released with."""
    trained = Window(*model.card.recipe.get("window", model.card.window_hu))
    return replace(model, card=replace(model.card, window_hu=trained))


def seeing(model: Model, contrast: float) -> Model:
    """The model with a window narrower than that of its card."""
    return replace(model, card=replace(model.card, window_hu=narrowed(model.card.window_hu, contrast)))


def measure(
    model: Model,
    cases: list[TrainingCase],
    *,
    seed: int = 1,
    device: str = "auto",
    progress: Progress = ignore,
    cancel: Cancel = never,
) -> Iterator[Point]:
    """A point for each organ of each real case, as it is and as other scanners would show it, with each contrast."""
    real = [case for case in cases if case.hu is not None]
    for number, case in enumerate(real):
        affine = np.diag([*case.spacing_mm, 1.0])
        for done, (what, hu, labels) in enumerate(degraded(case, seed, PLAUSIBLE), 1):
            volume = Volume(np.ascontiguousarray(hu), affine, case.name)
            for contrast in CONTRASTS:
                found = segment(volume, seeing(model, contrast), device=device, cancel=cancel).labels
                found[labels == UNKNOWN] = 0
                for organ in ORGANS:
                    there = labels == organ.label
                    if there.any():
                        yield Point(case.name, what, contrast, organ.key, dice(found == organ.label, there))
            progress("window", (number + done / len(PLAUSIBLE)) / len(real))


def best(points: list[Point]) -> float:
    """The contrast with the highest mean Dice, each scan counting as much as any other."""
    means = by_contrast(points)
    return max(means, key=lambda contrast: means[contrast])


def by_contrast(points: list[Point]) -> dict[float, float]:
    """Mean Dice over organs and then scans, with and without a fault."""
    scans: dict[float, dict[tuple[str, str], list[float]]] = defaultdict(lambda: defaultdict(list))
    for point in points:
        scans[point.contrast][point.case, point.fault].append(point.dice)
    return {
        contrast: float(np.mean([np.mean(scores) for scores in of_scan.values()]))
        for contrast, of_scan in sorted(scans.items())
    }


def summary(points: list[Point]) -> dict[str, Any]:
    """JSON-ready: the best contrast, the means of all, and what each case got from the contrast best for the others.

    `unharmed` are the means of the scans as they are. `held_out` is by case: the contrast chosen without it, and the
    mean Dice of the case as it is with that contrast and with the training's.
    """
    unharmed = [point for point in points if point.fault == UNHARMED]
    held_out = {}
    for case in sorted({point.case for point in points}):
        own = by_contrast([point for point in unharmed if point.case == case])
        others = [point for point in points if point.case != case]
        if others:
            chosen = best(others)
            held_out[case] = {"contrast": chosen, "dice": own[chosen], "dice_as_trained": own[1.0]}
    means = {"mean_dice": by_contrast(points), "unharmed": by_contrast(unharmed)}
    return {"contrast": best(points), **means, "held_out": held_out}


def write(points: list[Point], out: Path) -> float:
    """`out/window.json`, which `release` goes by; returns the best contrast."""
    out.mkdir(parents=True, exist_ok=True)
    known = summary(points)
    with replacing(out / WINDOW) as path:
        path.write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")
    return float(known["contrast"])
