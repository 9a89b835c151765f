"""What the window shows: one CT with its mask, and what was done to that. Views subscribe and keep no copy."""

from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from PySide6.QtCore import Signal

from flare_gui.app.document.open_scan import OpenScan
from flare_gui.edit import Box, Edit, History, Origin
from flare_gui.organs import ORGANS, Organ
from flare_gui.volume import Segmentation, Volume, check_same_grid


class MaskFile(NamedTuple):
    """The file that a mask was read from or saved to. It is `ours` when saving there again loses nothing."""

    path: Path
    ours: bool


class Document(OpenScan):
    """The scan, its mask, and what was done to it. `labels` are a view in canonical RAS for drawing, as `hu` is.

    A whole new mask is told by `segmentation_changed`, a correction by `edited`, which carries the `Edit`; `drawn`,
    which carries the `Box`, while a stroke is on its way; `saved` when a file has the labels.
    """

    segmentation_changed = Signal()
    edited = Signal(object)
    saved = Signal()
    drawn = Signal(object)
    reference_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._segmentation: Segmentation | None = None
        # Where the labels came from before the first correction.
        self._origin = Origin({}, ())
        self._mask_file: MaskFile | None = None
        self._reference: Segmentation | None = None
        # A view in canonical RAS, made once: a step of scrolling asks for it a dozen times.
        self._labels: np.ndarray | None = None
        self._history = History()
        self._saved: Edit | None = None

    # The labels

    @property
    def segmentation(self) -> Segmentation | None:
        return self._segmentation

    @property
    def mask_file(self) -> MaskFile | None:
        """The file that the mask belongs to; None for one that no file has had yet."""
        return self._mask_file

    @property
    def reference(self) -> Segmentation | None:
        """The mask that the segmentation is compared with."""
        return self._reference

    @property
    def labels(self) -> np.ndarray | None:
        """The labels, uint8 (x, y, z) in canonical RAS; None before there are any."""
        return self._labels

    @property
    def reference_labels(self) -> np.ndarray | None:
        """The reference's labels, as `labels`."""
        return self._canonical(self._reference)

    def _canonical(self, segmentation: Segmentation | None) -> np.ndarray | None:
        if segmentation is None or self._reorientation is None:
            return None
        return self._reorientation.apply(segmentation.labels)

    def confidence(self, organ: Organ) -> float | None:
        """The Dice to expect of an organ; None where nobody knows, and once it is corrected."""
        return None if self._segmentation is None else self._segmentation.confidence(organ.key)

    def go_to_organ(self, label: int) -> None:
        """Put the crosshair on the voxel of an organ that is nearest to the organ's centre."""
        labels = self.labels
        if labels is None:
            return
        voxels = np.argwhere(labels == label)
        if len(voxels):
            x, y, z = voxels[np.argmin(((voxels - voxels.mean(axis=0)) ** 2).sum(axis=1))]
            self.move_to_voxel((float(x), float(y), float(z)))

    def show(self, volume: Volume, segmentation: Segmentation | None = None, mask_file: MaskFile | None = None) -> None:
        """Replace the scan; the cursor goes to its middle. Raises `GridMismatch` for a mask of another grid."""
        if segmentation is not None:
            check_same_grid(volume, segmentation)
        self._put_scan(volume)
        self._segmentation, self._reference = _writable(segmentation), None
        self._labels = self._canonical(self._segmentation)
        self._forget_edits(mask_file)
        for signal in (self.volume_changed, self.segmentation_changed, self.reference_changed):
            signal.emit()
        self.rulers = ()
        self.cursor_changed.emit()

    def set_segmentation(self, segmentation: Segmentation | None, mask_file: MaskFile | None = None) -> None:
        """Replace the labels, for good. Raises `GridMismatch` when they are not on the scan's grid."""
        if segmentation is not None and self._volume is not None:
            check_same_grid(self._volume, segmentation)
        self._segmentation = _writable(segmentation)
        self._labels = self._canonical(self._segmentation)
        self._forget_edits(mask_file)
        self.segmentation_changed.emit()

    def replace_mask(self, name: str, segmentation: Segmentation) -> None:
        """Replace the labels as one step that can be undone; corrections before it stay steps of their own.

        Raises `GridMismatch` when they are not on the scan's grid.
        """
        labels = self.labels
        if labels is None or self._volume is None:
            self.set_segmentation(segmentation)
            return
        check_same_grid(self._volume, segmentation)
        after = self._canonical(segmentation)
        assert after is not None
        whole = (slice(0, labels.shape[0]), slice(0, labels.shape[1]), slice(0, labels.shape[2]))
        # What was drawn on is kept as it is, and another array drawn on from now on: one copy in place of three.
        edit = Edit(name, whole, labels, after, Origin(segmentation.run, segmentation.warnings))
        self._segmentation = replace(segmentation, labels=segmentation.labels.copy(order="K"))
        self._labels = self._canonical(self._segmentation)
        self._mask_file = None
        self.record(edit)

    def set_reference(self, reference: Segmentation | None) -> None:
        """Replace the mask to compare with. Raises `GridMismatch` when it is not on the scan's grid."""
        if reference is not None and self._volume is not None:
            check_same_grid(self._volume, reference)
        self._reference = reference
        self.reference_changed.emit()

    # Corrections

    def start_mask(self) -> np.ndarray:
        """The labels to draw on, an empty mask when there was none."""
        assert self._volume is not None, "no scan is open"
        if self._segmentation is None:
            self.set_segmentation(Segmentation(np.zeros(self._volume.shape, np.uint8), self._volume.affine))
        labels = self.labels
        assert labels is not None
        return labels

    def edit(self, name: str, box: Box, after: np.ndarray) -> bool:
        """Make `labels[box]` equal to `after` (uint8, canonical) but for locked organs, as one step to undo.

        False when there is nothing to change.
        """
        labels = self.start_mask()
        after = self.without_locked(labels[box], after)
        if np.array_equal(labels[box], after):
            return False
        edit = Edit(name, box, labels[box].copy(), after.copy())
        labels[box] = edit.after
        self.record(edit)
        return True

    @property
    def locked(self) -> frozenset[int]:
        """The organs that no correction changes."""
        return frozenset(organ.label for organ in ORGANS if self.look(organ.label).locked)

    def without_locked(self, before: np.ndarray, after: np.ndarray) -> np.ndarray:
        """`after` (uint8) but for the voxels that a locked organ would win or lose: there `before`."""
        if not self.locked:
            return after
        table = np.zeros(256, bool)
        table[list(self.locked)] = True
        return np.where(table[before] | table[after], before, after)

    def record(self, edit: Edit) -> None:
        """Remember a correction that `labels` has already, such as a stroke that was drawn live."""
        self._history.add(edit)
        self._corrected(edit)

    def undo(self) -> None:
        """Take the last correction back."""
        self._step(self._history.undo)

    def redo(self) -> None:
        """Make the correction again that was last undone."""
        self._step(self._history.redo)

    @property
    def history(self) -> History:
        """What can be undone and redone. To be looked at; `undo` and `redo` tell the views."""
        return self._history

    @property
    def unsaved(self) -> bool:
        """Whether there are corrections that no file has."""
        return self._history.last is not self._saved

    def mark_saved(self, mask_file: MaskFile | None = None) -> None:
        """Say that a file now holds the labels as they are, and that it is theirs if it is a mask's."""
        self._mask_file = mask_file or self._mask_file
        self._saved = self._history.last
        self.saved.emit()

    def mark_unsaved(self) -> None:
        """Say that no file holds the labels as they are, though nothing was corrected since they were set."""
        self._saved = _NEVER

    def _step(self, step: Any) -> None:
        labels = self.labels
        edit = step(labels) if labels is not None else None
        if edit is not None:
            self._corrected(edit)

    def _corrected(self, edit: Edit) -> None:
        """Whoever shows, saves or exports the mask from now on is told which organs are no longer the network's."""
        assert self._segmentation is not None, "there are corrections without a mask"
        run, warnings = self._history.origin or self._origin
        made = replace(self._segmentation, run=run, warnings=warnings)
        self._segmentation = made.corrected_by_hand(self._history.changed)
        self.edited.emit(edit)

    def _forget_edits(self, mask_file: MaskFile | None) -> None:
        self._history, self._saved, self._mask_file = History(), None, mask_file
        made = self._segmentation
        self._origin = Origin(made.run, made.warnings) if made is not None else Origin({}, ())


# No history ever ends with this one.
_NEVER = Edit("", (slice(0), slice(0), slice(0)), np.empty((0, 0, 0), np.uint8), np.empty((0, 0, 0), np.uint8))


def _writable(segmentation: Segmentation | None) -> Segmentation | None:
    """The same mask, in memory that can be drawn on."""
    if segmentation is None or segmentation.labels.flags.writeable:
        return segmentation
    return replace(segmentation, labels=segmentation.labels.copy())
