"""What the network sees of a CT. The trainer and the segmenter both come here, so that they cannot drift apart."""

from typing import NamedTuple

import numpy as np

AIR_HU = -1024


class Window(NamedTuple):
    """Hounsfield units from `low` to `high` become -1 to 1; what lies outside saturates."""

    low: float
    high: float


# Wide enough for fat at the low end and for a kidney's cortex in the arterial phase at the high end.
ABDOMEN = Window(-200.0, 300.0)


def intensity(hu: np.ndarray, window: Window) -> np.ndarray:
    """Network input, float32 of the same shape, from -1 to 1."""
    scaled = (np.asarray(hu, np.float32) - np.float32(window.low)) * np.float32(2.0 / (window.high - window.low))
    return np.clip(scaled - 1.0, -1.0, 1.0, out=scaled)
