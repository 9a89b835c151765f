"""Let the simulated user correct every organ with every method, and count strokes."""

import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

from flare_gui.model.weights import load
from tests.benchmarks.strokes.cases import UNKNOWN, OrganCase, organ_cases
from tests.benchmarks.strokes.methods import METHODS
from tests.benchmarks.strokes.user import User

TARGETS = (0.90, 0.95, 0.97)
MOST_STROKES = 30

Counts = dict[str, float | None]
"""Dice at the "start", and strokes to each of the targets, None where `MOST_STROKES` did not suffice."""


def study(
    folders: list[Path],
    kinds: list[str],
    weights: Path | None = None,
    methods: Iterable[str] = METHODS,
    keep: Callable[[Any], object] = lambda counts: None,
) -> tuple[dict[str, dict[str, dict[str, Counts]]], dict[str, dict[str, dict[str, list[float]]]]]:
    """`{case: {organ: {method: counts}}}`, and the same with the Dice before and after each stroke.

    `keep` gets the counts after each organ: who is stopped has what was measured until then.
    """
    counts: dict[str, Any] = {}
    curves: dict[str, Any] = {}
    for number, (name, case) in enumerate(organ_cases(folders, load(weights), kinds)):
        for method in methods:
            start = time.perf_counter()
            curve = dice_by_strokes(case, method, seed=number)
            counts.setdefault(name, {}).setdefault(case.organ.key, {})[method] = _counts(curve)
            curves.setdefault(name, {}).setdefault(case.organ.key, {})[method] = [round(d, 4) for d in curve]
            seconds = time.perf_counter() - start
            shown = " ".join(f"{dice:.3f}" for dice in curve[:8])
            print(f"{name}, {case.organ.key}, {method}: {shown} ({seconds:.0f} s)", file=sys.stderr, flush=True)
        keep(counts)
    return counts, curves


def dice_by_strokes(case: OrganCase, name: str, seed: int) -> list[float]:
    """Dice at the start and after each stroke, until the last target or `MOST_STROKES`."""
    method, user = METHODS[name](case), User(case.affine, seed)
    reference, known = case.reference == case.organ.label, case.reference != UNKNOWN
    curve = [_dice(method.labels, case, known)]
    while curve[-1] < TARGETS[-1] and len(curve) <= MOST_STROKES:
        drawn = user.draw(method.labels == case.organ.label, reference, known)
        if drawn is None:
            break
        method.draw(drawn, case.organ.label if drawn.inside else 0)
        curve.append(_dice(method.labels, case, known))
    return curve


def _dice(labels: np.ndarray, case: OrganCase, known: np.ndarray) -> float:
    mask, reference = (labels == case.organ.label) & known, case.reference == case.organ.label
    return 2 * np.count_nonzero(mask & reference) / max(1, np.count_nonzero(mask) + np.count_nonzero(reference))


def _counts(curve: list[float]) -> Counts:
    found: Counts = {"start": round(curve[0], 4)}
    for target in TARGETS:
        found[f"{target:.2f}"] = next((strokes for strokes, dice in enumerate(curve) if dice >= target), None)
    return found
