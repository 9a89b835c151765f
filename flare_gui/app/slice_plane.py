"""The three planes in radiological convention, and where a voxel of the scan lies on each, in millimetres."""

from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QRectF

from flare_gui import geometry
from flare_gui.app.document import Document


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


class Frame:
    """A plane of one scan. Places on it are (across, up) in mm from the lower left corner of the slice."""

    def __init__(self, document: Document, plane: Plane) -> None:
        self._plane, self._spacing, self._shape = plane, geometry.spacing(document.affine), document.hu.shape

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
        plane = np.take(array, index, axis=self._plane.through)
        plane = plane if self._plane.across < self._plane.up else plane.T
        return plane[::-1] if self._plane.mirrored else plane

    def edges(self, mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(across, up) of line segments, two points each, around the pixels of a boolean (across, up) mask."""
        a, u = self._spacing[self._plane.across], self._spacing[self._plane.up]
        padded = np.pad(mask, 1)
        x, y = np.nonzero(padded[1:, 1:-1] != padded[:-1, 1:-1])
        left, down = np.nonzero(padded[1:-1, 1:] != padded[1:-1, :-1])
        across = np.concatenate([np.stack([x, x], 1).ravel(), np.stack([left, left + 1], 1).ravel()]) * a
        up = np.concatenate([np.stack([y, y + 1], 1).ravel(), np.stack([down, down], 1).ravel()]) * u
        return across, up
