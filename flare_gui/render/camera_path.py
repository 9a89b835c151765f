"""Where the camera of a film is: far enough for all to fit, and along which way a fly-through visits the organs."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
import pyvista as pv
from scipy.interpolate import PchipInterpolator

from flare_gui.organs import LEFT_KIDNEY, LIVER, ORGANS, RIGHT_KIDNEY, SPLEEN

# From which side an organ is best seen: degrees from the front towards the patient's right, and upwards.
_SIDES = {LIVER.label: (25, 10), RIGHT_KIDNEY.label: (130, 8), LEFT_KIDNEY.label: (215, 8), SPLEEN.label: (295, 12)}
# Visited in the order in which one walks around the patient, so that the camera never turns back.
ORDER = (LIVER.label, RIGHT_KIDNEY.label, LEFT_KIDNEY.label, SPLEEN.label)
FRONT = (0.0, 8.0)
FAINT = 0.12
# An organ that is visited leaves this much room for its neighbours.
CLOSE = 1.35

Distance = Callable[[np.ndarray, np.ndarray], float]
"""`distance(points, towards)`: from how far (n, 3) points about the focal point fit, seen along a unit vector."""


class Shot(NamedTuple):
    """One picture's camera in RAS+ mm, and the opacity of each organ by label. Up is the patient's head."""

    position: np.ndarray
    focal_point: np.ndarray
    opacity: dict[int, float]


def fly(surfaces: Mapping[int, pv.PolyData], frames: int, distance: Distance) -> list[Shot]:
    """The shots of a fly-through: all from the front, each organ close by while the others fade, all again."""
    low, high = box_of(surfaces)
    middle, everyone = (low + high) / 2, dict.fromkeys((organ.label for organ in ORGANS), 1.0)
    points = np.concatenate([np.asarray(surface.points) for surface in surfaces.values()])
    far = distance(points - middle, direction(*FRONT))
    stops = [(middle, *FRONT, far, everyone)]
    for label in ORDER:
        if label in surfaces:
            bounds, side = np.array(surfaces[label].bounds), _SIDES[label]
            centre = (bounds[::2] + bounds[1::2]) / 2
            near = CLOSE * distance(np.asarray(surfaces[label].points) - centre, direction(*side))
            alone = {other: 1.0 if other == label else FAINT for other in everyone}
            stops.append((centre, *side, near, alone))
    stops.append((middle, FRONT[0] + 360.0, FRONT[1], far, everyone))
    # Each stop is held for a moment: two keys with the same values.
    times, keys = [], []
    for i, (focus, around, up, away, opacity) in enumerate(stops):
        row = [*focus, around, up, away, *(opacity[organ.label] for organ in ORGANS)]
        times += [i - 0.12, i + 0.12]
        keys += [row, row]
    # This interpolation never overshoots: the camera does not swing past a stop.
    path = PchipInterpolator(np.array(times), np.array(keys, float))
    return [_shot(row) for row in path(np.linspace(0, len(stops) - 1, frames))]


def box_of(surfaces: Mapping[int, pv.PolyData]) -> tuple[np.ndarray, np.ndarray]:
    """Lowest and highest corner of the box around all surfaces, RAS+ mm."""
    boxes = np.array([surface.bounds for surface in surfaces.values()])
    return boxes[:, ::2].min(axis=0), boxes[:, 1::2].max(axis=0)


def direction(around: float, up: float) -> np.ndarray:
    """Unit vector towards a camera `around` degrees from the front (+y) to the patient's right (+x), `up` above."""
    a, u = np.radians(around), np.radians(up)
    return np.array([np.sin(a) * np.cos(u), np.cos(a) * np.cos(u), np.sin(u)])


def fitting_distance(
    points: np.ndarray, towards: np.ndarray, view_angle: float, aspect: float, room: tuple[float, float]
) -> float:
    """From how far a camera with the head up sees all (n, 3) points about its focal point, in mm.

    `view_angle` is the vertical one in degrees, `aspect` width by height, `room` the shares of width and height that
    may be filled.
    """
    right = np.cross((0.0, 0.0, 1.0), towards)
    right /= np.linalg.norm(right)
    upwards = np.cross(towards, right)
    tangent = np.tan(np.radians(view_angle) / 2)
    nearer = points @ towards
    across = np.abs(points @ right) / (tangent * aspect * room[0])
    along = np.abs(points @ upwards) / (tangent * room[1])
    return float((nearer + np.maximum(across, along)).max())


def _shot(row: np.ndarray) -> Shot:
    focus, away = row[:3], row[5]
    opacity = {organ.label: float(value) for organ, value in zip(ORGANS, row[6:], strict=True)}
    return Shot(focus + away * direction(row[3], row[4]), focus, opacity)
