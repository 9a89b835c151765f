"""Which cases of a batch to look at first: organs that are missing, of a size that no organ has, or in doubt."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from flare_gui.findings import LIKELY
from flare_gui.model.confidence import DOUBTFUL, PLAUSIBLE_ML
from flare_gui.model.laterality import DOUBTS
from flare_gui.organs import ORGANS

# Iglewicz and Hoaglin 1993: a modified z-score beyond 3.5 is an outlier. Fewer cases than this say nothing of others.
OUTLIER, ENOUGH_CASES = 3.5, 10

SIDES, LOW_CONFIDENCE = "right or left?", "low confidence"
_CHOICES = ("other-parts", "other-series", "part-of-series", "gantry-tilt", "uneven-slices")


def oddities(reports: Sequence[dict[str, Any]]) -> list[list[str]]:
    """For each case's report what is odd about it, a few words each; empty lists where nothing is."""
    found = [_alone(report) for report in reports]
    for organ in ORGANS:
        volumes = [_whole_ml(report["organs"][organ.key]) for report in reports]
        for words, score in zip(found, _scores(volumes), strict=True):
            if abs(score) > OUTLIER and not any(organ.name.lower() in word for word in words):
                words.append(f"{organ.name.lower()} much {'larger' if score > 0 else 'smaller'} than the others'")
    return found


def lowest_confidence(report: dict[str, Any]) -> float | None:
    """The least of the confidences (Dice to expect) in a case's organs, 0 to 1; None when the report has none."""
    values = [report["organs"][organ.key].get("confidence") for organ in ORGANS]
    known = [float(value) for value in values if value is not None]
    return min(known, default=None)


def remarks(report: dict[str, Any]) -> list[str]:
    """What is to be said of one case: what is odd, and the warnings that say more than that."""
    said = {f"no {organ.name.lower()} was found" for organ in ORGANS}
    return [*_alone(report), *(warning for warning in report["warnings"] if warning not in said)]


def _alone(report: dict[str, Any]) -> list[str]:
    words = []
    for organ in ORGANS:
        measured, name = report["organs"][organ.key], organ.name.lower()
        low, high = PLAUSIBLE_ML[organ]
        if not measured["voxels"]:
            words.append(f"no {name}")
        elif not measured["touches_border"] and not low <= measured["volume_ml"] <= high:
            words.append(f"{name} {'small' if measured['volume_ml'] < low else 'large'}")
    if any(doubt in report["warnings"] for doubt in DOUBTS):
        words.append(SIDES)
    confidence = lowest_confidence(report)
    if confidence is not None and confidence < DOUBTFUL:
        words.append(LOW_CONFIDENCE)
    return [
        *words,
        *(f"scan: {finding['code'].replace('-', ' ')}" for finding in report.get("findings", ()) if _odd(finding)),
    ]


def _odd(finding: dict[str, Any]) -> bool:
    """Whether the doctor has likely found a fault; what a reader chose among several series is none."""
    return finding["sure"] >= LIKELY and finding["code"] not in _CHOICES


def _whole_ml(measured: dict[str, Any]) -> float:
    """NaN for an organ that is cut or missing: it is not to be compared."""
    whole = measured["voxels"] and not measured["touches_border"]
    return float(measured["volume_ml"]) if whole else float("nan")


def _scores(volumes: Sequence[float]) -> np.ndarray:
    """Modified z-scores of logarithms: an organ half the usual size is as odd as one of twice the size. 0 for NaN."""
    logs = np.log(np.asarray(volumes, float))
    if np.isfinite(logs).sum() < ENOUGH_CASES:
        return np.zeros(len(volumes))
    off = logs - np.nanmedian(logs)
    spread = np.nanmedian(np.abs(off))
    return np.nan_to_num(0.6745 * off / max(spread, 1e-3))
