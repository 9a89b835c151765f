"""The three planes in radiological convention, and where a voxel of the scan lies on each, in millimetres."""

from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QRectF

from flare_gui import geometry
from flare_gui.app.document.document import Document


class Plane(NamedTuple):
    """Canonical axes across and up the screen and through it, and the letters left, right, top, bottom."""

    name: str
    across: int
    up: int
    through: int
    mirrored: bool
    letters: str


# Canonical axis 0 grows to the patient's right, which belongs on the screen's left: axial and coronal are mirrored.
AXIAL = Plane("Axial", 0, 1, 2, True, "RLAP")
CORONAL = Plane("Coronal", 0, 2, 1, True, "RLSI")
SAGITTAL = Plane("Sagittal", 1, 2, 0, True, "APSI")


# (across, up) in mm of line segments, two points each.
Lines = tuple[np.ndarray, np.ndarray]


class Frame:
    """A plane of one scan. Places on it are (across, up) in mm from the lower left corner of the slice."""

    def __init__(self, document: Document, plane: Plane) -> None:
        self._plane, self._spacing, self._shape = plane, geometry.spacing(document.affine), document.hu.shape

    @property
    def through(self) -> int:
        """The canonical axis that the plane lies across."""
        return self._plane.through

    @property
    def rect(self) -> QRectF:
        """The slice from edge to edge."""
        a, u = self._plane.across, self._plane.up
        return QRectF(0, 0, self._shape[a] * self._spacing[a], self._shape[u] * self._spacing[u])

    def on_plane(self, voxel: np.ndarray) -> tuple[float, float]:
        """Where a canonical voxel index lies, fractions allowed."""
        across, up = ((float(voxel[i]) + 0.5) * self._spacing[i] for i in (self._plane.across, self._plane.up))
        return (self.rect.width() - across if self._plane.mirrored else across), up

    def voxel(self, across: float, up: float, through: float) -> np.ndarray:
        """The canonical voxel index (x, y, z), with fractions, of a place on the slice `through`."""
        point = np.zeros(3)
        across = self.rect.width() - across if self._plane.mirrored else across
        point[self._plane.across] = across / self._spacing[self._plane.across] - 0.5
        point[self._plane.up] = up / self._spacing[self._plane.up] - 0.5
        point[self._plane.through] = through
        return point

    def cut(self, array: np.ndarray, index: int) -> np.ndarray:
        """Slice `index` of a canonical (x, y, z) array as (across, up), the way it is drawn."""
        return self.turned(geometry.layer(array, self._plane.through, index))

    def turned(self, layer: np.ndarray) -> np.ndarray:
        """A slice as it lies in the canonical array as (across, up), the way it is drawn."""
        plane = layer if self._plane.across < self._plane.up else layer.T
        return plane[::-1] if self._plane.mirrored else plane

    def outlines(self, here: np.ndarray) -> dict[int, Lines]:
        """By label the (across, up) of line segments, two points each, around its pixels in a slice of uint8 labels."""
        here = np.ascontiguousarray(here.T).T
        filled = [np.flatnonzero(here.any(axis=axis)) for axis in (1, 0)]
        if not filled[0].size:
            return {}
        # Only where organs are, with one voxel of background around them.
        (a0, a1), (u0, u1) = ((side[0], side[-1] + 1) for side in filled)
        padded = np.zeros((a1 - a0 + 2, u1 - u0 + 2), np.uint8, order="F")
        padded[1:-1, 1:-1] = here[a0:a1, u0:u1]
        # Borders between any two labels are looked for once, not once a label.
        x, y0, y1, left, right = _borders(padded[:-1, 1:-1], padded[1:, 1:-1])
        y, x0, x1, below, above = _borders(padded[1:-1, :-1].T, padded[1:-1, 1:].T)
        across = np.concatenate([np.stack([x, x], 1), np.stack([x0, x1], 1)]) + a0
        up = np.concatenate([np.stack([y0, y1], 1), np.stack([y, y], 1)]) + u0
        across, up = across * self._spacing[self._plane.across], up * self._spacing[self._plane.up]
        one, other = np.concatenate([left, below]), np.concatenate([right, above])
        present = np.flatnonzero(np.bincount(one, minlength=256) + np.bincount(other, minlength=256))
        around = {int(label): (one == label) | (other == label) for label in present if label}
        return {label: (across[chosen].ravel(), up[chosen].ravel()) for label, chosen in around.items()}


def _borders(one: np.ndarray, other: np.ndarray) -> tuple[np.ndarray, ...]:
    """Where two (line, place) arrays differ: line, first and last place of each run, and what either holds there."""
    at = np.flatnonzero(one != other)
    line, place = np.divmod(at, one.shape[1])
    here, there = one[line, place], other[line, place]
    # A straight border is one line, not one a voxel.
    first = np.ones(len(at) + 1, bool)
    first[1:-1] = (np.diff(at) > 1) | (place[1:] == 0) | (here[1:] != here[:-1]) | (there[1:] != there[:-1])
    ends = np.flatnonzero(first)
    starts = ends[:-1]
    return line[starts], place[starts], place[starts] + np.diff(ends), here[starts], there[starts]
