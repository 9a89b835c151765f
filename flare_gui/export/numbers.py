"""Numbers of each organ, for a spreadsheet and for a program."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
from scipy import ndimage

from flare_gui import SOFTWARE, geometry
from flare_gui.analysis.measure import measure
from flare_gui.export.context import Context
from flare_gui.organs import ORGANS
from flare_gui.volume import Segmentation, Volume

BY_HAND = "by hand"
COLUMNS = (
    "organ",
    "volume_ml",
    "mean_hu",
    "median_hu",
    "sd_hu",
    "p5_hu",
    "p95_hu",
    "extent_right_left_mm",
    "extent_front_back_mm",
    "extent_up_down_mm",
    "touches_border",
    "confidence",
    "corrected",
)


def rows(volume: Volume, segmentation: Segmentation) -> list[dict[str, Any]]:
    """One row an organ with `COLUMNS`; None where there is nothing to measure. Extents are along the patient's axes."""
    measures = measure(volume, segmentation)
    boxes = geometry.boxes_of_labels(segmentation.labels, max(organ.label for organ in ORGANS))
    table = []
    for organ in ORGANS:
        found, box = measures[organ.key], boxes[organ.label - 1]
        row: dict[str, Any] = dict.fromkeys(COLUMNS)
        row |= {"organ": organ.key, "volume_ml": round(found.volume_ml, 2), "touches_border": found.touches_border}
        row["confidence"] = segmentation.confidence(organ.key)
        row["corrected"] = BY_HAND if organ.key in segmentation.corrected else None
        if box is not None:
            inside = segmentation.labels[box] == organ.label
            low, median, high = np.percentile(volume.hu[box][inside], (5, 50, 95))
            corner = np.array([side.start for side in box])
            extents = _extent(inside, geometry.crop(segmentation.affine, corner))
            row |= {"mean_hu": _rounded(found.mean_hu), "sd_hu": _rounded(found.sd_hu)}
            row |= {"p5_hu": float(low), "median_hu": float(median), "p95_hu": float(high)}
            row |= dict(zip(COLUMNS[7:10], (round(float(mm), 1) for mm in extents), strict=True))
        table.append(row)
    return table


def cut_organs(table: list[dict[str, Any]]) -> list[str]:
    """A sentence for each organ of `rows` that the scan does not have all of."""
    return [
        f"the scan ends inside the {row['organ'].replace('_', ' ')}: its volume is that of a part"
        for row in table
        if row["touches_border"]
    ]


def write_csv(context: Context) -> list[Path]:
    """`.organs.csv`, with a header line."""

    def save(path: Path) -> None:
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, COLUMNS)
            writer.writeheader()
            writer.writerows(rows(context.volume, context.segmentation))

    return [context.write(context.path(".organs.csv"), save)]


def write_json(context: Context) -> list[Path]:
    """`.organs.json`: the same rows, by organ, and what they were measured with."""
    table = {row["organ"]: row for row in rows(context.volume, context.segmentation)}
    text = json.dumps({**table, "software": SOFTWARE}, indent=2) + "\n"
    return [context.write(context.path(".organs.json"), lambda path: path.write_text(text, encoding="utf-8"))]


def _extent(mask: np.ndarray, affine: np.ndarray) -> np.ndarray:
    """Size of a mask along right-left, front-back, up-down in mm, voxels counted with their whole width."""
    surface = mask & ~ndimage.binary_erosion(mask)
    points = geometry.apply(affine, np.argwhere(surface))
    return np.ptp(points, axis=0) + np.abs(affine[:3, :3]).sum(axis=1)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
