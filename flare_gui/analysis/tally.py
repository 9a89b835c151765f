"""The measures of all organs, kept right while a mask is corrected, without counting the whole scan again."""

import math

import numpy as np

from flare_gui import geometry
from flare_gui.analysis.measure import ABSENT, OrganMeasure
from flare_gui.organs import ORGANS

_LABELS = len(ORGANS) + 1


class Tally:
    """Voxels, sum and sum of squares of HU per organ, and how many voxels lie in the outermost layers.

    `hu` (int16) and `labels` (uint8) are any two arrays (x, y, z) on the same grid; `voxel_ml` is a voxel's volume.
    """

    def __init__(self, hu: np.ndarray, labels: np.ndarray, voxel_ml: float) -> None:
        self._voxel_ml = voxel_ml
        self._sums = np.zeros((3, _LABELS))
        # Slab by slab: a float copy of the whole scan would be 600 MB at 512x512x300.
        for start in range(0, hu.shape[2], 16):
            slab = np.s_[:, :, start : start + 16]
            self._sums += _sums(hu[slab], labels[slab])
        self._on_border = _border(labels)

    def replace(
        self,
        hu: np.ndarray,
        labels: np.ndarray,
        box: tuple[slice, ...],
        before: np.ndarray,
        changed: tuple[np.ndarray, ...],
    ) -> None:
        """Follow a correction: `labels` has it already, `before` is what `labels[box]` was.

        `changed` are the voxels of `box` that are others now: their indices by axis.
        """
        values, after = hu[box][changed], labels[box][changed]
        self._sums += _sums(values, after) - _sums(values, before[changed])
        if any(side.start == 0 or side.stop == size for side, size in zip(box, labels.shape, strict=True)):
            self._on_border = _border(labels)

    def measures(self) -> dict[str, OrganMeasure]:
        """As `measure` gives them, by `Organ.key`."""
        found = {}
        for organ in ORGANS:
            count, total, squares = self._sums[:, organ.label]
            if count < 0.5:
                found[organ.key] = ABSENT
                continue
            mean = total / count
            found[organ.key] = OrganMeasure(
                voxels=round(count),
                volume_ml=count * self._voxel_ml,
                mean_hu=mean,
                sd_hu=math.sqrt(max(0.0, squares / count - mean**2)),
                touches_border=bool(self._on_border[organ.label]),
            )
        return found


def _sums(hu: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """(3, labels): voxels, sum and sum of squares of HU. Exact: all are whole numbers far below 2 to the 53."""
    inside = (labels > 0) & (labels < _LABELS)
    which, values = labels[inside], hu[inside].astype(np.float64)
    return np.stack([np.bincount(which, weights, _LABELS) for weights in (None, values, values * values)]).astype(float)


def _border(labels: np.ndarray) -> np.ndarray:
    """Whether each label occurs in an outermost layer."""
    seen = np.zeros(256, bool)
    for axis in range(3):
        for end in (0, -1):
            seen[geometry.layer(labels, axis, end)] = True
    return seen
