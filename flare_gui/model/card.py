"""The model card: what a file of weights is, what it was trained on and what may be done with it. Knows no torch."""

import json
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from flare_gui.assets import asset
from flare_gui.errors import BadWeights
from flare_gui.model.preprocess import Window
from flare_gui.organs import ORGANS

CLASSES = ("background", *(organ.key for organ in ORGANS))
"""What the channels of a network mean: channel `i` is label `i` of our masks."""

SHIPPED = "vnet-3mm.safetensors"

MOST_CARD_BYTES = 4 * 1024**2

_HINT = "Choose weights written by `flare-train release`, with their model card beside them."


@dataclass(frozen=True)
class ModelCard:
    """The JSON beside `NAME.safetensors` is `NAME.json`, with these keys.

    `architecture` is `VNetSettings.as_card()`; `spacing_mm` the voxel size the network works at; `patch` the voxels a
    side it was trained on; `training_data` rows of name, licence and share; `recipe` the training run's settings;
    `commit` the program's version that trained; `scores` Dice per organ by test set; `sha256` of the weights' file;
    `confidence` by organ key the curve from `agreement` to `dice` (see `flare_gui.model.confidence`), empty where the
    weights were not calibrated, and absent from older cards; `notes` what else to know: intended use, known failures.
    """

    id: str
    architecture: dict[str, Any]
    spacing_mm: tuple[float, float, float]
    window_hu: Window
    patch: tuple[int, int, int]
    classes: tuple[str, ...]
    training_data: tuple[dict[str, Any], ...]
    recipe: dict[str, Any]
    commit: str
    scores: dict[str, Any]
    sha256: str
    confidence: dict[str, dict[str, list[float]]] = field(default_factory=dict)
    notes: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "ModelCard":
        """Raises `KeyError`, `TypeError` or `ValueError`, which say what is wrong, unless `values` is a card."""
        spacing_mm = tuple(float(mm) for mm in values["spacing_mm"])
        patch = tuple(int(side) for side in values["patch"])
        window = Window(float(values["window_hu"]["low"]), float(values["window_hu"]["high"]))
        classes = tuple(str(name) for name in values["classes"])
        if len(spacing_mm) != 3 or not all(0.1 <= mm <= 20 for mm in spacing_mm):
            raise ValueError(f"spacing_mm is {values['spacing_mm']}")
        if len(patch) != 3 or min(patch) < 1:
            raise ValueError(f"patch is {values['patch']}")
        if not -1e6 < window.low < window.high < 1e6:
            raise ValueError(f"window_hu is {values['window_hu']}")
        if classes != CLASSES:
            raise ValueError(f"classes are {', '.join(classes)} instead of {', '.join(CLASSES)}")
        return cls(
            id=str(values["id"]),
            architecture=dict(values["architecture"]),
            spacing_mm=spacing_mm,
            window_hu=window,
            patch=patch,
            classes=classes,
            training_data=tuple(dict(row) for row in values["training_data"]),
            recipe=dict(values["recipe"]),
            commit=str(values["commit"]),
            scores=dict(values["scores"]),
            sha256=str(values["sha256"]).lower(),
            confidence=_curves(values.get("confidence", {})),
            notes=dict(values.get("notes", {})),
        )

    @classmethod
    def read(cls, path: Path) -> "ModelCard":
        """The card in the JSON file `path`. Raises `BadWeights` when it is missing, damaged or not a card."""
        try:
            if path.stat().st_size > MOST_CARD_BYTES:
                raise ValueError("it is larger than 4 MB")
            values = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise BadWeights(f"{path}: the model card is missing", hint=_HINT) from None
        except (OSError, ValueError, RecursionError) as problem:
            raise BadWeights(f"{path}: the model card cannot be read ({problem})", hint=_HINT) from problem
        try:
            return cls.from_json(values)
        except KeyError as problem:
            raise BadWeights(f"{path}: the model card lacks {problem}", hint=_HINT) from problem
        except (TypeError, ValueError, OverflowError, AttributeError) as problem:
            raise BadWeights(f"{path}: this is not one of our model cards ({problem})", hint=_HINT) from problem

    def as_json(self) -> dict[str, Any]:
        """JSON-ready; `from_json` is the way back."""
        return asdict(self) | {"window_hu": self.window_hu._asdict()}


def _curves(values: dict[str, Any]) -> dict[str, dict[str, list[float]]]:
    """By organ key, the rising curve from agreement to Dice. Raises `KeyError` or `ValueError` when it is none."""
    curves = {}
    for key, curve in values.items():
        known = {name: [float(value) for value in curve[name]] for name in ("agreement", "dice")}
        rising = all(a <= b for numbers in known.values() for a, b in pairwise(numbers))
        if not rising or not len(known["agreement"]) == len(known["dice"]) > 0:
            raise ValueError(f"the confidence of {key} is no rising curve")
        curves[str(key)] = known
    return curves


def card_path(weights: Path) -> Path:
    """Where the card of a file of weights lies: beside it, with the same stem."""
    return weights.with_suffix(".json")


def card_of(weights: Path | None) -> ModelCard:
    """The card of a file of weights, by default of the shipped ones. Raises as `ModelCard.read`."""
    return ModelCard.read(card_path(asset(SHIPPED) if weights is None else weights))
