"""The slices of a mask across one plane, and their outlines, kept for whoever scrolls to and fro."""

import numpy as np

from flare_gui.app.slices.plane import Frame, Lines
from flare_gui.app.slices.slab import Slab

# Outlines of so many slices are kept, the latest; each takes about 40 KB.
KEPT = 128


class LabelSlices:
    """For `labels` (canonical uint8) as they are now: whoever changes them makes another one."""

    def __init__(self, labels: np.ndarray, frame: Frame) -> None:
        self._frame, self._slab = frame, Slab(labels, frame.through)
        self._outlines: dict[int, dict[int, Lines]] = {}

    def here(self, index: int) -> np.ndarray:
        """Slice `index` as (across, up), the way it is drawn."""
        return self._frame.turned(self._slab.layer(index))

    def outlines(self, index: int) -> dict[int, Lines]:
        """`Frame.outlines` of slice `index`."""
        if index not in self._outlines:
            if len(self._outlines) >= KEPT:
                del self._outlines[next(iter(self._outlines))]
            self._outlines[index] = self._frame.outlines(self.here(index))
        return self._outlines[index]
