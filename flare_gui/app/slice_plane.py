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
        plane = geometry.layer(array, self._plane.through, index)
        plane = plane if self._plane.across < self._plane.up else plane.T
        return plane[::-1] if self._plane.mirrored else plane

    def outlines(self, here: np.ndarray) -> dict[int, tuple[np.ndarray, np.ndarray]]:
        """By label the (across, up) of line segments, two points each, around its pixels in a slice of uint8 labels."""
        a, u = self._spacing[self._plane.across], self._spacing[self._plane.up]
        padded = np.zeros((here.shape[0] + 2, here.shape[1] + 2), np.uint8)
        padded[1:-1, 1:-1] = here
        # Borders between any two labels are looked for once, not once a label.
        x, y, left, right = _borders(padded[:-1, 1:-1], padded[1:, 1:-1])
        v, w, below, above = _borders(padded[1:-1, :-1], padded[1:-1, 1:])
        across = np.concatenate([np.stack([x, x], 1), np.stack([v, v + 1], 1)]) * a
        up = np.concatenate([np.stack([y, y + 1], 1), np.stack([w, w], 1)]) * u
        one, other = np.concatenate([left, below]), np.concatenate([right, above])
        present = np.flatnonzero(np.bincount(one, minlength=256) + np.bincount(other, minlength=256))
        around = {int(label): (one == label) | (other == label) for label in present if label}
        return {label: (across[chosen].ravel(), up[chosen].ravel()) for label, chosen in around.items()}


def _borders(one: np.ndarray, other: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Where two (x, y) arrays differ: x, y, and what either holds there."""
    x, y = np.divmod(np.flatnonzero(one != other), one.shape[1])
    return x, y, one[x, y], other[x, y]
