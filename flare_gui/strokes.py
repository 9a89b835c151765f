"""What a user drew to correct a mask: lines of points in the patient, each with the organ that is there or none.

The file is JSON, so that a correction can be repeated without a window:

    {"flare_gui_strokes": 1,
     "strokes": [{"organ": "liver", "points_mm": [[12.5, -80.0, 40.0], [14.0, -80.0, 40.0]]},
                 {"organ": null,    "points_mm": [[60.0, -75.5, 22.0]]}]}

Points are millimetres in RAS+, as the affine of the scan has them.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from flare_gui.errors import FlareError
from flare_gui.files import replacing
from flare_gui.organs import ORGANS

VERSION = 1
MOST_BYTES, MOST_STROKES, MOST_POINTS = 16 << 20, 10_000, 10_000

_LABELS = {organ.key: organ.label for organ in ORGANS}
_KEYS = {organ.label: organ.key for organ in ORGANS}


@dataclass(frozen=True, eq=False)
class Stroke:
    """`points_mm` is float (n, 3), n at least 1, RAS+ mm; `label` that of the organ they lie in, 0 for none of them."""

    label: int
    points_mm: np.ndarray

    def __post_init__(self) -> None:
        if self.label not in (0, *_KEYS):
            raise ValueError(f"{self.label} is no organ's label")
        shape = self.points_mm.shape
        if len(shape) != 2 or shape[1] != 3 or not 1 <= shape[0] <= MOST_POINTS:
            raise ValueError(f"a stroke has from 1 to {MOST_POINTS} points of three numbers")
        if not np.isfinite(self.points_mm).all():
            raise ValueError("the points of a stroke have to be finite numbers")


def as_json(strokes: Iterable[Stroke]) -> list[dict[str, Any]]:
    """JSON-ready; `from_json` is the way back."""
    return [
        {"organ": _KEYS.get(stroke.label), "points_mm": np.round(stroke.points_mm, 2).tolist()} for stroke in strokes
    ]


def from_json(values: Any) -> list[Stroke]:
    """Strokes from their JSON. Raises `ValueError`, `KeyError` or `TypeError` when it is none."""
    if not isinstance(values, list) or len(values) > MOST_STROKES:
        raise ValueError(f"strokes are a list of at most {MOST_STROKES}")
    return [_stroke(value) for value in values]


def _stroke(value: dict[str, Any]) -> Stroke:
    organ = value["organ"]
    if organ is not None and organ not in _LABELS:
        raise ValueError(f"{organ!r} is none of {', '.join(_LABELS)}, nor null")
    return Stroke(0 if organ is None else _LABELS[organ], np.array(value["points_mm"], float))


def read(path: Path) -> list[Stroke]:
    """The strokes in a JSON file. Raises `FlareError` when it is none."""
    hint = "See docs/correcting.md for how strokes are written."
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ValueError(f"it is larger than {MOST_BYTES >> 20} MB")
        values = json.loads(path.read_text(encoding="utf-8"))
        if values["flare_gui_strokes"] != VERSION:
            raise ValueError("another version")
        return from_json(values["strokes"])
    except OSError as problem:
        raise FlareError(f"{path}: cannot be read ({problem.strerror})", hint="Check the path.") from problem
    except KeyError as problem:
        raise FlareError(f"{path}: these are no strokes: {problem} is missing", hint=hint) from problem
    except (ValueError, TypeError, RecursionError) as problem:
        raise FlareError(f"{path}: these are no strokes ({problem})", hint=hint) from problem


def write(strokes: Sequence[Stroke], path: Path) -> None:
    """Write a JSON file in one move."""
    with replacing(path) as beside:
        beside.write_text(json.dumps({"flare_gui_strokes": VERSION, "strokes": as_json(strokes)}) + "\n", "utf-8")
