"""The CT that is open, as it is drawn, and where the user looks at it."""

import numpy as np
from PySide6.QtCore import Signal

from flare_gui import geometry
from flare_gui.app.document.looks import Looks
from flare_gui.volume import Volume


class OpenScan(Looks):
    """State and signals. Positions are RAS+ mm; `hu` is a view in canonical RAS, which `affine` places.

    Oblique scans are drawn along their own axes.
    """

    volume_changed = Signal()
    cursor_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._volume: Volume | None = None
        self._reorientation: geometry.Reorientation | None = None
        self._from_mm = np.eye(4)
        # Made once: a step of scrolling asks for the view and for the voxel a dozen times.
        self._hu: np.ndarray | None = None
        self._voxel = (0, 0, 0)
        self._cursor = np.zeros(3)

    @property
    def volume(self) -> Volume | None:
        return self._volume

    def _put_scan(self, volume: Volume) -> None:
        """Show another one; the cursor goes to its middle. Nobody is told yet."""
        self._volume = volume
        self._reorientation = geometry.reorient(volume.affine, volume.shape)
        self._from_mm = np.linalg.inv(self.affine)
        self._hu = self._reorientation.apply(volume.hu)
        middle = (np.array(self.hu.shape) - 1) / 2
        self._put_cursor(geometry.apply(self.affine, np.rint(middle)[None])[0])

    @property
    def affine(self) -> np.ndarray:
        """4x4, canonical voxel indices to RAS+ mm."""
        assert self._reorientation is not None, "no scan is open"
        return self._reorientation.affine

    @property
    def hu(self) -> np.ndarray:
        """The CT's HU, int16 (x, y, z) in canonical RAS."""
        assert self._hu is not None, "no scan is open"
        return self._hu

    @property
    def reorientation(self) -> geometry.Reorientation:
        """From the scan's own grid to canonical RAS."""
        assert self._reorientation is not None, "no scan is open"
        return self._reorientation

    def as_stored(self, canonical: np.ndarray) -> np.ndarray:
        """A canonical array on the scan's own grid, as a view."""
        assert self._reorientation is not None, "no scan is open"
        return self._reorientation.undo(canonical)

    def as_canonical(self, stored: np.ndarray) -> np.ndarray:
        """An array of the scan's own grid in canonical RAS, as a view."""
        assert self._reorientation is not None, "no scan is open"
        return self._reorientation.apply(stored)

    # Where one looks

    @property
    def cursor_mm(self) -> np.ndarray:
        """Where the crosshair is, RAS+ mm."""
        return self._cursor

    @cursor_mm.setter
    def cursor_mm(self, position: np.ndarray) -> None:
        self._put_cursor(np.asarray(position, float))
        self.cursor_changed.emit()

    def _put_cursor(self, position: np.ndarray) -> None:
        self._cursor = position
        if self._hu is not None:
            index = geometry.apply(self._from_mm, position[None])[0].tolist()
            x, y, z = (min(max(round(i), 0), n - 1) for i, n in zip(index, self._hu.shape, strict=True))
            self._voxel = (x, y, z)

    @property
    def cursor_voxel(self) -> tuple[int, int, int]:
        """The canonical voxel under the crosshair, inside the scan."""
        assert self._hu is not None, "no scan is open"
        return self._voxel

    def cursor_is_beyond(self, axis: int) -> bool:
        """Whether the crosshair's place along a canonical axis lies outside the scan."""
        index = geometry.apply(self._from_mm, self._cursor[None])[0][axis]
        return not -1 < index < self.hu.shape[axis]

    def move_to_voxel(self, voxel: tuple[float, float, float]) -> None:
        """Put the crosshair on a canonical voxel, kept inside the scan."""
        inside = np.clip(voxel, 0, np.array(self.hu.shape) - 1)
        self.cursor_mm = geometry.apply(self.affine, inside[None])[0]
