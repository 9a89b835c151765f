"""A liver of two lobes, of which the network sees one alone: what a stroke should do to it is known to the voxel."""

import numpy as np

from flare_gui import geometry
from flare_gui.model.correction import Correction
from flare_gui.model.features import NetworkFeatures
from flare_gui.organs import LIVER

# A grid of 3 mm, and a scan of 1.5 mm over the same body.
COARSE = np.diag([3.0, 3.0, 3.0, 1.0])
FINE = np.diag([1.5, 1.5, 1.5, 1.0]) + np.array([[0, 0, 0, -0.75]] * 3 + [[0, 0, 0, 0]])
SIDE = 30


class Body:
    """A liver of two lobes with features of their own in even tissue; a network that sees the first lobe alone.

    `never` is where no organ can be, boolean on the grid of 3 mm.
    """

    def __init__(self, never: np.ndarray | None = None) -> None:
        self.lobes = [lobe((4, 14)), lobe((14, 22))]
        tissue = np.ones((SIDE,) * 3, bool)
        rows = np.arange(tissue.size, dtype=np.int32).reshape(tissue.shape)
        channels = np.zeros((tissue.size, 3), np.float16)
        for column, part in enumerate(self.lobes):
            channels[part.ravel(), column] = 3
        margin = np.where(self.lobes[0], 5.0, -5.0).ravel()
        logs = np.full((5, tissue.size), -12.0)
        logs[0], logs[LIVER.label] = -margin / 2, margin / 2
        voxels = np.argwhere(tissue).astype(np.int16)
        never = np.zeros(tissue.size, bool) if never is None else never.ravel()
        self.features = NetworkFeatures(COARSE, rows, voxels, channels, logs.astype(np.float16), never)
        self.labels = fine(self.lobes[0]).astype(np.uint8) * LIVER.label

    def correction(self) -> Correction:
        return Correction(self.features, FINE)


def lobe(x: tuple[int, int]) -> np.ndarray:
    """From one x to another on the grid of 3 mm."""
    mask = np.zeros((SIDE,) * 3, bool)
    mask[slice(*x), 8:20, 8:20] = True
    return mask


def fine(coarse: np.ndarray) -> np.ndarray:
    """On the scan's grid."""
    return coarse.repeat(2, 0).repeat(2, 1).repeat(2, 2)


def line(coarse_x: float, length: int = 6) -> np.ndarray:
    """Points in mm through the middle of what lies at an x of the grid of 3 mm."""
    return geometry.apply(COARSE, np.array([[coarse_x, y, 14.0] for y in range(11, 11 + length)]))


def dice(a: np.ndarray, b: np.ndarray) -> float:
    """Of two boolean arrays."""
    return 2 * np.count_nonzero(a & b) / (np.count_nonzero(a) + np.count_nonzero(b))
