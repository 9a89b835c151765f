"""The strokes that correct the open scan's mask: drawn, shown as a preview, kept, taken back one by one.

What a stroke changes is worked out in a thread, so that the window goes on meanwhile; one at a time, in their order.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from PySide6.QtCore import QObject, Signal

from flare_gui.app.document.change_words import change_words
from flare_gui.app.document.document import Document
from flare_gui.app.document.stroke_work import StrokeEdit, Task, corrected, resumed, without
from flare_gui.app.jobs.job import Job
from flare_gui.app.words import in_sentence, tr
from flare_gui.edit import Edit
from flare_gui.organs import organ_of
from flare_gui.strokes import Stroke
from flare_gui.workspace import Workspace

if TYPE_CHECKING:
    from flare_gui.model.correction import Correction
    from flare_gui.model.features import NetworkFeatures


class Line(NamedTuple):
    """A stroke on its way: canonical voxels, on the slice across axis `plane`."""

    label: int
    points: tuple[np.ndarray, ...]
    plane: int


# What a stroke is worked out by is waited for so long, where something else has to come first.
LONGEST_END_S = 10.0


class Teaching(QObject):
    """Follows the document: undo takes a stroke out of the list, another mask begins with none.

    `features_wanted` asks for `use_features`, which a stroke waits for. `changing` comes before the mask changes.
    `taught` carries what a stroke did, in words, `refused` why nothing happened.
    """

    changed = Signal()
    changing = Signal()
    line_changed = Signal()
    features_wanted = Signal()
    failed = Signal(str, str)
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
        self._waiting: deque[Task] = deque()
        self._job: Job | None = None
        self._at_work: Task | None = None
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

    @property
    def busy(self) -> bool:
        """Whether strokes wait, or one is being worked out."""
        return self._job is not None or bool(self._waiting)

    @property
    def pending(self) -> tuple[Stroke, ...]:
        """Strokes that were drawn and have changed nothing yet: one is worked out, or all wait for the network."""
        tasks = (self._at_work, *self._waiting)
        return tuple(task.stroke for task in tasks if task is not None and task.stroke is not None)

    def use_features(self, features: "NetworkFeatures") -> None:
        """Correct with these from now on; the strokes that waited for them are done."""
        self._features = features
        self._next()

    def draw(self, stroke: Stroke) -> None:
        """Correct the mask with one stroke more, which can be taken back."""
        if stroke.label in self._document.locked:
            name = in_sentence(organ_of(stroke.label))
            self.refused.emit(tr("The {name} is locked: open the lock beside its eye to correct it").format(name=name))
            return
        self.keep()
        self._waiting.append(Task(stroke))
        self._next()
        self.changed.emit()

    def keep(self) -> None:
        """Be content with the last stroke."""
        kept, self._preview = self._preview, None
        if kept is not None:
            self.changed.emit()
            # Without what could be done with it until now.
            self.taught.emit(self._words(kept))

    def discard(self) -> None:
        """Take the last stroke back, while it is a preview or on its way."""
        if not self.drop() and self._preview is not None:
            self._document.undo()
            self.taught.emit("")

    def drop(self) -> bool:
        """Forget strokes that have changed nothing yet; whether there were any."""
        had = self.busy
        self._abandon()
        self._waiting.clear()
        if had:
            self.changed.emit()
        return had

    def remove(self, number: int) -> None:
        """Take one stroke back, whenever it was drawn; a step that can be undone."""
        self.keep()
        self._waiting.append(Task(number=number))
        self._next()

    def restore(self, workspace: Workspace) -> None:
        """Go on with the strokes of a workspace whose mask the document shows."""
        before = workspace.before_strokes
        self._strokes = workspace.strokes
        self._before = None if before is None else self._document.as_canonical(before)
        self._correction = None
        self.changed.emit()

    def labels_before(self) -> Callable[[np.ndarray], np.ndarray] | None:
        """Makes the mask without any stroke out of the mask (both uint8 in canonical RAS), in whichever thread.

        For a workspace; None when there is nothing to make.
        """
        if not self._strokes:
            return None
        if self._correction is not None:
            return self._correction.labels_before
        before = self._before
        return None if before is None else lambda _: before

    # One after the other, in a thread

    def _next(self) -> None:
        if self._job is not None or not self._waiting:
            return
        if self._features is None:
            self.features_wanted.emit()
            return
        # An empty mask that begins here is another mask: what waits stays all the same.
        waiting = self._waiting.copy()
        labels = self._document.start_mask()
        self._waiting = waiting
        self._at_work = task = self._waiting.popleft()
        work = partial(
            corrected,
            self._correction or partial(resumed, self._features, self._document.affine, self._strokes, self._before),
            self._strokes,
            task,
            labels,
            self._document.locked,
        )
        self._job = job = Job(work)
        job.done.connect(lambda result: self._done(task, *result))
        job.failed.connect(self._failed)
        job.start()

    def _done(self, task: Task, correction: "Correction", edit: StrokeEdit | None) -> None:
        self._job = self._at_work = None
        self._correction, self._before = correction, None
        # What is being painted ends as a step of its own, below this one.
        self.changing.emit()
        edit = self._without_by_hand(edit)
        if edit is not None:
            self._correct(task, edit)
        elif task.stroke is None:
            self._strokes = without(self._strokes, task.number)
        else:
            self.refused.emit(tr("This stroke changes nothing: the mask has it so, or it is locked, or air, or bone"))
        self.changed.emit()
        self._next()

    def _correct(self, task: Task, edit: StrokeEdit) -> None:
        labels = self._document.labels
        assert labels is not None
        labels[edit.box] = edit.after
        self._document.record(edit)
        if task.stroke is None:
            self.taught.emit(tr("Without this stroke: {edit}").format(edit=self._words(edit)))
        else:
            self._preview = edit
            self.taught.emit(tr("{edit}. Enter keeps it, Esc takes it back").format(edit=self._words(edit)))

    def _failed(self, sentence: str, details: str) -> None:
        self._job = self._at_work = self._correction = None
        self._waiting.clear()
        self.failed.emit(sentence, details)

    def _abandon(self) -> Task | None:
        """Let go of the stroke that is being worked out; returns it."""
        job, task = self._job, self._at_work
        self._job = self._at_work = None
        if job is not None:
            job.let_go()
            # It works on what the next one needs, for a part of a second.
            job.wait(LONGEST_END_S)
        return task

    def _without_by_hand(self, edit: StrokeEdit | None) -> StrokeEdit | None:
        """The correction but for voxels that were painted by hand; None where that leaves nothing."""
        by_hand = self._document.history.by_hand(edit.box) if edit is not None else None
        if edit is None or by_hand is None:
            return edit
        changed = tuple(axis[~by_hand[edit.changed]] for axis in edit.changed)
        after = np.where(by_hand, edit.before, edit.after)
        return replace(edit, after=after, changed=changed) if changed[0].size else None

    def _words(self, edit: StrokeEdit) -> str:
        segmentation = self._document.segmentation
        return change_words(edit, segmentation.voxel_ml if segmentation is not None else 0.0)

    def _follow(self, edit: Edit) -> None:
        if edit is not self._preview or self._document.history.last is not edit:
            self._preview = None
        if edit.origin is not None:
            self._new_mask()
            return
        # What was being worked out for the mask as it was a moment ago begins again on the mask as it is.
        task = self._abandon()
        if task is not None:
            self._waiting.appendleft(task)
        if isinstance(edit, StrokeEdit):
            done = self._document.history.last is edit
            self._strokes = edit.strokes if done else edit.earlier
        self.changed.emit()
        self._next()

    def _new_mask(self) -> None:
        self.drop()
        self._correction = self._before = self._preview = self._line = None
        self._strokes = ()
        self.changed.emit()

    def _new_scan(self) -> None:
        self._features = None
        self._new_mask()
