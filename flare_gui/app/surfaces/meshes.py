"""The organs' surfaces, kept in step with the mask by a thread."""

from functools import partial
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from flare_gui.app.document.document import Document
from flare_gui.app.jobs.job import Job
from flare_gui.edit import Box, Edit
from flare_gui.geometry import bounding_box
from flare_gui.organs import ORGANS
from flare_gui.progress import Cancel, Progress

# After a correction by hand, the surfaces wait for the next one this long; after one that was worked out, until the
# slices are painted.
SETTLE_MS, SOON_MS = 250, 10

# Where more than this changed at once, a draft of the surface comes first: the whole one takes as long as all else.
MUCH_MM3 = 1e6

Stale = dict[int, Box | None]


class Surfaces(QObject):
    """Meshes `by_label`, none before `start`.

    `begun` says that some are being made, `changed` brings the set of labels whose surface was made anew or is gone,
    `failed` a sentence.
    """

    begun = Signal()
    changed = Signal(object)
    failed = Signal(str)

    def __init__(self, document: Document, parent: QObject) -> None:
        super().__init__(parent)
        self.by_label: dict[int, Any] = {}
        self._document = document
        # What has changed since the surfaces were made: by label the box of voxels, None when it is all.
        self._stale: Stale = {}
        self._job: Job | None = None
        self._running = False
        self._settled = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settled.timeout.connect(self.update)
        document.volume_changed.connect(self._new_scan)
        document.segmentation_changed.connect(self._new_mask)
        document.edited.connect(self._edited)

    @property
    def busy(self) -> bool:
        """Whether surfaces are being made, or will be in a moment."""
        return self._job is not None or self._settled.isActive()

    def start(self) -> None:
        """Make the surfaces of what is there, and of what comes."""
        self._running = True
        self.update()

    def stop(self) -> None:
        """Make no more; returns when the thread has ended, and nothing is heard of its job any more."""
        self._running = False
        self._settled.stop()
        if self._job is not None:
            self._job.let_go()
            self._job.wait(5)
            self._job = None

    def forget(self) -> None:
        """Take all surfaces for outdated."""
        self._settled.stop()
        self._stale = dict.fromkeys((organ.label for organ in ORGANS), None)

    def update(self) -> None:
        """Bring what is outdated up to date at once, in a thread; `changed` follows."""
        self._settled.stop()
        labels = self._document.labels
        if not self._running or not self._stale:
            return
        if self._job is not None:
            # Its answer is for labels of before; it is asked again when it has ended.
            self._job.cancel()
            return
        stale, self._stale = self._stale, {}
        if labels is None:
            self._take({}, stale)
            return
        affine = self._document.affine
        drafts = {label for label, box in stale.items() if label in self.by_label and _is_much(box, affine)}
        if drafts:
            self._job = job = Job(_drafting(labels, affine, drafts))
            job.done.connect(partial(self._drafted, stale, drafts))
        else:
            self._job = job = Job(_meshing(labels, affine, stale, dict(self.by_label)))
            job.done.connect(partial(self._meshed, stale))
        job.cancelled.connect(partial(self._again, stale))
        job.failed.connect(partial(self._failed, stale))
        job.start()
        self.begun.emit()

    def _new_scan(self) -> None:
        # Nobody may see one patient's organs beside another's slices, be it for as long as the new ones take.
        if self._job is not None:
            self._job.let_go()
            self._job = None
        self._take({}, dict.fromkeys(self.by_label))

    def _new_mask(self) -> None:
        self.forget()
        self.update()

    def _edited(self, edit: Edit) -> None:
        if edit.origin is not None:
            self._new_mask()
            return
        for label in edit.labels:
            self._outdate(label, edit.box)
        self._settled.start(SETTLE_MS if edit.by_hand else SOON_MS)

    def _outdate(self, label: int, box: Box | None) -> None:
        before = self._stale.get(label, box)
        self._stale[label] = bounding_box([before, box]) if before is not None and box is not None else None

    def _meshed(self, stale: Stale, surfaces: dict[int, Any]) -> None:
        self._job = None
        self._take(surfaces, stale)
        self.update()

    def _drafted(self, stale: Stale, drafts: set[int], surfaces: dict[int, Any]) -> None:
        self._put_back(stale | dict.fromkeys(drafts))
        self._take(surfaces, dict.fromkeys(drafts))
        # Once the draft is in the picture, and nothing else has changed.
        self._settled.start(SETTLE_MS)

    def _again(self, stale: Stale) -> None:
        self._put_back(stale)
        self.update()

    def _failed(self, stale: Stale, sentence: str, _details: str) -> None:
        # Not at once again, which would fail at once again, but with the next correction.
        self._put_back(stale)
        self.failed.emit(sentence)

    def _put_back(self, stale: Stale) -> None:
        self._job = None
        for label, box in stale.items():
            self._outdate(label, box)

    def _take(self, surfaces: dict[int, Any], asked: Stale) -> None:
        for label in asked.keys() - surfaces.keys():
            self.by_label.pop(label, None)
        self.by_label |= surfaces
        self.changed.emit(set(asked))


def _is_much(box: Box | None, affine: np.ndarray) -> bool:
    if box is None:
        return False
    voxels = float(np.prod([side.stop - side.start for side in box]))
    return voxels * abs(np.linalg.det(affine[:3, :3])) > MUCH_MM3


def _drafting(labels: np.ndarray, affine: np.ndarray, drafts: set[int]) -> Any:
    def work(*, progress: Progress, cancel: Cancel) -> dict[int, Any]:
        from flare_gui.render.surface import DRAFT_MM, organ_surfaces

        return organ_surfaces(labels, affine, drafts, finest_mm=DRAFT_MM, cancel=cancel)

    return work


def _meshing(labels: np.ndarray, affine: np.ndarray, stale: Stale, surfaces: dict[int, Any]) -> Any:
    def work(*, progress: Progress, cancel: Cancel) -> dict[int, Any]:
        from flare_gui.render.mended import mended
        from flare_gui.render.surface import organ_surfaces

        whole = [label for label, box in stale.items() if box is None or label not in surfaces]
        made = organ_surfaces(labels, affine, whole, cancel=cancel) if whole else {}
        for label, box in stale.items():
            if box is not None and label in surfaces:
                cancel.check()
                surface = mended(surfaces[label], labels, affine, label, box)
                if surface.n_cells:
                    made[label] = surface
        return made

    return work
