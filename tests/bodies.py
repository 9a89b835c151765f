"""A body of ellipsoids with the four organs where they lie in people, on a coarse grid: quick, and anatomy enough."""

import numpy as np

from flare_gui.organs import LEFT_KIDNEY, LIVER, RIGHT_KIDNEY, SPLEEN, Organ
from flare_gui.volume import Volume

# LPS, as DICOM's slices lie; 6 x 6 x 5 mm.
AFFINE = np.array([[-6.0, 0, 0, 198], [0, -6, 0, 150], [0, 0, 5, -150], [0, 0, 0, 1]])
SHAPE = (67, 51, 50)
# Middle in RAS mm and half axes in mm.
PLACES: dict[Organ, tuple[tuple[int, int, int], tuple[int, int, int]]] = {
    LIVER: ((69, 0, 0), (80, 65, 65)),
    RIGHT_KIDNEY: ((70, -62, -75), (28, 26, 45)),
    SPLEEN: ((-97, -55, 0), (33, 40, 40)),
    LEFT_KIDNEY: ((-70, -58, -66), (28, 26, 45)),
}


def ellipsoid(centre: tuple[float, ...], half: tuple[float, ...]) -> np.ndarray:
    """bool (x, y, z) on the grid."""
    points = np.moveaxis(np.indices(SHAPE), 0, -1) @ AFFINE[:3, :3].T + AFFINE[:3, 3]
    return np.asarray((((points - centre) / half) ** 2).sum(axis=-1) < 1)


def body() -> tuple[Volume, np.ndarray]:
    """A CT and our labels, uint8 (x, y, z)."""
    labels = np.zeros(SHAPE, np.uint8)
    for organ, place in PLACES.items():
        labels[ellipsoid(*place)] = organ.label
    hu = np.where(ellipsoid((0, 0, 0), (180, 130, 400)), 40, -1000).astype(np.int16)
    hu[labels > 0] = 110
    return Volume(hu, AFFINE, "ct"), labels
