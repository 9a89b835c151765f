"""Dice and NSD of whole scans, through the same reader, segmenter and metrics as the program."""

import csv
import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from scipy import ndimage

from flare_gui.analysis.compare import compare
from flare_gui.files import replacing
from flare_gui.model.segmenter import segment
from flare_gui.model.weights import Model
from flare_gui.organs import ORGANS
from flare_gui.progress import Cancel, Progress, ignore, never
from flare_gui.volume import Segmentation, Volume
from trainer.cache import UNKNOWN
from trainer.pictures import largest_errors
from trainer.sources import pairs_of

# Below this, averaged over three voxels, there is fat or air.
_FAT_HU = -60


def evaluate(
    model: Model,
    places: list[Path],
    *,
    device: str = "auto",
    pictures: Path | None = None,
    progress: Progress = ignore,
    cancel: Cancel = never,
) -> Iterator[dict[str, Any]]:
    """A row per case and organ: case, organ, dice, nsd, tolerance_mm and both volumes in ml, with FLARE22's rules.

    `impossible_ml` is what was found where that organ cannot be: in fat, in air, in another organ. Voxels that are
    `UNKNOWN` do not count for any other figure.
    `pictures` is a folder that gets `<case>.png`, where each organ is most wrong.
    """
    for place in places:
        for done, (pair, total) in enumerate(pairs_of(place), 1):
            volume, reference = pair.read()
            found = segment(volume, model, device=device, cancel=cancel)
            # Before what is not known is left out: fat and air are known to be no organ wherever they lie.
            impossible = _impossible_ml(volume, found, reference)
            unknown = reference.labels == UNKNOWN
            found.labels[unknown] = reference.labels[unknown] = 0
            if pictures is not None:
                largest_errors(volume, found, reference, pictures / f"{pair.name}.png")
            for score in compare(found.labels, reference.labels, volume.spacing):
                yield {
                    "case": pair.name,
                    "organ": score.organ.key,
                    "dice": score.dice,
                    "nsd": score.nsd,
                    "tolerance_mm": score.tolerance_mm,
                    "volume_ml": float((found.labels == score.organ.label).sum() * found.voxel_ml),
                    "reference_ml": float((reference.labels == score.organ.label).sum() * found.voxel_ml),
                    "impossible_ml": impossible[score.organ.key],
                }
            progress("evaluation", done / total)


def _impossible_ml(volume: Volume, found: Segmentation, reference: Segmentation) -> dict[str, float]:
    # Partial volume makes the rim of every organ look like fat: what is smoothed away is no rim.
    no_tissue = ndimage.uniform_filter(volume.hu.astype(np.float32), 3) < _FAT_HU
    others = (reference.labels > 0) & (reference.labels != UNKNOWN)
    return {
        organ.key: float(
            ((found.labels == organ.label) & (no_tissue | (others & (reference.labels != organ.label)))).sum()
            * found.voxel_ml
        )
        for organ in ORGANS
    }


def summary(rows: list[dict[str, Any]]) -> dict[str, dict[str, float]]:
    """Mean Dice and NSD per organ key; organs that were not scored are left out."""
    means: dict[str, dict[str, float]] = {}
    for organ in ORGANS:
        of_organ = [row for row in rows if row["organ"] == organ.key and not math.isnan(row["dice"])]
        if of_organ:
            means[organ.key] = {m: sum(row[m] for row in of_organ) / len(of_organ) for m in ("dice", "nsd")}
    return means


def write(rows: list[dict[str, Any]], model: Model, out: Path) -> None:
    """`out/scores.csv` and `out/scores.json` (rows, means per organ, the model's id and hash)."""
    out.mkdir(parents=True, exist_ok=True)
    with replacing(out / "scores.csv") as path, path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows({k: f"{v:.4f}" if isinstance(v, float) else v for k, v in row.items()} for row in rows)
    about = {"model": model.card.id, "sha256": model.card.sha256, "mean": summary(rows), "cases": rows}
    with replacing(out / "scores.json") as path:
        path.write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
