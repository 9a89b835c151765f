"""What was measured on a slice: points in RAS+ mm, and the canonical axis `plane` that the slice is across."""

from dataclasses import dataclass

import numpy as np

from flare_gui import geometry


@dataclass(frozen=True, eq=False)
class _Span:
    """Two points in patient mm, drawn on the slices of `plane`."""

    start: np.ndarray
    end: np.ndarray
    plane: int = 2

    @property
    def points(self) -> tuple[np.ndarray, ...]:
        return self.start, self.end

    @property
    def _length_mm(self) -> float:
        return float(np.linalg.norm(np.asarray(self.end) - np.asarray(self.start)))


@dataclass(frozen=True, eq=False)
class Ruler(_Span):
    """A distance between two points."""

    @property
    def mm(self) -> float:
        return self._length_mm


@dataclass(frozen=True, eq=False)
class Angle:
    """The angle at `corner` between the ways to two points."""

    start: np.ndarray
    corner: np.ndarray
    end: np.ndarray
    plane: int = 2

    @property
    def points(self) -> tuple[np.ndarray, ...]:
        return self.start, self.corner, self.end

    @property
    def degrees(self) -> float:
        one, other = np.asarray(self.start) - self.corner, np.asarray(self.end) - self.corner
        lengths = float(np.linalg.norm(one) * np.linalg.norm(other))
        return float(np.degrees(np.arccos(np.clip(one @ other / lengths, -1, 1)))) if lengths else 0.0


@dataclass(frozen=True, eq=False)
class Circle(_Span):
    """The voxels around `start`, as far as `end`, on one slice."""

    @property
    def radius_mm(self) -> float:
        return self._length_mm

    def hu(self, hu: np.ndarray, affine: np.ndarray) -> tuple[float, float, float] | None:
        """(mean HU, standard deviation, area in mm²) of voxels of canonical `hu` (x, y, z) whose centres lie within.

        None where there is no voxel.
        """
        centre = geometry.apply(np.linalg.inv(affine), np.asarray(self.start)[None])[0]
        spacing = np.array(geometry.spacing(affine))
        index = round(float(centre[self.plane]))
        if not 0 <= index < hu.shape[self.plane]:
            return None
        one, other = (axis for axis in range(3) if axis != self.plane)
        across = (np.arange(hu.shape[one]) - centre[one])[:, None] * spacing[one]
        up = (np.arange(hu.shape[other]) - centre[other])[None] * spacing[other]
        values = geometry.layer(hu, self.plane, index)[across**2 + up**2 <= self.radius_mm**2]
        if not values.size:
            return None
        area = values.size * float(spacing[one] * spacing[other])
        return float(values.mean()), float(values.std()), area


Measurement = Ruler | Angle | Circle
