"""The strokes that correct the open scan's mask: drawn, shown as a preview, kept, taken back one by one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from PySide6.QtCore import QObject, Signal

from flare_gui.app.document.document import Document
from flare_gui.edit import Edit
from flare_gui.organs import organ_of
from flare_gui.strokes import Stroke

if TYPE_CHECKING:
    from flare_gui.model.correction import Change, Correction
    from flare_gui.model.features import NetworkFeatures


@dataclass(frozen=True, eq=False)
class StrokeEdit(Edit):
    """What strokes changed; `earlier` and `strokes` are all there were before and after it."""

    earlier: tuple[Stroke, ...] = ()
    strokes: tuple[Stroke, ...] = ()
    by_hand: bool = False


class Line(NamedTuple):
    """A stroke on its way: canonical voxels, on the slice across axis `plane`."""

    label: int
    points: tuple[np.ndarray, ...]
    plane: int


class Teaching(QObject):
    """Follows the document: undo takes a stroke out of the list, another mask begins with none.

    `features_wanted` asks for `use_features`, which a stroke waits for. `taught` carries what a stroke did, in words,
    `refused` why nothing happened.
    """

    changed = Signal()
    line_changed = Signal()
    features_wanted = Signal()
    taught = Signal(str)
    refused = Signal(str)

    def __init__(self, document: Document) -> None:
        super().__init__()
        self._document = document
        self._features: NetworkFeatures | None = None
        self._correction: Correction | None = None
        self._strokes: tuple[Stroke, ...] = ()
        # The mask before the first stroke, of strokes that came with a workspace.
        self._before: np.ndarray | None = None
        self._waiting: Stroke | None = None
        self._preview: StrokeEdit | None = None
        self._line: Line | None = None
        document.volume_changed.connect(self._new_scan)
        document.segmentation_changed.connect(self._new_mask)
        document.edited.connect(self._follow)

    @property
    def strokes(self) -> tuple[Stroke, ...]:
        """All that the mask was corrected with, first to last."""
        return self._strokes

    @property
    def preview(self) -> StrokeEdit | None:
        """The last stroke's correction, until it is kept."""
        return self._preview

    @property
    def line(self) -> Line | None:
        """The stroke that is being drawn."""
        return self._line

    @line.setter
    def line(self, line: Line | None) -> None:
        self._line = line
        self.line_changed.emit()

    @property
    def ready(self) -> bool:
        """Whether the network's features of this scan are at hand."""
        return self._features is not None

    def use_features(self, features: "NetworkFeatures") -> None:
        """Correct with these from now on; the stroke that waited for them is done."""
        self._features, stroke = features, self._waiting
        self._waiting = None
        if stroke is not None:
            self.draw(stroke)

    def draw(self, stroke: Stroke) -> None:
        """Correct the mask with one stroke more, which can be taken back."""
        document = self._document
        if stroke.label in document.locked:
            name = organ_of(stroke.label).name.lower()
            self.refused.emit(f"The {name} is locked: open the lock beside its eye to correct it")
            return
        self.keep()
        if self._features is None:
            self._waiting = stroke
            self.features_wanted.emit()
            return
        labels, correction = document.start_mask(), self._ready_correction()
        change = correction.add(stroke, labels, document.locked, document.history.by_hand)
        if change is None:
            correction.restore(self._strokes)
            self.refused.emit("This stroke changes nothing: the mask has it so, or it is locked, or air, or bone")
            return
        self._preview = self._record("stroke", change, (*self._strokes, stroke))
        self.taught.emit(f"{self._words(self._preview)}. Enter keeps it, Esc takes it back")
        self.changed.emit()

    def keep(self) -> None:
        """Be content with the last stroke."""
        if self._preview is not None:
            self._preview = None
            self.changed.emit()

    def discard(self) -> None:
        """Take the last stroke back, while it is a preview."""
        if self._preview is not None:
            self._document.undo()

    def remove(self, number: int) -> None:
        """Take one stroke back, whenever it was drawn; a step that can be undone."""
        if self._features is None:
            self.features_wanted.emit()
            self.refused.emit("The network looks at the scan first: try again in a moment")
            return
        labels, correction = self._document.labels, self._ready_correction()
        assert labels is not None, "there are strokes without a mask"
        left = (*self._strokes[:number], *self._strokes[number + 1 :])
        change = correction.remove(number, labels, self._document.locked, self._document.history.by_hand)
        if change is None:
            self._strokes = left
        else:
            self.taught.emit(f"Without this stroke: {self._words(self._record('remove a stroke', change, left))}")
        self.changed.emit()

    def restore(self, strokes: Sequence[Stroke], before: np.ndarray | None) -> None:
        """Go on with strokes of a workspace; `before` is the mask (uint8, canonical) without them."""
        self._strokes, self._before = tuple(strokes), before
        self._correction = None
        self.changed.emit()

    def labels_before(self) -> np.ndarray | None:
        """The mask without any stroke, uint8 in canonical RAS, for a workspace; None when there are no strokes."""
        labels = self._document.labels
        if not self._strokes or labels is None:
            return None
        return self._before if self._correction is None else self._correction.labels_before(labels)

    def _ready_correction(self) -> "Correction":
        from flare_gui.model.correction import Correction

        assert self._features is not None
        if self._correction is None:
            self._correction = Correction(self._features, self._document.affine)
            if self._before is not None:
                self._correction.resume(self._strokes, self._before)
                self._before = None
        return self._correction

    def _record(self, name: str, change: "Change", strokes: tuple[Stroke, ...]) -> StrokeEdit:
        labels = self._document.labels
        assert labels is not None
        edit = StrokeEdit(
            name, change.box, labels[change.box].copy(), change.labels, earlier=self._strokes, strokes=strokes
        )
        labels[change.box] = change.labels
        self._document.record(edit)
        return edit

    def _words(self, edit: StrokeEdit) -> str:
        """Such as "Liver +12.3 ml"."""
        segmentation = self._document.segmentation
        ml = segmentation.voxel_ml if segmentation is not None else 0.0
        words = []
        for label in sorted(edit.labels):
            had, has = edit.before == label, edit.after == label
            won, lost = (np.count_nonzero(one) * ml for one in (has & ~had, had & ~has))
            parts = [f"{sign}{volume:.1f} ml" for sign, volume in (("+", won), ("−", lost)) if volume >= 0.05]
            words.append(f"{organ_of(label).name} {' '.join(parts) or 'by less than 0.1 ml'}")
        return ", ".join(words)

    def _follow(self, edit: Edit) -> None:
        if edit is not self._preview or self._document.history.last is not edit:
            self._preview = None
        if edit.origin is not None:
            self._new_mask()
        elif isinstance(edit, StrokeEdit):
            done = self._document.history.last is edit
            self._strokes = edit.strokes if done else edit.earlier
            if self._correction is not None and tuple(self._correction.strokes) != self._strokes:
                self._correction.restore(self._strokes)
        self.changed.emit()

    def _new_mask(self) -> None:
        self._correction = self._before = self._preview = self._waiting = self._line = None
        self._strokes = ()
        self.changed.emit()

    def _new_scan(self) -> None:
        self._features = None
        self._new_mask()
