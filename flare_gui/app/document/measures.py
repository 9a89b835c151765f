"""Volumes and HU of the organs of what is open, kept right while the mask is corrected."""

from functools import partial

import numpy as np
from PySide6.QtCore import QObject, Signal

from flare_gui.analysis.measure import OrganMeasure
from flare_gui.analysis.tally import Tally
from flare_gui.app.document.document import Document
from flare_gui.app.jobs.job import Job
from flare_gui.edit import Edit
from flare_gui.progress import Cancel, Progress

# So many voxels are counted within a frame of the screen. More are counted in a thread: 512 x 512 x 300 take half a
# second, in which the window would stand still.
SMALL = 2_000_000


class Measures(QObject):
    """`changed` when there are other numbers, or none."""

    changed = Signal()

    def __init__(self, document: Document) -> None:
        super().__init__()
        self._document = document
        self._tally: Tally | None = None
        self._job: Job | None = None
        # The mask was corrected while it was counted.
        self._outdated = False
        document.segmentation_changed.connect(self._count)
        document.edited.connect(self._follow)

    @property
    def by_key(self) -> dict[str, OrganMeasure]:
        """By `Organ.key`; empty without a mask, and while one is counted for the first time."""
        return self._tally.measures() if self._tally is not None else {}

    def stop(self) -> None:
        """Count no more, and say nothing."""
        if self._job is not None:
            self._job.let_go()
            self._job = None

    def _count(self) -> None:
        self.stop()
        self._tally, self._outdated = None, False
        segmentation, labels = self._document.segmentation, self._document.labels
        if segmentation is not None and labels is not None:
            counting = partial(_tally, self._document.hu, labels, segmentation.voxel_ml)
            if labels.size > SMALL:
                self._job = job = Job(counting)
                job.done.connect(self._counted)
                job.start()
            else:
                self._tally = counting()
        self.changed.emit()

    def _counted(self, tally: Tally) -> None:
        self._job = None
        if self._outdated:
            self._count()
        else:
            self._tally = tally
            self.changed.emit()

    def _follow(self, edit: Edit) -> None:
        labels = self._document.labels
        if edit.origin is not None:
            self._count()
        elif self._job is not None:
            self._outdated = True
        elif self._tally is not None and labels is not None:
            # What was there before is the other half of the edit, whichever way it was made.
            done = self._document.history.last is edit
            before = edit.before if done else edit.after
            self._tally.replace(self._document.hu, labels, edit.box, before, edit.changed)
            self.changed.emit()


def _tally(
    hu: np.ndarray, labels: np.ndarray, voxel_ml: float, progress: Progress | None = None, cancel: Cancel | None = None
) -> Tally:
    return Tally(hu, labels, voxel_ml)
