"""A thick slice: what lies within it, put into one picture."""

import numpy as np

from flare_gui import geometry
from flare_gui.app.document.display import SlabKind


def projected(hu: np.ndarray, axis: int, index: int, count: int, kind: SlabKind) -> np.ndarray:
    """The mean or maximum of `count` slices of `hu` (x, y, z) around slice `index` across `axis`, int16, 2D.

    At the scan's ends there are fewer.
    """
    first = max(0, index - (count - 1) // 2)
    last = min(hu.shape[axis], first + count)
    whole = geometry.layer(hu, axis, first).astype(np.int32)
    for i in range(first + 1, last):
        layer = geometry.layer(hu, axis, i)
        whole = np.maximum(whole, layer) if kind == "maximum" else whole + layer
    return (whole if kind == "maximum" else np.rint(whole / (last - first))).astype(np.int16)
