"""Masks drawn plane by plane, as in DICOM: which plane a slice of the scan takes, and what a polygon covers."""

from collections.abc import Sequence

import numpy as np

# Planes nearer than this, in slices, are one.
_SAME_PLANE = 0.05
# Edges that are filled at once: one crosses every line of an image at most.
_EDGES = 4096


def usual_step(planes: Sequence[float]) -> float:
    """The usual distance between neighbours among `planes`; 1 for a single one."""
    steps = np.diff(np.unique(np.asarray(planes, float)))
    steps = steps[steps > _SAME_PLANE]
    return float(np.median(steps)) if steps.size else 1.0


def plane_of_slice(planes: Sequence[float], count: int, step: float) -> np.ndarray:
    """For each of `count` slices the plane that it takes, -1 for none.

    `planes` are places in slices, `step` is their usual distance. A plane stands for what is nearer to it than half a
    step, and at least for half a slice.
    """
    places = np.asarray(planes, float)
    order = np.argsort(places, kind="stable")
    at, reach = places[order], max(1.0, step) / 2
    slices = np.arange(count)
    after = np.clip(np.searchsorted(at, slices), 1, max(1, len(at) - 1))
    nearest = np.where(slices - at[after - 1] <= at[np.minimum(after, len(at) - 1)] - slices, after - 1, after)
    nearest = np.clip(nearest, 0, len(at) - 1)
    # Half open: what lies in the middle between two planes, or half a step before the first one, is taken once.
    away = slices - at[nearest]
    near = (away > -reach + 1e-3) & (away <= reach + 1e-3)
    return np.where(near, order[nearest], -1)


def same_planes(places: Sequence[float]) -> list[list[int]]:
    """Which of `places` lie in one plane: lists of their indices, from the lowest plane up."""
    groups: list[list[int]] = []
    last = -np.inf
    for i in np.argsort(np.asarray(places, float), kind="stable"):
        if places[i] - last > _SAME_PLANE:
            groups.append([])
            last = places[i]
        groups[-1].append(int(i))
    return groups


def filled(polygons: Sequence[np.ndarray], shape: tuple[int, int]) -> np.ndarray:
    """bool of `shape`: which pixels' centres lie inside an odd number of `polygons`, each (n, 2) in pixels.

    So a polygon within another one is a hole, whichever way round either goes, and the two edges of a keyhole cancel.
    """
    crossings = np.zeros((shape[0], shape[1] + 1), np.int32)
    for polygon in polygons:
        ends = np.roll(polygon, -1, axis=0)
        for start in range(0, len(polygon), _EDGES):
            _cross(crossings, polygon[start : start + _EDGES], ends[start : start + _EDGES])
    inside: np.ndarray = np.cumsum(crossings, axis=1)[:, :-1] % 2 == 1
    return inside


def _cross(crossings: np.ndarray, a: np.ndarray, b: np.ndarray) -> None:
    """Count where edges from `a` to `b` cross lines of pixels, at the first pixel behind the crossing."""
    lines, pixels = crossings.shape[0], crossings.shape[1] - 1
    first = np.clip(np.ceil(np.minimum(a[:, 0], b[:, 0])), 0, lines).astype(int)
    last = np.clip(np.ceil(np.maximum(a[:, 0], b[:, 0])), 0, lines).astype(int)
    counts = last - first
    edge = np.repeat(np.arange(len(a)), counts)
    line = np.arange(len(edge)) - np.repeat(np.cumsum(counts) - counts, counts) + first[edge]
    part = (line - a[edge, 0]) / (b[edge, 0] - a[edge, 0])
    crossed = a[edge, 1] + part * (b[edge, 1] - a[edge, 1])
    np.add.at(crossings, (line, np.clip(np.ceil(crossed), 0, pixels).astype(int)), 1)
