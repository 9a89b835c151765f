"""The mask that the open one is compared with: opened, and scored whenever one of the two has changed."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QFileDialog

from flare_gui import geometry
from flare_gui.app.document.opening import MaskRead
from flare_gui.app.panels.compare import ComparePanel
from flare_gui.app.window.context import Context
from flare_gui.app.window.reading import Reading
from flare_gui.app.window.session import MASKS
from flare_gui.app.words import tr
from flare_gui.volume import Volume

# After a correction, scores wait for the next one this long.
SETTLE_MS = 600
COMPARING = tr("Comparing")


class Comparing(QObject):
    """Works scores out in a thread, once corrections have settled and nothing else runs."""

    def __init__(self, context: Context, reading: Reading, panel: ComparePanel) -> None:
        super().__init__(context.parent)
        self._context, self._reading, self._panel = context, reading, panel
        self._document, self._runner = context.document, context.runner
        self._settled = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settled.timeout.connect(self._score)
        panel.asked.connect(self._settled.start)
        self._runner.gave_way.connect(self._again)

    def ask_for_mask(self) -> None:
        """The file dialog for a mask to compare with."""
        folder = self._context.settings.folder
        name, _ = QFileDialog.getOpenFileName(self._context.parent, tr("Compare with a mask"), folder, MASKS)
        if name:
            self.open_mask(Path(name))

    def open_mask(self, path: Path) -> None:
        """Open a second mask to compare with."""
        volume = self._document.volume
        if volume is not None:
            self._reading.mask(volume, path, self._take, partial(self._is_open, volume))

    def _take(self, read: MaskRead) -> None:
        self._document.set_reference(read.segmentation)

    def _is_open(self, volume: Volume) -> bool:
        return volume is self._document.volume

    def _again(self, title: str) -> None:
        if title == COMPARING:
            self._settled.start()

    def _score(self) -> None:
        from flare_gui.analysis.compare import compare

        ours, reference = self._document.segmentation, self._document.reference
        if ours is None or reference is None:
            return
        if self._runner.busy:
            self._settled.start()
            return
        spacing = geometry.spacing(ours.affine)
        # A copy: the user may go on correcting while it is compared.
        labels = ours.labels.copy()
        self._runner.run(
            COMPARING,
            lambda progress, cancel: compare(labels, reference.labels, spacing),
            self._panel.show_scores,
            courtesy=True,
        )
