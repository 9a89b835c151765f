"""What is under the mouse, in the status bar."""

import numpy as np
from PySide6.QtWidgets import QLabel

from flare_gui import geometry
from flare_gui.app.document.document import Document
from flare_gui.app.slices.marks import position
from flare_gui.app.words import tr
from flare_gui.organs import organ_of


class Pointer(QLabel):
    """Place, HU and organ."""

    def __init__(self, document: Document) -> None:
        super().__init__()
        self._document = document
        self._voxel: tuple[int, int, int] | None = None
        self.setAccessibleName(tr("Under the mouse"))
        document.volume_changed.connect(lambda: self.point(None))
        # A stroke, an undo or a result changes what lies under a mouse that rests.
        document.segmentation_changed.connect(lambda: self.point(self._voxel))
        document.edited.connect(lambda _: self.point(self._voxel))

    def point(self, voxel: tuple[int, int, int] | None) -> None:
        """Say what a canonical voxel is; nothing for None."""
        self._voxel = voxel
        if voxel is None:
            self.clear()
            return
        x, y, z = geometry.apply(self._document.affine, np.array([voxel]))[0]
        sides = (position("LR", x), position("PA", y), position("IS", z))
        labels = self._document.labels
        label = 0 if labels is None else int(labels[voxel])
        organ = f"      {tr(organ_of(label).name)}" if label else ""
        self.setText(f"{'   '.join(sides)}      {self._document.hu[voxel]} HU{organ}")
