"""Keeps corrections against a crash while the user works."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from flare_gui import workspace
from flare_gui.app.document import view_state
from flare_gui.app.document.document import Document
from flare_gui.app.document.recovery import Kept, Store
from flare_gui.app.document.teaching import Teaching
from flare_gui.app.jobs.job import Job
from flare_gui.app.words import tr
from flare_gui.errors import FlareError
from flare_gui.files import reason
from flare_gui.geometry import Reorientation
from flare_gui.progress import Cancel, Progress
from flare_gui.strokes import Stroke
from flare_gui.volume import Segmentation, Volume, scan_sha256

# From the first correction that nothing has yet until it is written. With the writing, less than a minute is ever lost.
AUTOSAVE_MS = 10_000
LONGEST_END_S = 20.0


class Autosave(QObject):
    """Writes the labels of `document` and the strokes into `store` some seconds after a correction, in a thread.

    What is saved, or thrown away by the user, is forgotten there. `failed` says why once, when nothing can be kept.
    """

    failed = Signal(str)

    def __init__(self, document: Document, teaching: Teaching, store: Store) -> None:
        super().__init__()
        self._document, self._teaching, self.store = document, teaching, store
        self._timer = QTimer(self, singleShot=True, interval=AUTOSAVE_MS)
        self._timer.timeout.connect(self.write)
        self._job: Job | None = None
        # What the job writes is of no use any more.
        self._outdated = False
        self._sha256: str | None = None
        self.complained = False
        document.edited.connect(self.touch)
        document.saved.connect(self.forget)
        document.segmentation_changed.connect(self.forget)
        document.volume_changed.connect(self._other_scan)

    def touch(self) -> None:
        """Keep the labels soon, or forget them when a file has them as they are."""
        if not self._document.unsaved:
            self.forget()
        elif not self._timer.isActive():
            self._timer.start()

    def forget(self) -> None:
        """Nothing needs to be kept any more."""
        self._timer.stop()
        self._outdated = self._job is not None
        self.store.forget()

    def adopt(self, kept: Kept) -> None:
        """Go on keeping what a crashed program had kept, now that the document shows it."""
        self.store.adopt(kept)
        self.touch()

    def close(self) -> None:
        """The program ends as it should."""
        self.forget()
        if self._job is not None:
            self._job.let_go()
            self._job.wait(LONGEST_END_S)
        self.store.close()

    def _other_scan(self) -> None:
        self._sha256 = None
        self.forget()

    @property
    def writing(self) -> bool:
        """Whether the thread that writes is at work."""
        return self._job is not None

    def write(self) -> None:
        """Keep what there is now."""
        volume, segmentation = self._document.volume, self._document.segmentation
        if volume is None or segmentation is None or not self._document.unsaved:
            return
        if self._job is not None:
            self._timer.start()
            return
        # A copy: the user goes on drawing.
        frozen = replace(segmentation, labels=segmentation.labels.copy())
        write = partial(
            _write,
            volume=volume,
            segmentation=frozen,
            view=view_state.describe(self._document),
            strokes=self._teaching.strokes,
            before=self._teaching.labels_before(),
            turned=self._document.reorientation,
        )
        self._outdated = False
        self._job = job = Job(partial(_keep, self.store, volume, write, self._sha256))
        job.done.connect(partial(self._written, volume))
        job.failed.connect(self._failed)
        job.start()

    def _written(self, volume: Volume, sha256: str) -> None:
        self._end()
        if volume is self._document.volume:
            self._sha256 = sha256

    def _failed(self, sentence: str, _details: str) -> None:
        self._end()
        if not self.complained:
            self.complained = True
            self.failed.emit(sentence)

    def _end(self) -> None:
        self._job = None
        if self._outdated:
            self.store.forget()


def _keep(
    store: Store,
    volume: Volume,
    write: Callable[..., None],
    sha256: str | None,
    *,
    progress: Progress,
    cancel: Cancel,
) -> str:
    """Write a workspace; returns the fingerprint of the scan."""
    known = sha256 or scan_sha256(volume)
    place: Path | None = None
    try:
        place = store.place(known)
        write(place, sha256=known)
    except OSError as problem:
        raise FlareError(
            tr("Corrections cannot be kept against a crash in {folder} ({problem})").format(
                folder=place or store.folder, problem=reason(problem)
            ),
            hint=tr("Save the mask now and then."),
        ) from problem
    return known


def _write(
    path: Path,
    *,
    sha256: str,
    volume: Volume,
    segmentation: Segmentation,
    view: dict[str, Any],
    strokes: tuple[Stroke, ...],
    before: Callable[[np.ndarray], np.ndarray] | None,
    turned: Reorientation,
) -> None:
    """The mask without strokes is made here, in the thread: it takes a while."""
    bare = None if before is None else turned.undo(before(turned.apply(segmentation.labels)))
    workspace.write(path, volume, segmentation, view, sha256=sha256, strokes=strokes, before_strokes=bare)
