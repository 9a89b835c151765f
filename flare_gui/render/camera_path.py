"""Where the camera of a fly-through is: it visits each organ from its own side, then sees all of them again."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pyvista as pv
from scipy.interpolate import PchipInterpolator

from flare_gui.organs import LEFT_KIDNEY, LIVER, ORGANS, RIGHT_KIDNEY, SPLEEN

# From which side an organ is best seen: degrees from the front towards the patient's right, and upwards.
_SIDES = {LIVER.label: (25, 10), RIGHT_KIDNEY.label: (130, 8), LEFT_KIDNEY.label: (215, 8), SPLEEN.label: (295, 12)}
# Visited in the order in which one walks around the patient, so that the camera never turns back.
ORDER = (LIVER.label, RIGHT_KIDNEY.label, LEFT_KIDNEY.label, SPLEEN.label)
OVERVIEW, CLOSE = 2.9, 4.4
FAINT = 0.12


class Shot(NamedTuple):
    """One picture's camera in RAS+ mm, and the opacity of each organ by label. Up is the patient's head."""

    position: np.ndarray
    focal_point: np.ndarray
    opacity: dict[int, float]


def fly(surfaces: Mapping[int, pv.PolyData], frames: int) -> list[Shot]:
    """The shots of a fly-through: all from the front, each organ close by while the others fade, all again."""
    boxes = np.array([surface.bounds for surface in surfaces.values()])
    low, high = boxes[:, ::2].min(axis=0), boxes[:, 1::2].max(axis=0)
    middle, radius = (low + high) / 2, float(np.linalg.norm(high - low)) / 2
    everyone = dict.fromkeys((organ.label for organ in ORGANS), 1.0)
    stops = [(middle, 0.0, 8.0, OVERVIEW * radius, everyone)]
    for label in ORDER:
        if label in surfaces:
            bounds = np.array(surfaces[label].bounds)
            near = float(np.linalg.norm(bounds[1::2] - bounds[::2])) / 2
            alone = {other: 1.0 if other == label else FAINT for other in everyone}
            stops.append(((bounds[::2] + bounds[1::2]) / 2, *_SIDES[label], CLOSE * near, alone))
    stops.append((middle, 360.0, 8.0, OVERVIEW * radius, everyone))
    # Each stop is held for a moment: two keys with the same values.
    times, keys = [], []
    for i, (focus, around, up, distance, opacity) in enumerate(stops):
        row = [*focus, around, up, distance, *(opacity[organ.label] for organ in ORGANS)]
        times += [i - 0.12, i + 0.12]
        keys += [row, row]
    # This interpolation never overshoots: the camera does not swing past a stop.
    path = PchipInterpolator(np.array(times), np.array(keys, float))
    return [_shot(row) for row in path(np.linspace(0, len(stops) - 1, frames))]


def _shot(row: np.ndarray) -> Shot:
    focus, around, up, distance = row[:3], np.radians(row[3]), np.radians(row[4]), row[5]
    # 0 degrees is the front (+y); turning goes to the patient's right (+x).
    towards = np.array([np.sin(around) * np.cos(up), np.cos(around) * np.cos(up), np.sin(up)])
    opacity = {organ.label: float(value) for organ, value in zip(ORGANS, row[6:], strict=True)}
    return Shot(focus + distance * towards, focus, opacity)
