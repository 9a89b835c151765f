"""What becomes of a stroke: our correction, a ball brush that fits, and growing from seeds by the HU alone."""

from collections.abc import Callable
from typing import Protocol

import numpy as np
from scipy import sparse

from flare_gui import geometry
from flare_gui.edit.brush import capsule, erased, painted
from flare_gui.model.correction import Correction
from flare_gui.strokes import Stroke
from tests.benchmarks.strokes.cases import OrganCase
from tests.benchmarks.strokes.user import Drawn

# The finest ball a user has, so that a stroke is never nothing.
LEAST_RADIUS_MM = 1.5

# Growing decides anew within so many mm of a stroke, on a grid of this size; the mask around it is a seed as well.
GROW_MM, GROW_GRID_MM = 30.0, 3.0
# One step of this many HU is as far as one mm.
HU_PER_MM = 10.0


class Method(Protocol):
    """Changes `labels`, uint8 (x, y, z) on the grid of the case, in place, with each stroke."""

    labels: np.ndarray

    def draw(self, drawn: Drawn, label: int) -> None:
        """`label` is that of the organ that lies there, 0 for none."""


class Teach:
    """A stroke of ours."""

    def __init__(self, case: OrganCase) -> None:
        self.labels = case.labels.copy(order="K")
        self._correction = Correction(case.features, case.affine)

    def draw(self, drawn: Drawn, label: int) -> None:
        change = self._correction.add(Stroke(label, drawn.points_mm), self.labels)
        if change is not None:
            self.labels[change.box] = change.labels


class Brush:
    """The program's ball brush along the stroke, as thick as the error there."""

    def __init__(self, case: OrganCase) -> None:
        self.labels, self._case = case.labels.copy(order="K"), case

    def draw(self, drawn: Drawn, label: int) -> None:
        spacing = np.array(geometry.spacing(self._case.affine))
        points = geometry.apply(np.linalg.inv(self._case.affine), drawn.points_mm)
        radius = max(LEAST_RADIUS_MM, drawn.radius_mm)
        for start, end in zip(points, [*points[1:], points[-1]], strict=True):
            box, covered = capsule(start, end, radius, spacing, self.labels.shape, None)
            here = self.labels[box]
            self.labels[box] = painted(here, covered, label, over=True) if label else erased(here, covered, None)


class Grow:
    """All voxels around a stroke go to the nearest seed, by geodesic distance in the HU (as GeoS, Criminisi 2008)."""

    def __init__(self, case: OrganCase) -> None:
        self.labels, self._case = case.labels.copy(order="K"), case
        self._seeds: list[tuple[np.ndarray, bool]] = []

    def draw(self, drawn: Drawn, label: int) -> None:
        case, organ = self._case, self._case.organ.label
        self._seeds.append((drawn.points_mm, drawn.inside))
        low, high = drawn.points_mm.min(axis=0) - GROW_MM, drawn.points_mm.max(axis=0) + GROW_MM
        grid = np.diag([GROW_GRID_MM] * 3 + [1.0])
        grid[:3, 3] = low
        x, y, z = np.ceil((high - low) / GROW_GRID_MM).astype(int).tolist()
        hu = geometry.resample(case.hu, case.affine, grid, (x, y, z), fill=-1024)
        mask = geometry.resample(self.labels == organ, case.affine, grid, (x, y, z), fill=0.0) > 0.5
        seeds = np.where(mask, 1, -1)
        seeds[1:-1, 1:-1, 1:-1] = 0
        for points, inside in self._seeds:
            at = np.rint((points - low) / GROW_GRID_MM).astype(int)
            at = at[((at >= 0) & (at < hu.shape)).all(axis=1)]
            seeds[tuple(at.T)] = 1 if inside else -1
        grown = np.where(_nearest_seed(hu, seeds), 0.5, -0.5)
        fine = geometry.resample(grown, grid, case.affine, self.labels.shape, fill=9.0)
        region = np.abs(fine) <= 0.5
        self.labels[region & (fine > 0)] = organ
        self.labels[region & (fine <= 0) & (self.labels == organ)] = 0


def _nearest_seed(hu: np.ndarray, seeds: np.ndarray) -> np.ndarray:
    """Whether the seed nearest to each voxel is above 0."""
    numbers = np.arange(hu.size).reshape(hu.shape)
    pairs, costs = [], []
    for axis in range(3):
        a, b = np.moveaxis(numbers, axis, 0)[:-1].ravel(), np.moveaxis(numbers, axis, 0)[1:].ravel()
        pairs.append((a, b))
        costs.append(GROW_GRID_MM + np.abs(hu.ravel()[a] - hu.ravel()[b]) / HU_PER_MM)
    start, end = (np.concatenate(ends) for ends in zip(*pairs, strict=True))
    graph = sparse.csr_matrix((np.concatenate(costs), (start, end)), (hu.size, hu.size))
    given = np.flatnonzero(seeds)
    *_, source = sparse.csgraph.dijkstra(graph, directed=False, indices=given, min_only=True, return_predecessors=True)
    found: np.ndarray = seeds.ravel()[source].reshape(hu.shape) > 0
    return found


METHODS: dict[str, Callable[[OrganCase], Method]] = {"teach": Teach, "brush": Brush, "grow": Grow}
