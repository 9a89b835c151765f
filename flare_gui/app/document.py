"""What the window shows: one CT, its labels, and where the user looks. Views subscribe and keep no copy."""

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QObject, Signal

from flare_gui import geometry
from flare_gui.organs import ORGANS
from flare_gui.volume import Segmentation, Volume, check_same_grid


@dataclass
class OrganLook:
    """How an organ is drawn; `opacity` from 0 to 1."""

    visible: bool = True
    opacity: float = 0.45


class Document(QObject):
    """State and signals. Positions are RAS+ mm; `hu` and `labels` are views in canonical RAS for drawing.

    `affine` places the canonical arrays. Oblique scans are drawn along their own axes.
    """

    volume_changed = Signal()
    segmentation_changed = Signal()
    cursor_changed = Signal()
    window_changed = Signal()
    organs_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._volume: Volume | None = None
        self._segmentation: Segmentation | None = None
        self._reorientation: geometry.Reorientation | None = None
        self._cursor = np.zeros(3)
        self._window = (-160.0, 240.0)
        self.looks = {organ.label: OrganLook() for organ in ORGANS}

    @property
    def volume(self) -> Volume | None:
        return self._volume

    @property
    def segmentation(self) -> Segmentation | None:
        return self._segmentation

    @property
    def affine(self) -> np.ndarray:
        """4x4, canonical voxel indices to RAS+ mm."""
        assert self._reorientation is not None, "no scan is open"
        return self._reorientation.affine

    @property
    def hu(self) -> np.ndarray:
        """The CT's HU, int16 (x, y, z) in canonical RAS."""
        assert self._volume is not None and self._reorientation is not None, "no scan is open"
        return self._reorientation.apply(self._volume.hu)

    @property
    def labels(self) -> np.ndarray | None:
        """The labels, uint8 (x, y, z) in canonical RAS; None before there are any."""
        if self._segmentation is None or self._reorientation is None:
            return None
        return self._reorientation.apply(self._segmentation.labels)

    def show(self, volume: Volume, segmentation: Segmentation | None = None) -> None:
        """Replace the scan; the cursor goes to its middle. Raises `GridMismatch` for a mask of another grid."""
        if segmentation is not None:
            check_same_grid(volume, segmentation)
        self._volume, self._segmentation = volume, segmentation
        self._reorientation = geometry.reorient(volume.affine, volume.shape)
        middle = (np.array(self.hu.shape) - 1) / 2
        self._cursor = geometry.apply(self.affine, np.rint(middle)[None])[0]
        self.volume_changed.emit()
        self.segmentation_changed.emit()
        self.cursor_changed.emit()

    def set_segmentation(self, segmentation: Segmentation | None) -> None:
        """Replace the labels. Raises `GridMismatch` when they are not on the scan's grid."""
        if segmentation is not None and self._volume is not None:
            check_same_grid(self._volume, segmentation)
        self._segmentation = segmentation
        self.segmentation_changed.emit()

    @property
    def cursor_mm(self) -> np.ndarray:
        """Where the crosshair is, RAS+ mm."""
        return self._cursor

    @cursor_mm.setter
    def cursor_mm(self, position: np.ndarray) -> None:
        self._cursor = np.asarray(position, float)
        self.cursor_changed.emit()

    @property
    def cursor_voxel(self) -> tuple[int, int, int]:
        """The canonical voxel under the crosshair, inside the scan."""
        index = geometry.apply(np.linalg.inv(self.affine), self._cursor[None])[0]
        x, y, z = (int(np.clip(round(i), 0, n - 1)) for i, n in zip(index, self.hu.shape, strict=True))
        return x, y, z

    def move_to_voxel(self, voxel: tuple[float, float, float]) -> None:
        """Put the crosshair on a canonical voxel, kept inside the scan."""
        inside = np.clip(voxel, 0, np.array(self.hu.shape) - 1)
        self.cursor_mm = geometry.apply(self.affine, inside[None])[0]

    @property
    def window(self) -> tuple[float, float]:
        """Lowest and highest HU that are drawn, black to white."""
        return self._window

    @window.setter
    def window(self, low_high: tuple[float, float]) -> None:
        low, high = low_high
        self._window = (float(low), float(max(high, low + 1)))
        self.window_changed.emit()

    def set_visible(self, label: int, visible: bool) -> None:
        """Show or hide an organ."""
        self.looks[label].visible = visible
        self.organs_changed.emit()

    def set_opacity(self, opacity: float) -> None:
        """Opacity of all overlays, 0 to 1."""
        for look in self.looks.values():
            look.opacity = opacity
        self.organs_changed.emit()

    def go_to_organ(self, label: int) -> None:
        """Put the crosshair on the voxel of an organ that is nearest to the organ's centre."""
        labels = self.labels
        if labels is None:
            return
        voxels = np.argwhere(labels == label)
        if len(voxels):
            x, y, z = voxels[np.argmin(((voxels - voxels.mean(axis=0)) ** 2).sum(axis=1))]
            self.move_to_voxel((float(x), float(y), float(z)))
