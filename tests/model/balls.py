"""A patient of four balls, and what the program makes of what a network says of it. RAS, voxels of 3 mm."""

from dataclasses import replace

import numpy as np

from flare_gui.model import pipeline
from flare_gui.model.card import ModelCard
from flare_gui.organs import LEFT_KIDNEY, LIVER, RIGHT_KIDNEY, SPLEEN

AFFINE = np.diag([3.0, 3.0, 3.0, 1.0])
SHAPE = (60, 50, 40)
# Middles and radii in voxels, RAS: right is at the high end of x.
BALLS = {
    LIVER.label: ((44, 32, 27), 12),
    RIGHT_KIDNEY.label: ((44, 11, 11), 9),
    SPLEEN.label: ((12, 30, 30), 8),
    LEFT_KIDNEY.label: ((14, 11, 11), 9),
}
RISING = {"agreement": [0.0, 1.0], "dice": [0.0, 1.0]}
CARD = replace(
    ModelCard.from_json(
        {
            "id": "x", "architecture": {}, "spacing_mm": [3, 3, 3], "window_hu": {"low": -200, "high": 300},
            "patch": [64, 64, 64], "classes": ["background", "liver", "right_kidney", "spleen", "left_kidney"],
            "training_data": [], "recipe": {}, "commit": "0", "scores": {}, "sha256": "0" * 64,
        }
    ),
    confidence=dict.fromkeys(("liver", "right_kidney", "spleen", "left_kidney"), RISING),
)  # fmt: skip


def ball(middle: tuple[int, int, int], radius: float) -> np.ndarray:
    places = np.indices(SHAPE)
    return np.asarray(sum((places[axis] - middle[axis]) ** 2 for axis in range(3)) <= radius**2)


def patient(organs: dict[int, float], *, noise: float = 8.0, fat: float = -100.0) -> tuple[np.ndarray, np.ndarray]:
    """float32 HU (x, y, z) of organs with these HU by label, in fat, and a network's labels: each organ as it lies."""
    hu, labels = np.full(SHAPE, fat, np.float32), np.zeros(SHAPE, np.uint8)
    for label, (middle, radius) in BALLS.items():
        where = ball(middle, radius)
        labels[where] = label
        hu[where] = organs.get(label, fat)
    return hu + np.random.default_rng(3).normal(0, noise, SHAPE).astype(np.float32), labels


def sure(labels: np.ndarray, p: float = 0.96) -> np.ndarray:
    return np.stack([np.where(labels == label, p, (1 - p) / 4) for label in range(5)]).astype(np.float32)


ENHANCED = {LIVER.label: 100.0, RIGHT_KIDNEY.label: 150.0, SPLEEN.label: 110.0, LEFT_KIDNEY.label: 145.0}
PLAIN = {LIVER.label: 55.0, RIGHT_KIDNEY.label: 30.0, SPLEEN.label: 48.0, LEFT_KIDNEY.label: 28.0}


def found(hu: np.ndarray, labels: np.ndarray, p: float = 0.96) -> tuple[np.ndarray, dict[str, float], str]:
    """Labels, confidence by organ, and all that is said."""
    organs, trust = pipeline.anatomy_of(sure(labels, p), hu, AFFINE, CARD)
    return organs.labels, trust.expected, " | ".join((*organs.findings.warnings, *organs.missing()))
